// A node made of a function, for the commands of orderctl.
#pragma once

#include "cluster/orderctl/ctl_commands.hpp"
#include "cluster/orderctl/node_link.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace orderd::cluster {

/// Answers every request with `answer`, a window at a time and the last of the window first, as a node may.
class fake_node : public node_link {
public:
  std::function<v1::reply(const v1::request&)> answer;
  std::uint32_t shard_count = 1;
  std::vector<v1::request> seen;
  std::uint32_t largest_window = 0;

  runtime::result<std::uint32_t> shards() override { return shard_count; }

  void run(std::uint64_t count, std::uint32_t window, const request_maker& make,
           const answer_taker& take) override {
    largest_window = std::max(largest_window, window);
    bool go_on = true;
    for (std::uint64_t first = 0; first < count && go_on; first += window) {
      std::vector<std::pair<std::uint64_t, v1::reply>> answers;
      for (auto index = first; index < std::min<std::uint64_t>(count, first + window); ++index) {
        seen.push_back(*make(index));
        answers.emplace_back(index, answer(seen.back()));
      }
      for (auto at = answers.rbegin(); at != answers.rend(); ++at)
        go_on = take({at->first, at->second, std::chrono::milliseconds{1}}) && go_on;
    }
  }
};

/// A link to a fake node that lives longer.
class fake_node_link : public node_link {
public:
  explicit fake_node_link(fake_node& to) : to_(to) {}
  runtime::result<std::uint32_t> shards() override { return to_.shards(); }
  void run(std::uint64_t count, std::uint32_t window, const request_maker& make,
           const answer_taker& take) override {
    to_.run(count, window, make, take);
  }

private:
  fake_node& to_;
};

/// What a command prints, and where it runs.
struct ctl_fixture {
  fake_node node;
  std::map<std::string, fake_node> others; ///< of a cluster, by endpoint; any other endpoint is `node`
  std::ostringstream out;
  std::ostringstream err;
  ctl_context context{node,
                      out,
                      err,
                      false,
                      false,
                      [] { return std::int64_t{1'259'653'500'000}; },
                      [] { return std::uint64_t{7}; },
                      {"n1:1"},
                      [this](const std::string& endpoint) -> std::unique_ptr<node_link> {
                        const auto other = others.find(endpoint);
                        return std::make_unique<fake_node_link>(other == others.end() ? node : other->second);
                      }};

  json printed() const { return json::parse(out.str()); }
};

inline v1::reply rejected_with(v1::rejection::kind code, const std::string& message) {
  v1::reply answer;
  answer.mutable_rejection()->set_code(code);
  answer.mutable_rejection()->set_message(message);
  return answer;
}

inline v1::reply failed_with(v1::fault::kind code, const std::string& message) {
  v1::reply answer;
  answer.mutable_fault()->set_code(code);
  answer.mutable_fault()->set_message(message);
  return answer;
}

} // namespace orderd::cluster
