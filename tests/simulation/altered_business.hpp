// The real business with something wrong in it: handlers that throw, effects that are changed. For planted
// faults and planted bugs.
#pragma once

#include "runtime/entity/entity.hpp"

#include <functional>
#include <memory>
#include <utility>

namespace orderd::simulation {

/// Called with each turn; may throw.
using turn_hook = std::function<void(runtime::turn&)>;

/// `real` and the hooks outlive it. `after` sees the effects of the real handler and may change them.
class altered_business : public runtime::business {
public:
  altered_business(const runtime::business& real, turn_hook before, turn_hook after)
      : real_(real), before_(std::move(before)), after_(std::move(after)) {}

  std::uint16_t slot_of(const runtime::entity_id& id) const override { return real_.slot_of(id); }
  bool has_content(std::uint8_t kind) const override { return real_.has_content(kind); }
  runtime::result<std::unique_ptr<runtime::entity>> load(const runtime::entity_id& id,
                                                         const runtime::snapshot& rows) const override {
    auto loaded = real_.load(id, rows);
    if (!loaded)
      return loaded.error();
    return std::unique_ptr<runtime::entity>{std::make_unique<altered_entity>(*this, *std::move(loaded))};
  }
  std::vector<std::string_view> stages() const override { return real_.stages(); }
  runtime::standing standing_of(const runtime::entity_id& id, const runtime::snapshot& rows) const override {
    return real_.standing_of(id, rows);
  }
  runtime::result<runtime::command_ptr> decode_command(std::string_view stored) const override {
    return real_.decode_command(stored);
  }
  runtime::command_ptr provider_answered(std::uint8_t step,
                                         const std::optional<std::string>& answer) const override {
    return real_.provider_answered(step, answer);
  }
  std::optional<runtime::addressed_command> note_of(const runtime::resolve_request& decided,
                                                    runtime::unix_ms now) const override {
    return real_.note_of(decided, now);
  }
  std::string fault_reply(const runtime::fault& why) const override { return real_.fault_reply(why); }
  std::string_view kind_name(std::uint8_t kind) const override { return real_.kind_name(kind); }
  std::string readable_key(const runtime::entity_id& id) const override { return real_.readable_key(id); }

private:
  class altered_entity : public runtime::entity {
  public:
    altered_entity(const altered_business& owner, std::unique_ptr<runtime::entity> real)
        : owner_(owner), real_(std::move(real)) {}
    void handle(runtime::turn& now) override {
      if (owner_.before_)
        owner_.before_(now);
      real_->handle(now);
      if (owner_.after_)
        owner_.after_(now);
    }

  private:
    const altered_business& owner_;
    std::unique_ptr<runtime::entity> real_;
  };

  const runtime::business& real_;
  turn_hook before_;
  turn_hook after_;
};

} // namespace orderd::simulation
