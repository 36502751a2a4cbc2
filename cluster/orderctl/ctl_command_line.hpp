// The parser behind ctl_options.hpp, and what the files of its groups of commands share.
//
// One for each parse; one thread. CLI11 is seen by those files alone.
#pragma once

#include "cluster/orderctl/ctl_options.hpp"

#include <CLI/CLI.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace orderd::cluster {

/// Makes `group` need one of its commands. CLI11 would do it, but before it looks at what it does not
/// know, and so say of a misspelt command only that one is missing.
void require_one(CLI::App& group);

/// Builds the command line around one invocation. Each `add_` function adds a command; `bind` makes the
/// options of the command that was typed the invocation's.
class command_line {
public:
  command_line();

  parsed_arguments parse(const std::vector<std::string>& arguments);

private:
  /// The options of `command`, kept until the end of the parse. `finish` may still refuse them.
  template <class Options>
  std::shared_ptr<Options> bind(CLI::App* command, std::function<void(Options&)> finish = {}) {
    auto options = std::make_shared<Options>();
    command->callback([this, options, finish] {
      if (finish)
        finish(*options);
      result_.command = *options;
    });
    return options;
  }

  /// --by and --why, of what a person does about an order.
  void add_said(CLI::App& command, said_options& options);
  void add_order_commands();
  void add_place();
  void add_list();
  void add_stock();
  void add_account();
  template <class Options>
  void add_key_page(CLI::App& group, const char* key, const char* help);
  void add_import();
  void add_export();
  void add_quarantine();
  void add_lost();
  void add_watching();
  void add_trace();
  void add_top();
  void add_debug();
  void add_repairs(CLI::App& cluster);
  template <class Options>
  std::shared_ptr<Options> add_repair(CLI::App& cluster, const char* name, const char* help);
  template <class Options>
  void add_quarantine_entry(CLI::App* group, const char* name, const char* help, const Options& initial);

  CLI::App app_{"orderctl: places orders with orderd, and looks after them.", "orderctl"};
  invocation result_;
  std::uint32_t timeout_s_ = 30;
};

} // namespace orderd::cluster
