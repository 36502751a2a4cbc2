#include "tests/support/temporary_folder.hpp"

#include <cstdlib>
#include <stdexcept>

namespace orderd::test {

temporary_folder::temporary_folder() {
  auto name = (std::filesystem::temp_directory_path() / "orderd-test-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr)
    throw std::runtime_error("cannot make a temporary folder like " + name);
  path_ = name;
}

temporary_folder::~temporary_folder() {
  std::error_code ignored; // a folder left behind fails no test
  std::filesystem::remove_all(path_, ignored);
}

} // namespace orderd::test
