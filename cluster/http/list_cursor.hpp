// Where a list goes on: opaque text for those who page through it.
//
// It holds the list's name, so that a cursor of one list is refused by another, and a key of its rows.
//
// Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace orderd::cluster {

/// Letters, digits, "-" and "_" only: it needs no encoding in a query.
std::string make_cursor(char list, std::string_view key);

/// The key; none for text that `make_cursor` did not make for that list.
std::optional<std::string> read_cursor(char list, std::string_view cursor);

} // namespace orderd::cluster
