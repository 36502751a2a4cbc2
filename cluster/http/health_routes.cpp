// Whether a node lives, whether it can work, and what it can be asked.
#include "cluster/http/handlers.hpp"
#include "cluster/http/openapi.hpp"
#include "cluster/json/json_forms.hpp"

#include <algorithm>

namespace orderd::cluster {

namespace {

constexpr std::uint32_t ready_ms_max = 2'000;

/// What the node says of a shard that should be led by somebody.
void look_at_shard(const v1::shard_view& shard, std::uint32_t self, json& missing) {
  const auto name = "shard " + std::to_string(shard.shard());
  if (!shard.refusing_because().empty())
    missing.push_back(name + ": " + shard.refusing_because());
  else if (shard.primary() == self && shard.state() != "serving")
    missing.push_back(name + " is led by this node and not served yet: " + shard.state());
  else if (shard.primary_endpoint().empty())
    missing.push_back(name + ": nobody is known who leads it");
}

http_response readiness(const reply_list& all) {
  auto missing = json::array();
  const auto& status = *all[0];
  const auto& cluster = *all[1];
  for (const auto* each : {&status, &cluster})
    if (each->has_fault() || each->has_rejection())
      missing.push_back("the node does not answer: " + problem_of(*each).detail);
  if (status.has_node_status() && !status.node_status().admitting())
    missing.push_back("new orders are refused: " + status.node_status().refusing_because());
  if (cluster.has_cluster_status())
    for (const auto& shard : cluster.cluster_status().shards())
      look_at_shard(shard, cluster.cluster_status().answered_by(), missing);
  const bool ready = missing.empty();
  return respond(json{{"ready", ready}, {"missing", std::move(missing)}}, ready ? 200 : 503);
}

} // namespace

http_step say_alive(const call&) {
  return http_response{.content_type = "text/plain; charset=utf-8", .body = "ok"};
}

http_step say_ready(const call& what) {
  auto status = std::make_shared<v1::request>();
  status->set_timeout_ms(ready_ms_max);
  status->mutable_get_status();
  auto cluster = std::make_shared<v1::request>();
  cluster->set_timeout_ms(ready_ms_max);
  cluster->mutable_get_cluster();
  const std::string self{what.moment.endpoint};
  return questions{{{std::move(status), self}, {std::move(cluster), self}},
                   [](const reply_list& all) -> http_step { return readiness(all); }};
}

http_step show_openapi(const call&) {
  return http_response{.body = std::string{openapi_document()}};
}

} // namespace orderd::cluster
