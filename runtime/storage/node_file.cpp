#include "runtime/storage/node_file.hpp"

#include "config/limits.hpp"
#include "runtime/base/bytes.hpp"
#include "runtime/base/disk.hpp"

#include <nlohmann/json.hpp>
#include <random>

namespace orderd::runtime {

namespace {

fault bad_file(fault_code code, const std::string& path, const std::string& what) {
  return {code, path + ": " + what};
}

/// The hash of all fields but itself, so that a damaged letter is no other value and no missing field.
template <class Json>
std::string check_of(Json json) {
  json.erase("check");
  std::string bytes;
  append_integer(bytes, hash_bytes(nlohmann::json(json).dump()));
  return to_hex(bytes);
}

/// A text from anywhere, as JSON takes it.
nlohmann::json readable(const std::string& text) {
  return nlohmann::json::parse(
      nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

/// What later versions of the file have beside: absent means nothing.
bool read_starting(const nlohmann::json& json, node_file& into) {
  const auto text = [&json](const char* name, std::string& out) {
    const auto value = json.value(name, nlohmann::json(""));
    if (value.is_string())
      out = value.get<std::string>();
    return value.is_string();
  };
  const auto node = json.value("node", nlohmann::json{});
  const auto pending = json.value("pending", nlohmann::json(false));
  if ((!node.is_null() && !node.is_number_unsigned()) || !pending.is_boolean())
    return false;
  if (!node.is_null())
    into.node = node.get<std::uint32_t>();
  into.pending = pending.get<bool>();
  return text("distrusted", into.distrusted) && text("setting_aside", into.setting_aside)
         && text("taking_back", into.taking_back);
}

result<std::optional<node_file>> parse(const std::string& path, const std::string& text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object() || !json.contains("format") || !json["format"].is_number_unsigned())
    return bad_file(fault_code::corrupt, path, "not the description of a data folder");
  const auto format = json["format"].get<std::uint64_t>();
  if (format < 1 || format > folder_format)
    return bad_file(fault_code::unsupported_version, path,
                    "format " + std::to_string(format) + ", this program knows 1 and 2");
  if (format > 1 && json.value("check", nlohmann::json{}) != check_of(json))
    return bad_file(
        fault_code::corrupt, path,
        "it is not as it was written, its check is another one: restore it from where you keep it");
  const auto has = [&](const char* name, bool fits) { return json.contains(name) && fits; };
  if (!has("node_id", json.value("node_id", nlohmann::json{}).is_string())
      || !has("shards", json.value("shards", nlohmann::json{}).is_number_unsigned())
      || !has("complete", json.value("complete", nlohmann::json{}).is_boolean()))
    return bad_file(fault_code::corrupt, path, "a field is missing or of the wrong type");
  // Files of before clusters lack these.
  const auto incarnation = json.value("incarnation", nlohmann::json(1u));
  const auto boot = json.value("boot", nlohmann::json(0u));
  const auto cluster = json.value("cluster", nlohmann::json(""));
  if (!incarnation.is_number_unsigned() || !boot.is_number_unsigned() || !cluster.is_string())
    return bad_file(fault_code::corrupt, path, "a field of the cluster is of the wrong type");
  const auto journal = json.value("journal", nlohmann::json(""));
  if (!journal.is_string())
    return bad_file(fault_code::corrupt, path, "the journal's id is of the wrong type");
  const auto shards = json["shards"].get<std::uint64_t>();
  if (shards < 1 || shards > limits::shards_max)
    return bad_file(fault_code::corrupt, path, std::to_string(shards) + " shards cannot be");
  node_file out;
  out.format = static_cast<std::uint32_t>(format);
  out.node_id = json["node_id"].get<std::string>();
  out.shards = static_cast<std::uint32_t>(shards);
  out.complete = json["complete"].get<bool>();
  out.incarnation = incarnation.get<std::uint64_t>();
  out.boot = boot.get<std::uint64_t>();
  out.journal = journal.get<std::string>();
  out.cluster = cluster.get<std::string>();
  if (!read_starting(json, out))
    return bad_file(fault_code::corrupt, path, "a field of its starts is of the wrong type");
  return std::optional{std::move(out)};
}

} // namespace

node_file new_node_file(std::uint32_t shards) {
  std::random_device random;
  std::string id;
  for (int i = 0; i < 4; ++i)
    append_integer(id, static_cast<std::uint32_t>(random()));
  node_file out;
  out.node_id = to_hex(id);
  out.shards = shards;
  return out;
}

result<std::optional<node_file>> read_node_file(const std::string& path) {
  const auto text = read_small_file(path);
  if (!text)
    return text.error();
  return *text ? parse(path, **text) : std::optional<node_file>{};
}

result<void> write_node_file(const std::string& path, const node_file& what) {
  nlohmann::ordered_json json{{"format", what.format},           {"node_id", what.node_id},
                              {"shards", what.shards},           {"complete", what.complete},
                              {"incarnation", what.incarnation}, {"boot", what.boot},
                              {"cluster", what.cluster}};
  if (what.node)
    json["node"] = *what.node;
  if (what.pending)
    json["pending"] = true;
  for (const auto& [name, text] : {std::pair{"distrusted", &what.distrusted},
                                   {"setting_aside", &what.setting_aside},
                                   {"taking_back", &what.taking_back}})
    if (!text->empty())
      json[name] = readable(*text);
  if (what.format > 1) {
    json["journal"] = what.journal;
    json["check"] = check_of(json);
  }
  return write_file_atomically(path, json.dump(2) + "\n");
}

} // namespace orderd::runtime
