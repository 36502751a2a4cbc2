// What a request over HTTP asks, and what is answered: plain values, without sockets.
//
// *Operation*: the server reads a request into `http_request`; a handler makes an `http_step` of it: the
// response at once, or questions to the cluster and a function that makes the next step of their answers.
// Who runs the steps (http_door.hpp) sends the questions and waits; a test gives the answers itself.
//
// *Concurrency*: values of one thread at a time.
#pragma once

#include "actors/public/public.pb.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace orderd::cluster {

enum class http_method : std::uint8_t { get, post, put, other };

/// Headers are empty where the request has none.
struct http_request {
  http_method method = http_method::get;
  std::string target = {}; ///< "/v1/orders?limit=3", as it came
  std::string body = {};
  std::string host = {};
  std::string origin = {};
  std::string content_type = {};
  std::string accept_encoding = {};
  std::string idempotency_key = {};
  std::string traceparent = {};
  std::string prefer = {};
  std::string if_none_match = {};
};

struct http_response {
  unsigned status = 200;
  std::string content_type = "application/json";
  std::string body = {};
  std::vector<std::pair<std::string_view, std::string>> headers = {}; ///< further ones
  std::string_view route = "none";                                    ///< for metrics; set by the router
  std::string_view refusal = {};                                      ///< likewise: why nothing was asked
};

/// A request of the wire, to the cluster, or to the node at `endpoint` itself.
struct question {
  std::shared_ptr<const v1::request> what;
  std::string endpoint = {};
};
using reply_ptr = std::shared_ptr<const v1::reply>;
using reply_list = std::vector<reply_ptr>;

struct http_step;

/// All are asked at once. `then` gets their answers, in the same order: each question has one, if only that
/// it was not answered in time.
struct questions {
  std::vector<question> asked;
  std::function<http_step(const reply_list&)> then;
};

struct http_step {
  http_step(http_response answer) : what(std::move(answer)) {}
  http_step(questions asked) : what(std::move(asked)) {}

  std::variant<http_response, questions> what;
};

/// What handlers know of the moment and the node, beside the request.
struct api_moment {
  std::uint32_t shards = 0;       ///< of the cluster; 0: not connected to it
  std::int64_t now_ms = 0;        ///< Unix time
  std::uint64_t random = 0;       ///< another one for each request
  std::string_view endpoint = {}; ///< of the node itself, for clients
};

} // namespace orderd::cluster
