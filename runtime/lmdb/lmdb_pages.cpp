#include "runtime/lmdb/lmdb_pages.hpp"

#include "runtime/base/disk.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace orderd::runtime::lmdb {

namespace {

// lmdb/mdb.c: MDB_page and MDB_node. Every number is in the byte order of the machine.
constexpr std::size_t header_bytes = 16;
constexpr std::size_t node_header_bytes = 8;
constexpr std::uint16_t branch_page = 0x01;
constexpr std::uint16_t leaf_page = 0x02;
constexpr std::uint16_t overflow_page = 0x04;
constexpr std::uint16_t big_value = 0x01;
constexpr std::size_t key_bytes_max = 511;

template <class T>
T native(const char* from) noexcept {
  T out;
  std::memcpy(&out, from, sizeof out);
  return out;
}

/// One page of a tree, within whose bounds its nodes are known to lie.
struct tree_page {
  char bytes[page_bytes];

  std::uint64_t number() const { return native<std::uint64_t>(bytes); }
  std::uint16_t flags() const { return native<std::uint16_t>(bytes + 10); }
  std::size_t lower() const { return native<std::uint16_t>(bytes + 12); }
  std::size_t upper() const { return native<std::uint16_t>(bytes + 14); }
  std::size_t nodes() const { return (lower() - header_bytes) / 2; }
  const char* node(std::size_t index) const {
    return bytes + native<std::uint16_t>(bytes + header_bytes + 2 * index);
  }
};

/// A node's fields. In a branch page the first three are the child's number, in a leaf size and kind.
struct node_view {
  std::uint64_t low; ///< 16 bits
  std::uint64_t high;
  std::uint16_t flags;
  std::string_view key;
  const char* data;

  std::uint64_t child() const { return low | high << 16 | std::uint64_t{flags} << 32; }
  std::uint64_t size() const { return low | high << 16; }
};

node_view view(const char* node) {
  const auto key_bytes = native<std::uint16_t>(node + 6);
  return {native<std::uint16_t>(node),
          native<std::uint16_t>(node + 2),
          native<std::uint16_t>(node + 4),
          {node + node_header_bytes, key_bytes},
          node + node_header_bytes + key_bytes};
}

class tree_walk {
public:
  /// `from`: no row below it is visited. Every function says whether the walk goes on.
  tree_walk(const page_reader& in, const tree_root& tree, walk_options options, std::string_view from,
            page_census& pages, const part_visitor& visit)
      : in_(in), tree_(tree), options_(options), from_(from), pages_(pages), visit_(visit) {}

  result<bool> run() {
    if (tree_.root != no_page) {
      if (auto done = enter(tree_.root, 1, {}, {}); !done || !*done)
        return done;
    }
    if (!from_.empty())
      return true;
    if (found_.branch_pages != tree_.branch_pages || found_.leaf_pages != tree_.leaf_pages
        || found_.overflow_pages != tree_.overflow_pages || found_.entries != tree_.entries)
      return fault{fault_code::corrupt,
                   in_.name() + " is damaged: a tree has " + std::to_string(found_.entries) + " rows, not "
                       + std::to_string(tree_.entries) + ", or other pages than it says"};
    return true;
  }

private:
  using bound = std::optional<std::string>;

  fault damaged(std::uint64_t page, const std::string& what) const {
    return {fault_code::corrupt, in_.name() + " is damaged: page " + std::to_string(page) + " " + what};
  }

  bool below(std::string_view a, std::string_view b) const {
    if (!options_.integer_keys)
      return a < b;
    return native<std::uint64_t>(a.data()) < native<std::uint64_t>(b.data());
  }

  result<bool> enter(std::uint64_t number, unsigned level, const bound& low, const bound& high) {
    if (!pages_.take(number, 1))
      return damaged(number, "is in two places, or cannot be");
    tree_page page;
    if (auto done = in_.read(number, page.bytes, sizeof page.bytes); !done)
      return done.error();
    const bool leaf = level == tree_.depth;
    if (auto done = check_form(page, number, leaf); !done)
      return done.error();
    if (auto done = check_keys(page, number, leaf, low, high); !done)
      return done.error();
    ++(leaf ? found_.leaf_pages : found_.branch_pages);
    return leaf ? rows(page, number) : children(page, level, low, high);
  }

  result<void> check_form(const tree_page& page, std::uint64_t number, bool leaf) const {
    if (page.number() != number)
      return damaged(number, "says that it is page " + std::to_string(page.number()));
    if (page.flags() != (leaf ? leaf_page : branch_page))
      return damaged(number, "is not of the kind it must be");
    if (page.lower() <= header_bytes || page.lower() % 2 != 0 || page.lower() > page.upper()
        || page.upper() > page_bytes)
      return damaged(number, "has impossible bounds");
    // LMDB keeps the rows of a page one behind the other, each of an even length, up to the page's end.
    std::size_t filled = 0;
    for (std::size_t index = 0; index < page.nodes(); ++index) {
      const auto at = static_cast<std::size_t>(page.node(index) - page.bytes);
      if (at < page.upper() || at % 2 != 0 || at + node_header_bytes > page_bytes)
        return damaged(number, "has a row outside itself");
      const auto node = view(page.node(index));
      const auto data = !leaf ? 0 : node.flags == big_value ? sizeof(std::uint64_t) : node.size();
      const auto bytes = node_header_bytes + node.key.size() + data;
      if (at + bytes > page_bytes)
        return damaged(number, "has a row that is too long");
      if (leaf && node.flags != 0 && node.flags != big_value)
        return damaged(number, "has a row of an unknown kind");
      filled += bytes + bytes % 2;
    }
    if (filled != page_bytes - page.upper())
      return damaged(number, "has rows of other lengths than it has room for");
    return {};
  }

  /// Keys ascend, and lie within what the pages above say. A branch's first key is not looked at by anyone.
  result<void> check_keys(const tree_page& page, std::uint64_t number, bool leaf, const bound& low,
                          const bound& high) const {
    std::optional<std::string_view> previous;
    for (std::size_t index = leaf ? 0 : 1; index < page.nodes(); ++index) {
      const auto key = view(page.node(index)).key;
      if (key.empty() || key.size() > key_bytes_max || (options_.integer_keys && key.size() != 8))
        return damaged(number, "has a key of " + std::to_string(key.size()) + " bytes");
      if ((previous && !below(*previous, key)) || (low && below(key, *low)) || (high && !below(key, *high)))
        return damaged(number, "has a key out of order");
      previous = key;
    }
    return {};
  }

  result<bool> children(const tree_page& page, unsigned level, const bound& low, const bound& high) {
    for (std::size_t index = 0; index < page.nodes(); ++index) {
      const auto node = view(page.node(index));
      const auto from = index == 0 ? low : bound{node.key};
      const auto upto = index + 1 == page.nodes() ? high : bound{view(page.node(index + 1)).key};
      if (!from_.empty() && upto && *upto <= from_)
        continue;
      if (auto done = enter(node.child(), level + 1, from, upto); !done || !*done)
        return done;
    }
    return true;
  }

  result<bool> rows(const tree_page& page, std::uint64_t number) {
    for (std::size_t index = 0; index < page.nodes(); ++index) {
      const auto node = view(page.node(index));
      ++found_.entries;
      if (!from_.empty() && node.key < from_)
        continue;
      std::string whole;
      if (node.flags == big_value) {
        if (auto done = overflow(number, native<std::uint64_t>(node.data), node.size(), whole); !done)
          return done.error();
      }
      const auto value =
          node.flags == big_value ? std::string_view{whole} : std::string_view{node.data, node.size()};
      if (auto done = visit_(node.key, value); !done || !*done)
        return done;
    }
    return true;
  }

  result<void> overflow(std::uint64_t of, std::uint64_t first, std::uint64_t bytes, std::string& whole) {
    const auto count = (header_bytes + bytes + page_bytes - 1) / page_bytes;
    if (!pages_.take(first, count))
      return damaged(of, "has a value in pages that are used twice, or cannot be");
    char header[header_bytes];
    if (auto done = in_.read(first, header, sizeof header); !done)
      return done;
    if (native<std::uint64_t>(header) != first || native<std::uint16_t>(header + 10) != overflow_page
        || native<std::uint32_t>(header + 12) != count)
      return damaged(first, "is not the beginning of a value of " + std::to_string(bytes) + " bytes");
    found_.overflow_pages += count;
    if (!options_.whole_values)
      return {};
    whole.resize(header_bytes + bytes);
    if (auto done = in_.read(first, whole.data(), whole.size()); !done)
      return done;
    whole.erase(0, header_bytes);
    return {};
  }

  const page_reader& in_;
  const tree_root& tree_;
  walk_options options_;
  std::string_view from_;
  page_census& pages_;
  const part_visitor& visit_;
  tree_root found_;
};

} // namespace

// -- page_file -----------------------------------------------------------------------------------

result<page_file> page_file::open(const std::string& file) {
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return os_failure(errno, "open the data file", file);
  return page_file{file, fd};
}

page_file::page_file(page_file&& other) noexcept
    : name_(std::move(other.name_)), fd_(std::exchange(other.fd_, -1)) {}

page_file::~page_file() {
  if (fd_ >= 0)
    ::close(fd_);
}

result<void> page_file::read(std::uint64_t page, char* into, std::size_t bytes) const {
  std::size_t done = 0;
  while (done < bytes) {
    const auto got = pread(fd_, into + done, bytes - done, static_cast<off_t>(page * page_bytes + done));
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return os_failure(errno, "read page " + std::to_string(page), name_);
    if (got == 0)
      return fault{fault_code::corrupt,
                   name_ + " is damaged: it ends before page " + std::to_string(page) + " does"};
    done += static_cast<std::size_t>(got);
  }
  return {};
}

result<std::uint64_t> page_file::size() const {
  struct stat now {};
  if (fstat(fd_, &now) != 0)
    return os_failure(errno, "ask for the size", name_);
  if (!S_ISREG(now.st_mode))
    return fault{fault_code::corrupt, name_ + " is not a file"};
  return static_cast<std::uint64_t>(now.st_size);
}

// -- walks ---------------------------------------------------------------------------------------

bool page_census::take(std::uint64_t first, std::uint64_t count) {
  if (first < meta_page_count || first >= seen_.size() || count > seen_.size() - first)
    return false;
  for (auto page = first; page < first + count; ++page) {
    if (seen_[page])
      return false;
    seen_[page] = true;
  }
  return true;
}

result<void> walk_tree(const page_reader& in, const tree_root& tree, walk_options options, page_census& pages,
                       const row_visitor& visit) {
  const part_visitor all = [&](std::string_view key, std::string_view value) {
    const auto done = visit(key, value);
    return done ? result<bool>{true} : result<bool>{done.error()};
  };
  const auto done = tree_walk{in, tree, options, {}, pages, all}.run();
  return done ? result<void>{} : result<void>{done.error()};
}

result<bool> walk_part(const page_reader& in, const tree_root& tree, std::string_view from,
                       page_census& pages, const part_visitor& visit) {
  return tree_walk{in, tree, {false, true}, from, pages, visit}.run();
}

// A row is what one transaction freed: a count, and so many page numbers, descending. LMDB merges such lists
// without looking at them.
result<void> walk_free_pages(const page_reader& in, const meta_page& meta, page_census& pages) {
  const auto damaged = [&](const char* what) {
    return fault{fault_code::corrupt, in.name() + " is damaged: its list of free pages " + what};
  };
  return walk_tree(in, meta.free, {true, true}, pages,
                   [&](std::string_view key, std::string_view value) -> result<void> {
                     if (native<std::uint64_t>(key.data()) > meta.transaction)
                       return damaged("is of a transaction that was not");
                     const auto room = value.size() / sizeof(std::uint64_t);
                     if (value.size() % sizeof(std::uint64_t) != 0 || room == 0)
                       return damaged("has a row of a wrong size");
                     const auto count = native<std::uint64_t>(value.data());
                     if (count >= room)
                       return damaged("says that it is longer than it is");
                     auto previous = no_page;
                     for (std::uint64_t index = 1; index <= count; ++index) {
                       const auto page = native<std::uint64_t>(value.data() + index * sizeof previous);
                       if (page >= previous || !pages.take(page, 1))
                         return damaged("has a page that is in use, or out of order");
                       previous = page;
                     }
                     return {};
                   });
}

result<void> check_plain_file(const std::string& file) {
  const auto meta = read_meta_pages(file);
  if (!meta || !*meta)
    return meta ? result<void>{} : result<void>{meta.error()};
  const auto in = page_file::open(file);
  if (!in)
    return in.error();
  page_census pages{(*meta)->newest.last_page};
  const auto ignore = [](std::string_view, std::string_view) { return result<void>{}; };
  if (auto done = walk_tree(*in, (*meta)->newest.main, {}, pages, ignore); !done)
    return done;
  return walk_free_pages(*in, (*meta)->newest, pages);
}

} // namespace orderd::runtime::lmdb
