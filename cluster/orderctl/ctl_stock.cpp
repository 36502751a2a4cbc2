// orderctl stock set, get, load; account set, get.
#include "actors/rules/text.hpp"
#include "cluster/orderctl/ctl_commands.hpp"
#include "cluster/orderctl/ctl_progress.hpp"
#include "cluster/retail/csv_table.hpp"
#include "cluster/retail/decimal.hpp"
#include "config/limits.hpp"

#include <array>
#include <charconv>

namespace orderd::cluster {

namespace {

constexpr std::uint32_t sets_unanswered = 1024;
/// Refusals of a load that are printed one by one.
constexpr std::uint64_t refusals_printed_max = 20;

int print_item(const v1::reply& answer, ctl_context& context) {
  if (!answer.has_stock_item())
    return print_refusal(answer, context);
  const auto& item = answer.stock_item();
  if (context.json)
    print_line(to_json(item), context);
  else
    context.out << actors::shown(item.sku()) << ": " << item.on_hand() << " on hand, " << item.reserved()
                << " reserved, " << item.available() << " available\n";
  return exit_ok;
}

int print_account(const v1::reply& answer, ctl_context& context) {
  if (!answer.has_account())
    return print_refusal(answer, context);
  const auto& account = answer.account();
  if (context.json)
    print_line(to_json(account), context);
  else
    context.out << actors::shown(account.customer()) << ": limit "
                << format_money(account.credit_limit_minor(), account.currency()) << ", held "
                << format_money(account.held_minor(), account.currency()) << ", captured "
                << format_money(account.captured_minor(), account.currency()) << '\n';
  return exit_ok;
}

/// What is wrong with a row of a stock file; nothing: it is in `into`.
std::string check_stock_row(const table_row& row, stock_set_options& into) {
  if (!row.readable)
    return "is no CSV row of as many fields as the header";
  const auto sku = row.cells[0];
  const auto units = row.cells[1];
  if (sku.empty() || sku.size() > limits::key_bytes_max)
    return "sku '" + actors::shown(sku) + "' has to be 1 to " + std::to_string(limits::key_bytes_max)
           + " bytes";
  if (const auto verdict = actors::check_text(sku); !verdict.ok())
    return "sku '" + actors::shown(sku) + "' has to be " + actors::text_rule(sku, verdict);
  const auto read = std::from_chars(units.data(), units.data() + units.size(), into.on_hand);
  if (read.ec != std::errc{} || read.ptr != units.data() + units.size() || into.on_hand < 0
      || into.on_hand > limits::quantity_max)
    return "on_hand '" + actors::shown(units) + "' has to be a whole number from 0 to "
           + std::to_string(limits::quantity_max);
  into.sku = sku;
  return {};
}

/// A file of opening stock, read and checked as a whole before anything is sent.
runtime::result<std::vector<stock_set_options>> read_stock_file(const std::string& path, std::ostream& told) {
  static constexpr std::array<table_column, 2> columns{{{"sku", "StockCode"}, {"on_hand", {}}}};
  std::vector<stock_set_options> rows;
  std::string wrong;
  std::uint64_t trimmed = 0;
  const auto content = read_table(path, "a stock file", columns, [&](const table_row& row) {
    if (!wrong.empty())
      return;
    trimmed += row.trimmed;
    stock_set_options parsed;
    if (const auto why = check_stock_row(row, parsed); !why.empty())
      wrong = path + ", line " + std::to_string(row.line) + ": " + why;
    else
      rows.push_back(std::move(parsed));
  });
  if (!content)
    return content.error();
  if (!wrong.empty())
    return runtime::fault{runtime::fault_code::malformed, wrong};
  if (trimmed > 0)
    told << "orderctl: " << path << ": " << trimmed
         << " cells had blanks around them, or characters to compose: they are taken without, and composed\n";
  return rows;
}

v1::request set_request(const std::string& sku, std::int64_t on_hand, ctl_context& context) {
  v1::request what;
  auto& set = *what.mutable_set_stock();
  set.set_command_id(new_command_id(context));
  set.set_sku(sku);
  set.set_on_hand(on_hand);
  return what;
}

} // namespace

int run(const stock_set_options& options, ctl_context& context) {
  return print_item(context.node.call(set_request(options.sku, options.on_hand, context)), context);
}

int run(const stock_get_options& options, ctl_context& context) {
  v1::request what;
  what.mutable_get_stock()->set_sku(options.sku);
  return print_item(context.node.call(std::move(what)), context);
}

int run(const stock_load_options& options, ctl_context& context) {
  const auto rows = read_stock_file(options.file, context.err);
  if (!rows) {
    context.err << "orderctl: " << actors::shown(rows.error().message) << '\n';
    return exit_usage;
  }
  std::uint64_t set = 0;
  std::uint64_t refused = 0;
  std::optional<v1::reply> fault;
  progress bar{context.progress ? &context.err : nullptr, "setting stock", rows->size()};
  context.node.run(
      rows->size(), sets_unanswered,
      [&](std::uint64_t index) {
        const auto& row = (*rows)[index];
        return std::make_shared<v1::request>(set_request(row.sku, row.on_hand, context));
      },
      [&](const link_answer& answer) {
        if (answer.what.has_stock_item())
          bar.advance(++set + refused);
        else if (!answer.what.has_rejection())
          fault = answer.what;
        else if (++refused <= refusals_printed_max)
          context.err << "orderctl: " << (*rows)[answer.index].sku << ": " << refusal_text(answer.what)
                      << '\n';
        return !fault;
      });
  bar.finish();
  if (context.json)
    print_line({{"set", set}, {"refused", refused}}, context);
  else
    context.out << "stock of " << set << " SKUs set, " << refused << " refused\n";
  if (fault)
    return print_refusal(*fault, context);
  return refused == 0 ? exit_ok : exit_refused;
}

int run(const account_set_options& options, ctl_context& context) {
  v1::request what;
  auto& set = *what.mutable_set_account();
  set.set_command_id(new_command_id(context));
  set.set_customer(options.customer);
  set.set_currency(options.currency);
  set.set_credit_limit_minor(options.credit_limit_minor);
  return print_account(context.node.call(std::move(what)), context);
}

int run(const account_get_options& options, ctl_context& context) {
  v1::request what;
  what.mutable_get_account()->set_customer(options.customer);
  return print_account(context.node.call(std::move(what)), context);
}

} // namespace orderd::cluster
