#include "cluster/gateway/request_batch.hpp"

#include "config/limits.hpp"
#include "tests/support/wire.hpp"

#include <gtest/gtest.h>

#include <string>

namespace orderd::cluster {
namespace {

using runtime::fault_code;

/// A protocol buffer field with a length.
std::string nested(int field, std::string_view content) {
  std::string out(1, static_cast<char>(field << 3 | 2));
  for (auto size = content.size(); true; size >>= 7) {
    out.push_back(static_cast<char>((size & 0x7f) | (size > 0x7f ? 0x80 : 0)));
    if (size <= 0x7f)
      break;
  }
  return out.append(content);
}

TEST(RequestBatch, CutsRequestsApart) {
  v1::request_batch batch;
  *batch.add_requests() = testing::an_order(1);
  *batch.add_requests() = testing::a_status_question();
  const auto payload = batch.SerializeAsString();
  std::vector<std::string_view> parts;
  ASSERT_TRUE(split_requests(payload, parts));
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_EQ(parts[0], batch.requests(0).SerializeAsString());
  EXPECT_EQ(parts[1], batch.requests(1).SerializeAsString());
}

TEST(RequestBatch, SkipsFieldsOfLaterVersions) {
  const auto payload = nested(1, "") + nested(2, "of a later version") + std::string{"\x18\x05", 2};
  std::vector<std::string_view> parts;
  ASSERT_TRUE(split_requests(payload, parts));
  EXPECT_EQ(parts.size(), 1u);
}

TEST(RequestBatch, RefusesWhatIsNoBatch) {
  const std::string rows[] = {
      "",                                   // no request
      std::string{"\x0a\x05\x01", 3},       // a length beyond the end
      std::string{"\x0a\xff\xff\xff", 4},   // a length that does not end
      std::string{"\x0a", 1},               // no length
      nested(1, "") + std::string(1, '\0'), // field 0
      nested(1, "") + std::string("\x0b"),  // a group
      "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
  };
  for (const auto& payload : rows) {
    std::vector<std::string_view> parts;
    auto done = split_requests(payload, parts);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, fault_code::malformed);
  }
}

TEST(RequestBatch, CountsRequestsBeforeReadingThem) {
  std::string payload;
  for (std::size_t i = 0; i < limits::requests_per_frame_max; ++i)
    payload += nested(1, "");
  std::vector<std::string_view> parts;
  EXPECT_TRUE(split_requests(payload, parts));
  payload += nested(1, "");
  auto done = split_requests(payload, parts);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, fault_code::too_large);
}

TEST(RequestBatch, ReadsARequest) {
  google::protobuf::Arena arena;
  auto read = parse_request(testing::an_order(9).SerializeAsString(), arena);
  ASSERT_TRUE(read);
  EXPECT_EQ((*read)->SerializeAsString(), testing::an_order(9).SerializeAsString());
}

TEST(RequestBatch, RefusesRequestsItCannotRead) {
  auto bad_text = testing::an_order();
  auto broken = bad_text.SerializeAsString();
  broken[broken.find("17850")] = '\xff'; // not UTF-8
  std::string groups(60, '\x0b');
  const std::string rows[] = {
      broken,
      std::string{"\x12\x05\x01", 3},        // a body beyond the end
      nested(2, std::string{"\x0a\x20", 2}), // a body whose field is beyond its end
      std::string(40, '\x0b'),               // groups in groups
      nested(2, nested(7, groups)),          // the same inside a line
  };
  for (const auto& bytes : rows) {
    google::protobuf::Arena arena;
    auto read = parse_request(bytes, arena);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, fault_code::malformed) << read.error().message;
  }
}

TEST(RequestBatch, CountsFieldsBeforeAllocatingThem) {
  std::string lines;
  for (std::size_t i = 0; i + 1 < limits::request_fields_max; ++i)
    lines += nested(7, "");
  google::protobuf::Arena arena;
  EXPECT_TRUE(parse_request(nested(2, lines), arena)); // the body itself counts as well
  auto read = parse_request(nested(2, lines + nested(7, "")), arena);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, fault_code::too_large);
}

} // namespace
} // namespace orderd::cluster
