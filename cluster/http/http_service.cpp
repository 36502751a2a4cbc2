#include "cluster/http/http_service.hpp"

#include <chrono>
#include <random>
#include <utility>

namespace orderd::cluster {

namespace {

class asker_port : public question_port {
public:
  explicit asker_port(asker& ask) : ask_(ask) {}

  void ask(const question& what, std::function<void(const reply_ptr&)> then) override {
    if (what.endpoint.empty())
      ask_.cluster(what.what, std::move(then));
    else
      ask_.node(what.endpoint, what.what, std::move(then));
  }
  std::uint32_t shards() const override { return ask_.shards(); }

private:
  asker& ask_;
};

std::int64_t unix_time_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

} // namespace

runtime::result<std::unique_ptr<http_service>> http_service::start(const std::string& address,
                                                                   http_service_options options) {
  auto made = std::unique_ptr<http_service>{new http_service};
  if (address.empty())
    return made;
  made->long_ones_ = std::make_shared<work_thread>();
  const auto tasks = std::make_shared<task_box>();
  const auto metrics = std::make_shared<http_metrics>();
  std::random_device chance;
  const auto seed = std::uint64_t{chance()} << 32 | chance();
  made->door_ = std::make_shared<http_door>(
      http_door_options{.own_name = std::move(options.own_name),
                        .now_ms = unix_time_ms,
                        .random = [engine = std::mt19937_64{seed}]() mutable { return engine(); },
                        .light = [tasks](auto task) { tasks->put(std::move(task)); },
                        .heavy = [thread = made->long_ones_](auto task) { thread->post(std::move(task)); },
                        .find_file = std::move(options.find_file)});
  made->door_->add(metrics);
  auto server = http_server::start(address, options.limits, tasks, metrics,
                                   [door = made->door_](http_request what, const http_reply& then) {
                                     door->answer(std::move(what), then);
                                   });
  if (!server)
    return server.error();
  made->server_.emplace(*std::move(server));
  return made;
}

void http_service::add(std::shared_ptr<prometheus::Collectable> source) {
  if (door_)
    door_->add(std::move(source));
}

void http_service::open(asker& ask, std::string endpoint) {
  if (door_)
    door_->open(std::make_shared<asker_port>(ask), std::move(endpoint));
}

void http_service::stop() {
  if (!server_)
    return;
  door_->close();
  server_->stop();
  long_ones_->stop();
}

} // namespace orderd::cluster
