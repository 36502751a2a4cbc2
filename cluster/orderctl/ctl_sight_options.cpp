// The command line of what operators look into a cluster with: trace, top, debug bundle.
#include "cluster/orderctl/ctl_command_line.hpp"
#include "cluster/orderctl/ctl_trace_id.hpp"
#include "cluster/orderctl/ctl_values.hpp"
#include "config/value_checks.hpp"

namespace orderd::cluster {

namespace {

const char* const trace_footer =
    R"(Every node of the cluster is asked for the log lines that it keeps in memory with the order's id, or its
trace's; what the order itself says of its statuses, and of what people did about it, is added, and all is put
in order of time. Clocks of nodes may differ by some ms. Lines of each order are written only by nodes that run
with --log-level debug.

Exit code 1 when nothing is known of it, 3 when a node did not answer: its lines are missing then.

Examples:
  orderctl trace 01890a5d-ac96-774b-bcce-b302099a8057
  orderctl trace 4bf92f3577b34da6a3ce929d0e0e4736)";

const char* const top_footer =
    R"(Asks every node of the cluster each second. Keys: 1 everything at a glance, 2 shards, 3 orders that are
stuck or oldest; arrows and Enter go into a shard or an order, Esc or Backspace back; s sorts shards by another
column; p holds the picture still; q ends.

Where there is no terminal (a file, a pipe, TERM=dumb) each look is printed as plain text, one below the other.

Examples:
  orderctl --endpoint 127.0.77.1:7411,127.0.77.2:7411 top
  orderctl top --once
  orderctl --json top --once)";

const char* const bundle_footer =
    R"(A .tar.gz with what a developer needs who was not there: versions, status, cluster, the last hour, the newest
log lines and the scrub of each node, the configuration as nodes hold it, what is in quarantine or lost, and the
pages of --metrics. A README in it says what is what. Nodes that do not answer are named in it. It holds keys of
orders, SKUs and customers as they stand in log lines and lists; there is nothing secret in it beyond those.

Examples:
  orderctl --endpoint 127.0.77.1:7411,127.0.77.2:7411 debug bundle
  orderctl debug bundle night.tar.gz --metrics http://127.0.0.1:9464/metrics)";

} // namespace

void command_line::add_trace() {
  auto* trace = app_.add_subcommand("trace", "Everything known of one order or one trace, by time");
  trace->footer(trace_footer);
  const auto id = std::make_shared<std::string>();
  bind<trace_options>(trace, [id](trace_options& of) {
    const auto read = read_trace_target(*id);
    if (!read)
      throw CLI::ValidationError("ID",
                                 "'" + *id
                                     + "' is neither an order id (a UUIDv7) nor a trace id (32 digits of "
                                       "hexadecimal, not all 0)");
    of.order_id = read->order_id;
    of.trace_id = read->trace_id;
  });
  trace->add_option("ID", *id, "The order's id, or a trace's")->required();
}

void command_line::add_top() {
  auto* top = app_.add_subcommand("top", "What the cluster is doing, live");
  top->footer(top_footer);
  auto options = bind<top_options>(top, [this](top_options& of) {
    if (result_.json && !of.once)
      throw CLI::ValidationError("--json", "JSON is of one look: give --once too");
  });
  top->add_flag("--once", options->once, "Print one look and end");
  top->add_option("--interval", options->interval_s, "Seconds between two looks")
      ->check(config::whole(1, 60, "s"))
      ->capture_default_str();
}

void command_line::add_debug() {
  auto* group = app_.add_subcommand("debug", "What developers need to help");
  require_one(*group);
  auto* bundle = group->add_subcommand("bundle", "Put what nodes know of themselves into one file");
  bundle->footer(bundle_footer);
  auto options = bind<bundle_options>(bundle);
  bundle->add_option("FILE", options->file, "Where it goes; without it orderd-bundle-TIME.tar.gz, here")
      ->check(text_up_to(4096));
  bundle
      ->add_option("--metrics,--http", options->pages,
                   "URL of a node's metrics page, http://HOST:PORT/metrics; may be repeated")
      ->check(text_up_to(1024))
      ->allow_extra_args(false);
  bundle->add_flag("--yes", options->yes, "Write over a file of that name; else it is asked for");
}

} // namespace orderd::cluster
