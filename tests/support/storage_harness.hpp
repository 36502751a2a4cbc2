// The implementations of the storage port, to run one test suite on each.
#pragma once

#include "runtime/lmdb/lmdb_storage.hpp"
#include "tests/support/append.hpp"
#include "tests/support/memory_storage.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace orderd::test {

/// Small maps: sanitizers leave little address space.
inline constexpr runtime::storage_options small_maps{std::size_t{1} << 28, std::size_t{1} << 28, 0};

class lmdb_harness {
public:
  explicit lmdb_harness(std::uint32_t shards) : shards_(shards) {}
  /// Pre: what it returned before is gone.
  std::unique_ptr<runtime::storage> open() {
    auto opened = runtime::open_storage(folder_.path(), shards_, small_maps);
    if (!opened)
      ADD_FAILURE() << opened.error().message;
    return opened ? *std::move(opened) : nullptr;
  }

private:
  temporary_folder folder_;
  std::uint32_t shards_;
};

class memory_harness {
public:
  explicit memory_harness(std::uint32_t shards) : disk_(shards) {}
  std::unique_ptr<runtime::storage> open() { return disk_.open(); }

private:
  memory_disk disk_;
};

/// One write of an epoch; no value: an erase.
inline runtime::row_write write(runtime::table in, std::string_view key, std::string value) {
  return {{in, key}, std::move(value)};
}
inline runtime::row_write erase(runtime::table in, std::string_view key) {
  return {{in, key}, std::nullopt};
}

inline runtime::epoch_ptr make_epoch(std::uint32_t shard, std::uint64_t number,
                                     std::vector<runtime::row_write> writes, std::uint64_t term = 1) {
  auto out = std::make_shared<runtime::epoch>();
  out->shard = shard;
  out->term = term;
  out->number = number;
  out->previous_term = number == 1 ? 0 : term;
  out->writes = std::move(writes);
  return out;
}

/// Everything in a journal, as "shard/epoch". Pre: not replayed yet.
inline std::vector<std::string> replayed(runtime::storage& from) {
  std::vector<std::string> out;
  const auto done = from.journal().replay([&](runtime::epoch_ptr next) {
    out.push_back(std::to_string(next->shard) + "/" + std::to_string(next->number));
    return runtime::result<void>{};
  });
  EXPECT_TRUE(done) << done.error().message;
  return out;
}

/// Reads a row: "" when there is none, "fault: ..." when it cannot.
inline std::string read(runtime::state_store& from, const runtime::row_key& key) {
  auto reader = from.reader();
  if (!reader)
    return "fault: " + reader.error().message;
  auto value = (*reader)->get(key);
  if (!value)
    return "fault: " + value.error().message;
  return value->value_or("");
}

} // namespace orderd::test
