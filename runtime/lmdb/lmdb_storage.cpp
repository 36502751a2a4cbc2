#include "runtime/lmdb/lmdb_storage.hpp"

#include "config/limits.hpp"
#include "runtime/base/disk.hpp"
#include "runtime/base/folder_lock.hpp"
#include "runtime/base/log.hpp"
#include "runtime/lmdb/lmdb_journal.hpp"
#include "runtime/lmdb/lmdb_meta.hpp"
#include "runtime/lmdb/lmdb_state.hpp"
#include "runtime/storage/node_file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <set>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace orderd::runtime {

namespace {

class lmdb_storage final : public storage {
public:
  lmdb_storage(std::string path, std::unique_ptr<folder_lock> lock, std::unique_ptr<lmdb_journal> journal,
               std::vector<std::unique_ptr<lmdb_state>> states, std::vector<state_damage> damage)
      : path_(std::move(path)), lock_(std::move(lock)), journal_(std::move(journal)),
        states_(std::move(states)), damage_(std::move(damage)) {}

  std::uint32_t shards() const override { return static_cast<std::uint32_t>(states_.size()); }
  journal_store& journal() override { return *journal_; }
  state_store& state(std::uint32_t shard) override {
    require(shard < states_.size(), "no such shard");
    return *states_[shard];
  }
  state_damage damage(std::uint32_t shard) const override { return damage_.at(shard); }
  result<disk_space> space() override { return disk_space_of(path_); }

private:
  std::string path_;
  std::unique_ptr<folder_lock> lock_; // goes last
  std::unique_ptr<lmdb_journal> journal_;
  std::vector<std::unique_ptr<lmdb_state>> states_;
  std::vector<state_damage> damage_; // by shard
};

std::string journal_folder(const std::string& data) {
  return data + "/journal";
}

std::string state_folder(const std::string& data, std::uint32_t shard) {
  std::array<char, 16> number{};
  std::snprintf(number.data(), number.size(), "%04u", shard);
  return data + "/shards/" + number.data() + "/state";
}

/// A folder that is about to become a data folder must have nothing of anyone else's in it.
result<void> check_empty(const std::string& path) {
  const auto names = names_in(path);
  if (!names)
    return names.error();
  for (const auto& name : *names) {
    if (name != "lock" && name != "lost+found" && name != "given-up" && name != "node.json.tmp")
      return fault{fault_code::malformed, std::string{path}
                                              .append(" is not a data folder: it has no node.json, but has '")
                                              .append(name)
                                              .append("'")};
  }
  return {};
}

/// Looks only: nothing foreign is touched, not even to lock it.
result<void> check_ours(const std::string& path) {
  const auto found = read_node_file(path + "/node.json");
  if (!found)
    return found.error();
  if (!*found)
    if (auto done = check_empty(path); !done)
      return done;
  return folder_lock::check(path);
}

/// Orders and accounts are nobody else's to read. What is below it is closed with the folder.
void close_to_others(const std::string& path) {
  const auto closed = make_private(path);
  if (!closed)
    log::warn("storage", "folder_open_to_others", {{"folder", path}},
              closed.error().message + "; give it to the user that runs orderd, with mode 0700");
  else if (*closed)
    log::warn("storage", "folder_closed_to_others", {{"folder", path}},
              "others could read the data folder; its mode is 0700 now");
}

/// What the folder is, or what it is going to be: then it says so before anything else is in it.
result<node_file> claim(const std::string& path, std::uint32_t shards) {
  const auto file = path + "/node.json";
  auto found = read_node_file(file);
  if (!found)
    return found.error();
  if (*found) {
    if (shards != 0 && shards != (*found)->shards)
      return fault{fault_code::malformed, "the data folder " + path + " has "
                                              + std::to_string((*found)->shards) + " shards, asked for "
                                              + std::to_string(shards)};
    return **found;
  }
  if (auto done = check_empty(path); !done)
    return done.error();
  const auto made = new_node_file(shards == 0 ? 1 : shards);
  if (auto done = write_node_file(file, made); !done)
    return done.error();
  return made;
}

std::vector<std::string> environment_folders(const std::string& path, std::uint32_t shards) {
  std::vector<std::string> out{journal_folder(path)};
  for (std::uint32_t shard = 0; shard < shards; ++shard)
    out.push_back(state_folder(path, shard));
  return out;
}

/// A file that cannot be looked at is not one that is missing: of that, nothing is concluded.
result<void> check_part(const std::string& file, bool needed) {
  const auto there = file_exists(file);
  if (!there)
    return there.error();
  if (needed && !*there)
    return fault{fault_code::corrupt, "the data folder is damaged: " + file + " is missing"};
  return {};
}

/// What a start that a full disk ended left of a data file, of a folder in which nothing was ever committed:
/// less than the two pages that each begins with, so nothing can be in it.
result<void> remove_stub(const std::string& file) {
  struct stat about {};
  if (::stat(file.c_str(), &about) != 0 || about.st_size == 0 || about.st_size >= off_t{2} * lmdb::page_bytes)
    return {};
  return ::unlink(file.c_str()) == 0 ? result<void>{} : os_failure(errno, "remove", file);
}

/// Every part must be there once the folder was complete: LMDB would make an empty one in its place.
/// Gives the folders in which a salvage was finished.
result<std::set<std::string>> prepare_folders(const std::string& path, const node_file& node) {
  std::set<std::string> salvaged;
  for (const auto& folder : environment_folders(path, node.shards)) {
    const auto finished = finish_salvage(folder);
    if (!finished)
      return finished.error();
    if (*finished)
      salvaged.insert(folder);
    // Of an upgrade that was cut short: a program that keeps no sums may have written since.
    for (const auto* sums : {"/sums", "/sums.new"})
      if (node.format < folder_format && ::unlink((folder + sums).c_str()) != 0 && errno != ENOENT)
        return os_failure(errno, "remove sums of an upgrade that was cut short", folder + sums);
    if (auto done = check_part(folder + "/data.mdb", node.complete); !done)
      return done.error();
    for (const auto* part : {"/sums", "/lock.mdb", "/end"})
      if (auto done = check_part(folder + part, false); !done)
        return done.error();
    if (!node.complete)
      if (auto done = remove_stub(folder + "/data.mdb"); !done)
        return done.error();
    if (auto done = make_folders(folder); !done)
      return done.error();
  }
  return salvaged;
}

/// What a person must know of damage: now, and at each start until the folder is restored.
void report_losses(std::uint32_t shard, const lmdb_state& state) {
  if (state.corrected() > 0)
    log::error("storage", "bits_corrected", {{"shard", shard}, {"pages", state.corrected()}},
               "flipped bits in the state were turned back; look at this machine's memory and disk");
  if (const auto& saved = state.salvaged())
    log::error("storage", "state_salvaged",
               {{"shard", shard}, {"rows", saved->rows}, {"kept_in", saved->kept_in}},
               "the state was damaged; its rows that could be read were saved into a fresh file");
  const auto ranges = state.lost();
  for (std::size_t i = 0; i < std::min<std::size_t>(ranges.size(), 20); ++i)
    log::error("storage", "rows_lost", {{"shard", shard}, {"ranges", ranges.size()}},
               lost(shard, ranges[i]).message
                   + "; requests for them are refused. 'orderctl lost list' shows all ranges, 'orderctl lost "
                     "accept' gives up what lay there");
}

/// Durable: the new environments' files, and then that the folder is complete and has this journal.
result<void> complete(const std::string& path, node_file node, const std::string& journal_id) {
  for (const auto& folder : environment_folders(path, node.shards)) {
    if (auto done = sync_folder(folder); !done)
      return done;
  }
  node.complete = true;
  node.format = folder_format;
  node.journal = journal_id;
  return write_node_file(path + "/node.json", node);
}

/// Of a folder of before journals had ids and ends: an empty journal cannot be told from a new one by them.
/// But every journal of a node that ever committed anything has a record.
result<void> check_upgrade(const std::string& path, const node_file& node, const lmdb_journal& journal,
                           const std::vector<std::unique_ptr<lmdb_state>>& states) {
  for (const auto& state : states) {
    if (node.complete && journal.unused() && state->applied_epoch() > 0)
      return fault{fault_code::corrupt,
                   "the journal in " + journal_folder(path) + " is empty, but "
                       + std::to_string(state->applied_epoch())
                       + " epochs were applied from it: acknowledged orders may be missing. Put back the "
                         "newest journal/data.mdb"};
  }
  return {};
}

} // namespace

result<std::unique_ptr<storage>> open_storage(const std::string& path, std::uint32_t shards,
                                              const storage_options& options,
                                              std::unique_ptr<folder_lock> held) {
  if (shards > limits::shards_max)
    return fault{fault_code::too_large, "at most " + std::to_string(limits::shards_max)
                                            + " shards, asked for " + std::to_string(shards)};
  if (auto done = make_folders(path); !done)
    return done.error();
  if (auto done = check_ours(path); !done)
    return done.error();
  close_to_others(path);
  auto lock = held ? result<std::unique_ptr<folder_lock>>{std::move(held)} : folder_lock::take(path);
  if (!lock)
    return lock.error();
  const auto node = claim(path, shards);
  if (!node)
    return node.error();
  if (node->complete && node->format == folder_format && node->journal.empty())
    return fault{fault_code::corrupt, path + "/node.json: it names no journal"};
  const auto finished = prepare_folders(path, *node);
  if (!finished)
    return finished.error();
  auto journal = lmdb_journal::open(
      journal_folder(path),
      {options.journal_map_bytes, 0, options.journal_preallocated_bytes, node->complete}, node->journal);
  if (!journal)
    return journal.error();
  std::vector<std::unique_ptr<lmdb_state>> states;
  std::vector<state_damage> damage;
  for (std::uint32_t shard = 0; shard < node->shards; ++shard) {
    const auto folder = state_folder(path, shard);
    auto state = lmdb_state::open(
        folder, shard, {options.state_map_bytes, 0, 0, node->complete, node->format >= folder_format},
        options.salvage_states ? lmdb_state::when_damaged::salvage : lmdb_state::when_damaged::refuse);
    if (!state)
      return state.error();
    report_losses(shard, **state);
    damage.push_back(
        {(*state)->corrected(), (*state)->salvaged() || finished->contains(folder), (*state)->lost().size()});
    states.push_back(*std::move(state));
  }
  if (!node->complete || node->format < folder_format) {
    if (auto done = check_upgrade(path, *node, **journal, states); !done)
      return done.error();
    if (auto done = complete(path, *node, (*journal)->id()); !done)
      return done.error();
  }
  return std::unique_ptr<storage>{std::make_unique<lmdb_storage>(path, *std::move(lock), *std::move(journal),
                                                                 std::move(states), std::move(damage))};
}

} // namespace orderd::runtime
