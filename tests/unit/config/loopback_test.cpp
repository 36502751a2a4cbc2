#include "config/loopback.hpp"

#include "config/settings.hpp"

#include <CLI/CLI.hpp>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace orderd::config {
namespace {

/// Whether orderd would take it as --listen.
bool is_listened_on(const std::string& text) {
  CLI::App app;
  node_settings settings;
  add_settings(app, settings);
  try {
    app.parse(std::vector<std::string>{text, "--listen"});
  } catch (const CLI::ParseError&) {
    return false;
  }
  return true;
}

TEST(Loopback, ReadsAddressesOfThisMachineForTheSettingsToo) {
  struct row {
    const char* text;
    const char* address;
    std::uint16_t port;
    const char* shown;
  };
  const row rows[] = {
      {"127.0.0.1:7411", "127.0.0.1", 7411, "127.0.0.1:7411"},
      {"127.9.9.9:1", "127.9.9.9", 1, "127.9.9.9:1"},
      {"[::1]:65535", "::1", 65535, "[::1]:65535"},
      {"localhost:80", "127.0.0.1", 80, "127.0.0.1:80"},
      {"127.0.0.1:0", "127.0.0.1", 0, "127.0.0.1:0"},
  };
  for (const auto& row : rows) {
    const auto read = parse_loopback(row.text);
    ASSERT_TRUE(read) << row.text;
    EXPECT_EQ(read->address, row.address);
    EXPECT_EQ(read->port, row.port);
    EXPECT_EQ(to_string(*read), row.shown);
    EXPECT_TRUE(is_listened_on(row.text)) << row.text;
  }
}

TEST(Loopback, RefusesWhatIsNotLoopbackOrNoAddress) {
  for (const char* text :
       {"0.0.0.0:7411", "[::]:7411", "10.0.0.1:7411", "example.org:80", "127.0.0.1",
        "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:7x", ":7411", "", "::1", "[]:1"}) {
    EXPECT_FALSE(parse_loopback(text)) << text;
    EXPECT_FALSE(is_listened_on(text)) << text;
  }
}

} // namespace
} // namespace orderd::config
