// Which kind of entity receives which commands, and how a command reaches the function that handles it.
//
//   dispatch<item_commands>(what, [&](const auto& command) { on(command, now); });
//
// A command that is added to commands.hpp does not compile until it is in the list of a receiver, and the
// receiver does not compile until it handles each command of its list.
#pragma once

#include "actors/rules/commands.hpp"
#include "runtime/base/result.hpp"

#include <cstddef>
#include <type_traits>
#include <variant>

namespace orderd::actors {

template <class First, class... Rest>
struct command_list {
  template <class Command>
  static constexpr bool has = std::is_same_v<First, Command> || (std::is_same_v<Rest, Command> || ...);

  /// The place of a command in the list, from 0. Pre: `has` it.
  template <class Command>
  static constexpr std::size_t place_of() {
    constexpr bool is[]{std::is_same_v<First, Command>, std::is_same_v<Rest, Command>...};
    std::size_t at = 0;
    while (!is[at])
      ++at;
    return at;
  }

  template <class Handler>
  using result_of = std::invoke_result_t<Handler&, const First&>;
};

using order_commands = command_list<place_order, cancel_order, expire_order, reserve_answer, release_answer,
                                    authorize_answer, void_answer, note_action>;
using item_commands = command_list<set_stock, reserve, release>;
using account_commands = command_list<set_account, link_order, authorize, void_authorization>;
using card_commands = command_list<authorize, void_authorization, provider_answered, ask_provider>;

template <class Command>
constexpr bool has_receiver() {
  constexpr bool all[]{order_commands::has<Command>, item_commands::has<Command>,
                       account_commands::has<Command>, card_commands::has<Command>};
  return all[0] || all[1] || all[2] || all[3];
}

/// Whether each alternative of a variant has a receiver.
template <class Body>
inline constexpr bool are_received = false;
template <class... Commands>
inline constexpr bool are_received<std::variant<Commands...>> = (has_receiver<Commands>() && ...);
static_assert(are_received<command_body>);

/// Gives a command to `handle`, which takes each of `Commands`. Any other is a bug: nobody sends it there.
template <class Commands, class Handler>
auto dispatch(const command_body& what, Handler handle) {
  return std::visit(
      [&](const auto& command) -> typename Commands::template result_of<Handler> {
        if constexpr (Commands::template has<std::remove_cvref_t<decltype(command)>>)
          return handle(command);
        else
          throw runtime::bug("a command for another kind of entity");
      },
      what);
}

} // namespace orderd::actors
