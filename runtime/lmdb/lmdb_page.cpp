#include "runtime/lmdb/lmdb_page.hpp"

#include <cstring>

namespace orderd::runtime::lmdb {

namespace {

// Of a page's header.
constexpr std::size_t flags_at = 10;
constexpr std::size_t lower_at = 12;
constexpr std::size_t upper_at = 14;
constexpr std::uint16_t branch_flag = 0x01;
constexpr std::uint16_t leaf_flag = 0x02;
constexpr std::uint16_t overflow_flag = 0x04;
constexpr std::uint16_t meta_flag = 0x08;

// Of a node: data size or child, flags, key size, key, data.
constexpr std::size_t node_header_bytes = 8;
constexpr std::uint16_t in_overflow = 0x01;
constexpr std::uint16_t is_database = 0x02;

constexpr std::uint32_t magic = 0xBEEFC0DE;
constexpr std::uint32_t version = 1;

/// A number in the machine's own order. Pre: it lies in `from`.
template <class T>
T number_at(std::string_view from, std::size_t where) noexcept {
  T out;
  std::memcpy(&out, from.data() + where, sizeof out);
  return out;
}

} // namespace

std::optional<tree> tree::parse(std::string_view record) {
  if (record.size() != bytes)
    return std::nullopt;
  tree out;
  out.flags = number_at<std::uint16_t>(record, 4);
  out.depth = number_at<std::uint16_t>(record, 6);
  out.rows = number_at<std::uint64_t>(record, 32);
  out.root = number_at<page_number>(record, 40);
  if (out.depth > depth_max || (out.depth == 0) != (out.root == no_page))
    return std::nullopt;
  return out;
}

std::optional<meta> meta::parse(std::string_view page, page_number number) {
  if (page.size() < bytes || number_at<page_number>(page, 0) != number
      || number_at<std::uint16_t>(page, 8) != 0 || number_at<std::uint16_t>(page, flags_at) != meta_flag
      || number_at<std::uint32_t>(page, 12) != 0 || number_at<std::uint32_t>(page, 16) != magic
      || number_at<std::uint32_t>(page, 20) != version || number_at<std::uint64_t>(page, 24) != 0
      || number_at<std::uint32_t>(page, 40) != page_bytes)
    return std::nullopt;
  const auto free = tree::parse(page.substr(40, tree::bytes));
  const auto names = tree::parse(page.substr(88, tree::bytes));
  meta out{number_at<std::uint64_t>(page, 144), number_at<page_number>(page, 136), {}, {}};
  if (!free || !names || out.last + 1 < metas || out.last >= no_page / page_bytes)
    return std::nullopt;
  out.free = *free;
  out.names = *names;
  return out;
}

std::optional<page_view> page_view::parse(std::string_view bytes, page_number number, bool leaf) {
  const auto lower = number_at<std::uint16_t>(bytes, lower_at);
  const auto upper = number_at<std::uint16_t>(bytes, upper_at);
  if (number_at<page_number>(bytes, 0) != number
      || number_at<std::uint16_t>(bytes, flags_at) != (leaf ? leaf_flag : branch_flag)
      || lower < page_header_bytes || lower % 2 != 0 || lower > upper || upper > page_bytes)
    return std::nullopt;
  page_view out;
  out.bytes_ = bytes;
  out.count_ = (lower - page_header_bytes) / 2;
  out.leaf_ = leaf;
  if (out.count_ == 0)
    return std::nullopt;
  return out;
}

std::optional<node> page_view::at(unsigned index) const {
  const std::size_t begin = number_at<std::uint16_t>(bytes_, page_header_bytes + std::size_t{2} * index);
  if (begin < page_header_bytes || begin + node_header_bytes > page_bytes)
    return std::nullopt;
  const auto rest = bytes_.substr(begin);
  const auto low = number_at<std::uint32_t>(rest, 0);
  const auto flags = number_at<std::uint16_t>(rest, 4);
  const std::size_t key_bytes = number_at<std::uint16_t>(rest, 6);
  if (node_header_bytes + key_bytes > rest.size())
    return std::nullopt;
  node out;
  out.key = rest.substr(node_header_bytes, key_bytes);
  if (!leaf_) {
    out.page = low | page_number{flags} << 32;
    return out;
  }
  const auto data = rest.substr(node_header_bytes + key_bytes);
  out.value_bytes = low;
  out.overflow = flags == in_overflow;
  out.database = flags == is_database;
  if (flags > is_database || data.size() < (out.overflow ? sizeof(page_number) : out.value_bytes))
    return std::nullopt;
  if (out.overflow)
    out.page = number_at<page_number>(data, 0);
  else
    out.inline_value = data.substr(0, out.value_bytes);
  return out;
}

page_view::extent page_view::extent_of(unsigned index, const node& of) const {
  const std::size_t begin = number_at<std::uint16_t>(bytes_, page_header_bytes + std::size_t{2} * index);
  const auto key_end = begin + node_header_bytes + of.key.size();
  return {begin, key_end, key_end + (of.overflow ? sizeof(page_number) : of.inline_value.size())};
}

bool begins_overflow(std::string_view page, page_number number, std::uint64_t pages) {
  return number_at<page_number>(page, 0) == number
         && number_at<std::uint16_t>(page, flags_at) == overflow_flag
         && number_at<std::uint32_t>(page, lower_at) >= pages;
}

} // namespace orderd::runtime::lmdb
