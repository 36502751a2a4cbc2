#!/usr/bin/env python3
"""Prints retail_mix.hpp: the statistics of a year of a retailer's invoices that orderbench draws from.

    tests/bench/derive_retail_mix.py online_retail_2009_2010.csv.xz > tests/bench/retail_mix.hpp

Lines per invoice are taken over all invoices of the file (mean 18.2); how often a SKU is bought over the
rows of sales with a quantity and a price above zero.
"""
import collections
import csv
import io
import lzma
import sys

LINE_SHARES = [i / 40 for i in range(40)] + [0.98, 0.985, 0.99, 0.995, 0.998, 0.999, 0.9995, 1.0]
RANKS = [1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 400, 500, 700, 1000, 1300, 1600, 2000,
         2400, 2800, 3200, 3600, 4000]


def main():
    lines, bought = collections.Counter(), collections.Counter()
    with lzma.open(sys.argv[1]) as packed:
        for row in csv.DictReader(io.TextIOWrapper(packed, "utf-8")):
            lines[row["Invoice"]] += 1
            if row["Invoice"].isdigit() and int(row["Quantity"]) > 0 and float(row["Price"]) > 0:
                bought[row["StockCode"]] += 1
    counts = sorted(lines.values())
    per_rank = sorted(bought.values(), reverse=True)
    total = sum(per_rank)
    quantiles = [(s, counts[min(len(counts) - 1, int(s * len(counts)))]) for s in LINE_SHARES]
    # Half a rank on, so that rounding gives the rank r to the shares from just above rank r - 1 to rank r.
    curve = [(0.0, 0.5)] + [(sum(per_rank[:r]) / total, r + 0.5) for r in RANKS] + [(1.0, len(per_rank) + 0.49)]

    print("// Statistics of a year of a real retailer's invoices, printed by derive_retail_mix.py: do not edit.")
    print("// Source of the data: Chen, D. (2012), Online Retail II, doi:10.24432/C5CG6D, CC BY 4.0.")
    print('#pragma once\n\n#include "tests/bench/distribution.hpp"\n\n#include <array>\n#include <cstdint>\n')
    print("namespace orderd::bench::retail {\n")
    print("// clang-format off\n")
    print("/// {share of invoices, lines}: this share of the invoices has at most so many lines.")
    print_knots("lines_per_order", quantiles)
    print("\n/// {share of all rows, rank + 0.5}: so much the SKUs up to this rank, most bought first, have.")
    print_knots("popularity", curve)
    print(f"inline constexpr std::uint32_t skus = {len(per_rank)};")
    print("\n// clang-format on\n\n} // namespace orderd::bench::retail")


def print_knots(name, pairs):
    print(f"inline constexpr std::array<knot, {len(pairs)}> {name}{{{{")
    for start in range(0, len(pairs), 6):
        print("  " + " ".join(f"{{{share:.6g}, {value}}}," for share, value in pairs[start:start + 6]))
    print("}};")


if __name__ == "__main__":
    main()
