// orderctl stock set, get, load; account set, get.
#include "cluster/csv_line.hpp"
#include "cluster/ctl_commands.hpp"
#include "cluster/ctl_progress.hpp"
#include "cluster/decimal.hpp"
#include "cluster/line_file.hpp"
#include "cluster/utf8.hpp"
#include "config/limits.hpp"

#include <charconv>

namespace orderd::cluster {

namespace {

constexpr std::string_view stock_header = "sku,on_hand";
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
    context.out << item.sku() << ": " << item.on_hand() << " on hand, " << item.reserved() << " reserved, "
                << item.available() << " available\n";
  return exit_ok;
}

int print_account(const v1::reply& answer, ctl_context& context) {
  if (!answer.has_account())
    return print_refusal(answer, context);
  const auto& account = answer.account();
  if (context.json)
    print_line(to_json(account), context);
  else
    context.out << account.customer() << ": limit "
                << format_money(account.credit_limit_minor(), account.currency()) << ", held "
                << format_money(account.held_minor(), account.currency()) << ", captured "
                << format_money(account.captured_minor(), account.currency()) << '\n';
  return exit_ok;
}

/// A file of opening stock, read and checked as a whole before anything is sent.
runtime::result<std::vector<stock_set_options>> read_stock_file(const std::string& path) {
  std::vector<stock_set_options> rows;
  std::string wrong;
  std::uint64_t number = 0;
  csv_line csv;
  const auto parse = [&csv](std::string_view line, stock_set_options& row) {
    if (!csv.split(line) || csv.fields().size() != 2)
      return false;
    const auto sku = csv.fields()[0];
    const auto units = csv.fields()[1];
    const auto read = std::from_chars(units.data(), units.data() + units.size(), row.on_hand);
    row.sku = sku;
    return !sku.empty() && sku.size() <= limits::key_bytes_max && is_utf8(sku) && read.ec == std::errc{}
           && read.ptr == units.data() + units.size() && row.on_hand >= 0
           && row.on_hand <= limits::quantity_max;
  };
  const auto content = read_lines(path, [&](std::string_view line) {
    ++number;
    stock_set_options row;
    if (!wrong.empty() || line.empty() || (number == 1 && line == stock_header))
      return;
    if (number > 1 && parse(line, row))
      rows.push_back(std::move(row));
    else
      wrong = path + ", line " + std::to_string(number) + ": "
              + (number == 1 ? "has to be sku,on_hand" : "is no SKU and whole number of units");
  });
  if (!content)
    return content.error();
  if (!wrong.empty())
    return runtime::fault{runtime::fault_code::malformed, wrong};
  return rows;
}

} // namespace

int run(const stock_set_options& options, ctl_context& context) {
  v1::request what;
  auto& set = *what.mutable_set_stock();
  set.set_command_id(new_command_id(context));
  set.set_sku(options.sku);
  set.set_on_hand(options.on_hand);
  return print_item(context.node.call(std::move(what)), context);
}

int run(const stock_get_options& options, ctl_context& context) {
  v1::request what;
  what.mutable_get_stock()->set_sku(options.sku);
  return print_item(context.node.call(std::move(what)), context);
}

int run(const stock_load_options& options, ctl_context& context) {
  const auto rows = read_stock_file(options.file);
  if (!rows) {
    context.err << "orderctl: " << rows.error().message << '\n';
    return exit_usage;
  }
  std::uint64_t set = 0;
  std::uint64_t refused = 0;
  std::optional<v1::reply> fault;
  progress bar{context.progress ? &context.err : nullptr, "setting stock", rows->size()};
  context.node.run(
      rows->size(), sets_unanswered,
      [&](std::uint64_t index) {
        auto what = std::make_shared<v1::request>();
        auto& command = *what->mutable_set_stock();
        command.set_command_id(new_command_id(context));
        command.set_sku((*rows)[index].sku);
        command.set_on_hand((*rows)[index].on_hand);
        return what;
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
