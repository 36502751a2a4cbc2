// Where the sources are, for tests that read a page or an example among them.
//
// A function and not a macro of the compiler's command line: what is compiled is the same in every checkout,
// so that the compiler cache finds it.
#pragma once

#include <string>

namespace orderd::test {

/// The folder of CMakeLists.txt, absolute, without a slash at its end.
const std::string& source_dir();

} // namespace orderd::test
