// orderctl export orders, stock, accounts: JSON Lines, sorted by id or key, streamed page by page.
#include "cluster/orderctl/ctl_commands.hpp"
#include "cluster/orderctl/ctl_rows.hpp"

namespace orderd::cluster {

namespace {

template <class Row>
int print_all(merged_pages<Row> pages, ctl_context& context) {
  while (const auto row = pages.next())
    print_line(to_json(*row), context);
  return pages.refused() ? print_refusal(*pages.refused(), context) : exit_ok;
}

} // namespace

int run(const export_options& options, ctl_context& context) {
  const auto shards = context.node.shards();
  if (!shards)
    return print_fault(shards.error(), context);
  switch (options.what) {
  case export_what::orders:
    return print_all(all_orders(context.node, *shards), context);
  case export_what::stock:
    return print_all(all_stock(context.node, *shards), context);
  case export_what::accounts:
    return print_all(all_accounts(context.node, *shards), context);
  }
  return exit_usage;
}

} // namespace orderd::cluster
