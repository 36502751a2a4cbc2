// What the input being handled has begun and may itself end again: timers, unsettled entities, index
// rows, waiting callers.
//
// Most orders are placed, paid and confirmed by one input; their deadline, their passing statuses and
// their place among the unsettled never outlive it. Held here until the input is over, they cost no row
// and no entry anywhere (a tenth of the work of an order, measured). What is left then is kept for good.
//
// Pure. The lists are as short as what one input touches, so they are searched from their ends.
#pragma once

#include "runtime/entity/entity.hpp"
#include "runtime/entity/request.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace orderd::runtime {

struct elidable_effects {
  struct timer {
    entity_id entity;
    std::uint8_t name = 0;
    unix_ms due_at = 0;
    command_ptr what;
  };
  struct index_row {
    std::string key;
    std::string value;
  };
  struct waiting_caller {
    entity_id entity;
    caller who;
    std::int64_t deadline_at = 0;
  };

  struct work {
    entity_id entity;
    standing stands;
  };

  std::vector<timer> timers;
  std::vector<work> unsettled;
  std::vector<index_row> index;
  std::vector<waiting_caller> waiters;

  /// Each ends what this input began; false: it did not begin here.
  bool stop_timer(const entity_id& entity, std::uint8_t name) {
    return end_last(timers, [&](const timer& each) { return each.name == name && each.entity == entity; });
  }
  bool settle(const entity_id& entity) {
    return end_last(unsettled, [&](const work& each) { return each.entity == entity; });
  }
  /// It stands so now; false: its work did not begin here.
  bool change(const entity_id& entity, standing& now) {
    const auto found = std::find_if(unsettled.rbegin(), unsettled.rend(),
                                    [&](const work& each) { return each.entity == entity; });
    if (found == unsettled.rend())
      return false;
    found->stands = std::move(now);
    return true;
  }
  bool put_index(const std::string& key, std::string& value) {
    if (!erase_index(key))
      return false;
    index.push_back({key, std::move(value)});
    return true;
  }
  bool erase_index(const std::string& key) {
    return end_last(index, [&](const index_row& each) { return each.key == key; });
  }

  /// Takes out the callers that wait for the entity.
  std::vector<caller> resolve(const entity_id& entity) {
    std::vector<caller> taken;
    std::erase_if(waiters, [&](const waiting_caller& each) {
      if (!(each.entity == entity))
        return false;
      taken.push_back(each.who);
      return true;
    });
    return taken;
  }

  bool empty() const noexcept {
    return timers.empty() && unsettled.empty() && index.empty() && waiters.empty();
  }
  /// Whether something is left that will be rows when the input is over.
  bool has_rows() const noexcept { return !timers.empty() || !unsettled.empty() || !index.empty(); }
  void clear() {
    timers.clear();
    unsettled.clear();
    index.clear();
    waiters.clear();
  }

private:
  template <class Thing, class Matches>
  static bool end_last(std::vector<Thing>& things, Matches matches) {
    const auto found = std::find_if(things.rbegin(), things.rend(), matches);
    if (found == things.rend())
      return false;
    things.erase(std::next(found).base());
    return true;
  }
};

} // namespace orderd::runtime
