// The command line of orderctl: what can be asked, as values. Parsing is pure: nothing is sent, and only
// the existence of files to read is looked up.
#pragma once

#include "actors/public/public.pb.h"
#include "cluster/retail/decimal.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace orderd::cluster {

/// The exit codes of orderctl.
enum exit_code : int {
  exit_ok = 0,
  exit_refused = 1, ///< the business says no, or an audit found a violation
  exit_usage = 2,   ///< wrong usage, or a file that cannot be read or written
  exit_fault = 3,   ///< the node cannot be reached or cannot answer now
};

struct place_options {
  std::string order_id; ///< 16 bytes; empty: a new one
  std::string reference;
  std::string customer;
  std::string currency = "GBP";
  bool card = false;
  bool partial = false;
  std::vector<v1::order_line> lines;
};
struct get_options {
  std::string order_id;
};
/// Why an order is where it is.
struct why_options {
  std::string order_id;
};
/// Who does something and why, for people who ask later.
struct said_options {
  std::string by = {}; ///< empty: the user of this process
  std::string why = {};
};
struct cancel_options {
  std::string order_id;
  said_options said = {};
};
struct list_options {
  std::string customer;
  v1::order_status status = v1::ORDER_STATUS_UNKNOWN;
  std::uint32_t limit = 20;
  std::string after; ///< order id to page on from; empty: from the newest
};
struct stock_set_options {
  std::string sku;
  std::int64_t on_hand = 0;
};
struct stock_get_options {
  std::string sku;
};
/// Rows sorted by key, a page of them.
struct key_page_options {
  std::uint32_t limit = 20;
  std::string after = {}; ///< key to page on from; empty: from the first
};
struct stock_list_options : key_page_options {};
struct stock_load_options {
  std::string file;
};
struct account_set_options {
  std::string customer;
  std::string currency = "GBP";
  std::int64_t credit_limit_minor = 0;
};
struct account_get_options {
  std::string customer;
};
struct account_list_options : key_page_options {};
struct import_options {
  std::string file;
  std::optional<decimal> stock_factor;            ///< none: orders bring no stock
  std::optional<std::int64_t> credit_limit_minor; ///< of accounts to be opened; none: orders bring credit
  std::uint32_t concurrency = 1024;               ///< unanswered orders
  bool place_incomplete = false;                  ///< place invoices without their rows that cannot be read
  std::string rejects_file;
  std::string not_placed_file;
};
enum class export_what : std::uint8_t { orders, stock, accounts };
struct export_options {
  export_what what = export_what::orders;
};
struct quarantine_list_options {};
struct quarantine_entry_options {
  std::string kind; ///< order, item, account or card
  std::string key;
};
struct quarantine_show_options : quarantine_entry_options {};
struct quarantine_resolve_options : quarantine_entry_options {
  bool retry = false; ///< false: release
  said_options said = {};
};
struct lost_list_options {};
struct lost_accept_options {
  std::vector<std::string> names = {};
  bool all = false;    ///< in place of names
  bool yes = false;    ///< do not ask
  std::string by = {}; ///< who does it; empty: the user of this process
};
struct audit_options {};
struct status_options {};
struct scrub_options {
  bool now = false; ///< begin a round
};
struct cluster_status_options {};
/// One of both, as bytes.
struct trace_options {
  std::string order_id = {};
  std::string trace_id = {};
};
struct top_options {
  bool once = false;            ///< one look, and the end
  std::uint32_t interval_s = 1; ///< between two looks
};
struct bundle_options {
  std::string file = {};               ///< empty: a name with the time, here
  std::vector<std::string> pages = {}; ///< URLs of metrics pages
  bool yes = false;                    ///< write over a file that is there
};
/// What changes the configuration store: after a look, and with a record of who did it.
struct repair_options {
  bool yes = false; ///< do not ask
  std::string by;   ///< who does it; empty: the user of this process
};
struct restore_configuration_options : repair_options {
  bool over_newer = false;
};
struct elect_options : repair_options {
  std::uint32_t shard = 0;
  std::uint32_t node = 0;
  bool accept_loss = false; ///< always: it has to be said
};
struct reset_term_options : repair_options {
  std::uint32_t shard = 0;
};

using ctl_command =
    std::variant<place_options, get_options, why_options, cancel_options, list_options, stock_set_options,
                 stock_get_options, stock_list_options, stock_load_options, account_set_options,
                 account_get_options, account_list_options, import_options, export_options,
                 quarantine_list_options, quarantine_show_options, quarantine_resolve_options,
                 lost_list_options, lost_accept_options, audit_options, status_options, scrub_options,
                 cluster_status_options, restore_configuration_options, elect_options, reset_term_options,
                 trace_options, top_options, bundle_options>;

/// Whether a person waits for the answer; else it is a long run, which had better go on after a failover.
constexpr bool waits_for_a_person(const ctl_command& what) {
  return !std::holds_alternative<import_options>(what) && !std::holds_alternative<stock_load_options>(what)
         && !std::holds_alternative<export_options>(what);
}

struct invocation {
  std::string endpoint = "127.0.0.1:7411"; ///< or several, with commas between
  std::uint32_t timeout_ms = 30'000;
  bool json = false;
  ctl_command command;
};

/// What was typed, or why it is none: help that was asked for (exit code 0) or what is wrong (2).
struct parsed_arguments {
  std::optional<invocation> what;
  int exit_code = exit_ok;
  std::string text; ///< to print when `what` is none: to stdout when the exit code is 0, else to stderr
};

/// `arguments` without the program's name.
parsed_arguments parse_arguments(const std::vector<std::string>& arguments);

/// Reads `SKU=QUANTITY@PRICE`, the price a decimal in `currency`; the SKU may hold '=' and '@'. On failure
/// gives what is wrong with it.
std::variant<v1::order_line, std::string> parse_line(const std::string& text, const std::string& currency);

} // namespace orderd::cluster
