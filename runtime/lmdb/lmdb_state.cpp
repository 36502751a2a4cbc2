#include "runtime/lmdb/lmdb_state.hpp"

#include "runtime/base/log.hpp"
#include "runtime/lmdb/lmdb_state_reader.hpp"
#include "runtime/lmdb/state_check.hpp"
#include "runtime/storage/runtime.pb.h"

namespace orderd::runtime {

namespace {

/// Changed rows after which a batch's next transaction begins: above what a batch holds under load, because
/// every transaction writes most pages of items and accounts anew; below it, what a backlog may cost in
/// memory.
constexpr std::size_t rows_per_transaction = 500'000;

/// The row of the database "meta", sealed as a row of this table, which no epoch can write.
const row_key meta_key{table{0}, "applied"};

/// Writes sorted rows into the databases of one transaction, creating those that do not exist yet.
class row_writer {
public:
  row_writer(lmdb::transaction& writing, const state_databases& known, const passed_rows& passed,
             std::uint32_t shard)
      : writing_(writing), known_(known), passed_(passed), shard_(shard) {}

  result<void> write(const merged_write& row) {
    if (!at_ || place_ != row.place) {
      if (auto done = enter(row.place); !done)
        return done;
    }
    return change(row);
  }

  struct created_database {
    row_place place;
    MDB_dbi handle;
  };
  const std::vector<created_database>& created() const noexcept { return created_; }
  /// What the writes change: of all rows, and of those that were passed.
  const rows_digest& change() const noexcept { return change_; }
  const rows_digest& change_of_passed() const noexcept { return change_of_passed_; }

  /// Closes the cursor: a commit may follow.
  void finish() { at_.reset(); }

private:
  result<void> enter(row_place place) {
    at_.reset();
    auto database = known_.find(place);
    if (!database) {
      auto made = writing_.database(database_name(place), true);
      if (!made)
        return made.error();
      database = **made;
      created_.push_back({place, *database});
    }
    auto at = lmdb::cursor::open(writing_, *database);
    if (!at)
      return at.error();
    at_.emplace(*std::move(at));
    place_ = place;
    return {};
  }

  result<void> change(const merged_write& row) {
    const auto& key = row.write->key;
    const auto& value = row.write->value;
    const auto found = at_->seek(MDB_SET, key.key());
    if (!found)
      return found.error();
    rows_digest by;
    if (*found)
      by.remove(row_hash(key.in(), key.key(), unsealed(at_->value())));
    if (value)
      by.add(row_hash(key.in(), key.key(), *value));
    change_ += by;
    if (passed_.has(row.place, key.key()))
      change_of_passed_ += by;
    if (value)
      return at_->put(key.key(), seal_value(shard_, row.epoch, key, *value));
    return *found ? at_->erase() : result<void>{};
  }

  lmdb::transaction& writing_;
  const state_databases& known_;
  const passed_rows& passed_;
  std::uint32_t shard_;
  rows_digest change_;
  rows_digest change_of_passed_;
  std::optional<lmdb::cursor> at_;
  row_place place_{table::state, 0};
  std::vector<created_database> created_;
};

fault damaged_state(std::uint32_t shard, const lmdb::page_sums& pages) {
  return {fault_code::corrupt,
          "the state of shard " + std::to_string(shard) + " is damaged: " + pages.damage()};
}

/// Pages without sums are looked at for themselves, and get some.
result<void> prove(lmdb::page_sums& pages, std::uint32_t shard) {
  const bool never_had = pages.state() == lmdb::page_sums::found::unsummed;
  if (!never_had && pages.state() != lmdb::page_sums::found::unproven)
    return {};
  const auto looked = pages.all_proven() ? result<std::uint64_t>{0} : check_state(pages, shard);
  if (!looked && looked.error().code == fault_code::corrupt && !never_had) {
    pages.reject(looked.error().message + ", and its sums are damaged too");
    return {};
  }
  if (!looked)
    return looked.error();
  if (!never_had && *looked > 0)
    log::error("storage", "sums_adopted", {{"shard", shard}, {"pages", *looked}},
               "the file sums beside the state was damaged or missing; its pages were looked through for "
               "themselves, nothing is missing, and have new sums; look at this machine's disk");
  return pages.adopt();
}

} // namespace

// -- open ----------------------------------------------------------------------------------------

result<std::unique_ptr<lmdb_state>> lmdb_state::open(const std::string& folder, std::uint32_t shard,
                                                     lmdb::environment_options options,
                                                     when_damaged on_damage) {
  options.databases_max = state_databases_max;
  const lmdb::sums_origin from{options.existing, options.summed};
  auto pages = lmdb::page_sums::open(folder, options.map_bytes, from);
  if (!pages)
    return pages.error();
  if (auto done = prove(**pages, shard); !done)
    return done.error();
  std::optional<salvaged_state> salvaged;
  if ((*pages)->state() == lmdb::page_sums::found::damaged && on_damage == when_damaged::salvage) {
    auto saved = salvage_state(folder, *std::move(pages), shard, options.map_bytes);
    if (!saved)
      return saved.error();
    salvaged = *std::move(saved);
    pages = lmdb::page_sums::open(folder, options.map_bytes, from);
    if (!pages)
      return pages.error();
  }
  if ((*pages)->state() == lmdb::page_sums::found::damaged)
    return damaged_state(shard, **pages);
  auto environment = lmdb::environment::open(folder, options, pages->get());
  if (!environment)
    return environment.error();
  std::unique_ptr<lmdb_state> out{new lmdb_state{*std::move(pages), *std::move(environment), shard}};
  out->salvaged_ = std::move(salvaged);
  if (auto done = out->load_all(); !done)
    return done.error();
  if (auto done = out->rows_counted_ ? result<void>{} : out->count_rows(); !done)
    return done.error();
  return out;
}

result<void> lmdb_state::load_all() {
  auto writing = environment_->begin_write();
  if (!writing)
    return writing.error();
  auto meta = writing->database("meta", true);
  if (!meta)
    return meta.error();
  meta_ = **meta;
  if (auto done = load_meta(*writing); !done)
    return done;
  if (auto done = load_lost(*writing); !done)
    return done;
  if (auto done = load_databases(*writing); !done)
    return done;
  return writing->commit();
}

/// The verified value of a row of the database `meta`; nullopt: there is none.
result<std::optional<std::string>> lmdb_state::meta_row(lmdb::transaction& writing,
                                                        const row_key& key) const {
  auto stored = writing.get(meta_, key.key());
  if (!stored)
    return stored.error();
  if (!*stored)
    return std::optional<std::string>{};
  auto opened = open_value(shard_, key, **stored);
  if (!opened)
    return opened.error();
  return std::optional{std::string{opened->value}};
}

result<void> lmdb_state::load_meta(lmdb::transaction& writing) {
  const auto row = meta_row(writing, meta_key);
  if (!row)
    return row.error();
  if (!*row)
    return {};
  stored::v1::state_meta meta;
  if (!meta.ParseFromString(**row))
    return fault{fault_code::corrupt,
                 "the meta row of shard " + std::to_string(shard_) + " cannot be decoded"};
  rows_counted_ = meta.has_rows_hash();
  remember({meta.applied_epoch(), meta.applied_term(), meta.applied_hash(), meta.applied_time_ms()},
           {meta.rows(), meta.rows_hash()});
  return {};
}

epoch_mark lmdb_state::applied() const {
  const std::lock_guard lock{applied_mutex_};
  return applied_;
}

rows_digest lmdb_state::rows() const {
  const std::lock_guard lock{applied_mutex_};
  return rows_;
}

void lmdb_state::remember(const epoch_mark& upto, const rows_digest& rows) {
  const std::lock_guard lock{applied_mutex_};
  applied_ = upto;
  rows_ = rows;
}

result<void> lmdb_state::load_databases(lmdb::transaction& writing) {
  const auto load_place = [&](row_place place) -> result<void> {
    auto found = writing.database(database_name(place), false);
    if (!found)
      return found.error();
    if (*found)
      databases_.publish(place, **found);
    return {};
  };
  for (unsigned in = 1; in <= table_max; ++in) {
    const auto split = row_place::split_by_kind(static_cast<table>(in));
    for (unsigned kind = 0; kind < (split ? row_place::kinds : 1); ++kind) {
      if (auto done = load_place({static_cast<table>(in), kind}); !done)
        return done;
    }
  }
  return {};
}

result<std::unique_ptr<state_reader>> lmdb_state::reader() {
  return lmdb_state_reader::make(*environment_, *pages_, missing_, shard_);
}

// -- apply ---------------------------------------------------------------------------------------

result<void> lmdb_state::apply(std::span<const epoch_ptr> epochs) {
  while (!epochs.empty() && epochs.front()->number <= applied_epoch())
    epochs = epochs.subspan(1);
  while (!epochs.empty()) {
    const auto first = applied_epoch() + 1;
    std::size_t count = 0;
    for (std::size_t rows = 0; count < epochs.size() && rows < rows_per_transaction; ++count) {
      require(epochs[count]->shard == shard_, "epoch applied to another shard");
      require(epochs[count]->number == first + count, "epochs applied out of order");
      rows += epochs[count]->writes.size();
    }
    if (auto done = apply_transaction(epochs.first(count)); !done)
      return done;
    epochs = epochs.subspan(count);
  }
  return {};
}

result<void> lmdb_state::apply_transaction(std::span<const epoch_ptr> epochs) {
  return write(merge_writes(epochs), mark_of(*epochs.back()));
}

result<void> lmdb_state::write(std::span<const merged_write> rows, const std::optional<epoch_mark>& upto) {
  const std::lock_guard not_looked_through{changing_};
  if (auto done = pages_->check_lists(); !done)
    return done;
  auto writing = environment_->begin_write();
  if (!writing)
    return writing.error();
  row_writer writer{*writing, databases_, passed_, shard_};
  for (const auto& row : rows) {
    if (auto done = writer.write(row); !done)
      return done;
  }
  writer.finish();
  const auto mark = upto.value_or(applied());
  auto after = this->rows();
  after += writer.change();
  if (auto done = put_meta(*writing, mark, after); !done)
    return done;
  if (auto done = writing->commit(); !done)
    return done;
  for (const auto& made : writer.created())
    databases_.publish(made.place, made.handle);
  passed_.change(writer.change_of_passed());
  remember(mark, after);
  return {};
}

result<void> lmdb_state::put_meta(lmdb::transaction& writing, const epoch_mark& upto,
                                  const rows_digest& rows) {
  stored::v1::state_meta meta;
  meta.set_shard(shard_);
  meta.set_applied_epoch(upto.epoch);
  meta.set_applied_term(upto.term);
  meta.set_applied_hash(upto.hash);
  meta.set_applied_time_ms(upto.time_ms);
  meta.set_rows_hash(rows.hash);
  meta.set_rows(rows.rows);
  const auto sealed = seal_value(shard_, upto.epoch, meta_key, meta.SerializeAsString());
  return writing.put(meta_, meta_key.key(), sealed);
}

// -- copies --------------------------------------------------------------------------------------

// One database at a time: a transaction remembers every page it frees.
result<void> lmdb_state::clear() {
  {
    const std::lock_guard not_looked_through{changing_};
    passed_.end(); // What goes now is not followed.
    remember(applied(), {});
  }
  if (auto done = write({}, epoch_mark{}); !done)
    return done;
  if (auto done = forget_lost(); !done)
    return done;
  for (std::uint16_t number = 0; number < row_place::numbers; ++number) {
    const auto database = databases_.find(row_place{number});
    if (!database)
      continue;
    auto writing = environment_->begin_write();
    if (!writing)
      return writing.error();
    if (auto done = writing->clear(*database); !done)
      return done;
    if (auto done = writing->commit(); !done)
      return done;
  }
  return {};
}

result<void> lmdb_state::load(std::span<const row_write> rows) {
  require(applied_epoch() == 0, "rows loaded into a state that has epochs");
  return write(merge_writes(rows), {});
}

result<void> lmdb_state::set_applied(const epoch_mark& last) {
  require(applied_epoch() == 0, "a state that has epochs is said to be a copy");
  return write({}, last);
}

} // namespace orderd::runtime
