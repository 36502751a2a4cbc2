#include "tests/bench/request_source.hpp"

#include "actors/rules/order_id.hpp"
#include "config/limits.hpp"
#include "tests/bench/retail_mix.hpp"

#include <google/protobuf/arena.h>

#include <chrono>

namespace orderd::bench {

namespace {

constexpr std::uint32_t requests_per_arena = 256;
constexpr std::size_t arena_block_bytes = 64u << 10;
constexpr std::int64_t unit_price_minor = 250;

/// 10 billion pounds: more than any run spends.
constexpr std::int64_t credit_limit_minor = 1'000'000'000'000;

std::int64_t unix_now_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

/// Ids must differ from those of every earlier run, so they have a seed of their own.
std::mt19937_64 id_generator() {
  std::random_device device;
  std::seed_seq seed{device(), device(), device(), device()};
  return std::mt19937_64{seed};
}

} // namespace

std::shared_ptr<v1::request> request_arena::make() {
  if (left_ == 0) {
    google::protobuf::ArenaOptions options;
    options.start_block_size = arena_block_bytes;
    options.max_block_size = arena_block_bytes;
    arena_ = std::make_shared<google::protobuf::Arena>(options);
    left_ = requests_per_arena;
  }
  --left_;
  return {arena_, google::protobuf::Arena::CreateMessage<v1::request>(arena_.get())};
}

setup_source::setup_source(const catalogue& goods) : goods_(goods), ids_(id_generator()) {}

std::uint64_t setup_source::count() const noexcept {
  return goods_.skus.size() + goods_.customers.size();
}

std::string setup_source::command_id() {
  return actors::make_order_id({}, unix_now_ms(), ids_());
}

std::shared_ptr<const v1::request> setup_source::next() {
  auto made = arena_.make();
  const auto index = made_++;
  if (index < goods_.skus.size()) {
    auto& stock = *made->mutable_set_stock();
    stock.set_command_id(command_id());
    stock.set_sku(goods_.skus[index]);
    stock.set_on_hand(limits::quantity_max);
  } else {
    auto& account = *made->mutable_set_account();
    account.set_command_id(command_id());
    account.set_customer(goods_.customers[index - goods_.skus.size()]);
    account.set_currency("GBP");
    account.set_credit_limit_minor(credit_limit_minor);
  }
  return made;
}

order_source::order_source(const catalogue& goods, order_source_options options)
    : goods_(goods), options_(options), choices_(options.seed), ids_(id_generator()) {}

double order_source::share() {
  return static_cast<double>(choices_() >> 11) * 0x1p-53;
}

std::size_t order_source::lines() {
  return options_.what == mix::retail ? value_at(retail::lines_per_order, share()) : 1;
}

const std::string& order_source::sku() {
  if (options_.what == mix::retail)
    return goods_.skus[value_at(retail::popularity, share()) - 1];
  return goods_.skus[choices_() % goods_.skus.size()];
}

std::shared_ptr<const v1::request> order_source::next() {
  auto made = arena_.make();
  made->set_timeout_ms(options_.timeout_ms);
  auto& order = *made->mutable_place_order();
  if (options_.card_share > 0 && share() < options_.card_share) {
    order.set_payment_method(v1::CARD);
  } else {
    order.set_payment_method(v1::ACCOUNT);
    order.set_customer(goods_.customers[choices_() % goods_.customers.size()]);
  }
  order.set_order_id(actors::make_order_id(order.customer(), unix_now_ms(), ids_()));
  order.set_currency("GBP");
  const auto count = lines();
  order.mutable_lines()->Reserve(static_cast<int>(count));
  for (std::size_t n = 0; n < count; ++n) {
    auto& line = *order.add_lines();
    line.set_sku(sku());
    line.set_quantity(1);
    line.set_unit_price_minor(unit_price_minor);
  }
  return made;
}

} // namespace orderd::bench
