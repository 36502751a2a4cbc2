// Walks the rows of one prefix of a table in key order, a page a read, so that no read transaction gets old.
//
//   row_cursor at{rows, table::state, prefix};
//   for (; at.row() != nullptr; at.next()) ...
//   if (at.failure()) ...   // a fault of the store ends the walk
//
// *Concurrency*: none. Pre: nothing is applied to the store meanwhile.
#pragma once

#include "runtime/storage/row.hpp"
#include "runtime/storage/store.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace orderd::actors {

class row_cursor {
public:
  struct entry {
    std::string key; ///< without the prefix
    std::string value;
  };

  row_cursor(runtime::state_reader& rows, runtime::table in, std::string prefix)
      : rows_(rows), in_(in), prefix_(std::move(prefix)) {
    read_page();
  }

  /// The row it stands at, or nullptr behind the last one.
  const entry* row() const noexcept { return at_ < page_.size() ? &page_[at_] : nullptr; }

  void next() {
    if (++at_ == page_.size() && more_)
      read_page();
  }

  const std::optional<runtime::fault>& failure() const noexcept { return failure_; }

private:
  static constexpr std::size_t page_rows = 256;

  void read_page() {
    const auto after = page_.empty() ? std::string{} : prefix_ + page_.back().key;
    page_.clear();
    at_ = 0;
    more_ = false;
    using step = runtime::state_reader::step;
    const auto visit = [this](std::string_view key, std::string_view value) -> runtime::result<step> {
      page_.push_back({std::string{key.substr(prefix_.size())}, std::string{value}});
      more_ = page_.size() == page_rows;
      return more_ ? step::stop : step::next;
    };
    if (const auto scanned = rows_.scan(in_, prefix_, after, false, visit); !scanned) {
      failure_ = scanned.error();
      page_.clear();
      more_ = false;
    }
  }

  runtime::state_reader& rows_;
  runtime::table in_;
  std::string prefix_;
  std::vector<entry> page_;
  std::size_t at_ = 0;
  bool more_ = false;
  std::optional<runtime::fault> failure_;
};

} // namespace orderd::actors
