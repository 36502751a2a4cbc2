#include "tests/bench/catalogue.hpp"

#include "tests/bench/retail_mix.hpp"

#include <string_view>

namespace orderd::bench {

namespace {

constexpr std::uint32_t uniform_skus = 100'000;
constexpr std::uint32_t uniform_customers = 100'000;

/// Known customers in the data of the retail mix.
constexpr std::uint32_t retail_customers = 4'383;

/// `prefix` and six digits. Short enough to lie inside a std::string.
std::vector<std::string> numbered(std::string_view prefix, std::uint32_t count) {
  std::vector<std::string> names;
  names.reserve(count);
  for (std::uint32_t n = 0; n < count; ++n) {
    const auto digits = std::to_string(n);
    names.push_back(std::string{prefix} + std::string(6 - digits.size(), '0') + digits);
  }
  return names;
}

} // namespace

catalogue make_catalogue(mix what) {
  switch (what) {
  case mix::hot:
    return {{"hot-000000"}, numbered("account-", uniform_customers)};
  case mix::retail:
    return {numbered("retail-", retail::skus), numbered("buyer-", retail_customers)};
  case mix::uniform:
    break;
  }
  return {numbered("sku-", uniform_skus), numbered("account-", uniform_customers)};
}

} // namespace orderd::bench
