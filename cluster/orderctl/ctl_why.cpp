// orderctl why: one order and what it waits for, on one screen.
#include "actors/rules/order_id.hpp"
#include "actors/rules/text.hpp"
#include "cluster/explain/explanation.hpp"
#include "cluster/explain/words.hpp"
#include "cluster/orderctl/ctl_commands.hpp"

#include <chrono>
#include <cstdio>
#include <optional>
#include <vector>

namespace orderd::cluster {

namespace {

/// A shard that nobody leads does not answer; the rest is told without it.
constexpr std::uint32_t other_timeout_ms = 2'000;
constexpr std::uint32_t others_unanswered = 32;

/// A key that a client chose, as one word of a command line that people paste.
std::string for_shell(const std::string& text) {
  std::string out = "'";
  for (const char c : text)
    out += c == '\'' ? std::string{"'\\''"} : std::string(1, c);
  return out + "'";
}

v1::request ask_order(const std::string& order_id) {
  v1::request what;
  what.mutable_explain_entity()->set_kind("order");
  what.mutable_explain_entity()->set_key(actors::order_id_text(order_id));
  return what;
}

/// What the order has to do with, of those whose shards answer.
std::vector<v1::entity_explanation> ask_others(const v1::entity_explanation& order, node_link& node) {
  auto asks = asks_of(order);
  std::vector<v1::entity_explanation> others;
  node.run(
      asks.size(), others_unanswered,
      [&asks](std::uint64_t index) {
        asks[index].set_timeout_ms(other_timeout_ms);
        return std::make_shared<v1::request>(asks[index]);
      },
      [&others](const link_answer& answer) {
        if (answer.what.has_entity_explanation())
          others.push_back(answer.what.entity_explanation());
        return true;
      });
  return others;
}

/// The way back of format_time. Nothing: there is no time.
std::optional<std::int64_t> ms_of(const json& at) {
  namespace chrono = std::chrono;
  int year = 0;
  unsigned month = 0, day = 0, hour = 0, minute = 0, second = 0, ms = 0;
  if (!at.is_string()
      || std::sscanf(at.get_ref<const std::string&>().c_str(), "%d-%u-%uT%u:%u:%u.%uZ", &year, &month, &day,
                     &hour, &minute, &second, &ms)
             != 7)
    return std::nullopt;
  const chrono::sys_days date{chrono::year{year} / chrono::month{month} / chrono::day{day}};
  const auto time =
      chrono::hours{hour} + chrono::minutes{minute} + chrono::seconds{second} + chrono::milliseconds{ms};
  return chrono::duration_cast<chrono::milliseconds>(date.time_since_epoch() + time).count();
}

const std::string& text_of(const json& text) {
  return text.get_ref<const std::string&>();
}

class screen {
public:
  screen(const json& said, std::ostream& out)
      : said_(said), out_(out), now_ms_(ms_of(said["now"]).value_or(0)) {}

  void print(const std::string& id) {
    out_ << "order " << id << ": " << text_of(said_["state"]) << '\n' << text_of(said_["headline"]) << '\n';
    if (!said_["steps"].empty())
      out_ << "\nwhat happened\n";
    for (const auto& step : said_["steps"])
      print_step(step);
    if (!said_["waits"].empty())
      out_ << "\nwhat it waits for\n";
    for (const auto& wait : said_["waits"])
      print_wait(wait);
    if (!said_["next"].empty())
      out_ << "\nwhat happens by itself\n";
    for (const auto& next : said_["next"])
      out_ << "  " << text_of(next) << '\n';
    out_ << "\nwhat you can do\n";
    for (const auto& can : said_["you_can"])
      print_action(can);
  }

private:
  void print_step(const json& step) {
    const auto& at = step["at"];
    out_ << "  " << (at.is_null() ? std::string(24, ' ') : text_of(at)) << "  " << text_of(step["what"]);
    if (!text_of(step["detail"]).empty())
      out_ << ' ' << text_of(step["detail"]);
    if (!step["took_ms"].is_null() && step["took_ms"] != 0)
      out_ << " (" << duration_text(step["took_ms"].get<std::int64_t>()) << ')';
    out_ << '\n';
  }

  void print_wait(const json& wait) {
    out_ << "  " << text_of(wait["what"]);
    if (const auto since = ms_of(wait["since"]))
      out_ << " Since " << text_of(wait["since"]) << ", for " << duration_text(now_ms_ - *since) << '.';
    out_ << '\n';
    if (text_of(wait["next"]).empty())
      return;
    out_ << "    " << text_of(wait["next"]);
    if (const auto next = ms_of(wait["next_at"]))
      out_ << " Next in " << duration_text(*next - now_ms_) << ", at " << text_of(wait["next_at"]) << '.';
    out_ << '\n';
  }

  void print_action(const json& can) {
    out_ << "  " << text_of(can["text"]) << '\n';
    const auto& action = text_of(can["action"]);
    if (action == "cancel")
      out_ << "    orderctl cancel " << text_of(can["key"]) << " --why TEXT\n";
    else if (action != "nothing")
      out_ << "    orderctl quarantine " << action << ' ' << text_of(can["kind"]) << ' '
           << for_shell(actors::shown(text_of(can["key"]))) << " --why TEXT\n";
  }

  const json& said_;
  std::ostream& out_;
  std::int64_t now_ms_;
};

} // namespace

int run(const why_options& options, ctl_context& context) {
  const auto answer = context.node.call(ask_order(options.order_id));
  if (!answer.has_entity_explanation())
    return print_refusal(answer, context);
  const auto& order = answer.entity_explanation();
  const auto said = explain(order, ask_others(order, context.node));
  if (context.json)
    print_line(said, context);
  else
    screen{said, context.out}.print(actors::order_id_text(options.order_id));
  return order.exists() || order.has_trouble() ? exit_ok : exit_refused;
}

} // namespace orderd::cluster
