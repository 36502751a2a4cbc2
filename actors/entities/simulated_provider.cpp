#include "actors/entities/simulated_provider.hpp"

#include "actors/stored/codec.hpp"
#include "runtime/base/bytes.hpp"

namespace orderd::actors {

namespace {

/// True for `rate` of all keys; the same key, salt and seed always give the same.
bool falls_within(double rate, std::string_view key, std::string_view salt, std::uint64_t seed) {
  std::string bytes{key};
  bytes += '#';
  bytes += salt;
  // 53 bits make a double between 0 and 1 exactly.
  const auto drawn = static_cast<double>(runtime::hash_bytes(bytes, seed) >> 11);
  return drawn / static_cast<double>(std::uint64_t{1} << 53) < rate;
}

} // namespace

std::optional<std::string> simulated_provider::answer(std::string_view idempotency_key,
                                                      std::string_view body) const {
  const auto request = decode_provider_request(body);
  if (!request)
    return encode(provider_outcome::not_known);
  const auto attempt =
      std::to_string(static_cast<int>(request->step)) + "." + std::to_string(request->attempt);
  if (falls_within(timeout_rate_, idempotency_key, attempt, seed_))
    return std::nullopt;
  if (request->step == card_step::void_payment)
    return encode(provider_outcome::voided);
  return encode(falls_within(decline_rate_, idempotency_key, "decline", seed_)
                    ? provider_outcome::declined
                    : provider_outcome::authorized);
}

} // namespace orderd::actors
