#include "cluster/start/joining.hpp"

#include "cluster/configuration/lost_mark.hpp"
#include "cluster/start/given_up.hpp"
#include "cluster/start/start_checks.hpp"
#include "cluster/start/start_records.hpp"
#include "cluster/start/start_words.hpp"
#include "config/start_limits.hpp"
#include "runtime/base/bytes.hpp"
#include "runtime/base/disk.hpp"
#include "runtime/base/folder_lock.hpp"
#include "runtime/base/log.hpp"
#include "runtime/lmdb/lmdb_storage.hpp"
#include "runtime/storage/node_file.hpp"

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

std::string file_of(const std::string& folder) {
  return folder + "/node.json";
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
  joining(const config::node_settings& settings, const joining_ports& ports)
      : settings_(settings), ports_(ports), folder_(in_full(settings.data_dir)),
        name_(name_of_node(settings.node)) {}

  result<joined_node> run() {
    for (const auto step :
         {&joining::look, &joining::learn_terms, &joining::check_folder, &joining::lock_folder,
          &joining::before_upgrade, &joining::open_disk, &joining::decide, &joining::keep_others_out,
          &joining::settle_terms, &joining::write_disk, &joining::announce})
      if (auto done = (this->*step)(); !done)
        return done.error();
    return joined_node{terms_,
                       {settings_.node, decided_.now.incarnation},
                       decided_.now.boot,
                       std::move(disk_),
                       std::move(found_),
                       decided_.outcome};
  }

private:
  /// Repeats a call of the store until it is answered.
  template <class Call>
  auto answered(Call call) -> decltype(call()) {
    bool said = false;
    for (;;) {
      auto got = call();
      if (got || got.error().code != fault_code::unavailable)
        return got;
      if (!std::exchange(said, true))
        log::warn("node", "waiting_for_store", {}, got.error().message);
      if (!ports_.keep_waiting())
        return fault{fault_code::shutting_down, "stopped while waiting for the configuration store"};
    }
  }

  /// Reads who the folder says it is. Nothing is locked or written yet: it may be anybody's.
  result<void> look() {
    auto empty = has_no_disk(folder_);
    if (!empty)
      return empty.error();
    empty_ = *empty;
    auto file = runtime::read_node_file(file_of(folder_));
    if (!file && file.error().code != fault_code::corrupt)
      return file.error();
    if (!file && !ports_.replace_disk)
      return fault{fault_code::corrupt, file.error().message
                                            + ": whose disk it is cannot be told, and nothing was changed. "
                                              "--replace-disk gives it up; it is then kept in given-up"};
    if (file)
      file_ = *file;
    if (file && !file_ && !empty_)
      return fault{fault_code::malformed,
                   folder_
                       + " is not a data folder: it has no node.json, but other files. "
                         "Nothing was touched; name another with --data-dir"};
    return runtime::folder_lock::check(folder_);
  }

  /// The cluster's, or those that it gets by this start.
  result<void> learn_terms() {
    auto there = answered([&] { return ports_.store.get(cluster_name); });
    if (!there)
      return there.error();
    if (there->version != 0)
      return take_terms(there->value);
    if (file_ && !file_->cluster.empty())
      return fault{fault_code::malformed, empty_store_text(folder_, file_->cluster)};
    auto lost = answered([&] { return ports_.store.get(lost_name); });
    if (!lost)
      return lost.error();
    if (lost->version != 0)
      return fault{fault_code::malformed, not_founded_text(lost->value)};
    return take_terms(encode(
        cluster_terms{random_id(), settings_.shards == 0 ? 1 : settings_.shards, settings_.replication}));
  }

  result<void> take_terms(const std::string& encoded) {
    auto terms = decode_cluster_terms(encoded);
    if (!terms)
      return terms.error();
    terms_ = *std::move(terms);
    if (settings_.shards != 0 && settings_.shards != terms_.shards)
      return fault{fault_code::malformed, "the cluster has " + std::to_string(terms_.shards)
                                              + " shards, asked for " + std::to_string(settings_.shards)};
    return {};
  }

  result<void> check_folder() {
    if (file_)
      if (auto why = refusal_of_folder(folder_, *file_, settings_.node, terms_.id); !why.empty())
        return fault{fault_code::malformed, std::move(why)};
    return {};
  }

  /// Under the folder's lock from here on. What is wrong with the disk is remembered: the store says what
  /// follows from it.
  result<void> lock_folder() {
    if (!file_)
      return {};
    auto lock = runtime::folder_lock::take(folder_);
    if (!lock)
      return lock.error();
    lock_ = *std::move(lock);
    if (auto done = finish_moves(folder_); !done)
      return done;
    auto file = runtime::read_node_file(file_of(folder_));
    if (!file)
      return file.error();
    file_ = *file;
    story_.disk = {{file_->incarnation, file_->boot}, file_->distrusted.empty(), file_->pending};
    story_.damage = file_->distrusted;
    return {};
  }

  /// Opening a folder of an earlier format makes it one that the build before cannot read any more. So a
  /// start that is refused for what is known without opening it comes first.
  result<void> before_upgrade() {
    if (!file_ || file_->format >= runtime::folder_format)
      return {};
    const auto done = decide();
    return done ? keep_others_out() : done;
  }

  result<void> open_disk() {
    if (!file_)
      return {};
    auto opened = open(std::move(lock_));
    if (opened || opened.error().code != fault_code::corrupt)
      return opened;
    story_.disk.sound = false;
    story_.damage = opened.error().message;
    return {};
  }

  result<void> open(std::unique_ptr<runtime::folder_lock> lock) {
    runtime::storage_options kept;
    kept.salvage_states = false; // another copy is better
    auto disk = runtime::open_storage(folder_, terms_.shards, kept, std::move(lock));
    if (!disk)
      return disk.error();
    disk_ = *std::move(disk);
    auto found = runtime::recover_replicas(*disk_);
    if (!found)
      return found.error();
    found_ = *std::move(found);
    return check_found(found_);
  }

  result<void> decide() {
    story_.node = settings_.node;
    story_.cluster = terms_.id;
    story_.folder = folder_;
    for (std::uint32_t looks = 0;; ++looks) {
      if (auto done = ask_store(); !done)
        return done;
      if (decided_.may_start())
        return {};
      if (auto alone = looks == 0 ? nobody_has_the_number() : result<void>{}; !alone)
        return alone;
      if (decided_.outcome != start_outcome::not_superseded || looks == limits::superseded_looks_max)
        return fault{fault_code::malformed, refusal_of(story_, decided_)};
      if (looks == 0)
        log::warn("node", "waiting_for_better_copies",
                  {{"node", settings_.node}, {"data_dir", folder_}, {"incarnation", file_->incarnation}},
                  trouble_of(story_) + "; it is looked for some seconds whether the other nodes hold all of "
                      + shard_list(decided_.shards) + ": start them");
      if (!ports_.keep_waiting())
        return fault{fault_code::shutting_down, "stopped while waiting for better copies"};
    }
  }

  result<void> ask_store() {
    const auto listed = answered([&] { return ports_.store.list(""); }); // all as of one moment
    if (!listed)
      return listed.error();
    auto read = read_for_start(*listed, settings_.node, terms_.shards);
    if (!read)
      return read.error();
    version_ = read->version;
    guard_ = std::move(read->guard);
    others_ = std::move(read->others);
    const start_question asked{settings_.node,
                               story_.disk,
                               std::move(read->known),
                               std::move(read->shards),
                               min_in_sync(terms_.replication),
                               ports_.replace_disk};
    story_.known = asked.known;
    decided_ = judge_start(asked);
    // Who goes on under its own name asks nothing of the others.
    if (read->unreadable && decided_.outcome != start_outcome::goes_on)
      return *read->unreadable;
    return {};
  }

  /// Before anything is changed: a process that has the number, an address or the folder is not disturbed.
  result<void> keep_others_out() {
    if (!std::exchange(bound_, true))
      if (auto done = ports_.bind(); !done)
        return done;
    return nobody_has_the_number();
  }

  result<void> nobody_has_the_number() {
    return check_number_is_free(ports_, settings_.node, terms_.id, story_.known.node, others_);
  }

  /// Fixes the terms of a new cluster. Another node may do so at the same moment: then its terms hold.
  result<void> settle_terms() {
    auto there = answered([&] { return ports_.store.get(cluster_name); });
    if (there && there->version == 0)
      there = answered([&] {
        return ports_.store.compare_and_set(cluster_name, 0, encode(terms_),
                                            store_guard{lost_name, std::nullopt});
      });
    if (!there)
      return there.error();
    if (there->version == 0) // The guard did not hold.
      return learn_terms();
    if (!guard_.value) // There was no cluster yet: the store is the one that has it now.
      guard_.value = there->value;
    return take_terms(there->value);
  }

  /// The disk first: a store that counts more starts than the disk means a disk that was set back.
  result<void> write_disk() {
    if (decided_.outcome == start_outcome::begins || decided_.outcome == start_outcome::begins_anew)
      return begin();
    if (decided_.outcome == start_outcome::serves_again)
      log::warn(
          "node", "earlier_disk_serves",
          {{"node", settings_.node},
           {"incarnation", decided_.now.incarnation},
           {"instead_of", story_.known.node.disk.incarnation}},
          "another disk of this node was started last, and has nothing that this one lacks: see to it that "
          "the node is always started with this data folder");
    return rewrite([this](node_file& file) {
      file.incarnation = decided_.now.incarnation;
      file.boot = decided_.now.boot;
      file.node = settings_.node;
    });
  }

  result<void> rewrite(const std::function<void(node_file&)>& change) {
    auto file = runtime::read_node_file(file_of(folder_));
    if (!file)
      return file.error();
    if (!*file)
      return fault{fault_code::internal, file_of(folder_) + " has gone while the node starts"};
    change(**file);
    return runtime::write_node_file(file_of(folder_), **file);
  }

  /// With an empty disk, another than the node ever had.
  result<void> begin() {
    found_.clear();
    disk_.reset(); // Its lock, too: it is taken again at once.
    if (auto done = runtime::make_folders(folder_); !done)
      return done;
    auto lock = runtime::folder_lock::take(folder_);
    if (!lock)
      return lock.error();
    if (auto same = unchanged(); !same)
      return same;
    auto next = runtime::new_node_file(terms_.shards);
    next.incarnation = decided_.now.incarnation;
    next.boot = decided_.now.boot;
    next.cluster = terms_.id;
    next.node = settings_.node;
    next.pending = true;
    if (auto done = empty_ ? runtime::write_node_file(file_of(folder_), next) : give_up(next); !done)
      return done;
    if (story_.known.node.disk.incarnation != 0)
      log::warn(
          "node", "disk_begins_anew",
          {{"node", settings_.node},
           {"incarnation", decided_.now.incarnation},
           {"instead_of", story_.known.node.disk.incarnation}},
          "the node gets a copy of everything from the other nodes; keep them running until it is in sync");
    return open(*std::move(lock));
  }

  result<void> give_up(const node_file& next) {
    const auto why = reason_of(story_, decided_, ports_.replace_disk);
    const auto place = set_aside(folder_, next, why);
    if (!place)
      return place.error();
    log::error(
        "node", "disk_given_up", {{"node", settings_.node}, {"data_dir", folder_}, {"kept_as", *place}},
        why + "; see 'orderd disks list --data-dir DIR', and remove it only when the node is in sync again");
    return {};
  }

  /// Whether the folder is still as it was looked at, now that nobody else can change it.
  result<void> unchanged() {
    const auto empty = has_no_disk(folder_);
    if (!empty)
      return empty.error();
    const auto file = runtime::read_node_file(file_of(folder_));
    const bool same = *empty == empty_ && (!file || !*file || !file_ || (*file)->node_id == file_->node_id);
    return same ? result<void>{}
                : fault{fault_code::unavailable,
                        "another process has changed the data folder " + folder_ + " meanwhile; start again"};
  }

  result<void> announce() {
    auto self = with_disk(story_.known, decided_.now, ports_.now_ms());
    self.node.client_endpoint = settings_.listen;
    self.node.peer_endpoint = settings_.peer_listen;
    const auto mine = encode(settings_.node, self);
    const auto there = answered([&] { return ports_.store.compare_and_set(name_, version_, mine, guard_); });
    if (!there)
      return there.error();
    if (there->value != mine)
      return fault{fault_code::unavailable, "another process starts as node " + std::to_string(settings_.node)
                                                + " at the same time, or the configuration store was written "
                                                  "again meanwhile; give each node its own --node, and start "
                                                  "again"};
    return rewrite([](node_file& file) { file.pending = false; });
  }

  const config::node_settings& settings_;
  const joining_ports& ports_;
  const std::string folder_; ///< in full
  const std::string name_;   ///< in the store
  bool empty_ = false;
  std::optional<node_file> file_; ///< none: no disk, or one whose file cannot be read
  cluster_terms terms_;
  start_story story_;
  start_verdict decided_;
  std::uint64_t version_ = 0; ///< of the node's record, as it was decided on
  store_guard guard_;         ///< the store in which it was read
  std::map<std::uint32_t, known_node> others_;
  bool bound_ = false;
  std::unique_ptr<runtime::folder_lock> lock_; ///< until the disk has it
  std::unique_ptr<runtime::storage> disk_;
  std::vector<runtime::replica_storage> found_;
};

} // namespace

result<joined_node> join_cluster(const config::node_settings& settings, const joining_ports& ports) {
  return joining{settings, ports}.run();
}

result<void> distrust_disk(const std::string& data_dir, const std::string& why) {
  auto file = runtime::read_node_file(file_of(data_dir));
  if (!file)
    return file.error();
  if (!*file)
    return {};
  (*file)->distrusted = why;
  return runtime::write_node_file(file_of(data_dir), **file);
}

} // namespace orderd::cluster
