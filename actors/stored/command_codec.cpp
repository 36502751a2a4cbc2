// The stored forms of commands: one pair of functions each.
#include "actors/stored/blank_message.hpp"
#include "actors/stored/codec.hpp"
#include "actors/stored/operator_action_form.hpp"
#include "actors/stored/stored.pb.h"

#include <utility>

namespace orderd::actors {

using runtime::fault;
using runtime::fault_code;
using runtime::result;

namespace form = stored::v1;

namespace {

// -- to the stored form -------------------------------------------------------------------------------

struct writer {
  form::stored_command& to;

  void operator()(const place_order& from) const {
    to.mutable_place_order()->mutable_content()->ParseFromString(from.stored);
  }
  void operator()(const cancel_order& from) const {
    auto* into = to.mutable_cancel_order();
    into->set_by(from.by);
    into->set_why(from.why);
  }
  void operator()(const expire_order&) const { to.mutable_expire_order(); }
  void operator()(const reserve_answer& from) const {
    auto* into = to.mutable_reserve_answer();
    into->set_first_line(from.first_line);
    into->set_lines(from.lines.stored());
    into->set_reason(static_cast<std::uint32_t>(from.reason));
    if (from.available)
      into->set_available(*from.available);
  }
  void operator()(const release_answer& from) const {
    to.mutable_release_answer()->set_first_line(from.first_line);
  }
  void operator()(const authorize_answer& from) const {
    auto* into = to.mutable_authorize_answer();
    into->set_outcome(static_cast<std::uint32_t>(from.outcome));
    into->set_reason(static_cast<std::uint32_t>(from.reason));
    into->set_amount_minor(from.amount_minor);
    if (from.available_minor)
      into->set_available_minor(*from.available_minor);
    if (from.account_currency.is_set())
      into->mutable_account_currency()->assign(from.account_currency.view());
  }
  void operator()(const void_answer&) const { to.mutable_void_answer(); }
  void operator()(const set_stock& from) const {
    auto* into = to.mutable_set_stock();
    into->mutable_id()->assign(from.id.view());
    into->set_on_hand(from.on_hand);
  }
  void operator()(const reserve& from) const {
    auto* into = to.mutable_reserve();
    into->mutable_order()->assign(from.order.view());
    into->set_first_line(from.first_line);
    into->set_partial(from.partial);
    for (const auto quantity : from.quantities)
      into->add_quantities(quantity);
    if (from.added_units)
      into->set_added_units(*from.added_units);
  }
  void operator()(const release& from) const {
    auto* into = to.mutable_release();
    into->mutable_order()->assign(from.order.view());
    into->set_first_line(from.first_line);
    into->set_quantity(from.quantity);
  }
  void operator()(const set_account& from) const {
    auto* into = to.mutable_set_account();
    into->mutable_id()->assign(from.id.view());
    into->mutable_currency()->assign(from.currency.view());
    into->set_credit_limit_minor(from.credit_limit_minor);
  }
  void operator()(const link_order& from) const {
    to.mutable_link_order()->mutable_order()->assign(from.order.view());
  }
  void operator()(const authorize& from) const {
    auto* into = to.mutable_authorize();
    into->mutable_order()->assign(from.order.view());
    into->mutable_currency()->assign(from.currency.view());
    into->set_amount_minor(from.amount_minor);
    into->set_added_credit_minor(from.added_credit_minor);
  }
  void operator()(const void_authorization& from) const {
    auto* into = to.mutable_void_authorization();
    into->mutable_order()->assign(from.order.view());
    into->set_amount_minor(from.amount_minor);
  }
  void operator()(const provider_answered& from) const {
    auto* into = to.mutable_provider_answered();
    into->set_step(from.step);
    into->set_known(from.answer.has_value());
    if (from.answer)
      into->set_answer(*from.answer);
  }
  void operator()(const ask_provider&) const { to.mutable_ask_provider(); }
  void operator()(const note_action& from) const {
    write_action(*to.mutable_note_action()->mutable_what(), from.what);
  }
};

// -- from the stored form: nothing when it cannot be ----------------------------------------------------

using decoded = std::optional<command_body>;

bool is_line(std::uint32_t number) noexcept {
  return number < order_content::no_line;
}

decoded read(const form::place_order& from) {
  auto stored = from.content().SerializeAsString();
  auto content = decode_order_content(stored);
  if (!content)
    return std::nullopt;
  const auto digest = content->digest();
  return place_order{std::make_shared<const order_content>(*std::move(content)), std::move(stored), digest};
}

decoded read(const form::reserve_answer& from) {
  if (!is_line(from.first_line()) || from.reason() > reject_reason_max)
    return std::nullopt;
  auto lines = line_states::parse(from.lines());
  if (!lines || lines->count(line_state::reserved) + lines->count(line_state::refused) != lines->size())
    return std::nullopt;
  return reserve_answer{static_cast<std::uint16_t>(from.first_line()), *std::move(lines),
                        static_cast<reject_reason>(from.reason()),
                        from.has_available() ? std::optional{from.available()} : std::nullopt};
}

decoded read(const form::release_answer& from) {
  if (!is_line(from.first_line()))
    return std::nullopt;
  return release_answer{static_cast<std::uint16_t>(from.first_line())};
}

decoded read(const form::authorize_answer& from) {
  const auto& currency = from.account_currency();
  if (from.outcome() > payment_state_max || from.reason() > reject_reason_max
      || (!currency.empty() && currency.size() != currency_code::size))
    return std::nullopt;
  return authorize_answer{static_cast<payment_state>(from.outcome()),
                          static_cast<reject_reason>(from.reason()), from.amount_minor(),
                          from.has_available_minor() ? std::optional{from.available_minor()} : std::nullopt,
                          currency.empty() ? currency_code{} : currency_code{currency}};
}

decoded read(const form::set_stock& from) {
  if (from.id().size() != command_id::size)
    return std::nullopt;
  return set_stock{command_id{from.id()}, from.on_hand()};
}

decoded read(const form::reserve& from) {
  if (from.order().size() != order_key::size || !is_line(from.first_line()) || from.quantities().empty()
      || from.added_units() < 0)
    return std::nullopt;
  return reserve{order_key{from.order()},
                 static_cast<std::uint16_t>(from.first_line()),
                 from.partial(),
                 {from.quantities().begin(), from.quantities().end()},
                 from.has_added_units() ? std::optional{from.added_units()} : std::nullopt};
}

decoded read(const form::release& from) {
  if (from.order().size() != order_key::size || !is_line(from.first_line()))
    return std::nullopt;
  return release{order_key{from.order()}, static_cast<std::uint16_t>(from.first_line()), from.quantity()};
}

decoded read(const form::set_account& from) {
  if (from.id().size() != command_id::size || from.currency().size() != currency_code::size)
    return std::nullopt;
  return set_account{command_id{from.id()}, currency_code{from.currency()}, from.credit_limit_minor()};
}

decoded read(const form::link_order& from) {
  if (from.order().size() != order_key::size)
    return std::nullopt;
  return link_order{order_key{from.order()}};
}

decoded read(const form::authorize& from) {
  if (from.order().size() != order_key::size || from.currency().size() != currency_code::size
      || from.added_credit_minor() < 0)
    return std::nullopt;
  return authorize{order_key{from.order()}, currency_code{from.currency()}, from.amount_minor(),
                   from.added_credit_minor()};
}

decoded read(const form::void_authorization& from) {
  if (from.order().size() != order_key::size)
    return std::nullopt;
  return void_authorization{order_key{from.order()}, from.amount_minor()};
}

decoded read(const form::provider_answered& from) {
  if (from.step() > 0xff)
    return std::nullopt;
  provider_answered to{static_cast<std::uint8_t>(from.step()), std::nullopt};
  if (from.known())
    to.answer = from.answer();
  return to;
}

decoded read(const form::note_action& from) {
  auto what = read_action(from.what());
  if (!what)
    return std::nullopt;
  return note_action{*std::move(what)};
}

decoded read(const form::stored_command& from) {
  using what = form::stored_command;
  switch (from.body_case()) {
  case what::kPlaceOrder:
    return read(from.place_order());
  case what::kCancelOrder:
    return cancel_order{from.cancel_order().by(), from.cancel_order().why()};
  case what::kExpireOrder:
    return expire_order{};
  case what::kReserveAnswer:
    return read(from.reserve_answer());
  case what::kReleaseAnswer:
    return read(from.release_answer());
  case what::kAuthorizeAnswer:
    return read(from.authorize_answer());
  case what::kVoidAnswer:
    return void_answer{};
  case what::kSetStock:
    return read(from.set_stock());
  case what::kReserve:
    return read(from.reserve());
  case what::kRelease:
    return read(from.release());
  case what::kSetAccount:
    return read(from.set_account());
  case what::kLinkOrder:
    return read(from.link_order());
  case what::kAuthorize:
    return read(from.authorize());
  case what::kVoidAuthorization:
    return read(from.void_authorization());
  case what::kProviderAnswered:
    return read(from.provider_answered());
  case what::kAskProvider:
    return ask_provider{};
  case what::kNoteAction:
    return read(from.note_action());
  case what::BODY_NOT_SET:
    break;
  }
  return std::nullopt;
}

} // namespace

std::string encode(const command_body& command) {
  auto& to = blank<form::stored_command>();
  std::visit(writer{to}, command);
  return to.SerializeAsString();
}

result<command_body> decode_command_body(std::string_view stored) {
  form::stored_command from;
  if (from.ParseFromArray(stored.data(), static_cast<int>(stored.size())))
    if (auto command = read(from))
      return *std::move(command);
  return fault{fault_code::corrupt, "a command cannot be decoded", 0};
}

} // namespace orderd::actors
