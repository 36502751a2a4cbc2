// What a node of a cluster counts besides runtime/base/metrics.hpp, for Prometheus: its talk with other
// nodes, and how the copies of each shard are. A node by itself has none of it.
#pragma once

#include "runtime/base/metrics.hpp"

#include <prometheus/collectable.h>
#include <prometheus/registry.h>

#include <vector>

namespace orderd::cluster {

class cluster_metrics : public prometheus::Collectable {
private:
  prometheus::Registry registry_; // before the members that refer to its families

public:
  cluster_metrics();

  // -- its talk with other nodes -----------------------------------------------------------------

  /// orderd_peer_bytes_total, orderd_peer_messages_total {direction,node}: direction out or in (peers).
  runtime::labelled<runtime::counter> bytes;
  runtime::labelled<runtime::counter> messages;
  /// orderd_peer_drops_total{node,reason}: messages that were not sent: no_link, full, too_large (peers).
  runtime::labelled<runtime::counter> drops;
  /// orderd_peer_refusals_total{reason}: connections of others that were closed for want of a place:
  /// no_hello_place: newer ones that had not said PEER_HELLO needed it; full (peers).
  runtime::labelled<runtime::counter> refusals;
  /// orderd_peer_link_up{node}: 1 while messages to that node go out (peers).
  runtime::labelled<runtime::gauge> link_up;
  /// orderd_peer_bytes_in_flight{budget}, orderd_peer_bytes_in_flight_max{budget}: received: of messages that
  /// their shards have not taken, beyond which one frame of each node may go; sending: to all nodes (peers).
  runtime::labelled<runtime::gauge> in_flight;
  runtime::labelled<runtime::gauge> in_flight_max;
  /// orderd_beacons_total{kind}: sent, heard, ignored (heartbeats).
  runtime::labelled<runtime::counter> heartbeats;

  /// orderd_doubted_messages_total{reason}: what another node said and this one did not do (replica hosts):
  /// doubt.hpp.
  runtime::labelled<runtime::counter> doubts;

  // -- its shards: set by replica hosts, every tick ------------------------------------------------------

  /// orderd_shard_term{shard}: the newest term this node knows.
  runtime::labelled<runtime::gauge> term;
  /// orderd_shard_serving{shard}: 1 while this node leads the shard and enough copies are in sync.
  runtime::labelled<runtime::gauge> serving;
  /// orderd_shard_led{shard}: 1 while this node leads the shard, be it able to commit or not.
  runtime::labelled<runtime::gauge> led;
  /// orderd_shard_takeover_seconds{shard}: of this node's last takeover: from the last heartbeat of the node
  /// that led before until it served; 0: there was none, or that is not known.
  runtime::labelled<runtime::gauge> takeover;
  /// orderd_missing_copies{shard}: wanted and not in sync; 0 where the shard is not led.
  runtime::labelled<runtime::gauge> missing_copies;
  /// orderd_copying_followers{shard}: followers that get a copy of the whole state; 0 where not led.
  runtime::labelled<runtime::gauge> copying_followers;
  /// orderd_follower_lag_epochs{shard}: what the last of the followers lacks, those left out that are being
  /// copied to or are not there; 0 where the shard is not led.
  runtime::labelled<runtime::gauge> follower_lag;

  // -- the configuration store: set by the directory, at every read --------------------------------

  /// orderd_configuration_trouble{kind}: 1 while it is unreachable, empty, foreign, older or damaged;
  /// records: shards whose record is not believed; jumps: shards whose term jumped; terms: the last change
  /// that was wanted had no term left.
  runtime::labelled<runtime::gauge> store_trouble;
  /// orderd_configuration_calls_total{kind}: transactions of this node's directory: read, change (directory).
  runtime::labelled<runtime::counter> store_calls;

  std::vector<prometheus::MetricFamily> Collect() const override { return registry_.Collect(); }
};

} // namespace orderd::cluster
