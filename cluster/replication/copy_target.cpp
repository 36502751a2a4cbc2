#include "cluster/replication/copy_target.hpp"

#include <string>
#include <utility>

namespace orderd::cluster {

copy_target::copy_target(replica_core& core, std::uint32_t from_node, const install_snapshot& first,
                         const std::vector<term_start>& starts)
    : core_(core), awaited_(core.begin_copy(first.base, starts)), term_(first.term), number_(first.copy),
      from_node_(from_node), base_(first.base), arrived_{first} {}

void copy_target::take(const install_snapshot& page) {
  // All pages are stored: its source did not hear that.
  if (has_rows())
    return send_ack();
  // A page that was lost or came twice: its source is told which comes next.
  if (page.page != stored_ + arrived_.size() || state_ == state::setting_base)
    return send_ack();
  arrived_.push_back(page);
  if (state_ == state::waiting)
    store(arrived_.front());
}

void copy_target::send_ack() {
  core_.port().send(from_node_, install_snapshot_ack{term_, number_, stored_});
}

bool copy_target::noted(answer_tag tag) {
  if (tag != awaited_)
    return false;
  if (state_ == state::opening)
    store(arrived_.front());
  if (state_ != state::closing)
    return false;
  state_ = state::complete;
  return true;
}

void copy_target::store(const install_snapshot& page) {
  state_ = state::storing;
  awaited_ = core_.load_rows(page.rows, page.page == 0);
}

void copy_target::rows_loaded(answer_tag tag) {
  if (state_ != state::storing || tag != awaited_)
    return;
  const auto stored = std::move(arrived_.front());
  arrived_.pop_front();
  if (stored.last) {
    upto_ = stored.upto;
    hash_ = stored.hash;
    state_ = state::setting_base;
    awaited_ = core_.end_load(base_);
    return;
  }
  ++stored_;
  state_ = state::waiting;
  send_ack();
  if (!arrived_.empty())
    store(arrived_.front());
}

void copy_target::load_ended(answer_tag tag) {
  if (state_ != state::setting_base || tag != awaited_)
    return;
  ++stored_;
  state_ = state::applying;
  send_ack();
  applied();
}

void copy_target::applied() {
  if (state_ != state::applying || core_.log().applied() != upto_)
    return;
  state_ = state::comparing;
  awaited_ = core_.hash_state();
}

bool copy_target::state_hashed(answer_tag tag, std::uint64_t applied, std::uint64_t hash) {
  if (state_ != state::comparing || tag != awaited_)
    return false;
  if (applied != upto_ || hash != hash_) {
    core_.port().distrust_disk("the copied state at epoch " + std::to_string(applied)
                               + " differs from its source's at epoch " + std::to_string(upto_));
    return false;
  }
  state_ = state::closing;
  awaited_ = core_.end_copy();
  return true;
}

} // namespace orderd::cluster
