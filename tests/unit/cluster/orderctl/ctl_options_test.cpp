#include "cluster/orderctl/ctl_options.hpp"

#include "actors/rules/order_id.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace orderd::cluster {
namespace {

const std::string id_text = "01890a5d-ac96-774b-bcce-b302099a8057";

/// The options of a command line that has to be right.
template <class Options>
Options parsed(std::vector<std::string> arguments) {
  auto result = parse_arguments(std::move(arguments));
  EXPECT_TRUE(result.what) << result.text;
  if (!result.what || !std::holds_alternative<Options>(result.what->command)) {
    ADD_FAILURE() << "another command than was expected";
    return {};
  }
  return std::get<Options>(result.what->command);
}

void expect_usage_error(std::vector<std::string> arguments, const std::string& saying) {
  const auto result = parse_arguments(std::move(arguments));
  EXPECT_FALSE(result.what) << saying;
  EXPECT_EQ(result.exit_code, exit_usage) << saying;
  EXPECT_NE(result.text.find(saying), std::string::npos) << result.text;
}

TEST(CtlOptions, ReadsAPlacement) {
  const auto place = parsed<place_options>({"place", "85123A=6@2.55", "71053=1@3", "--customer", "17850",
                                            "--reference", "536365", "--id", id_text, "--partial"});
  ASSERT_EQ(place.lines.size(), 2U);
  EXPECT_EQ(place.lines[0].sku(), "85123A");
  EXPECT_EQ(place.lines[0].quantity(), 6);
  EXPECT_EQ(place.lines[0].unit_price_minor(), 255);
  EXPECT_EQ(place.lines[1].unit_price_minor(), 300);
  EXPECT_EQ(place.customer, "17850");
  EXPECT_EQ(place.reference, "536365");
  EXPECT_EQ(place.order_id, actors::parse_order_id(id_text));
  EXPECT_EQ(place.currency, "GBP");
  EXPECT_TRUE(place.partial);
  EXPECT_FALSE(place.card);
}

TEST(CtlOptions, LetsAGuestAlwaysPayByCard) {
  EXPECT_TRUE(parsed<place_options>({"place", "A=1@1"}).card);
  EXPECT_TRUE(parsed<place_options>({"place", "A=1@1", "--customer", "1", "--card"}).card);
}

TEST(CtlOptions, ReadsPricesInTheMinorUnitsOfTheirCurrency) {
  EXPECT_EQ(parsed<place_options>({"place", "A=1@250", "--currency", "JPY"}).lines[0].unit_price_minor(),
            250);
  EXPECT_EQ(parsed<place_options>({"place", "A=1@2.505", "--currency", "KWD"}).lines[0].unit_price_minor(),
            2505);
  EXPECT_EQ(parsed<place_options>({"place", "A=1@2.5055", "--currency", "CLF"}).lines[0].unit_price_minor(),
            25'055);
  expect_usage_error({"place", "A=1@2.5", "--currency", "JPY"}, "amount of JPY");
  expect_usage_error({"place", "A=1@2.5", "--currency", "QQQ"}, "'QQQ' is not a current currency code");
  const auto again = parsed<place_options>(
      {"place", "A=1@2.5", "--currency", "QQQ", "--id", "01890a5d-ac96-774b-bcce-b302099a8057"});
  EXPECT_EQ(again.currency, "QQQ") << "it may be there since a version that took it";
  EXPECT_EQ(again.lines[0].unit_price_minor(), 250);
}

TEST(CtlOptions, RefusesALineThatIsNone) {
  for (const auto* line : {"A", "A=1", "A@1", "=1@1", "A=@1", "A=0@1", "A=-1@1", "A=1.5@1", "A=1@", "A=1@-1",
                           "A=1@0.001", "A=1@x", "A=1000000001@1", "A=1@10000000000.01"})
    expect_usage_error({"place", line}, line);
  expect_usage_error({"place", std::string(41, 'A') + "=1@1"}, "40 bytes");
}

TEST(CtlOptions, TakesTheLastSignsOfALineSoThatASkuMayHoldThem) {
  const auto line = parse_line("A=B@C=2@1.00", "GBP");
  ASSERT_TRUE(std::holds_alternative<v1::order_line>(line));
  EXPECT_EQ(std::get<v1::order_line>(line).sku(), "A=B@C");
}

TEST(CtlOptions, ReadsGlobalOptionsBeforeAndBehindTheCommand) {
  for (const auto& arguments : {std::vector<std::string>{"--json", "--endpoint", "127.0.0.1:1", "--timeout",
                                                         "5", "stock", "get", "A"},
                                std::vector<std::string>{"stock", "get", "A", "--json", "--endpoint",
                                                         "127.0.0.1:1", "--timeout", "5"}}) {
    const auto result = parse_arguments(arguments);
    ASSERT_TRUE(result.what) << result.text;
    EXPECT_TRUE(result.what->json);
    EXPECT_EQ(result.what->endpoint, "127.0.0.1:1");
    EXPECT_EQ(result.what->timeout_ms, 5'000U);
  }
  const auto defaults = parse_arguments({"status"});
  ASSERT_TRUE(defaults.what);
  EXPECT_EQ(defaults.what->endpoint, "127.0.0.1:7411");
  EXPECT_EQ(defaults.what->timeout_ms, 30'000U);
}

TEST(CtlOptions, ReadsListsStockAndAccounts) {
  const auto list = parsed<list_options>(
      {"list", "--customer", "17850", "--status", "confirmed", "--limit", "5", "--after", id_text});
  EXPECT_EQ(list.customer, "17850");
  EXPECT_EQ(list.status, v1::CONFIRMED);
  EXPECT_EQ(list.limit, 5U);
  EXPECT_EQ(list.after, actors::parse_order_id(id_text));
  const auto stock = parsed<stock_set_options>({"stock", "set", "85123A", "100"});
  EXPECT_EQ(stock.sku, "85123A");
  EXPECT_EQ(stock.on_hand, 100);
  const auto account = parsed<account_set_options>({"account", "set", "17850", "--limit", "5000.5"});
  EXPECT_EQ(account.customer, "17850");
  EXPECT_EQ(account.credit_limit_minor, 500'050);
  EXPECT_EQ(parsed<account_get_options>({"account", "get", "17850"}).customer, "17850");
}

TEST(CtlOptions, ReadsOperatorsCommands) {
  EXPECT_EQ(parsed<export_options>({"export", "accounts"}).what, export_what::accounts);
  const auto retry = parsed<quarantine_resolve_options>({"quarantine", "retry", "order", id_text});
  EXPECT_TRUE(retry.retry);
  EXPECT_EQ(retry.kind, "order");
  EXPECT_EQ(retry.key, id_text);
  EXPECT_FALSE(parsed<quarantine_resolve_options>({"quarantine", "release", "item", "A"}).retry);
  EXPECT_EQ(parsed<quarantine_show_options>({"quarantine", "show", "item", "A"}).key, "A");
  parsed<quarantine_list_options>({"quarantine", "list"});
  parsed<lost_list_options>({"lost", "list"});
  const auto given_up = parsed<lost_accept_options>({"lost", "accept", "0-aa", "0-bb", "--yes"});
  EXPECT_EQ(given_up.names, (std::vector<std::string>{"0-aa", "0-bb"}));
  EXPECT_TRUE(given_up.yes);
  EXPECT_TRUE(parsed<lost_accept_options>({"lost", "accept", "--all"}).all);
  parsed<audit_options>({"audit"});
  parsed<status_options>({"status"});
  EXPECT_FALSE(parsed<scrub_options>({"scrub"}).now);
  EXPECT_TRUE(parsed<scrub_options>({"scrub", "--now"}).now);
  EXPECT_EQ(parsed<cancel_options>({"cancel", id_text}).order_id, actors::parse_order_id(id_text));
  EXPECT_EQ(parsed<why_options>({"why", id_text}).order_id, actors::parse_order_id(id_text));
  EXPECT_EQ(parsed<cancel_options>({"cancel", id_text, "--by", "eve", "--why", "she called"}).said.why,
            "she called");
  EXPECT_EQ(parsed<quarantine_resolve_options>({"quarantine", "retry", "item", "A", "--by", "eve"}).said.by,
            "eve");
}

TEST(CtlOptions, ReadsTheQuestionForTheClusterAndSeveralEndpoints) {
  const auto result = parse_arguments({"--endpoint", "127.0.0.1:1,127.0.0.1:2", "cluster", "status"});
  ASSERT_TRUE(result.what) << result.text;
  EXPECT_TRUE(std::holds_alternative<cluster_status_options>(result.what->command));
  EXPECT_EQ(result.what->endpoint, "127.0.0.1:1,127.0.0.1:2");
  EXPECT_EQ(parse_arguments({"cluster"}).exit_code, exit_usage);
}

TEST(CtlOptions, ReadsAnImport) {
  const test::temporary_folder folder;
  const auto file = folder / "options_year.csv";
  std::ofstream{file} << "x";
  const auto plain = parsed<import_options>({"import", "online-retail", file});
  EXPECT_FALSE(plain.stock_factor);
  EXPECT_FALSE(plain.credit_limit_minor);
  EXPECT_EQ(plain.rejects_file, "options_year.csv.rejects.csv");
  EXPECT_EQ(plain.not_placed_file, "options_year.csv.not_placed.csv");
  const auto full =
      parsed<import_options>({"import", "online-retail", file, "--stock-factor", "0.80", "--credit", "12.5",
                              "--concurrency", "7", "--rejects", "r.csv", "--not-placed", "n.csv"});
  EXPECT_EQ(full.stock_factor, (decimal{8, 1}));
  EXPECT_EQ(full.credit_limit_minor, 1'250);
  EXPECT_EQ(full.concurrency, 7U);
  EXPECT_EQ(full.rejects_file, "r.csv");
  EXPECT_EQ(full.not_placed_file, "n.csv");
  expect_usage_error({"import", "online-retail", file, "--stock-factor", "-1"}, "--stock-factor");
  expect_usage_error({"import", "online-retail", file, "--stock-factor", "1e3"}, "--stock-factor");
  expect_usage_error({"import", "online-retail", file, "--credit", "0.001"}, "--credit");
  expect_usage_error({"import", "online-retail", file, "--concurrency", "0"}, "--concurrency");
  expect_usage_error({"import", "online-retail", file + ".absent"},
                     ".absent' cannot be read: No such file or directory");
}

TEST(CtlOptions, RefusesWhatItDoesNotKnow) {
  expect_usage_error({}, "a command is missing");
  expect_usage_error({"frobnicate"}, "frobnicate");
  expect_usage_error({"get"}, "missing: ID");
  expect_usage_error({"get", "not-an-id"}, "no order id");
  expect_usage_error({"list", "--status", "shipped"}, "shipped");
  expect_usage_error({"list", "--status", "confirmd"}, "did you mean confirmed?");
  expect_usage_error({"list", "--lmit", "5"}, "orderctl list: no option --lmit; did you mean --limit?");
  expect_usage_error({"list", "--limit", "0"}, "--limit");
  expect_usage_error({"stock", "set", "A", "-1"}, "UNITS");
  expect_usage_error({"account", "set", "1", "--limit", "1.005"}, "no amount of GBP");
  expect_usage_error({"place", "A=1@1", "--currency", "gbp"}, "gbp");
  expect_usage_error({"place", "A=1@1", "--reference", "\xFF"}, "UTF-8");
  expect_usage_error({"quarantine", "retry", "shop", "A"}, "shop");
  expect_usage_error({"lost", "accept"}, "names");
  expect_usage_error({"lost", "accept", "0-aa", "--all"}, "names");
  expect_usage_error({"status", "--timeout", "301"}, "--timeout");
}

TEST(CtlOptions, GiveHelpWithExamplesAndExitCodes) {
  const auto help = parse_arguments({"--help"});
  EXPECT_FALSE(help.what);
  EXPECT_EQ(help.exit_code, exit_ok);
  for (const auto* part : {"place", "import", "audit", "Examples:", "Exit codes:"})
    EXPECT_NE(help.text.find(part), std::string::npos) << part;
  const auto import = parse_arguments({"import", "online-retail", "--help"});
  EXPECT_EQ(import.exit_code, exit_ok);
  EXPECT_NE(import.text.find("--stock-factor 0.8"), std::string::npos);
  EXPECT_EQ(import.text.find("orderctl audit"), std::string::npos) << "only what belongs to the command";
}

TEST(CtlOptions, ReadWhatIsToBeTraced) {
  EXPECT_EQ(parsed<trace_options>({"trace", id_text}).order_id, actors::parse_order_id(id_text));
  const auto trace = parsed<trace_options>({"trace", "4bf92f3577b34da6a3ce929d0e0e4736"});
  EXPECT_EQ(trace.order_id, "");
  EXPECT_EQ(trace.trace_id.substr(0, 2), "\x4b\xf9");
  expect_usage_error({"trace", "x"}, "'x' is neither an order id");
  expect_usage_error({"trace"}, "ID");
}

TEST(CtlOptions, ReadHowToLook) {
  EXPECT_FALSE(parsed<top_options>({"top"}).once);
  EXPECT_EQ(parsed<top_options>({"top", "--interval", "5"}).interval_s, 5u);
  EXPECT_TRUE(parsed<top_options>({"--json", "top", "--once"}).once);
  expect_usage_error({"top", "--interval", "0"}, "1 to 60");
  expect_usage_error({"--json", "top"}, "give --once too");
}

TEST(CtlOptions, ReadWhatGoesIntoABundle) {
  const auto bundle = parsed<bundle_options>({"debug", "bundle", "--metrics", "http://a/metrics", "b.tar.gz",
                                              "--http", "http://c/metrics", "--yes"});
  EXPECT_EQ(bundle.file, "b.tar.gz");
  EXPECT_EQ(bundle.pages, (std::vector<std::string>{"http://a/metrics", "http://c/metrics"}));
  EXPECT_TRUE(bundle.yes);
  EXPECT_EQ(parsed<bundle_options>({"debug", "bundle"}).file, "");
  expect_usage_error({"debug"}, "a command is missing");
}

} // namespace
} // namespace orderd::cluster
