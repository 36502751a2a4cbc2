// What was asked and not answered by the business: was anything done? Every code says so, in one table.
#include "cluster/client/fault_meaning.hpp"

#include "cluster/orderctl/ctl_commands.hpp"

#include "tests/unit/cluster/orderctl/fake_node.hpp"

#include <gtest/gtest.h>

namespace orderd::cluster {
namespace {

class FaultMeaning : public ::testing::Test, protected ctl_fixture {};

TEST_F(FaultMeaning, IsSaidOfAnOrderThatWasNotPlaced) {
  const struct {
    v1::fault::kind code;
    const char* says;
  } table[] = {{v1::fault::OVERLOADED, "nothing was done"},
               {v1::fault::TIMEOUT, "is not known"},
               {v1::fault::UNAVAILABLE, "nothing was done"},
               {v1::fault::STORAGE_FULL, "nothing was done"},
               {v1::fault::QUARANTINED, "a person"},
               {v1::fault::CORRUPT, "a person"},
               {v1::fault::MALFORMED, "nothing was done"},
               {v1::fault::TOO_LARGE, "nothing was done"},
               {v1::fault::NOT_OWNER, "nothing was done"},
               {v1::fault::INTERNAL, "is not known"},
               {v1::fault::CREDIT_EXCEEDED, "nothing was done"},
               {v1::fault::FAULT_UNKNOWN, "is not known"}};
  for (const auto& row : table) {
    err.str({});
    node.answer = [&row](const v1::request&) { return failed_with(row.code, "why"); };
    EXPECT_EQ(run(place_options{}, context), exit_fault);
    EXPECT_NE(err.str().find(row.says), std::string::npos) << err.str();
  }
}

/// An earlier try, of another process, may have begun it: the order may be confirmed yet.
TEST_F(FaultMeaning, IsSaidOfThisTryAloneWhenAnIdIsGiven) {
  place_options again;
  again.order_id = std::string(16, '\x07');
  context.json = true;
  for (const auto code : {v1::fault::UNAVAILABLE, v1::fault::OVERLOADED, v1::fault::STORAGE_FULL}) {
    err.str({});
    out.str({});
    node.answer = [code](const v1::request&) { return failed_with(code, "why"); };
    EXPECT_EQ(run(again, context), exit_fault);
    EXPECT_NE(err.str().find("not begun by this try; of an earlier one with this id nothing is known"),
              std::string::npos)
        << err.str();
    EXPECT_NE(out.str().find(R"("outcome":"not_known")"), std::string::npos) << out.str();
  }
}

} // namespace
} // namespace orderd::cluster
