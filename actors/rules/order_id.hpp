// Order ids: UUIDv7, made by the client, with the slot of the order's account inside.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace orderd::actors {

inline constexpr std::size_t order_id_bytes = 16;

/// A new id of the time `now_ms` (Unix) with 60 random bits from `random`: the 14 bits after the
/// variant bits are the slot of the customer's account, so that the order lives in its account's
/// shard; of a guest (empty customer) they are random too.
std::string make_order_id(std::string_view customer, std::int64_t now_ms, std::uint64_t random);

/// True for 16 bytes with the version and variant bits of a UUIDv7.
bool is_order_id(std::string_view id) noexcept;

/// Milliseconds since the Unix epoch in the id.
std::int64_t order_id_time_ms(std::string_view id) noexcept;

/// The slot in the id: the 14 bits after the variant bits. Pre: 16 bytes.
std::uint16_t order_id_slot(std::string_view id) noexcept;

/// 16 bytes <-> "01890a5d-ac96-774b-bcce-b302099a8057". `parse_order_id` gives an empty string for
/// text that is none.
std::string order_id_text(std::string_view id);
std::string parse_order_id(std::string_view text);

} // namespace orderd::actors
