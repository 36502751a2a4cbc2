// The stored forms of epochs and values: golden files, round trips, and every damaged byte found.
#include "runtime/storage/row.hpp"

#include "runtime/base/bytes.hpp"
#include "runtime/entity/entity.hpp"
#include "runtime/storage/record_rows.hpp"
#include "tests/support/source_dir.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace orderd::test {
namespace {

using namespace runtime;

std::string golden(const std::string& name) {
  std::ifstream file{test::source_dir() + "/tests/golden/runtime/" + name};
  std::string text;
  std::string line;
  while (std::getline(file, line))
    text += line;
  return text;
}

epoch sample_epoch() {
  epoch out;
  out.shard = 3;
  out.term = 2;
  out.number = 1'000'001;
  out.previous_term = 1;
  out.writes.push_back({{table::content, std::string_view("\1order", 6)}, "content"});
  out.writes.push_back({{table::state, std::string_view("\1order", 6)}, std::string(200, 's')});
  out.writes.push_back({{table::timer, std::string_view("\0\xff", 2)}, std::nullopt});
  out.writes.push_back({{table::inbox, "i"}, ""});
  return out;
}

const row_key sample_key{table::state, std::string_view("\2SKU", 4)};

TEST(Row, EncodesAnEpochAsTheGoldenFileSays) {
  EXPECT_EQ(to_hex(encode_epoch(sample_epoch())), golden("epoch.hex"));
}

TEST(Row, SealsAValueAsTheGoldenFileSays) {
  EXPECT_EQ(to_hex(seal_value(3, 1'000'001, sample_key, "the value")), golden("value.hex"));
}

TEST(Row, DecodesWhatItEncoded) {
  const auto before = sample_epoch();
  const auto after = decode_epoch(encode_epoch(before));
  ASSERT_TRUE(after);
  EXPECT_EQ((*after)->shard, before.shard);
  EXPECT_EQ((*after)->term, before.term);
  EXPECT_EQ((*after)->number, before.number);
  EXPECT_EQ((*after)->previous_term, before.previous_term);
  ASSERT_EQ((*after)->writes.size(), before.writes.size());
  for (std::size_t i = 0; i < before.writes.size(); ++i) {
    EXPECT_EQ((*after)->writes[i].key, before.writes[i].key);
    EXPECT_EQ((*after)->writes[i].value, before.writes[i].value);
  }
}

TEST(Row, KeepsTheTimeAndTheChainOfAnEpoch) {
  auto before = sample_epoch();
  const auto bare = hash_of(before);
  before = sample_epoch();
  before.time_ms = 1'700'000'000'123;
  before.previous_hash = 0xfedcba9876543210;
  const auto record = encode_epoch(before);
  const auto after = decode_epoch(record);
  ASSERT_TRUE(after) << after.error().message;
  EXPECT_EQ((*after)->time_ms, before.time_ms);
  EXPECT_EQ((*after)->previous_hash, before.previous_hash);
  EXPECT_EQ(hash_of(**after), get_integer<std::uint64_t>(std::string_view{record}.substr(1)));
  EXPECT_EQ(mark_of(**after), mark_of(before));
  EXPECT_NE(hash_of(before), bare) << "what came before is part of the hash";
}

TEST(Row, ACopyOfAnEpochHasAHashOfItsOwn) {
  auto before = sample_epoch();
  before.time_ms = 1'000;
  const auto hash = hash_of(before);
  auto changed = before;
  changed.term = 9;
  EXPECT_NE(hash_of(changed), hash);
}

TEST(Row, DecodesAnEpochOfNothing) {
  const auto after = decode_epoch(encode_epoch({}));
  ASSERT_TRUE(after);
  EXPECT_EQ((*after)->number, 0u);
  EXPECT_TRUE((*after)->writes.empty());
}

TEST(Row, FindsADamagedByteAnywhereInARecord) {
  const auto record = encode_epoch(sample_epoch());
  for (std::size_t i = 0; i < record.size(); ++i) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      auto damaged = record;
      damaged[i] = static_cast<char>(damaged[i] ^ (1 << bit));
      EXPECT_FALSE(decode_epoch(damaged)) << "byte " << i << " bit " << bit;
    }
  }
}

TEST(Row, CountsTheRowsOfARecordWithoutMakingThem) {
  EXPECT_EQ(rows_in(encode_epoch(sample_epoch())), 4u);
  EXPECT_EQ(rows_in(encode_epoch({})), 0u);
  EXPECT_EQ(rows_in(""), 0u);
}

TEST(Row, FindsARecordCutShortOrLengthened) {
  const auto record = encode_epoch(sample_epoch());
  for (std::size_t size = 0; size < record.size(); ++size)
    EXPECT_FALSE(decode_epoch(std::string_view{record}.substr(0, size))) << size;
  EXPECT_FALSE(decode_epoch(record + '\0'));
}

TEST(Row, FindsADamagedByteAnywhereInAValue) {
  const auto sealed = seal_value(3, 7, sample_key, "the value");
  ASSERT_TRUE(open_value(3, sample_key, sealed));
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      auto damaged = sealed;
      damaged[i] = static_cast<char>(damaged[i] ^ (1 << bit));
      EXPECT_FALSE(open_value(3, sample_key, damaged)) << "byte " << i << " bit " << bit;
    }
  }
  for (std::size_t size = 0; size < sealed.size(); ++size)
    EXPECT_FALSE(open_value(3, sample_key, std::string_view{sealed}.substr(0, size))) << size;
}

TEST(Row, FindsAValueInThePlaceOfAnother) {
  const auto sealed = seal_value(3, 7, sample_key, "the value");
  const auto opened = open_value(3, sample_key, sealed);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->value, "the value");
  EXPECT_EQ(opened->epoch, 7u);
  EXPECT_FALSE(open_value(4, sample_key, sealed));
  EXPECT_FALSE(open_value(3, {table::content, sample_key.key()}, sealed));
  const auto other = open_value(3, {table::state, "elsewhere"}, sealed);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, fault_code::corrupt);
  EXPECT_NE(other.error().message.find("shard 3, table 2, key 656c736577686572"), std::string::npos);
}

TEST(Row, NamesAFormatItDoesNotKnow) {
  auto record = encode_epoch(sample_epoch());
  record[0] = 2;
  EXPECT_EQ(decode_epoch(record).error().code, fault_code::unsupported_version);
  auto sealed = seal_value(3, 7, sample_key, "the value");
  sealed[0] = 2;
  EXPECT_EQ(open_value(3, sample_key, sealed).error().code, fault_code::unsupported_version);
}

TEST(Row, RefusesARecordWhoseRowsCannotBe) {
  const auto with = [](std::string_view write) {
    // A well-formed record: version, checksum, and one row_write message (field 5).
    std::string body{'\x2a', static_cast<char>(write.size())};
    body += write;
    std::string record{'\1'};
    append_integer(record, hash_bytes(body, 1));
    return decode_epoch(record + body);
  };
  EXPECT_TRUE(with(std::string_view("\x08\x01\x12\x01k", 5)));
  EXPECT_FALSE(with(std::string_view("\x08\x63\x12\x01k", 5)));                   // table 99
  EXPECT_FALSE(with(std::string_view("\x12\x01k", 3)));                           // no table
  EXPECT_FALSE(with("\x08\x01\x12\x40" + std::string(64, 'k')));                  // a key of 64 bytes
  EXPECT_EQ(with(std::string_view("\x08", 1)).error().code, fault_code::corrupt); // not protobuf
}

TEST(Row, OrdersKeysByTableAndThenByUnsignedBytes) {
  EXPECT_LT((row_key{table::content, "z"}), (row_key{table::state, "a"}));
  EXPECT_LT((row_key{table::state, "a"}), (row_key{table::state, "\xff"}));
  EXPECT_LT((row_key{table::state, "a"}), (row_key{table::state, "aa"}));
  EXPECT_THROW((row_key{table::state, std::string(63, 'k')}), bug);
}

} // namespace
} // namespace orderd::test
