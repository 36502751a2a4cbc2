#include "cluster/grpc/refusal_status.hpp"

#include "tests/support/source_dir.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <string>

namespace orderd::cluster {
namespace {

using ::grpc::StatusCode;

/// "| CONFLICT | ALREADY_EXISTS |" of the room's page.
std::map<std::string, std::string> table_of_the_page() {
  std::ifstream in{test::source_dir() + "/cluster/grpc/README.md"};
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  const std::regex row{R"(\n\| ([A-Z_]+) \| ([A-Z_]+) \|)"};
  std::map<std::string, std::string> table;
  for (std::sregex_iterator each{text.begin(), text.end(), row}, end; each != end; ++each)
    table.emplace((*each)[1], (*each)[2]);
  return table;
}

template <class Kind>
void expect_rows(const std::map<std::string, std::string>& table,
                 const google::protobuf::EnumDescriptor& all) {
  for (int i = 1; i < all.value_count(); ++i) { // 0 is never said
    const auto found = table.find(all.value(i)->name());
    ASSERT_NE(found, table.end()) << all.value(i)->name();
    EXPECT_EQ(found->second, name_of(status_of(static_cast<Kind>(all.value(i)->number())))) << found->first;
  }
}

TEST(RefusalStatus, IsTheTableOfTheReadme) {
  const auto table = table_of_the_page();
  expect_rows<v1::rejection::kind>(table, *v1::rejection::kind_descriptor());
  expect_rows<v1::fault::kind>(table, *v1::fault::kind_descriptor());
}

TEST(RefusalStatus, OfALaterVersionIsStillANo) {
  EXPECT_EQ(status_of(static_cast<v1::rejection::kind>(99)), StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(status_of(static_cast<v1::fault::kind>(99)), StatusCode::UNKNOWN);
}

TEST(RefusalStatus, CarriesTheRejectionAndASentence) {
  v1::reply reply;
  reply.mutable_rejection()->set_code(v1::rejection::INVALID_FIELD);
  reply.mutable_rejection()->set_field("currency");
  reply.mutable_rejection()->set_message("currency must be a code of ISO 4217");
  const auto made = refusal_status_of(reply);
  EXPECT_EQ(made.code, StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(made.message, "INVALID_FIELD: currency must be a code of ISO 4217");
  EXPECT_STREQ(made.metadata, "orderd-rejection-bin");
  EXPECT_EQ(made.retry_after_ms, 0u);
  v1::rejection read;
  ASSERT_TRUE(read.ParseFromString(made.details));
  EXPECT_EQ(read.field(), "currency");
}

TEST(RefusalStatus, CarriesTheFaultAndWhenToTryAgain) {
  v1::reply reply;
  reply.mutable_fault()->set_code(v1::fault::OVERLOADED);
  reply.mutable_fault()->set_message("it would wait 700 ms");
  reply.mutable_fault()->set_retry_after_ms(20);
  const auto made = refusal_status_of(reply);
  EXPECT_EQ(made.code, StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(made.message, "OVERLOADED: it would wait 700 ms");
  EXPECT_STREQ(made.metadata, "orderd-fault-bin");
  EXPECT_EQ(made.retry_after_ms, 20u);
  v1::fault read;
  ASSERT_TRUE(read.ParseFromString(made.details));
  EXPECT_EQ(read.retry_after_ms(), 20u);
}

TEST(RefusalStatus, OfAnAnswerIsOk) {
  v1::reply reply;
  reply.mutable_placement();
  EXPECT_EQ(status_of(reply), StatusCode::OK);
  EXPECT_EQ(name_of(StatusCode::OK), "OK");
  EXPECT_EQ(name_of(StatusCode::UNAUTHENTICATED), "UNAUTHENTICATED");
  EXPECT_EQ(name_of(static_cast<StatusCode>(77)), "UNKNOWN");
}

} // namespace
} // namespace orderd::cluster
