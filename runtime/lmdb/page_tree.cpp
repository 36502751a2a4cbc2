#include "runtime/lmdb/page_tree.hpp"

#include <algorithm>
#include <cstring>

namespace orderd::runtime::lmdb {

namespace {

fault misshapen(page_number number) {
  return {fault_code::corrupt, "page " + std::to_string(number) + " is not what the page above it says"};
}

/// The first index whose key is not below `key`, from `from` on.
std::optional<unsigned> lower_bound(const page_view& page, unsigned from, std::string_view key) {
  unsigned end = page.count();
  while (from < end) {
    const auto middle = from + (end - from) / 2;
    const auto found = page.at(middle);
    if (!found)
      return std::nullopt;
    if (found->key < key)
      from = middle + 1;
    else
      end = middle;
  }
  return from;
}

} // namespace

void tree_cursor::enter(const tree& of, bool same_pages) {
  tree_ = of;
  if (!same_pages)
    for (auto& each : levels_)
      each->number = no_page;
}

result<void> tree_cursor::load(std::size_t depth, page_number number) {
  while (levels_.size() <= depth)
    levels_.push_back(std::make_unique<level>());
  auto& at = *levels_[depth];
  const bool leaf = depth + 1 == tree_.depth;
  if (at.number != number) {
    at.number = no_page;
    if (auto done = pages_->read(number, at.bytes.data()); !done)
      return done;
    at.number = number;
  }
  // Again for a page that was there already: another tree can have it at another height only when damaged.
  const auto page = page_view::parse({at.bytes.data(), at.bytes.size()}, number, leaf);
  if (!page)
    return misshapen(number);
  at.page = *page;
  return {};
}

/// Loads the child that the level's index says.
result<void> tree_cursor::to_child(std::size_t depth) {
  const auto& at = *levels_[depth];
  const auto child = at.page.at(at.index);
  return child ? load(depth + 1, child->page) : misshapen(at.number);
}

result<bool> tree_cursor::stand() {
  const auto& leaf = *levels_[tree_.depth - 1u];
  const auto found = leaf.page.at(leaf.index);
  if (!found)
    return misshapen(leaf.number);
  row_ = *found;
  return true;
}

/// To the lowest or highest row below the page at `depth`, which is loaded unless it is the root.
result<bool> tree_cursor::descend_to_edge(std::size_t depth, bool lowest) {
  if (empty())
    return false;
  if (depth == 0)
    if (auto done = load(0, tree_.root); !done)
      return done.error();
  for (;; ++depth) {
    auto& at = *levels_[depth];
    at.index = lowest ? 0 : at.page.count() - 1;
    if (depth + 1 == tree_.depth)
      return stand();
    if (auto done = to_child(depth); !done)
      return done.error();
  }
}

/// To the leaf that has the key if any has, and there to the first row not below it; false when all are.
result<bool> tree_cursor::to_leaf_of(std::string_view key) {
  if (auto done = load(0, tree_.root); !done)
    return done.error();
  for (std::size_t depth = 0; depth + 1 < tree_.depth; ++depth) {
    auto& at = *levels_[depth];
    // The first child's key is never looked at: it has all keys below the second's.
    const auto above = lower_bound(at.page, 1, key);
    const auto exact = above && *above < at.page.count() ? at.page.at(*above) : std::nullopt;
    if (!above)
      return misshapen(at.number);
    at.index = exact && exact->key == key ? *above : *above - 1;
    if (auto done = to_child(depth); !done)
      return done.error();
  }
  auto& leaf = *levels_[tree_.depth - 1u];
  const auto found = lower_bound(leaf.page, 0, key);
  if (!found)
    return misshapen(leaf.number);
  leaf.index = *found;
  return leaf.index < leaf.page.count() ? stand() : false;
}

result<bool> tree_cursor::find(std::string_view key) {
  if (empty())
    return false;
  auto found = to_leaf_of(key);
  return found && *found ? row_.key == key : found;
}

result<bool> tree_cursor::seek(std::string_view key) {
  if (empty())
    return false;
  auto found = to_leaf_of(key);
  if (!found || *found)
    return found;
  levels_[tree_.depth - 1u]->index -= 1;
  return step(true);
}

result<bool> tree_cursor::step(bool forwards) {
  for (std::size_t depth = tree_.depth; depth-- > 0;) {
    auto& at = *levels_[depth];
    if (forwards ? at.index + 1 >= at.page.count() : at.index == 0)
      continue;
    at.index += forwards ? 1 : -1;
    if (depth + 1 == tree_.depth)
      return stand();
    if (auto done = to_child(depth); !done)
      return done.error();
    return descend_to_edge(depth + 1, forwards);
  }
  return false;
}

result<std::string_view> tree_cursor::value() {
  if (!row_.overflow)
    return row_.inline_value;
  if (auto done = read_overflow(*pages_, row_, long_value_); !done)
    return done.error();
  return std::string_view{long_value_};
}

result<void> read_overflow(page_source& pages, const node& row, std::string& to) {
  const auto count = overflow_pages(row.value_bytes);
  std::array<char, page_bytes> page;
  to.clear();
  for (std::uint64_t i = 0; i < count; ++i) {
    if (auto done = pages.read(row.page + i, page.data()); !done)
      return done;
    if (i == 0 && !begins_overflow({page.data(), page.size()}, row.page, count))
      return misshapen(row.page);
    const auto skip = i == 0 ? page_header_bytes : 0;
    to.append(page.data() + skip, std::min<std::size_t>(page_bytes - skip, row.value_bytes - to.size()));
  }
  return {};
}

// -- walk ----------------------------------------------------------------------------------------

namespace {

using key_end = std::optional<std::string>;

class walker {
public:
  walker(page_source& pages, const tree& of, const tree_visitor& visit)
      : pages_(pages), tree_(of), visit_(visit) {}

  result<void> page(unsigned depth, page_number number, std::string_view first, const key_end& end) {
    const bool leaf = depth + 1 == tree_.depth;
    const auto bytes = std::make_unique<std::array<char, page_bytes>>();
    const auto good = pages_.read_parts(number, bytes->data());
    const auto found = page_view::parse({bytes->data(), bytes->size()}, number, leaf);
    if (!covers(good, 0, page_header_bytes) || !found || !covers(good, 0, found->list_end()))
      return visit_.gap(first, end);
    if (visit_.doubtful && !pages_.proven(number))
      visit_.doubtful(first, end);
    const auto nodes = nodes_of(*found, good);
    if (!in_order(nodes, leaf, first, end))
      return visit_.gap(first, end);
    return leaf ? rows(nodes, first, end) : children(nodes, depth, first, end);
  }

private:
  /// A node of a page as far as it was read.
  struct found_node {
    bool key_good = false;
    bool good = false; ///< all of it
    node what;
  };

  static bool covers(unsigned good, std::size_t begin, std::size_t end) {
    for (auto sector = begin / sector_bytes; sector * sector_bytes < end; ++sector)
      if ((good & 1u << sector) == 0)
        return false;
    return true;
  }

  static std::vector<found_node> nodes_of(const page_view& page, unsigned good) {
    std::vector<found_node> out(page.count());
    for (unsigned i = 0; i < page.count(); ++i) {
      const auto node = page.at(i);
      if (!node)
        continue;
      const auto where = page.extent_of(i, *node);
      out[i] = {covers(good, where.begin, where.key_end), covers(good, where.begin, where.end), *node};
    }
    return out;
  }

  bool in_order(const std::vector<found_node>& nodes, bool leaf, std::string_view first,
                const key_end& end) const {
    std::string_view before = first;
    bool strictly = false;
    for (std::size_t i = leaf ? 0 : 1; i < nodes.size(); ++i) {
      if (!nodes[i].key_good)
        continue;
      const auto key = nodes[i].what.key;
      if (strictly ? !less(before, key) : less(key, before))
        return false;
      strictly = true;
      before = key;
    }
    return !end || !strictly || less(before, *end);
  }

  /// The list of free pages has numbers for keys, in the machine's order.
  bool less(std::string_view left, std::string_view right) const {
    if (!tree_.number_keys())
      return left < right;
    const auto number = [](std::string_view key) {
      std::uint64_t out = 0;
      key.copy(reinterpret_cast<char*>(&out), sizeof out); // memcpy may not be given an empty view
      return out;
    };
    return number(left) < number(right);
  }

  /// The first key that can be read from a node on.
  static key_end key_from(const std::vector<found_node>& nodes, std::size_t i, const key_end& end) {
    for (; i < nodes.size(); ++i)
      if (nodes[i].key_good)
        return std::string{nodes[i].what.key};
    return end;
  }

  result<void> rows(const std::vector<found_node>& nodes, std::string_view first, const key_end& end) {
    std::string from{first}; // no key below it is missing
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      const auto& [key_good, good, row] = nodes[i];
      result<void> done;
      if (!key_good)
        done = visit_.gap(from, key_from(nodes, i, end));
      else if (!good || (row.overflow && !read_overflow(pages_, row, long_value_)))
        done = visit_.gap(row.key, std::string{row.key} + '\0');
      else
        done = visit_.row(row, row.overflow ? long_value_ : row.inline_value);
      if (!done)
        return done;
      if (key_good)
        from = std::string{row.key} + '\0';
    }
    return {};
  }

  result<void> children(const std::vector<found_node>& nodes, unsigned depth, std::string_view first,
                        const key_end& end) {
    std::string from{first};
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      const auto& [key_good, good, child] = nodes[i];
      const auto child_end = key_from(nodes, i + 1, end);
      if (key_good && i > 0)
        from = child.key;
      if (auto done = good ? page(depth + 1, child.page, from, child_end) : visit_.gap(from, child_end);
          !done)
        return done;
    }
    return {};
  }

  page_source& pages_;
  const tree& tree_;
  const tree_visitor& visit_;
  std::string long_value_;
};

} // namespace

result<void> walk(page_source& pages, const tree& of, const tree_visitor& visit) {
  if (of.root == no_page)
    return {};
  return walker{pages, of, visit}.page(0, of.root, {}, std::nullopt);
}

} // namespace orderd::runtime::lmdb
