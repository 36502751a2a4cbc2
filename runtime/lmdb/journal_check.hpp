// Whether rows of the journal's database, one behind the other, are what a journal has (FORMAT.md): the pure
// part of looking through it while it is used.
//
//   journal_check check{after};    // the last row of the look before; empty: from the front
//   check.take(key, value) ...;    // `corrupt` says what is wrong, and with which record
//   check.end();
//
// Of each record: its key, that no chunk of it is missing, and the checksum that a replay verifies; of what
// lies before the records, its checksums. Within one look no record is missing between two others, and none
// between the last one of the look before and the first one here while that one is still there. Where it is
// not, it was erased in between, and so may others have been.
//
// *Operation*: rows in the order of keys, of one snapshot; a look ends before any row that begins_anew().
// Pure.
#pragma once

#include "runtime/base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace orderd::runtime {

class journal_check {
public:
  explicit journal_check(std::string_view after) : after_(after) {}

  /// Whether a row is the first of a record, or none of a record: a look may end before it.
  static bool begins_anew(std::string_view key);

  result<void> take(std::string_view key, std::string_view value);
  /// No more rows belong to the last record.
  result<void> end();

  /// The last row that was taken; the one before this look when none was.
  const std::string& last_key() const noexcept { return after_; }
  /// The first record that was taken; 0: none.
  std::uint64_t first_record() const noexcept { return first_record_; }
  /// That the last fault was about; 0: none.
  std::uint64_t bad_record() const noexcept { return bad_record_; }

private:
  result<void> resume(std::uint64_t number, std::uint32_t chunk, std::string_view value);
  result<void> take_head(std::uint32_t what, std::string_view value);
  result<void> take_chunk(std::uint64_t number, std::uint32_t chunk, std::string_view value);
  result<void> begin_record(std::uint64_t number);
  result<void> close_record();
  fault damaged(std::uint64_t number, const fault& why);

  std::string after_;
  bool begun_ = false;                ///< a row was taken
  bool at_front_ = true;              ///< no record was taken yet, and none was looked at before
  std::optional<std::uint64_t> next_; ///< the record that must come; nullopt: not known
  std::uint64_t number_ = 0;          ///< of the record that is open; 0: none is
  std::uint32_t chunks_ = 0;          ///< of it so far
  bool chunk_full_ = false;           ///< the last of them: another may follow
  std::string bytes_;
  std::uint64_t run_in_front_ = 0; ///< the first record is the mark of erased ones: it must be alone
  std::uint64_t first_record_ = 0;
  std::uint64_t bad_record_ = 0;
};

} // namespace orderd::runtime
