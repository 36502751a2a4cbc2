// The follower's side of a copy: which answer leads from which state to which, and what becomes of pages
// (D9).
#include "cluster/replication/copy_target.hpp"

#include "tests/support/noting_port.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace orderd::cluster {
namespace {

using namespace std::chrono_literals;
using state = copy_target::state;

constexpr std::uint32_t source = 1;
constexpr std::uint64_t term = 5;
constexpr std::uint64_t base = 20;
constexpr std::uint64_t upto = 22;
constexpr std::uint64_t hash = 99;

class CopyTarget : public testing::Test {
protected:
  static install_snapshot page(std::uint64_t number) {
    const runtime::row_key key{runtime::table::state, std::string(1, static_cast<char>('a' + number))};
    return {term, 1, number, {base, term}, {{key, "v"}}, false, 0, 0};
  }
  static install_snapshot last_page(std::uint64_t number) {
    return {term, 1, number, {base, term}, {}, true, upto, hash};
  }

  /// Page 0 has come.
  void begin() {
    port_.forget_questions();
    port_.sent.clear();
    replica_start disk;
    disk.promised = term;
    core_.emplace(options_, disk, port_, board_, start_);
    target_.emplace(*core_, source, page(0), std::vector<term_start>{{3, 1}, {term, 12}});
  }
  void applied(std::uint64_t to) {
    core_->log().append(test::make_epoch(term, to, term));
    core_->log().journaled(to);
    core_->log().commit(to);
    core_->log().applied(to);
    target_->applied();
  }
  /// Two pages, of which the second is the last; the hash is compared two epochs behind the base.
  void reach(state wanted) {
    begin();
    const std::function<void()> steps[] = {
        [&] { EXPECT_FALSE(target_->noted(port_.last_asked)); },
        [&] { target_->rows_loaded(port_.last_asked); },
        [&] {
          target_->take(last_page(1));
          target_->rows_loaded(port_.last_asked);
        },
        [&] { target_->load_ended(port_.last_asked); },
        [&] {
          applied(base + 1);
          EXPECT_EQ(target_->how(), state::applying); // The pages may lack what is in the last epoch.
          applied(upto);
        },
        [&] { EXPECT_TRUE(target_->state_hashed(port_.last_asked, upto, hash)); },
        [&] { EXPECT_TRUE(target_->noted(port_.last_asked)); },
    };
    for (const auto& step : steps) {
      if (target_->how() == wanted)
        break;
      step();
    }
    ASSERT_EQ(target_->how(), wanted);
  }
  std::uint64_t pages_said() const { return port_.last_to<install_snapshot_ack>(source).next_page; }

  const steady_time start_{1h};
  replica_options options_;
  test::noting_port port_;
  lease_board board_{{2, 1}, {}};
  std::optional<replica_core> core_;
  std::optional<copy_target> target_;
};

constexpr state all[] = {state::opening,  state::storing,   state::waiting, state::setting_base,
                         state::applying, state::comparing, state::closing, state::complete};

/// Each kind of answer counts in the states in which it is waited for, with the tag that is waited for.
TEST_F(CopyTarget, GoesOnWithTheAnswerThatItWaitsForAndNoOther) {
  using input = std::function<void(answer_tag)>;
  const struct {
    const char* what;
    input give;
    std::vector<std::pair<state, state>> leads;
  } rows[] = {
      {"a note is durable",
       [&](answer_tag tag) {
         const bool whole = target_->noted(tag);
         EXPECT_EQ(whole, target_->how() == state::complete);
       },
       {{state::opening, state::storing}, {state::closing, state::complete}}},
      {"a page is in the state",
       [&](answer_tag tag) { target_->rows_loaded(tag); },
       {{state::storing, state::waiting}}},
      {"the base is set",
       [&](answer_tag tag) { target_->load_ended(tag); },
       {{state::setting_base, state::applying}}},
      {"the state has that hash",
       [&](answer_tag tag) { (void)target_->state_hashed(tag, upto, hash); },
       {{state::comparing, state::closing}}},
  };
  for (const auto& row : rows)
    for (const auto from : all) {
      if (from == state::complete)
        continue; // It waits for nothing.
      SCOPED_TRACE(std::string{row.what} + " in state " + std::to_string(int(from)));
      reach(from);
      row.give(answer_tag{std::uint64_t(port_.last_asked) + 1'000});
      EXPECT_EQ(target_->how(), from) << "of another question";
      const auto leads = std::find_if(row.leads.begin(), row.leads.end(),
                                      [&](const auto& each) { return each.first == from; });
      row.give(port_.last_asked);
      EXPECT_EQ(target_->how(), leads == row.leads.end() ? from : leads->second);
    }
}

TEST_F(CopyTarget, SaysWhatItsStateMeansForItsOwner) {
  for (const auto each : all) {
    reach(each);
    const bool disk_works = each == state::opening || each == state::storing || each == state::setting_base
                            || each == state::closing;
    EXPECT_EQ(target_->waits_for_disk(), disk_works) << int(each);
    EXPECT_EQ(target_->has_rows(), each >= state::applying) << int(each);
    // What the disk says, or will say: the rows are incomplete until they are known to be the source's.
    EXPECT_EQ(core_->copying(), each < state::closing) << int(each);
  }
  EXPECT_EQ(target_->apply_upto(), upto);
}

TEST_F(CopyTarget, TakesTheNextPageAndSaysWhichThatIsToEveryOther) {
  const struct {
    state when;
    std::uint64_t next; ///< page that is taken
    std::uint64_t said; ///< of any other
  } rows[] = {
      {state::opening, 1, 0},       {state::storing, 1, 0},   {state::waiting, 1, 1},
      {state::setting_base, 99, 1}, {state::applying, 99, 2}, {state::comparing, 99, 2},
      {state::complete, 99, 2},
  };
  for (const auto& row : rows) {
    for (std::uint64_t number = 0; number < 4; ++number) {
      SCOPED_TRACE("page " + std::to_string(number) + " in state " + std::to_string(int(row.when)));
      reach(row.when);
      port_.sent.clear();
      const auto stored = port_.loaded.size();
      target_->take(page(number));
      EXPECT_EQ(port_.sent.empty(), number == row.next);
      if (number != row.next) {
        EXPECT_EQ(pages_said(), row.said);
      }
      EXPECT_EQ(port_.loaded.size(), stored + (number == row.next && row.when == state::waiting ? 1u : 0u));
    }
  }
}

TEST_F(CopyTarget, StoresWhatArrivedMeanwhileOneAfterTheOther) {
  begin();
  target_->take(page(1));
  target_->take(page(2));
  EXPECT_TRUE(port_.loaded.empty()) << "before the disk knows that the rows are incomplete";
  EXPECT_FALSE(target_->noted(port_.last_asked));
  for (std::size_t number = 0; number < 3; ++number) {
    ASSERT_EQ(port_.loaded.size(), number + 1);
    EXPECT_EQ(port_.loaded.back().first, number == 0);
    EXPECT_EQ(port_.loaded.back().rows[0].key.key(), std::string(1, static_cast<char>('a' + number)));
    target_->rows_loaded(port_.last_asked);
    EXPECT_EQ(pages_said(), number + 1);
  }
  EXPECT_EQ(target_->how(), state::waiting);
}

TEST_F(CopyTarget, GivesTheDiskUpWhenTheStateIsNotTheSources) {
  const struct {
    const char* what;
    std::uint64_t applied, hash;
  } rows[] = {{"another hash", upto, hash + 1}, {"of another epoch", upto + 1, hash}};
  for (const auto& row : rows) {
    port_.distrusted.clear();
    reach(state::comparing);
    EXPECT_FALSE(target_->state_hashed(port_.last_asked, row.applied, row.hash)) << row.what;
    EXPECT_EQ(port_.distrusted.size(), 1u) << row.what;
    EXPECT_TRUE(core_->copying()) << row.what;
  }
}

} // namespace
} // namespace orderd::cluster
