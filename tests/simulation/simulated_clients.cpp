#include "tests/simulation/simulated_clients.hpp"

#include <algorithm>
#include <utility>

namespace orderd::simulation {

using cluster::client_router;

namespace {

constexpr std::size_t write_bytes_max = 64u << 10;

std::uint32_t node_of(const std::string& endpoint) {
  return static_cast<std::uint32_t>(std::stoul(endpoint.substr(endpoint.find('-') + 1)));
}

} // namespace

simulated_clients::simulated_clients(cluster_view cluster, std::uint32_t clients, std::uint32_t nodes)
    : cluster_(std::move(cluster)), clients_(clients) {
  for (auto& each : clients_) {
    client_router::options options;
    options.connection.version = "simulated";
    options.seed = cluster_.random.bits();
    for (std::uint32_t node = 1; node <= nodes; ++node)
      options.endpoints.push_back(endpoint_of(node));
    if (cluster_.random.percent(30))
      options.endpoints = {endpoint_of(1 + static_cast<std::uint32_t>(cluster_.random.below(nodes)))};
    each.router = std::make_unique<client_router>(std::move(options), now());
  }
}

std::string simulated_clients::endpoint_of(std::uint32_t node) {
  return "node-" + std::to_string(node);
}

cluster::steady_time simulated_clients::now() const {
  return cluster::steady_time{std::chrono::hours{1} + std::chrono::microseconds{cluster_.time.now()}};
}

std::int64_t simulated_clients::delay() {
  return cluster_.random.between(50, 1'500);
}

void simulated_clients::submit(const shop_request& asked) {
  const auto number = cluster_.random.below(clients_.size());
  clients_[number].router->submit(1, asked.id, std::make_shared<const v1::request>(asked.what), now());
  pump(number);
}

void simulated_clients::pump() {
  for (std::size_t number = 0; number < clients_.size(); ++number)
    pump(number);
}

void simulated_clients::pump(std::size_t number) {
  auto& one = clients_[number];
  for (const auto& [link, why] : one.router->advance(now())) {
    if (const auto open = one.connections.find(link); open != one.connections.end())
      end(open->second, why.message);
  }
  for (const auto link : one.router->due_connections(now()))
    connect(number, link);
  write(one);
  take_answers(one);
}

void simulated_clients::connect(std::size_t number, client_router::link link) {
  cluster_.time.at(delay(), [this, number, link] {
    auto& one = clients_[number];
    const auto node = node_of(one.router->endpoint(link));
    if (!cluster_.member(node))
      return one.router->disconnected(link, "connection refused", now());
    const auto made = ++last_connection_;
    connections_[made] = {number, link, node};
    one.connections[link] = made;
    cluster_.time.later(node, 0, [this, made, node] {
      if (connections_.contains(made))
        cluster_.member(node)->connect(made);
    });
    one.router->connected(link, now());
    pump(number);
  });
}

void simulated_clients::write(client& of) {
  for (const auto& [link, number] : of.connections) {
    std::string bytes;
    of.router->write(link, bytes, write_bytes_max, now());
    while (!bytes.empty()) {
      // Mostly all at once, as networks do; else cut anywhere.
      const auto count = cluster_.random.percent(80) ? bytes.size() : 1 + cluster_.random.below(bytes.size());
      carry(number, bytes.substr(0, count));
      bytes.erase(0, count);
    }
  }
}

void simulated_clients::carry(std::uint64_t number, const std::string& bytes) {
  auto& way = connections_.at(number);
  way.to_node_due = std::max(way.to_node_due, cluster_.time.now() + delay());
  cluster_.time.later(way.node, way.to_node_due - cluster_.time.now(),
                      [this, number, node = way.node, bytes] {
                        cluster_.member(node)->receive(number, bytes);
                        cluster_.wake(node);
                      });
}

void simulated_clients::said(std::uint64_t number, std::string bytes) {
  const auto found = connections_.find(number);
  if (found == connections_.end())
    return;
  auto& way = found->second;
  way.to_client_due = std::max(way.to_client_due, cluster_.time.now() + delay());
  cluster_.time.at(way.to_client_due - cluster_.time.now(), [this, number, bytes = std::move(bytes)] {
    const auto open = connections_.find(number);
    if (open == connections_.end())
      return;
    const auto to = open->second.client;
    if (const auto read = clients_[to].router->receive(open->second.link, bytes, now()); !read)
      end(number, read.error().message);
    pump(to);
  });
}

void simulated_clients::take_answers(client& of) {
  for (const auto& each : of.router->take_answers())
    cluster_.answered(each.tag, each.what->SerializeAsString());
}

// -- connections end -----------------------------------------------------------------------------

void simulated_clients::end(std::uint64_t number, const std::string& why) {
  const auto found = connections_.extract(number);
  const auto& ended = found.mapped();
  clients_[ended.client].connections.erase(ended.link);
  if (auto* member = cluster_.member(ended.node))
    member->disconnect(number);
  cluster_.time.at(delay(), [this, of = ended.client, link = ended.link, why] {
    clients_[of].router->disconnected(link, why, now());
    pump(of);
  });
}

void simulated_clients::node_is_gone(std::uint32_t node) {
  std::vector<std::uint64_t> lost;
  for (const auto& [number, each] : connections_)
    if (each.node == node)
      lost.push_back(number);
  for (const auto number : lost)
    end(number, "connection reset by peer");
}

void simulated_clients::lose_connection() {
  if (connections_.empty())
    return;
  cluster_.happened.count("client's connection lost");
  const auto drawn = static_cast<std::ptrdiff_t>(cluster_.random.below(connections_.size()));
  end(std::next(connections_.begin(), drawn)->first, "connection reset by peer");
}

} // namespace orderd::simulation
