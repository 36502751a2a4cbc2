// orderctl trace.
#include "actors/rules/order_id.hpp"
#include "actors/rules/text.hpp"
#include "cluster/orderctl/ctl_commands.hpp"
#include "cluster/orderctl/ctl_nodes.hpp"
#include "cluster/orderctl/ctl_table.hpp"
#include "cluster/orderctl/trace_timeline.hpp"
#include "config/limits.hpp"
#include "runtime/base/bytes.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace orderd::cluster {

namespace {

/// Of one trace: more would be a shop's whole day under one id.
constexpr std::size_t orders_of_a_trace_max = 20;

struct asked_node {
  std::string endpoint;
  std::string error;           ///< empty: it answered
  std::uint64_t lines = 0;     ///< that contain what was asked for
  std::uint64_t forgotten = 0; ///< lines that it keeps no more
};

struct traced {
  std::string trace_id; ///< hexadecimal; empty: none is known
  std::vector<v1::order> orders;
  trace_timeline line;
  std::map<std::uint32_t, asked_node> nodes;
};

/// Whether the order is there. What it says of itself goes into `to`; a refusal is said.
bool add_order(const std::string& id, traced& to, ctl_context& context) {
  v1::request what;
  what.mutable_get_order()->set_order_id(id);
  const auto answer = context.node.call(std::move(what));
  if (!answer.has_order()) {
    context.err << "orderctl: order " << actors::order_id_text(id) << ": " << refusal_text(answer) << '\n';
    return false;
  }
  to.line.add(answer.order());
  if (to.trace_id.empty())
    to.trace_id = runtime::to_hex(answer.order().trace_id());
  to.orders.push_back(answer.order());
  return true;
}

/// Without those that did not answer an earlier question: each further one would wait for them again.
v1::cluster_status still_asked(const v1::cluster_status& cluster, const traced& so_far) {
  v1::cluster_status out;
  for (const auto& each : cluster.nodes())
    if (const auto known = so_far.nodes.find(each.node());
        known == so_far.nodes.end() || known->second.error.empty())
      *out.add_nodes() = each;
  return out;
}

void add_logs(const std::string& containing, const v1::cluster_status& cluster, traced& to,
              ctl_context& context) {
  v1::request what;
  what.mutable_get_log()->set_containing(containing);
  for (auto& each : ask_nodes(still_asked(cluster, to), what, context)) {
    auto& node = to.nodes[each.node];
    node.endpoint = each.endpoint;
    if (!each.what.has_log_page()) {
      node.error = refusal_text(each.what);
      continue;
    }
    node.lines += to.line.add(each.node, each.what.log_page());
    node.forgotten = each.what.log_page().forgotten();
  }
}

const char* source_name(trace_entry::source from) {
  switch (from) {
  case trace_entry::source::order:
    return "order";
  case trace_entry::source::person:
    return "person";
  case trace_entry::source::log:
    break;
  }
  return "log";
}

void print_json(const traced& found, ctl_context& context) {
  auto orders = json::array();
  for (const auto& each : found.orders)
    orders.push_back(to_json(each));
  auto entries = json::array();
  for (const auto& each : found.line.entries())
    entries.push_back(
        {{"at", each.at_ms == 0 ? json(nullptr) : json(format_time(each.at_ms))},
         {"from", source_name(each.from)},
         {"node", each.node ? json(*each.node) : json(nullptr)},
         {"order_id", each.order_id.empty() ? json(nullptr) : json(actors::order_id_text(each.order_id))},
         {"text", each.text}});
  auto nodes = json::array();
  for (const auto& [number, node] : found.nodes)
    nodes.push_back({{"node", number},
                     {"endpoint", node.endpoint},
                     {"error", node.error.empty() ? json(nullptr) : json(node.error)},
                     {"lines", node.lines},
                     {"forgotten", node.forgotten}});
  print_line({{"trace_id", found.trace_id.empty() ? json(nullptr) : json(found.trace_id)},
              {"orders", std::move(orders)},
              {"entries", std::move(entries)},
              {"nodes", std::move(nodes)}},
             context);
}

std::string who(const trace_entry& each, bool several_orders) {
  if (each.node)
    return "node " + std::to_string(*each.node);
  return source_name(each.from) + (several_orders ? " " + actors::order_id_text(each.order_id) : "");
}

void print_text(const traced& found, ctl_context& context) {
  auto& out = context.out;
  for (const auto& each : found.orders)
    out << "order " << actors::order_id_text(each.order_id()) << ", " << status_name(each.status()) << '\n';
  if (!found.trace_id.empty())
    out << "trace " << found.trace_id << '\n';
  using side = ctl_table::side;
  ctl_table table{{side::left, side::left, side::left}};
  for (const auto& each : found.line.entries())
    table.add(
        {each.at_ms == 0 ? "-" : format_time(each.at_ms), who(each, found.orders.size() > 1), each.text});
  table.print(out);
  std::uint64_t lines = 0;
  for (const auto& [number, node] : found.nodes)
    lines += node.lines;
  if (lines == 0)
    out << "no node keeps a log line of it; a node that runs with --log-level debug has two of each order\n";
  for (const auto& [number, node] : found.nodes)
    if (node.forgotten > 0)
      out << "node " << number << " has forgotten its " << node.forgotten << " oldest lines\n";
}

/// 3 when a node did not answer, since its lines are missing; 1 when nothing is known at all.
int end_of(const traced& found, ctl_context& context) {
  int code = found.line.entries().empty() ? exit_refused : exit_ok;
  for (const auto& [number, node] : found.nodes) {
    if (node.error.empty())
      continue;
    context.err << "orderctl: node " << number << " at " << actors::shown(node.endpoint)
                << " did not answer, and its lines are missing: " << node.error << '\n';
    code = exit_fault;
  }
  return code;
}

} // namespace

int run(const trace_options& options, ctl_context& context) {
  const auto answer = context.node.call(cluster_question());
  if (!answer.has_cluster_status())
    return print_refusal(answer, context);
  const auto& cluster = answer.cluster_status();
  traced found;
  found.trace_id = runtime::to_hex(options.trace_id);
  std::set<std::string> of_orders;
  if (!options.order_id.empty()) {
    add_order(options.order_id, found, context);
    of_orders.insert(actors::order_id_text(options.order_id));
  }
  if (!found.trace_id.empty()) {
    add_logs(found.trace_id, cluster, found, context);
    for (const auto& id : found.line.orders_named())
      if (of_orders.size() < orders_of_a_trace_max && of_orders.insert(id).second)
        add_order(actors::parse_order_id(id), found, context);
  }
  for (const auto& id : of_orders)
    add_logs(id, cluster, found, context);
  if (context.json)
    print_json(found, context);
  else
    print_text(found, context);
  return end_of(found, context);
}

} // namespace orderd::cluster
