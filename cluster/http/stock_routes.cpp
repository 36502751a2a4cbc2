// Stock of a SKU and the account of a customer: get and put.
#include "actors/rules/order_id.hpp"
#include "cluster/http/handlers.hpp"
#include "cluster/http/strict_json.hpp"
#include "config/limits.hpp"

#include <charconv>

namespace orderd::cluster {

namespace {

http_response stock_response(const v1::reply& answer) {
  return answer.has_stock_item() ? respond(to_json(answer.stock_item())) : respond(problem_of(answer));
}

http_response account_response(const v1::reply& answer) {
  return answer.has_account() ? respond(to_json(answer.account())) : respond(problem_of(answer));
}

/// The id under which a change has effect once: the header's, else one of its own.
std::optional<std::string> command_id_of(const call& what, problem& why) {
  const auto& key = what.request.idempotency_key;
  if (key.empty())
    return random_id(what.moment);
  auto id = uuid_bytes(key);
  if (id.empty()) {
    why = invalid_field("Idempotency-Key", key, "a UUID as text");
    return std::nullopt;
  }
  return id;
}

} // namespace

std::optional<std::string> order_id_in(std::string_view text, const char* field, problem& why) {
  auto id = actors::parse_order_id(text);
  if (!id.empty())
    return id;
  why = invalid_field(field, text, "a UUIDv7 as text, like 01890a5d-ac96-774b-bcce-b302099a8057");
  return std::nullopt;
}

std::string uuid_bytes(std::string_view text) {
  constexpr std::size_t size = 36;
  if (text.size() != size)
    return {};
  std::string id;
  for (std::size_t at = 0; at < size;) {
    if (at == 8 || at == 13 || at == 18 || at == 23) {
      if (text[at++] != '-')
        return {};
      continue;
    }
    unsigned value = 0;
    const auto* const end = text.data() + at + 2;
    const auto read = std::from_chars(text.data() + at, end, value, 16);
    if (read.ec != std::errc{} || read.ptr != end)
      return {};
    id += static_cast<char>(value);
    at += 2;
  }
  return id;
}

std::string random_id(const api_moment& moment) {
  // 60 random bits and the time, which is as good as any: nobody repeats it.
  return actors::make_order_id({}, moment.now_ms, moment.random);
}

http_step get_stock(const call& what) {
  auto request = std::make_shared<v1::request>();
  request->set_timeout_ms(read_ms_max);
  request->mutable_get_stock()->set_sku(what.parts[0]);
  return ask_cluster(std::move(request), stock_response);
}

http_step put_stock(const call& what) {
  json_error error;
  const auto body = read_json(what.request.body, error);
  object_reader fields{body, "", error};
  std::int64_t on_hand = 0;
  fields.whole("on_hand", on_hand, need::required);
  if (!fields.end())
    return respond(error.what());
  problem why;
  auto id = command_id_of(what, why);
  if (!id)
    return respond(why);
  auto request = std::make_shared<v1::request>();
  auto& set = *request->mutable_set_stock();
  set.set_command_id(*std::move(id));
  set.set_sku(what.parts[0]);
  set.set_on_hand(on_hand);
  return ask_cluster(std::move(request), stock_response);
}

http_step get_account(const call& what) {
  auto request = std::make_shared<v1::request>();
  request->set_timeout_ms(read_ms_max);
  request->mutable_get_account()->set_customer(what.parts[0]);
  return ask_cluster(std::move(request), account_response);
}

http_step put_account(const call& what) {
  json_error error;
  const auto body = read_json(what.request.body, error);
  auto request = std::make_shared<v1::request>();
  auto& set = *request->mutable_set_account();
  object_reader fields{body, "", error};
  std::int64_t limit = 0;
  fields.text("currency", *set.mutable_currency(), need::required);
  fields.whole("credit_limit_minor", limit, need::required);
  if (!fields.end())
    return respond(error.what());
  problem why;
  auto id = command_id_of(what, why);
  if (!id)
    return respond(why);
  set.set_command_id(*std::move(id));
  set.set_customer(what.parts[0]);
  set.set_credit_limit_minor(limit);
  return ask_cluster(std::move(request), account_response);
}

} // namespace orderd::cluster
