// Which connection leads to the leader of each shard, as far as a client knows.
//
// *Operation*: `learn` what `get_cluster` says, `denied` when a node says NOT_OWNER. A shard is `ready` when
// its leader is known and may be asked: a node that was named and denied it is asked again only after a
// wait that grows, so that nodes whose news is still under way are not asked in circles.
//
// Of what nodes say of a shard the highest term is right, and lower ones are old news. A node that denies a
// shard may name another: that is newer than the term it was known in, so it counts until a higher term, or
// until the other denies it too.
//
// *Concurrency*: one thread at a time; no I/O, no clock.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace orderd::cluster {

class leader_table {
public:
  using time_point = std::chrono::steady_clock::time_point;
  using link = std::size_t;

  /// The number of shards, once; again is ignored.
  void resize(std::uint32_t shards);
  std::uint32_t shards() const noexcept { return static_cast<std::uint32_t>(routes_.size()); }

  /// Someone says that the node behind `leader` leads the shard in that term. True: that is news, and what
  /// is under way elsewhere belongs there.
  bool learn(std::uint32_t shard, std::uint64_t term, link leader);

  /// The node behind `by` does not lead the shard; `owner` does, by its word, if it knows.
  void denied(std::uint32_t shard, link by, std::optional<link> owner, time_point now);

  /// None: nobody is known to lead it.
  std::optional<link> leader(std::uint32_t shard) const { return routes_[shard].leader; }
  /// The highest known; 0: none.
  std::uint64_t term(std::uint32_t shard) const { return routes_[shard].term; }
  /// When its leader may be asked.
  time_point ready_at(std::uint32_t shard) const { return routes_[shard].ready_at; }

  /// The leader of all shards, when it is one and may be asked.
  std::optional<link> sole_leader(time_point now) const;

private:
  struct route {
    std::uint64_t term = 0;
    std::optional<link> leader;
    time_point ready_at{};  ///< not before
    time_point denied_at{}; ///< last
    unsigned denials = 0;   ///< shortly one after another
  };

  std::vector<route> routes_;
};

} // namespace orderd::cluster
