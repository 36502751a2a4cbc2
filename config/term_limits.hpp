// Limits of terms (cluster/configuration/assignment.hpp), the numbers of ownership periods: name, value and
// why.
#pragma once

#include <cstddef>
#include <cstdint>

namespace orderd::limits {

/// The highest term that can be: one more never wraps, and a takeover each millisecond takes a hundred
/// million years to get there. What is above was not counted up to but written by mistake, or by an enemy.
inline constexpr std::uint64_t term_max = std::uint64_t{1} << 62;
/// So many terms between what a node knew and what the store says are not believed: a takeover each second
/// for 136 years.
inline constexpr std::uint64_t term_jump_max = std::uint64_t{1} << 32;
/// So many are believed, and alarmed: of a node that was away for a week while its shard changed hands each
/// minute.
inline constexpr std::uint64_t term_jump_warned = 10'000;
/// What a term is raised by when records are written again from what nodes hold: more than the takeovers that
/// may have taken place and are remembered by nobody who was asked (one takes at least 550 ms).
inline constexpr std::uint64_t restored_term_gap = 1'000;

/// How often a store was found again since its records were written last: each takes 12 bytes of the
/// cluster's record, and says what a node must hold no more than to believe what came since. After that many
/// a person writes the records (restore-configuration).
inline constexpr std::size_t continuations_max = 64;

} // namespace orderd::limits
