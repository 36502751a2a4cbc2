// What the journal stores beside epochs: a shard's note, and the mark where a record was cut out
// (runtime/FORMAT.md). Both carry a checksum over the shard they belong to. Pure: no LMDB in it.
#pragma once

#include "runtime/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace orderd::runtime {

/// The stored form of a shard's note.
std::string seal_note(std::uint32_t shard, std::string_view record);

/// The bytes of a stored note of that shard, a view into `stored`; `corrupt` when its checksum is wrong
/// or it is another shard's, or `unsupported_version`.
result<std::string_view> open_note(std::uint32_t shard, std::string_view stored);

/// Which epoch a cut erased from a record.
struct cut_mark {
  std::uint32_t shard = 0;
  std::uint64_t epoch = 0;
};

/// The stored form of what takes the place of a record that was cut.
std::string seal_cut(const cut_mark& what);

/// Whether a record claims to be a cut: `open_cut` says whether it is one.
bool is_cut(std::string_view record) noexcept;

/// The mark; `corrupt` when its checksum or its length is wrong.
result<cut_mark> open_cut(std::string_view record);

} // namespace orderd::runtime
