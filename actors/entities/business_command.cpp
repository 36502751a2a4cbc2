#include "actors/entities/business_command.hpp"

#include "actors/entities/entity_ids.hpp"
#include "actors/stored/codec.hpp"

#include <array>

namespace orderd::actors {

std::string business_command::encode() const {
  return actors::encode(body_);
}

std::string_view business_command::name() const noexcept {
  static constexpr std::array<std::string_view, std::variant_size_v<command_body>> names{
      "place_order",    "cancel_order",       "expire_order",
      "reserve_answer", "release_answer",     "authorize_answer",
      "void_answer",    "set_stock",          "reserve",
      "release",        "set_account",        "link_order",
      "authorize",      "void_authorization", "provider_answered",
      "ask_provider",   "note_action"};
  static_assert(!names.back().empty());
  return names[body_.index()];
}

std::optional<runtime::addressed_command> business_command::refusal() const {
  if (const auto* asked = std::get_if<reserve>(&body_))
    return command_to(entity_of(asked->order), reserve_answer{asked->first_line,
                                                              {asked->quantities.size(), line_state::refused},
                                                              reject_reason::quarantined});
  if (const auto* asked = std::get_if<authorize>(&body_))
    return command_to(
        entity_of(asked->order),
        authorize_answer{payment_state::refused, reject_reason::quarantined, asked->amount_minor});
  return std::nullopt;
}

} // namespace orderd::actors
