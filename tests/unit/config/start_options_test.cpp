// What is said once is taken from the command line, and refused in a file.
#include "config/start_options.hpp"

#include <CLI/CLI.hpp>
#include <gtest/gtest.h>

#include <sstream>

namespace orderd::config {
namespace {

TEST(StartOptions, AreSaidOnTheCommandLineOnly) {
  CLI::App app;
  start_options said;
  add_start_options(app, said);
  app.allow_config_extras(CLI::config_extras_mode::error);
  app.parse("--replace-disk");
  EXPECT_TRUE(said.replace_disk);
  EXPECT_FALSE(said.leave_cluster);
  std::istringstream file{"replace-disk = true\n"};
  EXPECT_THROW(app.parse_from_stream(file), CLI::ConfigError);
}

} // namespace
} // namespace orderd::config
