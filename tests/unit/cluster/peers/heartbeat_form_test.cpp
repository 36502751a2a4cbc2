#include "cluster/peers/heartbeat_form.hpp"

#include "config/limits.hpp"
#include "runtime/base/bytes.hpp"

#include <gtest/gtest.h>

namespace orderd::cluster {
namespace {

using runtime::fault_code;

const auto seed = heartbeat_seed("orders");

heartbeat sample() {
  return {false, {7, 0x1122334455667788}, 1'000'000'007, {{0, 1}, {63, 0xfffffffffffffff0}}};
}

void expect_equal(const heartbeat& a, const heartbeat& b) {
  EXPECT_EQ(a.acknowledgement, b.acknowledgement);
  EXPECT_EQ(a.from, b.from);
  EXPECT_EQ(a.sent_at_ns, b.sent_at_ns);
  EXPECT_EQ(a.shards, b.shards);
}

TEST(HeartbeatForm, HasTheBytesThatItsPageSays) {
  EXPECT_EQ(runtime::to_hex(encode_heartbeat(sample(), seed)).substr(0, 96),
            "0100000000071122334455667788000000003b9aca070002"
            "0000000000000000000000010000003ffffffffffffffff0");
}

TEST(HeartbeatForm, DecodesWhatItEncoded) {
  auto acknowledgement = sample();
  acknowledgement.acknowledgement = true;
  auto largest = sample();
  largest.shards.assign(limits::shards_max, {1, 2});
  EXPECT_EQ(encode_heartbeat(largest, seed).size(), heartbeat_bytes_max);
  for (const auto& each : {sample(), acknowledgement, largest, heartbeat{}}) {
    const auto decoded = decode_heartbeat(encode_heartbeat(each, seed), seed);
    ASSERT_TRUE(decoded);
    expect_equal(*decoded, each);
  }
}

TEST(HeartbeatForm, FindsADamagedOrMissingByteAnywhere) {
  const auto whole = encode_heartbeat(sample(), seed);
  for (std::size_t i = 0; i < whole.size(); ++i) {
    EXPECT_FALSE(decode_heartbeat(std::string_view{whole}.substr(0, i), seed)) << i;
    for (unsigned bit = 0; bit < 8; ++bit) {
      auto damaged = whole;
      damaged[i] = static_cast<char>(damaged[i] ^ (1 << bit));
      EXPECT_FALSE(decode_heartbeat(damaged, seed)) << "byte " << i << " bit " << bit;
    }
  }
  EXPECT_FALSE(decode_heartbeat(whole + '\0', seed));
}

TEST(HeartbeatForm, IsOfOneClusterAndOneVersion) {
  auto bytes = encode_heartbeat(sample(), seed);
  EXPECT_EQ(decode_heartbeat(bytes, heartbeat_seed("others")).error().code, fault_code::corrupt);
  bytes[0] = 2;
  EXPECT_EQ(decode_heartbeat(bytes, seed).error().code, fault_code::unsupported_version);
}

} // namespace
} // namespace orderd::cluster
