#include "cluster/orderctl/output_file.hpp"

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace orderd::cluster {

namespace {

namespace fs = std::filesystem;

/// /dev/stdout is the file that a shell opened, by another name: it has to be written, not replaced.
bool is_device(const std::string& name) {
  std::error_code unknown;
  const auto whole = fs::absolute(name, unknown).lexically_normal().string();
  return whole.starts_with("/dev/") || whole.starts_with("/proc/");
}

bool is_replaced(const std::string& name) {
  if (is_device(name))
    return false;
  std::error_code unknown; // what cannot be looked at cannot be opened either, and that is told then
  return !fs::exists(name, unknown) || fs::is_regular_file(name, unknown);
}

std::string target_of(const std::string& name) {
  std::error_code unknown;
  auto target = fs::weakly_canonical(fs::absolute(name, unknown), unknown);
  return target.empty() ? name : target.string();
}

} // namespace

std::string unfinished_path(const std::string& name) {
  return is_replaced(name) ? target_of(name) + ".unfinished" : name;
}

output_file::output_file(const std::string& name)
    : name_(is_replaced(name) ? target_of(name) : std::string{}), path_(unfinished_path(name)) {
  attempt([this] { stream_.open(path_, std::ios::binary); });
}

/// The stream tells only that something failed; errno is what it met. What failed while the stream was
/// filled, when nobody looked, is met again by one letter more: the file is not kept any more.
bool output_file::attempt(const std::function<void()>& what) {
  const bool was_well = static_cast<bool>(stream_);
  if (!was_well)
    stream_.clear();
  errno = 0;
  if (was_well)
    what();
  else
    stream_.put('\n').flush();
  if (!stream_ && error_ == 0)
    error_ = errno;
  if (!was_well)
    stream_.setstate(std::ios::badbit);
  return static_cast<bool>(stream_);
}

bool output_file::flush() {
  return attempt([this] { stream_.flush(); });
}

bool output_file::keep() {
  if (!attempt([this] { stream_.close(); }))
    return false;
  std::error_code failed;
  if (!name_.empty())
    fs::rename(path_, name_, failed);
  error_ = failed.value();
  return !failed;
}

} // namespace orderd::cluster
