#include "config/usage.hpp"

#include "config/nearest.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string_view>

#include <sys/stat.h>

namespace orderd::config {

namespace {

using words = std::vector<std::string>;

std::string joined(const words& all) {
  std::string text;
  for (const auto& each : all)
    text += (text.empty() ? "" : ", ") + each;
  return text;
}

std::string_view trimmed(std::string_view text, std::string_view blanks = " \t\r\"'") {
  const auto first = text.find_first_not_of(blanks);
  return first == std::string_view::npos ? std::string_view{}
                                         : text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

bool starts(std::string_view text, std::string_view with) {
  return text.substr(0, with.size()) == with;
}

bool part_of_name(char letter) {
  return letter == '-' || letter == '_' || (letter >= '0' && letter <= '9')
         || (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
}

bool mentions(std::string_view text, std::string_view name) {
  for (auto at = text.find(name); at != std::string_view::npos; at = text.find(name, at + 1)) {
    const auto end = at + name.size();
    if ((at == 0 || !part_of_name(text[at - 1])) && (end == text.size() || !part_of_name(text[end])))
      return true;
  }
  return false;
}

/// "UINT" and what validators say of themselves, as words for people.
std::string takes(const CLI::Option& option) {
  static const std::vector<std::pair<std::string, std::string>> types{
      {"UINT", "a whole number from 0 on"}, {"INT", "a whole number"},    {"FLOAT", "a number"},
      {"BOOLEAN", "true or false"},         {"ENUM", "one of its words"}, {"TEXT", "text"}};
  auto type = option.get_type_name();
  std::string limits;
  if (const auto colon = type.find(":("); colon != std::string::npos) {
    limits = " " + type.substr(colon + 1);
    type.resize(colon);
  }
  for (const auto& [name, said] : types)
    if (type == name)
      type = said;
  return type + limits;
}

/// What a refusal is made of: the app as CLI11 left it, and what was typed.
class refusal {
public:
  refusal(const CLI::App& app, const words& typed) : typed_(typed), chain_{&app} {
    while (!chain_.back()->get_subcommands().empty())
      chain_.push_back(chain_.back()->get_subcommands().back());
  }

  /// The whole sentence, with who says it.
  std::string of(const CLI::ParseError& error) const {
    if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr)
      return unexpected();
    if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) // a misspelt one is missing too
      return chain_.front()->remaining_size(true) > 0 ? unexpected() : command() + missing();
    if (dynamic_cast<const CLI::FileError*>(&error) != nullptr)
      return program() + unreadable();
    if (dynamic_cast<const CLI::ConfigError*>(&error) != nullptr)
      return program() + unknown_setting(error.what());
    if (dynamic_cast<const CLI::ExcludesError*>(&error) != nullptr)
      return command() + excluded();
    if (dynamic_cast<const CLI::RequiresError*>(&error) != nullptr)
      return command() + needed();
    if (const auto* option = mentioned(error.what()))
      return of_option(error, *option);
    if (dynamic_cast<const CLI::ValidationError*>(&error) != nullptr)
      return command() + error.what();
    return command() + "the arguments cannot be read as they stand";
  }

private:
  std::string program() const { return chain_.front()->get_name() + ": "; }

  /// "orderctl stock set: "
  std::string command() const {
    std::string names;
    for (const auto* app : chain_)
      names += (names.empty() ? "" : " ") + app->get_name();
    return names + ": ";
  }

  /// Of the command that was typed and all that it belongs to, its own first.
  std::vector<const CLI::Option*> options() const {
    std::vector<const CLI::Option*> all;
    for (auto app = chain_.rbegin(); app != chain_.rend(); ++app)
      for (const auto* option : (*app)->get_options())
        all.push_back(option);
    return all;
  }

  static words commands_of(const CLI::App& app) {
    words names;
    for (const auto* each : app.get_subcommands([](const CLI::App*) { return true; }))
      names.push_back(each->get_name());
    return names;
  }

  /// What was typed and is nothing known: an option, or a word in the place of a command.
  std::string unexpected() const {
    const auto left = chain_.front()->remaining(true);
    const auto option = std::find_if(left.begin(), left.end(),
                                     [](const auto& word) { return word.size() > 1 && word[0] == '-'; });
    if (option != left.end())
      return command() + no_option(option->substr(0, option->find('=')));
    return left.empty() ? command() + "there is one argument too many" : no_command(left.front());
  }

  std::string no_option(const std::string& name) const {
    words known;
    for (const auto* option : options())
      for (const auto& each : option->get_lnames())
        known.push_back("--" + each);
    return "no option " + name + did_you_mean(name, known);
  }

  std::string no_command(const std::string& word) const {
    words known;
    for (const auto* app : chain_)
      for (auto& each : commands_of(*app))
        known.push_back(std::move(each));
    const auto suggestion = did_you_mean(word, known);
    const auto own = commands_of(*chain_.back());
    const auto no_such = "no command " + word;
    if (!own.empty() && takes_a_command(*chain_.back()))
      return command() + no_such + (suggestion.empty() ? "; there are " + joined(own) : suggestion);
    if (!suggestion.empty())
      return program() + no_such + suggestion;
    const auto with_dashes = no_option("--" + word);
    const auto hint = with_dashes.find("; did you mean");
    return command() + "'" + word + "' is one argument too many"
           + (hint == std::string::npos ? "" : with_dashes.substr(hint));
  }

  /// A program that does something by itself, and has commands too, takes any other word for one too many.
  static bool takes_a_command(const CLI::App& app) { return app.get_require_subcommand_max() == 1; }

  std::string missing() const {
    words names;
    for (const auto* option : options())
      if (option->get_required() && option->count() == 0)
        names.push_back(option->get_name()
                        + (option->get_description().empty() ? "" : " (" + option->get_description() + ")"));
    if (!names.empty())
      return "missing: " + joined(names);
    return "a command is missing, one of " + joined(commands_of(*chain_.back()));
  }

  std::string excluded() const {
    for (const auto* option : options())
      for (const auto* other : option->get_excludes())
        if (option->count() > 0 && other->count() > 0)
          return option->get_name() + " and " + other->get_name() + " cannot both be given";
    return "two of the options cannot both be given";
  }

  std::string needed() const {
    for (const auto* option : options())
      for (const auto* other : option->get_needs())
        if (option->count() > 0 && other->count() == 0)
          return option->get_name() + " needs " + other->get_name() + " too";
    return "one of the options needs another one too";
  }

  /// The option that a message of CLI11 names: the longest, since one name may begin another.
  const CLI::Option* mentioned(std::string_view message) const {
    const CLI::Option* found = nullptr;
    for (const auto* option : options())
      if (mentions(message, option->get_name())
          && (found == nullptr || option->get_name().size() > found->get_name().size()))
        found = option;
    return found;
  }

  std::string of_option(const CLI::ParseError& error, const CLI::Option& option) const {
    const auto who = from_file(option) ? program() + at_line(option.get_name()) : command();
    if (dynamic_cast<const CLI::ValidationError*>(&error) != nullptr)
      return who + error.what();
    const auto name = option.get_name();
    const auto& values = option.results();
    if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr)
      return who + name
             + (values.size() > 1 ? " is given " + std::to_string(values.size()) + " times, and may be once"
                                  : " needs a value: " + takes(option));
    if (option.get_expected_max() == 0)
      return who + name + " is a switch and takes no value '" + joined(values) + "'";
    return who + name + ": '" + joined(values) + "' is no value of it; it must be " + takes(option);
  }

  // -- the file of settings ------------------------------------------------------------------------

  std::string file() const {
    const auto* option = chain_.front()->get_config_ptr();
    return option != nullptr && option->count() > 0 ? option->results().front() : std::string{};
  }

  /// Whoever types an option overrules the file.
  bool from_file(const CLI::Option& option) const {
    if (file().empty() || option.get_lnames().empty())
      return false;
    return std::none_of(typed_.begin(), typed_.end(), [&option](const std::string& word) {
      return std::any_of(option.get_lnames().begin(), option.get_lnames().end(), [&word](const auto& name) {
        return word == "--" + name || starts(word, "--" + name + "=");
      });
    });
  }

  /// "orderd.toml:12: ", or without the line when it cannot be found again.
  std::string at_line(std::string_view name) const {
    std::ifstream in{file()};
    const std::string content{std::istreambuf_iterator<char>{in}, {}};
    const auto line =
        line_that_sets(content, name.substr(std::min(name.find_first_not_of('-'), name.size())));
    return file() + (line == 0 ? "" : ":" + std::to_string(line)) + ": ";
  }

  std::string unreadable() const {
    struct stat is = {};
    const bool there = ::stat(file().c_str(), &is) == 0;
    const int why = !there ? errno : S_ISDIR(is.st_mode) ? EISDIR : EACCES;
    return "the file of settings " + file() + " cannot be read: " + std::strerror(why);
  }

  std::string unknown_setting(std::string_view message) const {
    constexpr std::string_view before_unknown = "INI was not able to parse ";
    constexpr std::string_view before_reason = ": This option";
    if (const auto end = message.find(before_reason); end != std::string_view::npos) {
      const std::string name{message.substr(0, end)};
      return at_line(name) + name + " is said on the command line only: --" + name;
    }
    words known;
    for (const auto* option : chain_.front()->get_options())
      if (option->get_configurable() && option != chain_.front()->get_config_ptr())
        known.insert(known.end(), option->get_lnames().begin(), option->get_lnames().end());
    const std::string name{starts(message, before_unknown) ? message.substr(before_unknown.size()) : message};
    return at_line(name) + "no setting " + name + did_you_mean(name, known);
  }

  const words& typed_;
  std::vector<const CLI::App*> chain_; ///< from the program to the command that was typed
};

} // namespace

std::size_t line_that_sets(std::string_view content, std::string_view name) {
  const auto last = name.substr(name.rfind('.') == std::string_view::npos ? 0 : name.rfind('.') + 1);
  for (std::size_t line = 1; !content.empty(); ++line) {
    const auto end = std::min(content.find('\n'), content.size());
    const auto text = content.substr(0, end);
    if (trimmed(text.substr(0, text.find('='))) == last)
      return line;
    content.remove_prefix(std::min(end + 1, content.size()));
  }
  return 0;
}

std::optional<usage_end> read_arguments(CLI::App& app, const std::vector<std::string>& arguments,
                                        std::string (*shown)(std::string_view)) {
  try {
    app.parse(std::vector<std::string>{arguments.rbegin(), arguments.rend()}); // as CLI11 takes them
  } catch (const CLI::Success& asked) {
    std::ostringstream text;
    app.exit(asked, text, text);
    return usage_end{true, text.str()};
  } catch (const CLI::ParseError& error) {
    return usage_end{false, shown(refusal{app, arguments}.of(error)) + "\n\"" + app.get_name()
                                + " --help\" says what there is.\n"};
  } catch (const std::exception& error) {
    return usage_end{false, app.get_name() + ": the arguments cannot be read: " + shown(error.what()) + "\n"};
  }
  return std::nullopt;
}

} // namespace orderd::config
