// The document of the API, held to the table of routes and to the protocol.
#include "cluster/http/openapi.hpp"

#include "actors/public/public.pb.h"
#include "cluster/http/router.hpp"
#include "cluster/json/json_forms.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace orderd::cluster {
namespace {

using names = std::set<std::string>;

json document() {
  return json::parse(openapi_document());
}

std::string key_of(http_method method) {
  return method == http_method::get ? "get" : method == http_method::post ? "post" : "put";
}

TEST(OpenApi, HasEveryRouteAndStatus) {
  const auto paths = document()["paths"];
  names described;
  for (const auto& [path, operations] : paths.items())
    for (const auto& [method, operation] : operations.items())
      described.insert(method + " " + path);
  names routed;
  for (const auto& each : routes()) {
    const std::string path{each.pattern};
    routed.insert(key_of(each.method) + " " + path);
    ASSERT_TRUE(paths.contains(path)) << path;
    const auto& operation = paths[path][key_of(each.method)];
    EXPECT_EQ(operation["operationId"], each.name) << path;
    names statuses;
    for (const auto& [status, response] : operation["responses"].items())
      statuses.insert(status);
    names answered{"default"};
    for (const auto status : each.statuses)
      answered.insert(std::to_string(status));
    EXPECT_EQ(statuses, answered) << each.name;
    names parameters;
    if (operation.contains("parameters"))
      for (const auto& parameter : operation["parameters"])
        if (parameter["in"] == "query")
          parameters.insert(parameter["name"].get<std::string>());
    EXPECT_EQ(parameters, names(each.parameters.begin(), each.parameters.end())) << each.name;
  }
  EXPECT_EQ(described, routed);
}

/// The properties of a schema.
names properties(const std::string& schema) {
  const auto all = document()["components"]["schemas"];
  EXPECT_TRUE(all.contains(schema)) << schema;
  names out;
  for (const auto& [name, property] : all[schema]["properties"].items())
    out.insert(name);
  return out;
}

/// The fields of a message, less what has another form here; `renamed` says which.
names fields(const google::protobuf::Descriptor* of, const std::map<std::string, std::string>& renamed = {}) {
  names out;
  for (int i = 0; i < of->field_count(); ++i) {
    const auto& name = of->field(i)->name();
    const auto found = renamed.find(name);
    if (found == renamed.end())
      out.insert(name);
    else if (!found->second.empty())
      out.insert(found->second);
  }
  return out;
}

TEST(OpenApi, HasEveryFieldOfTheProtocol) {
  EXPECT_EQ(properties("new_order"), fields(v1::place_order::descriptor(), {{"trace_id", ""}})); // a header
  EXPECT_EQ(properties("new_line"), fields(v1::order_line::descriptor()));
  EXPECT_EQ(properties("placement"), fields(v1::placement::descriptor()));
  EXPECT_EQ(properties("order"), fields(v1::order::descriptor(), {{"placed_at_ms", "placed_at"},
                                                                  {"updated_at_ms", "updated_at"},
                                                                  {"history_at_ms", "history"}}));
  EXPECT_EQ(properties("order_line"), fields(v1::line_view::descriptor()));
  EXPECT_EQ(properties("operator_action"), fields(v1::operator_action::descriptor(), {{"at_ms", "at"}}));
  EXPECT_EQ(properties("refused_line"), fields(v1::refused_line::descriptor()));
  EXPECT_EQ(properties("refused_payment"), fields(v1::refused_payment::descriptor()));
  EXPECT_EQ(properties("cancellation"), fields(v1::cancellation::descriptor()));
  EXPECT_EQ(properties("stock_item"), fields(v1::stock_item::descriptor()));
  EXPECT_EQ(properties("account"), fields(v1::account::descriptor()));
  EXPECT_EQ(properties("quarantined"),
            fields(v1::quarantined::descriptor(), {{"since_ms", "since"}, {"cursor", ""}}));
  EXPECT_EQ(properties("who"), (names{"by", "why"}));
  EXPECT_EQ(properties("sample"), fields(v1::history_sample::descriptor(), {{"at_ms", "at"}}));
  EXPECT_EQ(properties("event"),
            (fields(v1::node_event::descriptor(), {{"at_ms", "at"}, {"of_shard", "node"}})));
}

/// The enumerators in lower case without a prefix, but the one that is 0.
names enumerators(const google::protobuf::EnumDescriptor* of) {
  names out;
  for (int i = 0; i < of->value_count(); ++i) {
    if (of->value(i)->number() == 0)
      continue;
    auto name = of->value(i)->name();
    for (char& c : name)
      c = static_cast<char>(std::tolower(c));
    out.insert(name);
  }
  return out;
}

names values(const json& schema) {
  names out;
  for (const auto& value : schema["enum"])
    out.insert(value.get<std::string>());
  return out;
}

TEST(OpenApi, HasEveryNameOfTheProtocol) {
  const auto schemas = document()["components"]["schemas"];
  EXPECT_EQ(values(schemas["order_status"]), enumerators(v1::order_status_descriptor()));
  EXPECT_EQ(values(schemas["reject_reason"]), enumerators(v1::reject_reason_descriptor()));
  EXPECT_EQ(values(schemas["new_order"]["properties"]["payment_method"]),
            enumerators(v1::payment_method_descriptor()));
  const auto codes = values(schemas["problem"]["properties"]["code"]);
  for (const auto& name : enumerators(v1::rejection::kind_descriptor()))
    EXPECT_TRUE(codes.contains(name)) << name;
  for (const auto& name : enumerators(v1::fault::kind_descriptor()))
    EXPECT_TRUE(codes.contains(name)) << name;
}

/// Every "$ref" below it leads to something.
void follow(const json& at, const json& whole) {
  if (at.is_object() && at.contains("$ref")) {
    const auto path = at["$ref"].get<std::string>();
    ASSERT_TRUE(path.starts_with("#"));
    EXPECT_TRUE(whole.contains(json::json_pointer{path.substr(1)})) << path;
  }
  for (const auto& [name, value] : at.items())
    if (value.is_structured())
      follow(value, whole);
}

TEST(OpenApi, HasNoReferenceThatLeadsNowhere) {
  const auto whole = document();
  follow(whole, whole);
}

} // namespace
} // namespace orderd::cluster
