#include "actors/requests/request_decoder.hpp"

#include "actors/entities/business_command.hpp"
#include "actors/entities/entity_ids.hpp"
#include "actors/public/replies.hpp"
#include "actors/requests/queries.hpp"
#include "actors/rules/kinds.hpp"
#include "actors/rules/order_id.hpp"
#include "actors/rules/text.hpp"
#include "actors/stored/codec.hpp"
#include "config/limits.hpp"
#include "runtime/base/slots.hpp"
#include "runtime/shard/stored_rows.hpp"

#include <array>
#include <limits>
#include <utility>

namespace orderd::actors {

namespace {

using runtime::entity_request;
using runtime::query_request;

/// A request stays far below a frame.
constexpr std::size_t lost_names_max = 1'000;

/// What a node remembers: an hour.
constexpr std::int64_t history_seconds_max = 3'600;

constexpr auto int64_max = std::numeric_limits<std::int64_t>::max();

order_content content_of(const v1::place_order& from) {
  order_content to;
  to.reference = from.reference();
  to.customer = from.customer();
  to.currency = currency_code{from.currency()};
  to.method = static_cast<payment_method>(from.payment_method());
  to.allow_partial = from.allow_partial();
  to.added_credit_minor = from.added_credit_minor();
  if (!from.trace_id().empty())
    to.trace = trace_key{from.trace_id()};
  to.lines.resize(static_cast<std::size_t>(from.lines_size()));
  for (int i = 0; i < from.lines_size(); ++i) {
    auto& line = to.lines[static_cast<std::size_t>(i)];
    line.sku = from.lines(i).sku();
    line.quantity = from.lines(i).quantity();
    line.unit_price_minor = from.lines(i).unit_price_minor();
    if (from.lines(i).has_added_units())
      line.added_units = from.lines(i).added_units();
  }
  to.group_lines();
  return to;
}

/// Decodes one request.
class decoder {
public:
  /// `shard`: the one that answers it; none only if it is the node's, or will be refused.
  decoder(request_cost cost, std::optional<std::uint32_t> shard, std::uint32_t shards)
      : cost_(cost), shard_(shard), shards_(shards) {}

  decoded_request decode(const v1::place_order& from) {
    if (!check_.placement(from))
      return check_.refusal();
    auto content = std::make_shared<const order_content>(content_of(from));
    place_order what{content, encode(*content), content->digest()};
    return command(entity_of(kind::order, from.order_id()), std::move(what));
  }

  decoded_request decode(const v1::get_order& from) {
    if (!check_.order_id("order_id", from.order_id()))
      return check_.refusal();
    return query(get_order_query(from.order_id()));
  }

  decoded_request decode(const v1::cancel_order& from) {
    if (!check_.order_id("order_id", from.order_id()) || !said(from))
      return check_.refusal();
    return command(entity_of(kind::order, from.order_id()),
                   cancel_order{from.by(), std::string{without_blanks(from.why())}});
  }

  decoded_request decode(const v1::list_orders& from) {
    const auto status = from.status();
    if (!(page(from.limit()) && check_.text("customer", from.customer(), limits::key_bytes_max)
          && (from.after_order_id().empty() || check_.order_id("after_order_id", from.after_order_id()))
          && check_.number("status", status, 0, v1::order_status_MAX)
          && check_.rule(from.customer().empty() || status == v1::ORDER_STATUS_UNKNOWN, "status",
                         v1::order_status_Name(status), "unset when a customer is given")))
      return check_.refusal();
    if (!from.customer().empty())
      return query(customer_orders_query(from.customer(), from.after_order_id(), from.limit()));
    return of_shard(from.shard(), order_page_query(static_cast<order_status>(status), from.after_order_id(),
                                                   from.limit(), from.newest_first()));
  }

  decoded_request decode(const v1::set_stock& from) {
    if (!(check_.command_id("command_id", from.command_id()) && check_.new_key("sku", from.sku())
          && check_.number("on_hand", from.on_hand(), 0, limits::quantity_max)))
      return check_.refusal();
    return command(entity_of(kind::item, from.sku()),
                   set_stock{command_id{from.command_id()}, from.on_hand()});
  }

  decoded_request decode(const v1::get_stock& from) {
    if (!check_.key("sku", from.sku()))
      return check_.refusal();
    return query(get_stock_query(from.sku()));
  }

  decoded_request decode(const v1::list_stock& from) {
    if (!(page(from.limit()) && check_.text("after_sku", from.after_sku(), limits::key_bytes_max)))
      return check_.refusal();
    return of_shard(from.shard(), stock_page_query(from.after_sku(), from.limit()));
  }

  decoded_request decode(const v1::set_account& from) {
    if (!(check_.command_id("command_id", from.command_id()) && check_.new_key("customer", from.customer())
          && check_.currency("currency", from.currency())
          && check_.number("credit_limit_minor", from.credit_limit_minor(), 0, int64_max)))
      return check_.refusal();
    return command(entity_of(kind::account, from.customer()),
                   set_account{command_id{from.command_id()}, currency_code{from.currency()},
                               from.credit_limit_minor()});
  }

  decoded_request decode(const v1::get_account& from) {
    if (!check_.key("customer", from.customer()))
      return check_.refusal();
    return query(get_account_query(from.customer()));
  }

  decoded_request decode(const v1::list_accounts& from) {
    if (!(page(from.limit()) && check_.text("after_customer", from.after_customer(), limits::key_bytes_max)))
      return check_.refusal();
    return of_shard(from.shard(), account_page_query(from.after_customer(), from.limit()));
  }

  decoded_request decode(const v1::list_quarantine& from) {
    const auto limit = from.limit() == 0 ? limits::page_rows_max : from.limit();
    const bool known = from.after().empty() || runtime::parse_entity_key(from.after());
    if (!(page(limit) && check_.rule(known, "after", {}, "the cursor of an entry")))
      return check_.refusal();
    return of_shard(from.shard(), quarantine_page_query(from.after(), limit));
  }

  decoded_request decode(const v1::resolve_quarantine& from) {
    using action = v1::resolve_quarantine;
    const auto entity = parse_readable_key(from.kind(), from.key());
    if (!(check_.rule(from.action() == action::RETRY || from.action() == action::RELEASE, "action",
                      std::to_string(static_cast<int>(from.action())), "RETRY or RELEASE")
          && check_.rule(entity.has_value(), "key", from.key(),
                         "a key of that kind: order, item, account or card")
          && said(from)))
      return check_.refusal();
    v1::reply resolved;
    resolved.mutable_quarantine_resolved();
    return asked(runtime::resolve_request{
        *entity, from.action() == action::RETRY, reply_body(resolved),
        rejection_body(rejection_code::not_quarantined, "this entity is not quarantined"), from.by(),
        std::string{without_blanks(from.why())}});
  }

  decoded_request decode(const v1::run_audit&) { return node_request::run_audit; }
  decoded_request decode(const v1::get_status&) { return node_request::get_status; }
  decoded_request decode(const v1::get_cluster&) { return node_request::get_cluster; }
  decoded_request decode(const v1::get_configuration&) { return node_request::get_configuration; }
  decoded_request decode(const v1::change_configuration&) { return node_request::change_configuration; }
  decoded_request decode(const v1::scrub& from) {
    return from.now() ? node_request::scrub_now : node_request::get_scrub;
  }
  decoded_request decode(const v1::list_lost& from) {
    if (!page(from.limit() == 0 ? limits::page_rows_max : from.limit()))
      return check_.refusal();
    return node_request::list_lost;
  }
  decoded_request decode(const v1::accept_lost& from) {
    if (!(check_.new_text("by", from.by(), limits::by_bytes_max)
          && (from.all()
              || check_.number("names", from.names_size(), 1, static_cast<std::int64_t>(lost_names_max)))))
      return check_.refusal();
    return node_request::accept_lost;
  }
  decoded_request decode(const v1::explain_entity& from) {
    const auto entity = parse_readable_key(from.kind(), from.key());
    if (!check_.rule(entity.has_value(), "key", from.key(),
                     "a key of that kind: order, item, account or card"))
      return check_.refusal();
    return query(explain_entity_query(*entity));
  }
  decoded_request decode(const v1::get_history& from) {
    if (!check_.number("seconds", from.seconds(), 0, history_seconds_max))
      return check_.refusal();
    return node_request::get_history;
  }
  decoded_request decode(const v1::get_log& from) {
    if (!(check_.text("containing", from.containing(), limits::reference_bytes_max)
          && page(from.limit() == 0 ? limits::page_rows_max : from.limit())))
      return check_.refusal();
    return node_request::get_log;
  }

private:
  /// Who asks, and why; blanks at the ends of a sentence are nothing to refuse it for.
  bool said(const auto& from) {
    return check_.new_text("by", from.by(), limits::by_bytes_max)
           && check_.text("why", from.why(), limits::why_bytes_max)
           && check_.new_text("why", without_blanks(from.why()), limits::why_bytes_max);
  }
  bool page(std::uint32_t limit) { return check_.number("limit", limit, 1, limits::page_rows_max); }

  /// Pre: all that names its shard was checked.
  decoded_request asked(runtime::request_body what) const {
    return shard_request{shard_.value(), std::move(what)};
  }
  decoded_request command(const runtime::entity_id& to, command_body what) const {
    return asked(entity_request{command_to(to, std::move(what)), cost_ == request_cost::new_work});
  }
  decoded_request query(query_ptr what) const { return asked(query_request{std::move(what)}); }

  decoded_request of_shard(std::uint32_t shard, query_ptr what) {
    if (!check_.number("shard", shard, 0, static_cast<std::int64_t>(shards_) - 1))
      return check_.refusal();
    return query(std::move(what));
  }

  request_cost cost_;
  std::optional<std::uint32_t> shard_;
  std::uint32_t shards_;
  field_checks check_;
};

// -- which shard answers a request: none for a key that no shard has, which is refused ------------

std::optional<std::uint32_t> home_of(const std::optional<runtime::entity_id>& id, std::uint32_t shards) {
  if (!id || id->key().empty())
    return std::nullopt;
  return runtime::shard_of_slot(slot_of(*id), shards);
}

/// Of a SKU or a customer.
std::optional<std::uint32_t> home_of(kind which, std::string_view key, std::uint32_t shards) {
  if (key.size() > limits::key_bytes_max)
    return std::nullopt;
  return home_of(entity_of(which, key), shards);
}

struct by_order {
  static std::optional<std::uint32_t> shard_of(const auto& body, std::uint32_t shards) {
    if (!is_order_id(body.order_id()))
      return std::nullopt;
    return runtime::shard_of_slot(order_id_slot(body.order_id()), shards);
  }
};
struct by_sku {
  static std::optional<std::uint32_t> shard_of(const auto& body, std::uint32_t shards) {
    return home_of(kind::item, body.sku(), shards);
  }
};
struct by_customer {
  static std::optional<std::uint32_t> shard_of(const auto& body, std::uint32_t shards) {
    return home_of(kind::account, body.customer(), shards);
  }
};
/// The request names the shard.
struct by_number {
  static std::optional<std::uint32_t> shard_of(const auto& body, std::uint32_t shards) {
    return body.shard() < shards ? std::optional{body.shard()} : std::nullopt;
  }
};
/// A customer's orders are listed by the account, all others by each shard.
struct by_list {
  static std::optional<std::uint32_t> shard_of(const v1::list_orders& body, std::uint32_t shards) {
    return body.customer().empty() ? by_number::shard_of(body, shards) : by_customer::shard_of(body, shards);
  }
};
struct by_readable_key {
  static std::optional<std::uint32_t> shard_of(const auto& body, std::uint32_t shards) {
    return home_of(parse_readable_key(body.kind(), body.key()), shards);
  }
};
/// The node itself answers.
struct by_node {
  static std::optional<std::uint32_t> shard_of(const auto&, std::uint32_t) { return std::nullopt; }
};

// -- the table -------------------------------------------------------------------------------------

/// All that is known of one public request. What a caller must be to ask it would be one more column.
struct public_request {
  v1::request::BodyCase body;
  std::string_view name;
  request_cost cost;
  std::optional<std::uint32_t> (*shard_of)(const v1::request& what, std::uint32_t shards);
  decoded_request (*decode)(const v1::request& what, decoder& with);
};

/// `Body`: the request's content. `Home`: which shard answers it.
template <auto Body, class Home>
constexpr public_request row(v1::request::BodyCase body, std::string_view name, request_cost cost) {
  return {
      body, name, cost,
      [](const v1::request& what, std::uint32_t shards) { return Home::shard_of((what.*Body)(), shards); },
      [](const v1::request& what, decoder& with) { return with.decode((what.*Body)()); }};
}

using asks = v1::request;
using enum request_cost;

/// In the order of their numbers.
constexpr std::array public_requests{
    row<&asks::place_order, by_order>(asks::kPlaceOrder, "place_order", new_work),
    row<&asks::get_order, by_order>(asks::kGetOrder, "get_order", read),
    row<&asks::cancel_order, by_order>(asks::kCancelOrder, "cancel_order", write),
    row<&asks::list_orders, by_list>(asks::kListOrders, "list_orders", read),
    row<&asks::set_stock, by_sku>(asks::kSetStock, "set_stock", write),
    row<&asks::get_stock, by_sku>(asks::kGetStock, "get_stock", read),
    row<&asks::list_stock, by_number>(asks::kListStock, "list_stock", read),
    row<&asks::set_account, by_customer>(asks::kSetAccount, "set_account", write),
    row<&asks::get_account, by_customer>(asks::kGetAccount, "get_account", read),
    row<&asks::list_accounts, by_number>(asks::kListAccounts, "list_accounts", read),
    row<&asks::list_quarantine, by_number>(asks::kListQuarantine, "list_quarantine", read),
    row<&asks::resolve_quarantine, by_readable_key>(asks::kResolveQuarantine, "resolve_quarantine", write),
    row<&asks::run_audit, by_node>(asks::kRunAudit, "run_audit", read),
    row<&asks::get_status, by_node>(asks::kGetStatus, "get_status", read),
    row<&asks::get_cluster, by_node>(asks::kGetCluster, "get_cluster", read),
    row<&asks::get_configuration, by_node>(asks::kGetConfiguration, "get_configuration", read),
    row<&asks::change_configuration, by_node>(asks::kChangeConfiguration, "change_configuration", write),
    row<&asks::scrub, by_node>(asks::kScrub, "scrub", read),
    row<&asks::list_lost, by_node>(asks::kListLost, "list_lost", read),
    row<&asks::accept_lost, by_node>(asks::kAcceptLost, "accept_lost", write),
    row<&asks::explain_entity, by_readable_key>(asks::kExplainEntity, "explain_entity", read),
    row<&asks::get_history, by_node>(asks::kGetHistory, "get_history", read),
    row<&asks::get_log, by_node>(asks::kGetLog, "get_log", read),
};

constexpr bool are_in_order() {
  for (std::size_t i = 0; i < public_requests.size(); ++i)
    if (public_requests[i].body != v1::request::kPlaceOrder + static_cast<int>(i))
      return false;
  return true;
}
static_assert(are_in_order());

/// nullptr: the request has no body.
const public_request* find_row(const v1::request& what) noexcept {
  const auto at = static_cast<std::size_t>(what.body_case()) - v1::request::kPlaceOrder;
  return at < public_requests.size() ? &public_requests[at] : nullptr;
}

} // namespace

decoded_request decode_request(const v1::request& what, std::uint32_t shards) {
  const auto* row = find_row(what);
  if (row == nullptr)
    return refused_request{fault_body({runtime::fault_code::malformed, "the request has no body", 0})};
  decoder with{row->cost, row->shard_of(what, shards), shards};
  return row->decode(what, with);
}

std::optional<std::uint32_t> shard_of_request(const v1::request& what, std::uint32_t shards) {
  const auto* row = find_row(what);
  return row != nullptr ? row->shard_of(what, shards) : std::nullopt;
}

std::string_view request_name(const v1::request& what) noexcept {
  const auto* row = find_row(what);
  return row != nullptr ? row->name : "none";
}

request_cost cost_of_request(const v1::request& what) noexcept {
  const auto* row = find_row(what);
  return row != nullptr ? row->cost : request_cost::read;
}

} // namespace orderd::actors
