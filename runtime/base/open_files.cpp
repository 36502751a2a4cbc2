#include "runtime/base/open_files.hpp"

#include <sys/resource.h>

#include <algorithm>

namespace orderd::runtime {

void allow_more_files(std::size_t more) noexcept {
  rlimit now{};
  if (::getrlimit(RLIMIT_NOFILE, &now) != 0 || now.rlim_cur == RLIM_INFINITY)
    return;
  const rlimit raised{std::min<rlim_t>(now.rlim_cur + more, now.rlim_max), now.rlim_max};
  ::setrlimit(RLIMIT_NOFILE, &raised);
}

} // namespace orderd::runtime
