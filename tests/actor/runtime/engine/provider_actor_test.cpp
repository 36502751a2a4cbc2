// The provider worker. Faults: answers that never come, a provider that is gone. Each call must be answered
// to its shard all the same, as not known, and a provider in trouble must be left alone.
#include "runtime/engine/provider_actor.hpp"

#include "tests/support/recorder.hpp"
#include "tests/support/test_system.hpp"

#include <caf/response_promise.hpp>

#include <gtest/gtest.h>

namespace orderd::runtime {
namespace {

using std::chrono::milliseconds;

/// A provider that answers its nth call when it is told {n, answer}.
caf::actor spawn_patient_provider(caf::actor_system& system, std::vector<std::string>& asked) {
  return system.spawn([&asked](caf::event_based_actor* self) -> caf::behavior {
    const auto open = std::make_shared<std::vector<caf::response_promise>>();
    return {
        [&asked, self, open](const provider_request& request) {
          asked.push_back(request.idempotency_key);
          open->push_back(self->make_response_promise());
          return open->back();
        },
        [open](std::uint64_t nth, const std::string& answer) {
          open->at(nth).deliver(provider_response{answer});
        },
    };
  });
}

class ProviderActor : public testing::Test {
protected:
  ~ProviderActor() override { system_.kill({provider_, worker_}); }

  void call(const std::string& key) {
    provider_calls calls;
    calls.calls.push_back({entity_id{3, key}, provider_call{1, key, "body"}});
    caf::send_as(shard_, worker_, calls);
    system_.run();
  }
  void answer(std::uint64_t nth, const std::string& what) {
    caf::anon_send(provider_, nth, what);
    system_.run();
  }
  /// "key=answer " or "key=? " of every answer.
  std::string told() const {
    std::string all;
    for (const auto& each : told_)
      all += std::string{each.entity.key()} + '=' + each.answer.value_or("?") + ' ';
    return all;
  }

  metrics metrics_{"test"};
  std::vector<provider_answer> told_;
  std::vector<std::string> asked_;
  test::test_system system_;
  caf::actor shard_ = test::spawn_recorder(system_.actors(), told_);
  caf::actor provider_ = spawn_patient_provider(system_.actors(), asked_);
  caf::actor worker_ = system_.actors().spawn<provider_actor>(
      provider_, metrics_, provider_worker_options{{2, 3, 500}, milliseconds{2'000}});
};

TEST_F(ProviderActor, BringsEachAnswerToItsShard) {
  call("a");
  call("b");
  answer(1, "yes");
  answer(0, "no");
  EXPECT_EQ(told(), "b=yes a=no ");
}

TEST_F(ProviderActor, MakesNoMoreCallsAtOnceThanAllowed) {
  for (const auto* key : {"a", "b", "c"})
    call(key);
  EXPECT_EQ(asked_, (std::vector<std::string>{"a", "b"}));
  answer(0, "yes");
  EXPECT_EQ(asked_.back(), "c");
}

TEST_F(ProviderActor, SaysNotKnownAfterTheTimeoutAndDropsTheLateAnswer) {
  call("a");
  system_.pass(milliseconds{1'999});
  EXPECT_EQ(told(), "");
  system_.pass(milliseconds{1});
  EXPECT_EQ(told(), "a=? ");
  answer(0, "yes");
  EXPECT_EQ(told(), "a=? ");
}

TEST_F(ProviderActor, SaysNotKnownWhenTheProviderIsGone) {
  system_.kill({provider_});
  call("a");
  EXPECT_EQ(told(), "a=? ");
}

TEST_F(ProviderActor, LeavesAProviderInTroubleAloneAndTriesOneCallLater) {
  for (const auto* key : {"a", "b", "c", "d", "e"})
    call(key);
  system_.pass(milliseconds{2'000}); // a, b fail; c, d go out.
  system_.pass(milliseconds{2'000}); // c, d fail: open.
  EXPECT_EQ(told(), "a=? b=? c=? d=? ");
  EXPECT_EQ(asked_.size(), 4u);
  EXPECT_EQ(metrics_.provider_breaker_open.Value(), 1);
  EXPECT_EQ(metrics_.provider_calls_waiting.Value(), 1);
  system_.pass(milliseconds{400});
  EXPECT_EQ(asked_.size(), 4u);
  system_.pass(milliseconds{200});
  ASSERT_EQ(asked_.size(), 5u);
  call("f");
  EXPECT_EQ(asked_.size(), 5u) << "one trial at a time";
  answer(4, "yes");
  EXPECT_EQ(asked_.size(), 6u);
  EXPECT_EQ(metrics_.provider_breaker_open.Value(), 0);
  EXPECT_EQ(metrics_.provider_calls_waiting.Value(), 0);
}

TEST_F(ProviderActor, ShowsHowLongCallsTakeAndHowManyAreUnderWay) {
  call("a");
  EXPECT_EQ(metrics_.saturation.at("provider").Value(), 0.5);
  system_.pass(milliseconds{30});
  answer(0, "yes");
  EXPECT_EQ(metrics_.saturation.at("provider").Value(), 0);
  call("b");
  system_.pass(milliseconds{2'000});
  const auto seen = metrics_.provider_call_duration.collect().histogram;
  EXPECT_EQ(seen.sample_count, 2u);
  EXPECT_NEAR(seen.sample_sum, 2.03, 0.001);
}

} // namespace
} // namespace orderd::runtime
