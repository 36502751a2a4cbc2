// Appending to a journal, as tests write it.
#pragma once

#include "runtime/storage/store.hpp"

#include <vector>

namespace orderd::test {

/// Epochs alone, in one synced transaction.
inline runtime::result<void> append(runtime::journal_store& to,
                                    const std::vector<runtime::epoch_ptr>& epochs) {
  return to.append(std::vector<runtime::journal_entry>(epochs.begin(), epochs.end()));
}

} // namespace orderd::test
