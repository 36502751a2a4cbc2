#include "tests/simulation/simulated_connection.hpp"

#include "config/limits.hpp"
#include "tests/support/wire.hpp"

#include <string_view>

namespace orderd::simulation {

simulated_connection::simulated_connection(std::uint64_t number, const cluster::session_context& context,
                                           const client& to, cluster::moment now)
    : client_(to), server_(number, context), reader_(limits::client_frame_bytes_max),
      to_server_(testing::hello_bytes()) {
  server_.open(now);
  answered();
}

void simulated_connection::ask(const shop_request& what) {
  open_.insert(what.id);
  to_server_ += testing::requests_bytes(what.id, {what.what});
}

void simulated_connection::carry(chance& random, cluster::moment now, cluster::asked_requests& asked) {
  const bool forth = to_client_.empty() || (!to_server_.empty() && random.percent(50));
  auto& bytes = forth ? to_server_ : to_client_;
  // Mostly all at once, as networks do; else cut anywhere.
  const auto count = random.percent(70) ? bytes.size() : 1 + random.below(bytes.size());
  const std::string piece = bytes.substr(0, count);
  bytes.erase(0, count);
  if (!forth)
    return read(piece);
  server_.receive(piece, now, asked);
  answered();
}

void simulated_connection::answered() {
  to_client_ += server_.output();
  server_.output_sent();
}

void simulated_connection::read(std::string_view bytes) {
  const auto done = reader_.read(bytes, [this](const cluster::frame& what) { return take(what); });
  if (!done)
    client_.complained("the node sends bytes that are no frames: " + done.error().message);
}

runtime::result<void> simulated_connection::take(const cluster::frame& what) {
  if (what.type == cluster::frame_type::hello)
    return {};
  v1::reply_batch batch;
  if (what.type != cluster::frame_type::replies
      || !batch.ParseFromArray(what.payload.data(), static_cast<int>(what.payload.size())))
    return runtime::fault{runtime::fault_code::malformed, "a frame that is no replies", 0};
  for (const auto& reply : batch.replies()) {
    open_.erase(reply.request_id());
    client_.replied(reply.request_id(), reply.SerializeAsString());
  }
  return {};
}

} // namespace orderd::simulation
