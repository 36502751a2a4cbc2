// orderctl scrub.
#include "actors/rules/text.hpp"
#include "cluster/orderctl/ctl_commands.hpp"

#include <algorithm>
#include <iomanip>
#include <string>

namespace orderd::cluster {

namespace {

void print_scrub(const v1::scrub_status& scrub, ctl_context& context) {
  auto& out = context.out;
  if (scrub.begun_at_ms() == 0)
    out << "no round has begun since the start, which reads every page";
  else
    out << "a round began at " << format_time(scrub.begun_at_ms()) << " and "
        << (scrub.running()            ? "is under way"
            : scrub.ended_at_ms() == 0 ? "did not come to its end"
                                       : "ended at " + format_time(scrub.ended_at_ms()))
        << ": " << std::fixed << std::setprecision(1) << scrub.progress() * 100 << " %, " << scrub.pages()
        << " pages" << (scrub.looking_at().empty() ? "" : ", now " + scrub.looking_at()) << ", "
        << scrub.bad() << " bad, " << scrub.mended() << " written anew";
  if (scrub.next_in_ms() >= 0 && !scrub.running())
    out << "; the next in " << scrub.next_in_ms() / 60'000 << " min";
  out << '\n';
  if (!scrub.finding().empty())
    out << "FOUND: " << actors::shown(scrub.finding()) << '\n';
}

int scrub_node(const std::string& endpoint, bool now, ctl_context& context) {
  v1::request what;
  what.mutable_scrub()->set_now(now);
  const auto answer = context.only(endpoint)->call(std::move(what));
  if (!answer.has_scrub_status())
    return print_refusal(answer, context);
  const auto& scrub = answer.scrub_status();
  const bool named = context.endpoints.size() > 1;
  if (context.json) {
    json line = named ? json{{"endpoint", endpoint}} : json::object();
    line.update(to_json(scrub));
    print_line(line, context);
  } else {
    if (named)
      context.out << "node at " << endpoint << ": ";
    print_scrub(scrub, context);
  }
  return scrub.bad() == 0 && scrub.finding().empty() ? exit_ok : exit_refused;
}

} // namespace

int run(const scrub_options& options, ctl_context& context) {
  int code = exit_ok;
  for (const auto& endpoint : context.endpoints)
    code = std::max(code, scrub_node(endpoint, options.now, context));
  return code;
}

} // namespace orderd::cluster
