// The arguments of a program: read by CLI11, refused in our own words.
//
// *Operation*: one parse of an app that has all its options. A refusal names what was typed, what is meant to
// stand there and the nearest known word; what came from the file of settings names file and line. CLI11's
// own sentences are never shown: what it refused is looked up in the app after the parse, and its message is
// used only to learn which option it means. A validator's sentence ("--shards: 65 is out of range; ...") is
// ours. *Concurrency*: one thread an app.
#pragma once

#include <CLI/CLI.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orderd::config {

/// Why a program ends with its arguments.
struct usage_end {
  bool asked_for = false; ///< help or the version: to stdout, exit code 0. Else to stderr, exit code 2
  std::string text;       ///< with the end of its last line
};

/// Reads the arguments, without the program's name, into what the options of `app` are bound to; `app` has a
/// name. None: the program goes on.
/// `shown` makes any bytes fit to be shown on a terminal (actors::shown): arguments are in the refusals.
std::optional<usage_end> read_arguments(CLI::App& app, const std::vector<std::string>& arguments,
                                        std::string (*shown)(std::string_view));

/// The number of the line of a file of settings that sets `name`, from 1; 0: none does. Pure.
std::size_t line_that_sets(std::string_view content, std::string_view name);

} // namespace orderd::config
