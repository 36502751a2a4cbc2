#include "cluster/start/given_up.hpp"

#include "cluster/replication/replica_note.hpp"
#include "runtime/base/disk.hpp"
#include "runtime/base/log.hpp"
#include "runtime/lmdb/lmdb_storage.hpp"
#include "runtime/storage/recovery.hpp"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

namespace orderd::cluster {

namespace files = std::filesystem;
using runtime::fault;
using runtime::fault_code;
using runtime::node_file;
using runtime::os_failure;
using runtime::result;

namespace {

constexpr const char* note_name = "given_up.json";

std::string shelf_of(const std::string& data_dir) {
  return data_dir + "/given-up";
}

std::string node_file_of(const std::string& folder) {
  return folder + "/node.json";
}

bool is_number(const std::string& name) {
  return name.size() >= 4
         && std::all_of(name.begin(), name.end(), [](unsigned char each) { return std::isdigit(each) != 0; });
}

std::string folder_of(const std::string& data_dir, const std::string& name) {
  return name == unnumbered ? shelf_of(data_dir) : shelf_of(data_dir) + "/" + name;
}

/// What is no part of a disk, in a data folder or in a given-up one. What a node holds of the configuration
/// store stays with the node.
bool belongs_to_the_place(const std::string& name) {
  static const std::set<std::string> own{
      "lock",          "lost+found",        "given-up",        "node.json",     note_name,
      "node.json.tmp", "given_up.json.tmp", "taken_back.json", "configuration", "configuration.tmp"};
  return own.contains(name);
}

/// The names in a folder; none when there is no folder.
result<std::vector<std::string>> names_there(const std::string& folder) {
  const auto there = runtime::folder_exists(folder);
  if (!there)
    return there.error();
  return *there ? runtime::names_in(folder) : std::vector<std::string>{};
}

/// The names in a folder that are parts of its disk; none when there is no folder.
result<std::vector<std::string>> parts_in(const std::string& folder) {
  const auto names = names_there(folder);
  if (!names)
    return names.error();
  std::vector<std::string> out;
  for (const auto& name : *names)
    if (!belongs_to_the_place(name) && !is_number(name))
      out.push_back(name);
  return out;
}

std::string in_folder(const std::string& folder, const std::string& part) {
  return folder + "/" + part;
}

fault in_the_way(const std::string& from, const std::string& to) {
  return {fault_code::malformed, "cannot move " + from + " to " + to
                                     + ", which exists; put one of the two elsewhere, and start again"};
}

fault not_moved(int error, const std::string& from, const std::string& to) {
  return os_failure(error, "move " + from, to);
}

/// Never over something that is there.
result<void> move_parts(const std::string& from, const std::string& to) {
  const auto parts = parts_in(from);
  if (!parts)
    return parts.error();
  for (const auto& part : *parts) {
    std::error_code failed;
    const auto here = in_folder(from, part);
    const auto there = in_folder(to, part);
    if (files::exists(there, failed) || failed)
      return in_the_way(here, there);
    files::rename(here, there, failed);
    if (failed)
      return not_moved(failed.value(), here, to);
  }
  if (auto done = runtime::sync_folder(to); !done)
    return done;
  return runtime::sync_folder(from);
}

std::string time_now() {
  const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm broken{};
  gmtime_r(&now, &broken);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &broken);
  return text;
}

/// A numbered folder that did not exist.
result<std::string> new_place(const std::string& data_dir) {
  if (auto done = runtime::make_folders(shelf_of(data_dir)); !done)
    return done.error();
  for (unsigned number = 1;; ++number) {
    char name[16];
    std::snprintf(name, sizeof name, "%04u", number);
    std::error_code failed;
    if (files::create_directory(folder_of(data_dir, name), failed))
      return std::string{name};
    if (failed)
      return os_failure(failed.value(), "create the folder", folder_of(data_dir, name));
  }
}

/// A place for what is in the data folder, with why and whose it is; its data is still to be moved.
result<std::string> prepare_place(const std::string& data_dir, const std::string& why) {
  auto name = new_place(data_dir);
  if (!name)
    return name;
  const auto place = folder_of(data_dir, *name);
  nlohmann::ordered_json note{{"why", why}, {"at", time_now()}};
  // Its bytes: it may be one that cannot be understood.
  const auto bytes = runtime::read_small_file(node_file_of(data_dir));
  if (!bytes)
    return bytes.error();
  if (*bytes)
    if (auto done = runtime::write_file_atomically(node_file_of(place), **bytes); !done)
      return done.error();
  const auto text = note.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  if (auto done = runtime::write_file_atomically(place + "/" + note_name, text); !done)
    return done.error();
  if (auto done = runtime::sync_folder(shelf_of(data_dir)); !done)
    return done.error();
  return name;
}

given_up_disk read_place(const std::string& data_dir, const std::string& name) {
  std::error_code failed;
  given_up_disk out{name, files::absolute(folder_of(data_dir, name), failed).string(), {}, {}, {}, false};
  if (const auto file = runtime::read_node_file(node_file_of(out.folder)); file && *file)
    out.file = **file;
  const auto parts = parts_in(out.folder);
  out.there = (parts && !parts->empty()) || files::exists(node_file_of(out.folder), failed);
  if (const auto text = runtime::read_small_file(out.folder + "/" + note_name); text && *text) {
    const auto note = nlohmann::json::parse(**text, nullptr, false);
    if (note.is_object() && note.value("why", nlohmann::json{}).is_string())
      out.why = note["why"].get<std::string>();
    if (note.is_object() && note.value("at", nlohmann::json{}).is_string())
      out.at = note["at"].get<std::string>();
  }
  return out;
}

} // namespace

result<std::vector<given_up_disk>> list_given_up(const std::string& data_dir) {
  auto names = names_there(shelf_of(data_dir));
  if (!names)
    return names.error();
  std::vector<given_up_disk> out;
  std::sort(names->begin(), names->end());
  for (const auto& name : *names)
    if (is_number(name))
      out.push_back(read_place(data_dir, name));
  if (auto early = read_place(data_dir, unnumbered); early.there)
    out.insert(out.begin(), std::move(early));
  return out;
}

result<bool> has_no_disk(const std::string& data_dir) {
  const auto file = runtime::file_exists(node_file_of(data_dir));
  if (!file)
    return file.error();
  if (*file)
    return false;
  const auto parts = parts_in(data_dir);
  if (!parts)
    return parts.error();
  return parts->empty();
}

result<std::string> set_aside(const std::string& data_dir, const node_file& next, const std::string& why) {
  auto name = prepare_place(data_dir, why);
  if (!name)
    return name;
  auto file = next;
  file.setting_aside = *name;
  if (auto done = runtime::write_node_file(node_file_of(data_dir), file); !done)
    return done.error();
  if (auto done = finish_moves(data_dir); !done)
    return done.error();
  return name;
}

result<void> take_back(const std::string& data_dir, const std::string& name) {
  // What was begun first: its parts are in two places, and belong to another disk than is taken back now. A
  // node.json that cannot be read has begun nothing.
  if (runtime::read_node_file(node_file_of(data_dir)))
    if (auto done = finish_moves(data_dir); !done)
      return done;
  const auto all = list_given_up(data_dir);
  if (!all)
    return all.error();
  const auto wanted =
      std::find_if(all->begin(), all->end(), [&](const auto& each) { return each.name == name; });
  if (wanted == all->end() || !wanted->there || !wanted->file)
    return fault{fault_code::malformed, "there is no disk " + name + " in " + shelf_of(data_dir)
                                            + " that could be taken back; 'orderd disks list' shows them"};
  auto file = *wanted->file;
  file.distrusted.clear(); // It is a person's word that it is good.
  file.taking_back = name;
  const auto empty = has_no_disk(data_dir);
  if (!empty)
    return empty.error();
  if (!*empty) {
    auto place = prepare_place(data_dir, "the disk " + name + " was taken back in its place");
    if (!place)
      return place.error();
    file.setting_aside = *place;
  }
  if (auto done = runtime::write_node_file(node_file_of(data_dir), file); !done)
    return done;
  return finish_moves(data_dir);
}

result<void> finish_moves(const std::string& data_dir) {
  auto read = runtime::read_node_file(node_file_of(data_dir));
  if (!read)
    return read.error();
  if (!*read)
    return {};
  auto file = **read;
  // One after the other, each said to be done before the next begins: what comes back must not be set aside.
  if (const auto place = std::exchange(file.setting_aside, ""); !place.empty()) {
    if (auto done = move_parts(data_dir, folder_of(data_dir, place)); !done)
      return done;
    if (auto done = runtime::write_node_file(node_file_of(data_dir), file); !done)
      return done;
  }
  if (const auto place = std::exchange(file.taking_back, ""); !place.empty()) {
    const auto from = folder_of(data_dir, place);
    if (auto done = move_parts(from, data_dir); !done)
      return done;
    std::error_code failed;
    if (files::exists(node_file_of(from), failed) && !failed)
      files::rename(node_file_of(from), from + "/taken_back.json", failed);
    if (failed)
      return os_failure(failed.value(), "rename", node_file_of(from));
    if (auto done = runtime::write_node_file(node_file_of(data_dir), file); !done)
      return done;
  }
  return {};
}

result<std::vector<inspected_shard>> inspect_disk(const std::string& folder) {
  const auto file = runtime::read_node_file(node_file_of(folder));
  if (!file)
    return file.error();
  if (!*file)
    return fault{fault_code::corrupt, folder + " has no node.json"};
  if (!(*file)->complete)
    return fault{fault_code::corrupt, folder + " was never made completely: it holds nothing"};
  runtime::storage_options kept;
  kept.salvage_states = false;
  auto disk = runtime::open_storage(folder, 0, kept);
  if (!disk)
    return disk.error();
  return inspect_opened(**disk);
}

result<std::vector<inspected_shard>> inspect_opened(runtime::storage& disk) {
  const auto found = runtime::recover_replicas(disk);
  if (!found)
    return found.error();
  std::vector<inspected_shard> out;
  for (const auto& each : *found) {
    const auto note = decode_replica_note(each.note.value_or(""));
    if (!note)
      return note.error();
    inspected_shard shard{each.shard, each.applied.epoch, each.end.epoch, note->promised, true, {}};
    if (!each.whole || note->copying) {
      shard.whole = false;
      shard.damage = note->copying ? "a copy that was not finished" : each.damage;
    }
    out.push_back(std::move(shard));
  }
  return out;
}

} // namespace orderd::cluster
