#include "cluster/gateway/client_refusals.hpp"

#include "actors/public/replies.hpp"

#include <gtest/gtest.h>

#include <string>

namespace orderd::cluster {
namespace {

using runtime::fault_code;

runtime::reply reply_with(runtime::reply_body body) {
  return {{1, 1}, body.outcome, std::make_shared<const std::string>(std::move(body.bytes))};
}

TEST(ClientRefusals, AreCountedByAddressUntilThereAreTooMany) {
  runtime::metrics page{"1"};
  client_refusals refusals{page.client_refusals};
  for (int i = 0; i < 40; ++i)
    refusals.of("10.0.0." + std::to_string(i)).Increment();
  refusals.of("10.0.0.31").Increment();
  refusals.of("10.0.0.32").Increment();
  EXPECT_EQ(page.client_refusals.at("10.0.0.31").Value(), 2);
  EXPECT_EQ(page.client_refusals.at("other").Value(), 9);
  std::size_t series = 0;
  page.client_refusals.each([&](const auto&, const auto&, const auto&) { ++series; });
  EXPECT_EQ(series, client_refusals::named_max + 1);
}

TEST(ClientRefusals, AreRepliesForWantOfRoom) {
  runtime::metrics page{"1"};
  client_refusals refusals{page.client_refusals};
  const struct {
    runtime::reply_body body;
    bool is_one;
  } rows[] = {
      {actors::fault_body({fault_code::overloaded, "wait", 100}), true},
      {actors::fault_body({fault_code::storage_full, "full", 100}), true},
      {actors::fault_body({fault_code::timeout, "late", 0}), false},
      {{runtime::reply_outcome::ok, actors::fault_body({fault_code::overloaded, "", 0}).bytes}, false},
      {{runtime::reply_outcome::fault, "no reply"}, false},
  };
  for (const auto& row : rows) {
    const auto one = reply_with(row.body);
    EXPECT_EQ(refusals.is_one(one), row.is_one);
    EXPECT_EQ(refusals.is_one(one), row.is_one); // the same body again
  }
}

} // namespace
} // namespace orderd::cluster
