#include "runtime/shard/stored_rows.hpp"

#include "runtime/base/bytes.hpp"
#include "tests/support/golden.hpp"

#include <gtest/gtest.h>

#include <string>

namespace orderd::runtime {
namespace {

const entity_id order{4, std::string{"\x01\x90\x00\xff", 4}};

/// Two lines: the key and the value in hex.
std::string shown(const row_key& key, std::string_view value) {
  return "table " + std::to_string(static_cast<int>(key.in())) + "\nkey   " + to_hex(key.key()) + "\nvalue "
         + to_hex(value) + '\n';
}

TEST(StoredRows, KeepTheirFormForEver) {
  test::expect_golden("runtime/timer_row.txt",
                      shown(to_row(timer_key{1'700'000'000'123, order, 2}), timer_value("command")));
  test::expect_golden("runtime/outbox_row.txt",
                      shown(to_row(outbox_key{3, 258}), encode(outbox_value{order, "command"})));
  test::expect_golden("runtime/inbox_row.txt", shown(inbox_row_key(3), inbox_value(258)));
  test::expect_golden("runtime/call_row.txt",
                      shown(to_row(call_key{order, 2}), call_value({2, "idempotency", "body"})));
  test::expect_golden("runtime/parked_row.txt",
                      shown(to_row(parked_key{order, 258}), parked_value("command")));
  test::expect_golden(
      "runtime/quarantine_row.txt",
      shown(quarantine_row_key(order), encode(quarantine_entry{"place", "failed", 4, 99, 7})));
  test::expect_golden("runtime/unsettled_row.txt",
                      shown(unsettled_row_key(order), unsettled_value(1'700'000'000'123)));
}

TEST(StoredRows, ReadTheKeysTheyWrite) {
  const auto timer = parse_timer_key(to_row(timer_key{5, order, 2}).key());
  ASSERT_TRUE(timer);
  EXPECT_EQ(timer->due_at, 5);
  EXPECT_EQ(timer->entity, order);
  EXPECT_EQ(timer->name, 2);
  const auto outbox = parse_outbox_key(to_row(outbox_key{3, 1ull << 40}).key());
  ASSERT_TRUE(outbox);
  EXPECT_EQ(outbox->destination, 3u);
  EXPECT_EQ(outbox->sequence, 1ull << 40);
  EXPECT_EQ(*parse_inbox_key(inbox_row_key(70'000).key()), 70'000u);
  EXPECT_EQ(*parse_call_key(to_row(call_key{order, 2}).key()), (call_key{order, 2}));
  const auto parked = parse_parked_key(to_row(parked_key{order, 9}).key());
  ASSERT_TRUE(parked);
  EXPECT_EQ(parked->entity, order);
  EXPECT_EQ(parked->sequence, 9u);
  EXPECT_EQ(*parse_entity_key(quarantine_row_key(order).key()), order);
  EXPECT_EQ(*parse_entity_key(unsettled_row_key(order).key()), order);
}

TEST(StoredRows, ReadTheValuesTheyWrite) {
  EXPECT_EQ(*parse_timer_value(timer_value("c")), "c");
  const auto outbox = parse_outbox_value(encode(outbox_value{order, "c"}));
  ASSERT_TRUE(outbox);
  EXPECT_EQ(outbox->to, order);
  EXPECT_EQ(outbox->command, "c");
  EXPECT_EQ(*parse_inbox_value(inbox_value(12)), 12u);
  const auto call = parse_call_value(3, call_value({3, "key", "body"}));
  ASSERT_TRUE(call);
  EXPECT_EQ(call->step, 3);
  EXPECT_EQ(call->idempotency_key, "key");
  EXPECT_EQ(call->body, "body");
  EXPECT_EQ(*parse_parked_value(parked_value("c")), "c");
  const auto entry = parse_quarantine_value(encode(quarantine_entry{"place", "failed", 4, 99, 7}));
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->command_name, "place");
  EXPECT_EQ(entry->error, "failed");
  EXPECT_EQ(entry->attempts, 4u);
  EXPECT_EQ(entry->since_at, 99);
  EXPECT_EQ(entry->poison, 7u);
  EXPECT_EQ(*parse_unsettled_value(unsettled_value(77)), 77);
}

TEST(StoredRows, SortAsTheirNumbersDo) {
  EXPECT_LT(to_row(timer_key{255, order, 1}), to_row(timer_key{256, order, 1}));
  EXPECT_LT(to_row(outbox_key{1, 300}), to_row(outbox_key{2, 1}));
  EXPECT_LT(to_row(outbox_key{1, 255}), to_row(outbox_key{1, 256}));
  EXPECT_LT(to_row(parked_key{order, 255}), to_row(parked_key{order, 256}));
}

TEST(StoredRows, FindAllParkedRowsOfAnEntityByTheirPrefix) {
  const auto prefix = parked_prefix(order);
  EXPECT_TRUE(to_row(parked_key{order, 1}).key().starts_with(prefix));
  const entity_id longer{4, std::string{order.key()} + "x"};
  EXPECT_FALSE(to_row(parked_key{longer, 1}).key().starts_with(prefix));
}

TEST(StoredRows, RefuseKeysCutShortOrTooLong) {
  const std::string timer{to_row(timer_key{5, order, 2}).key()};
  const std::string parked{to_row(parked_key{order, 9}).key()};
  const std::string who{unsettled_row_key(order).key()};
  for (std::size_t size = 0; size < timer.size(); ++size)
    EXPECT_FALSE(parse_timer_key(timer.substr(0, size))) << size;
  for (std::size_t size = 0; size < parked.size(); ++size)
    EXPECT_FALSE(parse_parked_key(parked.substr(0, size))) << size;
  for (std::size_t size = 0; size < who.size(); ++size)
    EXPECT_FALSE(parse_entity_key(who.substr(0, size))) << size;
  EXPECT_FALSE(parse_timer_key(timer + 'x'));
  EXPECT_FALSE(parse_parked_key(parked + 'x'));
  EXPECT_FALSE(parse_entity_key(who + 'x'));
  EXPECT_FALSE(parse_inbox_key("abc"));
  EXPECT_FALSE(parse_outbox_key("abc"));
  EXPECT_FALSE(parse_call_key(""));
}

TEST(StoredRows, RefuseAnEntityKeyThatIsTooLong) {
  std::string key{"\x04\x29", 2}; // 41 bytes announced
  key.append(41, 'x');
  EXPECT_FALSE(parse_entity_key(key));
}

TEST(StoredRows, RefuseValuesThatAreNoMessage) {
  const std::string garbage{"\xff\xff\xff"};
  EXPECT_EQ(parse_timer_value(garbage).error().code, fault_code::corrupt);
  EXPECT_EQ(parse_outbox_value(garbage).error().code, fault_code::corrupt);
  EXPECT_EQ(parse_inbox_value(garbage).error().code, fault_code::corrupt);
  EXPECT_EQ(parse_call_value(1, garbage).error().code, fault_code::corrupt);
  EXPECT_EQ(parse_parked_value(garbage).error().code, fault_code::corrupt);
  EXPECT_EQ(parse_quarantine_value(garbage).error().code, fault_code::corrupt);
  EXPECT_EQ(parse_unsettled_value(garbage).error().code, fault_code::corrupt);
}

} // namespace
} // namespace orderd::runtime
