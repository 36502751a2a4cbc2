// A replica's world in a test's hands: it notes what it is asked for and answers nothing by itself.
#pragma once

#include "cluster/replication/replica_port.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace orderd::test {

/// An epoch of shard 0 with one row, of that many bytes.
inline runtime::epoch_ptr make_epoch(std::uint64_t term, std::uint64_t number, std::uint64_t previous_term,
                                     std::size_t bytes = 1) {
  auto made = std::make_shared<runtime::epoch>();
  made->term = term;
  made->number = number;
  made->previous_term = previous_term;
  made->time_ms = 1'000;
  made->writes.push_back({{runtime::table::state, "k"}, std::string(bytes, 'x')});
  return made;
}

/// The one that comes after another, in that term, and says which that is.
inline runtime::epoch_ptr make_next(const runtime::epoch& after, std::uint64_t term,
                                    const std::string& row = "x") {
  auto made = std::make_shared<runtime::epoch>();
  made->term = term;
  made->number = after.number + 1;
  made->previous_term = after.term;
  made->previous_hash = runtime::hash_of(after);
  made->time_ms = 1'000;
  made->writes.push_back({{runtime::table::state, "k"}, row});
  return made;
}

inline std::vector<std::uint64_t> numbers_of(const std::vector<runtime::epoch_ptr>& epochs) {
  std::vector<std::uint64_t> out;
  for (const auto& each : epochs)
    out.push_back(each->number);
  return out;
}

class noting_port : public cluster::replica_port {
public:
  struct message {
    std::uint32_t to = 0;
    cluster::peer_body body;
  };
  struct appending {
    std::vector<runtime::epoch_ptr> epochs;
    std::optional<cluster::replica_note> note;
  };
  struct writing {
    cluster::replica_note note;
    std::optional<std::uint64_t> keep_upto;
  };
  struct loading {
    std::vector<runtime::row_write> rows;
    bool first = false;
  };

  std::vector<message> sent;
  std::vector<appending> appended;
  std::vector<writing> written;
  std::vector<std::uint64_t> reads; ///< first epochs
  std::vector<std::uint64_t> retained;
  std::vector<runtime::epoch_ptr> applied;
  int apply_now_asked = 0;
  int hashes_asked = 0;
  /// Questions that the test has not answered, oldest first.
  std::deque<cluster::answer_tag> notes_due, loads_due, hashes_due;
  cluster::answer_tag last_asked = cluster::answer_tag::none; ///< of any kind
  std::vector<runtime::row_write> rows;                       ///< of the state, a page each
  std::optional<runtime::fault> unreadable;                   ///< why they cannot be read
  std::vector<loading> loaded;
  std::vector<runtime::epoch_mark> loads_ended;
  std::vector<cluster::versioned_assignment> proposed;
  int look_ups = 0;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> engines; ///< term and last epoch of each that started
  int engines_stopped = 0;
  std::vector<std::uint64_t> told_committed;
  std::vector<cluster::doubt> doubts;
  std::vector<std::string> distrusted;
  std::vector<std::string> ended;

  /// The tag of the oldest question that is not answered; the test answers it now.
  cluster::answer_tag next_note() { return next(notes_due); }
  cluster::answer_tag next_load() { return next(loads_due); }
  cluster::answer_tag next_hash() { return next(hashes_due); }
  /// Whoever asked is gone.
  void forget_questions() {
    notes_due.clear();
    loads_due.clear();
    hashes_due.clear();
  }

  /// What of that kind was sent to the node, oldest first.
  template <class Body>
  std::vector<Body> sent_to(std::uint32_t node) const {
    std::vector<Body> out;
    for (const auto& each : sent)
      if (const auto* body = std::get_if<Body>(&each.body); body && each.to == node)
        out.push_back(*body);
    return out;
  }
  /// Pre: there is one.
  template <class Body>
  Body last_to(std::uint32_t node) const {
    auto all = sent_to<Body>(node);
    runtime::require(!all.empty(), "nothing of that kind was sent there");
    return std::move(all.back());
  }

  void send(std::uint32_t node, cluster::peer_body what) override { sent.push_back({node, std::move(what)}); }
  void append(std::vector<runtime::epoch_ptr> epochs, std::optional<cluster::replica_note> note) override {
    appended.push_back({std::move(epochs), std::move(note)});
  }
  void write(const cluster::replica_note& note, std::optional<std::uint64_t> keep_upto,
             cluster::answer_tag tag) override {
    written.push_back({note, keep_upto});
    ask(notes_due, tag);
  }
  void read(std::uint64_t first, std::size_t) override { reads.push_back(first); }
  void retain(std::uint64_t from) override { retained.push_back(from); }
  void apply(std::vector<runtime::epoch_ptr> epochs) override {
    applied.insert(applied.end(), epochs.begin(), epochs.end());
  }
  void apply_now() override { ++apply_now_asked; }
  void hash_state(cluster::answer_tag tag) override {
    ++hashes_asked;
    ask(hashes_due, tag);
  }
  runtime::result<cluster::row_page> read_rows(const std::optional<runtime::row_key>& after,
                                               std::size_t) override {
    if (unreadable)
      return *unreadable;
    const auto at = std::find_if(rows.begin(), rows.end(),
                                 [&](const runtime::row_write& row) { return !after || row.key > *after; });
    cluster::row_page page;
    if (at == rows.end())
      return page;
    page.rows.push_back(*at);
    if (at + 1 != rows.end())
      page.last = at->key;
    return page;
  }
  void load_rows(std::vector<runtime::row_write> page, bool first, cluster::answer_tag tag) override {
    loaded.push_back({std::move(page), first});
    ask(loads_due, tag);
  }
  void end_load(const runtime::epoch_mark& base, cluster::answer_tag tag) override {
    loads_ended.push_back(base);
    ask(loads_due, tag);
  }
  void propose(std::uint64_t version, const cluster::assignment& what) override {
    proposed.push_back({version, what});
  }
  void look_up() override { ++look_ups; }
  void start_engine(const runtime::epoch_mark& opening) override {
    engines.emplace_back(opening.term, opening.epoch);
  }
  void stop_engine() override { ++engines_stopped; }
  void committed(std::uint64_t upto) override { told_committed.push_back(upto); }
  void doubted(cluster::doubt why, std::uint32_t, const std::string&) override { doubts.push_back(why); }
  void distrust_disk(const std::string& why) override { distrusted.push_back(why); }
  void end_node(const std::string& why) override { ended.push_back(why); }

private:
  void ask(std::deque<cluster::answer_tag>& of, cluster::answer_tag tag) {
    of.push_back(tag);
    last_asked = tag;
  }
  static cluster::answer_tag next(std::deque<cluster::answer_tag>& of) {
    runtime::require(!of.empty(), "nothing was asked for");
    const auto tag = of.front();
    of.pop_front();
    return tag;
  }
};

} // namespace orderd::test
