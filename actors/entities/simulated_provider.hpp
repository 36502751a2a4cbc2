// The built-in card provider: what a provider would answer to a call, as a pure function.
//
// *Operation*: `answer` takes what the engine hands to a provider (the idempotency key and the body of a
// call) and gives the bytes of its answer, or nothing: the call took effect but its answer is lost, which
// the caller treats as a timeout. When the answer comes is the caller's business (`delay_ms` and
// `timeout_ms` of the settings).
//
// The outcome of an authorization depends on the seed and its key alone, so it is the same however often
// and after however many restarts it is asked; whether an answer is lost also depends on the attempt. So a
// query tells what the authorization with the same key decided, and a void succeeds.
//
// *Concurrency*: stateless; any thread.
// *Failures*: a body that is no call gets an answer that says nothing; asking again changes nothing.
#pragma once

#include "config/settings.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace orderd::actors {

class simulated_provider {
public:
  explicit simulated_provider(const config::provider_settings& settings)
      : seed_(settings.seed), decline_rate_(settings.decline_rate), timeout_rate_(settings.timeout_rate) {}

  std::optional<std::string> answer(std::string_view idempotency_key, std::string_view body) const;

private:
  std::uint64_t seed_;
  double decline_rate_;
  double timeout_rate_;
};

} // namespace orderd::actors
