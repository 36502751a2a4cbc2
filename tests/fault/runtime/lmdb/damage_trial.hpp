// One damaged data folder: what a node makes of it.
//
// A folder is made once: two shards, rows of all sizes, some erased again, a journal that was trimmed, states
// that are a little behind it. A trial damages one thing in a copy, and a process of its own opens it as
// orderd does, reads every row, asks for rows that are not there, goes on for a while, and looks again.
#pragma once

#include "runtime/storage/row.hpp"
#include "runtime/storage/store.hpp"
#include "tests/support/temporary_folder.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace orderd::test {

/// What came of a trial. The last three must never be.
enum class damage_outcome : std::uint8_t {
  right,     ///< everything was there
  corrupt,   ///< some rows were refused as damaged, all others right
  refused,   ///< it did not start, and said why
  ended,     ///< it ended with a fault while it went on
  silent,    ///< a row was missing, wrong or too many
  by_signal, ///< killed by a signal
  hung,      ///< not done in time
};
std::string to_string(damage_outcome outcome);
inline constexpr std::array damage_outcomes{
    damage_outcome::right,  damage_outcome::corrupt,   damage_outcome::refused, damage_outcome::ended,
    damage_outcome::silent, damage_outcome::by_signal, damage_outcome::hung};

struct damage_report {
  damage_outcome outcome = damage_outcome::right;
  std::string what; ///< of the damage and of what was seen
};

class damage_bed {
public:
  static constexpr std::uint32_t shards = 2;

  /// Makes the folder; everything is drawn from the seed.
  explicit damage_bed(std::uint64_t seed);

  /// Kinds of damage, as "journal leaf head".
  static const std::vector<std::string>& kinds();
  /// Damages a copy in one way of that kind, and looks. `random` draws where.
  damage_report run(const std::string& kind, std::mt19937_64& random);

private:
  using rows = std::map<runtime::row_key, std::string>;

  void write_epochs(std::uint64_t count, std::uint64_t left_unapplied);
  std::vector<runtime::row_write> random_writes(std::uint32_t shard);
  void write_row(std::uint32_t shard, const runtime::row_key& key, bool gone,
                 std::vector<runtime::row_write>& out);
  std::string damage(const std::string& kind, std::mt19937_64& random) const;
  damage_report look() const;
  [[noreturn]] void look_in_child(int pipe) const;
  std::string check_rows(runtime::storage& store, bool& corrupt) const;

  std::mt19937_64 random_;
  temporary_folder folder_;
  std::string whole_ = folder_ / "whole";
  std::string older_ = folder_ / "older";
  std::string trial_ = folder_ / "trial";
  std::vector<rows> expected_{shards};
  std::vector<std::set<runtime::row_key>> erased_{shards};
  std::vector<std::uint64_t> last_ = std::vector<std::uint64_t>(shards);
};

} // namespace orderd::test
