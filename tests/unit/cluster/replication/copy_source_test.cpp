// The primary's side of a copy: how much is under way, and when it is done (D7, D9).
#include "cluster/replication/copy_source.hpp"

#include "tests/support/noting_port.hpp"

#include <gtest/gtest.h>

namespace orderd::cluster {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t taker = 2;

class CopySource : public testing::Test {
protected:
  /// A state of so many rows at epoch 5, each a page.
  void begin(int rows) {
    for (int i = 0; i < rows; ++i)
      port_.rows.push_back({{runtime::table::state, std::string(1, static_cast<char>('a' + i))}, "v"});
    source_.emplace(core_, 2, 7, taker, start_);
    source_->tick(start_);
  }
  std::vector<std::uint64_t> pages() const {
    std::vector<std::uint64_t> out;
    for (const auto& each : port_.sent_to<install_snapshot>(taker))
      out.push_back(each.page);
    return out;
  }
  void stored(std::uint64_t next_page, std::uint64_t copy = 7) {
    source_->take(install_snapshot_ack{2, copy, next_page}, start_);
  }

  const steady_time start_{1h};
  replica_options options_;
  test::noting_port port_;
  lease_board board_{{1, 1}, {}};
  replica_core core_{
      options_, {.applied = 5, .end = 5, .starts = {{1, 1}, {2, 4}}, .promised = 2}, port_, board_, start_};
  std::optional<copy_source> source_;
};

using numbers = std::vector<std::uint64_t>;

TEST_F(CopySource, HasFourPagesUnansweredAtMost) {
  begin(6);
  EXPECT_EQ(pages(), (numbers{0, 1, 2, 3}));
  stored(1);
  EXPECT_EQ(pages(), (numbers{0, 1, 2, 3, 4}));
  stored(1); // Once more.
  EXPECT_EQ(pages().size(), 5u);
  const auto first = port_.sent_to<install_snapshot>(taker).front();
  EXPECT_EQ(first.base.epoch, 5u);
  EXPECT_EQ(first.base.term, 2u);
  EXPECT_EQ(first.rows.at(0).key.key(), "a");
  EXPECT_FALSE(first.last);
}

TEST_F(CopySource, SendsSoManyBytesATick) {
  options_.copy_bytes_a_tick = 3; // A page has two.
  begin(6);
  EXPECT_EQ(pages(), (numbers{0, 1}));
  stored(2);
  EXPECT_EQ(pages(), (numbers{0, 1}));
  source_->tick(start_ + 20ms); // The last page was more than its tick had left.
  EXPECT_EQ(pages(), (numbers{0, 1, 2}));
  stored(3);
  source_->tick(start_ + 40ms);
  EXPECT_EQ(pages(), (numbers{0, 1, 2, 3, 4}));
}

TEST_F(CopySource, SendsAgainWhatIsNotAnsweredForASecond) {
  begin(6);
  stored(1);
  source_->tick(start_ + 1s);
  EXPECT_EQ(pages().size(), 5u);
  source_->tick(start_ + 1'001ms);
  EXPECT_EQ(pages(), (numbers{0, 1, 2, 3, 4, 1, 2, 3, 4}));
}

TEST_F(CopySource, EndsWithTheHashOfTheStateOnceAllRowsAreThere) {
  begin(2);
  stored(1);
  EXPECT_EQ(port_.hashes_asked, 0);
  stored(2);
  EXPECT_EQ(port_.hashes_asked, 1);
  source_->state_hashed(port_.next_hash(), 9, 99, start_); // The state went on meanwhile.
  const auto last = port_.last_to<install_snapshot>(taker);
  EXPECT_TRUE(last.last);
  EXPECT_EQ(last.page, 2u);
  EXPECT_EQ(last.upto, 9u);
  EXPECT_EQ(last.hash, 99u);
  EXPECT_FALSE(source_->done());
  stored(3);
  EXPECT_TRUE(source_->done());
}

TEST_F(CopySource, CopiesAStateWithoutRows) {
  begin(0);
  EXPECT_EQ(pages(), (numbers{0}));
  stored(1);
  source_->state_hashed(port_.next_hash(), 5, 1, start_);
  EXPECT_EQ(pages(), (numbers{0, 1}));
  stored(2);
  EXPECT_TRUE(source_->done());
}

TEST_F(CopySource, TakesNoAnswerToAnotherCopyNorAHashNobodyAskedFor) {
  begin(6);
  stored(4, 6);
  source_->state_hashed(core_.hash_state(), 5, 1, start_);
  EXPECT_EQ(pages(), (numbers{0, 1, 2, 3}));
  EXPECT_FALSE(source_->done());
}

TEST_F(CopySource, EndsTheNodeWhenTheRowsCannotBeRead) {
  port_.unreadable = runtime::fault{runtime::fault_code::corrupt, "a flipped bit"};
  begin(2);
  ASSERT_EQ(port_.ended.size(), 1u);
  EXPECT_NE(port_.ended[0].find("a flipped bit"), std::string::npos);
  source_->tick(start_ + 20ms);
  EXPECT_EQ(port_.ended.size(), 1u);
  EXPECT_TRUE(pages().empty());
}

} // namespace
} // namespace orderd::cluster
