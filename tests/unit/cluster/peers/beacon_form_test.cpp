#include "cluster/peers/beacon_form.hpp"

#include "config/limits.hpp"
#include "runtime/base/bytes.hpp"

#include <gtest/gtest.h>

namespace orderd::cluster {
namespace {

using runtime::fault_code;

const auto seed = beacon_seed("orders");

beacon sample() {
  return {false, {7, 0x1122334455667788}, 1'000'000'007, {{0, 1}, {63, 0xfffffffffffffff0}}};
}

void expect_equal(const beacon& a, const beacon& b) {
  EXPECT_EQ(a.acknowledgement, b.acknowledgement);
  EXPECT_EQ(a.from, b.from);
  EXPECT_EQ(a.sent_at_ns, b.sent_at_ns);
  EXPECT_EQ(a.shards, b.shards);
}

TEST(BeaconForm, HasTheBytesThatItsPageSays) {
  EXPECT_EQ(runtime::to_hex(encode_beacon(sample(), seed)).substr(0, 96),
            "0100000000071122334455667788000000003b9aca070002"
            "0000000000000000000000010000003ffffffffffffffff0");
}

TEST(BeaconForm, DecodesWhatItEncoded) {
  auto acknowledgement = sample();
  acknowledgement.acknowledgement = true;
  auto largest = sample();
  largest.shards.assign(limits::shards_max, {1, 2});
  EXPECT_EQ(encode_beacon(largest, seed).size(), beacon_bytes_max);
  for (const auto& each : {sample(), acknowledgement, largest, beacon{}}) {
    const auto decoded = decode_beacon(encode_beacon(each, seed), seed);
    ASSERT_TRUE(decoded);
    expect_equal(*decoded, each);
  }
}

TEST(BeaconForm, FindsADamagedOrMissingByteAnywhere) {
  const auto whole = encode_beacon(sample(), seed);
  for (std::size_t i = 0; i < whole.size(); ++i) {
    EXPECT_FALSE(decode_beacon(std::string_view{whole}.substr(0, i), seed)) << i;
    for (unsigned bit = 0; bit < 8; ++bit) {
      auto damaged = whole;
      damaged[i] = static_cast<char>(damaged[i] ^ (1 << bit));
      EXPECT_FALSE(decode_beacon(damaged, seed)) << "byte " << i << " bit " << bit;
    }
  }
  EXPECT_FALSE(decode_beacon(whole + '\0', seed));
}

TEST(BeaconForm, IsOfOneClusterAndOneVersion) {
  auto bytes = encode_beacon(sample(), seed);
  EXPECT_EQ(decode_beacon(bytes, beacon_seed("others")).error().code, fault_code::corrupt);
  bytes[0] = 2;
  EXPECT_EQ(decode_beacon(bytes, seed).error().code, fault_code::unsupported_version);
}

} // namespace
} // namespace orderd::cluster
