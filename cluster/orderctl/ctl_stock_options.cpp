// The command line of orderctl stock and account.
#include "cluster/orderctl/ctl_command_line.hpp"
#include "cluster/orderctl/ctl_values.hpp"
#include "config/limits.hpp"
#include "config/value_checks.hpp"

namespace orderd::cluster {

template <class Options>
void command_line::add_key_page(CLI::App& group, const char* key, const char* help) {
  auto* list = group.add_subcommand("list", help);
  auto options = bind<Options>(list);
  list->add_option("--limit", options->limit, "Rows to show")
      ->check(config::whole(1, 1'000'000))
      ->capture_default_str();
  list->add_option("--after", options->after, std::string{"Go on behind this "} + key)
      ->check(text_up_to(limits::key_bytes_max));
  list->footer(std::string{"Page on with --after and the last "} + key + " shown.");
}

void command_line::add_stock() {
  auto* stock = app_.add_subcommand("stock", "Look at stock and set it");
  require_one(*stock);
  auto* set = stock->add_subcommand("set", "Set the units on hand of a SKU; refused below what is reserved");
  auto new_stock = bind<stock_set_options>(set);
  set->add_option("SKU", new_stock->sku)->required()->check(new_text_up_to(limits::key_bytes_max));
  set->add_option("UNITS", new_stock->on_hand)->required()->check(config::whole(0, limits::quantity_max));
  auto* get = stock->add_subcommand("get", "Show units on hand, reserved and available of a SKU");
  get->add_option("SKU", bind<stock_get_options>(get)->sku)
      ->required()
      ->check(text_up_to(limits::key_bytes_max));
  add_key_page<stock_list_options>(*stock, "SKU", "List the stock of all SKUs, sorted by SKU");
  auto* load = stock->add_subcommand(
      "load", "Set the units on hand of many SKUs from a CSV file with the header sku,on_hand");
  load->add_option("FILE", bind<stock_load_options>(load)->file, "CSV, or CSV in xz")
      ->required()
      ->check(config::readable_file());
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
      ->check(currency_form())
      ->capture_default_str();
  auto* get = account->add_subcommand("get", "Show an account's limit and what is held and captured");
  get->add_option("CUSTOMER", bind<account_get_options>(get)->customer)
      ->required()
      ->check(text_up_to(limits::key_bytes_max));
  add_key_page<account_list_options>(*account, "customer", "List all accounts, sorted by customer");
}

} // namespace orderd::cluster
