// What the journal stores beside epochs (runtime/storage/FORMAT.md): notes, where records were erased, how
// far each shard was trimmed, and which journal it is. Each has a checksum, and says its own place. Pure: no
// LMDB in it.
#pragma once

#include "runtime/base/result.hpp"

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

/// The stored form of what took the place of a record that was cut, in journals of before `erased_run`.
std::string seal_cut(const cut_mark& what);

/// Whether a record claims to be a cut: `open_cut` says whether it is one.
bool is_cut(std::string_view record) noexcept;

/// The mark; `corrupt` when its checksum or its length is wrong.
result<cut_mark> open_cut(std::string_view record);

/// Records that were erased while older ones stayed: [first, end). It stands in the place of the first.
struct erased_run {
  std::uint64_t first = 0;
  std::uint64_t end = 0;
};
std::string seal_erased(const erased_run& what);
bool is_erased(std::string_view record) noexcept;
/// `corrupt` when its checksum or its length is wrong, it is empty, or it stands in another place than `at`.
result<erased_run> open_erased(std::uint64_t at, std::string_view record);

/// How far a shard's epochs were given back: the last of them.
struct trim_floor {
  std::uint64_t epoch = 0; ///< 0: none
  std::uint64_t hash = 0;  ///< hash_of it
  friend bool operator==(const trim_floor&, const trim_floor&) = default;
};
std::string seal_floor(std::uint32_t shard, const trim_floor& what);
/// `corrupt` when its checksum or its length is wrong, or it is another shard's.
result<trim_floor> open_floor(std::uint32_t shard, std::string_view stored);

/// Which journal it is: 32 hex digits.
constexpr std::size_t journal_id_bytes = 32;
std::string new_journal_id();
std::string seal_identity(std::string_view id);
result<std::string> open_identity(std::string_view stored);

} // namespace orderd::runtime
