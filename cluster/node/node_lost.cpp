// What damage took from the states of a node: shown to operators, and given up by them.
#include "actors/audit/lost_view.hpp"
#include "actors/public/replies.hpp"
#include "cluster/node/node_actor.hpp"
#include "config/limits.hpp"
#include "runtime/base/log.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <set>
#include <utility>

namespace orderd::cluster {

namespace {

using ranges = std::vector<runtime::give_up_lost::entry>;

ranges all_lost(runtime::storage& disk) {
  ranges all;
  for (std::uint32_t shard = 0; shard < disk.shards(); ++shard)
    for (auto& range : disk.state(shard).lost())
      all.push_back({shard, std::move(range)});
  return all;
}

std::string name_of(const runtime::give_up_lost::entry& range) {
  return actors::lost_name(range.shard, range.what);
}

runtime::reply_body unknown(const std::string& name) {
  return actors::rejection_body(actors::rejection_code::not_found, "no lost rows have the name " + name);
}

runtime::reply_body page_of(const ranges& all, const v1::list_lost& asked) {
  auto at = all.begin();
  if (!asked.after().empty()) {
    at = std::find_if(at, all.end(), [&](const auto& each) { return name_of(each) == asked.after(); });
    if (at == all.end())
      return unknown(asked.after());
    ++at;
  }
  v1::reply body;
  auto& page = *body.mutable_lost_page();
  const auto limit = asked.limit() == 0 ? limits::page_rows_max : asked.limit();
  for (; at != all.end() && page.ranges_size() < static_cast<int>(limit); ++at)
    actors::fill(*page.add_ranges(), at->shard, at->what);
  page.set_more(at != all.end());
  return actors::reply_body(body);
}

/// Who gave up what: it does not come back, so each is said by its keys.
void record(const ranges& given_up, const std::string& by) {
  for (const auto& each : given_up) {
    v1::lost_range shown;
    actors::fill(shown, each.shard, each.what);
    runtime::log::warn("node", "lost_accepted", {{"shard", each.shard}, {"range", shown.name()}, {"by", by}},
                       actors::lost_text(shown)
                           + ": what lay there is given up; what is not found there never "
                             "was, and is made anew when it is asked for");
  }
}

} // namespace

void node_actor::list_lost(const node_question& question, const caf::actor& gateway) {
  send(gateway,
       runtime::one_reply(question.from, page_of(all_lost(given_.disk), question.asked->list_lost())));
}

void node_actor::accept_lost(const node_question& question, const caf::actor& gateway) {
  const auto& asked = question.asked->accept_lost();
  const auto to = question.from;
  auto chosen = all_lost(given_.disk);
  if (!asked.all()) {
    std::set<std::string> names{asked.names().begin(), asked.names().end()};
    std::erase_if(chosen, [&](const auto& each) { return names.erase(name_of(each)) == 0; });
    if (!names.empty())
      return send(gateway, runtime::one_reply(to, unknown(*names.begin())));
  }
  request(given_.applier, time_left(question), runtime::give_up_lost{chosen})
      .then(
          [this, to, gateway, chosen, by = asked.by()](const runtime::lost_given_up& outcome) {
            if (outcome.failure)
              return send(gateway, runtime::one_reply(to, actors::fault_body(*outcome.failure)));
            record(chosen, by);
            v1::reply body;
            body.mutable_lost_accepted()->set_ranges(chosen.size());
            body.mutable_lost_accepted()->set_left(all_lost(given_.disk).size());
            send(gateway, runtime::one_reply(to, actors::reply_body(body)));
          },
          [this, to, gateway](const caf::error& why) {
            send(gateway, runtime::one_reply(to, actors::fault_body({runtime::fault_code::unavailable,
                                                                     "the states' writer does not answer: "
                                                                         + caf::to_string(why)})));
          });
}

} // namespace orderd::cluster
