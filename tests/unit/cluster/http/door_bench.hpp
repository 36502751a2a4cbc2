// A door with a cluster that a test plays: every question is kept, and answered at once.
#pragma once

#include "cluster/http/http_door.hpp"
#include "cluster/http/problem.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace orderd::cluster {

class fake_cluster : public question_port {
public:
  std::function<v1::reply(const question&)> answer = [](const question&) { return v1::reply{}; };
  std::vector<question> asked;
  std::uint32_t shard_count = 2;
  bool silent = false; ///< keeps the functions, and calls none
  std::vector<std::function<void(const reply_ptr&)>> waiting;

  void ask(const question& what, std::function<void(const reply_ptr&)> then) override {
    asked.push_back(what);
    if (silent)
      waiting.push_back(std::move(then));
    else
      then(std::make_shared<const v1::reply>(answer(what)));
  }
  std::uint32_t shards() const override { return shard_count; }
};

class door_bench {
public:
  explicit door_bench(std::size_t questions_max = 3'584)
      : door(std::make_shared<http_door>(http_door_options{.now_ms = [] { return 1'790'000'000'000; },
                                                           .random = [] { return 0x0123456789abcdefULL; },
                                                           .light = [](const auto& task) { task(); },
                                                           .heavy = [](const auto& task) { task(); },
                                                           .find_file = {},
                                                           .questions_max = questions_max})) {
    door->open(cluster, "127.0.0.1:7411");
  }

  /// The response to a request; its status has to be one that its route names.
  http_response send(http_request what) {
    const auto came = std::make_shared<http_response>(); // an answer may come after this
    came->status = 0;
    door->answer(std::move(what), [came](http_response answer) { *came = std::move(answer); });
    auto got = *came;
    const auto all = statuses_of_all();
    bool known = got.status == 0 || std::find(all.begin(), all.end(), got.status) != all.end();
    for (const auto& each : routes())
      known =
          known
          || (each.name == got.route
              && std::find(each.statuses.begin(), each.statuses.end(), got.status) != each.statuses.end());
    EXPECT_TRUE(known || got.status == 404) << got.route << " answers " << got.status;
    return got;
  }
  http_response get(std::string target) { return send({.target = std::move(target)}); }
  http_response post(std::string target, std::string body) {
    return send({.method = http_method::post,
                 .target = std::move(target),
                 .body = std::move(body),
                 .content_type = "application/json"});
  }
  http_response put(std::string target, std::string body) {
    return send({.method = http_method::put,
                 .target = std::move(target),
                 .body = std::move(body),
                 .content_type = "application/json"});
  }

  std::shared_ptr<fake_cluster> cluster = std::make_shared<fake_cluster>();
  std::shared_ptr<http_door> door;
};

inline json body_of(const http_response& from) {
  return json::parse(from.body, nullptr, false);
}

inline std::string header_of(const http_response& from, std::string_view name) {
  for (const auto& [key, value] : from.headers)
    if (key == name)
      return value;
  return {};
}

inline v1::reply fault_reply(v1::fault::kind code, std::uint32_t retry_after_ms = 0) {
  v1::reply out;
  out.mutable_fault()->set_code(code);
  out.mutable_fault()->set_message("no");
  out.mutable_fault()->set_retry_after_ms(retry_after_ms);
  return out;
}

inline v1::reply rejection_reply(v1::rejection::kind code) {
  v1::reply out;
  out.mutable_rejection()->set_code(code);
  out.mutable_rejection()->set_message("no");
  return out;
}

} // namespace orderd::cluster
