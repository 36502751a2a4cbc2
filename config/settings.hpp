// The settings of a node: one schema with names, defaults, ranges and units. The command line
// (`--data-dir`), and a configuration file (`--config FILE`, `data-dir = "..."`) set the same names.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace orderd::config {

/// How entities run: as actors resumed by their shard (the product), or as plain objects called by it
/// (to measure what the actor model costs).
enum class entity_form : std::uint8_t { actor, object };

/// What says which node owns which shard: this node alone for ever, or an etcd that the nodes of a cluster
/// share.
enum class configuration_form : std::uint8_t { one_node, etcd };

/// The built-in simulated card provider.
struct provider_settings {
  std::uint32_t delay_ms = 5;       ///< until it answers
  double decline_rate = 0;          ///< share of authorizations it declines
  double timeout_rate = 0;          ///< share of calls whose answer is lost, though they took effect
  std::uint64_t seed = 1;           ///< the same seed and key: the same answer
  std::uint32_t concurrency = 256;  ///< calls under way at once
  std::uint32_t timeout_ms = 2'000; ///< after which an answer counts as not known

  friend bool operator==(const provider_settings&, const provider_settings&) = default;
};

struct node_settings {
  std::string data_dir = "./data";
  std::string listen = "127.0.0.1:7411"; ///< clients; loopback only
  std::string http = "127.0.0.1:9464";   ///< HTTP: API, page, metrics; loopback only; empty: none
  std::string grpc = {};                 ///< the gRPC door; loopback only; empty: none
  std::uint32_t shards = 0;          ///< fixed when the data folder is made; 0: as it says, 1 for a new one
  std::uint32_t workers = 2;         ///< CAF scheduler threads
  std::string log_level = "info";    ///< debug, info, warning, error
  std::string log_format = "logfmt"; ///< logfmt, json
  entity_form entities = entity_form::actor;
  std::uint32_t live_entities_max = 250'000;       ///< entity actors in memory, per node
  std::uint32_t idle_s_max = 60;                   ///< an entity idle for longer leaves memory
  std::uint64_t unapplied_bytes_max = 256u << 20;  ///< committed but not yet applied, per node
  std::uint32_t connections_per_address_max = 960; ///< of clients; not all places, nearly all
  std::uint32_t queue_age_ms_max = 500; ///< a new order that would wait longer is refused: overloaded
  std::uint32_t unsettled_orders_max = 1'000'000; ///< per node
  double disk_used_max = 0.85;                    ///< share of the disk from which new orders are refused
  std::int64_t placement_deadline_ms = 30'000;    ///< a placement not settled by then is undone
  std::uint32_t restarts_max = 3;                 ///< of an entity on one command before quarantine
  std::uint32_t apply_interval_ms = 200;          ///< how often committed epochs are applied to the state
  std::uint32_t scrub_hours = 24;                 ///< between two looks through all states; 0: none
  std::uint32_t scrub_mb_s = 16;                  ///< 10^6 bytes a second that they read
  std::string failing_entities = {};              ///< file of entities that fail on purpose; empty: none
  configuration_form configuration = configuration_form::one_node;
  std::vector<std::string> etcd = {"127.0.0.1:2379"}; ///< its members' endpoints for clients; loopback only
  std::uint32_t replication = 3;                      ///< copies of each shard of a cluster; fixed with it
  std::uint32_t node = 0;                             ///< this node's number in its cluster, for ever
  std::string peer_listen = "127.0.0.1:7511";         ///< the other nodes, TCP and UDP; loopback only
  provider_settings provider;

  friend bool operator==(const node_settings&, const node_settings&) = default;
};

/// Adds every setting to the command line and configuration file of `app`, with help, default, unit and
/// range; values land in `into`, which must outlive the parse. A refused value is a CLI::ParseError that
/// names the setting, the value and the limit.
void add_settings(CLI::App& app, node_settings& into);

} // namespace orderd::config
