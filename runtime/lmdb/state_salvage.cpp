#include "runtime/lmdb/state_salvage.hpp"

#include "runtime/base/bytes.hpp"
#include "runtime/base/disk.hpp"
#include "runtime/base/log.hpp"
#include "runtime/base/long_look.hpp"
#include "runtime/lmdb/lmdb.hpp"
#include "runtime/storage/runtime.pb.h"
#include "runtime/storage/state_rows.hpp"

#include <array>
#include <chrono>
#include <filesystem>
#include <functional>
#include <map>

namespace orderd::runtime {

namespace {

/// More parts than this and the disk is no place to go on with.
constexpr std::size_t ranges_max = 10'000;
/// A transaction of the copy; LMDB remembers every page of it.
constexpr std::size_t transaction_bytes = std::size_t{32} << 20;
/// How far the clock of who makes an entity's key may be ahead of the shard's time.
constexpr std::int64_t clock_ahead_ms_max = 60'000;

/// A kind, and a UUIDv7: 48 bits of milliseconds, then what is random but for its version and variant.
bool begins_with_time(std::string_view key) {
  return key.size() == 17 && (key[7] & 0xf0) == 0x70 && (key[9] & 0xc0) == 0x80;
}

/// The largest of these keys that could be made up to a time.
std::string last_key_of(unsigned kind, std::int64_t time_ms) {
  std::string out(1, static_cast<char>(kind));
  append_integer(out, static_cast<std::uint64_t>(time_ms) << 16);
  out.resize(1 + 6);
  out.append(10, '\xff');
  return out;
}

unix_ms wall_clock_ms() {
  using std::chrono::duration_cast, std::chrono::milliseconds, std::chrono::system_clock;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

/// Tables of the business: what is missing there can be refused row by row.
bool can_be_missing(table in) {
  return in == table::content || in == table::state || in == table::index;
}

/// Writes rows in key order, one database after the other.
class copy_writer {
public:
  static result<copy_writer> open(const std::string& folder, std::size_t map_bytes) {
    auto sums = lmdb::page_sums::open(folder, map_bytes);
    if (!sums)
      return sums.error();
    auto to = lmdb::environment::open(folder, {map_bytes, state_databases_max, 0}, sums->get());
    if (!to)
      return to.error();
    return copy_writer{*std::move(sums), *std::move(to)};
  }

  result<void> begin(std::string name) {
    if (auto done = commit(); !done)
      return done;
    name_ = std::move(name);
    return {};
  }
  result<void> put(std::string_view key, std::string_view value) {
    if (!writing_) {
      auto writing = to_->begin_write();
      if (!writing)
        return writing.error();
      auto database = writing->database(name_, true);
      if (!database)
        return database.error();
      writing_.emplace(*std::move(writing));
      database_ = **database;
    }
    bytes_ += key.size() + value.size();
    if (auto done = writing_->put(database_, key, value); !done || bytes_ < transaction_bytes)
      return done;
    return commit();
  }
  result<void> commit() {
    bytes_ = 0;
    if (!writing_)
      return {};
    auto done = writing_->commit();
    writing_.reset();
    return done;
  }

private:
  copy_writer(std::unique_ptr<lmdb::page_sums> sums, std::unique_ptr<lmdb::environment> to)
      : sums_(std::move(sums)), to_(std::move(to)) {}

  std::unique_ptr<lmdb::page_sums> sums_;
  std::unique_ptr<lmdb::environment> to_;
  std::optional<lmdb::transaction> writing_;
  std::string name_;
  MDB_dbi database_ = 0;
  std::size_t bytes_ = 0;
};

class salvage {
public:
  salvage(lmdb::page_sums& from, copy_writer& to, std::uint32_t shard)
      : from_(from), to_(to), shard_(shard),
        shown_("the state is damaged: the start saves what of it can be read", from.folder(),
               (from.newest().last + 1) * lmdb::page_bytes) {}

  result<void> run() {
    const auto names = from_.newest().names;
    std::uint64_t tables = 0;
    auto done = lmdb::walk(
        from_, names,
        {[&](const auto& row, auto record) { return ++tables, database(row, record); },
         [this](auto, const auto&) -> result<void> { return hopeless("which tables there are"); }});
    if (!done)
      return done;
    if (tables != names.rows)
      return hopeless("which tables there are");
    if (!has_meta_)
      return hopeless("how far it was");
    bound_the_ends();
    if (auto ok = to_.begin("meta"); !ok)
      return ok;
    if (auto ok = to_.put(lost_row_key.key(), seal_value(shard_, 0, lost_row_key, lost_.encode())); !ok)
      return ok;
    return to_.commit();
  }

  std::uint64_t rows() const noexcept { return rows_; }
  lost_rows take_lost() { return std::move(lost_); }

private:
  result<void> database(const lmdb::node& row, std::string_view record) {
    const auto rows = lmdb::tree::parse(record);
    const auto place = place_named(row.key);
    if (!row.database || !rows || (!place && row.key != "meta"))
      return hopeless("the table '" + std::string{row.key} + "'");
    if (auto done = to_.begin(std::string{row.key}); !done)
      return done;
    return place ? place_rows(*place, *rows) : meta_rows(*rows);
  }

  result<void> meta_rows(const lmdb::tree& rows) {
    std::uint64_t seen = 0;
    auto done =
        lmdb::walk(from_, rows,
                   {[&](const auto& each, auto value) { return ++seen, meta_row(each.key, value); },
                    [this](auto, const auto&) -> result<void> { return hopeless("how far it was"); }});
    return done && seen != rows.rows ? hopeless("how far it was") : done;
  }

  /// Rows that a page without a sum does not have any more leave no gap: but they are missed by the table's
  /// count. Then each such page may be the one.
  result<void> place_rows(row_place place, const lmdb::tree& rows) {
    std::uint64_t seen = 0;
    std::vector<std::pair<std::string, std::optional<std::string>>> doubtful;
    auto done =
        lmdb::walk(from_, rows,
                   {[&](const auto& each, auto value) { return ++seen, place_row(place, each.key, value); },
                    [&](auto first, const auto& end) {
                      seen += end && *end == std::string{first} + '\0' ? 1 : 0;
                      return missing(place, first, end);
                    },
                    [&](auto first, const auto& end) { doubtful.emplace_back(first, end); }});
    for (std::size_t i = 0; done && seen != rows.rows && i < doubtful.size(); ++i)
      done = missing(place, doubtful[i].first, doubtful[i].second);
    return done;
  }

  result<void> meta_row(std::string_view key, std::string_view value) {
    if (key.empty() || key.size() > row_key::key_bytes_max)
      return hopeless("how far it was");
    auto opened = open_value(shard_, {table{0}, key}, value);
    if (!opened)
      return opened.error();
    if (key == lost_row_key.key()) {
      auto before = lost_rows::decode(opened->value);
      if (!before)
        return before.error();
      for (const auto& range : before->ranges())
        lost_.add(range);
      return {};
    }
    has_meta_ = true;
    if (stored::v1::state_meta meta;
        key == "applied" && meta.ParseFromArray(opened->value.data(), static_cast<int>(opened->value.size())))
      time_ms_ = meta.applied_time_ms();
    return to_.put(key, uncounted(key, *opened));
  }

  /// How far it was, without the digest of rows that are not all there: they are counted again.
  std::string uncounted(std::string_view key, const opened_value& meta) const {
    stored::v1::state_meta was;
    if (!was.ParseFromArray(meta.value.data(), static_cast<int>(meta.value.size())))
      return seal_value(shard_, meta.epoch, {table{0}, key}, meta.value); // Refused by who reads it.
    was.clear_rows_hash();
    was.clear_rows();
    return seal_value(shard_, meta.epoch, {table{0}, key}, was.SerializeAsString());
  }

  result<void> place_row(row_place place, std::string_view key, std::string_view value) {
    if (auto opened = open_row(shard_, place.in(), key, value); !opened)
      return missing(place, key, std::string{key} + '\0');
    ++rows_;
    shown_.reached(bytes_ += key.size() + value.size());
    last_[place.number()] = std::string{key};
    if (row_place::split_by_kind(place.in()) && !begins_with_time(key))
      untimed_[place.kind()] = true;
    return to_.put(key, value);
  }

  result<void> missing(row_place place, std::string_view first, const std::optional<std::string>& end) {
    if (!can_be_missing(place.in()))
      return hopeless("rows of the engine's own table " + database_name(place));
    // The first page of a place says nothing of its first key, but all keys begin with the kind.
    const auto split = row_place::split_by_kind(place.in());
    lost_.add({place.in(),
               first.empty() && split ? std::string(1, static_cast<char>(place.kind())) : std::string{first},
               end, found_ms_});
    return lost_.ranges().size() <= ranges_max ? result<void>{} : hopeless("too much");
  }

  /// Keys that grow with time end in the same entity in both tables: what comes later was never there.
  void bound_the_ends() {
    for (const auto& [number, last] : last_) {
      const row_place place{number};
      if (!row_place::split_by_kind(place.in()))
        continue;
      const auto other = place.in() == table::content ? table::state : table::content;
      if (!lost_.open_ended(place.in(), place.kind()))
        lost_.close(other, place.kind(), last);
    }
    // Where the ends of both are lost: keys that begin with their time were made before the state's.
    for (const auto& [number, last] : last_) {
      const row_place place{number};
      if (row_place::split_by_kind(place.in()) && !untimed_[place.kind()] && time_ms_ > 0)
        for (const auto in : {table::content, table::state})
          lost_.close(in, place.kind(), last_key_of(place.kind(), time_ms_ + clock_ahead_ms_max));
    }
  }

  fault hopeless(const std::string& what) const {
    return {fault_code::corrupt, "the state of shard " + std::to_string(shard_) + " is damaged ("
                                     + from_.damage() + ") and cannot be saved in part: it is not known "
                                     + what + ". Restore the folder"};
  }

  lmdb::page_sums& from_;
  copy_writer& to_;
  std::uint32_t shard_;
  lost_rows lost_;
  std::map<std::uint16_t, std::string> last_;    ///< the last key found, by place
  std::array<bool, row_place::kinds> untimed_{}; ///< it has a key that is not a UUIDv7
  std::int64_t time_ms_ = 0;                     ///< of the last applied epoch
  unix_ms found_ms_ = wall_clock_ms();
  std::uint64_t rows_ = 0;
  std::uint64_t bytes_ = 0; ///< of them
  shown_look shown_;
  bool has_meta_ = false;
};

std::string parent_of(const std::string& folder) {
  return std::filesystem::path{folder}.parent_path().string();
}

result<void> rename_folder(const std::string& from, const std::string& to) {
  std::error_code failed;
  std::filesystem::rename(from, to, failed);
  if (failed)
    return os_failure(failed.value(), "rename to " + to, from);
  return sync_folder(parent_of(to));
}

/// The first of folder.damaged-1, -2, ... that is not there.
result<std::string> free_name(const std::string& folder) {
  for (unsigned number = 1;; ++number) {
    auto out = folder + ".damaged-" + std::to_string(number);
    const auto taken = folder_exists(out);
    if (!taken)
      return taken.error();
    if (!*taken)
      return out;
  }
}

/// Of a salvage that was cut short while the damaged state was still in its place: both are copies of it,
/// made by this file, which the next salvage makes again.
result<void> remove_leftovers(const std::string& folder) {
  for (const auto* end : {".new", ".saved"}) {
    std::error_code failed;
    std::filesystem::remove_all(folder + end, failed);
    if (failed)
      return os_failure(failed.value(), "remove a salvage that was cut short", folder + end);
  }
  return {};
}

} // namespace

result<salvaged_state> salvage_state(const std::string& folder, std::unique_ptr<lmdb::page_sums> damaged,
                                     std::uint32_t shard, std::size_t map_bytes) {
  const auto fresh = folder + ".new";
  std::error_code failed;
  if (auto done = remove_leftovers(folder); !done)
    return done.error();
  if (auto done = make_folders(fresh); !done)
    return done.error();
  salvaged_state out;
  {
    auto to = copy_writer::open(fresh, map_bytes);
    if (!to)
      return to.error();
    salvage copying{*damaged, *to, shard};
    if (auto done = copying.run(); !done) {
      std::filesystem::remove_all(fresh, failed);
      return done.error();
    }
    out.rows = copying.rows();
    out.lost = copying.take_lost();
  }
  damaged.reset();
  if (auto done = sync_folder(fresh); !done)
    return done.error();
  if (auto done = rename_folder(fresh, folder + ".saved"); !done)
    return done.error();
  auto name = free_name(folder);
  if (!name)
    return name.error();
  out.kept_in = *std::move(name);
  if (auto done = rename_folder(folder, out.kept_in); !done) {
    (void)remove_leftovers(folder);
    return fault{done.error().code,
                 done.error().message
                     + " (a damaged state is kept beside the fresh one: its folder must not "
                       "be a mount point)"};
  }
  auto done = finish_salvage(folder);
  return done ? result<salvaged_state>{std::move(out)} : done.error();
}

result<bool> finish_salvage(const std::string& folder) {
  const auto whole = file_exists(folder + "/data.mdb");
  if (!whole)
    return whole.error();
  if (*whole) {
    const auto removed = remove_leftovers(folder);
    return removed ? result<bool>{false} : removed.error();
  }
  const auto there = folder_exists(folder);
  if (!there)
    return there.error();
  const auto saved = folder_exists(folder + ".saved");
  if (!saved)
    return saved.error();
  if (*there || !*saved)
    return false;
  log::error("storage", "salvage_finished", {{"folder", folder}},
             "the state was damaged; its rows that could be read, saved before the process ended, are put in "
             "its place, the damaged one is kept beside it");
  const auto renamed = rename_folder(folder + ".saved", folder);
  return renamed ? result<bool>{true} : renamed.error();
}

} // namespace orderd::runtime
