#include "cluster/grpc/door_health.hpp"

#include "config/grpc_limits.hpp"

#include <string>
#include <utility>

namespace orderd::cluster {

class door_health::status_question final : public reply_taker {
public:
  explicit status_question(std::shared_ptr<door_health> of) : of_(std::move(of)) {}
  void answered(const std::shared_ptr<const v1::reply>& what) override { of_->show(what->has_node_status()); }

private:
  const std::shared_ptr<door_health> of_;
};

void door_health::watch(::grpc::HealthCheckServiceInterface* service) {
  const std::lock_guard lock{mutex_};
  service_ = service;
  for (const auto* each : {"orderd.v1.Orders", "orderd.v1.Operators"})
    service_->SetServingStatus(each, false);
  service_->SetServingStatus(false);
}

void door_health::look(door_context& door) {
  {
    const std::lock_guard lock{mutex_};
    if (service_ == nullptr || std::exchange(asking_, true))
      return;
  }
  auto request = std::make_shared<v1::request>();
  request->mutable_get_status();
  request->set_timeout_ms(limits::grpc_health_ms_max);
  door.put(std::move(request), std::make_shared<status_question>(shared_from_this()));
}

void door_health::show(bool serving) {
  const std::lock_guard lock{mutex_};
  asking_ = false;
  if (service_ != nullptr)
    service_->SetServingStatus(serving);
}

void door_health::stop() {
  const std::lock_guard lock{mutex_};
  if (auto* service = std::exchange(service_, nullptr))
    service->Shutdown();
}

} // namespace orderd::cluster
