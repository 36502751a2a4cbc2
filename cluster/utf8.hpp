// Whether bytes are UTF-8: text fields of the protocol must be.
#pragma once

#include <string_view>

namespace orderd::cluster {

/// True for well-formed UTF-8: no overlong form, no surrogate, nothing above U+10FFFF.
bool is_utf8(std::string_view text) noexcept;

} // namespace orderd::cluster
