// The files in a .tar.gz, by name.
#pragma once

#include <archive.h>
#include <archive_entry.h>

#include <map>
#include <memory>
#include <string>

namespace orderd::test {

inline std::map<std::string, std::string> read_tar(const std::string& bytes) {
  std::map<std::string, std::string> files;
  const std::unique_ptr<archive, int (*)(archive*)> from{::archive_read_new(), ::archive_read_free};
  ::archive_read_support_filter_gzip(from.get());
  ::archive_read_support_format_tar(from.get());
  if (::archive_read_open_memory(from.get(), bytes.data(), bytes.size()) != ARCHIVE_OK)
    return files;
  archive_entry* entry = nullptr;
  while (::archive_read_next_header(from.get(), &entry) == ARCHIVE_OK) {
    std::string content(static_cast<std::size_t>(::archive_entry_size(entry)), '\0');
    if (::archive_read_data(from.get(), content.data(), content.size())
        != static_cast<la_ssize_t>(content.size()))
      content = "cannot be read";
    files[::archive_entry_pathname(entry)] = content;
  }
  return files;
}

} // namespace orderd::test
