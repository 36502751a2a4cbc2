#include "actors/requests/request_decoder.hpp"

#include "actors/entities/business_command.hpp"
#include "actors/entities/entity_ids.hpp"
#include "actors/public/replies.hpp"
#include "actors/requests/queries.hpp"
#include "actors/rules/kinds.hpp"
#include "actors/rules/order_id.hpp"
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

constexpr auto int64_max = std::numeric_limits<std::int64_t>::max();

order_content content_of(const v1::place_order& from) {
  order_content to;
  to.reference = from.reference();
  to.customer = from.customer();
  to.currency = currency_code{from.currency()};
  to.method = static_cast<payment_method>(from.payment_method());
  to.allow_partial = from.allow_partial();
  to.added_credit_minor = from.added_credit_minor();
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

/// Decodes one request; `shards` tells the shard of a key.
class decoder {
public:
  decoder(const v1::request& request, std::uint32_t shards) : request_(request), shards_(shards) {}

  decoded_request decode(const v1::place_order& from) {
    if (!check_.placement(from))
      return check_.refusal();
    auto content = std::make_shared<const order_content>(content_of(from));
    place_order what{content, encode(*content), content->digest()};
    return entity_request{command_to(entity_of(kind::order, from.order_id()), std::move(what)), true};
  }

  decoded_request decode(const v1::get_order& from) {
    if (!check_.order_id("order_id", from.order_id()))
      return check_.refusal();
    return of_key(get_order_query(from.order_id()));
  }

  decoded_request decode(const v1::cancel_order& from) {
    if (!check_.order_id("order_id", from.order_id()))
      return check_.refusal();
    return entity_request{command_to(entity_of(kind::order, from.order_id()), cancel_order{}), false};
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
      return of_key(customer_orders_query(from.customer(), from.after_order_id(), from.limit()));
    return of_shard(from.shard(), order_page_query(static_cast<order_status>(status), from.after_order_id(),
                                                   from.limit(), from.newest_first()));
  }

  decoded_request decode(const v1::set_stock& from) {
    if (!(check_.command_id("command_id", from.command_id()) && check_.new_key("sku", from.sku())
          && check_.number("on_hand", from.on_hand(), 0, limits::quantity_max)))
      return check_.refusal();
    return entity_request{command_to(entity_of(kind::item, from.sku()),
                                     set_stock{command_id{from.command_id()}, from.on_hand()}),
                          false};
  }

  decoded_request decode(const v1::get_stock& from) {
    if (!check_.key("sku", from.sku()))
      return check_.refusal();
    return of_key(get_stock_query(from.sku()));
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
    return entity_request{command_to(entity_of(kind::account, from.customer()),
                                     set_account{command_id{from.command_id()},
                                                 currency_code{from.currency()}, from.credit_limit_minor()}),
                          false};
  }

  decoded_request decode(const v1::get_account& from) {
    if (!check_.key("customer", from.customer()))
      return check_.refusal();
    return of_key(get_account_query(from.customer()));
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
                         "a key of that kind: order, item, account or card")))
      return check_.refusal();
    v1::reply resolved;
    resolved.mutable_quarantine_resolved();
    return runtime::resolve_request{
        *entity, from.action() == action::RETRY, reply_body(resolved),
        rejection_body(rejection_code::not_quarantined, "this entity is not quarantined")};
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
    if (!(check_.new_text("by", from.by(), limits::reference_bytes_max)
          && (from.all()
              || check_.number("names", from.names_size(), 1, static_cast<std::int64_t>(lost_names_max)))))
      return check_.refusal();
    return node_request::accept_lost;
  }

private:
  bool page(std::uint32_t limit) { return check_.number("limit", limit, 1, limits::page_rows_max); }

  /// Pre: the key was checked.
  decoded_request of_key(query_ptr what) const {
    return query_request{shard_of_request(request_, shards_).value(), std::move(what)};
  }

  decoded_request of_shard(std::uint32_t shard, query_ptr what) {
    if (!check_.number("shard", shard, 0, static_cast<std::int64_t>(shards_) - 1))
      return check_.refusal();
    return query_request{shard, std::move(what)};
  }

  const v1::request& request_;
  std::uint32_t shards_;
  field_checks check_;
};

} // namespace

decoded_request decode_request(const v1::request& what, std::uint32_t shards) {
  decoder with{what, shards};
  switch (what.body_case()) {
  case v1::request::kPlaceOrder:
    return with.decode(what.place_order());
  case v1::request::kGetOrder:
    return with.decode(what.get_order());
  case v1::request::kCancelOrder:
    return with.decode(what.cancel_order());
  case v1::request::kListOrders:
    return with.decode(what.list_orders());
  case v1::request::kSetStock:
    return with.decode(what.set_stock());
  case v1::request::kGetStock:
    return with.decode(what.get_stock());
  case v1::request::kListStock:
    return with.decode(what.list_stock());
  case v1::request::kSetAccount:
    return with.decode(what.set_account());
  case v1::request::kGetAccount:
    return with.decode(what.get_account());
  case v1::request::kListAccounts:
    return with.decode(what.list_accounts());
  case v1::request::kListQuarantine:
    return with.decode(what.list_quarantine());
  case v1::request::kResolveQuarantine:
    return with.decode(what.resolve_quarantine());
  case v1::request::kRunAudit:
    return with.decode(what.run_audit());
  case v1::request::kGetStatus:
    return with.decode(what.get_status());
  case v1::request::kGetCluster:
    return with.decode(what.get_cluster());
  case v1::request::kGetConfiguration:
    return with.decode(what.get_configuration());
  case v1::request::kChangeConfiguration:
    return with.decode(what.change_configuration());
  case v1::request::kScrub:
    return with.decode(what.scrub());
  case v1::request::kListLost:
    return with.decode(what.list_lost());
  case v1::request::kAcceptLost:
    return with.decode(what.accept_lost());
  case v1::request::BODY_NOT_SET:
    break;
  }
  return refused_request{fault_body({runtime::fault_code::malformed, "the request has no body", 0}),
                         "malformed"};
}

namespace {

/// The shard of an entity; none for a key that none has, which is refused.
std::optional<std::uint32_t> home_of(const std::optional<runtime::entity_id>& id, std::uint32_t shards) {
  if (!id || id->key().empty())
    return std::nullopt;
  return runtime::shard_of_slot(slot_of(*id), shards);
}

std::optional<runtime::entity_id> order_of(std::string_view order_id) {
  return is_order_id(order_id) ? std::optional{entity_of(kind::order, order_id)} : std::nullopt;
}

/// A SKU or a customer.
std::optional<runtime::entity_id> keyed(kind which, std::string_view key) {
  return key.size() <= limits::key_bytes_max ? std::optional{entity_of(which, key)} : std::nullopt;
}

std::optional<std::uint32_t> existing(std::uint32_t shard, std::uint32_t shards) {
  return shard < shards ? std::optional{shard} : std::nullopt;
}

std::optional<std::uint32_t> home_of(const v1::list_orders& list, std::uint32_t shards) {
  if (list.customer().empty())
    return existing(list.shard(), shards);
  return home_of(keyed(kind::account, list.customer()), shards);
}

} // namespace

std::optional<std::uint32_t> shard_of_request(const v1::request& what, std::uint32_t shards) {
  switch (what.body_case()) {
  case v1::request::kPlaceOrder:
    return home_of(order_of(what.place_order().order_id()), shards);
  case v1::request::kGetOrder:
    return home_of(order_of(what.get_order().order_id()), shards);
  case v1::request::kCancelOrder:
    return home_of(order_of(what.cancel_order().order_id()), shards);
  case v1::request::kListOrders:
    return home_of(what.list_orders(), shards);
  case v1::request::kSetStock:
    return home_of(keyed(kind::item, what.set_stock().sku()), shards);
  case v1::request::kGetStock:
    return home_of(keyed(kind::item, what.get_stock().sku()), shards);
  case v1::request::kListStock:
    return existing(what.list_stock().shard(), shards);
  case v1::request::kSetAccount:
    return home_of(keyed(kind::account, what.set_account().customer()), shards);
  case v1::request::kGetAccount:
    return home_of(keyed(kind::account, what.get_account().customer()), shards);
  case v1::request::kListAccounts:
    return existing(what.list_accounts().shard(), shards);
  case v1::request::kListQuarantine:
    return existing(what.list_quarantine().shard(), shards);
  case v1::request::kResolveQuarantine:
    return home_of(parse_readable_key(what.resolve_quarantine().kind(), what.resolve_quarantine().key()),
                   shards);
  case v1::request::kRunAudit:
  case v1::request::kGetStatus:
  case v1::request::kGetCluster:
  case v1::request::kGetConfiguration:
  case v1::request::kChangeConfiguration:
  case v1::request::kScrub:
  case v1::request::kListLost:
  case v1::request::kAcceptLost:
  case v1::request::BODY_NOT_SET:
    break;
  }
  return std::nullopt;
}

std::string_view request_name(const v1::request& what) noexcept {
  static constexpr std::array<std::string_view, 22> names{"none",
                                                          "",
                                                          "place_order",
                                                          "get_order",
                                                          "cancel_order",
                                                          "list_orders",
                                                          "set_stock",
                                                          "get_stock",
                                                          "list_stock",
                                                          "set_account",
                                                          "get_account",
                                                          "list_accounts",
                                                          "list_quarantine",
                                                          "resolve_quarantine",
                                                          "run_audit",
                                                          "get_status",
                                                          "get_cluster",
                                                          "get_configuration",
                                                          "change_configuration",
                                                          "scrub",
                                                          "list_lost",
                                                          "accept_lost"};
  return names[static_cast<std::size_t>(what.body_case())];
}

static_assert(v1::request::kPlaceOrder == 2 && v1::request::kAcceptLost == 21);

} // namespace orderd::actors
