// The nodes of a simulated cluster: their disks, clocks and lives, their starts and crashes.
//
// *Operation*: `start` each; `turn` when it has something to do. A node that ends itself, for a fault of its
// disk, crashes, and starts again after a while; for any other reason it complains. What a node needs of the
// store when it starts it asks again for until it has it, as production does.
#pragma once

#include "tests/simulation/altered_storage.hpp"
#include "tests/simulation/counters.hpp"
#include "tests/simulation/simulated_folder.hpp"
#include "tests/simulation/simulated_member.hpp"
#include "tests/simulation/watched_store.hpp"
#include "tests/simulation/world_schedule.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/simulated_configuration.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace orderd::simulation {

/// Which folder a node is started with instead of its own.
enum class mistake : std::uint8_t {
  none,
  empty,         ///< a new one
  another_nodes, ///< of the node beside it
  older,         ///< its own of an earlier time, with its own as it is still there
  replaced,      ///< a new one, and an operator says that it shall be so
};

class cluster_members {
public:
  /// References outlive it.
  struct surroundings {
    member_world& shared;
    world_schedule& time;
    counters& happened;
    test::simulated_register& store;
    const storage_bugs& first_disk;               ///< planted in the first node's
    std::function<void(std::uint32_t node)> gone; ///< a node has crashed
    /// A node's proposal is about to reach the store, and has reached it.
    std::function<void(std::uint32_t node, const cluster::assignment& what)> proposes;
    std::function<void(std::uint32_t node, const cluster::assignment& what)> proposed;
    /// It says that one of two disks is wrong: whether it is its own, so that a person replaces that.
    std::function<bool(std::uint32_t node)> wrong_disk;
    std::function<bool()> store_is_lost;
    std::function<void(const std::string& what)> complain;
  };

  cluster_members(surroundings around, std::uint32_t nodes);
  ~cluster_members();
  cluster_members(const cluster_members&) = delete;
  cluster_members& operator=(const cluster_members&) = delete;

  const std::vector<std::uint32_t>& ids() const noexcept { return ids_; }
  /// Null: down.
  simulated_member* running(std::uint32_t id) { return places_.at(id)->life.get(); }
  /// Which life it is in; 0: down.
  std::uint64_t life_of(std::uint32_t id) const;
  /// Brings its clock to the present.
  void to_the_present(std::uint32_t id);
  /// It has something to do: it will do so soon.
  void wake(std::uint32_t id);
  void turn(std::uint32_t id);

  /// Starts it, unless it runs.
  void start(std::uint32_t id);
  /// Crashes it, if it runs.
  void crash(std::uint32_t id);

  // -- faults --------------------------------------------------------------------------------------
  test::memory_disk& disk(std::uint32_t id) { return *places_.at(id)->folder.disk; }
  std::uint64_t incarnation(std::uint32_t id) const { return places_.at(id)->folder.identity.incarnation; }
  /// What its disk holds of the configuration store.
  const std::optional<cluster::held_configuration>& held(std::uint32_t id) const {
    return places_.at(id)->folder.held;
  }
  test::simulated_configuration& store_of(std::uint32_t id) { return places_.at(id)->store; }
  /// Whether everything acknowledged would still be with somebody who may lead its shard.
  bool may_lose(std::uint32_t id) const;
  /// Whether every disk holds what the store said, and none is lost, nor that of a primary that anything
  /// names: without that the records are not for certain the last ones, and a person has to choose.
  bool all_hold() const;
  /// While the store is lost, whoever loses a disk needs a person.
  void keep_disks(bool keep) noexcept { keep_disks_ = keep; }
  /// Its disk comes back empty, or as an older copy of itself; false when there is none, or none may be lost.
  /// It crashes first.
  bool lose_disk(std::uint32_t id, bool set_back);
  /// It is down from now on, and is started with a folder that is not its own, until that is put right; or
  /// each of two with the other's. False, and nothing changed, when that makes no sense now.
  bool mistake_folder(std::uint32_t id, mistake what);
  bool swap_folders(std::uint32_t one, std::uint32_t other);
  /// It is down from now on, and is started with its own folder; the one it had meanwhile is kept until that
  /// has come about: the node may be needed with the newer one. False while the newer one has what nobody
  /// else has.
  bool put_right(std::uint32_t id);
  /// While it lives, another process tries its number, with an empty folder or a copy of its own.
  void start_a_second(std::uint32_t id);
  void set_clock(std::uint32_t id) {
    places_.at(id)->clock.set_wall_wrong_by(wrong_clock(around_.shared.random));
  }
  void heal();

  /// Whether that assignment's primary, or somebody who may take over, is there.
  bool can_serve(const cluster::assignment& there) const;
  std::uint64_t jobs() const noexcept { return jobs_; }

private:
  struct place {
    explicit place(test::simulated_register& of_all) : store(of_all) {}
    test::simulated_configuration store;
    test::manual_clock clock;
    std::int64_t drift = 0; ///< per mille
    std::int64_t clock_us = 0;
    simulated_folder folder;                 ///< that it is started with
    std::unique_ptr<simulated_folder> other; ///< that may have to be used again
    mistake wrong = mistake::none;           ///< of `folder`
    std::vector<simulated_folder> older;
    bool lost = false;     ///< the disk; nobody knows yet
    unsigned refusals = 0; ///< of starts, since the last that was not
    std::uint64_t lives = 0;
    bool awake = false; ///< a turn is due
    std::unique_ptr<runtime::storage> opened;
    std::unique_ptr<altered_storage> altered; ///< as the node sees it
    std::unique_ptr<watched_store> watched;
    std::unique_ptr<simulated_member> life;
  };

  bool identify(std::uint32_t id);
  bool refused(std::uint32_t id, const start_try& why);
  starting_process process_of(std::uint32_t id, bool replace);
  bool open(std::uint32_t id);
  void start_later(std::uint32_t id, std::int64_t after_ms);
  void count_terms_missed(const std::vector<runtime::replica_storage>& found) const;
  void keep_copy(place& of) const;
  simulated_folder copy_of(const simulated_folder& what) const;
  const simulated_folder* older_copy(std::uint32_t id) const;
  bool may_mistake(std::uint32_t id) const;
  void use_instead(place& of, simulated_folder folder, mistake what);
  /// Of each assignment that there is, or may yet be.
  bool of_all(const std::function<bool(const cluster::assignment&)>& holds) const;
  bool others_keep(std::uint32_t than, const cluster::assignment& there) const;
  void expect_death(const std::string& why) const;
  std::unique_ptr<test::memory_disk> new_disk() const;
  bool keeps(std::uint32_t id, const cluster::assignment& there) const;

  surroundings around_;
  std::vector<std::uint32_t> ids_;
  std::map<std::uint32_t, std::unique_ptr<place>> places_;
  std::uint64_t jobs_ = 0;
  bool keep_disks_ = false;
};

} // namespace orderd::simulation
