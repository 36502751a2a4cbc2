// Where the requests of a run come from.
#pragma once

#include "actors/public/public.pb.h"
#include "tests/bench/catalogue.hpp"

#include <cstdint>
#include <memory>
#include <random>

namespace google::protobuf {
class Arena;
}

namespace orderd::bench {

/// Makes one request after the other, for one thread. What it made is never changed again and lives as
/// long as someone holds it.
class request_source {
public:
  virtual ~request_source() = default;
  virtual std::shared_ptr<const v1::request> next() = 0;
};

/// Requests are made in arenas, many to each: one order takes well below a microsecond.
class request_arena {
public:
  std::shared_ptr<v1::request> make();

private:
  std::shared_ptr<google::protobuf::Arena> arena_;
  std::uint32_t left_ = 0;
};

/// Sets the stock of every SKU and the credit of every account of a catalogue so high that no run uses
/// them up.
class setup_source : public request_source {
public:
  /// `goods` must outlive the source.
  explicit setup_source(const catalogue& goods);

  /// How many requests there are; `next` may be called so often.
  std::uint64_t count() const noexcept;

  std::shared_ptr<const v1::request> next() override;

private:
  std::string command_id();

  const catalogue& goods_;
  std::uint64_t made_ = 0;
  std::mt19937_64 ids_;
  request_arena arena_;
};

struct order_source_options {
  mix what = mix::uniform;
  double card_share = 0;        ///< 0 to 1, of guests who pay by card; the others pay from their accounts
  std::uint64_t seed = 1;       ///< of what is ordered; ids differ from run to run all the same
  std::uint32_t timeout_ms = 0; ///< deadline of each order; 0: the client's
};

/// Orders of a mix, all with ids never used before, one unit a line at 2.50 GBP.
class order_source : public request_source {
public:
  /// `goods` is `make_catalogue(options.what)` and must outlive the source.
  order_source(const catalogue& goods, order_source_options options);

  std::shared_ptr<const v1::request> next() override;

private:
  std::size_t lines();
  const std::string& sku();
  double share();

  const catalogue& goods_;
  order_source_options options_;
  std::mt19937_64 choices_;
  std::mt19937_64 ids_;
  request_arena arena_;
};

} // namespace orderd::bench
