#include "cluster/page/page_files.hpp"

#include "cluster/page/embedded_files.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <regex>
#include <set>
#include <string>

namespace orderd::cluster {
namespace {

constexpr std::size_t page_bytes_max = 200 * 1024;

/// Every reference of a file to another: src="...", href="...", from '...', import('...').
std::set<std::string> references(std::string_view text) {
  static const std::regex form{R"re((?:src="|href="|from '|import\('|import ')([^"'#][^"']*)["'])re"};
  const std::string all{text};
  std::set<std::string> found;
  for (std::sregex_iterator each{all.begin(), all.end(), form}, end; each != end; ++each)
    found.insert((*each)[1].str());
  return found;
}

/// The path that a file in /page/ means by `name`.
std::string path_of(const std::string& name) {
  if (name.starts_with('/'))
    return name;
  return "/page/" + (name.starts_with("./") ? name.substr(2) : name);
}

TEST(PageFiles, HaveTheFirstPageAtTheRoot) {
  const auto first = find_page_file("/");
  ASSERT_TRUE(first);
  EXPECT_EQ(first->content_type, "text/html; charset=utf-8");
  EXPECT_EQ(first->bytes, find_page_file("/page/index.html")->bytes);
  EXPECT_TRUE(first->bytes.starts_with("<!doctype html>"));
}

TEST(PageFiles, AreFoundByTheirWholePathOnly) {
  for (const auto* path :
       {"", "/page", "/page/", "page/index.html", "/page/../page/index.html", "/page/index",
        "/page/index.html/", "/page//index.html", "/PAGE/INDEX.HTML", "/favicon.ico"})
    EXPECT_FALSE(find_page_file(path)) << path;
}

TEST(PageFiles, HaveATypeThatBrowsersRunAndATagOfTheirOwn) {
  std::set<std::string_view> tags;
  for (const auto& each : embedded_files()) {
    const auto file = find_page_file(each.path);
    ASSERT_TRUE(file) << each.path;
    EXPECT_NE(file->content_type, "application/octet-stream") << each.path;
    EXPECT_FALSE(file->bytes.empty()) << each.path;
    EXPECT_EQ(file->etag.size(), 34U) << each.path;
    EXPECT_TRUE(file->etag.starts_with('"') && file->etag.ends_with('"')) << each.path;
    EXPECT_TRUE(tags.insert(file->etag).second) << each.path;
  }
}

TEST(PageFiles, WeighLittle) {
  std::size_t bytes = 0;
  for (const auto& each : embedded_files())
    if (!each.path.ends_with(".md")) // the runbook is read when somebody asks for it
      bytes += each.bytes.size();
  EXPECT_LE(bytes, page_bytes_max);
}

TEST(PageFiles, NameOnlyFilesThatAreThere) {
  for (const auto& each : embedded_files()) {
    if (each.path.find("/lib/") != std::string_view::npos || each.path.ends_with(".md"))
      continue;
    for (const auto& name : references(each.bytes))
      EXPECT_TRUE(find_page_file(path_of(name))) << each.path << " names " << name;
  }
}

TEST(PageFiles, NeedNeitherInlineScriptNorInlineStyle) {
  const std::string html{find_page_file("/")->bytes};
  EXPECT_FALSE(std::regex_search(html, std::regex{R"(<style|\sstyle=|\son\w+=|javascript:)"}));
  EXPECT_FALSE(std::regex_search(html, std::regex{R"(<script(?![^>]*\ssrc=))"}));
}

} // namespace
} // namespace orderd::cluster
