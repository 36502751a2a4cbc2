#include "tests/support/etcd_server.hpp"

#include "cluster/configuration/etcd_configuration.hpp"
#include "tests/support/wait_until.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace orderd::test {

namespace {

constexpr const char* program = "/usr/bin/etcd";

/// An address of 127.0.0.0/8 that no other process of this machine uses: outgoing connections come from
/// 127.0.0.1, so a port of it cannot be taken while its member is down.
std::string own_address() {
  const auto process = static_cast<unsigned>(getpid());
  return "127." + std::to_string(64 + (process >> 16 & 63)) + "." + std::to_string(process >> 8 & 255) + "."
         + std::to_string(process & 255);
}

/// In the child: becomes etcd, or ends.
[[noreturn]] void become(const std::vector<std::string>& command, const std::string& log) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int out = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  dup2(out, STDOUT_FILENO);
  dup2(out, STDERR_FILENO);
  std::vector<char*> arguments;
  for (const auto& each : command)
    arguments.push_back(const_cast<char*>(each.c_str()));
  arguments.push_back(nullptr);
  execv(program, arguments.data());
  _exit(127);
}

} // namespace

bool etcd_server::installed() {
  return access(program, X_OK) == 0;
}

etcd_server::etcd_server(std::size_t members) {
  static std::uint16_t port = 2379;
  for (std::size_t i = 0; i < members; ++i) {
    const auto address = own_address();
    members_.push_back({"m" + std::to_string(i), {address, port}, {address, std::uint16_t(port + 1)}, 0});
    port += 2;
  }
  for (std::size_t i = 0; i < members; ++i)
    start(i);
  wait_until_serving();
}

etcd_server::~etcd_server() {
  for (std::size_t i = 0; i < members_.size(); ++i)
    if (members_[i].process != 0)
      kill(i);
}

std::vector<config::endpoint> etcd_server::endpoints() const {
  std::vector<config::endpoint> found;
  for (const auto& each : members_)
    found.push_back(each.clients);
  return found;
}

std::vector<std::string> etcd_server::command(const member& which) const {
  const auto clients = "http://" + config::to_string(which.clients);
  const auto peers = "http://" + config::to_string(which.peers);
  std::string all;
  for (const auto& each : members_)
    all += (all.empty() ? "" : ",") + each.name + "=http://" + config::to_string(each.peers);
  return {program,
          "--name=" + which.name,
          "--data-dir=" + (folder_ / which.name),
          "--listen-client-urls=" + clients,
          "--advertise-client-urls=" + clients,
          "--listen-peer-urls=" + peers,
          "--initial-advertise-peer-urls=" + peers,
          "--initial-cluster=" + all,
          "--heartbeat-interval=50",
          "--election-timeout=500",
          "--logger=zap",
          "--log-level=error"};
}

void etcd_server::start(std::size_t number) {
  auto& which = members_.at(number);
  const auto arguments = command(which);
  const auto log = log_of(which);
  which.process = fork();
  if (which.process < 0)
    throw std::runtime_error("cannot start etcd");
  if (which.process == 0)
    become(arguments, log);
}

void etcd_server::kill(std::size_t number) {
  auto& process = members_.at(number).process;
  ::kill(process, SIGKILL);
  while (waitpid(process, nullptr, 0) < 0 && errno == EINTR) {
  }
  process = 0;
}

void etcd_server::pause(std::size_t number) {
  ::kill(members_.at(number).process, SIGSTOP);
}

void etcd_server::resume(std::size_t number) {
  ::kill(members_.at(number).process, SIGCONT);
}

void etcd_server::wait_until_serving() const {
  for (const auto& each : members_) {
    if (each.process == 0)
      continue;
    cluster::etcd_options options;
    options.endpoints = {each.clients};
    cluster::etcd_configuration client{options};
    if (!wait_until([&] { return bool(client.get("is it there")); })) {
      std::stringstream log;
      log << std::ifstream{log_of(each)}.rdbuf();
      throw std::runtime_error("etcd does not serve:\n" + log.str());
    }
  }
}

} // namespace orderd::test
