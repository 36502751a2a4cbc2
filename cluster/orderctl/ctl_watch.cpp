// orderctl audit, status, cluster status.
#include "actors/audit/audit_rules.hpp"
#include "actors/rules/text.hpp"
#include "cluster/orderctl/ctl_commands.hpp"
#include "cluster/orderctl/ctl_nodes.hpp"
#include "cluster/retail/decimal.hpp"
#include "cluster/wire/missed_text.hpp"

#include <algorithm>
#include <iomanip>
#include <set>
#include <string>
#include <vector>

namespace orderd::cluster {

namespace {

void print_report(const v1::audit_report& report, ctl_context& context) {
  auto& out = context.out;
  out << "checked " << report.orders() << " orders with " << report.lines() << " lines, " << report.items()
      << " SKUs, " << report.accounts() << " accounts, " << report.cards() << " card payments\n"
      << report.units_reserved() << " units reserved\n";
  for (const auto& sum : report.held())
    out << actors::shown(format_money(sum.minor(), sum.currency())) << " held by accounts\n";
  const auto by_status = to_json(report)["orders_by_status"]; // `items` refers to it
  for (const auto& [status, orders] : by_status.items())
    out << std::setw(12) << status << ' ' << orders.get<std::uint64_t>() << '\n';
  if (report.unjudged() > 0)
    out << report.unjudged()
        << " differences may be commands under way between shards: audit again when it is quiet\n";
  for (const auto& violation : report.first_violations())
    out << "VIOLATION of " << violation.invariant() << " by " << actors::shown(violation.subject()) << ": "
        << actors::shown(violation.detail()) << '\n';
  std::set<std::string> broken;
  for (const auto& violation : report.first_violations())
    broken.insert(violation.invariant());
  for (const auto& each : broken)
    if (const auto text = actors::invariant_text(each); !text.empty())
      out << each << " says: " << text << '\n';
  out << (report.violations() == 0 ? "no violation" : std::to_string(report.violations()) + " violations")
      << '\n';
}

/// What is wrong with the copies of shards: a line each.
template <class Shards>
void print_missed(const Shards& shards, ctl_context& context) {
  for (const auto& shard : shards) {
    const auto missed = missed_text(shard.missed());
    if (!shard.refusing_because().empty())
      context.out << "REFUSING: " << actors::shown(shard.refusing_because()) << '\n';
    else if (!missed.empty())
      context.out << "shard " << shard.shard() << " misses copies: " << missed << '\n';
  }
}

bool refuses(const v1::node_status& status) {
  return std::any_of(status.shards().begin(), status.shards().end(),
                     [](const auto& shard) { return !shard.refusing_because().empty(); });
}

void print_status(const v1::node_status& status, ctl_context& context) {
  auto& out = context.out;
  out << "orderd " << status.version() << ", up for " << status.uptime_ms() / 1000 << " s, disk "
      << std::fixed << std::setprecision(0) << status.disk_used() * 100 << " % full\n"
      << (!status.admitting() ? "refusing new orders: " + status.refusing_because()
          : refuses(status)   ? "refusing new orders of some shards, as said below"
                              : "admitting new orders")
      << '\n';
  out << std::right << std::setw(5) << "shard" << std::setw(6) << "term" << std::setw(12) << "committed"
      << std::setw(12) << "applied" << std::setw(10) << "live" << std::setw(11) << "unsettled"
      << std::setw(13) << "quarantined" << std::setw(9) << "backlog" << std::setw(17) << "unapplied bytes"
      << '\n';
  for (const auto& shard : status.shards())
    out << std::setw(5) << shard.shard() << std::setw(6) << shard.term() << std::setw(12)
        << shard.committed_epoch() << std::setw(12) << shard.applied_epoch() << std::setw(10)
        << shard.live_entities() << std::setw(11) << shard.unsettled_orders() << std::setw(13)
        << shard.quarantined() << std::setw(9) << shard.channel_backlog() << std::setw(17)
        << shard.unapplied_bytes() << '\n';
  print_missed(status.shards(), context);
  if (!status.longest_turns().empty())
    out << "longest turns of a shard's thread (everything else of the shard waits meanwhile):\n";
  for (const auto& turn : status.longest_turns())
    out << std::setw(9) << std::setprecision(1) << static_cast<double>(turn.took_us()) / 1e3 << " ms, shard "
        << turn.shard() << ", " << format_time(turn.at_ms()) << ": " << actors::shown(turn.what()) << '\n';
}

v1::request audit_question() {
  v1::request what;
  what.mutable_run_audit();
  return what;
}

int print_audit(const v1::reply& answer, ctl_context& context) {
  if (!answer.has_audit_report())
    return print_refusal(answer, context);
  if (context.json)
    print_line(to_json(answer.audit_report()), context);
  else
    print_report(answer.audit_report(), context);
  return answer.audit_report().violations() == 0 ? exit_ok : exit_refused;
}

bool unreachable(const v1::reply& answer) {
  return answer.has_fault() && answer.fault().code() == v1::fault::UNAVAILABLE;
}

/// The shards of which a node has every committed epoch.
std::vector<std::uint32_t> shards_in_sync(const v1::cluster_status& cluster, std::uint32_t node) {
  std::vector<std::uint32_t> found;
  for (const auto& shard : cluster.shards())
    if (std::find(shard.in_sync().begin(), shard.in_sync().end(), node) != shard.in_sync().end())
      found.push_back(shard.shard());
  return found;
}

template <class Numbers>
std::string listed(const Numbers& numbers) {
  std::string text;
  for (const auto number : numbers)
    text += (text.empty() ? "" : " ") + std::to_string(number);
  return text.empty() ? "-" : text;
}

/// Sums go across shards, so one node must have them all.
int audit_cluster(const v1::cluster_status& cluster, ctl_context& context) {
  std::string why = "no node that answers is in sync of every shard, so none can check sums across them";
  for (const auto& node : cluster.nodes()) {
    const auto shards = shards_in_sync(cluster, node.node());
    why += "; node " + std::to_string(node.node()) + " at " + node.client_endpoint();
    if (shards.size() == static_cast<std::size_t>(cluster.shards_size())) {
      const auto answer = context.only(node.client_endpoint())->call(audit_question());
      if (!unreachable(answer))
        return print_audit(answer, context);
      why += " has all, and does not answer";
    } else {
      why += " has " + (shards.empty() ? "none" : listed(shards));
    }
  }
  return print_fault({runtime::fault_code::unavailable, why}, context);
}

std::string lags(const v1::shard_view& shard) {
  std::string text;
  for (const auto& follower : shard.followers())
    text += (text.empty() ? "" : " ") + std::to_string(follower.node()) + ":"
            + std::to_string(follower.lag_epochs());
  return text.empty() ? "-" : text;
}

void print_cluster(const v1::cluster_status& cluster, ctl_context& context) {
  auto& out = context.out;
  if (cluster.cluster_id().empty())
    out << "a node by itself\n";
  else
    out << "cluster " << cluster.cluster_id() << ", " << cluster.replication() << " copies of each shard\n";
  out << std::left << std::setw(6) << "node" << std::setw(24) << "clients" << std::setw(24) << "peers"
      << std::setw(6) << "boot"
      << "heard\n";
  for (const auto& node : cluster.nodes())
    out << std::setw(6) << node.node() << std::setw(24) << node.client_endpoint() << std::setw(24)
        << (node.peer_endpoint().empty() ? "-" : node.peer_endpoint()) << std::setw(6) << node.boot()
        << (node.heard() ? "yes" : "no") << '\n';
  out << std::setw(7) << "shard" << std::setw(6) << "term" << std::setw(9) << "primary" << std::setw(19)
      << "state" << std::setw(10) << "in sync" << std::setw(10) << "eligible" << std::setw(10) << "copies"
      << std::setw(12) << "committed" << std::setw(12) << "journal"
      << "lag\n";
  for (const auto& shard : cluster.shards())
    out << std::setw(7) << shard.shard() << std::setw(6) << shard.term() << std::setw(9) << shard.primary()
        << std::setw(19) << shard.state() << std::setw(10) << listed(shard.in_sync()) << std::setw(10)
        << listed(shard.eligible()) << std::setw(10) << listed(shard.nodes()) << std::setw(12)
        << shard.committed_epoch() << std::setw(12) << shard.journal_end() << lags(shard) << '\n';
  print_missed(cluster.shards(), context);
}

/// Status of one node; `named`: say which, because others follow.
int show_status(const std::string& endpoint, bool named, ctl_context& context) {
  v1::request what;
  what.mutable_get_status();
  const auto answer = context.only(endpoint)->call(std::move(what));
  if (!answer.has_node_status())
    return print_refusal(answer, context);
  if (context.json) {
    json line = named ? json{{"endpoint", endpoint}} : json::object();
    line.update(to_json(answer.node_status()));
    print_line(line, context);
    return exit_ok;
  }
  if (named)
    context.out << "node at " << endpoint << '\n';
  print_status(answer.node_status(), context);
  return exit_ok;
}

} // namespace

int run(const audit_options&, ctl_context& context) {
  const auto answer = context.node.call(cluster_question());
  if (unreachable(answer))
    return print_refusal(answer, context);
  if (answer.has_cluster_status() && answer.cluster_status().nodes_size() > 1)
    return audit_cluster(answer.cluster_status(), context);
  return print_audit(context.node.call(audit_question()), context);
}

int run(const status_options&, ctl_context& context) {
  int code = exit_ok;
  for (const auto& endpoint : context.endpoints)
    code = std::max(code, show_status(endpoint, context.endpoints.size() > 1, context));
  return code;
}

int run(const cluster_status_options&, ctl_context& context) {
  const auto answer = ask_cluster(context);
  if (!answer.has_cluster_status())
    return print_refusal(answer, context);
  if (context.json)
    print_line(to_json(answer.cluster_status()), context);
  else
    print_cluster(answer.cluster_status(), context);
  return exit_ok;
}

} // namespace orderd::cluster
