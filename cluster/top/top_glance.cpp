// The view of everything at a glance, and the lists of shards and of stuck orders.
#include "cluster/json/json_forms.hpp"
#include "cluster/retail/decimal.hpp"
#include "cluster/top/top_screen.hpp"
#include "config/grouped.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace orderd::cluster {

namespace {

constexpr std::size_t label = 13; ///< where the values of the glance begin
constexpr std::size_t turns_shown = 5;
constexpr std::size_t refusals_shown = 8;

std::string counted(std::uint64_t number) {
  return config::grouped(number);
}

/// A bar a second, the newest last, each in proportion to the largest.
std::string chart(const std::vector<std::uint64_t>& values, std::size_t width, bool blocks) {
  static constexpr std::array ascii{" ", ".", ":", "-", "=", "+", "*", "#", "@"};
  static constexpr std::array unicode{" ",      "\u2581", "\u2582", "\u2583", "\u2584",
                                      "\u2585", "\u2586", "\u2587", "\u2588"};
  const auto& marks = blocks ? unicode : ascii;
  const auto from = values.size() > width ? values.size() - width : 0;
  const auto most = std::max<std::uint64_t>(1, *std::max_element(values.begin(), values.end()));
  std::string out;
  for (auto i = from; i < values.size(); ++i)
    out += marks[(values[i] * (marks.size() - 1) + most - 1) / most];
  return out;
}

top_text rate(const char* name, std::uint64_t now, double mean, top_style style) {
  top_text line;
  line.add(name, style).right(label + 8, counted(now)).right(label + 20, one_digit(mean));
  return line;
}

void add_rates(const top_figures& figures, const top_look& look, std::vector<top_text>& to) {
  to.push_back(std::move(
      top_text{}.right(label + 8, "now/s", top_style::dim).right(label + 20, "minute/s", top_style::dim)));
  auto confirmed = rate("confirmed", figures.confirmed, figures.confirmed_mean, top_style::good);
  const auto room = look.width > confirmed.columns() + 3 ? look.width - confirmed.columns() - 3 : 0;
  if (room > 0)
    confirmed.add("   ").add(chart(figures.confirmed_by_second, room, look.blocks));
  to.push_back(std::move(confirmed));
  to.push_back(rate("rejected", figures.rejected, figures.rejected_mean,
                    figures.rejected > 0 ? top_style::warn : top_style::plain));
  to.push_back(rate("cancelled", figures.cancelled, figures.cancelled_mean, top_style::plain));
  auto requests = rate("requests", figures.requests, figures.requests_mean, top_style::plain);
  if (figures.p99_us > 0)
    requests.add("   p50 " + short_time(figures.p50_us) + ", p99 " + short_time(figures.p99_us));
  to.push_back(std::move(requests));
}

void add_backlog(const top_figures& figures, std::vector<top_text>& to) {
  top_text backlog;
  backlog.add("backlog").to(label).add(counted(figures.unsettled) + " orders");
  if (figures.unsettled > 0 && figures.known) {
    backlog.add(", oldest " + short_span(figures.oldest_s));
    if (figures.drain_s)
      backlog.add(", gone in " + short_span(*figures.drain_s));
    else
      backlog.add(", does not shrink", top_style::bad);
  }
  to.push_back(std::move(backlog));
  if (figures.quarantined > 0)
    to.push_back(std::move(top_text{}
                               .add("quarantined", top_style::bad)
                               .to(label)
                               .add(counted(figures.quarantined) + " wait for a person")));
  if (figures.missing_copies > 0)
    to.push_back(std::move(top_text{}
                               .add("copies", top_style::bad)
                               .to(label)
                               .add(counted(figures.missing_copies) + " are missed")));
  for (const auto& each : figures.in_doubt)
    to.push_back(
        std::move(top_text{}
                      .add("in doubt", top_style::warn)
                      .to(label)
                      .add(format_money(each.amount_minor(), each.currency()) + " of "
                           + counted(each.payments()) + " payments, oldest " + short_span(each.oldest_s()))));
}

void add_refusals(const top_figures& figures, std::vector<top_text>& to) {
  top_text refused;
  refused.add("refused", figures.refusals.empty() ? top_style::plain : top_style::warn).to(label);
  if (figures.refusals.empty())
    refused.add("nothing in the last minute");
  for (std::size_t i = 0; i < std::min(figures.refusals.size(), refusals_shown); ++i)
    refused.add((i == 0 ? "" : ", ") + figures.refusals[i].first + ' ' + counted(figures.refusals[i].second));
  if (!figures.refusals.empty())
    refused.add(" in the last minute", top_style::dim);
  to.push_back(std::move(refused));
}

void add_stages(const top_figures& figures, std::vector<top_text>& to) {
  if (figures.stages.empty())
    return;
  top_text line;
  line.add("stages").to(label);
  for (std::size_t i = 0; i < figures.stages.size(); ++i)
    line.add((i == 0 ? "" : ", ") + figures.stages[i].name + ' '
                 + short_time(static_cast<std::uint64_t>(figures.stages[i].mean_us)),
             i == 0 ? top_style::bold : top_style::plain);
  to.push_back(std::move(line));
}

void add_figures(const top_figures& figures, const top_look& look, std::vector<top_text>& to) {
  if (figures.known)
    add_rates(figures, look, to);
  else
    to.push_back(std::move(top_text{}.add("no node that answers keeps a history", top_style::warn)));
  add_stages(figures, to);
  add_backlog(figures, to);
  if (figures.known)
    add_refusals(figures, to);
}

void add_nodes(const top_model& model, std::vector<top_text>& to) {
  to.push_back(std::move(top_text{}
                             .add("node", top_style::dim)
                             .to(6)
                             .add("endpoint", top_style::dim)
                             .to(28)
                             .add("version", top_style::dim)
                             .to(37)
                             .add("up", top_style::dim)
                             .to(50)
                             .add("disk", top_style::dim)));
  for (const auto& node : model.nodes) {
    top_text line;
    line.add(node.numbered ? std::to_string(node.node) : "-").to(6).add(node.endpoint).to(28);
    if (!node.error.empty()) {
      line.add("does not answer: " + node.error, top_style::bad);
    } else {
      line.add(node.status.version()).to(37);
      line.add(short_span(static_cast<std::int64_t>(node.status.uptime_ms() / 1'000))).to(50);
      line.add(one_digit(node.status.disk_used() * 100) + " %");
      if (!node.status.admitting())
        line.add("  " + node.status.refusing_because(), top_style::bad);
    }
    to.push_back(std::move(line));
  }
}

void add_turns(const top_model& model, std::vector<top_text>& to) {
  const auto turns = longest_turns(model, turns_shown);
  if (turns.empty())
    return;
  to.emplace_back();
  to.push_back(
      std::move(top_text{}.add("longest turns of a shard's thread since its start", top_style::dim)));
  for (const auto& each : turns)
    to.push_back(std::move(
        top_text{}
            .right(10, short_time(each.what.took_us()))
            .add("  node " + std::to_string(each.node) + " shard " + std::to_string(each.what.shard()) + "  "
                 + format_time(each.what.at_ms()).substr(0, 19) + "Z  " + each.what.what())));
}

const char* name_of(top_order by) {
  switch (by) {
  case top_order::number:
    return "shard";
  case top_order::owner:
    return "owner";
  case top_order::term:
    return "term";
  case top_order::lag:
    return "lag";
  case top_order::unsettled:
    return "unsettled";
  case top_order::backlog:
    return "backlog";
  }
  return "";
}

top_text shard_heading(top_order sort) {
  top_text line;
  const std::string sorted = name_of(sort);
  const auto head = [&](std::size_t ends, const char* name) {
    line.right(ends, name, sorted == name ? top_style::bold : top_style::dim);
  };
  head(5, "shard");
  head(12, "owner");
  head(19, "term");
  line.to(21).add("state", top_style::dim).to(34).add("in sync", top_style::dim);
  head(49, "lag");
  head(60, "unsettled");
  head(73, "quarantined");
  head(82, "backlog");
  head(94, "unapplied");
  return line;
}

} // namespace

std::vector<top_text> glance_lines(const top_model& model, const top_look& look) {
  if (model.nodes.empty())
    return {std::move(top_text{}.add("the nodes are being asked", top_style::dim))};
  std::vector<top_text> lines;
  if (is_known(model)) {
    add_figures(figures_of(model), look, lines);
    lines.emplace_back();
  }
  add_nodes(model, lines);
  add_turns(model, lines);
  return lines;
}

std::vector<top_text> shard_lines(const top_model& model, top_order sort, std::optional<std::size_t> chosen) {
  std::vector<top_text> lines{shard_heading(sort)};
  const auto shards = shards_of(model, sort);
  for (std::size_t i = 0; i < shards.size(); ++i) {
    const auto& each = shards[i];
    top_text line;
    line.right(5, std::to_string(each.shard)).right(12, std::to_string(each.owner));
    line.right(19, std::to_string(each.term)).to(21).add(each.state).to(34).add(each.in_sync);
    line.right(49, counted(each.lag), each.lag > 0 ? top_style::warn : top_style::plain);
    line.right(60, counted(each.unsettled));
    line.right(73, counted(each.quarantined), each.quarantined > 0 ? top_style::bad : top_style::plain);
    line.right(82, counted(each.backlog)).right(94, short_bytes(each.unapplied_bytes));
    if (!each.trouble.empty())
      line.add("  " + each.trouble, top_style::bad);
    if (chosen == i)
      line.choose();
    lines.push_back(std::move(line));
  }
  return lines;
}

std::vector<top_text> stuck_lines(const top_model& model, std::optional<std::size_t> chosen) {
  const auto stuck = stuck_of(model);
  if (!is_known(model))
    return {std::move(top_text{}.add("no node has said yet what is stuck", top_style::warn))};
  if (stuck.empty())
    return {
        std::move(top_text{}.add("nothing is in quarantine, and every order is settled", top_style::good))};
  std::vector<top_text> lines{std::move(top_text{}
                                            .add("waits for", top_style::dim)
                                            .to(13)
                                            .add("kind", top_style::dim)
                                            .to(21)
                                            .add("key", top_style::dim)
                                            .to(59)
                                            .add("what", top_style::dim))};
  for (std::size_t i = 0; i < stuck.size(); ++i) {
    const auto& each = stuck[i];
    top_text line;
    line.add(short_span((model.now_ms - each.since_ms) / 1'000)).to(13).add(each.kind).to(21);
    line.add(each.key).to(59);
    if (each.quarantined)
      line.add("QUARANTINED", top_style::bad).add(" " + each.what + ": " + each.why);
    else
      line.add(each.what);
    if (chosen == i)
      line.choose();
    lines.push_back(std::move(line));
  }
  return lines;
}

} // namespace orderd::cluster
