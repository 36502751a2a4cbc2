// What is shown of one shard, and of one order.
#include "cluster/json/json_forms.hpp"
#include "cluster/retail/decimal.hpp"
#include "cluster/top/top_screen.hpp"
#include "cluster/wire/missed_text.hpp"
#include "config/grouped.hpp"

#include "actors/rules/order_id.hpp"

#include <string>
#include <utility>

namespace orderd::cluster {

namespace {

constexpr std::size_t label = 13;

top_text pair(const char* name, const std::string& value, top_style style = top_style::plain) {
  return std::move(top_text{}.add(name, top_style::dim).to(label).add(value, style));
}

template <class Numbers>
std::string listed(const Numbers& numbers) {
  std::string text;
  for (const auto number : numbers)
    text += (text.empty() ? "" : " ") + std::to_string(number);
  return text.empty() ? "-" : text;
}

void add_map(const v1::shard_view& shard, std::vector<top_text>& to) {
  to.push_back(pair("owner", "node " + std::to_string(shard.primary()) + " at " + shard.primary_endpoint()
                                 + ", " + shard.state()));
  to.push_back(pair("term", std::to_string(shard.term())));
  to.push_back(pair("copies", "of nodes " + listed(shard.nodes()) + "; in sync " + listed(shard.in_sync())
                                  + "; eligible " + listed(shard.eligible())));
  to.push_back(pair("epochs", "committed " + config::grouped(shard.committed_epoch()) + ", journal to "
                                  + config::grouped(shard.journal_end())));
  for (const auto& follower : shard.followers())
    to.push_back(pair("follower",
                      "node " + std::to_string(follower.node()) + ", "
                          + config::grouped(follower.lag_epochs()) + " epochs behind",
                      follower.lag_epochs() > 0 ? top_style::warn : top_style::plain));
  if (const auto missed = missed_text(shard.missed()); !missed.empty())
    to.push_back(pair("missed", missed, top_style::bad));
  if (!shard.refusing_because().empty())
    to.push_back(pair("refuses", shard.refusing_because(), top_style::bad));
}

void add_work(const v1::shard_status& status, std::vector<top_text>& to) {
  to.push_back(pair("orders", config::grouped(status.unsettled_orders()) + " unsettled, "
                                  + config::grouped(status.quarantined()) + " in quarantine"));
  to.push_back(pair("entities", config::grouped(status.live_entities()) + " in memory"));
  to.push_back(
      pair("channels", config::grouped(status.channel_backlog()) + " commands wait for other shards"));
  to.push_back(pair("state", "applied to " + config::grouped(status.applied_epoch()) + ", "
                                 + short_bytes(status.unapplied_bytes()) + " not yet"));
}

void add_history(const v1::order& order, std::vector<top_text>& to) {
  to.emplace_back();
  for (int i = 0; i < order.history_size(); ++i) {
    const bool known = i < order.history_at_ms_size();
    to.push_back(std::move(top_text{}
                               .add(known ? format_time(order.history_at_ms(i)) : "", top_style::dim)
                               .to(27)
                               .add(status_name(static_cast<v1::order_status>(order.history(i))))));
  }
  for (const auto& action : order.actions())
    to.push_back(std::move(top_text{}
                               .add(format_time(action.at_ms()), top_style::dim)
                               .to(27)
                               .add(action.what() + " by " + action.by() + ": " + action.why())));
}

void add_lines(const v1::order& order, std::vector<top_text>& to) {
  to.emplace_back();
  for (const auto& line : order.lines())
    to.push_back(std::move(top_text{}
                               .add(line.sku())
                               .right(32, config::grouped(static_cast<std::uint64_t>(line.quantity())))
                               .add(" x ")
                               .add(format_money(line.unit_price_minor(), order.currency()))
                               .add(line.reserved() ? "  reserved" : "", top_style::good)));
}

} // namespace

std::vector<top_text> one_shard_lines(const top_model& model, std::uint32_t shard) {
  std::vector<top_text> lines{std::move(top_text{}.add("shard " + std::to_string(shard), top_style::bold))};
  for (const auto& each : model.cluster.shards()) {
    if (each.shard() != shard)
      continue;
    add_map(each, lines);
    for (const auto& node : model.nodes)
      if (node.node == each.primary())
        for (const auto& status : node.status.shards())
          if (status.shard() == shard)
            add_work(status, lines);
  }
  for (const auto& turn : longest_turns(model, 100))
    if (turn.what.shard() == shard)
      lines.push_back(pair("long turn", short_time(turn.what.took_us()) + " at "
                                            + format_time(turn.what.at_ms()).substr(0, 19) + "Z, node "
                                            + std::to_string(turn.node) + ": " + turn.what.what()));
  return lines;
}

std::vector<top_text> one_order_lines(const top_model& model, const std::string& order_id) {
  std::vector<top_text> lines{
      std::move(top_text{}.add("order " + actors::order_id_text(order_id), top_style::bold))};
  if (!model.chosen || model.chosen->order_id() != order_id) {
    lines.push_back(pair("", model.chosen_error.empty() ? "is being asked for" : model.chosen_error));
    return lines;
  }
  const auto& order = *model.chosen;
  lines.push_back(pair(
      "status", status_name(order.status())
                    + (order.reason() == v1::NO_REASON ? "" : " (" + reason_name(order.reason()) + ")")));
  lines.push_back(pair("customer", order.customer().empty() ? "guest" : order.customer()));
  if (!order.reference().empty())
    lines.push_back(pair("reference", order.reference()));
  lines.push_back(pair("total", format_money(order.total_minor(), order.currency())));
  lines.push_back(pair("payment", method_name(order.payment().method()) + ", "
                                      + payment_state_name(order.payment().state())));
  lines.push_back(pair("placed", format_time(order.placed_at_ms()) + ", "
                                     + short_span((model.now_ms - order.placed_at_ms()) / 1'000) + " ago"));
  add_history(order, lines);
  add_lines(order, lines);
  return lines;
}

} // namespace orderd::cluster
