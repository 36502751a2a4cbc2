// journal/end: a small file beside the journal that says which journal it is and how far it came.
//
// LMDB cannot tell an older copy of its file, a lost last commit or an empty file from the newest one. This
// file can: it is written after each append, before anybody is told of it, and from time to time synced. So
// after a killed process or an orderly stop the journal must be as far as it says; after a loss of power what
// it says is a lower bound. What it cannot tell: an older copy of the whole folder.
//
// *Operation*: `create` with the journal; later `open`, `check` what LMDB has, then `advance` after each
// append. Two slots (FORMAT.md), written in turn: a torn one leaves the other.
// *Concurrency*: `sync` any thread; all else the journal's.
#pragma once

#include "runtime/base/result.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

namespace orderd::runtime {

/// Where a journal stands after an append.
struct journal_position {
  std::uint64_t transaction = 0; ///< LMDB's number of it
  std::uint64_t last_record = 0; ///< the highest ever appended
  std::uint64_t trees = 0;       ///< hash of what the transaction's meta page says, but for its number
  friend bool operator==(const journal_position&, const journal_position&) = default;
};

class journal_end {
public:
  /// Makes the file, or makes it anew, durably.
  static result<void> create(const std::string& file, const std::string& journal_id,
                             const journal_position& at);
  /// `corrupt` when it is missing or no slot of it is sound.
  static result<std::unique_ptr<journal_end>> open(const std::string& file);
  journal_end(const journal_end&) = delete;
  journal_end& operator=(const journal_end&) = delete;
  ~journal_end();

  const std::string& journal_id() const noexcept { return journal_id_; }
  const journal_position& last() const noexcept { return last_; }

  /// Whether a journal with that id that stands there can be the one it tells of; `corrupt` says why not.
  result<void> check(const std::string& journal_id, const journal_position& found) const;

  /// Writes where the journal stands now; not synced.
  result<void> advance(const journal_position& at);
  /// Makes what was written durable. Blocks for a write of the disk.
  result<void> sync() const;

private:
  journal_end(std::string file, int fd) : file_(std::move(file)), fd_(fd) {}
  result<void> load();

  std::string file_;
  int fd_;
  std::string journal_id_;
  journal_position last_;
  journal_position before_; ///< the slot that `last_` is not in
};

} // namespace orderd::runtime
