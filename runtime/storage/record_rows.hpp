// What a journal record is, and how much it would become, before it is decoded.
#pragma once

#include "runtime/base/result.hpp"

#include <cstddef>
#include <string_view>

namespace orderd::runtime {

/// How many rows decode_epoch (row.hpp) would make of those bytes: to be asked of bytes that others made.
std::size_t rows_in(std::string_view record);

/// Whether it is an epoch's record with the checksum of what it says: what decode_epoch looks at first.
result<void> check_record(std::string_view record);

} // namespace orderd::runtime
