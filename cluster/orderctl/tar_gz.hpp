// Files put together into one .tar.gz, written to a stream as they are added.
//
// *Operation*: `add` each, then `finish`; both are false once the stream or the format has failed.
#pragma once

#include <cstdint>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>

struct archive;

namespace orderd::cluster {

class tar_gz {
public:
  /// `at_ms`: the time of all files in it. `to` must outlive it.
  tar_gz(std::ostream& to, std::int64_t at_ms);
  ~tar_gz();
  tar_gz(const tar_gz&) = delete;
  tar_gz& operator=(const tar_gz&) = delete;

  [[nodiscard]] bool add(const std::string& name, std::string_view content);
  [[nodiscard]] bool finish();

private:
  struct closer {
    void operator()(archive* what) const;
  };
  std::unique_ptr<archive, closer> archive_;
  std::int64_t at_ms_;
  bool well_ = true;
};

} // namespace orderd::cluster
