// What a directory (directory_actor.hpp) has to ask of the configuration store, and in which order: calls of
// the store block, so whatever is behind one waits for it.
//
// Proposals come first, in their order: takeovers are among them. A read answers everyone who asked for one
// before it began, so however many ask, one is due. A proposal waits behind at most one read; a read behind
// at most `proposals_in_a_row`, so that a store which fails every change does not keep the node from seeing
// what others changed.
//
// *Operation*: `add` and `want_read` at any time; `next` whenever the store is free, until there is nothing.
// Pure. `Proposal` is whatever the caller needs to make one, and to answer it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>

namespace orderd::cluster {

template <class Proposal>
class store_agenda {
public:
  static constexpr std::size_t proposals_in_a_row = 16;

  enum class item : std::uint8_t { nothing, proposal, read };

  void add(Proposal what) { proposals_.push_back(std::move(what)); }
  void want_read() noexcept { read_due_ = true; }

  item next() const noexcept {
    if (!proposals_.empty() && !(read_due_ && in_a_row_ >= proposals_in_a_row))
      return item::proposal;
    return read_due_ ? item::read : item::nothing;
  }

  /// Pre: next() is `proposal`.
  Proposal take_proposal() {
    Proposal first = std::move(proposals_.front());
    proposals_.pop_front();
    ++in_a_row_;
    return first;
  }

  /// The read begins now: who asks from here on is owed another. Pre: next() is `read`.
  void begin_read() noexcept {
    read_due_ = false;
    in_a_row_ = 0;
  }

private:
  std::deque<Proposal> proposals_;
  bool read_due_ = false;
  std::size_t in_a_row_ = 0; ///< proposals since the last read
};

} // namespace orderd::cluster
