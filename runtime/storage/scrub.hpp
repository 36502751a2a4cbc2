// The port of what can be looked through while it is used, a slice at a time.
#pragma once

#include "runtime/base/result.hpp"
#include "runtime/storage/row.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace orderd::runtime {

/// How far a store was looked through. An empty one: from its beginning.
struct scrub_cursor {
  std::uint64_t page = 0;  ///< the next to read, until all were
  bool rows = false;       ///< all pages were read: now the rows
  std::uint32_t place = 0; ///< whose rows come next, and after which key
  std::string after;
  std::uint64_t first = 0; ///< of a store that grows while it is looked through: where this look began,
  std::uint64_t upto = 0;  ///< and where it will end
};

/// What a look through a part of a store found.
struct scrub_slice {
  scrub_cursor next;
  bool end = false;           ///< all of it was looked through
  std::uint64_t pages = 0;    ///< read
  std::uint64_t bytes = 0;    ///< read
  double share = 0;           ///< of the whole store that was looked through up to here, 0 to 1
  std::uint64_t mended = 0;   ///< pages that the disk had lost and memory had still: written anew
  std::uint64_t bad_rows = 0; ///< whose seal is not good though their page is what was written
  std::string bad_row;        ///< of the first of them, a sentence
  rows_digest rows;           ///< of those that were read
  std::string
      rows_differ; ///< at the end: the rows are not those that were written, a sentence; empty: they are
};

/// *Concurrency*: one thread, at the same time as those that write the store and read it.
class scrubbed_store {
public:
  /// Looks at about `bytes_max` of what is stored, from `from` on, against its checksums, as of this moment:
  /// the pages, then the rows. `corrupt`: a page that is used is not what was written.
  virtual result<scrub_slice> verify(const scrub_cursor& from, std::size_t bytes_max) = 0;

protected:
  ~scrubbed_store() = default;
};

/// One of the stores of a node.
struct scrubbed_part {
  enum class kind : std::uint8_t { state, journal };
  scrubbed_store* store = nullptr;
  kind is = kind::state;
  std::uint32_t shard = 0; ///< of a state

  std::string name() const {
    return is == kind::journal ? "the journal" : "the state of shard " + std::to_string(shard);
  }
};

} // namespace orderd::runtime
