// A cluster as a client_router sees it: nodes that say HELLO, answer `get_cluster` with what they believe,
// and confirm the orders of the shards they believe to lead. No sockets: time and messages move when a test
// says.
#pragma once

#include "actors/requests/request_decoder.hpp"
#include "cluster/client/client_router.hpp"
#include "tests/support/client_core.hpp"
#include "tests/support/wire.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace orderd::testing {

class fake_cluster : public ::testing::Test {
protected:
  static constexpr std::uint32_t shards = 4; // of server_hello

  /// What a node believes of one shard.
  struct belief {
    std::uint64_t term = 1;
    std::uint32_t primary = 1;
  };

  struct node {
    std::uint32_t number = 0;
    bool up = true;
    bool silent = false;              ///< takes what comes and says nothing
    bool knows_owner = true;          ///< names the owner in NOT_OWNER
    std::set<std::uint32_t> refusing; ///< shards of which it says UNAVAILABLE, and so in its map
    bool loses_lead = false;          ///< begins what it is asked before it finds that it does not lead
    std::map<std::uint32_t, belief> beliefs;
    std::vector<v1::reply> owed; ///< kept while silent
    std::size_t questions = 0;
    std::vector<std::uint64_t> served; ///< last bytes of the ids of orders it confirmed
    std::size_t denied = 0;
    std::size_t refused = 0;
    std::size_t connections = 0;
    bool connected = false;
  };

  static std::string endpoint_of(std::uint32_t number) { return "n" + std::to_string(number) + ":1"; }

  /// Nodes 1 to `count`; the leader of shard s is node 1 + s % count, unless `sole` leads them all.
  void found(std::uint32_t count, std::uint32_t sole = 0) {
    for (std::uint32_t number = 1; number <= count; ++number) {
      auto& made = nodes[number];
      made.number = number;
      for (std::uint32_t shard = 0; shard < shards; ++shard)
        made.beliefs[shard] = {1, sole != 0 ? sole : 1 + shard % count};
    }
  }

  void start(const std::vector<std::string>& endpoints, bool follow = true) {
    router = std::make_unique<cluster::client_router>(
        cluster::client_router::options{
            {.timeout = std::chrono::seconds{10}, .version = "test"}, endpoints, follow, 1},
        now);
  }

  /// The node where those who still run agree that the shard is led by, from now on, in the next term.
  void move_shard(std::uint32_t shard, std::uint32_t to, const std::set<std::uint32_t>& who_know) {
    const auto term = ++terms[shard] + 1;
    for (const auto number : who_know)
      nodes[number].beliefs[shard] = {term, to};
  }

  void kill(std::uint32_t number) {
    nodes[number].up = false;
    nodes[number].connected = false;
    nodes[number].owed.clear();
    for (cluster::client_router::link which = 0; which < router->links(); ++which)
      if (router->endpoint(which) == endpoint_of(number) && open.erase(which) != 0)
        router->disconnected(which, "reset by peer", now);
  }

  /// An order in that shard; its tag is the last byte of its id.
  void submit(std::uint8_t tag, std::uint32_t shard, std::uint32_t timeout_ms = 0) {
    auto request = an_order(tag);
    request.set_timeout_ms(timeout_ms);
    auto& id = *request.mutable_place_order()->mutable_order_id();
    id[8] = static_cast<char>(0x80 | shard << 4); // the top of the slot: the shard of four
    ASSERT_EQ(actors::shard_of_request(request, shards), shard);
    router->submit(7, tag, std::make_shared<const v1::request>(request), now);
  }

  /// What can happen without time passing happens.
  void settle() {
    for (int round = 0; round < 50; ++round)
      if (!step())
        break;
    for (auto& one : router->take_answers()) {
      EXPECT_EQ(one.caller, 7u);
      EXPECT_TRUE(answers.emplace(one.tag, *one.what).second)
          << "request " << one.tag << " was answered twice";
    }
  }

  /// Time passes as it does for a client: it wakes when it asked to.
  void pass(std::chrono::milliseconds time) {
    const auto end = now + time;
    settle();
    for (int wakes = 0;; ++wakes) {
      ASSERT_LT(wakes, 2'000) << "a busy loop";
      const auto wake = router->wake_at();
      if (!wake || *wake > end)
        break;
      now = std::max(now + std::chrono::milliseconds{1}, *wake);
      settle();
    }
    now = end;
    settle();
  }

  bool confirmed_tag(std::uint64_t tag) const {
    const auto found = answers.find(tag);
    return found != answers.end() && found->second.placement().status() == v1::CONFIRMED;
  }

  std::vector<std::string> all_endpoints() const {
    std::vector<std::string> all;
    for (const auto& [number, each] : nodes)
      all.push_back(endpoint_of(number));
    return all;
  }

  void expect_confirmed(std::uint64_t first, std::uint64_t last) const {
    for (auto tag = first; tag <= last; ++tag)
      EXPECT_TRUE(confirmed_tag(tag)) << tag;
  }

  std::map<std::uint32_t, node> nodes;
  std::map<std::uint32_t, std::uint64_t> terms;
  std::unique_ptr<cluster::client_router> router;
  std::map<cluster::client_router::link, std::uint32_t> open; ///< connections, by link: the node
  std::map<std::uint64_t, v1::reply> answers;
  std::map<std::string, std::uint32_t> aliases; ///< other names of nodes
  cluster::client_core::time_point now{std::chrono::hours{1}};

private:
  std::optional<std::uint32_t> node_at(const std::string& endpoint) const {
    for (const auto& [number, each] : nodes)
      if (endpoint_of(number) == endpoint)
        return number;
    const auto alias = aliases.find(endpoint);
    return alias == aliases.end() ? std::nullopt : std::optional{alias->second};
  }

  bool step() {
    bool moved = false;
    for (const auto& useless : router->advance(now)) {
      open.erase(useless.which);
      router->disconnected(useless.which, useless.why.message, now);
      moved = true;
    }
    for (const auto which : router->due_connections(now)) {
      moved = true;
      const auto to = node_at(router->endpoint(which));
      if (!to || !nodes[*to].up) {
        router->disconnected(which, "refused", now);
        continue;
      }
      ++nodes[*to].connections;
      open[which] = *to;
      router->connected(which, now);
      if (!nodes[*to].silent) {
        EXPECT_TRUE(router->receive(which, server_hello(), now));
      }
    }
    for (const auto& [which, number] : std::map{open})
      moved = exchange(which, nodes[number]) || moved;
    return moved;
  }

  /// The node reads what the client wrote, and answers.
  bool exchange(cluster::client_router::link which, node& at) {
    std::string bytes;
    router->write(which, bytes, 1u << 30, now);
    for (const auto& frame : frames_of(bytes)) {
      if (frame.type != cluster::frame_type::requests)
        continue;
      v1::request_batch batch;
      EXPECT_TRUE(batch.ParseFromString(frame.payload));
      for (int i = 0; i < batch.requests_size(); ++i) {
        auto answer = answer_of(at, batch.requests(i));
        answer.set_request_id(frame.id + static_cast<std::uint64_t>(i));
        at.owed.push_back(std::move(answer));
      }
    }
    if (at.silent || at.owed.empty())
      return !bytes.empty();
    EXPECT_TRUE(router->receive(which, replies_bytes(std::exchange(at.owed, {})), now));
    return true;
  }

  v1::reply answer_of(node& at, const v1::request& what) {
    v1::reply answer;
    if (what.has_get_cluster()) {
      ++at.questions;
      fill(*answer.mutable_cluster_status(), at);
      return answer;
    }
    const auto shard = actors::shard_of_request(what, shards).value();
    const auto& believed = at.beliefs[shard];
    if (at.refusing.contains(shard)) {
      ++at.refused;
      answer.mutable_fault()->set_code(v1::fault::UNAVAILABLE);
      answer.mutable_fault()->set_retry_after_ms(50);
      return answer;
    }
    if (believed.primary == at.number) {
      at.served.push_back(static_cast<unsigned char>(what.place_order().order_id().back()));
      answer.mutable_placement()->set_status(v1::CONFIRMED);
      return answer;
    }
    ++at.denied;
    auto& fault = *answer.mutable_fault();
    fault.set_code(at.loses_lead ? v1::fault::TIMEOUT : v1::fault::NOT_OWNER);
    fault.set_retry_after_ms(at.loses_lead ? 50 : 0);
    fault.set_shard(shard);
    if (at.knows_owner)
      fault.set_owner_endpoint(endpoint_of(believed.primary));
    return answer;
  }

  void fill(v1::cluster_status& map, const node& at) const {
    map.set_cluster_id("c");
    map.set_answered_by(at.number);
    for (const auto& [number, each] : nodes) {
      auto& view = *map.add_nodes();
      view.set_node(number);
      view.set_client_endpoint(endpoint_of(number));
    }
    for (const auto& [shard, believed] : at.beliefs) {
      auto& view = *map.add_shards();
      view.set_shard(shard);
      view.set_term(believed.term);
      view.set_primary(believed.primary);
      view.set_primary_endpoint(endpoint_of(believed.primary));
      if (at.refusing.contains(shard))
        view.set_refusing_because("shard " + std::to_string(shard) + " has no leader");
    }
  }
};

} // namespace orderd::testing
