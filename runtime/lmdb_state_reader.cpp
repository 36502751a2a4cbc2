#include "runtime/lmdb_state_reader.hpp"

namespace orderd::runtime {

/// Keeps the snapshot open from the outermost call's begin to its end.
class lmdb_state_reader::open_snapshot {
public:
  explicit open_snapshot(lmdb_state_reader& reader) : reader_(reader) {
    if (reader_.depth_ == 0) {
      reader_.handles_end_ = reader_.databases_.end();
      opened_ = reader_.reading_.renew();
    }
    if (opened_)
      ++reader_.depth_;
  }
  open_snapshot(const open_snapshot&) = delete;
  open_snapshot& operator=(const open_snapshot&) = delete;
  ~open_snapshot() {
    if (opened_ && --reader_.depth_ == 0)
      reader_.reading_.reset();
  }
  const result<void>& opened() const noexcept { return opened_; }

private:
  lmdb_state_reader& reader_;
  result<void> opened_;
};

/// The rows a scan wants, and its direction.
struct lmdb_state_reader::range {
  table in;
  std::string_view prefix;
  std::string_view after;
  bool backwards;

  result<bool> first(lmdb::cursor& at) const { return backwards ? last_below(at) : first_above(at); }
  result<bool> next(lmdb::cursor& at) const { return at.move(backwards ? MDB_PREV : MDB_NEXT); }

private:
  result<bool> first_above(lmdb::cursor& at) const {
    const auto from = after.empty() ? prefix : after;
    if (from.empty())
      return at.move(MDB_FIRST);
    auto found = at.seek(MDB_SET_RANGE, from);
    if (found && *found && !after.empty() && at.key() == after)
      return at.move(MDB_NEXT);
    return found;
  }

  result<bool> last_below(lmdb::cursor& at) const {
    const auto bound = after.empty() ? key_after_prefix(prefix) : std::string{after};
    if (bound.empty())
      return at.move(MDB_LAST);
    auto found = at.seek(MDB_SET_RANGE, bound);
    if (!found)
      return found;
    return at.move(*found ? MDB_PREV : MDB_LAST);
  }
};

result<std::unique_ptr<state_reader>> lmdb_state_reader::make(lmdb::environment& environment,
                                                              const state_databases& databases,
                                                              std::uint32_t shard) {
  auto reading = environment.begin_read();
  if (!reading)
    return reading.error();
  reading->reset();
  return std::unique_ptr<state_reader>{new lmdb_state_reader{*std::move(reading), databases, shard}};
}

result<void> lmdb_state_reader::pin() {
  require(depth_ == 0, "a reader is pinned while it reads");
  handles_end_ = databases_.end();
  if (auto opened = reading_.renew(); !opened)
    return opened;
  ++depth_; // For ever: as if one call never ended.
  return {};
}

std::optional<MDB_dbi> lmdb_state_reader::find(row_place place) const noexcept {
  const auto handle = databases_.find(place);
  return handle && *handle < handles_end_ ? handle : std::nullopt;
}

result<std::optional<std::string>> lmdb_state_reader::get(const row_key& key) {
  const open_snapshot snapshot{*this};
  if (!snapshot.opened())
    return snapshot.opened().error();
  const auto database = find(row_place::of(key.in(), key.key()));
  if (!database)
    return std::optional<std::string>{};
  auto stored = reading_.get(*database, key.key());
  if (!stored)
    return stored.error();
  if (!*stored)
    return std::optional<std::string>{};
  auto opened = open_value(shard_, key, **stored);
  if (!opened)
    return opened.error();
  return std::optional{std::string{opened->value}};
}

result<void> lmdb_state_reader::scan(table in, std::string_view prefix, std::string_view after,
                                     bool backwards, const visitor& visit) {
  const open_snapshot snapshot{*this};
  if (!snapshot.opened())
    return snapshot.opened().error();
  const range rows{in, prefix, after, backwards};
  if (!row_place::split_by_kind(in) || !prefix.empty()) {
    auto done = scan_place(prefix.empty() ? row_place{in, 0} : row_place::of(in, prefix), rows, visit);
    return done ? result<void>{} : done.error();
  }
  for (unsigned i = 0; i < row_place::kinds; ++i) {
    const auto kind = backwards ? static_cast<unsigned>(row_place::kinds) - 1 - i : i;
    auto done = scan_place({in, kind}, rows, visit);
    if (!done)
      return done.error();
    if (*done == step::stop)
      return {};
  }
  return {};
}

result<state_reader::step> lmdb_state_reader::scan_place(row_place place, const range& rows,
                                                         const visitor& visit) {
  const auto database = find(place);
  if (!database)
    return step::next;
  auto at = lmdb::cursor::open(reading_, *database);
  if (!at)
    return at.error();
  auto found = rows.first(*at);
  for (; found && *found && at->key().starts_with(rows.prefix); found = rows.next(*at)) {
    auto opened = open_row(shard_, rows.in, at->key(), at->value());
    if (!opened)
      return opened.error();
    auto said = visit(at->key(), opened->value);
    if (!said || *said == step::stop)
      return said;
  }
  return found ? result<step>{step::next} : found.error();
}

} // namespace orderd::runtime
