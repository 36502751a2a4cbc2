#include "tests/simulation/cluster_faults.hpp"

#include <chrono>
#include <limits>
#include <utility>

namespace orderd::simulation {

namespace {

using std::chrono::milliseconds;

constexpr std::int64_t ms = 1'000;
constexpr auto unlimited = std::numeric_limits<std::uint64_t>::max();

} // namespace

cluster_faults::cluster_faults(surroundings around, options with)
    : around_(around), options_(with),
      transitions_({with.transitions_share},
                   {[this](std::uint32_t id, std::int64_t for_ms) { stand_still(id, for_ms); },
                    [this](std::uint32_t id, std::int64_t for_ms) {
                      // It is told in the midst of its work: it gets no further, and then is gone.
                      if (auto* life = around_.members.running(id))
                        life->halt();
                      around_.time.at(0, [this, id, for_ms] { crash_for(id, for_ms); });
                    },
                    [this](std::uint32_t one, std::uint32_t other, std::int64_t for_ms) {
                      cut_at_once(one, other, for_ms);
                    }},
                   around.random, around.happened) {}

void cluster_faults::begin() {
  faults();
}

void cluster_faults::heal() {
  healed_ = true;
  transitions_.heal();
}

std::uint32_t cluster_faults::any_node() {
  return 1 + static_cast<std::uint32_t>(around_.random.below(options_.nodes));
}

void cluster_faults::faults() {
  around_.time.at(around_.random.between(20, 1'200) * ms, [this] {
    if (healed_)
      return;
    some_fault();
    faults();
  });
}

void cluster_faults::some_fault() {
  const auto id = any_node();
  switch (around_.random.below(14)) {
  case 0:
  case 1:
    return crash_for_a_while(id);
  case 2:
    return around_.random.once_in(3) ? lose_power() : crash_for_a_while(id);
  case 3:
    around_.happened.count("pause");
    return stand_still(id, around_.random.between(20, 4'000));
  case 4:
  case 5:
    return cut_off(id, any_node());
  case 6:
    return store_down(id);
  case 7:
    return around_.network.lose(around_.random.percent(50) ? 0 : around_.random.below(15));
  case 8:
    return lose_disk(id, false);
  case 9:
    return lose_disk(id, true);
  case 10:
    return around_.clients.lose_connection();
  case 11:
    return around_.random.percent(60) ? disk_fault(id) : wrong_folder(id);
  case 12:
    return around_.bank.behave(around_.random.percent(50) ? simulated_bank::behaviour{10, 100, 0}
                                                          : simulated_bank::behaviour{});
  default:
    around_.happened.count("clock set");
    return around_.members.set_clock(id);
  }
}

void cluster_faults::stand_still(std::uint32_t id, std::int64_t for_ms) {
  around_.time.stand_still(id, around_.time.now() + for_ms * ms);
  if (auto* life = around_.members.running(id))
    life->halt();
}

void cluster_faults::crash_for(std::uint32_t id, std::int64_t for_ms) {
  if (!around_.members.running(id))
    return;
  around_.happened.count("crash");
  around_.members.crash(id);
  around_.time.at(for_ms * ms, [this, id] { around_.members.start(id); });
}

void cluster_faults::crash_for_a_while(std::uint32_t id) {
  if (!around_.members.running(id))
    return;
  crash_for(id, around_.random.between(5, around_.random.percent(30) ? 5'000 : 400));
}

void cluster_faults::lose_power() {
  around_.happened.count("power lost everywhere");
  for (const auto id : around_.members.ids())
    crash_for_a_while(id);
}

void cluster_faults::cut_off(std::uint32_t one, std::uint32_t other) {
  around_.happened.count("link cut");
  const bool all = around_.random.percent(40);
  const bool both = around_.random.percent(70);
  for (const auto id : around_.members.ids()) {
    if (id == one || (!all && id != other))
      continue;
    around_.network.cut(one, id);
    if (both)
      around_.network.cut(id, one);
  }
  around_.time.at(around_.random.between(50, 4'000) * ms, [this] { around_.network.mend(); });
}

/// `other` 0: from all.
void cluster_faults::cut_at_once(std::uint32_t one, std::uint32_t other, std::int64_t for_ms) {
  for (const auto id : around_.members.ids()) {
    if (id == one || (other != 0 && id != other))
      continue;
    around_.network.cut(one, id);
    around_.network.cut(id, one);
  }
  around_.time.at(for_ms * ms, [this] { around_.network.mend(); });
}

void cluster_faults::store_down(std::uint32_t id) {
  const bool for_all = around_.random.percent(50);
  around_.happened.count(for_all ? "store down" : "store out of reach of one");
  const auto set = [this, id, for_all](bool down) {
    for (const auto each : around_.members.ids())
      if (for_all || each == id)
        around_.members.store_of(each).set_down(down);
  };
  set(true);
  around_.time.at(around_.random.between(100, 5'000) * ms, [set] { set(false); });
}

void cluster_faults::disk_fault(std::uint32_t id) {
  if (!around_.members.running(id))
    return;
  switch (around_.random.below(4)) {
  case 0:
    around_.happened.count("slow disk");
    around_.members.to_the_present(id);
    return around_.members.running(id)->slow_disk_until(around_.members.running(id)->now()
                                                        + milliseconds{around_.random.between(100, 3'000)});
  case 1:
    return around_.members.disk(id).fail_append(1 + around_.random.below(5));
  case 2:
    around_.happened.count("apply to fail");
    return around_.members.disk(id).fail_apply(1 + around_.random.below(3));
  default:
    around_.happened.count("disk nearly full");
    around_.members.disk(id).set_capacity(around_.members.disk(id).used_bytes()
                                          + around_.random.below(20'000));
    around_.time.at(around_.random.between(100, 3'000) * ms,
                    [this, id] { around_.members.disk(id).set_capacity(unlimited); });
  }
}

void cluster_faults::lose_disk(std::uint32_t id, bool set_back) {
  if (!options_.beyond_promise && !around_.members.may_lose(id))
    return;
  if (!around_.members.lose_disk(id, set_back))
    return;
  around_.happened.count(set_back ? "disk set back" : "disk wiped");
  around_.time.at(around_.random.between(5, 1'500) * ms, [this, id] { around_.members.start(id); });
}

void cluster_faults::wrong_folder(std::uint32_t id) {
  switch (around_.random.below(6)) {
  case 0:
    return around_.members.start_a_second(id);
  case 1:
    return start_wrongly(id, around_.members.mistake_folder(id, mistake::empty));
  case 2: {
    const auto other = any_node();
    const bool swapped = around_.members.swap_folders(id, other);
    start_wrongly(id, swapped);
    return start_wrongly(other, swapped);
  }
  case 3:
    if (!around_.members.mistake_folder(id, mistake::older))
      return;
    around_.happened.count("older folder by mistake");
    return start_wrongly(id, true);
  default:
    if (!around_.members.mistake_folder(id, mistake::replaced))
      return;
    around_.happened.count("folder replaced by mistake");
    return start_wrongly(id, true);
  }
}

/// Until somebody sees the mistake.
void cluster_faults::start_wrongly(std::uint32_t id, bool mistaken) {
  if (!mistaken)
    return;
  around_.time.at(around_.random.between(5, 1'500) * ms, [this, id] { around_.members.start(id); });
  put_right_after(id, around_.random.between(200, 8'000));
}

void cluster_faults::put_right_after(std::uint32_t id, std::int64_t for_ms) {
  around_.time.at(for_ms * ms, [this, id] {
    if (!healed_ && !around_.members.put_right(id))
      return put_right_after(id, 500);
    around_.members.start(id);
  });
}

} // namespace orderd::simulation
