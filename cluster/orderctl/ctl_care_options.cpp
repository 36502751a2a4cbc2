// The command line of what operators look after a node with: audit, status, scrub, quarantine, lost, cluster.
#include "cluster/orderctl/ctl_command_line.hpp"
#include "cluster/orderctl/ctl_values.hpp"
#include "config/limits.hpp"
#include "config/value_checks.hpp"

namespace orderd::cluster {

template <class Options>
void command_line::add_quarantine_entry(CLI::App* group, const char* name, const char* help,
                                        const Options& initial) {
  auto* command = group->add_subcommand(name, help);
  auto options = bind<Options>(command);
  *options = initial;
  command->add_option("KIND", options->kind, "order, item, account or card")
      ->required()
      ->check(config::word_of({"order", "item", "account", "card"}));
  command->add_option("KEY", options->key, "Order id, SKU or customer, as listed")
      ->required()
      ->check(text_up_to(limits::key_bytes_max));
  if constexpr (requires { options->said; }) {
    add_said(*command, options->said);
    command->footer(std::string{"Example:\n  orderctl quarantine "} + name
                    + " item 85123A --by eve --why \"the disk was full\"");
  }
}

void command_line::add_quarantine() {
  auto* group = app_.add_subcommand("quarantine", "Look after what kept failing and was stopped");
  require_one(*group);
  bind<quarantine_list_options>(group->add_subcommand("list", "List everything in quarantine"));
  add_quarantine_entry(group, "show", "Show one entry", quarantine_show_options{});
  add_quarantine_entry(group, "retry", "Run its command again", quarantine_resolve_options{{}, true});
  add_quarantine_entry(group, "release",
                       "Drop its command and go on without it; what waits for that command waits for ever",
                       quarantine_resolve_options{{}, false});
}

void command_line::add_lost() {
  auto* group = app_.add_subcommand("lost", "Look after rows that damage took");
  require_one(*group);
  bind<lost_list_options>(
      group->add_subcommand("list", "List the ranges of lost keys of each node of --endpoint"));
  auto* accept = group->add_subcommand(
      "accept", "Give up what lay there: what is not found is new from then on. It is asked for first");
  auto options = bind<lost_accept_options>(accept, [](lost_accept_options& of) {
    if (of.all == !of.names.empty())
      throw CLI::ValidationError("NAME", "give the names of ranges as listed, or --all");
  });
  accept->add_option("NAME", options->names, "Names of ranges, as listed")->check(text_up_to(64));
  accept->add_flag("--all", options->all, "All that are lost now");
  accept->add_flag("--yes", options->yes, "Do it; else it is shown first, and asked for");
  accept->add_option("--by", options->by, "Who does it, for the log of the node")
      ->check(new_text_up_to(limits::reference_bytes_max));
}

void command_line::add_watching() {
  auto* audit =
      app_.add_subcommand("audit", "Check that stock and money of all orders add up; exit code 1 if not");
  bind<audit_options>(audit);
  audit->footer(
      R"(Sums go across all shards, so in a cluster one node that is in sync of every shard is asked. Where
there is none, nothing is checked: the command says which shards each node has, and ends with exit code 3.
Rows that damage took are violations (LOST); the rest is checked, and says what follows from them.)");
  bind<status_options>(app_.add_subcommand(
      "status", "What a node is doing: its shards, load and disk; of each node of --endpoint by itself"));
  auto* scrub = app_.add_subcommand("scrub", "How far each node of --endpoint has looked through its disk, "
                                             "and what it found; exit code 1 if it is bad");
  scrub->add_flag("--now", bind<scrub_options>(scrub)->now, "Begin a round, unless one is under way");
  auto* cluster = app_.add_subcommand("cluster", "Look at the nodes and shards of a cluster, and repair it");
  require_one(*cluster);
  bind<cluster_status_options>(cluster->add_subcommand(
      "status", "Its nodes, and of each shard who leads it, who is in sync, and how far behind copies are"));
  add_repairs(*cluster);
}

template <class Options>
std::shared_ptr<Options> command_line::add_repair(CLI::App& cluster, const char* name, const char* help) {
  auto* command = cluster.add_subcommand(name, help);
  auto options = bind<Options>(command);
  command->add_flag("--yes", options->yes, "Do it; else it is shown first, and asked for");
  command->add_option("--by", options->by, "Who does it, for the record that is left in the store");
  if constexpr (requires { options->shard; })
    command->add_option("--shard", options->shard, "Its number")
        ->required()
        ->check(config::whole(0, limits::shards_max - 1));
  if constexpr (requires { options->over_newer; })
    command->add_flag("--over-newer", options->over_newer,
                      "Even where the store has a later term than every node that answers");
  if constexpr (requires { options->node; }) {
    command->add_option("--node", options->node, "The node whose copy leads")->required();
    command->add_flag("--accept-loss", options->accept_loss, "What that copy lacks is lost: has to be said")
        ->required();
  }
  return options;
}

void command_line::add_repairs(CLI::App& cluster) {
  add_repair<restore_configuration_options>(
      cluster, "restore-configuration",
      "Write the records of the configuration store again, from what a majority of the nodes hold");
  add_repair<elect_options>(cluster, "elect",
                            "Let a copy lead that may lack committed epochs, when nobody else is left");
  add_repair<reset_term_options>(cluster, "reset-term",
                                 "Write a shard's record again, in a term above all that nodes know");
}

} // namespace orderd::cluster
