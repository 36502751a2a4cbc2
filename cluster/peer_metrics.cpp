#include "cluster/peer_metrics.hpp"

namespace orderd::cluster {

namespace {

prometheus::Family<runtime::counter>& counters(prometheus::Registry& in, const char* name, const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(in);
}

} // namespace

peer_metrics::peer_metrics()
    : bytes(counters(registry_, "orderd_peer_bytes_total", "Bytes of messages between nodes."), "direction",
            "node"),
      messages(counters(registry_, "orderd_peer_messages_total", "Messages between nodes."), "direction",
               "node"),
      drops(counters(registry_, "orderd_peer_drops_total", "Messages to other nodes that were not sent."),
            "node", "reason"),
      link_up(prometheus::BuildGauge()
                  .Name("orderd_peer_link_up")
                  .Help("1 while messages to that node go out.")
                  .Register(registry_),
              "node"),
      beacons(counters(registry_, "orderd_beacons_total", "Beacons sent, heard and ignored."), "kind") {}

} // namespace orderd::cluster
