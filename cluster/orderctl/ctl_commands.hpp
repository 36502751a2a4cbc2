// The commands of orderctl: what each sends, prints and returns. They see the world through a context,
// so a test runs them against a node of its own making.
//
// Results go to `out` (text for people, or JSON), refusals, progress and warnings to `err`; with `json`
// a refusal is an object on `out` too. The return value is the exit code.
#pragma once

#include "actors/public/public.pb.h"
#include "cluster/json/json_forms.hpp"
#include "cluster/orderctl/ctl_options.hpp"
#include "cluster/orderctl/node_link.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

namespace orderd::cluster {

struct ctl_context {
  node_link& node;
  std::ostream& out;
  std::ostream& err;
  bool json = false;
  bool progress = false; ///< `err` is a terminal
  std::function<std::int64_t()> now_ms;
  std::function<std::uint64_t()> random;
  std::vector<std::string> endpoints = {}; ///< as given
  /// A link to one node alone, whatever it leads.
  std::function<std::unique_ptr<node_link>(const std::string& endpoint)> only = {};
  /// Asks a person; false when there is none. Empty: there is none.
  std::function<bool(const std::string& question)> confirm = {};
  std::string user = {}; ///< of this process
};

int run(const place_options& options, ctl_context& context);
int run(const get_options& options, ctl_context& context);
int run(const why_options& options, ctl_context& context);
int run(const cancel_options& options, ctl_context& context);
int run(const list_options& options, ctl_context& context);
int run(const stock_set_options& options, ctl_context& context);
int run(const stock_get_options& options, ctl_context& context);
int run(const stock_list_options& options, ctl_context& context);
int run(const stock_load_options& options, ctl_context& context);
int run(const account_set_options& options, ctl_context& context);
int run(const account_get_options& options, ctl_context& context);
int run(const account_list_options& options, ctl_context& context);
int run(const import_options& options, ctl_context& context);
int run(const export_options& options, ctl_context& context);
int run(const quarantine_list_options& options, ctl_context& context);
int run(const quarantine_show_options& options, ctl_context& context);
int run(const quarantine_resolve_options& options, ctl_context& context);
int run(const lost_list_options& options, ctl_context& context);
int run(const lost_accept_options& options, ctl_context& context);
int run(const audit_options& options, ctl_context& context);
int run(const status_options& options, ctl_context& context);
int run(const scrub_options& options, ctl_context& context);
int run(const cluster_status_options& options, ctl_context& context);
int run(const restore_configuration_options& options, ctl_context& context);
int run(const elect_options& options, ctl_context& context);
int run(const reset_term_options& options, ctl_context& context);
int run(const trace_options& options, ctl_context& context);
int run(const top_options& options, ctl_context& context);
int run(const bundle_options& options, ctl_context& context);

// -- what they share -----------------------------------------------------------------------------

/// Prints a rejection, a fault, or an answer of another kind than was asked for; gives the exit code.
int print_refusal(const v1::reply& answer, ctl_context& context);
int print_fault(const runtime::fault& why, ctl_context& context);
/// A refusal in one sentence: "there is no such order (not_found)".
std::string refusal_text(const v1::reply& answer);

/// Who it is that does something: as said, else the user of this process, if that is a name that can be
/// stored.
std::string by_of(const said_options& options, const ctl_context& context);

/// Sixteen random bytes: the id of a command that is meant once.
std::string new_command_id(ctl_context& context);

/// Prints one JSON value on a line of its own.
void print_line(const json& value, ctl_context& context);

} // namespace orderd::cluster
