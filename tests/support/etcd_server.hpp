// A real etcd of one or three members for tests, on loopback addresses of its own, in a temporary folder.
//
//   if (!etcd_server::installed())
//     GTEST_SKIP() << etcd_server::not_installed;
//   etcd_server server{3};
//   server.kill(0);      // kill -9; its data stays
//   server.start(0);
//
// Its times are those orderd is tuned for: heartbeat 50 ms, election 500 ms; every write is synced.
#pragma once

#include "config/loopback.hpp"
#include "tests/support/temporary_folder.hpp"

#include <sys/types.h>

#include <cstddef>
#include <string>
#include <vector>

namespace orderd::test {

/// *Concurrency*: one thread, which outlives it: members die with the thread that started them.
class etcd_server {
public:
  static bool installed();
  static constexpr const char* not_installed =
      "SKIPPED: etcd is not installed (scripts/setup.sh installs it)";

  /// Starts all members and waits until they serve; throws std::runtime_error with etcd's log when they do
  /// not.
  explicit etcd_server(std::size_t members = 1);
  etcd_server(const etcd_server&) = delete;
  etcd_server& operator=(const etcd_server&) = delete;
  /// Kills all members and removes their data.
  ~etcd_server();

  std::vector<config::endpoint> endpoints() const;

  /// Does not wait until it serves. Pre: it does not run.
  void start(std::size_t number);
  /// Without warning (SIGKILL), or held still for a while (SIGSTOP, SIGCONT). Pre: it runs.
  void kill(std::size_t number);
  void pause(std::size_t number);
  void resume(std::size_t number);
  /// Until every running member answers.
  void wait_until_serving() const;

private:
  struct member {
    std::string name;
    config::endpoint clients;
    config::endpoint peers;
    pid_t process = 0; ///< 0: does not run
  };
  std::vector<std::string> command(const member& which) const;
  std::string log_of(const member& which) const { return folder_ / (which.name + ".log"); }

  const temporary_folder folder_;
  std::vector<member> members_;
};

} // namespace orderd::test
