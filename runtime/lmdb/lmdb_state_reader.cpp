#include "runtime/lmdb/lmdb_state_reader.hpp"

namespace orderd::runtime {

/// Keeps the snapshot open from the outermost call's begin to its end.
class lmdb_state_reader::open_snapshot {
public:
  explicit open_snapshot(lmdb_state_reader& reader) : reader_(reader) {
    if (reader_.depth_ == 0)
      opened_ = reader_.renew();
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

  result<bool> first(lmdb::tree_cursor& at) const { return backwards ? last_below(at) : first_above(at); }
  result<bool> next(lmdb::tree_cursor& at) const { return backwards ? at.previous() : at.next(); }

private:
  result<bool> first_above(lmdb::tree_cursor& at) const {
    const auto from = after.empty() ? prefix : after;
    if (from.empty())
      return at.first();
    auto found = at.seek(from);
    if (found && *found && !after.empty() && at.key() == after)
      return at.next();
    return found;
  }

  result<bool> last_below(lmdb::tree_cursor& at) const {
    const auto bound = after.empty() ? key_after_prefix(prefix) : std::string{after};
    if (bound.empty())
      return at.last();
    auto found = at.seek(bound);
    if (!found)
      return found;
    return *found ? at.previous() : at.last();
  }
};

/// The keys of a scan that it has not yet said anything of: from `first_` on, below `end_` (empty: no end).
class lmdb_state_reader::unproved {
public:
  unproved(row_place place, const range& rows) : in_(rows.in), backwards_(rows.backwards) {
    auto prefix = std::string{rows.prefix};
    if (prefix.empty() && row_place::split_by_kind(in_))
      prefix.assign(1, static_cast<char>(place.kind()));
    const auto& after = rows.after;
    first_ = after.empty() || backwards_ ? prefix : std::string{after} + '\0';
    end_ = after.empty() || !backwards_ ? key_after_prefix(prefix) : std::string{after};
  }

  /// The next row is this one: there is none before it.
  result<void> up_to(std::string_view key, const lmdb_state_reader& reader) {
    auto none = backwards_ ? reader.none_between(in_, std::string{key} + '\0', end_)
                           : reader.none_between(in_, first_, key);
    if (backwards_)
      end_ = key;
    else
      first_ = std::string{key} + '\0';
    return none;
  }
  result<void> to_the_end(const lmdb_state_reader& reader) const {
    return reader.none_between(in_, first_, end_);
  }

private:
  table in_;
  bool backwards_;
  std::string first_;
  std::string end_;
};

result<std::unique_ptr<state_reader>> lmdb_state_reader::make(lmdb::environment& environment,
                                                              lmdb::page_sums& pages,
                                                              const std::atomic<const lost_rows*>& lost,
                                                              std::uint32_t shard) {
  auto reading = environment.begin_read();
  if (!reading)
    return reading.error();
  reading->reset();
  return std::unique_ptr<state_reader>{new lmdb_state_reader{*std::move(reading), pages, lost, shard}};
}

result<void> lmdb_state_reader::pin() {
  require(depth_ == 0, "a reader is pinned while it reads");
  if (auto opened = renew(); !opened)
    return opened;
  ++depth_; // For ever: as if one call never ended.
  return {};
}

std::vector<lost_range> lmdb_state_reader::lost() const {
  const auto* lost_here = lost_.load(std::memory_order_acquire);
  return lost_here == nullptr ? std::vector<lost_range>{} : lost_here->ranges();
}

result<void> lmdb_state_reader::renew() {
  for (;;) {
    if (auto done = reading_.renew(); !done)
      return done;
    if (transaction_ == reading_.number())
      return {};
    const auto at = pages_.snapshot_of(reading_.number());
    if (at) {
      transaction_ = at->transaction;
      places_.clear();
      names_.enter(at->names);
      point_.enter({});
      return {};
    }
    // Two commits since: the transaction holds its pages, but which they are is not known any more.
    reading_.reset();
  }
}

/// The rows of a place; an empty tree when there never were any.
result<lmdb::tree> lmdb_state_reader::find(row_place place) {
  for (const auto& [known, rows] : places_)
    if (known == place)
      return rows;
  const auto name = database_name(place);
  auto found = names_.find(name);
  if (!found)
    return found.error();
  lmdb::tree rows;
  if (*found) {
    auto record = names_.value();
    const auto stored = record ? lmdb::tree::parse(*record) : std::nullopt;
    if (!stored)
      return fault{fault_code::corrupt,
                   "shard " + std::to_string(shard_) + ": what database " + name + " is cannot be read"};
    rows = *stored;
  }
  places_.emplace_back(place, rows);
  return rows;
}

result<std::optional<std::string>> lmdb_state_reader::get(const row_key& key) {
  const open_snapshot snapshot{*this};
  if (!snapshot.opened())
    return snapshot.opened().error();
  const auto rows = find(row_place::of(key.in(), key.key()));
  if (!rows)
    return rows.error();
  point_.enter(*rows, true);
  auto found = point_.find(key.key());
  if (!found)
    return found.error();
  if (!*found) {
    auto proved = none_between(key.in(), key.key(), std::string{key.key()} + '\0', key.key());
    return proved ? result<std::optional<std::string>>{std::nullopt} : proved.error();
  }
  auto stored = point_.value();
  if (!stored)
    return stored.error();
  auto opened = open_value(shard_, key, *stored);
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

result<void> lmdb_state_reader::none_between(table in, std::string_view first, std::string_view end,
                                             std::string_view asked) const {
  const auto* lost_here = lost_.load(std::memory_order_acquire);
  const auto* missing = lost_here == nullptr || passes_lost_ ? nullptr : lost_here->between(in, first, end);
  return missing == nullptr ? result<void>{} : runtime::lost(shard_, *missing, asked);
}

result<state_reader::step> lmdb_state_reader::scan_place(row_place place, const range& rows,
                                                         const visitor& visit) {
  const auto tree = find(place);
  if (!tree)
    return tree.error();
  lmdb::tree_cursor at{pages_};
  at.enter(*tree);
  unproved rest{place, rows};
  auto found = rows.first(at);
  for (; found && *found && at.key().starts_with(rows.prefix); found = rows.next(at)) {
    if (lost_ != nullptr) {
      if (auto proved = rest.up_to(at.key(), *this); !proved)
        return proved.error();
    }
    auto stored = at.value();
    if (!stored)
      return stored.error();
    auto opened = open_row(shard_, rows.in, at.key(), *stored);
    if (!opened)
      return opened.error();
    auto said = visit(at.key(), opened->value);
    if (!said || *said == step::stop)
      return said;
  }
  if (!found)
    return found.error();
  auto proved = lost_ != nullptr ? rest.to_the_end(*this) : result<void>{};
  return proved ? result<step>{step::next} : proved.error();
}

} // namespace orderd::runtime
