// Keys of the journal's database, and the size of its chunks (runtime/storage/FORMAT.md).
#pragma once

#include "runtime/base/bytes.hpp"

#include <cstdint>
#include <string_view>

namespace orderd::runtime {

/// A key: {record u64, chunk u32}. What there is beside records has the record number 0.
struct chunk_key {
  static constexpr std::size_t size = 8 + 4;
  char bytes[size];

  chunk_key(std::uint64_t record, std::uint32_t chunk) { put_integer(put_integer(bytes, record), chunk); }
  std::string_view view() const noexcept { return {bytes, sizeof bytes}; }
};

/// The record number of everything that is no record. Its "chunk" is then: of a note, the shard; of how far
/// a shard was trimmed, the shard and `floor_mark`; of the journal's id, `identity_mark`.
constexpr std::uint64_t head_record = 0;
constexpr std::uint32_t floor_mark = 0x8000'0000;
constexpr std::uint32_t identity_mark = 0xffff'ffff;

/// Bytes of a chunk: a run of four pages of 4,096 bytes, less LMDB's header of 16. Short runs of equal
/// length are found in the first entries of the list of free pages. Chunks of half a page, which need no
/// run at all, cost a third more processor time and pages written; whole records need runs of any length.
constexpr std::size_t chunk_bytes_max = 4 * 4096 - 16;

} // namespace orderd::runtime
