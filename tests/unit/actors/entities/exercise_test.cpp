#include "actors/entities/exercise.hpp"

#include "actors/entities/business.hpp"
#include "actors/entities/business_command.hpp"
#include "actors/entities/entity_ids.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace orderd::actors {
namespace {

TEST(Exercise, ReadsTheEntitiesThatFail) {
  const auto read = parse_failing("# two of them\nitem A B\n\naccount alice\r\n");
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, (std::set<std::string, std::less<>>{"account alice", "item A B"}));
}

TEST(Exercise, RefusesALineThatNamesNoEntity) {
  for (const auto* text : {"item A\nbasket B", "item A\nitem", "item A\norder 7"}) {
    const auto read = parse_failing(text);
    ASSERT_FALSE(read) << text;
    EXPECT_TRUE(read.error().message.starts_with("line 2: '")) << read.error().message;
  }
}

class ExerciseOfTwo : public testing::Test {
protected:
  ExerciseOfTwo() {
    std::ofstream{path_} << "item A\n";
    auto made = make_exercise(make_business({}), path_);
    if (made)
      business_ = *std::move(made);
  }

  /// Whether an item takes new stock.
  bool works(const char* sku) {
    const auto id = entity_of(kind::item, sku);
    auto loaded = business_->load(id, {});
    if (!loaded)
      return false;
    const business_command command{set_stock{command_id{"0123456789abcdef"}, 5}};
    runtime::effects out;
    runtime::turn turn{id, command, {}, out};
    try {
      (*loaded)->handle(turn);
    } catch (const std::runtime_error&) {
      return false;
    }
    return true;
  }

  orderd::test::temporary_folder folder_;
  std::string path_ = folder_ / "failing.txt";
  std::unique_ptr<const runtime::business> business_;
};

TEST_F(ExerciseOfTwo, FailsWhatItsFileNamesAndNothingElse) {
  ASSERT_TRUE(business_);
  EXPECT_FALSE(works("A"));
  EXPECT_TRUE(works("B"));
}

TEST_F(ExerciseOfTwo, IsRefusedWithoutItsFile) {
  const auto made = make_exercise(make_business({}), path_ + ".missing");
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().message, "--failing-entities: cannot read " + path_ + ".missing");
}

TEST_F(ExerciseOfTwo, IsRefusedWhereItsFileIsAFolder) {
  const auto made = make_exercise(make_business({}), folder_ / "");
  ASSERT_FALSE(made);
  EXPECT_TRUE(made.error().message.starts_with("--failing-entities: cannot read ")) << made.error().message;
}

} // namespace
} // namespace orderd::actors
