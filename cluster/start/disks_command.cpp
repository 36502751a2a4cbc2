#include "cluster/start/disks_command.hpp"

#include "cluster/start/given_up.hpp"
#include "cluster/start/start_words.hpp"
#include "runtime/base/folder_lock.hpp"
#include "runtime/base/log.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <ostream>

namespace orderd::cluster {

using runtime::fault;
using runtime::fault_code;
using runtime::result;

namespace {

constexpr const char* current = "current";

std::string identity(const std::optional<runtime::node_file>& file) {
  if (!file)
    return "node.json missing or unreadable";
  auto out = file->node ? "node " + std::to_string(*file->node) : std::string{"node not recorded"};
  out +=
      ", disk " + std::to_string(file->incarnation) + ", started " + std::to_string(file->boot) + " times, ";
  return out + (file->cluster.empty() ? "a node by itself" : "cluster " + file->cluster);
}

result<void> list(const std::string& folder, std::ostream& out) {
  const auto all = list_given_up(folder);
  if (!all)
    return all.error();
  if (all->empty())
    out << "no disk was given up in " << folder << '\n';
  for (const auto& each : *all) {
    out << each.name << "  " << (each.at.empty() ? "at a time not recorded" : each.at) << "  "
        << (each.there ? identity(each.file) : "taken back since") << '\n';
    if (!each.why.empty())
      out << "      " << each.why << '\n';
  }
  return {};
}

result<void> show(const std::string& folder, const std::string& name, std::ostream& out) {
  auto where = folder;
  if (name != current) {
    const auto all = list_given_up(folder);
    if (!all)
      return all.error();
    const auto found =
        std::find_if(all->begin(), all->end(), [&](const auto& each) { return each.name == name; });
    if (found == all->end() || !found->there)
      return fault{fault_code::malformed, "there is no disk " + name + " in " + folder + "/given-up"};
    where = found->folder;
  }
  const auto file = runtime::read_node_file(where + "/node.json");
  if (!file)
    return file.error();
  out << where << ": " << identity(*file) << '\n';
  const auto shards = inspect_disk(where);
  if (!shards)
    return shards.error();
  for (const auto& each : *shards)
    out << "shard " << each.shard << ": applied up to epoch " << each.applied << ", journal up to "
        << each.end << ", promised term " << each.promised << ", "
        << (each.whole ? "whole" : "not whole: " + each.damage) << '\n';
  return {};
}

result<void> back(const std::string& folder, const std::string& name, std::ostream& out) {
  auto lock = runtime::folder_lock::take(folder);
  if (!lock)
    return lock.error();
  if (auto done = take_back(folder, name); !done)
    return done;
  runtime::log::warn("node", "disk_taken_back", {{"data_dir", folder}, {"disk", name}},
                     "an operator took it back; what was in its place is kept: 'orderd disks list'");
  out << "disk " << name << " is in " << folder
      << " again; what was there is kept ('orderd disks list'). Start the node: it serves with this disk "
         "unless "
         "another one of the node holds more\n";
  return {};
}

} // namespace

void add_disks_commands(CLI::App& app, disks_options& into) {
  using action = disks_options::action;
  auto* disks = app.add_subcommand("disks", "What was given up in the data folder, and the way back")
                    ->configurable(false)
                    ->fallthrough();
  disks->require_subcommand(1);
  disks->add_subcommand("list", "The disks that were given up: when, whose, and why")
      ->fallthrough()
      ->callback([&into] { into.what = action::list; });
  auto* shown = disks->add_subcommand("show", "What is on one: epochs, promised terms, whether it is whole")
                    ->fallthrough();
  shown->callback([&into] { into.what = action::show; });
  shown->add_option("NAME", into.name, "Its number, or current: the one in use")->required();
  auto* taken = disks
                    ->add_subcommand("take-back", "Puts one back into use, in exchange for what is there, "
                                                  "which is kept; the node must not run")
                    ->fallthrough();
  taken->callback([&into] { into.what = action::take_back; });
  taken->add_option("NAME", into.name, "Its number")->required();
}

result<void> run_disks(const disks_options& options, const std::string& data_dir, std::ostream& out) {
  const auto folder = in_full(data_dir);
  switch (options.what) {
  case disks_options::action::show:
    return show(folder, options.name, out);
  case disks_options::action::take_back:
    return back(folder, options.name, out);
  default:
    return list(folder, out);
  }
}

} // namespace orderd::cluster
