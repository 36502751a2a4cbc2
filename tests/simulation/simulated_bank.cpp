#include "tests/simulation/simulated_bank.hpp"

#include "actors/stored/stored.pb.h"

namespace orderd::simulation {

namespace form = stored::v1;

namespace {

std::string reply(form::provider_reply::outcome what) {
  form::provider_reply answer;
  answer.set_what(what);
  return answer.SerializeAsString();
}

} // namespace

std::optional<std::string> simulated_bank::receive(const std::string& idempotency_key,
                                                   const std::string& body) {
  form::provider_request call;
  if (!call.ParseFromString(body)) {
    complaints_.push_back("a call that cannot be read");
    return std::nullopt;
  }
  if (random_.percent(how_.loses_calls)) {
    happened_.count("provider call lost");
    return std::nullopt;
  }
  std::string answer;
  if (call.what() == form::provider_request::AUTHORIZE)
    answer = authorize(idempotency_key, call.amount_minor());
  else if (call.what() == form::provider_request::QUERY)
    answer = query(idempotency_key);
  else
    answer = void_of(idempotency_key);
  if (random_.percent(how_.loses_answers)) {
    happened_.count("provider answer lost");
    return std::nullopt;
  }
  return answer;
}

std::string simulated_bank::authorize(const std::string& key, std::int64_t amount_minor) {
  const auto [found, fresh] = payments_.try_emplace(key);
  auto& made = found->second;
  if (fresh)
    made = {random_.percent(how_.declines), false, amount_minor};
  else
    happened_.count("authorization repeated");
  if (made.amount_minor != amount_minor)
    complaints_.push_back(key + " is asked for with two amounts");
  return reply(made.declined ? form::provider_reply::DECLINED : form::provider_reply::AUTHORIZED);
}

std::string simulated_bank::query(const std::string& key) {
  const auto found = payments_.find(key);
  happened_.count(found == payments_.end() ? "query of a lost call" : "query of a lost answer");
  if (found == payments_.end())
    return reply(form::provider_reply::NEVER_SEEN);
  return reply(found->second.declined ? form::provider_reply::DECLINED : form::provider_reply::AUTHORIZED);
}

std::string simulated_bank::void_of(const std::string& key) {
  const auto found = payments_.find(order_of(key) + "/authorize");
  if (found == payments_.end() || found->second.declined)
    complaints_.push_back(key + " voids nothing");
  else
    found->second.voided = true;
  return reply(form::provider_reply::VOIDED);
}

std::vector<std::int64_t> simulated_bank::charged(const std::string& order) const {
  std::vector<std::int64_t> amounts;
  for (auto at = payments_.lower_bound(order); at != payments_.end() && order_of(at->first) == order; ++at)
    if (!at->second.declined && !at->second.voided)
      amounts.push_back(at->second.amount_minor);
  return amounts;
}

std::vector<std::string> simulated_bank::orders() const {
  std::vector<std::string> all;
  for (const auto& [key, made] : payments_)
    if (all.empty() || all.back() != order_of(key))
      all.push_back(order_of(key));
  return all;
}

} // namespace orderd::simulation
