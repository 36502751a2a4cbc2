#include "cluster/grpc/answer_thread.hpp"

#include <gtest/gtest.h>

#include <future>
#include <vector>

namespace orderd::cluster {
namespace {

/// Notes who was answered, in order.
class noting_question : public reply_taker {
public:
  noting_question(std::vector<int>& order, int number) : order_(order), number_(number) {}
  void answered(const std::shared_ptr<const v1::reply>&) override { order_.push_back(number_); }

private:
  std::vector<int>& order_;
  int number_;
};

TEST(AnswerThread, AnswersInOrderWhatWasPostedBeforeItStops) {
  std::vector<int> order;
  answer_thread thread;
  thread.post(std::make_shared<noting_question>(order, 0), nullptr); // waits for the start
  thread.start(std::chrono::hours{1}, [] {});
  for (int i = 1; i < 1'000; ++i)
    thread.post(std::make_shared<noting_question>(order, i), nullptr);
  thread.stop();
  ASSERT_EQ(order.size(), 1'000u);
  for (int i = 0; i < 1'000; ++i)
    EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
  thread.post(std::make_shared<noting_question>(order, -1), nullptr);
  thread.stop();
  EXPECT_EQ(order.size(), 1'000u);
}

TEST(AnswerThread, TicksAtOnceAndAgain) {
  std::promise<void> third;
  int ticks = 0;
  answer_thread thread;
  thread.start(std::chrono::milliseconds{1}, [&] {
    if (++ticks == 3)
      third.set_value();
  });
  EXPECT_EQ(third.get_future().wait_for(std::chrono::seconds{10}), std::future_status::ready);
}

TEST(AnswerThread, EndsWithoutAStart) {
  answer_thread thread;
  thread.stop();
}

} // namespace
} // namespace orderd::cluster
