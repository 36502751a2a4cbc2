#include "cluster/wire/frame.hpp"

#include "tests/support/wire.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace orderd::cluster {
namespace {

using runtime::fault_code;
using runtime::result;

std::string header_bytes(std::uint32_t length, std::uint8_t version, std::uint8_t type, std::uint16_t flags) {
  std::string bytes;
  write_header(bytes, {length, frame_type::hello, 7});
  bytes[4] = static_cast<char>(version);
  bytes[5] = static_cast<char>(type);
  bytes[6] = static_cast<char>(flags >> 8);
  bytes[7] = static_cast<char>(flags & 0xff);
  return bytes;
}

/// Reads `bytes` in pieces of `step`; the frames' payloads, joined by '|'.
std::string read_in_steps(std::string_view bytes, std::size_t step) {
  std::string seen;
  frame_reader reader{1000};
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    auto done = reader.read(bytes.substr(at, step), [&](const frame& what) -> result<void> {
      seen.append(what.payload).append("|");
      return {};
    });
    EXPECT_TRUE(done);
  }
  EXPECT_FALSE(reader.mid_frame());
  return seen;
}

TEST(Frame, HasItsHeaderAsThePageSays) {
  std::string bytes;
  write_frame(bytes, frame_type::requests, 0x0102030405060708, "ab");
  const std::string expected{"\0\0\0\x02\x01\x02\0\0\x01\x02\x03\x04\x05\x06\x07\x08"
                             "ab",
                             18};
  EXPECT_EQ(bytes, expected);
}

TEST(FrameReader, FindsTheSameFramesHoweverTheBytesArrive) {
  std::string bytes;
  write_frame(bytes, frame_type::hello, 1, "first");
  write_frame(bytes, frame_type::requests, 2, "");
  write_frame(bytes, frame_type::requests, 3, std::string(900, 'x'));
  const auto whole = read_in_steps(bytes, bytes.size());
  EXPECT_EQ(whole, "first||" + std::string(900, 'x') + "|");
  for (std::size_t step = 1; step < bytes.size(); ++step)
    ASSERT_EQ(read_in_steps(bytes, step), whole) << "in steps of " << step;
}

TEST(FrameReader, RefusesHeadersItCannotTrust) {
  struct row {
    const char* what;
    std::string bytes;
    fault_code expected;
    std::uint64_t id;
  };
  const row rows[] = {
      {"another version", header_bytes(0, 2, 1, 0), fault_code::unsupported_version, 0},
      {"another protocol", "GET / HTTP/1.1\r\n", fault_code::unsupported_version, 0},
      {"type 0", header_bytes(0, 1, 0, 0), fault_code::malformed, 7},
      {"a type above the last", header_bytes(0, 1, 7, 0), fault_code::malformed, 7},
      {"flags", header_bytes(0, 1, 1, 1), fault_code::malformed, 7},
      {"one byte too long", header_bytes(101, 1, 1, 0), fault_code::too_large, 7},
      {"as long as can be said", header_bytes(0xffffffff, 1, 1, 0), fault_code::too_large, 7},
  };
  for (const auto& row : rows) {
    for (auto step : {row.bytes.size(), std::size_t{1}}) {
      frame_reader reader{100};
      result<void> done;
      for (std::size_t at = 0; at < row.bytes.size() && done; at += step)
        done = reader.read(std::string_view{row.bytes}.substr(at, step),
                           [](const frame&) -> result<void> { return {}; });
      ASSERT_FALSE(done) << row.what;
      EXPECT_EQ(done.error().code, row.expected) << row.what;
      EXPECT_EQ(reader.current_id(), row.id) << row.what;
    }
  }
}

TEST(FrameReader, AcceptsAFrameOfExactlyTheLimit) {
  std::string bytes;
  write_frame(bytes, frame_type::hello, 0, std::string(1000, 'x'));
  EXPECT_EQ(read_in_steps(bytes, 17), std::string(1000, 'x') + "|");
}

TEST(FrameReader, StopsAtTheVisitorsFault) {
  std::string bytes;
  write_frame(bytes, frame_type::hello, 5, "a");
  write_frame(bytes, frame_type::hello, 6, "b");
  frame_reader reader{100};
  int seen = 0;
  auto done = reader.read(bytes, [&](const frame&) -> result<void> {
    ++seen;
    return runtime::fault{fault_code::malformed, "no"};
  });
  EXPECT_FALSE(done);
  EXPECT_EQ(seen, 1);
  EXPECT_EQ(reader.current_id(), 5u);
}

TEST(FrameReader, AppliesANewLimitToTheNextFrame) {
  std::string bytes;
  write_frame(bytes, frame_type::hello, 0, "a");
  write_frame(bytes, frame_type::requests, 0, std::string(50, 'b'));
  frame_reader reader{10};
  std::size_t last = 0;
  auto done = reader.read(bytes, [&](const frame& what) -> result<void> {
    reader.limit_payload(50);
    last = what.payload.size();
    return {};
  });
  EXPECT_TRUE(done);
  EXPECT_EQ(last, 50u);
}

TEST(RepliesWriter, PutsTheIdInFrontOfAnEncodedBody) {
  v1::reply body;
  body.mutable_placement()->set_status(v1::CONFIRMED);
  replies_writer writer{1000};
  std::string out;
  writer.add(out, 0xffffffffffffffff, body.SerializeAsString());
  writer.add(out, 300, {});
  writer.finish(out);
  const auto replies = testing::replies_of(out);
  ASSERT_EQ(replies.size(), 2u);
  EXPECT_EQ(replies[0].request_id(), 0xffffffffffffffff);
  EXPECT_EQ(replies[0].placement().status(), v1::CONFIRMED);
  EXPECT_EQ(replies[1].request_id(), 300u);
  EXPECT_EQ(replies[1].body_case(), v1::reply::BODY_NOT_SET);
  EXPECT_EQ(testing::frames_of(out).size(), 1u);
}

TEST(RepliesWriter, StartsANewFrameWhenOneIsFull) {
  replies_writer writer{100};
  std::string out = "what is already there";
  const auto before = out.size();
  for (std::uint64_t id = 1; id <= 9; ++id)
    writer.add(out, id, std::string{"\x72\x16\x2a\x14", 4} + std::string(20, 'm'));
  writer.finish(out);
  writer.finish(out);
  const auto sent = std::string_view{out}.substr(before);
  EXPECT_EQ(testing::replies_of(sent).size(), 9u);
  const auto frames = testing::frames_of(sent);
  EXPECT_GT(frames.size(), 2u);
  for (const auto& frame : frames)
    EXPECT_LE(frame.payload.size(), 100u);
}

TEST(RepliesWriter, SaysWhatCanNeverBeSent) {
  replies_writer writer{100};
  EXPECT_TRUE(writer.fits(std::string(83, 'x')));
  EXPECT_FALSE(writer.fits(std::string(84, 'x')));
}

} // namespace
} // namespace orderd::cluster
