// Golden files: stored forms as they were, so that a change of one is seen before it reaches a disk; and
// screens, so that a change of one is looked at.
//
// A test says what a form looks like now; the file in tests/golden/ says what it must look like for ever.
// ORDERD_WRITE_GOLDEN=1 writes a file that does not exist yet. A file that exists is never written over:
// to change a form that no disk holds yet, delete it first.
#pragma once

#include "tests/support/source_dir.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace orderd::test {

/// Expects that `text` equals tests/golden/`name`.
inline void expect_golden(const std::string& name, const std::string& text) {
  const auto path = std::filesystem::path{source_dir()} / "tests" / "golden" / name;
  if (!std::filesystem::exists(path) && std::getenv("ORDERD_WRITE_GOLDEN") != nullptr)
    std::ofstream{path} << text;
  std::ifstream file{path};
  ASSERT_TRUE(file) << path << " is missing; ORDERD_WRITE_GOLDEN=1 writes it";
  std::stringstream golden;
  golden << file.rdbuf();
  EXPECT_EQ(text, golden.str()) << "it changed; of a stored form: data written before could not be read";
}

} // namespace orderd::test
