// The goods and customers of a mix.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace orderd::bench {

enum class mix : std::uint8_t {
  uniform, ///< one line, 100,000 SKUs, 100,000 accounts, all alike
  hot,     ///< one line, always the same SKU, 100,000 accounts
  retail, ///< lines and popularity of SKUs as a real retailer's year (retail_mix.hpp), its number of accounts
};

struct catalogue {
  std::vector<std::string> skus; ///< retail: most bought first
  std::vector<std::string> customers;
};

catalogue make_catalogue(mix what);

} // namespace orderd::bench
