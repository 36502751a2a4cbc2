#include "config/usage.hpp"

#include "actors/rules/text.hpp"

#include "config/settings.hpp"
#include "config/start_options.hpp"
#include "config/value_checks.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace orderd::config {
namespace {

/// What a program with every kind of option says of its arguments; "" when it takes them.
std::string said(const std::vector<std::string>& arguments) {
  CLI::App app{"a program", "prog"};
  app.fallthrough();
  bool on = false;
  int number = 0;
  std::string text;
  std::string id;
  std::vector<std::string> lines;
  auto* rate = app.add_option("--rate", number);
  app.add_option("--window", number)->excludes(rate);
  auto* user = app.add_option("--user", text);
  app.add_option("--password", text)->needs(user);
  app.add_flag("--json", on);
  app.add_option("--level", text)->check(word_of({"debug", "info", "warning"}));
  auto* stock = app.add_subcommand("stock");
  stock->require_subcommand(0, 1);
  auto* set = stock->add_subcommand("set");
  set->add_option("SKU", id, "The SKU")->required();
  set->add_option("UNITS", number)->check(whole(0, 5, "units"));
  stock->add_subcommand("list");
  app.add_subcommand("status");
  app.require_subcommand(0, 1);
  const auto end = read_arguments(app, arguments, actors::shown);
  if (!end)
    return "";
  EXPECT_FALSE(end->asked_for);
  return end->text.substr(0, end->text.find('\n'));
}

/// One row a class of CLI11's errors, and a kind of each.
TEST(Usage, RefusesInWordsOfItsOwn) {
  struct row {
    std::vector<std::string> arguments;
    std::string sentence;
  };
  const std::vector<row> table{
      {{}, ""},
      {{"stock", "set", "A", "5", "--json"}, ""},
      // ExtrasError
      {{"--jsno"}, "prog: no option --jsno; did you mean --json?"},
      {{"--jsno=1", "status"}, "prog status: no option --jsno; did you mean --json?"},
      {{"--rat", "3"}, "prog: no option --rat; did you mean --rate?"},
      {{"--colour"}, "prog: no option --colour"},
      {{"stock", "set", "A", "--jsno"}, "prog stock set: no option --jsno; did you mean --json?"},
      {{"stauts"}, "prog: no command stauts; did you mean status?"},
      {{"frobnicate"}, "prog: no command frobnicate; there are stock, status"},
      {{"stock", "lst"}, "prog stock: no command lst; did you mean list?"},
      {{"stokc", "list"}, "prog: no command stokc; did you mean stock?"},
      {{"stock", "set", "A", "5", "6"}, "prog stock set: '6' is one argument too many"},
      {{"status", "rate"}, "prog status: 'rate' is one argument too many; did you mean --rate?"},
      // RequiredError
      {{"stock", "set"}, "prog stock set: missing: SKU (The SKU)"},
      // ArgumentMismatch
      {{"--rate"}, "prog: --rate needs a value: a whole number"},
      {{"--rate", "1", "--rate", "2"}, "prog: --rate is given 2 times, and may be once"},
      // ConversionError
      {{"--rate", "fast"}, "prog: --rate: 'fast' is no value of it; it must be a whole number"},
      {{"--rate", "99999999999999999999"},
       "prog: --rate: '99999999999999999999' is no value of it; it must be a whole number"},
      {{"--json=maybe"}, "prog: --json is a switch and takes no value 'maybe'"},
      // ValidationError
      {{"stock", "set", "A", "6"}, "prog stock set: UNITS: 6 is out of range; it must be 0 to 5 units"},
      {{"--level", "wraning"},
       "prog: --level: 'wraning' is none of debug, info, warning; did you mean warning?"},
      // ExcludesError, RequiresError
      {{"--rate", "1", "--window", "2"}, "prog: --rate and --window cannot both be given"},
      {{"--password", "x"}, "prog: --password needs --user too"},
      // and nothing that a terminal would obey
      {{"--\x1b[2J"}, R"(prog: no option --\u{001B}[2J)"},
      {{"--\xc2\x9b\x32J"}, R"(prog: no option --\u{009B}2J)"},
      {{"--level", "\xe2\x80\xae\x61"}, R"(prog: --level: '\u{202E}a' is none of debug, info, warning)"},
  };
  for (const auto& row : table)
    EXPECT_EQ(said(row.arguments), row.sentence);
}

TEST(Usage, SaysWhichCommandsThereAreWhenNoneIsTyped) {
  CLI::App app{"", "prog"};
  app.add_subcommand("one");
  app.add_subcommand("two");
  app.require_subcommand(1);
  EXPECT_EQ(read_arguments(app, {}, actors::shown)->text, "prog: a command is missing, one of one, two\n"
                                                          "\"prog --help\" says what there is.\n");
  EXPECT_EQ(read_arguments(app, {"oen"}, actors::shown)->text.substr(0, 44),
            "prog: no command oen; did you mean one?\n\"pro");
}

TEST(Usage, GivesTheHelpThatIsAskedFor) {
  CLI::App app{"what it does", "prog"};
  app.set_version_flag("--version", "7");
  const auto help = read_arguments(app, {"--help"}, actors::shown);
  EXPECT_TRUE(help->asked_for);
  EXPECT_NE(help->text.find("what it does"), std::string::npos);
  EXPECT_EQ(read_arguments(app, {"--version"}, actors::shown)->text, "7\n");
}

class UsageOfAFile : public ::testing::Test {
protected:
  /// What orderd says of a file of settings.
  std::string said_of(const std::string& content, std::vector<std::string> more = {}) {
    std::ofstream{path_} << content;
    return said_of_path(path_, std::move(more));
  }

  static std::string said_of_path(const std::string& path, std::vector<std::string> more = {}) {
    CLI::App app{"", "orderd"};
    node_settings settings;
    start_options start;
    add_settings(app, settings);
    add_start_options(app, start);
    more.insert(more.end(), {"--config", path});
    const auto end = read_arguments(app, more, actors::shown);
    return end ? end->text.substr(0, end->text.find('\n')) : "";
  }

  const test::temporary_folder folder_;
  const std::string path_ = folder_ / "settings.toml";
};

// ConfigError, and all that is refused of a value.
TEST_F(UsageOfAFile, NamesFileAndLine) {
  EXPECT_EQ(said_of("# mine\n\nshrads = 4\n"),
            "orderd: " + path_ + ":3: no setting shrads; did you mean shards?");
  EXPECT_EQ(said_of("colour = 1\n"), "orderd: " + path_ + ":1: no setting colour");
  EXPECT_EQ(said_of("listen = \"127.0.0.1:0\"\nreplace-disk = true\n"),
            "orderd: " + path_ + ":2: replace-disk is said on the command line only: --replace-disk");
  EXPECT_EQ(said_of("\nshards = 65\n"),
            "orderd: " + path_ + ":2: --shards: 65 is out of range; it must be 0 to 64 shards");
  EXPECT_EQ(said_of("entities = \"actr\"\n"),
            "orderd: " + path_ + ":1: --entities: 'actr' is none of actor, object; did you mean actor?");
  EXPECT_EQ(said_of("some words\n").substr(0, 8), "orderd: ");
}

TEST_F(UsageOfAFile, BlamesTheCommandLineForWhatIsTypedThere) {
  EXPECT_EQ(said_of("shards = 4\n", {"--shards", "65"}),
            "orderd: --shards: 65 is out of range; it must be 0 to 64 shards");
}

// FileError
TEST_F(UsageOfAFile, SaysWhyItCannotBeRead) {
  EXPECT_EQ(said_of_path(folder_ / "none"), "orderd: the file of settings " + (folder_ / "none")
                                                + " cannot be read: No such file or directory");
  EXPECT_EQ(said_of_path(folder_ / ""),
            "orderd: the file of settings " + (folder_ / "") + " cannot be read: Is a directory");
}

TEST(Usage, FindsTheLineThatSetsAName) {
  EXPECT_EQ(line_that_sets("a=1\nb = 2\n\"c\"=3", "b"), 2U);
  EXPECT_EQ(line_that_sets("a=1\nb = 2\n\"c\"=3", "c"), 3U);
  EXPECT_EQ(line_that_sets("[part]\nd=1", "part.d"), 2U);
  EXPECT_EQ(line_that_sets("ab=1\n#b=2", "b"), 0U);
  EXPECT_EQ(line_that_sets("", "b"), 0U);
}

} // namespace
} // namespace orderd::config
