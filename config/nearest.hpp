// The known word that somebody may have meant who typed another one.
//
// Pure; any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orderd::config {

/// How many letters have to be changed, left out, put in, or exchanged with their neighbour to make one word
/// of the other (optimal string alignment; upper and lower case are the same). Work and memory grow with the
/// product of the lengths.
std::size_t typing_distance(std::string_view one, std::string_view other);

/// The known word nearest to `word`, the first of those that are equally near: up to a third of its letters
/// off, at least one and at most three, or a longer one that begins with it (from three letters on). None:
/// nothing is near, or `word` is longer than any option's name could be.
std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& known);

/// "; did you mean --shards?", or nothing.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& known);

} // namespace orderd::config
