// The entities of a shard that still have work to do: since when, in which stage, and what of it is in doubt.
//
// Index over the rows of table::unsettled. The rows say since when; in which stage an entity is its turns
// say, or, of one that was found at a start, the business by the entity's rows: until it is asked the stage
// is `recovered`.
//
// Pure. A change costs one look into a hash table, and no comparison with others unless an old entity enters
// a stage of younger ones (then the logarithm of their number).
#pragma once

#include "runtime/entity/entity.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace orderd::runtime {

class unsettled {
public:
  static constexpr std::string_view recovered = "recovered";
  static constexpr std::string_view unknown = "unknown";

  /// `expected`: room is made for so many at once. A map of a million that makes room for more holds its
  /// shard for a tenth of a second.
  /// `stages`: that there are from the start.
  explicit unsettled(std::size_t expected = 0, const std::vector<std::string_view>& stages = {});

  /// One that is open already counts from now on.
  void open(const entity_id& id, unix_ms since_at, const standing& how = {});
  /// Puts back what was found at start, in any order. Once, before anything else.
  void restore(std::vector<std::pair<unix_ms, entity_id>> found);
  /// It stands so now. Of one that is not open: nothing.
  void change(const entity_id& id, const standing& how);
  void settle(const entity_id& id);

  std::size_t size() const noexcept { return open_.size(); }
  /// When the oldest began, or nullopt: all are settled.
  std::optional<unix_ms> oldest_since() const;

  struct stage_view {
    std::string_view name; ///< lives for ever; empty: of those that never said one
    std::size_t count = 0;
    std::optional<unix_ms> oldest_since; ///< when the oldest of them began, whatever it was in then
  };
  /// Every stage that there ever was, each always in the same place.
  std::vector<stage_view> stages() const;

  struct doubt_view {
    std::string unit;
    std::size_t count = 0;
    std::int64_t amount = 0;
    unix_ms oldest_since = 0; ///< when the oldest entity began that has some in doubt
  };
  /// By unit; only those of which something is in doubt.
  std::vector<doubt_view> in_doubt() const;

  /// Those whose stage is `recovered`, the oldest first, so many at most.
  std::vector<entity_id> not_looked_at(std::size_t count_max) const;

private:
  struct place {
    unix_ms since_at = 0;
    std::uint64_t number = 0;      ///< of equal age the first that was opened comes first
    const entity_id* id = nullptr; ///< the key in `open_`
    friend bool operator<(const place& a, const place& b) noexcept {
      return a.since_at != b.since_at ? a.since_at < b.since_at : a.number < b.number;
    }
  };
  using by_age = std::set<place>;
  struct stage {
    std::string_view name;
    by_age members;
  };
  struct entry {
    stage* in = nullptr;
    by_age::iterator at;
  };
  using doubts = std::set<std::pair<unix_ms, std::uint64_t>>; ///< age and number of entities
  __extension__ using wide = __int128; ///< of amounts that each fit into 64 bits, and together may not
  struct doubt_total {
    wide amount = 0;
    doubts members;
  };

  stage& stage_of(std::string_view name);
  void doubt(const entry& who, const standing::doubt& what);
  void forget_doubt(const entry& who);

  std::deque<stage> stages_; ///< as few as the business has statuses; never moved
  std::unordered_map<entity_id, entry, entity_id_hash> open_;
  std::unordered_map<std::uint64_t, standing::doubt> doubted_; ///< by number
  std::map<std::string, doubt_total> doubts_;                  ///< by unit
  std::uint64_t opened_ = 0;                                   ///< so far
};

} // namespace orderd::runtime
