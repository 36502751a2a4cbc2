// Bytes as a client would send them, and what a server's bytes say. For tests of the wire.
#pragma once

#include "actors/public/public.pb.h"
#include "cluster/wire/frame.hpp"

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace orderd::testing {

/// A frame with its payload copied.
struct owned_frame {
  cluster::frame_type type = cluster::frame_type::error;
  std::uint64_t id = 0;
  std::string payload;
};

/// All whole frames of `bytes`; a fault is thrown.
inline std::vector<owned_frame> frames_of(std::string_view bytes) {
  std::vector<owned_frame> found;
  cluster::frame_reader reader{1u << 20};
  auto done = reader.read(bytes, [&](const cluster::frame& what) -> runtime::result<void> {
    found.push_back({what.type, what.id, std::string{what.payload}});
    return {};
  });
  runtime::require(static_cast<bool>(done), "bytes that are not frames");
  return found;
}

/// The replies of all REPLIES frames of `bytes`.
inline std::vector<v1::reply> replies_of(std::string_view bytes) {
  std::vector<v1::reply> found;
  for (const auto& frame : frames_of(bytes)) {
    if (frame.type != cluster::frame_type::replies)
      continue;
    v1::reply_batch batch;
    runtime::require(batch.ParseFromString(frame.payload), "not a batch of replies");
    found.insert(found.end(), batch.replies().begin(), batch.replies().end());
  }
  return found;
}

/// The faults of all ERROR frames of `bytes`.
inline std::vector<v1::fault> errors_of(std::string_view bytes) {
  std::vector<v1::fault> found;
  for (const auto& frame : frames_of(bytes))
    if (frame.type == cluster::frame_type::error)
      runtime::require(found.emplace_back().ParseFromString(frame.payload), "not a fault");
  return found;
}

inline std::string frame_bytes(cluster::frame_type type, std::uint64_t id, std::string_view payload) {
  std::string out;
  cluster::write_frame(out, type, id, payload);
  return out;
}

inline std::string hello_bytes(std::uint32_t version = cluster::protocol_version) {
  v1::hello hello;
  hello.set_protocol_version(version);
  return frame_bytes(cluster::frame_type::hello, 0, hello.SerializeAsString());
}

inline std::string requests_bytes(std::uint64_t id, const std::vector<v1::request>& requests) {
  v1::request_batch batch;
  for (const auto& one : requests)
    *batch.add_requests() = one;
  return frame_bytes(cluster::frame_type::requests, id, batch.SerializeAsString());
}

/// HELLO of a server with four shards and these limits.
inline std::string server_hello(std::uint32_t window = 8192, std::uint32_t window_bytes = 16u << 20,
                                std::uint32_t frame_bytes_max = 1u << 20) {
  v1::hello hello;
  hello.set_protocol_version(1);
  hello.set_shards(4);
  hello.set_credit_window(window);
  hello.set_credit_window_bytes(window_bytes);
  hello.set_frame_bytes_max(frame_bytes_max);
  hello.set_version("9.9");
  return frame_bytes(cluster::frame_type::hello, 0, hello.SerializeAsString());
}

inline std::string replies_bytes(const std::vector<v1::reply>& replies) {
  v1::reply_batch batch;
  for (const auto& one : replies)
    *batch.add_replies() = one;
  return frame_bytes(cluster::frame_type::replies, 0, batch.SerializeAsString());
}

/// A valid order of one line, with an id whose last byte is `number`.
inline v1::request an_order(std::uint8_t number = 1) {
  v1::request request;
  auto& order = *request.mutable_place_order();
  std::string id{"\x01\x89\x0a\x5d\xac\x96\x77\x4b\xbc\xce\xb3\x02\x09\x9a\x80\x57", 16};
  id.back() = static_cast<char>(number);
  order.set_order_id(id);
  order.set_customer("17850");
  order.set_currency("GBP");
  order.set_payment_method(v1::ACCOUNT);
  auto& line = *order.add_lines();
  line.set_sku("85123A");
  line.set_quantity(6);
  line.set_unit_price_minor(255);
  return request;
}

inline v1::request a_status_question() {
  v1::request request;
  request.mutable_get_status();
  return request;
}

} // namespace orderd::testing
