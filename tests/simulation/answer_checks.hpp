// What no answer of a simulated cluster may be: stale. Whoever answers for a shard leads it, and no later
// term has answered anything (E2, B8). Clients cannot see it: they leave a primary that was replaced.
//
// *Operation*: `answered` with each answer that rests on a shard's state, in the moment it leaves its replica
// host.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace orderd::simulation {

class answer_checks {
public:
  explicit answer_checks(std::function<void(const std::string&)> complain) : complain_(std::move(complain)) {}

  /// `term`: in which the node leads the shard then; none if it does not.
  void answered(std::uint32_t node, std::uint32_t shard, std::optional<std::uint64_t> term) {
    const auto said = "node " + std::to_string(node) + " answers for shard " + std::to_string(shard);
    if (!term)
      return complain_(said + ", which it does not lead (B8)");
    auto& newest = newest_[shard];
    if (*term < newest)
      complain_(said + " in term " + std::to_string(*term) + ", after term " + std::to_string(newest)
                + " has answered (E2)");
    newest = std::max(newest, *term);
  }

private:
  std::function<void(const std::string&)> complain_;
  std::map<std::uint32_t, std::uint64_t> newest_; ///< by shard: the highest term that answered
};

} // namespace orderd::simulation
