#include "runtime/lmdb/journal_check.hpp"

#include "runtime/lmdb/journal_keys.hpp"
#include "runtime/lmdb/journal_records.hpp"
#include "runtime/storage/record_rows.hpp"

#include <utility>

namespace orderd::runtime {

bool journal_check::begins_anew(std::string_view key) {
  return key.size() != chunk_key::size || get_integer<std::uint64_t>(key) == head_record
         || get_integer<std::uint32_t>(key.substr(8)) == 0;
}

result<void> journal_check::take(std::string_view key, std::string_view value) {
  if (key.size() != chunk_key::size)
    return fault{fault_code::corrupt, "a key of the journal has " + std::to_string(key.size()) + " bytes"};
  const auto number = get_integer<std::uint64_t>(key);
  const auto chunk = get_integer<std::uint32_t>(key.substr(8));
  const bool first = !std::exchange(begun_, true);
  if (first && !after_.empty()) {
    at_front_ = get_integer<std::uint64_t>(after_) == head_record;
    if (key == after_)
      return resume(number, chunk, value);
  }
  auto done = number == head_record ? take_head(chunk, value) : take_chunk(number, chunk, value);
  after_ = key;
  return done;
}

result<void> journal_check::end() {
  return number_ == 0 ? result<void>{} : close_record();
}

/// The row that the look before ended with is still there: what follows it must follow it.
result<void> journal_check::resume(std::uint64_t number, std::uint32_t chunk, std::string_view value) {
  if (number == head_record)
    return {};
  next_ = number + 1;
  if (chunk > 0 || !is_erased(value))
    return {};
  const auto run = open_erased(number, value);
  if (!run)
    return damaged(number, run.error());
  next_ = run->end;
  return {};
}

result<void> journal_check::take_head(std::uint32_t what, std::string_view value) {
  const auto said = [](const auto& opened) {
    return opened ? result<void>{} : result<void>{fault{fault_code::corrupt, opened.error().message}};
  };
  if (what == identity_mark)
    return said(open_identity(value));
  return what < floor_mark ? said(open_note(what, value)) : said(open_floor(what & ~floor_mark, value));
}

result<void> journal_check::take_chunk(std::uint64_t number, std::uint32_t chunk, std::string_view value) {
  if (number != number_) {
    if (auto done = end(); !done)
      return done;
    if (auto done = begin_record(number); !done)
      return done;
  }
  if (chunk != chunks_ || (chunk > 0 && !chunk_full_))
    return damaged(number,
                   {fault_code::corrupt, "chunk " + std::to_string(chunks_) + " of it is missing or cut"});
  ++chunks_;
  chunk_full_ = value.size() == chunk_bytes_max;
  bytes_ += value;
  return {};
}

result<void> journal_check::begin_record(std::uint64_t number) {
  if (next_ && number != *next_) {
    bad_record_ = *next_;
    return fault{fault_code::corrupt, "record " + std::to_string(*next_)
                                          + " of the journal is missing; the next is "
                                          + std::to_string(number)};
  }
  if (run_in_front_ != 0)
    return damaged(run_in_front_, {fault_code::corrupt, "a record before it is missing: from it on some were "
                                                        "erased because of one"});
  if (first_record_ == 0)
    first_record_ = number;
  number_ = number;
  chunks_ = 0;
  bytes_.clear();
  return {};
}

result<void> journal_check::close_record() {
  const auto number = std::exchange(number_, 0);
  next_ = number + 1;
  const bool front = std::exchange(at_front_, false);
  if (is_erased(bytes_)) {
    const auto run = open_erased(number, bytes_);
    if (!run)
      return damaged(number, run.error());
    next_ = run->end;
    run_in_front_ = front ? number : 0;
    return {};
  }
  if (is_cut(bytes_)) {
    const auto mark = open_cut(bytes_);
    return mark ? result<void>{} : damaged(number, mark.error());
  }
  const auto sound = check_record(bytes_);
  return sound ? sound : damaged(number, sound.error());
}

/// A version that is not known is damage too: a start read all of it, and what came since is ours.
fault journal_check::damaged(std::uint64_t number, const fault& why) {
  bad_record_ = number;
  return {fault_code::corrupt, "record " + std::to_string(number) + " of the journal: " + why.message};
}

} // namespace orderd::runtime
