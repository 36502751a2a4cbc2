// libFuzzer: any bytes as one request.
#include "tests/support/fuzz_entries.hpp"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  orderd::testing::fuzz_request({reinterpret_cast<const char*>(data), size});
  return 0;
}
