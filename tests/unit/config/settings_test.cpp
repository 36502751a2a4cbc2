#include "config/settings.hpp"

#include "tests/support/source_dir.hpp"
#include "tests/support/temporary_folder.hpp"

#include <CLI/CLI.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

namespace orderd::config {
namespace {

const std::string example = test::source_dir() + "/config/orderd.toml";

/// Parses as orderd does; the arguments without the program's name. The message of a refusal, or "".
std::string parse(node_settings& into, std::vector<std::string> arguments) {
  CLI::App app;
  add_settings(app, into);
  std::reverse(arguments.begin(), arguments.end()); // as CLI11 wants a vector
  try {
    app.parse(std::move(arguments));
  } catch (const CLI::ParseError& why) {
    return why.what();
  }
  return {};
}

class SettingsFile : public ::testing::Test {
protected:
  std::string parse_file(node_settings& into, const std::string& content) {
    std::ofstream{path_} << content;
    return parse(into, {"--config", path_});
  }

private:
  const test::temporary_folder folder_;
  const std::string path_ = folder_ / "settings.toml";
};

TEST(Settings, NeedNoArguments) {
  node_settings settings;
  EXPECT_EQ(parse(settings, {}), "");
  EXPECT_EQ(settings, node_settings{});
}

TEST(Settings, TakeEveryArgument) {
  node_settings settings;
  EXPECT_EQ(parse(settings, {"--data-dir",
                             "/d",
                             "--listen",
                             "localhost:1",
                             "--metrics",
                             "",
                             "--shards",
                             "4",
                             "--workers",
                             "3",
                             "--log-level",
                             "debug",
                             "--entities",
                             "object",
                             "--live-entities-max",
                             "1000",
                             "--idle-s-max",
                             "5",
                             "--unapplied-bytes-max",
                             "1048576",
                             "--queue-age-ms-max",
                             "7",
                             "--unsettled-orders-max",
                             "8",
                             "--disk-used-max",
                             "0.5",
                             "--placement-deadline-ms",
                             "900",
                             "--restarts-max",
                             "0",
                             "--apply-interval-ms",
                             "11",
                             "--scrub-hours",
                             "0",
                             "--scrub-mb-s",
                             "12"}),
            "");
  const node_settings expected{.data_dir = "/d",
                               .listen = "localhost:1",
                               .http = "",
                               .shards = 4,
                               .workers = 3,
                               .log_level = "debug",
                               .entities = entity_form::object,
                               .live_entities_max = 1000,
                               .idle_s_max = 5,
                               .unapplied_bytes_max = 1u << 20,
                               .queue_age_ms_max = 7,
                               .unsettled_orders_max = 8,
                               .disk_used_max = 0.5,
                               .placement_deadline_ms = 900,
                               .restarts_max = 0,
                               .apply_interval_ms = 11,
                               .scrub_hours = 0,
                               .scrub_mb_s = 12,
                               .provider = {}};
  EXPECT_EQ(settings, expected);
}

TEST(Settings, TakeTheFileOfAnExercise) {
  node_settings settings;
  EXPECT_EQ(parse(settings, {"--failing-entities", "/f"}), "");
  EXPECT_EQ(settings.failing_entities, "/f");
}

TEST(Settings, TakeTheFormOfTheLog) {
  node_settings settings;
  EXPECT_EQ(parse(settings, {"--log-format", "json"}), "");
  EXPECT_EQ(settings.log_format, "json");
  EXPECT_NE(parse(settings, {"--log-format", "xml"}).find("xml"), std::string::npos);
}

TEST(Settings, TakeTheAddressOfTheGrpcDoorOrNone) {
  node_settings settings;
  EXPECT_EQ(parse(settings, {"--grpc", "[::1]:7412"}), "");
  EXPECT_EQ(settings, (node_settings{.grpc = "[::1]:7412", .provider = {}}));
  EXPECT_EQ(parse(settings, {"--grpc", ""}), "");
  EXPECT_EQ(settings, node_settings{});
}

TEST(Settings, TakeEveryArgumentOfTheProvider) {
  node_settings settings;
  EXPECT_EQ(parse(settings,
                  {"--provider-delay-ms", "1", "--provider-decline-rate", "0.25", "--provider-timeout-rate",
                   "1", "--provider-seed", "9", "--provider-concurrency", "2", "--provider-timeout-ms", "3"}),
            "");
  const provider_settings expected{
      .delay_ms = 1, .decline_rate = 0.25, .timeout_rate = 1, .seed = 9, .concurrency = 2, .timeout_ms = 3};
  EXPECT_EQ(settings.provider, expected);
}

TEST(Settings, TakeEveryArgumentOfTheCluster) {
  node_settings settings;
  EXPECT_EQ(parse(settings, {"--configuration", "etcd", "--etcd", "127.0.0.1:1,[::1]:2,localhost:3", "--node",
                             "7", "--peer-listen", "127.0.0.2:9"}),
            "");
  const node_settings expected{.configuration = configuration_form::etcd,
                               .etcd = {"127.0.0.1:1", "[::1]:2", "localhost:3"},
                               .node = 7,
                               .peer_listen = "127.0.0.2:9",
                               .provider = {}};
  EXPECT_EQ(settings, expected);
}

TEST(Settings, RefuseWithNameValueAndLimit) {
  struct refusal {
    std::vector<std::string> arguments;
    std::string message;
  };
  const std::vector<refusal> table{
      {{"--shards", "65"}, "--shards: 65 is out of range; it must be 0 to 64 shards"},
      {{"--shards", "-1"}, "--shards: -1 is out of range; it must be 0 to 64 shards"},
      {{"--workers", "99999999999999999999"},
       "--workers: 99999999999999999999 is out of range; it must be 1 to 256 threads"},
      {{"--idle-s-max", "1m"}, "--idle-s-max: '1m' is not a whole number; it must be 1 to 86,400 s"},
      {{"--live-entities-max", "999"},
       "--live-entities-max: 999 is out of range; it must be 1,000 to 100,000,000 entities"},
      {{"--disk-used-max", "1.5"}, "--disk-used-max: '1.5' is out of range; it must be a share from 0 to 1"},
      {{"--provider-decline-rate", "nan"},
       "--provider-decline-rate: 'nan' is out of range; it must be a share from 0 to 1"},
      {{"--listen", "0.0.0.0:7411"},
       "--listen: '0.0.0.0:7411' cannot be listened on; it must be a loopback address "
       "(127.0.0.1:PORT, [::1]:PORT or localhost:PORT), PORT 0 to 65535 (0: any free one)"},
      {{"--grpc", "192.0.2.1:7412"},
       "--grpc: '192.0.2.1:7412' cannot be listened on; it must be a loopback address "
       "(127.0.0.1:PORT, [::1]:PORT or localhost:PORT), PORT 0 to 65535 (0: any free one)"},
      {{"--metrics", "127.0.0.1:65536"},
       "--http: '127.0.0.1:65536' cannot be listened on; it must be a loopback address "
       "(127.0.0.1:PORT, [::1]:PORT or localhost:PORT), PORT 0 to 65535 (0: any free one)"},
      {{"--etcd", "127.0.0.1:2379,10.0.0.1:2379"},
       "--etcd: '10.0.0.1:2379' is no endpoint of etcd; it must be a loopback address with its port "
       "(127.0.0.1:2379, [::1]:2379 or localhost:2379)"},
      {{"--node", "10000"}, "--node: 10000 is out of range; it must be 0 to 9,999"},
      {{"--peer-listen", "10.0.0.1:7511"},
       "--peer-listen: '10.0.0.1:7511' cannot be listened on; it must be a loopback address "
       "(127.0.0.1:PORT, [::1]:PORT or localhost:PORT), PORT 0 to 65535 (0: any free one)"},
      {{"--etcd", "127.0.0.1:0"},
       "--etcd: '127.0.0.1:0' is no endpoint of etcd; it must be a loopback address with its port "
       "(127.0.0.1:2379, [::1]:2379 or localhost:2379)"},
  };
  for (const auto& row : table) {
    node_settings settings;
    EXPECT_EQ(parse(settings, row.arguments), row.message);
  }
}

TEST(Settings, RefuseUnknownNames) {
  node_settings settings;
  EXPECT_NE(parse(settings, {"--entities", "thread"}), "");
  EXPECT_NE(parse(settings, {"--log-level", "loud"}), "");
  EXPECT_NE(parse(settings, {"--shard", "1"}), "");
  EXPECT_NE(parse(settings, {"--listen", ""}), "");
  EXPECT_NE(parse(settings, {"--configuration", "zookeeper"}), "");
  EXPECT_NE(parse(settings, {"--etcd", ""}), "");
}

TEST(Settings, ExampleFileSetsEverySettingToItsDefault) {
  CLI::App app;
  node_settings settings;
  add_settings(app, settings);
  app.parse(std::vector<std::string>{example, "--config"});
  for (const auto* option : app.get_options())
    EXPECT_EQ(option->count(), option->get_name() == "--help" ? 0u : 1u)
        << option->get_name() << " is missing in " << example;
  EXPECT_EQ(settings, node_settings{});
}

TEST(Settings, HelpShowsDefaultAndRange) {
  CLI::App app;
  node_settings settings;
  add_settings(app, settings);
  const auto help = app.help();
  EXPECT_NE(help.find("--idle-s-max S:(1 to 86,400 s)=60"), std::string::npos) << help;
  EXPECT_NE(help.find("--entities actor|object=actor"), std::string::npos) << help;
}

TEST_F(SettingsFile, SetsWhatItNamesAndLeavesTheRest) {
  node_settings settings;
  EXPECT_EQ(parse_file(settings, "shards = 4\nmetrics = \"\"\nentities = \"object\"\n"), "");
  const node_settings expected{.http = "", .shards = 4, .entities = entity_form::object, .provider = {}};
  EXPECT_EQ(settings, expected);
}

TEST_F(SettingsFile, ListsTheEndpointsOfEtcd) {
  node_settings settings;
  EXPECT_EQ(parse_file(settings, "etcd = [\"127.0.0.1:1\", \"[::1]:2\"]\n"), "");
  EXPECT_EQ(settings.etcd, (std::vector<std::string>{"127.0.0.1:1", "[::1]:2"}));
}

TEST_F(SettingsFile, IsRefusedWithAnUnknownName) {
  node_settings settings;
  EXPECT_NE(parse_file(settings, "shrads = 4\n").find("shrads"), std::string::npos);
}

TEST_F(SettingsFile, IsHeldToTheSameRanges) {
  node_settings settings;
  EXPECT_EQ(parse_file(settings, "shards = 65\n"), "--shards: 65 is out of range; it must be 0 to 64 shards");
}

} // namespace
} // namespace orderd::config
