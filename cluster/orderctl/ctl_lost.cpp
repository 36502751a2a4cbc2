// orderctl lost.
#include "actors/audit/lost_view.hpp"
#include "actors/rules/text.hpp"
#include "cluster/orderctl/ctl_commands.hpp"
#include "config/limits.hpp"

#include <algorithm>
#include <set>
#include <variant>
#include <vector>

namespace orderd::cluster {

namespace {

/// What one node lost.
struct node_lost {
  std::string endpoint;
  std::vector<v1::lost_range> ranges;
};

/// Every lost range of every node of --endpoint; the exit code when one of them does not say.
std::variant<std::vector<node_lost>, int> read_lost(ctl_context& context) {
  std::vector<node_lost> all;
  for (const auto& endpoint : context.endpoints) {
    const auto node = context.only(endpoint);
    auto& of = all.emplace_back(node_lost{endpoint, {}});
    for (bool more = true; more;) {
      v1::request what;
      auto& list = *what.mutable_list_lost();
      list.set_limit(limits::page_rows_max);
      if (!of.ranges.empty())
        list.set_after(of.ranges.back().name());
      auto answer = node->call(std::move(what));
      if (!answer.has_lost_page())
        return print_refusal(answer, context);
      for (auto& range : *answer.mutable_lost_page()->mutable_ranges())
        of.ranges.push_back(std::move(range));
      more = answer.lost_page().more() && answer.lost_page().ranges_size() > 0;
    }
  }
  return all;
}

void print_range(const v1::lost_range& range, std::ostream& out) {
  out << range.name() << ": " << actors::shown(actors::lost_text(range));
  if (range.found_at_ms() != 0)
    out << ", found " << format_time(range.found_at_ms());
  out << '\n';
}

/// Takes the names that a node has out of `names`; all of its ranges when `all`.
std::vector<v1::lost_range> chosen_of(const node_lost& node, bool all, std::set<std::string>& names) {
  std::vector<v1::lost_range> out;
  for (const auto& range : node.ranges)
    if (all || names.erase(range.name()) > 0)
      out.push_back(range);
  return out;
}

/// A few at a time, as a request may have; gives the exit code.
int give_up(const std::string& endpoint, const std::vector<v1::lost_range>& chosen, const std::string& by,
            ctl_context& context) {
  constexpr std::size_t at_once = 1'000;
  std::uint64_t left = 0;
  for (std::size_t at = 0; at < chosen.size(); at += at_once) {
    v1::request what;
    auto& accept = *what.mutable_accept_lost();
    accept.set_by(by);
    for (auto i = at; i < std::min(chosen.size(), at + at_once); ++i)
      accept.add_names(chosen[i].name());
    const auto answer = context.only(endpoint)->call(std::move(what));
    if (!answer.has_lost_accepted())
      return print_refusal(answer, context);
    left = answer.lost_accepted().left();
  }
  if (context.json)
    print_line({{"endpoint", endpoint}, {"accepted", chosen.size()}, {"left", left}}, context);
  else
    context.out << "given up: " << chosen.size() << "; still lost on this node: " << left
                << ". What waits in quarantine for them: orderctl quarantine list, and retry\n";
  return exit_ok;
}

int no_such_name(const std::string& name, ctl_context& context) {
  v1::reply refused;
  refused.mutable_rejection()->set_code(v1::rejection::NOT_FOUND);
  refused.mutable_rejection()->set_message("no lost rows have the name " + name);
  return print_refusal(refused, context);
}

} // namespace

int run(const lost_list_options&, ctl_context& context) {
  const auto read = read_lost(context);
  if (const auto* code = std::get_if<int>(&read))
    return *code;
  auto list = json::array();
  bool none = true;
  for (const auto& node : std::get<0>(read)) {
    if (!context.json && !node.ranges.empty() && context.endpoints.size() > 1)
      context.out << "node at " << node.endpoint << ":\n";
    for (const auto& range : node.ranges) {
      none = false;
      if (context.json) {
        list.push_back(to_json(range));
        list.back()["endpoint"] = node.endpoint;
      } else {
        print_range(range, context.out);
      }
    }
  }
  if (context.json)
    print_line(list, context);
  else if (none)
    context.out << "nothing is lost\n";
  return exit_ok;
}

int run(const lost_accept_options& options, ctl_context& context) {
  const auto read = read_lost(context);
  if (const auto* code = std::get_if<int>(&read))
    return *code;
  std::set<std::string> names{options.names.begin(), options.names.end()};
  std::vector<node_lost> chosen;
  auto& out = context.json ? context.err : context.out;
  for (const auto& node : std::get<0>(read)) {
    auto of = chosen_of(node, options.all, names);
    for (const auto& range : of)
      print_range(range, out);
    if (!of.empty())
      chosen.push_back({node.endpoint, std::move(of)});
  }
  if (!names.empty())
    return no_such_name(*names.begin(), context);
  if (chosen.empty()) {
    out << "nothing is lost\n";
    return exit_ok;
  }
  out << "What lay there is given up for good: an order, a SKU or an account that is not found there counts "
         "as one that never was. An order that was there and is placed again is carried out a second time.\n";
  if (!options.yes && !(context.confirm && context.confirm("Do it?"))) {
    context.err << "orderctl: nothing was changed; --yes does it without asking\n";
    return exit_refused;
  }
  const auto by = options.by.empty() ? context.user : options.by;
  for (const auto& node : chosen)
    if (const auto code = give_up(node.endpoint, node.ranges, by, context); code != exit_ok)
      return code;
  return exit_ok;
}

} // namespace orderd::cluster
