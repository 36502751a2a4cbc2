// The newest lines of the log in memory, for whoever asks a node what it said (get_log).
//
// Lines are copied into blocks, one behind the other; when the blocks pass the limit the oldest goes, with
// the number of its lines. So a line costs a copy, and no allocation of its own. Who searches takes hold of
// the blocks for a moment and reads them without holding up writers: what was written stays as it is.
//
// *Concurrency*: everything from any thread.
// *Limits*: `bytes_max` of blocks, and what a search still holds. A line that is longer than a block is cut.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace orderd::runtime::log {

class log_ring {
public:
  static constexpr std::size_t bytes_by_default = 4u << 20;

  /// At least two blocks, of at most 64 KiB. Pre: `bytes_max` >= 64.
  explicit log_ring(std::size_t bytes_max = bytes_by_default);

  /// Pre: no end of line in it.
  void append(std::string_view line);

  struct found {
    std::vector<std::string> lines;
    std::uint64_t forgotten = 0; ///< lines before all that are kept, whatever was in them
  };
  /// Of the lines that contain `text` the newest, at most `limit`, together at most `bytes`; the oldest
  /// first.
  found newest(std::string_view text, std::size_t limit, std::size_t bytes) const;

private:
  struct block {
    std::unique_ptr<char[]> bytes;
    std::size_t used = 0;
    std::uint64_t lines = 0;
  };

  std::size_t block_bytes_;
  std::size_t blocks_max_;
  mutable std::mutex mutex_;
  std::deque<std::shared_ptr<block>> blocks_; ///< the oldest first; only the last one grows
  std::uint64_t forgotten_ = 0;
};

} // namespace orderd::runtime::log
