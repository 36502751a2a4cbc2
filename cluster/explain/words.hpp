// The words of explanations: durations, sums, names of entities, reasons.
//
// Everything here is pure; safe from any thread.
#pragma once

#include "actors/public/public.pb.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace orderd::cluster {

/// "12 ms", "3.2 s", "4 min 10 s", "5 h 3 min", "3 d 4 h". What is below 0 is 0.
std::string duration_text(std::int64_t ms);

/// "SKU tea", "account ann", "the card payment", "the order".
std::string entity_text(std::string_view kind, std::string_view key);

/// As the start of a sentence. Pre: not empty, ASCII at its start.
std::string capitalized(std::string text);

/// Why an order was not confirmed, as half a sentence: "there was not enough stock".
std::string reason_text(v1::reject_reason reason);

/// "1 SKU", "3 SKUs".
std::string count_text(std::int64_t count, std::string_view one);

/// What follows for the order when the failing command of an entity is dropped for good, as a sentence.
std::string release_text(std::string_view command);

} // namespace orderd::cluster
