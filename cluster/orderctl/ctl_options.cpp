#include "cluster/orderctl/ctl_options.hpp"

#include "actors/rules/text.hpp"
#include "cluster/orderctl/ctl_command_line.hpp"
#include "cluster/wire/version.hpp"
#include "config/limits.hpp"
#include "config/usage.hpp"
#include "config/value_checks.hpp"

#include <utility>

namespace orderd::cluster {

namespace {

// Typed in this order, in an empty folder, with a node that is new, each of them succeeds: a test types them.
const char* const footer = R"(Examples:
  orderctl stock set 85123A 100
  orderctl stock set 71053 100
  orderctl account set 17850 --limit 5000.00
  orderctl place 85123A=6@2.55 71053=6@3.39 --customer 17850 --reference 536365
  orderctl list --customer 17850
  echo Invoice,StockCode,Quantity,InvoiceDate,Price,Customer ID > orders.csv
  echo 536366,22633,6,2010-12-01 08:28:00,1.85,17850 >> orders.csv
  orderctl import online-retail orders.csv --stock-factor 1
  orderctl export orders > orders.jsonl
  orderctl audit
  orderctl top --once
  orderctl --endpoint 127.0.0.1:7411,127.0.0.1:7421 cluster status

Amounts are decimals (2.55) for people and minor units (255) in JSON. "orderctl COMMAND --help" says more.
Exit codes: 0 done, 1 the business says no (or the audit found a violation), 2 wrong usage or file, 3 the
node cannot be reached or cannot answer now, 130 interrupted.)";

} // namespace

void require_one(CLI::App& group) {
  group.require_subcommand(0, 1);
  group.callback([&group] {
    if (group.get_subcommands().empty())
      throw CLI::RequiredError::Subcommand(1);
  });
}

command_line::command_line() {
  app_.fallthrough();
  require_one(app_);
  app_.set_help_all_flag("--help-all", "Help of all commands");
  app_.set_version_flag("--version", version);
  app_.add_option("--endpoint", result_.endpoint,
                  "The node, as HOST:PORT; of a cluster any nodes, with commas between")
      ->capture_default_str();
  app_.add_flag("--json", result_.json, "Print JSON, with amounts in minor units");
  app_.add_option("--timeout", timeout_s_, "Seconds to wait for each answer")
      ->check(config::whole(1, limits::request_timeout_ms_max / 1000, "s"))
      ->capture_default_str();
  add_order_commands();
  add_list();
  add_stock();
  add_account();
  add_import();
  add_export();
  add_quarantine();
  add_lost();
  add_watching();
  add_trace();
  add_top();
  add_debug();
  app_.footer(footer); // last: a command added behind it would have the same one
}

parsed_arguments command_line::parse(const std::vector<std::string>& arguments) {
  if (auto end = config::read_arguments(app_, arguments, actors::shown))
    return {std::nullopt, end->asked_for ? exit_ok : exit_usage, std::move(end->text)};
  result_.timeout_ms = timeout_s_ * 1000;
  return {std::move(result_), exit_ok, {}};
}

parsed_arguments parse_arguments(const std::vector<std::string>& arguments) {
  return command_line{}.parse(arguments);
}

} // namespace orderd::cluster
