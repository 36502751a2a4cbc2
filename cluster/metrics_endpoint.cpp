#include "cluster/metrics_endpoint.hpp"

#include <exception>
#include <utility>

namespace orderd::cluster {

runtime::result<metrics_endpoint> metrics_endpoint::start(const std::string& address,
                                                          std::shared_ptr<prometheus::Collectable> source) {
  metrics_endpoint made;
  if (address.empty())
    return made;
  try {
    made.exposer_ = std::make_unique<prometheus::Exposer>(address);
  } catch (const std::exception&) {
    // What it throws names neither the address nor the reason.
    return runtime::fault{runtime::fault_code::unavailable,
                          "cannot listen on " + address
                              + " for metrics: the port is in use or not allowed; "
                                "choose another with --metrics HOST:PORT, or none with --metrics \"\""};
  }
  made.add(std::move(source));
  return made;
}

void metrics_endpoint::add(std::shared_ptr<prometheus::Collectable> source) {
  if (!exposer_)
    return;
  exposer_->RegisterCollectable(source);
  sources_.push_back(std::move(source));
}

std::uint16_t metrics_endpoint::port() const {
  return exposer_ ? static_cast<std::uint16_t>(exposer_->GetListeningPorts().front()) : 0;
}

} // namespace orderd::cluster
