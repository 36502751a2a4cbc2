// What values of options may be, and the sentences that refuse others. Shared by all programs; CLI11 puts the
// option's name before the sentence.
//
// *Concurrency*: any thread.
#pragma once

#include <CLI/CLI.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace orderd::config {

/// Whole numbers from `least` to `most`, of `unit` ("" for none).
CLI::Validator whole(std::int64_t least, std::int64_t most, const std::string& unit = {});

/// Numbers from `least` to `most`; `what`: as in "it must be a share from 0 to 1".
CLI::Validator number(double least, double most, const std::string& what);

/// A file that can be opened and read now.
CLI::Validator readable_file();

/// What refuses a word that is none of `names`, with the nearest of them; empty when it is one.
std::string refused_name(const std::string& text, const std::vector<std::string>& names);

/// One of these words.
CLI::Validator word_of(std::vector<std::string> names);

/// The name of an enumerator, turned into its number as CLI11 reads it.
template <class Enum>
CLI::Validator one_of(std::map<std::string, Enum> names) {
  return {[names = std::move(names)](std::string& text) -> std::string {
            if (const auto found = names.find(text); found != names.end()) {
              text = std::to_string(static_cast<int>(found->second));
              return {};
            }
            std::vector<std::string> known;
            for (const auto& [name, value] : names)
              known.push_back(name);
            return refused_name(text, known);
          },
          ""};
}

} // namespace orderd::config
