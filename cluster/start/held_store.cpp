#include "cluster/start/held_store.hpp"

#include "runtime/base/disk.hpp"
#include "runtime/base/log.hpp"

#include <utility>

namespace orderd::cluster {

namespace log = runtime::log;
using runtime::result;

namespace {

std::string file_of(const std::string& data_dir) {
  return data_dir + "/configuration";
}

} // namespace

held_store::held_store(configuration_store& real, std::optional<held_configuration> held)
    : real_(real), held_(std::move(held)) {}

bool held_store::believes(const std::map<std::string, versioned_value>& listed) {
  if (!held_)
    return true;
  const auto verdict = held_->judge(read_content(listed));
  believed_ = verdict.what == store_belief::believed;
  kept_nodes_.clear();
  for (const auto& [node, why] : verdict.kept_nodes)
    kept_nodes_.push_back(node);
  if (!believed_ && !std::exchange(said_, true))
    log::error(
        "node", "store_not_believed", {{"store", to_string(verdict.what)}},
        verdict.why
            + ": the node starts with what its disk holds, follows, and leads nothing. Give the store its "
              "data back, or let `orderctl cluster restore-configuration` write the records of cluster "
            + held_->terms().id + " again from the nodes");
  return believed_;
}

result<std::map<std::string, versioned_value>> held_store::list(const std::string& prefix) {
  auto listed = real_.list("");
  if (!listed)
    return listed;
  auto all = believes(*listed) ? *std::move(listed) : held_->records();
  for (const auto& node : kept_nodes_) {
    const auto name = name_of_node(node);
    if (const auto held = held_->records().find(name); held != held_->records().end())
      all[name].value = held->second.value; // Of the version that is there: 0, when there is none.
  }
  std::map<std::string, versioned_value> found;
  for (const auto& each : all)
    if (each.first.starts_with(prefix))
      found.insert(each);
  return found;
}

result<versioned_value> held_store::get(const std::string& name) {
  const auto found = list(name);
  if (!found)
    return found.error();
  const auto there = found->find(name);
  return there == found->end() ? versioned_value{} : there->second;
}

result<versioned_value> held_store::compare_and_set(const std::string& name, std::uint64_t expected,
                                                    const std::string& value,
                                                    const std::optional<store_guard>& guard) {
  if (held_ && !get(name))
    return real_.get(name); // It does not answer: says so.
  if (believed_)
    return real_.compare_and_set(name, expected, value, guard);
  if (guard && !guard->holds(held_->records()))
    return versioned_value{}; // What was read was the real one's.
  return held_->announce(name, expected, value);
}

void held_store::watch(const std::string& prefix, std::function<void(const std::string& name)> changed) {
  real_.watch(prefix, std::move(changed));
}

// -- the file ------------------------------------------------------------------------------------

result<held_file> read_held(const std::string& data_dir) {
  const auto path = file_of(data_dir);
  const auto bytes = runtime::read_small_file(path);
  if (!bytes)
    return bytes.error();
  if (!*bytes)
    return held_file{};
  auto held = held_configuration::decode(**bytes);
  if (held)
    return held_file{*std::move(held), false};
  log::error("node", "held_configuration_damaged", {{"file", path}},
             held.error().message + ": the node starts without it, and believes the store");
  return held_file{std::nullopt, true};
}

bool write_held(const std::string& data_dir, const held_configuration& what) {
  const auto done = runtime::write_file_atomically(file_of(data_dir), what.encode());
  if (!done)
    log::error("directory", "configuration_not_held", {}, done.error().message + ": the node goes on");
  return bool{done};
}

} // namespace orderd::cluster
