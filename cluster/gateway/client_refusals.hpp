// Whose requests and connections are refused for want of room, for Prometheus: by the client's address, of
// which the first that are refused are named, and all others are one.
//
// *Concurrency*: one thread at a time, the gateway's. *Limits*: `named_max` names and "other".
#pragma once

#include "actors/public/public.pb.h"
#include "runtime/base/metrics.hpp"
#include "runtime/entity/request.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <string>

namespace orderd::cluster {

class client_refusals {
public:
  static constexpr std::size_t named_max = 32;

  /// `counts` must outlive it.
  explicit client_refusals(runtime::labelled<runtime::counter>& counts)
      : counts_(counts), others_(counts.at("other")) {}

  /// The counter of an address; valid as long as `counts`.
  runtime::counter& of(const std::string& address) {
    const auto known = named_.find(address);
    if (known != named_.end())
      return *known->second;
    if (named_.size() == named_max)
      return others_;
    return *named_.emplace(address, &counts_.at(address)).first->second;
  }

  /// Whether a reply says that there is no room. Thousands in a row say the same, in one body.
  bool is_one(const runtime::reply& what) {
    if (what.outcome != runtime::reply_outcome::fault)
      return false;
    if (what.body != last_) {
      v1::reply said;
      last_ = what.body;
      last_is_one_ =
          said.ParseFromString(*what.body)
          && (said.fault().code() == v1::fault::OVERLOADED || said.fault().code() == v1::fault::STORAGE_FULL);
    }
    return last_is_one_;
  }

private:
  runtime::labelled<runtime::counter>& counts_;
  runtime::counter& others_; ///< shown from the start
  std::map<std::string, runtime::counter*> named_;
  std::shared_ptr<const std::string> last_; ///< the body that was looked at last
  bool last_is_one_ = false;
};

} // namespace orderd::cluster
