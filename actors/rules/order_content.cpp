#include "actors/rules/order_content.hpp"

#include "actors/rules/money.hpp"
#include "runtime/base/bytes.hpp"

#include <algorithm>
#include <numeric>

namespace orderd::actors {

namespace {

void append_number(std::string& to, std::int64_t number) {
  runtime::append_integer(to, static_cast<std::uint64_t>(number));
}

/// Length first, so that no two different contents give the same bytes.
void append_text(std::string& to, std::string_view text) {
  append_number(to, static_cast<std::int64_t>(text.size()));
  to += text;
}

} // namespace

void order_content::group_lines() {
  if (lines.size() < 2)
    return;
  std::vector<std::uint16_t> by_sku(lines.size());
  std::iota(by_sku.begin(), by_sku.end(), std::uint16_t{0});
  std::stable_sort(by_sku.begin(), by_sku.end(),
                   [this](std::uint16_t a, std::uint16_t b) { return lines[a].sku < lines[b].sku; });
  for (std::size_t i = 1; i < by_sku.size(); ++i) {
    auto& before = lines[by_sku[i - 1]];
    auto& line = lines[by_sku[i]];
    if (before.sku != line.sku)
      continue;
    before.next_of_sku = by_sku[i];
    line.first_of_sku = false;
  }
}

std::optional<std::int64_t> order_content::total_minor() const {
  std::optional<std::int64_t> sum = 0;
  for (const auto& line : lines) {
    sum = checked_add_line(*sum, line.quantity, line.unit_price_minor);
    if (!sum)
      break;
  }
  return sum;
}

std::uint64_t order_content::digest() const {
  std::string bytes;
  bytes.reserve(96 + lines.size() * 40);
  append_text(bytes, reference);
  append_text(bytes, customer);
  bytes += currency.view();
  bytes += static_cast<char>(method);
  bytes += allow_partial ? '\1' : '\0';
  for (const auto& line : lines) {
    append_text(bytes, line.sku);
    append_number(bytes, line.quantity);
    append_number(bytes, line.unit_price_minor);
  }
  return runtime::hash_bytes(bytes);
}

} // namespace orderd::actors
