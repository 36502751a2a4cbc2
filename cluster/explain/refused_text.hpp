// What a rejected order failed by, in words: "line 2 (SKU jam) asks for 5, 3 were available".
//
// Everything here is pure; safe from any thread. Keys are shown as a terminal may show them.
#pragma once

#include "actors/public/public.pb.h"

#include <string>
#include <string_view>

namespace orderd::cluster {

/// Empty: the answer names nothing, as one that is not rejected, whose deadline passed, or of an order that
/// was rejected before lines were recorded. `currency`: the order's.
std::string refused_text(const v1::placement& outcome, std::string_view currency);
std::string refused_text(const v1::order& order);

} // namespace orderd::cluster
