// Entities that wait for a person: one is retried or released, or up to a hundred.
#include "cluster/http/handlers.hpp"
#include "cluster/http/strict_json.hpp"

#include <vector>

namespace orderd::cluster {

namespace {

constexpr std::size_t resolved_at_once_max = 100;

using action = v1::resolve_quarantine;

struct named_entity {
  std::string kind;
  std::string key;
};

std::shared_ptr<v1::request> resolve_request(const named_entity& entity, action::resolution how,
                                             const std::string& by, const std::string& why) {
  auto what = std::make_shared<v1::request>();
  auto& resolve = *what->mutable_resolve_quarantine();
  resolve.set_kind(entity.kind);
  resolve.set_key(entity.key);
  resolve.set_action(how);
  resolve.set_by(by);
  resolve.set_why(why);
  return what;
}

http_step resolve_one(const call& what, action::resolution how) {
  json_error error;
  const auto body = read_json(what.request.body, error);
  object_reader fields{body, "", error};
  std::string by;
  std::string why;
  fields.text("by", by);
  fields.text("why", why);
  if (!fields.end())
    return respond(error.what());
  named_entity entity{what.parts[0], what.parts[1]};
  auto request = resolve_request(entity, how, by, why);
  return ask_cluster(std::move(request), [entity = std::move(entity), how](const v1::reply& answer) {
    if (!answer.has_quarantine_resolved())
      return respond(problem_of(answer));
    return respond(json{
        {"kind", entity.kind}, {"key", entity.key}, {"action", how == action::RETRY ? "retry" : "release"}});
  });
}

std::vector<named_entity> read_entities(const json* array, json_error& error) {
  std::vector<named_entity> all;
  if (!array)
    return all;
  if (array->empty() || array->size() > resolved_at_once_max) {
    error.set(invalid_field("entities", std::to_string(array->size()),
                            "an array of 1 to " + std::to_string(resolved_at_once_max)));
    return all;
  }
  for (std::size_t i = 0; i < array->size(); ++i) {
    object_reader fields{(*array)[i], "entities[" + std::to_string(i) + "].", error};
    auto& one = all.emplace_back();
    fields.text("kind", one.kind, need::required);
    fields.text("key", one.key, need::required);
    fields.end();
  }
  return all;
}

http_response outcomes(const std::vector<named_entity>& entities, const reply_list& all) {
  auto items = json::array();
  for (std::size_t i = 0; i < entities.size(); ++i) {
    const bool ok = all[i]->has_quarantine_resolved();
    items.push_back({{"kind", entities[i].kind},
                     {"key", entities[i].key},
                     {"ok", ok},
                     {"error", ok ? json(nullptr) : to_json(problem_of(*all[i]))}});
  }
  return respond(json{{"items", std::move(items)}});
}

} // namespace

http_step retry_entity(const call& what) {
  return resolve_one(what, action::RETRY);
}

http_step release_entity(const call& what) {
  return resolve_one(what, action::RELEASE);
}

http_step resolve_entities(const call& what) {
  json_error error;
  const auto body = read_json(what.request.body, error);
  object_reader fields{body, "", error};
  std::string how;
  std::string by;
  std::string why;
  fields.text("action", how, need::required);
  fields.text("by", by);
  fields.text("why", why);
  auto entities = read_entities(fields.array("entities", need::required), error);
  fields.end();
  if (!error && how != "retry" && how != "release")
    error.set(invalid_field("action", how, "retry or release"));
  if (error)
    return respond(error.what());
  questions asked;
  for (const auto& each : entities)
    asked.asked.push_back({resolve_request(each, how == "retry" ? action::RETRY : action::RELEASE, by, why)});
  asked.then = [entities = std::move(entities)](const reply_list& all) -> http_step {
    return outcomes(entities, all);
  };
  return asked;
}

} // namespace orderd::cluster
