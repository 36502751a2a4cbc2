#include "runtime/lmdb/state_check.hpp"

#include "runtime/base/long_look.hpp"
#include "runtime/storage/state_rows.hpp"

#include <cstring>
#include <vector>

namespace orderd::runtime {

namespace {

/// Pages, each at most once.
class once_each final : public lmdb::page_source {
public:
  explicit once_each(lmdb::page_sums& pages)
      : pages_(pages), seen_(pages.newest().last + 1),
        shown_("the start looks at every row of the state, since pages of it have no sums", pages.folder(),
               seen_.size() * lmdb::page_bytes) {}

  result<void> read(lmdb::page_number number, char* to) override {
    if (auto done = take(number); !done)
      return done;
    shown_.reached(++read_ * lmdb::page_bytes);
    unproven_ += pages_.unproven(number) ? 1 : 0;
    return pages_.read(number, to);
  }
  result<void> take(lmdb::page_number number) {
    if (number < lmdb::metas || number >= seen_.size() || seen_[number])
      return fault{fault_code::corrupt, "page " + std::to_string(number) + " of " + pages_.folder()
                                            + "/data.mdb is in two places"};
    seen_[number] = true;
    return {};
  }

  std::uint64_t unproven() const noexcept { return unproven_; }

private:
  lmdb::page_sums& pages_;
  std::vector<bool> seen_;
  shown_look shown_;
  std::uint64_t read_ = 0;
  std::uint64_t unproven_ = 0;
};

class checker {
public:
  checker(lmdb::page_sums& pages, std::uint32_t shard)
      : of_(pages.newest()), folder_(pages.folder()), pages_(pages), shard_(shard) {}

  result<void> run() {
    const auto free = [&](const lmdb::node&, std::string_view list) { return take_all(list); };
    if (auto done = all_of(of_.free, free); !done)
      return done;
    return all_of(of_.names, [&](const lmdb::node& row, std::string_view record) -> result<void> {
      const auto named = lmdb::tree::parse(record);
      if (!row.database || !named)
        return damaged("the database '" + std::string{row.key} + "'");
      const auto place = place_named(row.key);
      if (!place)
        return all_of(*named, [](const auto&, auto) { return result<void>{}; });
      return all_of(*named, [&](const lmdb::node& each, std::string_view value) -> result<void> {
        auto opened = open_row(shard_, place->in(), each.key, value);
        return opened ? result<void>{} : opened.error();
      });
    });
  }

  std::uint64_t unproven() const noexcept { return pages_.unproven(); }

private:
  using row_visit = std::function<result<void>(const lmdb::node& row, std::string_view value)>;

  result<void> all_of(const lmdb::tree& in, const row_visit& visit) {
    std::uint64_t rows = 0;
    auto done = lmdb::walk(pages_, in,
                           {[&](const lmdb::node& row, std::string_view value) {
                              ++rows;
                              return visit(row, value);
                            },
                            [&](std::string_view first, const auto&) -> result<void> {
                              return damaged("rows from key " + std::string{first});
                            }});
    return done && rows != in.rows ? damaged("the number of rows of a database") : done;
  }

  result<void> take_all(std::string_view list) {
    for (std::size_t at = sizeof(lmdb::page_number); at + sizeof(lmdb::page_number) <= list.size();
         at += sizeof(lmdb::page_number)) {
      lmdb::page_number number;
      std::memcpy(&number, list.data() + at, sizeof number);
      if (auto done = pages_.take(number); !done)
        return done;
    }
    return {};
  }

  fault damaged(const std::string& what) const {
    return {fault_code::corrupt, "the state of shard " + std::to_string(shard_) + " is damaged: " + what
                                     + " cannot be read in " + folder_ + "/data.mdb"};
  }

  lmdb::meta of_;
  std::string folder_;
  once_each pages_;
  std::uint32_t shard_;
};

} // namespace

result<std::uint64_t> check_state(lmdb::page_sums& pages, std::uint32_t shard) {
  checker look{pages, shard};
  auto done = look.run();
  return done ? result<std::uint64_t>{look.unproven()} : done.error();
}

} // namespace orderd::runtime
