// Checksums of every page of an LMDB data file, one for each of its eight sectors, in a second file beside
// it: LMDB's pages have none, and a flipped bit in the head of a page or in a key makes rows vanish without a
// word. By sector, so that of a damaged page only the rows that lie there are lost.
//
// *Operation*: `open` reads the whole data file once and says what it found; only a file that is whole (or
// new) may then be given to LMDB, whose writes pass here (lmdb_file.hpp), so that LMDB never takes a damaged
// page for a good one and writes it anew. From then on `read` gives pages that were checked, and LMDB's
// changes are of pages that were: check_lists() before a transaction, and each page before it is changed.
//
// A commit of LMDB writes pages nobody reads, syncs, and turns to them with one synced write of a meta page.
// The sums of the pages are written and synced before that sync, and the meta page's own sum lies in the meta
// page, in the same sector. So what a committed meta page leads to has its sums on the disk, whenever the
// machine stops; and a commit that did not happen changed only sums of pages that the committed state does
// not use.
//
// A sector of the sums whose own check fails (or a sums file that is missing, empty or cut) says nothing of
// its pages: they are `unproven`. Reading takes them as they are until they were looked at for themselves, by
// the form of their trees and the seals of their rows (state_check.hpp), and adopted.
//
// A page with one flipped bit a sector is corrected when it is found at `open`, because only that bit makes
// the sum right again.
//
// *Concurrency*: one thread writes the environment; `read` and `snapshot_of` by any.
// *Limitations*: a sector (512 bytes) is written whole or not at all. The file must not be written by a
// program that does not keep the sums. FORMAT.md has the layout of the file "sums".
#pragma once

#include "runtime/base/result.hpp"
#include "runtime/lmdb/lmdb_file.hpp"
#include "runtime/lmdb/page_tree.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace orderd::runtime::lmdb {

/// What is known of a folder before it is opened.
struct sums_origin {
  bool existing = false; ///< a data file that is missing or empty is damage
  bool summed = false;   ///< and so is a missing file of sums, or meta pages that have none
};

class page_sums final : public file_observer, public page_source {
public:
  enum class found : std::uint8_t {
    fresh,    ///< there is no data yet
    unsummed, ///< made by a program that kept no sums: adopt() it
    unproven, ///< what has sums is whole, but sums are damaged or missing: adopt() it
    whole,
    damaged, ///< LMDB must not have it; what can be read is `newest()`
  };

  /// Opens or begins the sums of folder/data.mdb. A data file that says nothing of itself any more is
  /// `corrupt`. `map_bytes`: what it can grow to.
  static result<std::unique_ptr<page_sums>> open(const std::string& folder, std::size_t map_bytes,
                                                 sums_origin from = {});
  page_sums(const page_sums&) = delete;
  page_sums& operator=(const page_sums&) = delete;
  ~page_sums() override;

  found state() const noexcept { return state_; }
  /// Flipped bits that `open` turned back: each sector says by its sum which bit it was.
  unsigned corrected() const noexcept { return corrected_; }
  /// Of `damaged`: one sentence.
  const std::string& damage() const noexcept { return damage_; }

  /// Whether a page has no sum to be compared with. Before adopt() only.
  bool unproven(page_number number) const noexcept { return number < unproven_.size() && unproven_[number]; }
  bool all_proven() const { return std::find(unproven_.begin(), unproven_.end(), true) == unproven_.end(); }
  bool proven(page_number number) const override { return !unproven(number); }
  /// Of `unsummed` and `unproven`: takes the pages without sums as they are, and writes all sums anew, whole
  /// or not at all. Pre: they were looked through (state_check.hpp).
  result<void> adopt();
  /// Of `unproven`: they are not what was written. It is `damaged` from here on.
  void reject(std::string why) {
    state_ = found::damaged;
    damage_ = std::move(why);
  }

  /// What the newest whole meta page says. Pre: not `fresh`, or something was committed.
  meta newest() const;
  /// The same of a transaction; nullopt when two later ones were committed.
  std::optional<meta> snapshot_of(std::uint64_t transaction) const;

  /// Reads what LMDB reads before it changes a page: which pages are free, and where the tables are.
  result<void> check_lists();

  result<void> read(page_number number, char* to) override;
  unsigned read_parts(page_number number, char* to) override;
  /// Reads a page without its sums.
  result<void> read_unchecked(page_number number, char* to) const;

  // For a look through the file while it is used (lmdb_scrub.hpp). `at` is of a transaction that is held.
  /// Reads pages without their sums, from `file` (the data file, opened in another way) or, where that cannot
  /// be, as `read` does. Gives how many are there.
  result<std::uint64_t> read_from(int file, page_number first, std::uint64_t count, char* to) const;
  bool good(page_number number, const char* page) const {
    return make_entry(number, page) == entry_of(number);
  }
  /// By number. What is in them does not count, and may be written at any time.
  result<std::vector<bool>> free_pages(const meta& of);
  /// Writes a page that is used, as it was written before. Pre: good().
  result<void> write_again(page_number number, const char* page);

  const std::string& folder() const noexcept { return folder_; }

  // What LMDB does. It changes a page by copying it from its map: one that is not good any more ends the
  // process.
  ssize_t write(int file, std::span<const iovec> parts, off_t at) override;
  int before_sync() override;
  void before_change(page_number number, const char* bytes) override;

private:
  /// In sector 0: the number of the last commit that was begun.
  static constexpr std::size_t commit_at = 32;
  /// Of one page.
  struct entry {
    std::array<std::uint64_t, 4> sums{}; ///< two sectors each; all 0: there are none
    std::uint32_t of(unsigned sector) const noexcept {
      return static_cast<std::uint32_t>(sums[sector / 2] >> sector % 2 * 32);
    }
    friend bool operator==(const entry&, const entry&) = default;
  };
  /// A sector of the sums file holds so many entries, and at its end the hash of them.
  static constexpr std::size_t entries_per_sector = 15;
  static constexpr std::size_t check_at = sector_bytes - sizeof(std::uint64_t);

  /// A meta page and its sum.
  static constexpr std::size_t meta_bytes = meta::bytes + sizeof(std::uint64_t);
  using stored_meta = std::array<char, meta_bytes>;

  page_sums(std::string folder, std::size_t map_bytes);
  result<void> open_files();
  result<void> load_metas(bool summed);
  result<void> load_sums();
  result<void> read_sums(std::uint64_t sectors);
  result<void> load_head();
  std::optional<std::uint64_t> commit_begun() const;
  result<void> check_age();
  result<void> look_through();
  result<std::vector<page_number>> mismatches();
  result<void> begin_file();
  result<void> correct(std::vector<page_number>& wrong);
  bool correct(page_number number, stored_meta& page, const std::function<bool()>& sound);

  static std::uint32_t sector_sum(page_number number, unsigned sector, const char* bytes);
  static entry make_entry(page_number number, const char* page);
  static constexpr std::uint64_t sector_of(page_number number) noexcept {
    return 1 + number / entries_per_sector;
  }
  char* sector_at(std::uint64_t sector) const noexcept { return table_ + sector * sector_bytes; }
  /// Pre: there is room for it.
  std::uint64_t* entry_at(page_number number) const noexcept {
    return reinterpret_cast<std::uint64_t*>(sector_at(sector_of(number))
                                            + number % entries_per_sector * sizeof(entry));
  }
  entry entry_of(page_number number) const noexcept;
  void set_sums(page_number number, const char* page);
  bool make_room(std::uint64_t sectors);
  ssize_t write_metas(int file, std::span<const iovec> parts, off_t at);
  int write_sectors();
  fault damaged(page_number number) const;

  std::string folder_;
  page_number pages_max_;
  std::size_t table_bytes_;
  char* table_ = nullptr; ///< the sums file as it is, or will be: address space, of which a part is usable
  std::atomic<std::uint64_t> sectors_ = 0; ///< the usable part
  int data_ = -1;
  int sums_ = -1;
  found state_ = found::fresh;
  std::string damage_;
  unsigned corrected_ = 0;
  bool sums_damaged_ = false;
  std::vector<bool> unproven_; ///< by page; empty: none is

  std::mutex writing_;                 ///< a page's bytes and its sum change together
  std::vector<std::uint64_t> changed_; ///< sectors not written yet
  std::array<stored_meta, metas> stored_{};
  mutable std::mutex metas_mutex_;
  std::array<std::optional<meta>, metas> metas_;
};

} // namespace orderd::runtime::lmdb
