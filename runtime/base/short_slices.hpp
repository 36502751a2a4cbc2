// Scheduling wishes of threads that work for the disk.
#pragma once

namespace orderd::runtime {

/// Asks the kernel to give this thread the processor in short slices (0.1 ms), so that it gets one soon
/// after it wakes up. Its share stays the same and no privilege is needed. On a busy machine a synced
/// write of 0.1 ms otherwise takes 4 ms: the thread waits for other threads' slices to end. Linux 6.12
/// and later listen to it; false when the kernel refused.
bool request_short_slices() noexcept;

/// Gives this thread a low share of the processor while others want it (nice 10), for work that nobody
/// waits for. False when the kernel refused.
bool request_low_share() noexcept;

} // namespace orderd::runtime
