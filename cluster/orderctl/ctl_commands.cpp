#include "cluster/orderctl/ctl_commands.hpp"

#include "actors/rules/text.hpp"
#include "config/limits.hpp"

namespace orderd::cluster {

std::string refusal_text(const v1::reply& answer) {
  if (answer.has_rejection()) {
    const auto& why = answer.rejection();
    auto text = why.message().empty() ? "refused" : why.message();
    return actors::shown(text) + " (" + rejection_name(why) + ")";
  }
  if (answer.has_fault())
    return actors::shown(answer.fault().message()) + " (" + fault_name(answer.fault()) + ")";
  return "the node gave an answer that does not fit the question (is it another version?)";
}

int print_refusal(const v1::reply& answer, ctl_context& context) {
  context.err << "orderctl: " << refusal_text(answer) << '\n';
  if (context.json && answer.has_rejection())
    print_line(to_json(answer.rejection()), context);
  else if (context.json && answer.has_fault())
    print_line(to_json(answer.fault()), context);
  return answer.has_rejection() ? exit_refused : exit_fault;
}

int print_fault(const runtime::fault& why, ctl_context& context) {
  v1::reply answer;
  answer.mutable_fault()->set_code(static_cast<v1::fault::kind>(why.code));
  answer.mutable_fault()->set_message(why.message);
  return print_refusal(answer, context);
}

std::string by_of(const said_options& options, const ctl_context& context) {
  if (!options.by.empty())
    return options.by;
  const bool is_name = context.user.size() <= limits::by_bytes_max && actors::check_text(context.user).ok();
  return is_name ? context.user : std::string{};
}

std::string new_command_id(ctl_context& context) {
  std::string id;
  for (int half = 0; half < 2; ++half) {
    const auto bits = context.random();
    id.append(reinterpret_cast<const char*>(&bits), sizeof bits);
  }
  return id;
}

void print_line(const json& value, ctl_context& context) {
  // What is no UTF-8 (a file name, what was stored damaged) becomes replacement characters.
  context.out << value.dump(-1, ' ', false, json::error_handler_t::replace) << '\n';
}

} // namespace orderd::cluster
