// Asks every node of a cluster for what `orderctl top` shows, look after look.
//
// *Operation*: the first look asks the endpoints that were given; each names the others, and those are asked
// from then on. A link is kept while it answers and made anew when it did not, so a node that is gone costs a
// look no more than a refused connection. Orders that are unsettled are asked for only where there are any.
//
// *Concurrency*: one thread, that which made it: links are of their thread.
// *Limits*: of at most 8 shards orders are listed, those with the most to do; at most 20 orders are kept.
#pragma once

#include "cluster/orderctl/node_link.hpp"
#include "cluster/top/top_model.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace orderd::cluster {

class top_gatherer {
public:
  using link_maker = std::function<std::unique_ptr<node_link>(const std::string& endpoint)>;

  top_gatherer(std::vector<std::string> endpoints, link_maker only, std::function<std::int64_t()> now_ms);

  /// `order_id`: of an order to show too, its bytes; empty: none.
  top_model look(const std::string& order_id);

private:
  std::vector<v1::reply> ask(const std::string& endpoint, const std::vector<v1::request>& what);
  void ask_node(const std::string& endpoint, top_model& into, std::vector<std::string>& to_ask);
  void name_missing(const std::map<std::string, std::string>& errors, top_model& into) const;
  void ask_lists(top_model& into);
  void ask_order(const std::string& order_id, top_model& into);

  std::vector<std::string> given_;
  std::vector<std::string> known_; ///< of the last look; empty: none answered
  link_maker only_;
  std::function<std::int64_t()> now_ms_;
  std::map<std::string, std::unique_ptr<node_link>> links_;
  std::map<std::string, std::string> errors_;       ///< of this look, by endpoint
  std::map<std::uint32_t, v1::node_status> before_; ///< what nodes said last, by number
};

} // namespace orderd::cluster
