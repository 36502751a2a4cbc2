// What is made of the texts of /proc, and that they are there.
#include "runtime/base/process_metrics.hpp"

#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <string>

namespace orderd::runtime {
namespace {

const std::string stat_text =
    "4711 (a (b) c) S 1 4711 4711 0 -1 4194560 1033 0 0 0 250 50 0 0 20 0 7 0 100000 1048576000 2560 "
    "18446744073709551615 1 1 0 0 0 0 0 4096 0 0 0 0 17 1 0 0 0 0 0 0 0 0 0 0 0 0 0\n";

/// Name and value of each family.
std::map<std::string, double> values_of(const process_metrics& page) {
  std::map<std::string, double> all;
  for (const auto& family : page.Collect())
    all[family.name] = family.type == prometheus::MetricType::Counter ? family.metric.at(0).counter.value
                                                                      : family.metric.at(0).gauge.value;
  return all;
}

TEST(ProcessMetrics, ReadTheStateOfAProcessWhateverItsNameIs) {
  EXPECT_EQ(parse_process_stat(stat_text), (process_stat{300, 7, 100'000, 1'048'576'000, 2'560}));
}

TEST(ProcessMetrics, TakeNothingElseForTheStateOfAProcess) {
  for (const auto* text : {"", "4711", "4711 (orderd", "4711 (orderd) S 1 2 3"})
    EXPECT_EQ(parse_process_stat(text), std::nullopt) << text;
}

TEST(ProcessMetrics, ReadTheSoftLimitOfOpenFiles) {
  const std::string head = "Limit                     Soft Limit           Hard Limit           Units     \n"
                           "Max cpu time              unlimited            unlimited            seconds   \n";
  const struct {
    std::string line;
    std::optional<std::uint64_t> soft;
  } rows[] = {
      {"Max open files            1024                 1048576              files     \n", 1'024},
      {"Max open files            unlimited            unlimited            files     \n",
       std::numeric_limits<std::uint64_t>::max()},
      {"Max open files            \n", std::nullopt},
      {"Max open file             7                    7                    files     \n", std::nullopt},
  };
  for (const auto& row : rows)
    EXPECT_EQ(parse_open_files_max(head + row.line), row.soft) << row.line;
  EXPECT_EQ(parse_open_files_max(""), std::nullopt);
}

TEST(ProcessMetrics, ReadWhenTheMachineStarted) {
  EXPECT_EQ(parse_boot_time("cpu  1 2 3\nintr 5\nbtime 1700000000\nprocesses 9\n"), 1'700'000'000u);
  EXPECT_EQ(parse_boot_time("cpu  1 2 3\n"), std::nullopt);
}

TEST(ProcessMetrics, LeaveOutWhatCannotBeRead) {
  const test::temporary_folder folder;
  EXPECT_TRUE(process_metrics{folder.path()}.Collect().empty());
  std::filesystem::create_directories(folder.path() + "/self/fd");
  std::ofstream{folder.path() + "/self/stat"} << stat_text;
  const auto shown = values_of(process_metrics{folder.path()});
  EXPECT_EQ(shown.count("process_start_time_seconds"), 0u);
  EXPECT_EQ(shown.count("process_max_fds"), 0u);
  EXPECT_EQ(shown.at("process_open_fds"), 0);
  EXPECT_EQ(shown.at("process_threads"), 7);
  EXPECT_EQ(shown.at("process_virtual_memory_bytes"), 1'048'576'000);
}

TEST(ProcessMetrics, ShowThisProcess) {
  const auto shown = values_of(process_metrics{});
  EXPECT_EQ(shown.size(), 7u);
  EXPECT_GE(shown.at("process_threads"), 1);
  EXPECT_GE(shown.at("process_open_fds"), 3);
  EXPECT_GE(shown.at("process_max_fds"), shown.at("process_open_fds"));
  EXPECT_GT(shown.at("process_resident_memory_bytes"), 1e6);
  EXPECT_GT(shown.at("process_start_time_seconds"), 1.5e9);
}

} // namespace
} // namespace orderd::runtime
