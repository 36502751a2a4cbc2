#include "tests/support/source_dir.hpp"

namespace orderd::test {

const std::string& source_dir() {
  static const std::string path{ORDERD_SOURCE_DIR};
  return path;
}

} // namespace orderd::test
