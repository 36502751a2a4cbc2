// The replica host of a shard on a node: hosts its replica (replica.hpp) and, while this node leads, its
// engine (runtime/engine/shard_runner.hpp), and is the place that everyone on this node sends the shard's
// messages to, whichever node leads it.
//
//   gateway --requests--> replica host: engine              (while this node leads; else NOT_OWNER, with
//   where to go) engine --epochs--> replica --> journal, peers   (durable, for the engine, means committed)
//   engine --replies--> gate --> gateway            (while the leases hold)
//   shards, peers --commands--> replica host: engine, or the primary's node
//
// Messages: replica_handles starts it; from then on those of "-> shard" in runtime/engine/messages.hpp; the
// answers of journal, applier and directory; peer_received; describe_replica.
//
// *Limits*: holds what the credit windows of clients and peers allow; the replica's own are in
// replica_core.hpp. Runs on CAF's scheduler; never blocks but for reads of pages of the state store.
#pragma once

#include "cluster/directory/messages.hpp"
#include "cluster/peers/messages.hpp"
#include "cluster/replica_host/lease_gate.hpp"
#include "cluster/replica_host/messages.hpp"
#include "cluster/replica_host/replica_metrics.hpp"
#include "cluster/replica_host/takeover_watch.hpp"
#include "cluster/replication/append_cache.hpp"
#include "cluster/replication/lease_board.hpp"
#include "cluster/replication/replica.hpp"
#include "config/settings.hpp"
#include "runtime/base/clock.hpp"
#include "runtime/base/fatal.hpp"
#include "runtime/base/log_pace.hpp"
#include "runtime/base/metrics.hpp"
#include "runtime/engine/shard_runner.hpp"
#include "runtime/storage/store.hpp"

#include <caf/actor.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/message_handler.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace orderd::cluster {

/// What a replica host is given. References must outlive the actor.
struct replica_dependencies {
  replica_options options;
  replica_start disk;
  runtime::shard_options engine; ///< of the shard's engine, whenever it runs here
  config::entity_form form = config::entity_form::actor;
  bool alone = false; ///< of a node by itself: it leads or nobody does
  runtime::state_store& state;
  lease_board& board;
  const runtime::business& rules;
  const runtime::node_clock& clock;
  runtime::metrics& metrics;
  cluster::cluster_metrics& cluster_metrics;
  caf::actor journal;
  caf::actor applier;
  caf::actor provider;
  runtime::fatal_handler fatal;
  /// Gives the disk up: the node's next start is a new incarnation. Ends the process; may return
  /// (simulation).
  std::function<void(const std::string& why)> distrust;
};

class replica_actor : public caf::event_based_actor,
                      private replica_port,
                      private runtime::shard_runner_port {
public:
  replica_actor(caf::actor_config& config, replica_dependencies given);
  ~replica_actor() override;

  const char* name() const override { return "orderd.replica_host"; }
  caf::behavior make_behavior() override;
  void on_exit() override;

private:
  // replica_port
  void send(std::uint32_t node, peer_body what) override;
  void append(std::vector<runtime::epoch_ptr> epochs, std::optional<replica_note> note) override;
  void write(const replica_note& note, std::optional<std::uint64_t> keep_upto, answer_tag tag) override;
  void read(std::uint64_t first, std::size_t bytes_max) override;
  void retain(std::uint64_t from) override;
  void apply(std::vector<runtime::epoch_ptr> epochs) override;
  void apply_now() override;
  void hash_state(answer_tag tag) override;
  runtime::result<row_page> read_rows(const std::optional<runtime::row_key>& after,
                                      std::size_t bytes_max) override;
  void load_rows(std::vector<runtime::row_write> rows, bool first, answer_tag tag) override;
  void end_load(const runtime::epoch_mark& applied, answer_tag tag) override;
  void propose(std::uint64_t expected_version, const assignment& what) override;
  void look_up() override;
  void start_engine(const runtime::epoch_mark& opening) override;
  void stop_engine() override;
  void committed(std::uint64_t upto) override;
  void doubted(doubt why, std::uint32_t node, const std::string& what) override;
  void distrust_disk(const std::string& why) override;
  void end_node(const std::string& why) override;

  // runtime::shard_runner_port
  void append(runtime::epoch_ptr closed, std::size_t bytes) override;
  void apply(runtime::epoch_ptr) override {} // The replica applies what is committed, whoever made it.
  void release(runtime::shard_outputs outputs) override;
  void work_later() override;
  void failed(const runtime::fault& why) override;

  // replica_engine.cpp: the engine, and the turns that it and the replica take
  void settle();
  void make_engine(const runtime::epoch_mark& opening);
  void with_engine(const std::function<void()>& input);
  void work();

  // replica_routing.cpp: what passes through
  void take(runtime::shard_requests& batch);
  void take(const runtime::connection_gone& what);
  void let_go(std::vector<runtime::reply> replies, bool timed);
  void tell_lost(const std::vector<runtime::caller>& who);
  void refuse(const runtime::caller& who, const runtime::fault& why);
  runtime::fault not_owner() const;
  bool refuses() const;
  void take(runtime::channel_commands& batch);
  void take(const runtime::channel_acknowledged& what);
  void take(const peer_received& what);
  bool to_engine(const peer_body& what);

  /// What comes from outside.
  caf::message_handler traffic();
  /// What goes on between the replica host and its node.
  caf::message_handler workings();
  /// From here on takes everything.
  void open();
  void start(const replica_handles& peers);
  void tick();
  void publish_metrics();
  void time_takeover(std::string_view state);
  void send_to_leader(peer_body what);
  void check_size(const peer_message& message, std::size_t bytes);
  replica_description describe() const;
  replica_description describe_with_missed() const;
  runtime::shard_description describe_without_engine() const;
  runtime::shard_description describe_shard() const;
  std::vector<runtime::missed_copy> missed() const;
  std::string refusing_because() const;
  /// Runs one input of the replica, and what follows from it; a bug in it ends the node.
  void run(const std::function<void()>& input);
  void feed(const std::function<void()>& input);
  void end_node_by(const char* part, const runtime::fault& why);
  steady_time now() const { return given_.board.now(clock().now()); }

  replica_dependencies given_;
  replica replica_;
  replica_metrics shown_numbers_;
  takeover_watch takeover_;
  std::vector<caf::actor> hosts_;
  caf::actor gateway_;
  caf::actor peers_;
  caf::actor directory_;
  std::optional<runtime::shard_runner> engine_; ///< runs while this node serves the shard
  /// What replica and engine ask of each other while one of them runs, until it returns.
  struct {
    std::optional<runtime::epoch_mark> start_at;
    std::optional<std::uint64_t> committed;
    runtime::epoch_ptr closed;
  } asked_;
  bool work_waits_ = false; ///< a runtime::work_off is in the mailbox
  bool failed_ = false;     ///< the node ends
  lease_gate gate_;
  std::optional<runtime::admit_new_work> admission_;
  steady_time opened_at_; ///< requests are no older than that: they waited for this node, not in a queue
  std::optional<steady_time> opens_by_; ///< of a node by itself that does not take requests yet
  std::shared_ptr<const std::map<std::uint32_t, known_node>> nodes_;
  std::unique_ptr<runtime::state_reader> reader_; ///< of a copy under way
  std::string_view shown_state_;
  /// By node; the metric counts them all.
  runtime::log_pace<std::pair<std::uint32_t, doubt>> doubts_{std::chrono::seconds{10}};
  append_cache encoded_;
  std::uint64_t told_too_large_ = 0; ///< epoch of which it was said that it cannot be sent
  runtime::log_pace<std::pair<std::uint32_t, runtime::fault_code>> refusals_; ///< by node
};

} // namespace orderd::cluster
