#include "tests/simulation/settling.hpp"

#include <string>

namespace orderd::simulation {

namespace {

using std::chrono::milliseconds;

constexpr std::int64_t answers_within_ms = 10'000;

} // namespace

bool settling::settle() {
  const auto until = world_.now_ms() + options_.ms_max;
  while (!world_.failed() && world_.now_ms() < until) {
    ask_all_that_is_unknown();
    wait_for_answers();
    if (shop_.unknown().empty() && shop_.unsettled().empty() && shop_.quarantined() == 0)
      return !world_.failed();
  }
  if (!world_.failed())
    shop_.complain(std::to_string(shop_.unknown().size()) + " requests and "
                   + std::to_string(shop_.unsettled().size())
                   + " orders are not settled long after the faults stopped (S10)");
  return false;
}

void settling::wait_for_answers() {
  const auto until = world_.now_ms() + answers_within_ms;
  int quiet = 0;
  while (!world_.failed() && quiet < 25 && world_.now_ms() < until) {
    world_.run();
    world_.pass(milliseconds{20});
    quiet = shop_.waiting() == 0 ? quiet + 1 : 0;
  }
  if (!world_.failed() && shop_.waiting() > 0)
    shop_.complain(std::to_string(shop_.waiting()) + " requests get no answer");
}

void settling::ask_all_that_is_unknown() {
  resolve_quarantined();
  for (const auto& [why, subject] : shop_.unknown())
    world_.send(shop_.ask(why, subject));
  wait_for_answers();
  for (std::size_t order = 0; order < shop_.orders(); ++order)
    world_.send(shop_.ask(purpose::read_order, order));
}

void settling::resolve_quarantined() {
  if (!options_.throws)
    return;
  shop_.forget_quarantined();
  for (std::uint32_t shard = 0; shard < options_.shards; ++shard)
    world_.send(shop_.ask(purpose::list_quarantine, shard));
  wait_for_answers();
  happened_.count("entity quarantined", shop_.quarantined());
  for (std::size_t i = 0; i < shop_.quarantined(); ++i)
    world_.send(shop_.ask(purpose::resolve, i));
  wait_for_answers();
}

void settling::read_everything() {
  for (std::size_t order = 0; order < shop_.orders(); ++order)
    world_.send(shop_.ask(purpose::read_order, order));
  for (std::size_t sku = 0; sku < shop_.skus(); ++sku)
    world_.send(shop_.ask(purpose::read_stock, sku));
  for (std::size_t customer = 0; customer < shop_.customers(); ++customer)
    world_.send(shop_.ask(purpose::read_account, customer));
  wait_for_answers();
}

} // namespace orderd::simulation
