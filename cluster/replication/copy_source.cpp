#include "cluster/replication/copy_source.hpp"

#include <algorithm>
#include <utility>

namespace orderd::cluster {

namespace {

constexpr std::chrono::milliseconds resend_pages_after{1'000};

} // namespace

copy_source::copy_source(replica_core& core, std::uint64_t term, std::uint64_t number, std::uint32_t to_node,
                         steady_time now)
    : core_(core), term_(term), number_(number),
      to_node_(to_node), base_{core.log().applied(), core.log().terms().term_at(core.log().applied()),
                               core.log().hash_at(core.log().applied()), core.log().time_ms()},
      answered_at_(now) {}

void copy_source::read_next() {
  auto read = core_.port().read_rows(read_upto_, core_.options().copy_page_bytes);
  if (!read) {
    read_all_ = failed_ = true; // It ends here, and the node with it.
    return core_.port().end_node("the rows of shard " + std::to_string(core_.options().shard)
                                 + " cannot be copied: " + read.error().message);
  }
  std::size_t bytes = 0;
  for (const auto& row : read->rows)
    bytes += row.key.key().size() + row.value->size();
  budget_ -= static_cast<std::int64_t>(bytes);
  read_upto_ = read->last;
  read_all_ = !read->last;
  // The last page must say what comes of the hash: it is sent by itself.
  if (!read->rows.empty() || next_page_ == 0) {
    auto& page = unanswered_[next_page_];
    page = {term_, number_, next_page_, base_, std::move(read->rows), false, 0, 0};
    ++next_page_;
  }
}

void copy_source::send_pages() {
  while (!read_all_ && budget_ > 0 && unanswered_.size() < pages_max) {
    const auto page = next_page_;
    read_next();
    if (next_page_ > page)
      send(page);
  }
  if (read_all_ && !failed_ && unanswered_.empty() && hashing_ == answer_tag::none)
    hashing_ = core_.hash_state();
}

void copy_source::send(std::uint64_t page) {
  core_.port().send(to_node_, unanswered_.at(page));
}

void copy_source::state_hashed(answer_tag tag, std::uint64_t applied, std::uint64_t hash, steady_time now) {
  if (tag != hashing_ || ended_)
    return; // Of another copy, or asked for in an earlier term.
  ended_ = true;
  unanswered_[next_page_] = {term_, number_, next_page_, base_, {}, true, applied, hash};
  answered_at_ = now;
  send(next_page_++);
}

void copy_source::take(const install_snapshot_ack& what, steady_time now) {
  if (what.copy != number_)
    return;
  answered_at_ = now;
  unanswered_.erase(unanswered_.begin(), unanswered_.lower_bound(what.next_page));
  done_ = ended_ && unanswered_.empty();
  if (!done_)
    send_pages();
}

void copy_source::tick(steady_time now) {
  const auto share = static_cast<std::int64_t>(core_.options().copy_bytes_a_tick);
  budget_ = std::min(budget_ + share, share); // A page larger than that is paid for by the ticks after it.
  if (!unanswered_.empty() && now - answered_at_ > resend_pages_after) {
    answered_at_ = now;
    for (const auto& [page, rows] : unanswered_)
      send(page);
  }
  send_pages();
}

} // namespace orderd::cluster
