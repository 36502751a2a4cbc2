// The audit finds each inconsistency that is planted into the rows of a clean run.
#include "actors/audit/audit_rules.hpp"
#include "actors/audit/auditor.hpp"
#include "actors/entities/entity_ids.hpp"
#include "actors/rules/kinds.hpp"
#include "actors/stored/codec.hpp"
#include "actors/stored/index_rows.hpp"
#include "tests/unit/actors/entities/mini_engine.hpp"
#include "tests/unit/actors/requests/requests.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace orderd::actors::test {

namespace {

using runtime::table;

const std::string paid_by_account = id_of(1, "ann");
const std::string paid_by_card = id_of(2);
const std::string ended = id_of(3, "ann");
const std::string only_placed = id_of(4, "ann");

/// A confirmed order of each payment, a rejected and a cancelled one.
mini_engine clean_run(std::uint32_t shards = 1) {
  mini_engine engine{{.shards = shards}};
  engine.ask(stock("tea", 50, 1));
  engine.ask(stock("jam", 50, 2));
  engine.ask(account("ann", 10'000, 3));
  engine.ask(place(paid_by_account, "ann", v1::ACCOUNT, {{"tea", 2, 10}, {"jam", 3, 10}}));
  engine.ask(place(paid_by_card, "", v1::CARD, {{"tea", 4, 10}}));
  engine.ask(place(ended, "ann", v1::ACCOUNT, {{"gone", 2, 10}, {"jam", 3, 10}}));
  engine.ask(place(only_placed, "ann", v1::ACCOUNT, {{"jam", 1, 10}}));
  engine.ask(cancel(only_placed));
  return engine;
}

std::string row_of(const runtime::entity_id& id) {
  return std::string{id.row(table::state).key()};
}

order_state order_row(mini_engine& engine, const std::string& id) {
  return *decode_order_state(*engine.rows().find(table::state, row_of(entity_of(kind::order, id))));
}
void put_order(mini_engine& engine, const std::string& id, const order_state& state) {
  engine.rows().put(table::state, row_of(entity_of(kind::order, id)), encode(state));
}
void change_order(mini_engine& engine, const std::string& id,
                  const std::function<void(order_state&)>& change) {
  auto state = order_row(engine, id);
  change(state);
  put_order(engine, id, state);
}
void change_item(mini_engine& engine, const std::string& sku,
                 const std::function<void(item_state&)>& change) {
  auto state = *decode_item_state(*engine.rows().find(table::state, row_of(entity_of(kind::item, sku))));
  change(state);
  engine.rows().put(table::state, row_of(entity_of(kind::item, sku)), encode(state));
}
void change_account(mini_engine& engine, const std::function<void(account_state&)>& change) {
  const auto row = row_of(entity_of(kind::account, "ann"));
  auto state = *decode_account_state(*engine.rows().find(table::state, row));
  change(state);
  engine.rows().put(table::state, row, encode(state));
}
void change_card(mini_engine& engine, const std::function<void(card_state&)>& change) {
  const auto row = row_of(entity_of(kind::card, paid_by_card));
  auto state = *decode_card_state(*engine.rows().find(table::state, row));
  change(state);
  engine.rows().put(table::state, row, encode(state));
}

struct planted {
  const char* name;
  const char* invariant;
  std::function<void(mini_engine&)> plant;
};

class AuditorFinds : public testing::TestWithParam<planted> {};

} // namespace

TEST_P(AuditorFinds, WhatIsPlanted) {
  auto engine = clean_run();
  ASSERT_EQ(engine.audit().violations(), 0u) << engine.audit().ShortDebugString();
  GetParam().plant(engine);
  const auto report = engine.audit();
  ASSERT_GE(report.violations(), 1u);
  bool found = false;
  for (const auto& violation : report.first_violations())
    found |= violation.invariant() == GetParam().invariant;
  EXPECT_TRUE(found) << report.ShortDebugString();
  EXPECT_NE(invariant_text(GetParam().invariant), "") << "people do not know the number";
}

INSTANTIATE_TEST_SUITE_P(
    Planted, AuditorFinds,
    testing::Values(
        planted{"UnitsHeldForNobody", "S5",
                [](auto& e) { change_item(e, "tea", [](auto& s) { ++s.reserved; }); }},
        planted{"UnitsNotHeld", "S5", [](auto& e) { change_item(e, "tea", [](auto& s) { --s.reserved; }); }},
        planted{"UnitsFromNothing", "S5",
                [](auto& e) { change_item(e, "jam", [](auto& s) { ++s.on_hand; }); }},
        planted{"Oversold", "S5",
                [](auto& e) {
                  change_item(e, "tea", [](auto& s) {
                    s.received -= 45;
                    s.on_hand -= 45;
                  });
                }},
        planted{
            "ItemLost", "S5",
            [](auto& e) { e.rows().put(table::state, row_of(entity_of(kind::item, "tea")), std::nullopt); }},
        planted{"MoneyHeldForNobody", "S6",
                [](auto& e) {
                  change_account(e, [](auto& s) {
                    ++s.held_minor;
                    ++s.authorized_minor;
                  });
                }},
        planted{"BooksThatDoNotAddUp", "S6",
                [](auto& e) { change_account(e, [](auto& s) { ++s.voided_minor; }); }},
        planted{"LimitPassed", "S6",
                [](auto& e) { change_account(e, [](auto& s) { s.credit_limit_minor = 49; }); }},
        planted{"ConfirmedWithoutALine", "S7",
                [](auto& e) {
                  change_order(e, paid_by_account, [](auto& s) { s.lines.set(0, line_state::refused); });
                }},
        planted{"ConfirmedWithoutMoney", "S7",
                [](auto& e) {
                  change_order(e, paid_by_account, [](auto& s) { s.payment = payment_state::refused; });
                }},
        planted{"AuthorizedTooMuch", "S7",
                [](auto& e) { change_order(e, paid_by_account, [](auto& s) { ++s.authorized_minor; }); }},
        planted{"OutcomeOfSomethingElse", "S7",
                [](auto& e) {
                  change_order(e, paid_by_account, [](auto& s) { s.outcome->lines_reserved = 1; });
                }},
        planted{
            "EndedAndStillHolding", "S7",
            [](auto& e) { change_order(e, ended, [](auto& s) { s.lines.set(1, line_state::reserved); }); }},
        planted{"EndedAndStillAuthorized", "S7",
                [](auto& e) {
                  change_order(e, ended, [](auto& s) {
                    s.payment = payment_state::authorized;
                    s.authorized_minor = 5;
                  });
                }},
        planted{"CardLost", "S7",
                [](auto& e) {
                  e.rows().put(table::state, row_of(entity_of(kind::card, paid_by_card)), std::nullopt);
                }},
        planted{"CardOfOtherAmount", "S7",
                [](auto& e) { change_card(e, [](auto& s) { ++s.amount_minor; }); }},
        planted{"CardVoidedBehindTheOrder", "S7",
                [](auto& e) { change_card(e, [](auto& s) { s.status = card_status::voided; }); }},
        planted{"CardWithoutAnOrder", "S7",
                [](auto& e) {
                  e.rows().put(table::state, row_of(entity_of(kind::card, id_of(9))),
                               encode(card_state{card_status::authorized, 1, currency_code{"GBP"}, 0, 0}));
                }},
        planted{"OrderWithoutContent", "S7",
                [](auto& e) {
                  e.rows().put(table::content, row_of(entity_of(kind::order, ended)), std::nullopt);
                }},
        planted{"HistoryThatSkips", "S8",
                [](auto& e) {
                  change_order(e, ended, [](auto& s) {
                    s.history = {order_status::placed, order_status::rejecting, order_status::rejected};
                  });
                }},
        planted{"StatusWithoutHistory", "S8",
                [](auto& e) { change_order(e, ended, [](auto& s) { s.status = order_status::cancelled; }); }},
        planted{"NotInTheIndex", "INDEX",
                [](auto& e) {
                  e.rows().put(table::index, status_index_key(order_status::rejected, ended), std::nullopt);
                }},
        planted{"TwiceInTheIndex", "INDEX",
                [](auto& e) {
                  e.rows().put(table::index, status_index_key(order_status::reserving, ended), std::string{});
                }},
        planted{"InTheIndexWithoutAnOrder", "INDEX",
                [](auto& e) {
                  e.rows().put(table::index, status_index_key(order_status::confirmed, id_of(9)),
                               std::string{});
                }},
        planted{"NotInTheChain", "INDEX",
                [](auto& e) { e.rows().put(table::index, chain_index_key(ended), std::nullopt); }}),
    [](const auto& named) { return named.param.name; });

TEST(Auditor, CountsWhatItSaw) {
  auto engine = clean_run();
  const auto report = engine.audit();
  EXPECT_EQ(report.orders(), 4u);
  EXPECT_EQ(report.lines(), 6u);
  EXPECT_EQ(report.items(), 2u);
  EXPECT_EQ(report.accounts(), 1u);
  EXPECT_EQ(report.cards(), 1u);
  EXPECT_EQ(report.units_reserved(), 9u);
  EXPECT_EQ(report.held_minor(), 50);
  EXPECT_EQ(report.orders_by_status().at("CONFIRMED"), 2u);
  EXPECT_EQ(report.orders_by_status().at("REJECTED"), 1u);
  EXPECT_EQ(report.orders_by_status().at("CANCELLED"), 1u);
}

TEST(Auditor, SumsUpWhatIsHeldByCurrencyAndAsWideAsItIs) {
  constexpr std::int64_t much = 999'998'999'999'000'001;
  mini_engine engine{{.shards = 2}};
  engine.ask(stock("tea", 1'000'000'000, 1));
  const auto hold = [&](std::uint64_t n, const char* currency) {
    const auto customer = "c" + std::to_string(n);
    engine.ask(account(customer, much, n, currency));
    auto order = place(id_of(n, customer), customer, v1::ACCOUNT, {{"tea", 1'000'000, 999'998'999'999}});
    order.mutable_place_order()->set_currency(currency);
    order.mutable_place_order()->add_lines()->set_sku("tea");
    order.mutable_place_order()->mutable_lines(1)->set_quantity(1);
    order.mutable_place_order()->mutable_lines(1)->set_unit_price_minor(1);
    ASSERT_EQ(engine.ask(order).placement().status(), v1::CONFIRMED) << n;
  };
  for (std::uint64_t n = 10; n < 30; ++n)
    hold(n, "GBP");
  hold(40, "JPY");
  hold(41, "KWD");
  const auto report = engine.audit();
  EXPECT_EQ(report.violations(), 0u);
  EXPECT_EQ(report.held_minor(), 0) << "no number of many currencies";
  ASSERT_EQ(report.held_size(), 3);
  EXPECT_EQ(report.held(0).currency() + " " + report.held(0).minor(), "GBP 19999979999980000020");
  EXPECT_EQ(report.held(1).currency() + " " + report.held(1).minor(), "JPY 999998999999000001");
  EXPECT_EQ(report.held(2).currency() + " " + report.held(2).minor(), "KWD 999998999999000001");
}

TEST(Auditor, LeavesOpenWhatAnAnswerUnderWayMayExplain) {
  // The item reserved, but its answer has not reached the order yet.
  auto engine = clean_run(2);
  for (std::uint64_t n = 10; n < 20; ++n)
    engine.send(place(id_of(n), "", v1::CARD, {{"tea", 1, 10}}));
  for (int i = 0; i < 3; ++i)
    engine.deliver_one();
  const auto moving = engine.audit();
  EXPECT_EQ(moving.violations(), 0u) << moving.ShortDebugString();
  engine.run();
  const auto at_rest = engine.audit();
  EXPECT_EQ(at_rest.violations() + at_rest.unjudged(), 0u) << at_rest.ShortDebugString();
}

TEST(Auditor, JudgesAcrossShardsWhatHasNotChangedLately) {
  auto engine = clean_run(2);
  for (std::uint32_t shard = 0; shard < 2; ++shard) {
    const auto row = row_of(entity_of(kind::item, "tea"));
    if (auto stored = engine.rows(shard).find(table::state, row)) {
      auto state = *decode_item_state(*stored);
      ++state.reserved;
      engine.rows(shard).put(table::state, row, encode(state));
    }
  }
  EXPECT_EQ(engine.audit().violations(), 0u);
  EXPECT_EQ(engine.audit().unjudged(), 1u) << "it may have been read at another moment";
  const auto later = make_auditor({engine.now() + 60'000});
  ASSERT_TRUE(later->inspect(0, engine.rows(0)));
  ASSERT_TRUE(later->inspect(1, engine.rows(1)));
  EXPECT_EQ(later->report().violations(), 1u);
}

TEST(Auditor, ListsAHundredViolationsAndCountsTheRest) {
  auto engine = clean_run();
  for (std::uint64_t n = 100; n < 250; ++n)
    engine.rows().put(table::index, status_index_key(order_status::confirmed, id_of(n)), std::string{});
  const auto report = engine.audit();
  EXPECT_EQ(report.violations(), 150u);
  EXPECT_EQ(report.first_violations_size(), 100);
}

TEST(Auditor, ReadsOnOverManyPages) {
  mini_engine engine{{}};
  engine.ask(stock("tea", 10'000, 1));
  for (std::uint64_t n = 1; n <= 1'000; ++n)
    engine.send(place(id_of(n), "", v1::CARD, {{"tea", 1, 10}}));
  engine.run();
  const auto report = engine.audit();
  EXPECT_EQ(report.orders(), 1'000u);
  EXPECT_EQ(report.cards(), 1'000u);
  EXPECT_EQ(report.violations(), 0u) << report.ShortDebugString();
}

/// Rows of which some were lost: a scan says so until it is told to pass them over.
class lossy_rows final : public runtime::state_reader {
public:
  explicit lossy_rows(memory_rows& rows) : rows_(rows) {}
  runtime::result<std::optional<std::string>> get(const runtime::row_key& key) override {
    return rows_.get(key);
  }
  runtime::result<void> scan(table in, std::string_view prefix, std::string_view after, bool backwards,
                             const visitor& visit) override {
    if (!passed_)
      return runtime::fault{runtime::fault_code::corrupt, "lost"};
    return rows_.scan(in, prefix, after, backwards, visit);
  }
  runtime::result<void> pin() override { return {}; }
  std::vector<runtime::lost_range> lost() const override {
    const auto first = row_of(entity_of(kind::item, "tea"));
    return {{table::state, first, first + '\0'}};
  }
  void pass_lost() override { passed_ = true; }

private:
  memory_rows& rows_;
  bool passed_ = false;
};

TEST(Auditor, NamesWhatIsLostAndLooksAtTheRest) {
  auto engine = clean_run();
  engine.rows().put(table::state, row_of(entity_of(kind::item, "tea")), std::nullopt);
  lossy_rows rows{engine.rows()};
  const auto with = make_auditor({0});
  ASSERT_TRUE(with->inspect(0, rows));
  const auto report = with->report();
  EXPECT_EQ(report.orders(), 4u);
  ASSERT_EQ(report.violations(), 2u) << report.ShortDebugString();
  EXPECT_EQ(report.first_violations(0).invariant(), "LOST");
  EXPECT_EQ(report.first_violations(0).subject(), "item state of tea");
  EXPECT_EQ(report.first_violations(1).invariant(), "S5") << "what its orders hold is nowhere";
}

TEST(Auditor, ReportsAValueItCannotRead) {
  auto engine = clean_run();
  engine.rows().put(table::state, row_of(entity_of(kind::item, "tea")), "\xff\xff");
  const auto with = make_auditor({0});
  const auto read = with->inspect(0, engine.rows());
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, runtime::fault_code::corrupt);
}

} // namespace orderd::actors::test
