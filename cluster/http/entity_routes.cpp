// What a shard knows of one entity, and why an order is where it is.
#include "actors/rules/order_id.hpp"
#include "cluster/explain/explanation.hpp"
#include "cluster/http/handlers.hpp"
#include "cluster/json/json_forms.hpp"

namespace orderd::cluster {

namespace {

std::shared_ptr<v1::request> explain_request(std::string_view kind, std::string_view key) {
  auto request = std::make_shared<v1::request>();
  request->set_timeout_ms(read_ms_max);
  request->mutable_explain_entity()->set_kind(std::string{kind});
  request->mutable_explain_entity()->set_key(std::string{key});
  return request;
}

http_response not_there(const v1::entity_explanation& what) {
  return respond(
      problem{.status = 404, .code = "not_found", .detail = "there is no " + what.kind() + " " + what.key()});
}

/// One that failed before anything of it was stored is known by its trouble alone.
bool is_known(const v1::entity_explanation& what) {
  return what.exists() || what.has_trouble();
}

/// Its card, items and account: what is not told of them is left out of the explanation.
http_step ask_others(const v1::entity_explanation& order) {
  questions next;
  for (auto& each : asks_of(order)) {
    each.set_timeout_ms(node_ms_max);
    next.asked.push_back({std::make_shared<const v1::request>(std::move(each))});
  }
  next.then = [order](const reply_list& all) -> http_step {
    std::vector<v1::entity_explanation> others;
    for (const auto& answer : all)
      if (answer->has_entity_explanation())
        others.push_back(answer->entity_explanation());
    return respond(explain(order, others));
  };
  return next;
}

} // namespace

http_step get_entity(const call& what) {
  return ask_cluster(explain_request(what.parts[0], what.parts[1]), [](const v1::reply& answer) {
    if (!answer.has_entity_explanation())
      return respond(problem_of(answer));
    const auto& entity = answer.entity_explanation();
    return is_known(entity) ? respond(to_json(entity)) : not_there(entity);
  });
}

http_step explain_order(const call& what) {
  problem why;
  const auto id = order_id_in(what.parts[0], "order_id", why);
  if (!id)
    return respond(why);
  return ask_cluster(explain_request("order", actors::order_id_text(*id)),
                     [](const v1::reply& answer) -> http_step {
                       if (!answer.has_entity_explanation())
                         return respond(problem_of(answer));
                       const auto& order = answer.entity_explanation();
                       return is_known(order) ? ask_others(order) : not_there(order);
                     });
}

} // namespace orderd::cluster
