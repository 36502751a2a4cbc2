#include "runtime/shard/input_backlog.hpp"

#include <gtest/gtest.h>

#include <string>

namespace orderd::runtime {
namespace {

using namespace std::chrono_literals;

request request_of(std::uint64_t id, std::int64_t deadline_at = 1'000) {
  return {{1, id}, deadline_at, resolve_request{}};
}

/// The requests in the order they are taken.
std::string all_requests(input_backlog& backlog) {
  std::string all;
  while (const auto next = backlog.next_request(0))
    all += std::to_string(next->what.from.request_id) + ' ';
  return all;
}

TEST(InputBacklog, GivesRequestsAsTheyCame) {
  input_backlog backlog;
  EXPECT_FALSE(backlog.has_requests());
  for (std::uint64_t id = 1; id <= 3; ++id)
    backlog.add(request_of(id), 0ns, 0);
  EXPECT_TRUE(backlog.has_requests());
  EXPECT_EQ(all_requests(backlog), "1 2 3 ");
  EXPECT_FALSE(backlog.has_requests());
}

TEST(InputBacklog, CountsTheWaitHereAsAge) {
  input_backlog backlog;
  backlog.add(request_of(1), 5ms, 100);
  EXPECT_EQ(backlog.next_request(130)->queue_age, 35ms);
}

TEST(InputBacklog, GivesEachAnswerOnceAsTheyCame) {
  input_backlog backlog;
  backlog.add(provider_answer{{1, "a"}, 1, "yes"});
  backlog.add(provider_answer{{1, "b"}, 2, std::nullopt});
  EXPECT_FALSE(backlog.has_requests()) << "an answer keeps no request waiting";
  EXPECT_EQ(backlog.next_answer()->answer, "yes");
  EXPECT_EQ(backlog.next_answer()->step, 2);
  EXPECT_FALSE(backlog.next_answer());
}

TEST(InputBacklog, EndsRequestsAtTheirDeadlines) {
  input_backlog backlog;
  backlog.add(request_of(1, 100), 0ns, 0);
  backlog.add(request_of(2, 200), 0ns, 0);
  backlog.add(request_of(3, 100), 0ns, 0);
  EXPECT_TRUE(backlog.expire(99).empty());
  const auto late = backlog.expire(100);
  ASSERT_EQ(late.size(), 2u);
  EXPECT_EQ(late[0].request_id, 1u);
  EXPECT_EQ(late[1].request_id, 3u);
  EXPECT_EQ(all_requests(backlog), "2 ");
}

} // namespace
} // namespace orderd::runtime
