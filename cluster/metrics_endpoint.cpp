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
  made.source_ = std::move(source);
  made.exposer_->RegisterCollectable(made.source_);
  return made;
}

std::uint16_t metrics_endpoint::port() const {
  return exposer_ ? static_cast<std::uint16_t>(exposer_->GetListeningPorts().front()) : 0;
}

} // namespace orderd::cluster
