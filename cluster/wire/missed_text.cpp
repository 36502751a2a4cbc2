#include "cluster/wire/missed_text.hpp"

#include <cstdio>

namespace orderd::cluster {

namespace {

std::string duration_text(std::uint64_t ms) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f s", static_cast<double>(ms) / 1e3);
  return text;
}

} // namespace

std::string missed_text(const v1::missed_copy& what) {
  const auto node = "node " + std::to_string(what.node());
  if (what.heard())
    return node + ", heard, but not in sync yet";
  return node
         + (what.heard_before() ? ", not heard for " + duration_text(what.silent_for_ms())
                                : ", not heard since the node that says so started");
}

std::string missed_text(const google::protobuf::RepeatedPtrField<v1::missed_copy>& all) {
  std::string text;
  for (const auto& each : all)
    text += (text.empty() ? "" : "; ") + missed_text(each);
  return text;
}

} // namespace orderd::cluster
