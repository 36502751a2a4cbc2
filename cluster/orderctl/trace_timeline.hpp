// What is known of one order, or of one trace, as one time line: lines of logs, the statuses of the order,
// what people did about it.
//
// Pure; safe from any thread. Texts are as nodes sent them: to be escaped where they are shown.
#pragma once

#include "actors/public/public.pb.h"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace orderd::cluster {

struct trace_entry {
  enum class source : std::uint8_t { order, person, log };

  std::int64_t at_ms = 0;
  source from = source::log;
  std::optional<std::uint32_t> node = {}; ///< of a log line
  std::string order_id = {};              ///< of what is from an order, its bytes
  std::string text;

  friend bool operator==(const trace_entry&, const trace_entry&) = default;
};

class trace_timeline {
public:
  /// The statuses of an order, each when it began, and what people did. Of an order that does not know when
  /// they began, the first when it was placed and the last when it was updated.
  void add(const v1::order& order);

  /// Lines of a node; those that it has are left out, so that a node may be asked for several texts. How many
  /// were new.
  std::uint64_t add(std::uint32_t node, const v1::log_page& page);

  /// By time, and at one time the order first.
  std::vector<trace_entry> entries() const;

  /// The ids of orders that its log lines name, as text.
  std::set<std::string> orders_named() const;

private:
  std::vector<trace_entry> entries_;
  std::set<std::pair<std::uint32_t, std::string>> lines_;
};

} // namespace orderd::cluster
