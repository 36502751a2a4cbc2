#include "cluster/page/page_files.hpp"

#include "cluster/page/embedded_files.hpp"

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <utility>

namespace orderd::cluster {

namespace {

constexpr std::size_t etag_digits = 32;
constexpr std::string_view first_file = "/page/index.html";

constexpr std::array<std::pair<std::string_view, std::string_view>, 5> content_types{{
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".svg", "image/svg+xml"},
    {".md", "text/plain; charset=utf-8"},
}};

std::string_view content_type_of(std::string_view path) {
  for (const auto& [ending, type] : content_types)
    if (path.ends_with(ending))
      return type;
  return "application/octet-stream";
}

struct ready_file {
  std::string etag;
  page_file file;
};

/// By path. Made at the first call; never changed, so that views into it stay.
const std::map<std::string_view, ready_file>& ready_files() {
  static const auto all = [] {
    std::map<std::string_view, ready_file> made;
    for (const auto& each : embedded_files()) {
      auto& ready = made[each.path];
      ready.etag = '"' + std::string{each.sha256.substr(0, etag_digits)} + '"';
      ready.file = {content_type_of(each.path), each.bytes, ready.etag};
    }
    return made;
  }();
  return all;
}

} // namespace

std::optional<page_file> find_page_file(std::string_view path) {
  const auto& all = ready_files();
  const auto found = all.find(path == "/" ? first_file : path);
  if (found == all.end())
    return std::nullopt;
  return found->second.file;
}

} // namespace orderd::cluster
