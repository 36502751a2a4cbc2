#include "cluster/ctl_options.hpp"

#include "cluster/ctl_values.hpp"
#include "config/limits.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <sstream>

namespace orderd::cluster {

namespace {

const char* const footer = R"(Examples:
  orderctl stock set 85123A 100
  orderctl account set 17850 --limit 5000.00
  orderctl place 85123A=6@2.55 71053=6@3.39 --customer 17850 --reference 536365
  orderctl list --customer 17850
  orderctl import online-retail online_retail_2009_2010.csv.xz --stock-factor 1
  orderctl export orders > orders.jsonl
  orderctl audit
  orderctl --endpoint 127.0.0.1:7411,127.0.0.1:7421 cluster status

Amounts are decimals (2.55) for people and minor units (255) in JSON. "orderctl COMMAND --help" says more.
Exit codes: 0 done, 1 the business says no (or the audit found a violation), 2 wrong usage or file, 3 the
node cannot be reached or cannot answer now, 130 interrupted.)";

const char* const import_footer =
    R"(FILE is CSV by RFC 4180, in any order of its columns: Invoice (or InvoiceNo), StockCode, Quantity,
InvoiceDate (2010-12-01 08:26:00, or 12/1/2010 8:26 with the month first), Price (or UnitPrice), Customer ID;
others are left out, and so are blanks around a cell.

Rows that are no sale (returns, gifts, less than a penny) go to the rejects file, with line and reason, and
their invoice is placed with the rows that remain. A row that cannot be read goes there too, and its invoice
is held back whole: an order that was confirmed without a line could not be mended. Correct the row and import
again, or place such invoices without those rows by --place-incomplete. Cancellations (C...) and adjustments
(A...) are not placed. A known customer pays from the account, a guest by card. Order ids come from invoice
number and date: importing again changes nothing, and the same command goes on where an interrupted import
ended.

Exit code 0 when every order has its outcome, confirmed or rejected; 1 when rows could not be read, or the
node refused a command as invalid or conflicting; 3 when orders are without an outcome: the lists of such an
import are left beside those of the last whole one, as NAME.unfinished.

Nothing is lowered or set: an order that is new adds its credit, and by --stock-factor its stock, in the step
that places it. So each counts once, however often and in which order files are imported.

Example: with 80 % of the stock that the file asks for
  orderctl import online-retail online_retail_2009_2010.csv.xz --stock-factor 0.8)";

/// Makes `group` need one of its commands. CLI11 would do it, but before it looks at what it does not
/// know, and so say of a misspelt command only that one is missing.
void require_one(CLI::App& group) {
  group.require_subcommand(0, 1);
  group.callback([&group] {
    if (group.get_subcommands().empty())
      throw CLI::RequiredError::Subcommand(1);
  });
}

/// Builds the command line around one invocation. Each `add_` function adds a command; `bind` makes the
/// options of the command that was typed the invocation's.
class command_line {
public:
  command_line() {
    app_.fallthrough();
    require_one(app_);
    app_.set_help_all_flag("--help-all", "Help of all commands");
    app_.add_option("--endpoint", result_.endpoint,
                    "The node, as HOST:PORT; of a cluster any nodes, with commas between")
        ->capture_default_str();
    app_.add_flag("--json", result_.json, "Print JSON, with amounts in minor units");
    app_.add_option("--timeout", timeout_s_, "Seconds to wait for each answer")
        ->check(CLI::Range(1U, limits::request_timeout_ms_max / 1000))
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
    app_.footer(footer); // last: a command added behind it would have the same one
  }

  parsed_arguments parse(std::vector<std::string> arguments) {
    std::reverse(arguments.begin(), arguments.end()); // as CLI11 takes them
    try {
      app_.parse(std::move(arguments));
    } catch (const CLI::ParseError& error) {
      std::ostringstream text;
      const int code = app_.exit(error, text, text);
      return {std::nullopt, code == 0 ? exit_ok : exit_usage, text.str()};
    }
    result_.timeout_ms = timeout_s_ * 1000;
    return {std::move(result_), exit_ok, {}};
  }

private:
  /// The options of `command`, kept until the end of the parse. `finish` may still refuse them.
  template <class Options>
  std::shared_ptr<Options> bind(CLI::App* command, std::function<void(Options&)> finish = {}) {
    auto options = std::make_shared<Options>();
    command->callback([this, options, finish] {
      if (finish)
        finish(*options);
      result_.command = *options;
    });
    return options;
  }

  void add_order_commands();
  void add_place();
  void add_list();
  void add_stock();
  void add_account();
  void add_import();
  void add_export();
  void add_quarantine();
  void add_lost();
  void add_watching();
  void add_repairs(CLI::App& cluster);
  template <class Options>
  std::shared_ptr<Options> add_repair(CLI::App& cluster, const char* name, const char* help);
  template <class Options>
  void add_quarantine_entry(CLI::App* group, const char* name, const char* help, const Options& initial);

  CLI::App app_{"orderctl: places orders with orderd, and looks after them.", "orderctl"};
  invocation result_;
  std::uint32_t timeout_s_ = 30;
};

void command_line::add_order_commands() {
  add_place();
  auto* get = app_.add_subcommand("get", "Show an order");
  auto got = bind<get_options>(get);
  get->add_option("ID", got->order_id, "The order's id")->required()->transform(order_id());
  auto* cancel =
      app_.add_subcommand("cancel", "Cancel an order: what it reserved and authorized is given back");
  auto cancelled = bind<cancel_options>(cancel);
  cancel->add_option("ID", cancelled->order_id, "The order's id")->required()->transform(order_id());
}

void command_line::add_place() {
  auto* place = app_.add_subcommand("place", "Place an order and wait for its outcome");
  place->footer(
      R"(A customer pays from the account, a guest (no --customer) by card. Placing the same id with the same
content again gives the same outcome and does nothing: it is safe to repeat.

Example: two lines, paid from the account of customer 17850
  orderctl place 85123A=6@2.55 71053=6@3.39 --customer 17850 --reference 536365)");
  const auto texts = std::make_shared<std::vector<std::string>>();
  auto options = bind<place_options>(place, [texts](place_options& of) {
    of.card = of.card || of.customer.empty();
    if (texts->size() > limits::lines_per_order_max)
      throw CLI::ValidationError("LINE", "an order has at most " + std::to_string(limits::lines_per_order_max)
                                             + " lines");
    for (const auto& text : *texts) {
      auto line = parse_line(text, of.currency);
      if (const auto* wrong = std::get_if<std::string>(&line))
        throw CLI::ValidationError("LINE", *wrong);
      of.lines.push_back(std::get<v1::order_line>(std::move(line)));
    }
  });
  place->add_option("LINE", *texts, "Lines as SKU=QUANTITY@PRICE: 85123A=6@2.55")->required()->expected(-1);
  place
      ->add_option("--customer", options->customer,
                   "Customer whose account pays; none: a guest, who pays by card")
      ->check(new_text_up_to(limits::key_bytes_max));
  place->add_flag("--card", options->card, "Pay by card although there is a customer");
  place->add_option("--reference", options->reference, "Your own reference, free text")
      ->check(new_text_up_to(limits::reference_bytes_max));
  place->add_option("--id", options->order_id, "The order's id, a UUIDv7; without it a new one is made")
      ->transform(order_id());
  place->add_flag("--partial", options->partial,
                  "Confirm the lines that can be reserved; without it all or none");
  place->add_option("--currency", options->currency, "ISO 4217 code")
      ->check(currency_code())
      ->capture_default_str();
}

void command_line::add_list() {
  static const std::map<std::string, v1::order_status> statuses{
      {"placed", v1::PLACED},         {"reserving", v1::RESERVING}, {"authorizing", v1::AUTHORIZING},
      {"confirmed", v1::CONFIRMED},   {"rejecting", v1::REJECTING}, {"rejected", v1::REJECTED},
      {"cancelling", v1::CANCELLING}, {"cancelled", v1::CANCELLED},
  };
  auto* list = app_.add_subcommand("list", "List orders, newest first");
  list->footer("Page on with --after and the id of the last order shown.");
  auto options = bind<list_options>(list);
  list->add_option("--customer", options->customer, "Only this customer's")
      ->check(text_up_to(limits::key_bytes_max));
  list->add_option("--status", options->status,
                   "Only these: placed, reserving, authorizing, confirmed, rejecting, rejected, ...")
      ->transform(one_of(statuses));
  list->add_option("--limit", options->limit, "Orders to show")
      ->check(CLI::Range(1U, 1'000'000U))
      ->capture_default_str();
  list->add_option("--after", options->after, "Go on behind this order id")->transform(order_id());
}

void command_line::add_stock() {
  auto* stock = app_.add_subcommand("stock", "Look at stock and set it");
  require_one(*stock);
  auto* set = stock->add_subcommand("set", "Set the units on hand of a SKU; refused below what is reserved");
  auto new_stock = bind<stock_set_options>(set);
  set->add_option("SKU", new_stock->sku)->required()->check(new_text_up_to(limits::key_bytes_max));
  set->add_option("UNITS", new_stock->on_hand)
      ->required()
      ->check(CLI::Range(std::int64_t{0}, limits::quantity_max));
  auto* get = stock->add_subcommand("get", "Show units on hand, reserved and available of a SKU");
  get->add_option("SKU", bind<stock_get_options>(get)->sku)
      ->required()
      ->check(text_up_to(limits::key_bytes_max));
  auto* load = stock->add_subcommand(
      "load", "Set the units on hand of many SKUs from a CSV file with the header sku,on_hand");
  load->add_option("FILE", bind<stock_load_options>(load)->file, "CSV, or CSV in xz")
      ->required()
      ->check(CLI::ExistingFile);
}

void command_line::add_account() {
  auto* account = app_.add_subcommand("account", "Look at payment accounts and set their limits");
  require_one(*account);
  auto* set =
      account->add_subcommand("set", "Open an account or set its credit limit; refused below what is held");
  const auto limit = std::make_shared<std::string>();
  auto options = bind<account_set_options>(set, [limit](account_set_options& of) {
    of.credit_limit_minor = amount_or_throw("--limit", *limit, of.currency);
  });
  set->add_option("CUSTOMER", options->customer)->required()->check(new_text_up_to(limits::key_bytes_max));
  set->add_option("--limit", *limit, "Credit limit as a decimal: 5000.00")->required();
  set->add_option("--currency", options->currency, "ISO 4217 code; fixed once set")
      ->check(currency_code())
      ->capture_default_str();
  auto* get = account->add_subcommand("get", "Show an account's limit and what is held and captured");
  get->add_option("CUSTOMER", bind<account_get_options>(get)->customer)
      ->required()
      ->check(text_up_to(limits::key_bytes_max));
}

void command_line::add_import() {
  auto* import = app_.add_subcommand("import", "Place the orders of a file");
  require_one(*import);
  auto* retail = import->add_subcommand(
      "online-retail", "Place the invoices of an online retailer's transaction file, one order each");
  retail->footer(import_footer);
  const auto factor = std::make_shared<std::string>();
  const auto credit = std::make_shared<std::string>();
  auto options = bind<import_options>(retail, [factor, credit](import_options& of) {
    if (!factor->empty()) {
      of.stock_factor = parse_decimal(*factor);
      if (!of.stock_factor || of.stock_factor->value < 0)
        throw CLI::ValidationError("--stock-factor", "'" + *factor + "' is no decimal from 0 on: 0.8 is one");
    }
    if (!credit->empty())
      of.credit_limit_minor = amount_or_throw("--credit", *credit, "GBP");
    const auto name = std::filesystem::path{of.file}.filename().string();
    if (of.rejects_file.empty())
      of.rejects_file = name + ".rejects.csv";
    if (of.not_placed_file.empty())
      of.not_placed_file = name + ".not_placed.csv";
  });
  retail->add_option("FILE", options->file, "CSV, or CSV in xz")->required()->check(CLI::ExistingFile);
  retail->add_option(
      "--stock-factor", *factor,
      "For a demonstration: each order that is new brings F x its units into stock, rounded so that\n"
      "all of a SKU together bring the floor; without it stock is left alone");
  retail->add_option("--credit", *credit,
                     "Open accounts with this limit in GBP, as 5000.00, where there are none; without it\n"
                     "each order that is new adds its total to its customer's limit");
  retail->add_option("--concurrency", options->concurrency, "Orders that may be unanswered")
      ->check(CLI::Range(1U, 8192U))
      ->capture_default_str();
  retail->add_flag("--place-incomplete", options->place_incomplete,
                   "Place invoices without their rows that cannot be read, rather than hold them back");
  retail->add_option("--rejects", options->rejects_file,
                     "Where refused rows go; without it FILE.rejects.csv, here");
  retail->add_option("--not-placed", options->not_placed_file,
                     "Where invoices that are no orders go; without it FILE.not_placed.csv, here");
}

void command_line::add_export() {
  static const std::map<std::string, export_what> kinds{
      {"orders", export_what::orders}, {"stock", export_what::stock}, {"accounts", export_what::accounts}};
  auto* command =
      app_.add_subcommand("export", "Print all orders, stock or accounts as JSON Lines, sorted by id or key");
  command->add_option("WHAT", bind<export_options>(command)->what, "orders, stock or accounts")
      ->required()
      ->transform(one_of(kinds));
}

template <class Options>
void command_line::add_quarantine_entry(CLI::App* group, const char* name, const char* help,
                                        const Options& initial) {
  auto* command = group->add_subcommand(name, help);
  auto options = bind<Options>(command);
  *options = initial;
  command->add_option("KIND", options->kind, "order, item, account or card")
      ->required()
      ->check(CLI::IsMember({"order", "item", "account", "card"}).description(""));
  command->add_option("KEY", options->key, "Order id, SKU or customer, as listed")
      ->required()
      ->check(text_up_to(limits::key_bytes_max));
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
        ->check(CLI::Range(0U, limits::shards_max - 1));
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

} // namespace

parsed_arguments parse_arguments(std::vector<std::string> arguments) {
  return command_line{}.parse(std::move(arguments));
}

} // namespace orderd::cluster
