// A command of the business as the engine carries it: any of commands.hpp behind runtime::command.
#pragma once

#include "actors/rules/commands.hpp"
#include "runtime/entity/entity.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace orderd::actors {

class business_command final : public runtime::command {
public:
  explicit business_command(command_body body) : body_(std::move(body)) {}

  const command_body& body() const noexcept { return body_; }

  std::string encode() const override;
  std::string_view name() const noexcept override;

  /// Asking for units or money can be refused for a quarantined entity; everything else gives something
  /// back, or says what happened, and must not be lost.
  std::optional<runtime::addressed_command> refusal() const override;

  bool may_be_lost() const noexcept override { return std::holds_alternative<note_action>(body_); }

private:
  command_body body_;
};

/// The body of a command of this business. Pre: it is one, as all commands of the engine are.
inline const command_body& body_of(const runtime::command& what) {
  return static_cast<const business_command&>(what).body();
}

inline runtime::command_ptr make_command(command_body body) {
  return std::make_unique<const business_command>(std::move(body));
}

inline runtime::addressed_command command_to(const runtime::entity_id& to, command_body body) {
  return {to, make_command(std::move(body))};
}

} // namespace orderd::actors
