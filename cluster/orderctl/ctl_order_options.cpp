// The command line of orderctl place, get, why, cancel, list, import, export.
#include "cluster/orderctl/ctl_command_line.hpp"
#include "cluster/orderctl/ctl_values.hpp"
#include "config/limits.hpp"
#include "config/value_checks.hpp"

#include <filesystem>
#include <map>

namespace orderd::cluster {

namespace {

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

} // namespace

void command_line::add_order_commands() {
  add_place();
  auto* get = app_.add_subcommand("get", "Show an order");
  auto got = bind<get_options>(get);
  get->add_option("ID", got->order_id, "The order's id")->required()->transform(order_id());
  auto* why = app_.add_subcommand("why", "Say why an order is where it is, and what can be done");
  why->footer(
      R"(What happened to it when, what it waits for since when, what happens next, and what you can do.
Exit code 1 where there is no such order.

Example:
  orderctl why 01890a5d-ac96-774b-bcce-b302099a8057)");
  why->add_option("ID", bind<why_options>(why)->order_id, "The order's id")
      ->required()
      ->transform(order_id());
  auto* cancel =
      app_.add_subcommand("cancel", "Cancel an order: what it reserved and authorized is given back");
  auto cancelled = bind<cancel_options>(cancel);
  cancel->add_option("ID", cancelled->order_id, "The order's id")->required()->transform(order_id());
  add_said(*cancel, cancelled->said);
  cancel->footer(R"(Example:
  orderctl cancel 01890a5d-ac96-774b-bcce-b302099a8057 --by eve --why "the customer called")");
}

void command_line::add_said(CLI::App& command, said_options& options) {
  command
      .add_option("--by", options.by, "Who does it, kept with the order; without it the user of this process")
      ->check(new_text_up_to(limits::by_bytes_max));
  command.add_option("--why", options.why, "Why, kept with the order")
      ->check(new_text_up_to(limits::why_bytes_max));
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
    // One with an id may be there since a version that took any code: then the node has its answer.
    if (const auto wrong = of.order_id.empty() ? currency_code()(of.currency) : ""; !wrong.empty())
      throw CLI::ValidationError("--currency", wrong);
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
      ->check(currency_form())
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
      ->transform(config::one_of(statuses));
  list->add_option("--limit", options->limit, "Orders to show")
      ->check(config::whole(1, 1'000'000))
      ->capture_default_str();
  list->add_option("--after", options->after, "Go on behind this order id")->transform(order_id());
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
  retail->add_option("FILE", options->file, "CSV, or CSV in xz")->required()->check(config::readable_file());
  retail->add_option(
      "--stock-factor", *factor,
      "For a demonstration: each order that is new brings F x its units into stock, rounded so that\n"
      "all of a SKU together bring the floor; without it stock is left alone");
  retail->add_option("--credit", *credit,
                     "Open accounts with this limit in GBP, as 5000.00, where there are none; without it\n"
                     "each order that is new adds its total to its customer's limit");
  retail->add_option("--concurrency", options->concurrency, "Orders that may be unanswered")
      ->check(config::whole(1, 8'192))
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
      ->transform(config::one_of(kinds));
}

} // namespace orderd::cluster
