// orderctl cluster restore-configuration, elect, reset-term: shown first, asked for, then done by one node.
#include "cluster/orderctl/ctl_commands.hpp"
#include "cluster/repair/configuration_repair.hpp"

#include <algorithm>
#include <cstdint>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace orderd::cluster {

namespace {

/// The nodes that answer, and where.
struct asked_nodes {
  std::vector<node_report> reports;
  std::vector<std::string> endpoints; ///< as reports
};

/// Without those of another cluster, which a node founds that was started with an empty folder beside a lost
/// store. Where none is the larger, planning says so.
asked_nodes of_one_cluster(asked_nodes all, ctl_context& context) {
  const auto cluster = main_cluster(all.reports);
  if (cluster.empty())
    return all;
  asked_nodes out;
  for (std::size_t i = 0; i < all.reports.size(); ++i) {
    auto& report = all.reports[i];
    if (report.cluster != cluster) {
      context.err << "orderctl: node " << report.who.node << " at " << all.endpoints[i]
                  << " is ignored: it is of cluster " << report.cluster << ", not of " << cluster
                  << "; was it started with another, empty --data-dir?\n";
      continue;
    }
    out.reports.push_back(std::move(report));
    out.endpoints.push_back(std::move(all.endpoints[i]));
  }
  return out;
}

/// Asks every node that is named here, or in a record that one of them holds.
asked_nodes ask_nodes(ctl_context& context) {
  asked_nodes out;
  std::vector<std::string> ask = context.endpoints;
  std::set<std::string> known{ask.begin(), ask.end()};
  for (std::size_t i = 0; i < ask.size(); ++i) {
    v1::request what;
    what.mutable_get_configuration();
    const auto answer = context.only(ask[i])->call(std::move(what));
    if (!answer.has_node_configuration()) {
      context.err << "orderctl: " << ask[i] << " does not answer: " << refusal_text(answer) << '\n';
      continue;
    }
    auto report = report_of(answer.node_configuration());
    for (const auto& [number, node] : report.content.nodes)
      if (known.insert(node.client_endpoint).second)
        ask.push_back(node.client_endpoint);
    const bool twice = std::any_of(out.reports.begin(), out.reports.end(), [&](const auto& each) {
      return each.who == report.who && each.cluster == report.cluster;
    });
    if (twice)
      continue;
    out.reports.push_back(std::move(report));
    out.endpoints.push_back(ask[i]);
  }
  return of_one_cluster(std::move(out), context);
}

void show(const repair_plan& plan, const asked_nodes& nodes, ctl_context& context) {
  auto& out = context.json ? context.err : context.out;
  for (std::size_t i = 0; i < nodes.reports.size(); ++i)
    out << "node " << nodes.reports[i].who.node << " at " << nodes.endpoints[i] << ": the store is "
        << nodes.reports[i].store << ", generation " << nodes.reports[i].generation << '\n';
  for (const auto& line : plan.lines)
    out << line << '\n';
}

/// By the first node that takes it: each checks it against what itself holds.
v1::reply carry_out(const repair_plan& plan, const asked_nodes& nodes, ctl_context& context) {
  v1::request what;
  *what.mutable_change_configuration() = plan.change;
  // One that believes the store, if there is one: it has no reason to close it for the others, who would
  // forget by that who believed it; and a command that is cut off is planned again by just that.
  std::size_t by = 0;
  while (by < nodes.reports.size() && !has_a_store(nodes.reports[by]))
    ++by;
  return context.only(nodes.endpoints[by % nodes.endpoints.size()])->call(std::move(what));
}

int repair(const repair_options& options, const asked_nodes& nodes, runtime::result<repair_plan> plan,
           ctl_context& context) {
  if (!plan)
    return print_fault(plan.error(), context);
  plan->change.set_by(options.by.empty() ? context.user : options.by);
  show(*plan, nodes, context);
  if (!options.yes && !(context.confirm && context.confirm("Do it?"))) {
    context.err << "orderctl: nothing was changed; --yes does it without asking\n";
    return exit_refused;
  }
  const auto answer = carry_out(*plan, nodes, context);
  if (!answer.has_configuration_changed())
    return print_refusal(answer, context);
  const auto& done = answer.configuration_changed();
  if (context.json)
    print_line({{"audit", done.audit()}, {"generation", done.generation()}}, context);
  else
    context.out << "done, as generation " << done.generation() << "; the store remembers it as "
                << done.audit() << '\n';
  return exit_ok;
}

} // namespace

int run(const restore_configuration_options& options, ctl_context& context) {
  const auto nodes = ask_nodes(context);
  std::random_device random;
  auto plan = plan_restore(nodes.reports, std::uint64_t{random()} << 32 | random());
  if (plan)
    plan->change.set_over_newer(options.over_newer);
  return repair(options, nodes, std::move(plan), context);
}

int run(const elect_options& options, ctl_context& context) {
  const auto nodes = ask_nodes(context);
  return repair(options, nodes, plan_election(nodes.reports, options.shard, options.node), context);
}

int run(const reset_term_options& options, ctl_context& context) {
  const auto nodes = ask_nodes(context);
  return repair(options, nodes, plan_reset(nodes.reports, options.shard), context);
}

} // namespace orderd::cluster
