#include "cluster/json/json_forms.hpp"

#include "actors/rules/order_id.hpp"
#include "cluster/client/fault_meaning.hpp"
#include "runtime/base/bytes.hpp"
#include "runtime/base/iso_time.hpp"

#include <string_view>

namespace orderd::cluster {

namespace {

/// The name of an enumerator in lower case without `prefix`; its number when this program does not know
/// it.
std::string plain_name(std::string name, int number, std::string_view prefix = {}) {
  if (name.empty())
    return std::to_string(number);
  if (name.starts_with(prefix))
    name.erase(0, prefix.size());
  for (char& c : name)
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return name;
}

json null_if_empty(const std::string& text) {
  return text.empty() ? json(nullptr) : json(text);
}

/// `silent_for_ms` is null of a node that is heard, or was not since the one that says so started.
json missed_json(const google::protobuf::RepeatedPtrField<v1::missed_copy>& missed) {
  auto all = json::array();
  for (const auto& each : missed)
    all.push_back({{"node", each.node()},
                   {"heard", each.heard()},
                   {"silent_for_ms", each.heard_before() ? json(each.silent_for_ms()) : json(nullptr)}});
  return all;
}

json reason_or_null(v1::reject_reason reason) {
  return reason == v1::NO_REASON ? json(nullptr) : json(reason_name(reason));
}

/// Of a placement or an order: the line that its reason is about.
template <class Message>
json refused_line_of(const Message& what) {
  if (!what.has_refused_line())
    return nullptr;
  const auto& line = what.refused_line();
  return {{"line", line.line()},
          {"sku", line.sku()},
          {"quantity", line.quantity()},
          {"lines", line.lines()},
          {"available", line.has_available() ? json(line.available()) : json(nullptr)}};
}

template <class Message>
json refused_payment_of(const Message& what) {
  if (!what.has_refused_payment())
    return nullptr;
  const auto& payment = what.refused_payment();
  return {
      {"amount_minor", payment.amount_minor()},
      {"account", null_if_empty(payment.account())},
      {"available_minor", payment.has_available_minor() ? json(payment.available_minor()) : json(nullptr)},
      {"account_currency", null_if_empty(payment.account_currency())}};
}

/// Of orders from before times were kept only the first is known.
json history_json(const v1::order& order) {
  const bool timed = order.history_at_ms_size() == order.history_size();
  auto history = json::array();
  for (int i = 0; i < order.history_size(); ++i) {
    const auto at = timed ? order.history_at_ms(i) : order.placed_at_ms();
    const bool ended = timed && i + 1 < order.history_size();
    history.push_back({{"status", status_name(static_cast<v1::order_status>(order.history(i)))},
                       {"at", timed || i == 0 ? json(format_time(at)) : json(nullptr)},
                       {"took_ms", ended ? json(order.history_at_ms(i + 1) - at) : json(nullptr)}});
  }
  return history;
}

json actions_json(const v1::order& order) {
  auto actions = json::array();
  for (const auto& action : order.actions())
    actions.push_back({{"at", format_time(action.at_ms())},
                       {"what", action.what()},
                       {"by", action.by()},
                       {"why", null_if_empty(action.why())}});
  return actions;
}

} // namespace

std::string status_name(v1::order_status status) {
  return plain_name(v1::order_status_Name(status), status, "ORDER_STATUS_");
}

std::string reason_name(v1::reject_reason reason) {
  return reason == v1::NO_REASON ? "none" : plain_name(v1::reject_reason_Name(reason), reason);
}

std::string method_name(v1::payment_method method) {
  return plain_name(v1::payment_method_Name(method), method, "PAYMENT_METHOD_");
}

std::string payment_state_name(v1::payment_state state) {
  return plain_name(v1::payment_state_Name(state), state, "PAYMENT_");
}

std::string rejection_name(const v1::rejection& why) {
  return plain_name(v1::rejection::kind_Name(why.code()), why.code(), "REJECTION_");
}

std::string fault_name(const v1::fault& why) {
  return plain_name(v1::fault::kind_Name(why.code()), why.code(), "FAULT_");
}

std::string format_time(std::int64_t unix_ms) {
  return runtime::iso_time(unix_ms);
}

json to_json(const v1::placement& outcome) {
  return {{"order_id", actors::order_id_text(outcome.order_id())},
          {"status", status_name(outcome.status())},
          {"reason", reason_or_null(outcome.reason())},
          {"refused_line", refused_line_of(outcome)},
          {"refused_payment", refused_payment_of(outcome)},
          {"authorized_minor", outcome.authorized_minor()},
          {"lines_reserved", outcome.lines_reserved()}};
}

json to_json(const v1::order& order) {
  auto lines = json::array();
  for (const auto& line : order.lines())
    lines.push_back({{"sku", line.sku()},
                     {"quantity", line.quantity()},
                     {"unit_price_minor", line.unit_price_minor()},
                     {"reserved", line.reserved()}});
  return {{"order_id", actors::order_id_text(order.order_id())},
          {"reference", order.reference()},
          {"customer", null_if_empty(order.customer())},
          {"status", status_name(order.status())},
          {"reason", reason_or_null(order.reason())},
          {"refused_line", refused_line_of(order)},
          {"refused_payment", refused_payment_of(order)},
          {"currency", order.currency()},
          {"total_minor", order.total_minor()},
          {"lines", std::move(lines)},
          {"payment",
           {{"method", method_name(order.payment().method())},
            {"state", payment_state_name(order.payment().state())},
            {"authorized_minor", order.payment().authorized_minor()}}},
          {"placed_at", format_time(order.placed_at_ms())},
          {"updated_at", format_time(order.updated_at_ms())},
          {"history", history_json(order)},
          {"actions", actions_json(order)},
          {"trace_id", order.trace_id().empty() ? json(nullptr) : json(runtime::to_hex(order.trace_id()))}};
}

json to_json(const v1::stock_item& item) {
  return {{"sku", item.sku()},
          {"on_hand", item.on_hand()},
          {"reserved", item.reserved()},
          {"available", item.available()}};
}

json to_json(const v1::account& account) {
  return {{"customer", account.customer()},
          {"currency", account.currency()},
          {"credit_limit_minor", account.credit_limit_minor()},
          {"held_minor", account.held_minor()},
          {"captured_minor", account.captured_minor()}};
}

json to_json(const v1::quarantined& entry) {
  return {{"kind", entry.kind()},    {"key", entry.key()},           {"command", entry.command()},
          {"error", entry.error()},  {"attempts", entry.attempts()}, {"since", format_time(entry.since_ms())},
          {"parked", entry.parked()}};
}

json to_json(const v1::audit_report& report) {
  auto by_status = json::object();
  // By number, so that the names come in the order of an order's life.
  for (int status = 0; status <= v1::order_status_MAX; ++status) {
    const auto counted = report.orders_by_status().find(v1::order_status_Name(status));
    if (counted != report.orders_by_status().end())
      by_status[status_name(static_cast<v1::order_status>(status))] = counted->second;
  }
  auto violations = json::array();
  for (const auto& violation : report.first_violations())
    violations.push_back({{"invariant", violation.invariant()},
                          {"subject", violation.subject()},
                          {"detail", violation.detail()}});
  auto held = json::object();
  for (const auto& sum : report.held())
    held[sum.currency()] = sum.minor();
  return {{"orders", report.orders()},
          {"orders_by_status", std::move(by_status)},
          {"lines", report.lines()},
          {"items", report.items()},
          {"accounts", report.accounts()},
          {"cards", report.cards()},
          {"units_reserved", report.units_reserved()},
          {"held_minor", report.held_minor()},
          {"held", std::move(held)},
          {"unjudged", report.unjudged()},
          {"violations", report.violations()},
          {"first_violations", std::move(violations)}};
}

json to_json(const v1::node_status& status) {
  auto turns = json::array();
  for (const auto& turn : status.longest_turns())
    turns.push_back({{"shard", turn.shard()},
                     {"what", turn.what()},
                     {"took_us", turn.took_us()},
                     {"at_ms", turn.at_ms()}});
  auto stages = json::array();
  for (const auto& each : status.stages())
    stages.push_back({{"stage", each.stage()}, {"requests", each.requests()}, {"total_us", each.total_us()}});
  auto shards = json::array();
  for (const auto& shard : status.shards())
    shards.push_back({{"shard", shard.shard()},
                      {"term", shard.term()},
                      {"committed_epoch", shard.committed_epoch()},
                      {"applied_epoch", shard.applied_epoch()},
                      {"live_entities", shard.live_entities()},
                      {"unsettled_orders", shard.unsettled_orders()},
                      {"quarantined", shard.quarantined()},
                      {"channel_backlog", shard.channel_backlog()},
                      {"unapplied_bytes", shard.unapplied_bytes()},
                      {"missed", missed_json(shard.missed())},
                      {"refusing_because", null_if_empty(shard.refusing_because())}});
  return {{"version", status.version()},
          {"uptime_ms", status.uptime_ms()},
          {"disk_used", status.disk_used()},
          {"admitting", status.admitting()},
          {"refusing_because", null_if_empty(status.refusing_because())},
          {"shards", std::move(shards)},
          {"longest_turns", std::move(turns)},
          {"stages", std::move(stages)}};
}

json to_json(const v1::scrub_status& scrub) {
  return {{"running", scrub.running()},
          {"progress", scrub.progress()},
          {"begun_at_ms", scrub.begun_at_ms()},
          {"ended_at_ms", scrub.ended_at_ms()},
          {"pages", scrub.pages()},
          {"bytes", scrub.bytes()},
          {"bad", scrub.bad()},
          {"mended", scrub.mended()},
          {"finding", null_if_empty(scrub.finding())},
          {"next_in_ms", scrub.next_in_ms()},
          {"looking_at", null_if_empty(scrub.looking_at())}};
}

json to_json(const v1::lost_range& range) {
  return {{"name", range.name()},
          {"shard", range.shard()},
          {"table", range.table()},
          {"kind", null_if_empty(range.kind())},
          {"first", null_if_empty(range.first())},
          {"last", null_if_empty(range.last())},
          {"before", null_if_empty(range.before())},
          {"found_at_ms", range.found_at_ms()}};
}

json to_json(const v1::cluster_status& cluster) {
  auto nodes = json::array();
  for (const auto& node : cluster.nodes())
    nodes.push_back({{"node", node.node()},
                     {"client_endpoint", null_if_empty(node.client_endpoint())},
                     {"peer_endpoint", null_if_empty(node.peer_endpoint())},
                     {"boot", node.boot()},
                     {"heard", node.heard()}});
  auto shards = json::array();
  for (const auto& shard : cluster.shards()) {
    auto followers = json::array();
    for (const auto& follower : shard.followers())
      followers.push_back({{"node", follower.node()}, {"lag_epochs", follower.lag_epochs()}});
    shards.push_back({{"shard", shard.shard()},
                      {"term", shard.term()},
                      {"primary", shard.primary()},
                      {"primary_endpoint", null_if_empty(shard.primary_endpoint())},
                      {"in_sync", shard.in_sync()},
                      {"eligible", shard.eligible()},
                      {"nodes", shard.nodes()},
                      {"committed_epoch", shard.committed_epoch()},
                      {"journal_end", shard.journal_end()},
                      {"followers", std::move(followers)},
                      {"state", shard.state()},
                      {"missed", missed_json(shard.missed())},
                      {"refusing_because", null_if_empty(shard.refusing_because())}});
  }
  return {{"cluster_id", null_if_empty(cluster.cluster_id())},
          {"replication", cluster.replication()},
          {"nodes", std::move(nodes)},
          {"shards", std::move(shards)}};
}

json to_json(const v1::rejection& why) {
  return {{"rejection",
           {{"code", rejection_name(why)},
            {"field", null_if_empty(why.field())},
            {"value", null_if_empty(why.value())},
            {"limit", null_if_empty(why.limit())},
            {"message", why.message()}}}};
}

json to_json(const v1::fault& why) {
  json inside{
      {"code", fault_name(why)}, {"message", why.message()}, {"retry_after_ms", why.retry_after_ms()}};
  inside["outcome"] = name_of(meaning_of(why.code()));
  if (why.code() == v1::fault::NOT_OWNER) {
    inside["shard"] = why.shard();
    inside["owner_endpoint"] = null_if_empty(why.owner_endpoint());
  }
  return {{"fault", std::move(inside)}};
}

} // namespace orderd::cluster
