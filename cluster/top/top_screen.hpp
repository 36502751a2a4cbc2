// The screens of `orderctl top`: what is known and what is looked at, as lines.
//
// Pure: the same arguments, the same lines.
#pragma once

#include "cluster/top/top_model.hpp"
#include "cluster/top/top_text.hpp"
#include "cluster/top/top_ui.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace orderd::cluster {

/// How a terminal shows things.
struct top_look {
  std::size_t width = 80;
  std::size_t height = 24;
  bool colours = false;
  bool blocks = false; ///< it has the block characters of Unicode; else a chart is of ASCII
};

/// At most `height` lines of at most `width` columns: a head, the view, and a foot that says what keys do.
std::vector<std::string> top_screen(const top_model& model, const top_ui& ui, const top_look& look);

/// All views as one text, below each other and without an end of the page, for where there is no terminal.
std::string top_plain(const top_model& model);

// -- the parts of a screen, which these put together ----------------------------------------------

std::vector<top_text> glance_lines(const top_model& model, const top_look& look);
/// `chosen`: the row that stands out; none: none does.
std::vector<top_text> shard_lines(const top_model& model, top_order sort, std::optional<std::size_t> chosen);
std::vector<top_text> stuck_lines(const top_model& model, std::optional<std::size_t> chosen);
std::vector<top_text> one_shard_lines(const top_model& model, std::uint32_t shard);
std::vector<top_text> one_order_lines(const top_model& model, const std::string& order_id);

} // namespace orderd::cluster
