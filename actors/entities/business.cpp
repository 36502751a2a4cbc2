#include "actors/entities/business.hpp"

#include "actors/entities/business_command.hpp"
#include "actors/entities/entities.hpp"
#include "actors/entities/entity_ids.hpp"
#include "actors/public/replies.hpp"
#include "actors/rules/kinds.hpp"
#include "actors/rules/lifecycle.hpp"
#include "actors/stored/codec.hpp"
#include "runtime/entity/request.hpp"

namespace orderd::actors {

namespace {

class order_business final : public runtime::business {
public:
  explicit order_business(business_options options) : options_(options) {}

  std::uint16_t slot_of(const runtime::entity_id& id) const override { return actors::slot_of(id); }

  bool has_content(std::uint8_t which) const override { return static_cast<kind>(which) == kind::order; }

  loaded_entity load(const runtime::entity_id& id, const runtime::snapshot& rows) const override {
    switch (static_cast<kind>(id.kind())) {
    case kind::item:
      return load_item(rows);
    case kind::account:
      return load_account(rows);
    case kind::card:
      return load_card(rows);
    case kind::order:
      return load_order(rows, options_);
    }
    return runtime::fault{runtime::fault_code::corrupt, "an entity of an unknown kind", 0};
  }

  std::vector<std::string_view> stages() const override {
    using enum order_status; // In `placed` none rests.
    return {to_string(reserving), to_string(authorizing), to_string(rejecting), to_string(cancelling)};
  }

  runtime::standing standing_of(const runtime::entity_id& id, const runtime::snapshot& rows) const override {
    return static_cast<kind>(id.kind()) == kind::order ? standing_of_order(rows) : runtime::standing{};
  }

  runtime::result<runtime::command_ptr> decode_command(std::string_view stored) const override {
    auto body = decode_command_body(stored);
    if (!body)
      return body.error();
    return make_command(*std::move(body));
  }

  runtime::command_ptr provider_answered(std::uint8_t step,
                                         const std::optional<std::string>& answer) const override {
    return make_command(actors::provider_answered{step, answer});
  }

  /// Of an order, or of its card payment: it stands in what the order knows of people.
  std::optional<runtime::addressed_command> note_of(const runtime::resolve_request& decided,
                                                    runtime::unix_ms now) const override {
    if (decided.by.empty() || !is_keyed_by_order(static_cast<kind>(decided.entity.kind())))
      return std::nullopt;
    const auto what = decided.retry ? action_kind::retry : action_kind::release;
    return command_to(entity_of(kind::order, decided.entity.key()),
                      note_action{{now, what, decided.by, decided.why}});
  }

  std::string fault_reply(const runtime::fault& why) const override { return fault_body(why).bytes; }

  std::string_view kind_name(std::uint8_t which) const override {
    return actors::kind_name(static_cast<kind>(which));
  }

  std::string readable_key(const runtime::entity_id& id) const override { return actors::readable_key(id); }

private:
  business_options options_;
};

} // namespace

std::unique_ptr<const runtime::business> make_business(business_options options) {
  return std::make_unique<const order_business>(options);
}

} // namespace orderd::actors
