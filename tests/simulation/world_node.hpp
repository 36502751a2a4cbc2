// One node of the replicas' world: its disk, its clock, a life of its replica, and an engine that closes
// epochs.
#pragma once

#include "cluster/replication/replica.hpp"
#include "tests/simulation/chance.hpp"
#include "tests/simulation/counters.hpp"
#include "tests/simulation/world_checks.hpp"
#include "tests/simulation/world_disk.hpp"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>

namespace orderd::simulation {

/// What a node needs of the world around it. Times in microseconds of the world's own clock.
class world_services {
public:
  virtual ~world_services() = default;
  virtual std::int64_t now_us() const = 0;
  /// Does it after a while, if the node then is in the same life; while it stands still, afterwards.
  virtual void later(std::uint32_t node, std::int64_t after_us, std::function<void()> what) = 0;
  virtual void send(std::uint32_t from, std::uint32_t to, const cluster::peer_message& what) = 0;
  virtual void propose(std::uint32_t node, std::uint64_t expected, const cluster::assignment& what) = 0;
  virtual void look_up(std::uint32_t node) = 0;
  virtual const cluster::versioned_assignment& stored() const = 0;
  /// Whether the node has proposed a change of the set whose outcome it does not know.
  virtual bool unresolved(std::uint32_t node) const = 0;
  virtual std::map<std::uint32_t, const world_disk*> disks() const = 0;
  virtual void ended(std::uint32_t node, const std::string& why) = 0;
  virtual void distrusted(std::uint32_t node, const std::string& why) = 0;
  virtual chance& random() = 0;
  virtual world_checks& checks() = 0;
  virtual counters& happened() = 0;
  /// The node is at a turning point of that name.
  virtual void turned(std::uint32_t node, const char* what) = 0;
};

/// What is the same for all nodes of a world.
struct world_habits {
  std::size_t minimum = 1;        ///< in sync, to commit
  std::size_t recent_bytes = 600; ///< of epochs in memory
  std::size_t terms_kept = 256;   ///< that a journal remembers beyond its reach
  bool upgrades = false;          ///< each node is of the version before, until its first crash
  bool drifts_most = false;       ///< each clock by 3 %, one way or the other
  bool heir_is_fast = false; ///< then that of node 1, to which shards are handed back, against the others
};

class world_node final : public cluster::replica_port {
public:
  world_node(std::uint32_t id, const world_habits& habits, world_services& world)
      : id_(id), habits_(habits), world_(world), drift_(drift_of(id, habits, world.random())) {}

  world_disk disk;

  bool up() const noexcept { return replica_ != nullptr; }
  std::uint64_t life() const noexcept { return life_; }
  const cluster::replica* running() const noexcept { return replica_.get(); }
  cluster::replica_id self() const { return {id_, disk.identity.incarnation}; }
  cluster::lease_board& board() { return *board_; }
  cluster::steady_time now() const;

  void start();
  void crash();
  /// Until then its journal takes long for everything.
  void slow_until(std::int64_t until_us) { slow_until_ = until_us; }
  void tick();
  /// The engine closes an epoch, if it may; a reader asks, if there is one.
  void work(bool writes);

  void received(const cluster::peer_message& what);
  void configured(const cluster::versioned_assignment& what);
  void undecided();
  void link_lost(std::uint32_t node) {
    copies_.erase(node);
    replica_->link_lost(node);
  }

private:
  struct engine {
    std::uint64_t term = 0;
    std::uint64_t last = 0;
    runtime::epoch_ptr in_flight;
  };

  void send(std::uint32_t node, cluster::peer_body what) override;
  void append(std::vector<runtime::epoch_ptr> epochs, std::optional<cluster::replica_note> note) override;
  void write(const cluster::replica_note& note, std::optional<std::uint64_t> keep_upto,
             cluster::answer_tag tag) override;
  void read(std::uint64_t first, std::size_t bytes_max) override;
  void retain(std::uint64_t from) override;
  void apply(std::vector<runtime::epoch_ptr> epochs) override;
  void apply_now() override {}
  void hash_state(cluster::answer_tag tag) override;
  runtime::result<cluster::row_page> read_rows(const std::optional<runtime::row_key>& after,
                                               std::size_t bytes_max) override;
  void load_rows(std::vector<runtime::row_write> rows, bool first, cluster::answer_tag tag) override;
  void end_load(const runtime::epoch_mark& applied, cluster::answer_tag tag) override;
  void propose(std::uint64_t expected_version, const cluster::assignment& what) override;
  void look_up() override;
  void start_engine(const runtime::epoch_mark& opening) override;
  void stop_engine() override;
  void committed(std::uint64_t upto) override;
  void doubted(cluster::doubt why, std::uint32_t, const std::string&) override {
    world_.happened().count(("doubted: " + std::string{cluster::name_of(why)}).c_str());
  }
  void distrust_disk(const std::string& why) override;
  void end_node(const std::string& why) override;

  static std::int64_t drift_of(std::uint32_t id, const world_habits& habits, chance& random) {
    const auto some = habits.heir_is_fast ? (id == 1 ? 30 : -30) : random.between(-30, 30);
    return !habits.drifts_most ? some : some < 0 ? -30 : 30;
  }
  bool is_older() const noexcept { return habits_.upgrades && life_ == 0; }
  std::vector<runtime::epoch_ptr> kept(std::vector<runtime::epoch_ptr> epochs) const;
  cluster::peer_body as_understood(cluster::peer_body what) const;
  void look_at_commits();
  void count_cut(std::uint64_t keep_upto);
  void journal(std::function<void()> job);
  void state(std::function<void()> job);

  std::uint32_t id_;
  world_habits habits_;
  world_services& world_;
  std::int64_t drift_; ///< per mille
  std::uint64_t life_ = 0;
  std::int64_t slow_until_ = 0;
  std::unique_ptr<cluster::lease_board> board_;
  std::unique_ptr<cluster::replica> replica_;
  std::optional<engine> engine_;
  std::uint64_t retain_from_ = 0;
  std::uint64_t committed_ = 0;                    ///< as the replica knew it last
  std::map<std::uint32_t, std::uint64_t> copies_;  ///< under way from here: to that node, from that epoch on
  std::deque<std::function<void()>> journal_jobs_; ///< the first is under way
  std::deque<std::function<void()>> state_jobs_;
};

using world_nodes = std::map<std::uint32_t, std::unique_ptr<world_node>>;

} // namespace orderd::simulation
