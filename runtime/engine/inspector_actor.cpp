#include "runtime/engine/inspector_actor.hpp"

#include "runtime/base/short_slices.hpp"

#include <utility>

namespace orderd::runtime {

namespace {

/// Reads on until the node stops.
class stoppable_reader : public state_reader {
public:
  stoppable_reader(state_reader& real, const std::atomic<bool>& stopping)
      : real_(real), stopping_(stopping) {}

  result<std::optional<std::string>> get(const row_key& key) override {
    return stopping_ ? result<std::optional<std::string>>{stopped()} : real_.get(key);
  }
  result<void> scan(table in, std::string_view prefix, std::string_view after, bool backwards,
                    const visitor& visit) override {
    return stopping_ ? stopped() : real_.scan(in, prefix, after, backwards, visit);
  }
  result<void> pin() override { return real_.pin(); }
  std::vector<lost_range> lost() const override { return real_.lost(); }
  void pass_lost() override { real_.pass_lost(); }

private:
  static fault stopped() { return {fault_code::shutting_down, "the node is stopping"}; }

  state_reader& real_;
  const std::atomic<bool>& stopping_;
};

} // namespace

inspector_actor::inspector_actor(caf::actor_config& config, std::shared_ptr<const std::atomic<bool>> stopping)
    : caf::event_based_actor(config), stopping_(std::move(stopping)) {}

caf::behavior inspector_actor::make_behavior() {
  // Nobody waits for an audit as for an order. Where the kernel refuses, it does so again: nothing to report.
  if (getf(is_detached_flag))
    (void)request_low_share();
  return {
      [this](const inspect_snapshots& request) {
        const auto ok = inspect(request);
        return inspection_done{ok ? std::optional<fault>{} : std::optional<fault>{ok.error()}};
      },
  };
}

result<void> inspector_actor::inspect(const inspect_snapshots& request) const {
  for (std::uint32_t shard = 0; shard < request.shards->size(); ++shard) {
    // One by one, so that each snapshot is let go as soon as may be.
    const auto rows = std::move((*request.shards)[shard]);
    stoppable_reader reader{*rows, *stopping_};
    if (auto ok = request.what->inspect(shard, reader); !ok)
      return ok;
  }
  return {};
}

} // namespace orderd::runtime
