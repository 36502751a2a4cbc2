// A file that a command writes: it takes the place of the one before only when the command says that it is
// whole. Until then it stands beside it, as NAME.unfinished.
//
// *Operation*: write to `stream`, then `keep`. What is not kept stays beside, for whoever wants to look.
// Devices and pipes, as /dev/null, are written directly.
#pragma once

#include <fstream>
#include <functional>
#include <string>

namespace orderd::cluster {

class output_file {
public:
  explicit output_file(const std::string& name);

  std::ofstream& stream() noexcept { return stream_; }
  /// Everything written so far is in the file.
  bool flush();
  /// The file takes its name. False when it cannot.
  bool keep();
  /// The error of the system that stopped it (errno); 0: none, or none that is known.
  int error() const noexcept { return error_; }
  /// Where it is written.
  const std::string& path() const noexcept { return path_; }

private:
  bool attempt(const std::function<void()>& what);

  std::string name_; ///< with symbolic links followed; empty: written directly
  std::string path_;
  std::ofstream stream_;
  int error_ = 0;
};

/// Where a file of that name is written until it is kept.
std::string unfinished_path(const std::string& name);

} // namespace orderd::cluster
