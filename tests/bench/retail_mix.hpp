// Statistics of a year of a real retailer's invoices, printed by derive_retail_mix.py: do not edit.
// Source of the data: Chen, D. (2012), Online Retail II, doi:10.24432/C5CG6D, CC BY 4.0.
#pragma once

#include "tests/bench/distribution.hpp"

#include <array>
#include <cstdint>

namespace orderd::bench::retail {

// clang-format off

/// {share of invoices, lines}: this share of the invoices has at most so many lines.
inline constexpr std::array<knot, 48> lines_per_order{{
  {0, 1}, {0.025, 1}, {0.05, 1}, {0.075, 1}, {0.1, 1}, {0.125, 1},
  {0.15, 1}, {0.175, 1}, {0.2, 1}, {0.225, 1}, {0.25, 1}, {0.275, 1},
  {0.3, 2}, {0.325, 2}, {0.35, 3}, {0.375, 3}, {0.4, 4}, {0.425, 5},
  {0.45, 6}, {0.475, 7}, {0.5, 8}, {0.525, 9}, {0.55, 11}, {0.575, 12},
  {0.6, 13}, {0.625, 15}, {0.65, 16}, {0.675, 17}, {0.7, 19}, {0.725, 20},
  {0.75, 22}, {0.775, 24}, {0.8, 26}, {0.825, 29}, {0.85, 33}, {0.875, 37},
  {0.9, 43}, {0.925, 50}, {0.95, 62}, {0.975, 91}, {0.98, 107}, {0.985, 126},
  {0.99, 156}, {0.995, 209}, {0.998, 369}, {0.999, 480}, {0.9995, 536}, {1, 675},
}};

/// {share of all rows, rank + 0.5}: so much the SKUs up to this rank, most bought first, have.
inline constexpr std::array<knot, 29> popularity{{
  {0, 0.5}, {0.00668732, 1.5}, {0.0106829, 2.5}, {0.0146159, 3.5}, {0.0217177, 5.5}, {0.0276465, 7.5},
  {0.0354559, 10.5}, {0.0471729, 15.5}, {0.058366, 20.5}, {0.0793408, 30.5}, {0.117973, 50.5}, {0.150884, 70.5},
  {0.193168, 100.5}, {0.254239, 150.5}, {0.306452, 200.5}, {0.393688, 300.5}, {0.466152, 400.5}, {0.527346, 500.5},
  {0.625608, 700.5}, {0.731311, 1000.5}, {0.807571, 1300.5}, {0.863703, 1600.5}, {0.916333, 2000.5}, {0.951643, 2400.5},
  {0.974152, 2800.5}, {0.988017, 3200.5}, {0.995948, 3600.5}, {0.999353, 4000.5}, {1, 4251.49},
}};
inline constexpr std::uint32_t skus = 4251;

// clang-format on

} // namespace orderd::bench::retail
