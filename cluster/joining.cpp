#include "cluster/joining.hpp"

#include "cluster/replica_note.hpp"
#include "runtime/bytes.hpp"
#include "runtime/disk.hpp"
#include "runtime/folder_lock.hpp"
#include "runtime/lmdb_storage.hpp"
#include "runtime/log.hpp"
#include "runtime/node_file.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <random>
#include <utility>

namespace orderd::cluster {

namespace log = runtime::log;
using runtime::fault;
using runtime::fault_code;
using runtime::node_file;
using runtime::result;

namespace {

std::string file_of(const std::string& data_dir) {
  return data_dir + "/node.json";
}

std::string random_id() {
  std::random_device random;
  std::string id;
  for (int i = 0; i < 2; ++i)
    runtime::append_integer(id, static_cast<std::uint32_t>(random()));
  return runtime::to_hex(id);
}

class joining {
public:
  joining(const config::node_settings& settings, configuration_store& store, known_node self,
          const std::function<bool()>& keep_waiting)
      : settings_(settings), store_(store), self_(std::move(self)), keep_waiting_(keep_waiting) {}

  result<joined_node> run() {
    if (auto done = agree_on_terms(); !done)
      return done.error();
    auto opened = open(true);
    if (opened || (opened.error().code != fault_code::corrupt && opened.error().code != fault_code::malformed)
        || !ours_)
      return opened;
    log::error("node", "disk_given_up", {{"data_dir", settings_.data_dir}}, opened.error().message);
    return open(false);
  }

private:
  /// Repeats a call of the store until it is answered.
  template <class Call>
  result<versioned_value> answered(Call call) {
    bool said = false;
    for (;;) {
      auto got = call();
      if (got || got.error().code != fault_code::unavailable)
        return got;
      if (!std::exchange(said, true))
        log::warn("node", "waiting_for_store", {}, got.error().message);
      if (!keep_waiting_())
        return fault{fault_code::shutting_down, "stopped while waiting for the configuration store"};
    }
  }

  result<void> agree_on_terms() {
    const cluster_terms wanted{random_id(), settings_.shards == 0 ? 1 : settings_.shards,
                               settings_.replication};
    auto there = answered([&] { return store_.get(cluster_name); });
    if (there && there->version == 0)
      there = answered([&] { return store_.compare_and_set(cluster_name, 0, encode(wanted)); });
    if (!there)
      return there.error();
    auto terms = decode_cluster_terms(there->value);
    if (!terms)
      return terms.error();
    terms_ = *std::move(terms);
    if (settings_.shards != 0 && settings_.shards != terms_.shards)
      return fault{fault_code::malformed, "the cluster has " + std::to_string(terms_.shards)
                                              + " shards, asked for " + std::to_string(settings_.shards)};
    return {};
  }

  result<joined_node> open(bool sound) {
    if (auto done = runtime::make_folders(settings_.data_dir); !done)
      return done.error();
    auto lock = runtime::folder_lock::take(settings_.data_dir);
    if (!lock)
      return lock.error();
    auto file = identify(sound);
    if (!file)
      return file.error();
    lock->reset(); // The storage takes it again.
    joined_node out{terms_, {settings_.node, file->incarnation}, file->boot, nullptr, {}};
    runtime::storage_options kept;
    kept.salvage_states = false; // another copy is better
    auto disk = runtime::open_storage(settings_.data_dir, terms_.shards, kept);
    if (!disk)
      return disk.error();
    out.disk = *std::move(disk);
    auto found = runtime::recover_replicas(*out.disk);
    if (!found)
      return found.error();
    for (const auto& shard : *found)
      if (auto done = check(shard); !done)
        return done.error();
    out.found = *std::move(found);
    return out;
  }

  /// Only an incomplete copy may have a journal and a state that do not fit together.
  static result<void> check(const runtime::replica_storage& shard) {
    const auto note = decode_replica_note(shard.note.value_or(""));
    if (!note)
      return note.error();
    if (!shard.whole && !note->copying)
      return fault{fault_code::corrupt, shard.damage};
    return {};
  }

  /// Decides who this disk is, and says so on it and in the store.
  result<node_file> identify(bool sound) {
    auto file = runtime::read_node_file(file_of(settings_.data_dir));
    if (!file && file.error().code != fault_code::corrupt)
      return file.error();
    const auto on_disk = file ? *file : std::optional<node_file>{};
    if (on_disk && on_disk->cluster != terms_.id)
      return fault{fault_code::malformed,
                   "the data folder " + settings_.data_dir
                       + (on_disk->cluster.empty() ? " is that of a node by itself"
                                                   : " is of another cluster, " + on_disk->cluster)
                       + "; this cluster is " + terms_.id + ": give the node an empty folder"};
    ours_ = true;
    const auto name = name_of_node(settings_.node);
    const auto there = answered([&] { return store_.get(name); });
    if (!there)
      return there.error();
    disk_identity stored;
    if (there->version != 0) {
      const auto read = decode_known_node(there->value);
      if (!read)
        return read.error();
      stored = read->second.disk;
    }
    const disk_identity disk = on_disk ? disk_identity{on_disk->incarnation, on_disk->boot} : disk_identity{};
    const auto decided = decide_start(disk, stored, sound && file);
    auto written = write(decided, on_disk);
    if (!written)
      return written;
    if (auto done = announce(name, there->version, decided.now); !done)
      return done.error();
    return written;
  }

  /// The disk first: a store that counts more starts than the disk means a disk that was set back.
  result<node_file> write(const start_decision& decided, const std::optional<node_file>& on_disk) {
    auto next = on_disk && !decided.anew ? *on_disk : runtime::new_node_file(terms_.shards);
    if (decided.anew) {
      log::info("node", "disk_begins_anew",
                {{"node", settings_.node}, {"incarnation", decided.now.incarnation}}, "");
      if (auto done = set_aside(); !done)
        return done.error();
    }
    next.incarnation = decided.now.incarnation;
    next.boot = decided.now.boot;
    next.cluster = terms_.id;
    if (auto done = runtime::write_node_file(file_of(settings_.data_dir), next); !done)
      return done.error();
    return next;
  }

  /// Kept for a person, in place of what was given up before: it may be the last copy of something.
  result<void> set_aside() {
    const auto kept = settings_.data_dir + "/given-up";
    std::error_code failed;
    std::filesystem::remove_all(kept, failed);
    if (!failed)
      std::filesystem::create_directory(kept, failed);
    for (const std::string part : {"/node.json", "/journal", "/shards"})
      if (!failed && std::filesystem::exists(settings_.data_dir + part, failed))
        std::filesystem::rename(settings_.data_dir + part, kept + part, failed);
    return failed ? runtime::os_failure(failed.value(), "set aside what is in", settings_.data_dir)
                  : result<void>{};
  }

  result<void> announce(const std::string& name, std::uint64_t version, const disk_identity& disk) {
    self_.disk = disk;
    const auto mine = encode(settings_.node, self_);
    const auto there = answered([&] { return store_.compare_and_set(name, version, mine); });
    if (!there)
      return there.error();
    if (there->value != mine)
      return fault{fault_code::unavailable, "another process starts as node " + std::to_string(settings_.node)
                                                + " at the same time; give each node its own --node"};
    return {};
  }

  const config::node_settings& settings_;
  configuration_store& store_;
  known_node self_;
  const std::function<bool()>& keep_waiting_;
  cluster_terms terms_;
  bool ours_ = false; ///< the folder is known to be this cluster's, or empty
};

} // namespace

result<joined_node> join_cluster(const config::node_settings& settings, configuration_store& store,
                                 const std::string& client_endpoint, const std::string& peer_endpoint,
                                 const std::function<bool()>& keep_waiting) {
  return joining{settings, store, {{}, client_endpoint, peer_endpoint}, keep_waiting}.run();
}

result<void> give_up_disk(const std::string& data_dir) {
  auto file = runtime::read_node_file(file_of(data_dir));
  if (!file)
    return file.error();
  if (!*file)
    return {};
  (*file)->boot = 0; // Below what the store counts: as of a disk that was set back.
  return runtime::write_node_file(file_of(data_dir), **file);
}

} // namespace orderd::cluster
