// An item's shell.
#include "actors/entities/business_command.hpp"
#include "actors/entities/entities.hpp"
#include "actors/entities/entity_ids.hpp"
#include "actors/public/replies.hpp"
#include "actors/rules/command_dispatch.hpp"
#include "actors/rules/item.hpp"
#include "actors/stored/codec.hpp"

#include <utility>

namespace orderd::actors {

namespace {

class item_entity final : public runtime::entity {
public:
  explicit item_entity(item_state state) : state_(std::move(state)) {}

  void handle(runtime::turn& now) override {
    dispatch<item_commands>(body_of(now.what), [&](const auto& what) { on(what, now); });
  }

private:
  void on(const reserve& what, runtime::turn& now) {
    auto decision = decide(state_, what);
    record(decision, now);
    now.out.commands.push_back(
        command_to(entity_of(what.order), reserve_answer{what.first_line, std::move(decision.lines),
                                                         decision.reason, decision.available}));
  }

  void on(const release& what, runtime::turn& now) {
    record(decide(state_, what), now);
    now.out.commands.push_back(command_to(entity_of(what.order), release_answer{what.first_line}));
  }

  void on(const set_stock& what, runtime::turn& now) {
    const auto decision = decide(state_, what);
    record(decision, now);
    now.out.reply = decision.rejected == rejection_code::none
                        ? stock_item_body(now.self.key(), state_)
                        : rejection_body(decision.rejected, decision.rejected == rejection_code::conflict
                                                                ? command_id_conflict_text
                                                                : "stock would fall below what is reserved");
  }

  void record(const item_decision& decision, runtime::turn& now) {
    if (!decision.event)
      return;
    apply(state_, *decision.event, now.now);
    now.out.state = encode(state_);
  }

  item_state state_;
};

} // namespace

loaded_entity load_item(const runtime::snapshot& rows) {
  if (!rows.state)
    return loaded_entity{std::make_unique<item_entity>(item_state{})};
  auto state = decode_item_state(*rows.state);
  if (!state)
    return state.error();
  return loaded_entity{std::make_unique<item_entity>(*std::move(state))};
}

} // namespace orderd::actors
