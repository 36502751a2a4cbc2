// One order and what it has to do with, as their shards said: for the rules that put it into words.
//
// *Concurrency*: pure; valid as long as what it was made of.
#pragma once

#include "actors/public/public.pb.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orderd::cluster {

class order_facts {
public:
  /// Pre: `self` has an order.
  order_facts(const v1::entity_explanation& self, const std::vector<v1::entity_explanation>& others)
      : self_(self), others_(others) {}

  const v1::entity_explanation& self() const noexcept { return self_; }
  const std::vector<v1::entity_explanation>& others() const noexcept { return others_; }
  const v1::order& order() const noexcept { return self_.order(); }
  std::int64_t now_ms() const noexcept { return self_.now_ms(); }

  bool pays_by_card() const { return order().payment().method() == v1::CARD; }
  /// "account" or "card", and its key.
  std::string payer_kind() const { return pays_by_card() ? "card" : "account"; }
  const std::string& payer_key() const { return pays_by_card() ? self_.key() : order().customer(); }

  /// What its shard said; nullptr: it did not answer.
  const v1::entity_explanation* find(std::string_view kind, std::string_view key) const;

  /// SKUs of which a line is in that state (v1::entity_explanation::line_states), each once, in their order.
  enum line_state : char { asked = 0, reserved = 1, refused = 2, releasing = 3, released = 4 };
  std::vector<std::string> skus(line_state state) const;
  std::size_t skus() const;
  int lines(line_state state) const;

  /// When a status of the history began; none: it is not known.
  std::optional<std::int64_t> began_at(int place) const;
  /// Since when it has its status; none: not known.
  std::optional<std::int64_t> status_since() const { return began_at(order().history_size() - 1); }
  /// From the placement to the end of a history that is settled, or was before a cancellation; none: not
  /// known.
  std::optional<std::int64_t> took_ms() const;

  /// When its placement is given up; none: never.
  std::optional<std::int64_t> deadline_at() const;

private:
  const v1::entity_explanation& self_;
  const std::vector<v1::entity_explanation>& others_;
};

/// When a timer of that command is due.
std::optional<std::int64_t> due_at(const v1::entity_explanation& of, std::string_view command);

bool is_settled(v1::order_status status) noexcept;

} // namespace orderd::cluster
