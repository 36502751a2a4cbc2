#include "cluster/orderctl/tar_gz.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <sys/stat.h>

namespace orderd::cluster {

namespace {

constexpr int private_file = S_IRUSR | S_IWUSR;

la_ssize_t write_to(archive*, void* to, const void* bytes, std::size_t count) {
  auto& out = *static_cast<std::ostream*>(to);
  out.write(static_cast<const char*>(bytes), static_cast<std::streamsize>(count));
  return out ? static_cast<la_ssize_t>(count) : -1;
}

} // namespace

void tar_gz::closer::operator()(archive* what) const {
  ::archive_write_free(what);
}

tar_gz::tar_gz(std::ostream& to, std::int64_t at_ms) : archive_(::archive_write_new()), at_ms_(at_ms) {
  well_ = ::archive_write_set_format_pax_restricted(archive_.get()) == ARCHIVE_OK
          && ::archive_write_add_filter_gzip(archive_.get()) == ARCHIVE_OK
          && ::archive_write_set_bytes_in_last_block(archive_.get(), 1) == ARCHIVE_OK // no tape: no padding
          && ::archive_write_open(archive_.get(), &to, nullptr, write_to, nullptr) == ARCHIVE_OK;
}

tar_gz::~tar_gz() = default;

bool tar_gz::add(const std::string& name, std::string_view content) {
  if (!well_)
    return false;
  const std::unique_ptr<archive_entry, void (*)(archive_entry*)> entry{::archive_entry_new(),
                                                                       ::archive_entry_free};
  ::archive_entry_set_pathname(entry.get(), name.c_str());
  ::archive_entry_set_size(entry.get(), static_cast<la_int64_t>(content.size()));
  ::archive_entry_set_filetype(entry.get(), AE_IFREG);
  ::archive_entry_set_perm(entry.get(), private_file);
  ::archive_entry_set_mtime(entry.get(), at_ms_ / 1'000, 0);
  well_ = ::archive_write_header(archive_.get(), entry.get()) == ARCHIVE_OK
          && ::archive_write_data(archive_.get(), content.data(), content.size())
                 == static_cast<la_ssize_t>(content.size());
  return well_;
}

bool tar_gz::finish() {
  well_ = well_ && ::archive_write_close(archive_.get()) == ARCHIVE_OK;
  return well_;
}

} // namespace orderd::cluster
