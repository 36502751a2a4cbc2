// The test bench of a state store whose files are damaged: one with rows of all kinds, and a look at every
// row of it after damage.
#pragma once

#include "runtime/base/bytes.hpp"
#include "runtime/lmdb/lmdb_state.hpp"
#include "tests/support/storage_harness.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

namespace orderd::test {

using namespace runtime;

using model = std::map<std::pair<table, std::string>, std::string>;

constexpr std::size_t map_bytes = std::size_t{1} << 26;

inline std::string key_of(char kind, unsigned number) {
  std::string out(1, kind);
  append_integer(out, std::uint64_t{number});
  return out;
}

/// A state store, its files as they were, and what must be read of it.
class damaged_state : public testing::Test {
protected:
  result<std::unique_ptr<lmdb_state>>
  open(lmdb_state::when_damaged on_damage = lmdb_state::when_damaged::salvage) {
    return lmdb_state::open(folder(), 0, options_, on_damage);
  }
  std::string folder() const { return root_ / "state"; }
  std::string file() const { return folder() + "/data.mdb"; }

  /// Rows of orders, items, an index and timers: leaves, branches, values in pages of their own, free pages.
  void fill() {
    std::filesystem::create_directories(folder());
    auto state = open();
    ASSERT_TRUE(state) << state.error().message;
    for (std::uint64_t number = 1; number <= 4; ++number) {
      std::vector<row_write> writes;
      const auto put = [&](table in, std::string key, std::string value) {
        rows_[{in, key}] = value;
        writes.push_back(write(in, key, std::move(value)));
      };
      for (unsigned i = 0; i < 300; ++i) {
        const auto order = static_cast<unsigned>(number) * 1'000 + i;
        put(table::content, key_of('o', order), "content " + std::to_string(order) + std::string(60, 'c'));
        put(table::state, key_of('o', order), "state " + std::to_string(order));
        put(table::state, key_of('i', i), "item " + std::to_string(order) + std::string(40, 's'));
        put(table::index, "x" + key_of('c', order), "");
      }
      put(table::content, key_of('o', static_cast<unsigned>(number) * 1'000 + 500), std::string(9'000, 'l'));
      put(table::state, key_of('o', static_cast<unsigned>(number) * 1'000 + 500), "long");
      ASSERT_TRUE((*state)->apply(std::vector{make_epoch(0, number, std::move(writes))}));
    }
    original_ = bytes_of(file());
    original_sums_ = bytes_of(folder() + "/sums");
  }

  static std::string bytes_of(const std::string& path) {
    std::ostringstream out;
    out << std::ifstream{path, std::ios::binary}.rdbuf();
    return out.str();
  }
  static void put_bytes(const std::string& path, const std::string& bytes) {
    std::ofstream{path, std::ios::binary} << bytes;
  }
  /// The files as they were, and nothing else.
  void restore() {
    std::filesystem::remove_all(root_.path());
    std::filesystem::create_directories(folder());
    put_bytes(file(), original_);
    put_bytes(folder() + "/sums", original_sums_);
  }

  struct outcome {
    int refused;
  };

  /// Reads every row, one by one and in scans: each right or `corrupt`, and none that never was.
  outcome read_all(lmdb_state& state) {
    outcome out{};
    auto reader = *state.reader();
    for (const auto& [where, value] : rows_) {
      const auto got = reader->get({where.first, where.second});
      if (!got) {
        EXPECT_EQ(got.error().code, fault_code::corrupt) << got.error().message;
        ++out.refused;
        continue;
      }
      EXPECT_EQ(got->value_or("nothing"), value) << to_hex(where.second);
    }
    for (const auto in : {table::content, table::state, table::index})
      for (const bool backwards : {false, true}) {
        std::size_t seen = 0;
        const auto done = reader->scan(in, {}, {}, backwards, [&](auto key, auto value) {
          const auto found = rows_.find({in, std::string{key}});
          EXPECT_TRUE(found != rows_.end() && found->second == value) << to_hex(key);
          ++seen;
          return result<state_reader::step>{state_reader::step::next};
        });
        const auto all =
            std::count_if(rows_.begin(), rows_.end(), [&](const auto& row) { return row.first.first == in; });
        if (done) {
          EXPECT_EQ(seen, static_cast<std::size_t>(all)) << "a scan without a fault is of all rows";
        } else {
          EXPECT_EQ(done.error().code, fault_code::corrupt);
        }
      }
    return out;
  }

  /// Opens the damaged files; all must be right or `corrupt`, now, and after they are opened again.
  std::optional<outcome> look() {
    std::optional<outcome> out;
    for (int again = 0; again < 2; ++again) {
      auto state = open();
      if (!state) {
        EXPECT_EQ(state.error().code, fault_code::corrupt) << state.error().message;
        return std::nullopt;
      }
      EXPECT_EQ((*state)->applied_epoch(), 4u);
      const auto seen = read_all(**state);
      if (again == 1) {
        EXPECT_EQ(seen.refused, out->refused) << "the same after another start";
      }
      out = seen;
    }
    return out;
  }

  lmdb::environment_options options_{map_bytes, 0, 0};
  temporary_folder root_;
  model rows_;
  std::string original_;
  std::string original_sums_;
};

} // namespace orderd::test
