#include "cluster/peers/cluster_metrics.hpp"

namespace orderd::cluster {

namespace {

prometheus::Family<runtime::counter>& counters(prometheus::Registry& in, const char* name, const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(in);
}

prometheus::Family<runtime::gauge>& gauges(prometheus::Registry& in, const char* name, const char* help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(in);
}

} // namespace

cluster_metrics::cluster_metrics()
    : bytes(counters(registry_, "orderd_peer_bytes_total", "Bytes of messages between nodes."), "direction",
            "node"),
      messages(counters(registry_, "orderd_peer_messages_total", "Messages between nodes."), "direction",
               "node"),
      drops(counters(registry_, "orderd_peer_drops_total", "Messages to other nodes that were not sent."),
            "node", "reason"),
      refusals(counters(registry_, "orderd_peer_refusals_total",
                        "Connections of others that were closed for want of a place."),
               "reason"),
      link_up(gauges(registry_, "orderd_peer_link_up", "1 while messages to that node go out."), "node"),
      in_flight(gauges(registry_, "orderd_peer_bytes_in_flight",
                       "Bytes of messages between nodes that are held, by the budget for them."),
                "budget"),
      in_flight_max(gauges(registry_, "orderd_peer_bytes_in_flight_max",
                           "Bytes of messages between nodes that may be held, by the budget for them."),
                    "budget"),
      heartbeats(counters(registry_, "orderd_beacons_total", "Heartbeats sent, heard and ignored."), "kind"),
      doubts(
          counters(
              registry_, "orderd_doubted_messages_total",
              "What other nodes said and this one did not do: the configuration store does not confirm it."),
          "reason"),
      term(gauges(registry_, "orderd_shard_term", "The newest term of the shard that this node knows."),
           "shard"),
      serving(gauges(registry_, "orderd_shard_serving",
                     "1 while this node leads the shard and enough copies are in sync."),
              "shard"),
      led(gauges(registry_, "orderd_shard_led", "1 while this node leads the shard, able to commit or not."),
          "shard"),
      takeover(gauges(registry_, "orderd_shard_takeover_seconds",
                      "From the last heartbeat of the node that led before until this one served."),
               "shard"),
      missing_copies(gauges(registry_, "orderd_missing_copies",
                            "Copies that are wanted and not in sync; 0 where the shard is not led."),
                     "shard"),
      copying_followers(gauges(registry_, "orderd_copying_followers",
                               "Followers that get a copy of the whole state; 0 where the shard is not led."),
                        "shard"),
      follower_lag(gauges(registry_, "orderd_follower_lag_epochs",
                          "Epochs that the last of the followers lacks; 0 where the shard is not led."),
                   "shard"),
      store_trouble(gauges(registry_, "orderd_configuration_trouble",
                           "What is wrong with the configuration store; 0 when it is not."),
                    "kind"),
      store_calls(
          counters(registry_, "orderd_configuration_calls_total", "Transactions at the configuration store."),
          "kind") {}

} // namespace orderd::cluster
