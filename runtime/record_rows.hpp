// How much a journal record would become, before it is decoded.
#pragma once

#include <cstddef>
#include <string_view>

namespace orderd::runtime {

/// How many rows decode_epoch (row.hpp) would make of those bytes: to be asked of bytes that others made.
std::size_t rows_in(std::string_view record);

} // namespace orderd::runtime
