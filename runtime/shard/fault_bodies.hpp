// The reply bodies of faults: made once for the same fault after the same. Under overload thousands of
// requests in a row get the same one, and making it again for each would cost more than refusing them.
//
// Pure. *Concurrency*: none; owned by its shard. The bodies are shared and never change.
#pragma once

#include "runtime/entity/entity.hpp"

#include <memory>
#include <string>

namespace orderd::runtime {

class fault_bodies {
public:
  /// `rules` must outlive it.
  explicit fault_bodies(const business& rules) : rules_(rules) {}

  std::shared_ptr<const std::string> body_of(const fault& why) {
    if (!last_body_ || !is_last(why)) {
      last_ = why;
      last_body_ = std::make_shared<const std::string>(rules_.fault_reply(why));
    }
    return last_body_;
  }

private:
  bool is_last(const fault& why) const {
    return last_.code == why.code && last_.retry_after_ms == why.retry_after_ms && last_.shard == why.shard
           && last_.message == why.message && last_.owner_endpoint == why.owner_endpoint;
  }

  const business& rules_;
  fault last_;
  std::shared_ptr<const std::string> last_body_; ///< of `last_`; null: there was none
};

} // namespace orderd::runtime
