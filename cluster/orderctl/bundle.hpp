// What goes into the file of `orderctl debug bundle`: asked of nodes, and put into files with names.
//
// *Operation*: `gather_bundle` asks; what does not answer is named in the bundle's README, and ends nothing.
#pragma once

#include "cluster/orderctl/ctl_commands.hpp"

#include <functional>
#include <string>
#include <vector>

namespace orderd::cluster {

struct bundle_file {
  std::string name;
  std::string content;
};

struct bundle {
  std::vector<bundle_file> files;   ///< README.txt first
  std::vector<std::string> missing; ///< sentences: what is not in it, and why
};

/// Gets a page over HTTP: page_fetch.hpp.
using page_fetcher = std::function<runtime::result<std::string>(const std::string& url)>;

bundle gather_bundle(const std::vector<std::string>& pages, const page_fetcher& fetch, ctl_context& context);

} // namespace orderd::cluster
