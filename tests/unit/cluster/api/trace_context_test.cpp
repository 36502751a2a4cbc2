#include "cluster/api/trace_context.hpp"

#include <gtest/gtest.h>

#include <string>

namespace orderd::cluster {
namespace {

TEST(TraceContext, ReadsTheTraceIdOfATraceparent) {
  const std::string trace{"\x4b\xf9\x2f\x35\x77\xb3\x4d\xa6\xa3\xce\x92\x9d\x0e\x0e\x47\x36"};
  const struct {
    const char* text;
    bool valid;
  } rows[] = {
      {"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", true},
      {"01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more", true}, // of a later version
      {"01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", true},
      {"", false},
      {"4bf92f3577b34da6a3ce929d0e0e4736", false},
      {"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more", false},
      {"01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01more", false},
      {"ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", false},
      {"00-00000000000000000000000000000000-00f067aa0ba902b7-01", false},
      {"00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", false},
      {"00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", false},
      {"00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01", false},
      {"00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", false},
      {"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0x", false},
  };
  for (const auto& row : rows)
    EXPECT_EQ(trace_id_of(row.text), row.valid ? trace : "") << row.text;
}

} // namespace
} // namespace orderd::cluster
