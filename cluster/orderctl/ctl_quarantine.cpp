// orderctl quarantine.
#include "actors/rules/text.hpp"
#include "cluster/orderctl/ctl_commands.hpp"
#include "cluster/orderctl/ctl_rows.hpp"
#include "cluster/retail/decimal.hpp"

#include <optional>
#include <vector>

namespace orderd::cluster {

namespace {

/// Everything in quarantine, of all shards; or the answer that refused to say.
struct quarantine_entries {
  std::vector<v1::quarantined> entries;
  std::optional<v1::reply> refused;
};

runtime::result<quarantine_entries> read_quarantine(node_link& node) {
  const auto shards = node.shards();
  if (!shards)
    return shards.error();
  auto pages = all_quarantined(node, *shards);
  quarantine_entries all;
  while (auto entry = pages.next())
    all.entries.push_back(*std::move(entry));
  all.refused = pages.refused();
  return all;
}

void print_entry(const v1::quarantined& entry, ctl_context& context) {
  context.out << entry.kind() << ' ' << actors::shown(entry.key()) << ": " << entry.command() << " failed "
              << entry.attempts() << " times, last with: " << actors::shown(entry.error()) << "; since "
              << format_time(entry.since_ms()) << ", " << entry.parked()
              << (entry.parked() == 1 ? " command waits\n" : " commands wait\n");
}

void print_resolved(const quarantine_resolve_options& options, ctl_context& context) {
  const auto who = options.kind + ' ' + options.key;
  if (options.retry)
    context.out << who << " is tried again; to see whether it failed again: orderctl quarantine show " << who
                << '\n';
  else
    context.out
        << who << " goes on without the command that failed.\n"
        << "Whatever waits for that command or its answer waits for ever: an order may stay reserving, "
        << "rejecting or cancelling (orderctl get)\n";
}

} // namespace

int run(const quarantine_list_options&, ctl_context& context) {
  const auto all = read_quarantine(context.node);
  if (!all)
    return print_fault(all.error(), context);
  if (all->refused)
    return print_refusal(*all->refused, context);
  auto list = json::array();
  for (const auto& entry : all->entries) {
    if (context.json)
      list.push_back(to_json(entry));
    else
      print_entry(entry, context);
  }
  if (context.json)
    print_line(list, context);
  else if (all->entries.empty())
    context.out << "nothing is in quarantine\n";
  return exit_ok;
}

int run(const quarantine_show_options& options, ctl_context& context) {
  const auto all = read_quarantine(context.node);
  if (!all)
    return print_fault(all.error(), context);
  if (all->refused)
    return print_refusal(*all->refused, context);
  for (const auto& entry : all->entries) {
    if (entry.kind() != options.kind || entry.key() != options.key)
      continue;
    if (context.json)
      print_line(to_json(entry), context);
    else
      print_entry(entry, context);
    return exit_ok;
  }
  v1::reply refused;
  refused.mutable_rejection()->set_code(v1::rejection::NOT_QUARANTINED);
  refused.mutable_rejection()->set_message(options.kind + " " + options.key + " is not in quarantine");
  return print_refusal(refused, context);
}

int run(const quarantine_resolve_options& options, ctl_context& context) {
  v1::request what;
  auto& resolve = *what.mutable_resolve_quarantine();
  resolve.set_kind(options.kind);
  resolve.set_key(options.key);
  resolve.set_action(options.retry ? v1::resolve_quarantine::RETRY : v1::resolve_quarantine::RELEASE);
  resolve.set_by(by_of(options.said, context));
  resolve.set_why(options.said.why);
  const auto answer = context.node.call(std::move(what));
  if (!answer.has_quarantine_resolved())
    return print_refusal(answer, context);
  if (context.json)
    print_line(
        {{"kind", options.kind}, {"key", options.key}, {"action", options.retry ? "retry" : "release"}},
        context);
  else
    print_resolved(options, context);
  return exit_ok;
}

} // namespace orderd::cluster
