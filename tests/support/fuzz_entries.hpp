// What the fuzzers (tests/fuzz/) call with any bytes, and the unit tests with those of the corpus. A broken
// promise throws; a crash, a leak or a read beyond the end is the sanitizers' to find.
#pragma once

#include <string_view>

namespace orderd::testing {

/// Bytes as a connection brings them, to a session and to the client library. The first byte says in which
/// steps they arrive and whether HELLO went before them.
void fuzz_frames(std::string_view input);

/// Bytes as one encoded request: read, decoded, and its command stored and read again.
void fuzz_request(std::string_view input);

} // namespace orderd::testing
