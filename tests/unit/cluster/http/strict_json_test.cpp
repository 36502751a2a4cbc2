#include "cluster/http/strict_json.hpp"

#include <gtest/gtest.h>

namespace orderd::cluster {
namespace {

struct shop {
  std::string name;
  std::int64_t count = 0;
  std::optional<std::int64_t> more;
  bool open = false;
};

/// "" if it was read, else the field that is wrong, or the whole refusal of what is no JSON.
std::string refused(std::string_view bytes, shop* into = nullptr) {
  json_error why;
  const auto body = read_json(bytes, why);
  object_reader fields{body, "", why};
  shop read;
  fields.text("name", read.name, need::required);
  fields.whole("count", read.count);
  fields.whole("more", read.more);
  fields.flag("open", read.open);
  fields.array("list", need::optional);
  fields.end();
  if (into)
    *into = read;
  if (!why)
    return "";
  EXPECT_EQ(why.what().status, 400u);
  return why.what().code == "invalid_field" ? why.what().field : why.what().detail;
}

TEST(StrictJson, ReadsWhatItIsTold) {
  shop read;
  EXPECT_EQ(refused(R"({"name":"A","count":-9223372036854775808,"more":0,"open":true,"list":[1]})", &read),
            "");
  EXPECT_EQ(read.name, "A");
  EXPECT_EQ(read.count, std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(read.more, 0);
  EXPECT_TRUE(read.open);
  EXPECT_EQ(refused(R"({"name":"A","more":null})", &read), "");
  EXPECT_FALSE(read.more);
}

TEST(StrictJson, NamesTheFieldThatIsWrong) {
  const std::pair<const char*, const char*> all[] = {
      {R"({})", "name"},
      {R"({"name":null})", "name"},
      {R"({"name":1})", "name"},
      {R"({"name":"A","count":"1"})", "count"},
      {R"({"name":"A","count":1.0})", "count"},
      {R"({"name":"A","count":1e2})", "count"},
      {R"({"name":"A","count":9223372036854775808})", "count"},
      {R"({"name":"A","count":-9223372036854775809})", "count"},
      {R"({"name":"A","count":123456789012345678901234567890})", "count"},
      {R"({"name":"A","open":1})", "open"},
      {R"({"name":"A","list":{}})", "list"},
      {R"({"name":"A","title":"B"})", "title"},
      {R"({"name":"A","name":"B"})", "name"},
      {R"([])", "body"},
      {R"("text")", "body"},
      {"", "name"},
  };
  for (const auto& [bytes, field] : all)
    EXPECT_EQ(refused(bytes), field) << bytes;
}

TEST(StrictJson, RefusesWhatIsNoJson) {
  for (const auto* bytes :
       {"{", "{\"name\":\"A\"} x", "{\"name\":\"\xFF\"}", "{\"name\":'A'}", "{name:\"A\"}",
        "{\"name\":\"A\",}", "[[[[[[[[[1]]]]]]]]]", "nul", "\xEF\xBB\xBFx", "{\"name\":\"\\ud800\"}"})
    EXPECT_NE(refused(bytes), "") << bytes;
  const std::string deep(1u << 20, '[');
  EXPECT_NE(refused(deep).find("deeper than 8"), std::string::npos);
  std::string wide = "{";
  for (int i = 0; i < 100'000; ++i)
    wide += "\"f" + std::to_string(i) + "\":0,";
  EXPECT_EQ(refused(wide), "f64");
}

TEST(StrictJson, NamesTheFieldsThereAre) {
  json_error why;
  const auto body = read_json(R"({"lines":[{"sku":"A","quantty":1}]})", why);
  object_reader line{body["lines"][0], "lines[0].", why};
  std::string sku;
  std::int64_t quantity = 0;
  line.text("sku", sku);
  line.whole("quantity", quantity);
  EXPECT_FALSE(line.end());
  EXPECT_EQ(why.what().field, "lines[0].quantty");
  EXPECT_EQ(why.what().limit, "one of the fields sku, quantity");
}

} // namespace
} // namespace orderd::cluster
