// The OpenAPI document of this API, openapi.json, as it was when the program was made.
//
// Pure; any thread.
#pragma once

#include <string_view>

namespace orderd::cluster {

std::string_view openapi_document() noexcept;

} // namespace orderd::cluster
