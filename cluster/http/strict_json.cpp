#include "cluster/http/strict_json.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace orderd::cluster {

namespace {

problem unreadable(const std::string& why) {
  return {.status = 400, .code = "malformed", .detail = "the body is no JSON: " + why};
}

/// Builds the value, and ends at the first thing that no request here has.
class builder : public nlohmann::json_sax<json> {
public:
  explicit builder(json_error& why) : why_(why) {}

  json take() { return std::move(root_); }

  bool null() override { return add(nullptr); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(json::number_integer_t value) override { return add(value); }
  bool number_unsigned(json::number_unsigned_t value) override { return add(value); }
  bool number_float(json::number_float_t value, const std::string&) override { return add(value); }
  bool string(std::string& value) override { return add(std::move(value)); }
  bool binary(json::binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(json::object()); }
  bool start_array(std::size_t) override { return open(json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(std::string& name) override {
    auto& object = *open_.back();
    if (object.contains(name))
      return fail(invalid_field(name, {}, "there once in its object"));
    if (object.size() == json_fields_max)
      return fail(invalid_field(
          name, {}, "one of at most " + std::to_string(json_fields_max) + " fields of its object"));
    key_ = std::move(name);
    return true;
  }

  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception& error) override {
    const std::string_view text = error.what(); // "[json.exception.parse_error.101] parse error at ..."
    const auto begin = text.find("] ");
    return fail(unreadable(std::string{begin == std::string_view::npos ? text : text.substr(begin + 2)}));
  }

private:
  bool fail(problem why) {
    why_.set(std::move(why));
    return false;
  }

  json* place(json value) {
    if (open_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    auto& parent = *open_.back();
    if (parent.is_array()) {
      parent.push_back(std::move(value));
      return &parent.back();
    }
    auto& field = parent[key_];
    field = std::move(value);
    return &field;
  }

  bool add(json value) {
    place(std::move(value));
    return true;
  }

  bool open(json value) {
    if (open_.size() == json_depth_max)
      return fail(unreadable("it is nested deeper than " + std::to_string(json_depth_max) + " levels"));
    // A parent grows only once this child is closed: the pointer stays good until then.
    open_.push_back(place(std::move(value)));
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  json_error& why_;
  json root_;
  std::vector<json*> open_;
  std::string key_;
};

/// A value as it is shown in a refusal.
std::string shown(const json& value) {
  if (value.is_string())
    return value.get<std::string>();
  if (value.is_structured())
    return value.is_array() ? "[...]" : "{...}";
  return value.dump();
}

} // namespace

json read_json(std::string_view bytes, json_error& why) {
  if (bytes.empty())
    return json::object();
  builder into{why};
  if (!json::sax_parse(bytes, &into)) {
    why.set(unreadable("it cannot be read"));
    return nullptr;
  }
  return into.take();
}

object_reader::object_reader(const json& from, std::string prefix, json_error& why)
    : from_(from), prefix_(std::move(prefix)), why_(why) {
  if (why_ || from_.is_object())
    return;
  const auto name = prefix_.empty() ? std::string{"body"} : prefix_.substr(0, prefix_.size() - 1);
  why_.set(invalid_field(name, shown(from_), "an object"));
}

const json* object_reader::field(const char* name, need how) {
  known_.emplace_back(name);
  if (why_)
    return nullptr;
  const auto found = from_.find(name);
  if (found != from_.end() && !found->is_null())
    return &*found;
  if (how == need::required)
    why_.set(invalid_field(prefix_ + name, {}, "there"));
  return nullptr;
}

void object_reader::wrong(const char* name, const json& value, const char* limit) {
  why_.set(invalid_field(prefix_ + name, shown(value), limit));
}

void object_reader::text(const char* name, std::string& into, need how) {
  const auto* value = field(name, how);
  if (!value)
    return;
  if (!value->is_string())
    return wrong(name, *value, "text");
  into = value->get_ref<const std::string&>();
}

void object_reader::whole(const char* name, std::int64_t& into, need how) {
  const auto* value = field(name, how);
  if (!value)
    return;
  constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (!value->is_number_integer() || (value->is_number_unsigned() && value->get<std::uint64_t>() > most))
    return wrong(name, *value, "a whole number of 64 bits (no text, fraction or exponent)");
  into = value->get<std::int64_t>();
}

void object_reader::whole(const char* name, std::optional<std::int64_t>& into) {
  std::int64_t value = std::numeric_limits<std::int64_t>::min();
  whole(name, value, need::optional);
  if (const auto found = from_.is_object() ? from_.find(name) : from_.end();
      !why_ && found != from_.end() && !found->is_null())
    into = value;
}

void object_reader::flag(const char* name, bool& into) {
  const auto* value = field(name, need::optional);
  if (!value)
    return;
  if (!value->is_boolean())
    return wrong(name, *value, "true or false");
  into = value->get<bool>();
}

const json* object_reader::array(const char* name, need how) {
  const auto* value = field(name, how);
  if (!value)
    return nullptr;
  if (!value->is_array()) {
    wrong(name, *value, "an array");
    return nullptr;
  }
  return value;
}

bool object_reader::end() {
  if (why_)
    return false;
  for (const auto& [name, value] : from_.items())
    if (std::find(known_.begin(), known_.end(), name) == known_.end()) {
      std::string all;
      for (const auto each : known_)
        all.append(all.empty() ? "" : ", ").append(each);
      why_.set(invalid_field(prefix_ + name, shown(value), "one of the fields " + all));
      return false;
    }
  return true;
}

} // namespace orderd::cluster
