// orderctl debug bundle.
#include "actors/rules/text.hpp"
#include "cluster/orderctl/bundle.hpp"
#include "cluster/orderctl/ctl_commands.hpp"
#include "cluster/orderctl/output_file.hpp"
#include "cluster/orderctl/page_fetch.hpp"
#include "cluster/orderctl/tar_gz.hpp"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <string>
#include <system_error>

namespace orderd::cluster {

namespace {

namespace fs = std::filesystem;

/// "orderd-bundle-20091201T074500Z".
std::string folder_name(std::int64_t at_ms) {
  auto time = format_time(at_ms).substr(0, 19);
  time.erase(std::remove_if(time.begin(), time.end(), [](char c) { return c == '-' || c == ':'; }),
             time.end());
  return "orderd-bundle-" + time + "Z";
}

bool may_write(const std::string& file, const bundle_options& options, ctl_context& context) {
  std::error_code unknown;
  if (options.yes || !fs::is_regular_file(file, unknown))
    return true;
  if (context.confirm && context.confirm(actors::shown(file) + " is there already. Write over it?"))
    return true;
  context.err << "orderctl: " << actors::shown(file)
              << " is there already, and stays as it is; give another name, or --yes to write over it\n";
  return false;
}

bool write_archive(const bundle& what, const std::string& folder, std::int64_t at_ms, output_file& to) {
  std::error_code unknown; // a device has no rights to change
  fs::permissions(to.path(), fs::perms::owner_read | fs::perms::owner_write, unknown);
  tar_gz archive{to.stream(), at_ms};
  for (const auto& each : what.files)
    if (!archive.add(folder + "/" + each.name, each.content))
      return false;
  return archive.finish() && to.keep();
}

void report(const bundle& what, const std::string& file, ctl_context& context) {
  if (context.json) {
    auto files = json::array();
    for (const auto& each : what.files)
      files.push_back(each.name);
    print_line({{"file", file}, {"files", std::move(files)}, {"missing", what.missing}}, context);
    return;
  }
  for (const auto& each : what.missing)
    context.err << "orderctl: not in it: " << actors::shown(each) << '\n';
  context.out << actors::shown(file) << ": " << what.files.size()
              << " files; README.txt in it says what is what\n";
}

} // namespace

int run(const bundle_options& options, ctl_context& context) {
  const auto at_ms = context.now_ms();
  const auto folder = folder_name(at_ms);
  const auto file = options.file.empty() ? folder + ".tar.gz" : options.file;
  if (!may_write(file, options, context))
    return exit_usage;
  const auto made = gather_bundle(options.pages, fetch_page, context);
  output_file to{file};
  if (!write_archive(made, folder, at_ms, to)) {
    const int why = to.flush() ? 0 : to.error();
    context.err << "orderctl: cannot write " << actors::shown(to.path())
                << (why == 0 ? std::string{} : std::string{": "} + std::strerror(why)) << '\n';
    return exit_usage;
  }
  report(made, file, context);
  return exit_ok;
}

} // namespace orderd::cluster
