// orderctl stock list; account list.
#include "actors/rules/text.hpp"
#include "cluster/orderctl/ctl_commands.hpp"
#include "cluster/orderctl/ctl_cursor.hpp"
#include "cluster/orderctl/ctl_rows.hpp"
#include "cluster/orderctl/ctl_table.hpp"
#include "cluster/retail/decimal.hpp"

#include <algorithm>
#include <utility>

namespace orderd::cluster {

namespace {

using side = ctl_table::side;

/// What a list shows of one kind of row.
struct kind_shown {
  const char* rows; ///< as JSON names them
  std::vector<side> sides;
  std::vector<std::string> head;
};

const kind_shown& shown_of(const v1::stock_item*) {
  static const kind_shown shown{"items",
                                {side::left, side::right, side::right, side::right},
                                {"sku", "on hand", "reserved", "available"}};
  return shown;
}

const kind_shown& shown_of(const v1::account*) {
  static const kind_shown shown{"accounts",
                                {side::left, side::right, side::right, side::right},
                                {"customer", "limit", "held", "captured"}};
  return shown;
}

const std::string& key_of(const v1::stock_item& item) {
  return item.sku();
}

const std::string& key_of(const v1::account& account) {
  return account.customer();
}

std::vector<std::string> cells_of(const v1::stock_item& item) {
  return {item.sku(), std::to_string(item.on_hand()), std::to_string(item.reserved()),
          std::to_string(item.available())};
}

std::vector<std::string> cells_of(const v1::account& account) {
  const auto money = [&account](std::int64_t minor) { return format_money(minor, account.currency()); };
  return {account.customer(), money(account.credit_limit_minor()), money(account.held_minor()),
          money(account.captured_minor())};
}

template <class Row>
void print_rows(const std::vector<Row>& rows, const std::string& after, ctl_context& context) {
  const auto& shown = shown_of(static_cast<const Row*>(nullptr));
  if (context.json) {
    auto values = json::array();
    for (const auto& row : rows)
      values.push_back(to_json(row));
    return print_line(
        {{shown.rows, std::move(values)}, {"after", after.empty() ? json(nullptr) : json(after)}}, context);
  }
  if (rows.empty()) {
    context.out << "no " << shown.rows << '\n';
    return;
  }
  ctl_table table{shown.sides};
  table.add(shown.head);
  for (const auto& row : rows)
    table.add(cells_of(row));
  table.print(context.out);
  if (!after.empty())
    context.out << "there are more: --after " << actors::shown(after) << '\n';
}

/// Shows up to `limit` rows, and looks at one more to know whether there is one.
template <class Row>
int show(merged_pages<Row> pages, std::uint32_t limit, ctl_context& context) {
  std::vector<Row> rows;
  std::string after;
  while (auto row = pages.next()) {
    if (rows.size() == limit) {
      after = key_of(rows.back());
      break;
    }
    rows.push_back(std::move(*row));
  }
  if (pages.refused())
    return print_refusal(*pages.refused(), context);
  print_rows(rows, after, context);
  return exit_ok;
}

rows_wanted wanted_by(const key_page_options& options) {
  return {options.after, std::min(options.limit + 1, limits::page_rows_max)};
}

} // namespace

int run(const stock_list_options& options, ctl_context& context) {
  const auto shards = context.node.shards();
  if (!shards)
    return print_fault(shards.error(), context);
  if (const auto why = refused_stock_cursor(options.after, context.node))
    return print_refusal(*why, context);
  return show(all_stock(context.node, *shards, wanted_by(options)), options.limit, context);
}

int run(const account_list_options& options, ctl_context& context) {
  const auto shards = context.node.shards();
  if (!shards)
    return print_fault(shards.error(), context);
  if (const auto why = refused_account_cursor(options.after, context.node))
    return print_refusal(*why, context);
  return show(all_accounts(context.node, *shards, wanted_by(options)), options.limit, context);
}

} // namespace orderd::cluster
