// The clients of a simulation and what they know: one plain class that makes requests by chance, keeps
// every answer, and says when an answer breaks a promise.
//
// It knows nothing of the node but what it was told. Requests that were under way when the node crashed
// are of unknown outcome to it, as to a real client: it asks again with the same id.
//
// *Operation*: `next` or `ask` for a request, `answered` with each reply, `connection_lost` at a crash.
// When everything has settled: `review` reads of all orders, stock and accounts against each other and
// against the bank. `violations` says what was broken, in words.
#pragma once

#include "actors/public/public.pb.h"
#include "tests/simulation/chance.hpp"
#include "tests/simulation/counters.hpp"
#include "tests/simulation/simulated_bank.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace orderd::simulation {

/// Why a request was made; what its answer is checked for.
enum class purpose : std::uint8_t {
  place,    ///< an order, for the first time or again
  conflict, ///< other content under the id of an order that is known
  cancel,
  read_order,
  read_stock,
  read_account,
  set_stock,
  set_account,
  list_orders,
  list_quarantine,
  resolve,
  audit,
};

struct shop_request {
  std::uint64_t id = 0;
  v1::request what;
};

class shop {
public:
  struct options {
    std::uint32_t shards = 1;
    std::uint32_t timeout_ms = 1'000;
    /// Whether a planted fault may stop what has this key (order id or SKU): QUARANTINED is an answer for it,
    /// and for nobody else.
    std::function<bool(const std::string& key)> may_be_quarantined;
    /// Of a cluster: a shard may be unavailable for a while, and nobody asks a node for an audit, since no
    /// node has all the rows at one moment.
    bool of_cluster = false;
  };
  shop(options with, chance& random, counters& happened);

  /// Some request, by chance. `now_ms`: for the ids of new orders.
  shop_request next(std::int64_t now_ms);
  /// A request for a purpose; `subject`: number of the order, SKU, customer, shard or quarantined entity.
  shop_request ask(purpose why, std::size_t subject);

  void answered(std::uint64_t id, const std::string& body);
  /// The node is gone, or one connection with these requests: their outcome is unknown.
  void connection_lost();
  void connection_lost(const std::set<std::uint64_t>& requests);

  std::size_t waiting() const noexcept { return pending_.size(); }
  std::size_t orders() const noexcept { return orders_.size(); }
  const std::string& some_sku() { return skus_[some(skus_.size())].name; }
  std::size_t skus() const noexcept { return skus_.size(); }
  std::size_t customers() const noexcept { return customers_.size(); }
  std::size_t quarantined() const noexcept { return quarantined_.size(); }
  void forget_quarantined() { quarantined_.clear(); }
  const std::string& order_id(std::size_t number) const { return orders_.at(number).content.order_id(); }

  /// What is not known yet: orders without an outcome, settings without an answer.
  std::vector<std::pair<purpose, std::size_t>> unknown() const;
  /// Orders whose last read was not in a status in which they stay.
  std::vector<std::size_t> unsettled() const;

  /// Pre: nothing is unknown or unsettled, and all orders, stock and accounts were read afterwards.
  void review(const simulated_bank& bank);

  const std::vector<std::string>& violations() const noexcept { return violations_; }
  void complain(const std::string& what) { violations_.push_back(what); }

private:
  struct placed_order {
    v1::place_order content;
    std::optional<v1::placement> outcome; ///< acknowledged: for ever
    bool cancel_asked = false;
    bool cancelled = false;        ///< acknowledged
    bool cancel_accepted = false;  ///< acknowledged as cancelling
    std::optional<v1::order> seen; ///< its longest history
    // Replies overtake each other on different connections: what is known binds only the answers to requests
    // that were asked later than these.
    std::uint64_t acknowledged_at = 0;
    std::uint64_t cancelled_at = 0;
    std::uint64_t seen_at = 0;
  };
  struct sku {
    std::string name;
    std::optional<v1::set_stock> in_doubt;
    std::optional<std::int64_t> on_hand; ///< as acknowledged last
    /// Values that were refused: a copy of such a command, lost with its connection, may take effect later.
    std::set<std::int64_t> perhaps;
    std::uint64_t known_at = 0; ///< the last request asked before the first acknowledgement
    std::optional<v1::stock_item> seen;
  };
  struct customer {
    std::string name;
    std::optional<v1::set_account> in_doubt;
    std::optional<std::int64_t> limit_minor;
    std::set<std::int64_t> perhaps;
    std::uint64_t known_at = 0;
    std::optional<v1::account> seen;
  };
  struct pending {
    std::uint64_t id = 0;
    purpose why = purpose::place;
    std::size_t subject = 0;
  };

  // shop_requests.cpp: what is asked
  v1::place_order new_order(std::int64_t now_ms);
  void add_lines(v1::place_order& order);
  purpose some_purpose();
  std::optional<std::pair<purpose, std::size_t>> first_unset() const;
  bool is_pending(purpose why, std::size_t subject) const;
  shop_request send(purpose why, std::size_t subject, v1::request what);
  void fill_setting(purpose why, std::size_t subject, v1::request& what);
  std::size_t some(std::size_t count) { return static_cast<std::size_t>(random_.below(count)); }

  // shop_answers.cpp: what is answered
  void take_fault(const pending& asked, const v1::fault& why);
  void take_placement(placed_order& of, const v1::placement& outcome);
  void take_cancellation(placed_order& of, const v1::cancellation& said);
  void check_refused_part(const placed_order& of, const v1::placement& outcome);
  void take_rejection(const pending& asked, const v1::rejection& why);
  void take_explanation(const pending& asked, const v1::entity_explanation& known);
  void check_past(const placed_order& of, const v1::order& now);
  void take_order(std::uint64_t id, placed_order& of, const v1::order& now);
  void count_course(const placed_order& of, const v1::order& now);
  void check_history(std::uint64_t id, const placed_order& of, const v1::order& now);
  void take_stock(const pending& asked, const v1::stock_item& now);
  void take_account(const pending& asked, const v1::account& now);
  void take_page(const pending& asked, const v1::order_page& page);
  void take_rest(const pending& asked, const v1::reply& reply);
  bool may_be_quarantined(const pending& asked) const;

  // shop_review.cpp: what it comes to
  void review_order(const placed_order& each, const simulated_bank& bank);
  void review_stock();
  void review_accounts();
  void review_bank(const simulated_bank& bank);

  std::string name_of(const placed_order& of) const;

  options options_;
  chance& random_;
  counters& happened_;
  std::vector<placed_order> orders_;
  std::vector<sku> skus_;
  std::vector<customer> customers_;
  std::vector<v1::quarantined> quarantined_; ///< as listed
  std::map<std::uint64_t, pending> pending_;
  std::uint64_t last_id_ = 0;
  std::vector<std::string> violations_;
};

} // namespace orderd::simulation
