// What each request becomes, and how each limit is refused.
#include "actors/requests/request_decoder.hpp"

#include "actors/entities/business.hpp"
#include "actors/entities/business_command.hpp"
#include "actors/entities/entity_ids.hpp"
#include "actors/rules/currency.hpp"
#include "actors/rules/kinds.hpp"
#include "runtime/base/slots.hpp"
#include "tests/unit/actors/requests/requests.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>

namespace orderd::actors::test {

namespace {

constexpr std::uint32_t shards = 4;

struct broken {
  const char* name;
  v1::request request;
  const char* field;
  std::string value;
  const char* limit;
};

class RequestDecoderRefuses : public testing::TestWithParam<broken> {};

v1::request good() {
  return place(id_of(1, "ann"), "ann", v1::ACCOUNT, {{"tea", 1, 5}});
}

v1::request but(v1::request request, const std::function<void(v1::request&)>& change) {
  change(request);
  return request;
}
v1::request order_but(const std::function<void(v1::place_order&)>& change) {
  return but(good(), [&](v1::request& request) { change(*request.mutable_place_order()); });
}
v1::request cancel_but(const std::function<void(v1::cancel_order&)>& change) {
  return but(cancel(id_of(1)), [&](v1::request& request) { change(*request.mutable_cancel_order()); });
}
v1::request list_but(const std::function<void(v1::list_orders&)>& change) {
  v1::request request;
  request.mutable_list_orders()->set_limit(10);
  change(*request.mutable_list_orders());
  return request;
}

const std::string long_text(41, 'x');

shard_request asked_of_shard(const v1::request& what) {
  return std::get<shard_request>(decode_request(what, shards));
}

} // namespace

TEST_P(RequestDecoderRefuses, WithFieldValueAndLimit) {
  const auto decoded = decode_request(GetParam().request, shards);
  const auto* refused = std::get_if<refused_request>(&decoded);
  ASSERT_NE(refused, nullptr);
  EXPECT_EQ(refused->reply.outcome, runtime::reply_outcome::rejection);
  v1::reply reply;
  ASSERT_TRUE(reply.ParseFromString(refused->reply.bytes));
  EXPECT_EQ(reply.rejection().code(), v1::rejection::INVALID_FIELD);
  EXPECT_EQ(reply.rejection().field(), GetParam().field);
  EXPECT_EQ(reply.rejection().value(), GetParam().value);
  EXPECT_EQ(reply.rejection().limit(), GetParam().limit);
  EXPECT_NE(reply.rejection().message(), "");
}

INSTANTIATE_TEST_SUITE_P(
    Placements, RequestDecoderRefuses,
    testing::Values(
        broken{"NoOrderId", order_but([](auto& o) { o.clear_order_id(); }), "order_id", "",
               "a UUIDv7 of 16 bytes"},
        broken{"OtherUuid", order_but([](auto& o) { o.set_order_id("0123456789abcdef"); }), "order_id",
               "30313233343536373839616263646566", "a UUIDv7 of 16 bytes"},
        broken{"LongReference", order_but([](auto& o) { o.set_reference(std::string(65, 'r')); }),
               "reference", std::string(64, 'r'), "at most 64 bytes"},
        broken{"LongReferenceOfWideCharacters",
               order_but([](auto& o) { o.set_reference(std::string(63, 'r') + "\xc3\xa9"); }), "reference",
               std::string(63, 'r'), "at most 64 bytes"},
        broken{"LongReferenceWithTheWidestCharacterAcrossTheCut", order_but([](auto& o) {
                 o.set_reference(std::string(61, 'r') + "\xf0\x9f\x8d\xb5 and more");
               }),
               "reference", std::string(61, 'r'), "at most 64 bytes"},
        broken{"LongReferenceWithACharacterThatEndsAtTheCut",
               order_but([](auto& o) { o.set_reference(std::string(62, 'r') + "\xc3\xa9\xc3\xa9"); }),
               "reference", std::string(62, 'r') + "\xc3\xa9", "at most 64 bytes"},
        broken{"LongCustomer", order_but([](auto& o) { o.set_customer(long_text); }), "customer", long_text,
               "at most 40 bytes"},
        broken{"SmallCurrency", order_but([](auto& o) { o.set_currency("gbp"); }), "currency", "gbp",
               currency_rule},
        broken{"LongCurrency", order_but([](auto& o) { o.set_currency("GBPX"); }), "currency", "GBPX",
               currency_rule},
        broken{"NoPaymentMethod", order_but([](auto& o) { o.clear_payment_method(); }), "payment_method", "0",
               "ACCOUNT or CARD"},
        broken{"UnknownPaymentMethod",
               order_but([](auto& o) { o.set_payment_method(static_cast<v1::payment_method>(3)); }),
               "payment_method", "3", "ACCOUNT or CARD"},
        broken{"GuestOnAccount", order_but([](auto& o) { o.clear_customer(); }), "payment_method", "ACCOUNT",
               "CARD for a guest"},
        broken{"NoLines", order_but([](auto& o) { o.clear_lines(); }), "lines", "0", "1 to 2000"},
        broken{"ManyLines", order_but([](auto& o) {
                 for (int i = 0; i < 2'000; ++i)
                   *o.add_lines() = o.lines(0);
               }),
               "lines", "2001", "1 to 2000"},
        broken{"NoSku", order_but([](auto& o) { o.mutable_lines(0)->clear_sku(); }), "lines[0].sku", "",
               "1 to 40 bytes"},
        broken{"LongSku", order_but([](auto& o) { o.mutable_lines(0)->set_sku(long_text); }), "lines[0].sku",
               long_text, "1 to 40 bytes"},
        broken{"NoQuantity", order_but([](auto& o) { o.mutable_lines(0)->set_quantity(0); }),
               "lines[0].quantity", "0", "1 to 1000000000"},
        broken{"NegativeQuantityOfALaterLine", order_but([](auto& o) {
                 *o.add_lines() = o.lines(0);
                 o.mutable_lines(1)->set_quantity(-1);
               }),
               "lines[1].quantity", "-1", "1 to 1000000000"},
        broken{"HugeQuantity", order_but([](auto& o) { o.mutable_lines(0)->set_quantity(1'000'000'001); }),
               "lines[0].quantity", "1000000001", "1 to 1000000000"},
        broken{"ReferenceThatForgesALine", order_but([](auto& o) { o.set_reference("a\nb"); }), "reference",
               "a\nb",
               "UTF-8 in NFC without control or format characters, nor blanks at its ends; byte 1 is U+000A"},
        broken{"ReferenceThatTurnsTheDirection", order_but([](auto& o) { o.set_reference("ab\u202e"); }),
               "reference", "ab\u202e",
               "UTF-8 in NFC without control or format characters, nor blanks at its ends; byte 2 is U+202E"},
        broken{"CustomerWithABlankBehindIt", order_but([](auto& o) { o.set_customer("ann "); }), "customer",
               "ann ",
               "UTF-8 in NFC without control or format characters, nor blanks at its ends; byte 3 is U+0020"},
        broken{"SkuThatIsNotComposed", order_but([](auto& o) { o.mutable_lines(0)->set_sku("e\u0301"); }),
               "lines[0].sku", "e\u0301",
               "UTF-8 in NFC without control or format characters, nor blanks at its ends; byte 0 is U+0065 "
               "and not composed"},
        broken{"ShortTrace", order_but([](auto& o) { o.set_trace_id("abc"); }), "trace_id", "616263",
               "16 bytes, not all 0, or none"},
        broken{"TraceOfZeros", order_but([](auto& o) { o.set_trace_id(std::string(16, '\0')); }), "trace_id",
               std::string(32, '0'), "16 bytes, not all 0, or none"},
        broken{"NegativeAddedUnits", order_but([](auto& o) { o.mutable_lines(0)->set_added_units(-1); }),
               "lines[0].added_units", "-1", "0 to 1000000000"},
        broken{"TooManyAddedUnits",
               order_but([](auto& o) { o.mutable_lines(0)->set_added_units(1'000'000'001); }),
               "lines[0].added_units", "1000000001", "0 to 1000000000"},
        broken{"NegativeAddedCredit", order_but([](auto& o) { o.set_added_credit_minor(-1); }),
               "added_credit_minor", "-1", "0 to 9223372036854775807"},
        broken{"AddedCreditOfACard", order_but([](auto& o) {
                 o.set_payment_method(v1::CARD);
                 o.set_added_credit_minor(1);
               }),
               "added_credit_minor", "1", "0 to 0"},
        broken{"NegativePrice", order_but([](auto& o) { o.mutable_lines(0)->set_unit_price_minor(-1); }),
               "lines[0].unit_price_minor", "-1", "0 to 1000000000000"},
        broken{"HugePrice",
               order_but([](auto& o) { o.mutable_lines(0)->set_unit_price_minor(1'000'000'000'001); }),
               "lines[0].unit_price_minor", "1000000000001", "0 to 1000000000000"},
        broken{"HugeTotal", order_but([](auto& o) {
                 o.mutable_lines(0)->set_quantity(1'000'000'000);
                 o.mutable_lines(0)->set_unit_price_minor(1'000'000'000'000);
               }),
               "lines", "the total of all lines", "at most 9223372036854775807 minor units in total"}),
    [](const auto& named) { return named.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Others, RequestDecoderRefuses,
    testing::Values(
        broken{"GetWithoutId", get(""), "order_id", "", "a UUIDv7 of 16 bytes"},
        broken{"CancelWithoutId", cancel("short"), "order_id", "73686f7274", "a UUIDv7 of 16 bytes"},
        broken{"CancelByALongName", cancel_but([](auto& c) { c.set_by(std::string(65, 'n')); }), "by",
               std::string(64, 'n'), "at most 64 bytes"},
        broken{"CancelForALongReason", cancel_but([](auto& c) { c.set_why(std::string(201, 'w')); }), "why",
               std::string(64, 'w'), "at most 200 bytes"},
        broken{"CancelForAReasonOfTwoLines", cancel_but([](auto& c) { c.set_why(" a\nb "); }), "why", "a\nb",
               "UTF-8 in NFC without control or format characters, nor blanks at its ends; byte 1 is U+000A"},
        broken{"StockWithoutCommand",
               but(stock("tea", 1, 1), [](auto& r) { r.mutable_set_stock()->clear_command_id(); }),
               "command_id", "", "16 bytes"},
        broken{"StockWithoutSku", stock("", 1, 1), "sku", "", "1 to 40 bytes"},
        broken{"NegativeStock", stock("tea", -1, 1), "on_hand", "-1", "0 to 1000000000"},
        broken{"HugeStock", stock("tea", 1'000'000'001, 1), "on_hand", "1000000001", "0 to 1000000000"},
        broken{"GetStockOfNothing", get_stock(""), "sku", "", "1 to 40 bytes"},
        broken{"AccountWithoutCustomer", account("", 1, 1), "customer", "", "1 to 40 bytes"},
        broken{"AccountWithoutCurrency", account("ann", 1, 1, ""), "currency", "", currency_rule},
        broken{"AccountInNoCurrency", account("ann", 1, 1, "AB1"), "currency", "AB1", currency_rule},
        broken{"NegativeLimit", account("ann", -1, 1), "credit_limit_minor", "-1",
               "0 to 9223372036854775807"},
        broken{"GetAccountOfNobody", get_account(""), "customer", "", "1 to 40 bytes"},
        broken{"ListOfNothing", list_but([](auto& l) { l.clear_limit(); }), "limit", "0", "1 to 500"},
        broken{"ListOfTooMuch", list_but([](auto& l) { l.set_limit(501); }), "limit", "501", "1 to 500"},
        broken{"ListOfNoShard", list_but([](auto& l) { l.set_shard(4); }), "shard", "4", "0 to 3"},
        broken{"ListOfNoStatus", list_but([](auto& l) { l.set_status(static_cast<v1::order_status>(9)); }),
               "status", "9", "0 to 8"},
        broken{"ListAfterNoId", list_but([](auto& l) { l.set_after_order_id("x"); }), "after_order_id", "78",
               "a UUIDv7 of 16 bytes"},
        broken{"ListByTwoThings", list_but([](auto& l) {
                 l.set_customer("ann");
                 l.set_status(v1::CONFIRMED);
               }),
               "status", "CONFIRMED", "unset when a customer is given"}),
    [](const auto& named) { return named.param.name; });

TEST(RequestDecoder, TakesAnOrderAtEveryLimit) {
  const auto request = order_but([](auto& order) {
    order.set_reference(std::string(64, 'r'));
    order.set_customer(std::string(40, 'c'));
    for (int i = 0; i < 1'999; ++i)
      *order.add_lines() = order.lines(0);
    order.mutable_lines(0)->set_sku(std::string(40, 's'));
    order.mutable_lines(0)->set_unit_price_minor(1'000'000'000'000);
    order.mutable_lines(1)->set_quantity(1'000'000'000);
    order.mutable_lines(2)->set_unit_price_minor(0);
  });
  const auto decoded = asked_of_shard(request);
  const auto& command = std::get<runtime::entity_request>(decoded.what);
  EXPECT_TRUE(command.new_work);
  EXPECT_EQ(command.command.to, entity_of(kind::order, request.place_order().order_id()));
  EXPECT_EQ(std::get<place_order>(body_of(*command.command.what)).content->lines.size(), 2'000u);
}

TEST(RequestDecoder, SaysWhichRequestsAreNewWork) {
  for (const auto& request : {cancel(id_of(1)), stock("tea", 1, 1), account("ann", 1, 1)}) {
    const auto decoded = asked_of_shard(request);
    EXPECT_FALSE(std::get<runtime::entity_request>(decoded.what).new_work);
  }
}

TEST(RequestDecoder, SendsEachReadToTheShardOfItsKey) {
  const auto business = make_business({});
  const auto shard_of = [&](const runtime::entity_id& id) {
    return runtime::shard_of_slot(business->slot_of(id), shards);
  };
  const auto decoded_shard = [](const v1::request& request) {
    const auto decoded = asked_of_shard(request);
    EXPECT_TRUE(std::holds_alternative<runtime::query_request>(decoded.what));
    return decoded.shard;
  };
  for (std::uint64_t n = 0; n < 50; ++n) {
    const auto key = "key-" + std::to_string(n);
    EXPECT_EQ(decoded_shard(get(id_of(n))), shard_of(entity_of(kind::order, id_of(n))));
    EXPECT_EQ(decoded_shard(get_stock(key)), shard_of(entity_of(kind::item, key)));
    EXPECT_EQ(decoded_shard(get_account(key)), shard_of(entity_of(kind::account, key)));
    EXPECT_EQ(decoded_shard(list_but([&](auto& list) { list.set_customer(key); })),
              shard_of(entity_of(kind::account, key)));
  }
  EXPECT_EQ(decoded_shard(list_but([](auto& list) { list.set_shard(3); })), 3u);
}

TEST(RequestDecoder, GivesTheNodeWhatOnlyTheNodeKnows) {
  v1::request audit;
  audit.mutable_run_audit();
  EXPECT_EQ(std::get<node_request>(decode_request(audit, shards)), node_request::run_audit);
  v1::request status;
  status.mutable_get_status();
  EXPECT_EQ(std::get<node_request>(decode_request(status, shards)), node_request::get_status);
  v1::request cluster;
  cluster.mutable_get_cluster();
  EXPECT_EQ(std::get<node_request>(decode_request(cluster, shards)), node_request::get_cluster);
}

/// The shard of the entity that a request is about; nothing when it is about none.
std::optional<std::uint32_t> home_of(const runtime::request_body& what) {
  const auto business = make_business({});
  const auto home = [&](const runtime::entity_id& id) {
    return runtime::shard_of_slot(business->slot_of(id), shards);
  };
  if (const auto* entity = std::get_if<runtime::entity_request>(&what))
    return home(entity->command.to);
  if (const auto* resolve = std::get_if<runtime::resolve_request>(&what))
    return home(resolve->entity);
  return std::nullopt;
}

TEST(RequestDecoder, SendsARequestToTheShardOfItsEntityAndTellsClientsTheSame) {
  const auto check = [](const v1::request& what) {
    const auto decoded = decode_request(what, shards);
    const auto* of_shard = std::get_if<shard_request>(&decoded);
    EXPECT_EQ(shard_of_request(what, shards), of_shard ? std::optional{of_shard->shard} : std::nullopt)
        << what.ShortDebugString();
    if (of_shard) {
      EXPECT_EQ(home_of(of_shard->what).value_or(of_shard->shard), of_shard->shard)
          << what.ShortDebugString();
    }
  };
  for (std::uint64_t n = 0; n < 50; ++n) {
    const auto key = "key-" + std::to_string(n);
    for (const auto& what : {get(id_of(n)), get_stock(key), get_account(key),
                             list_but([&](auto& list) { list.set_customer(key); }),
                             list_but([&](auto& list) { list.set_shard(static_cast<std::uint32_t>(n)); })})
      check(what);
    v1::request request;
    request.mutable_cancel_order()->set_order_id(id_of(n));
    check(request);
    auto& stock = *request.mutable_set_stock();
    stock.set_command_id(std::string(16, 'c'));
    stock.set_sku(key);
    check(request);
    auto& account = *request.mutable_set_account();
    account.set_command_id(std::string(16, 'c'));
    account.set_customer(key);
    account.set_currency("GBP");
    check(request);
    auto& resolve = *request.mutable_resolve_quarantine();
    resolve.set_action(v1::resolve_quarantine::RETRY);
    for (const auto& [kind, name] :
         {std::pair{"order", order_id_text(id_of(n))}, {"card", order_id_text(id_of(n))}, {"item", key}}) {
      resolve.set_kind(kind);
      resolve.set_key(name);
      check(request);
    }
  }
  for (const auto& refused : {get(""), get("short"), get_stock(""), get_account(std::string(1'000, 'x'))})
    check(refused);
}

TEST(RequestDecoder, DecodesADecisionAboutAQuarantinedEntity) {
  v1::request request;
  auto* resolve = request.mutable_resolve_quarantine();
  resolve->set_kind("order");
  resolve->set_key(order_id_text(id_of(5)));
  resolve->set_action(v1::resolve_quarantine::RETRY);
  resolve->set_by("eve");
  resolve->set_why(" mended ");
  const auto decoded = asked_of_shard(request);
  const auto& what = std::get<runtime::resolve_request>(decoded.what);
  EXPECT_EQ(what.entity, entity_of(kind::order, id_of(5)));
  EXPECT_TRUE(what.retry);
  EXPECT_EQ(what.by, "eve");
  EXPECT_EQ(what.why, "mended");
  v1::reply reply;
  ASSERT_TRUE(reply.ParseFromString(what.not_quarantined_reply.bytes));
  EXPECT_EQ(reply.rejection().code(), v1::rejection::NOT_QUARANTINED);
  ASSERT_TRUE(reply.ParseFromString(what.resolved_reply.bytes));
  EXPECT_TRUE(reply.has_quarantine_resolved());

  resolve->clear_action();
  EXPECT_TRUE(std::holds_alternative<refused_request>(decode_request(request, shards)));
  resolve->set_action(v1::resolve_quarantine::RELEASE);
  resolve->set_key("no id");
  EXPECT_TRUE(std::holds_alternative<refused_request>(decode_request(request, shards)));
}

TEST(RequestDecoder, RefusesARequestWithoutABody) {
  const auto decoded = decode_request(v1::request{}, shards);
  const auto& refused = std::get<refused_request>(decoded);
  v1::reply reply;
  ASSERT_TRUE(reply.ParseFromString(refused.reply.bytes));
  EXPECT_EQ(reply.fault().code(), v1::fault::MALFORMED);
  EXPECT_EQ(refused.reply.outcome, runtime::reply_outcome::fault);
}

TEST(RequestDecoder, KnowsWhatReadsAndWhatWrites) {
  for (const auto& request : {get(id_of(1)), get_stock("tea"), get_account("ann"), list_but([](auto&) {})}) {
    EXPECT_EQ(cost_of_request(request), request_cost::read) << request.ShortDebugString();
    EXPECT_TRUE(std::holds_alternative<runtime::query_request>(asked_of_shard(request).what));
  }
  for (const auto& request : {cancel(id_of(1)), stock("tea", 1, 1), account("ann", 1, 1)}) {
    EXPECT_EQ(cost_of_request(request), request_cost::write) << request.ShortDebugString();
    EXPECT_TRUE(std::holds_alternative<runtime::entity_request>(asked_of_shard(request).what));
  }
  EXPECT_EQ(cost_of_request(good()), request_cost::new_work);
  EXPECT_EQ(cost_of_request({}), request_cost::read);
}

TEST(RequestDecoder, NamesEveryRequest) {
  v1::request request;
  EXPECT_EQ(request_name(request), "none");
  const auto* all = v1::request::descriptor()->oneof_decl(0);
  for (int i = 0; i < all->field_count(); ++i) {
    request.Clear();
    request.GetReflection()->MutableMessage(&request, all->field(i));
    EXPECT_EQ(request_name(request), all->field(i)->name());
  }
}

} // namespace orderd::actors::test
