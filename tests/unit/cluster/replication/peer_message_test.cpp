// Messages between nodes: what is decoded is what was encoded, the bytes stay as they are, and no bytes do
// harm.
#include "cluster/replication/peer_message.hpp"

#include "cluster/replication/peer.pb.h"
#include "config/limits.hpp"
#include "runtime/base/bytes.hpp"
#include "tests/support/golden.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace orderd::cluster {
namespace {

namespace form = peer::v1;
using runtime::fault_code;

constexpr std::uint64_t big = 0xfedcba9876543210;

runtime::epoch_ptr an_epoch(std::uint64_t number, std::uint32_t shard = 7) {
  runtime::epoch made;
  made.shard = shard;
  made.term = 4;
  made.number = number;
  made.previous_term = 3;
  made.writes.push_back({{runtime::table::state, "key"}, "value"});
  made.writes.push_back({{runtime::table::timer, ""}, std::nullopt});
  return std::make_shared<const runtime::epoch>(std::move(made));
}

channel_batch a_batch() {
  runtime::channel_commands what{5, {}};
  what.commands.push_back({1, {2, "17850"}, std::make_shared<const std::string>("stored")});
  what.commands.push_back({big, {255, std::string(40, 'k')}, std::make_shared<const std::string>()});
  return {std::move(what)};
}

/// One body of each kind, every field of it with a value of its own. The names are those of the golden file,
/// which is older than some of the types' names.
std::vector<std::pair<std::string, peer_body>> every_body() {
  return {
      {"announce", join{big}},
      {"lead", new_term{4, 17, {{1, 1}, {3, 20}, {4, big}}, big, 40}},
      {"follow", join_ack{4, 17, 41, true, 9}},
      {"follow_in_parts", join_ack{4, 17, 41, false, 9}},
      {"append", append{4, {an_epoch(41), an_epoch(42)}, 40}},
      {"append_nothing", append{4, {}, 42}},
      {"appended", append_ack{4, 42, true, 41}},
      {"unexpected", append_nack{4, 43}},
      {"refused", stale_term{5}},
      {"set_back", lost_writes{4, 44}},
      {"handed_over_to_you", transfer_leadership{6}},
      {"copy_rows", install_snapshot{4,
                                     2,
                                     3,
                                     {40, 3},
                                     {{{runtime::table::content, "a"}, "b"},
                                      {{runtime::table::unsettled, std::string(62, 'k')}, std::nullopt},
                                      {{runtime::table::inbox, ""}, ""}},
                                     true,
                                     50,
                                     big}},
      {"copied", install_snapshot_ack{4, 2, 4}},
      {"channel_batch", a_batch()},
      {"channel_receipt", channel_receipt{{63, big, true}}},
      {"copy_rows_from_a_mark", install_snapshot{4, 2, 0, {40, 3, big, 1'700'000'000'000}, {}, false, 0, 0}},
      {"follow_with_a_hash", join_ack{4, 17, 41, true, 9, big}},
      {"appended_with_a_hash", append_ack{4, 42, true, 41, big}},
      {"appended_with_rows", append_ack{4, 42, true, 41, big, {40, big}}},
  };
}

peer_message with(peer_body body) {
  return {7, {2, 99}, 98, std::move(body)};
}

std::string encode_form(const std::function<void(form::message&)>& fill) {
  form::message made;
  made.set_shard(7);
  fill(made);
  return made.SerializeAsString();
}

TEST(PeerMessage, HasTheBytesOfTheGoldenFile) {
  std::string text;
  std::set<std::size_t> kinds;
  for (const auto& [name, body] : every_body()) {
    text += name + " " + runtime::to_hex(encode(with(body))) + "\n";
    kinds.insert(body.index());
  }
  EXPECT_EQ(kinds.size(), std::variant_size_v<peer_body>) << "a message without a sample";
  test::expect_golden("cluster/peer_messages.txt", text);
}

TEST(PeerMessage, DecodesWhatItEncoded) {
  for (const auto& [name, body] : every_body()) {
    const auto bytes = encode(with(body));
    const auto decoded = decode_peer_message(bytes);
    ASSERT_TRUE(decoded) << name << ": " << decoded.error().message;
    EXPECT_EQ(decoded->shard, 7u);
    EXPECT_EQ(decoded->from, (runtime::replica_id{2, 99}));
    EXPECT_EQ(decoded->to_incarnation, 98u);
    EXPECT_EQ(decoded->body.index(), body.index()) << name;
    EXPECT_EQ(encode(*decoded), bytes) << name;
  }
}

TEST(PeerMessage, DecodesEachPartIntoItsPlace) {
  const auto all = every_body();
  const auto decoded = [&](std::size_t i) { return decode_peer_message(encode(with(all[i].second)))->body; };
  const auto led = std::get<new_term>(decoded(1));
  EXPECT_EQ(led.starts, (std::vector<term_start>{{1, 1}, {3, 20}, {4, big}}));
  EXPECT_EQ(led.end, big);
  EXPECT_EQ(led.committed, 40u);
  EXPECT_EQ(led.attempt, 17u);
  const auto followed = std::get<join_ack>(decoded(3));
  EXPECT_EQ(followed.attempt, 17u);
  EXPECT_EQ(followed.copy, 9u);
  EXPECT_FALSE(followed.complete);
  const auto appending = std::get<append>(decoded(4));
  ASSERT_EQ(appending.epochs.size(), 2u);
  EXPECT_EQ(appending.epochs[1]->number, 42u);
  EXPECT_EQ(appending.epochs[1]->writes[0].value, "value");
  const auto page = std::get<install_snapshot>(decoded(11));
  ASSERT_EQ(page.rows.size(), 3u);
  EXPECT_EQ(page.rows[1].value, std::nullopt);
  EXPECT_EQ(page.rows[2].value, "");
  EXPECT_EQ(page.hash, big);
  const auto batch = std::get<channel_batch>(decoded(13)).what;
  EXPECT_EQ(batch.source, 5u);
  ASSERT_EQ(batch.commands.size(), 2u);
  EXPECT_EQ(batch.commands[0].to, (runtime::entity_id{2, "17850"}));
  EXPECT_EQ(*batch.commands[0].stored, "stored");
  EXPECT_EQ(batch.commands[1].sequence, big);
}

TEST(PeerMessage, RefusesWhatCannotBe) {
  const std::vector<std::pair<const char*, std::function<void(form::message&)>>> table{
      {"no body", [](form::message&) {}},
      {"a shard above the last", [](form::message& m) { m.set_shard(64), m.mutable_join(); }},
      {"terms that do not ascend",
       [](form::message& m) {
         for (const auto epoch : {2, 3})
           m.mutable_new_term()->add_starts()->set_first_epoch(static_cast<std::uint64_t>(epoch));
       }},
      {"epochs that do not ascend",
       [](form::message& m) {
         for (const auto term : {2, 3})
           m.mutable_new_term()->add_starts()->set_term(static_cast<std::uint64_t>(term));
       }},
      {"too many terms",
       [](form::message& m) {
         for (std::uint64_t i = 1; i <= term_table::terms_max + 1; ++i) {
           auto& start = *m.mutable_new_term()->add_starts();
           start.set_term(i);
           start.set_first_epoch(i);
         }
       }},
      {"an epoch of another shard",
       [](form::message& m) { m.mutable_append()->add_epochs(runtime::encode_epoch(*an_epoch(1, 8))); }},
      {"a gap between epochs",
       [](form::message& m) {
         m.mutable_append()->add_epochs(runtime::encode_epoch(*an_epoch(1)));
         m.mutable_append()->add_epochs(runtime::encode_epoch(*an_epoch(3)));
       }},
      {"no table", [](form::message& m) { m.mutable_install_snapshot()->add_rows(); }},
      {"a table above the last",
       [](form::message& m) { m.mutable_install_snapshot()->add_rows()->set_table(11); }},
      {"a key of a row too long",
       [](form::message& m) {
         auto& row = *m.mutable_install_snapshot()->add_rows();
         row.set_table(1);
         row.set_key(std::string(63, 'k'));
       }},
      {"a source above the last", [](form::message& m) { m.mutable_channel_batch()->set_source(64); }},
      {"a destination above the last",
       [](form::message& m) { m.mutable_channel_receipt()->set_destination(64); }},
      {"a kind above the last",
       [](form::message& m) { m.mutable_channel_batch()->add_commands()->set_kind(256); }},
      {"a key of an entity too long",
       [](form::message& m) { m.mutable_channel_batch()->add_commands()->set_key(std::string(41, 'k')); }},
  };
  for (const auto& [what, fill] : table) {
    const auto decoded = decode_peer_message(encode_form(fill));
    ASSERT_FALSE(decoded) << what;
    EXPECT_EQ(decoded.error().code, fault_code::malformed) << what;
  }
}

TEST(PeerMessage, RefusesADamagedEpoch) {
  auto record = runtime::encode_epoch(*an_epoch(1));
  record.back() = static_cast<char>(record.back() ^ 1);
  const auto decoded =
      decode_peer_message(encode_form([&](form::message& m) { m.mutable_append()->add_epochs(record); }));
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().code, fault_code::corrupt);
}

TEST(PeerMessage, CountsElementsBeforeItMakesThem) {
  std::string rows;
  for (std::size_t i = 0; i < 10'000; ++i)
    rows += std::string_view{"\x32\0", 2}; // an empty row
  form::message around;
  around.mutable_install_snapshot();
  auto bytes = around.SerializeAsString();
  bytes.pop_back(); // its length
  for (auto size = rows.size(); size > 0; size >>= 7)
    bytes += static_cast<char>((size & 0x7f) | (size > 0x7f ? 0x80 : 0));
  const auto decoded = decode_peer_message(bytes + rows);
  ASSERT_FALSE(decoded);
  EXPECT_NE(decoded.error().message.find("elements"), std::string::npos) << decoded.error().message;
}

/// Of the rows inside epochs too: a frame of 4-byte rows took 38 times its bytes.
TEST(PeerMessage, CountsTheRowsOfEpochsBeforeItMakesThem) {
  const auto with_rows = [](std::size_t rows, std::size_t key_bytes) {
    runtime::epoch made;
    made.shard = 7;
    made.number = 41;
    for (std::size_t i = 0; i < rows; ++i)
      made.writes.push_back({{runtime::table::timer, std::string(key_bytes, 'k')}, std::nullopt});
    return encode(with(append{4, {std::make_shared<const runtime::epoch>(std::move(made))}, 40}));
  };
  const auto decoded = decode_peer_message(with_rows(10'000, 0));
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().code, fault_code::malformed);
  EXPECT_NE(decoded.error().message.find("rows in 40"), std::string::npos) << decoded.error().message;
  EXPECT_TRUE(decode_peer_message(with_rows(4'000, 0)));
  EXPECT_TRUE(decode_peer_message(with_rows(100'000, 12)));
}

TEST(PeerMessage, RefusesMoreBytesThanAFrameHas) {
  EXPECT_FALSE(decode_peer_message(std::string(limits::peer_frame_bytes_max + 1, '\x08')));
}

TEST(PeerMessage, SurvivesCutAndDamagedBytes) {
  std::mt19937_64 random{20'110'101};
  for (const auto& [name, body] : every_body()) {
    const auto whole = encode(with(body));
    for (std::size_t size = 0; size < whole.size(); ++size)
      static_cast<void>(decode_peer_message(std::string_view{whole}.substr(0, size)));
    for (int i = 0; i < 2'000; ++i) {
      auto damaged = whole;
      for (auto left = 1 + random() % 4; left > 0; --left)
        damaged[random() % damaged.size()] = static_cast<char>(random());
      if (const auto decoded = decode_peer_message(damaged)) {
        EXPECT_TRUE(decode_peer_message(encode(*decoded))) << name;
      }
    }
  }
}

} // namespace
} // namespace orderd::cluster
