// The map of a client_router: when it is asked for, and what follows from it.
#include "cluster/client/client_router.hpp"

#include "actors/requests/request_decoder.hpp"

#include <algorithm>
#include <utility>

namespace orderd::cluster {

using std::chrono::milliseconds;

namespace {

/// How often the map is asked for while it is doubted: a failover takes no longer for that. When it lasts,
/// less often, but so that the wait stays a small part of it.
constexpr milliseconds question_interval{50};
constexpr milliseconds question_interval_max{500};
constexpr int question_share = 20;

/// How often what UNAVAILABLE says makes it doubted.
constexpr milliseconds doubt_interval{200};

/// How long a node has to answer such a question; others are asked meanwhile.
constexpr std::uint32_t question_timeout_ms = 300;

/// How often the map is asked for while all is well: an old leader of a shard that hears nothing of it, and
/// is asked little, says nothing of it either; and new nodes are good to know before the old ones go.
constexpr milliseconds refresh_interval{5'000};

} // namespace

/// Of a node that says UNAVAILABLE: another may lead the shard by now, and that one not know it yet. It is
/// asked about at most every 200 ms, as many requests as may be refused meanwhile.
void client_router::doubt_map(time_point now) {
  if (nodes_ <= 1 || now < doubt_again_at_)
    return;
  doubt_again_at_ = now + doubt_interval;
  map_doubted_ = true;
}

// -- asking --------------------------------------------------------------------------------------

/// Whether something waits, or may, for a leader that is not known.
bool client_router::in_trouble(time_point now) const {
  if (map_doubted_ || !parked_.empty())
    return true;
  return nodes_ > 1
         && std::any_of(links_.begin(), links_.end(), [&](const auto& each) { return each->suspected(now); });
}

void client_router::look_for_trouble(time_point now) {
  if (!in_trouble(now)) {
    if (std::exchange(trouble_since_, std::nullopt) || (nodes_ > 1 && !map_due_at_))
      map_due_at_ = nodes_ > 1 ? std::optional{now + around(refresh_interval)} : std::nullopt;
  } else if (!trouble_since_) {
    trouble_since_ = now;
    map_due_at_ = now;
  }
  if (!map_due_at_ || *map_due_at_ > now)
    return;
  ask_for_map(now);
  map_due_at_ = now + around(refresh_interval);
  if (trouble_since_) {
    const auto share = std::chrono::floor<milliseconds>(now - *trouble_since_) / question_share;
    map_due_at_ = now + around(std::clamp(share, question_interval, question_interval_max));
  }
}

/// Asks the next node that is there and owes no answer to an earlier question.
void client_router::ask_for_map(time_point now) {
  for (std::size_t step = 1; step <= links_.size(); ++step) {
    const auto next = (asked_last_ + step) % links_.size();
    const bool asked = std::any_of(questions_.begin(), questions_.end(),
                                   [&](const auto& question) { return question.second == next; });
    if (links_[next]->alive && !asked)
      return ask_for_map(next, now);
  }
}

void client_router::ask_for_map(link which, time_point now) {
  auto question = std::make_shared<v1::request>();
  question->mutable_get_cluster();
  question->set_timeout_ms(question_timeout_ms);
  asked_last_ = which;
  questions_.emplace(++next_question_, which);
  links_[which]->core.submit(router_itself, next_question_, std::move(question), now);
}

/// A time of about this length: clients that lost the same node do not ask in step.
milliseconds client_router::around(milliseconds middle) {
  random_ = random_ * 6'364'136'223'846'793'005u + 1'442'695'040'888'963'407u;
  const auto spread = static_cast<std::int64_t>(random_ >> 33) % 41 - 20; // in percent
  return middle + middle * spread / 100;
}

// -- the answer ----------------------------------------------------------------------------------

void client_router::take_map(const client_core::answer& what, time_point now) {
  const auto question = questions_.find(what.tag);
  if (question == questions_.end())
    return;
  const auto from = question->second;
  questions_.erase(question);
  if (what.what->has_cluster_status())
    follow_map(what.what->cluster_status(), from, now);
}

void client_router::follow_map(const v1::cluster_status& map, link from, time_point now) {
  if (map_known_ && map.cluster_id() != cluster_id_)
    return; // a stranger at an endpoint that was a member's
  cluster_id_ = map.cluster_id();
  map_known_ = true;
  map_doubted_ = false;
  name_nodes(map, from, now);
  bool news = false;
  for (const auto& shard : map.shards()) {
    take_refusal(shard);
    const auto primary = links_of_nodes_.find(shard.primary());
    if (shard.shard() >= leaders_.shards() || shard.term() == 0 || primary == links_of_nodes_.end())
      continue;
    const bool raised = leaders_.learn(shard.shard(), shard.term(), primary->second);
    if (raised)
      links_[primary->second]->core.connect_soon(now);
    news = news || raised;
  }
  if (news)
    take_back_moved();
  routes_changed_ = true;
  send_parked(now);
  // What nobody began is not kept waiting for long for a shard that takes nothing.
  if (!refusing_.empty())
    parked_.hasten(links_.front()->core.patience_ends(now),
                   [&](const v1::request& what) { return refusal_of(what) != nullptr; });
}

/// A node says whether a shard takes anything.
void client_router::take_refusal(const v1::shard_view& shard) {
  if (shard.shard() >= leaders_.shards() || shard.term() < leaders_.term(shard.shard()))
    return;
  if (shard.refusing_because().empty())
    refusing_.erase(shard.shard());
  else
    refusing_[shard.shard()] = shard.refusing_because();
}

/// Why the shard of a request takes nothing, if a node has said so.
const std::string* client_router::refusal_of(const v1::request& what) const {
  const auto shard = actors::shard_of_request(what, leaders_.shards());
  const auto found = shard ? refusing_.find(*shard) : refusing_.end();
  return found == refusing_.end() ? nullptr : &found->second;
}

/// Learns where each node is to be found. Whoever answers is found there, whatever endpoint it goes by.
void client_router::name_nodes(const v1::cluster_status& map, link from, time_point now) {
  nodes_ = static_cast<std::size_t>(std::max(1, map.nodes_size()));
  links_of_nodes_[map.answered_by()] = from;
  for (const auto& node : map.nodes()) {
    const auto known = links_of_nodes_.find(node.node());
    const bool there = known != links_of_nodes_.end() && links_[known->second]->alive;
    if (!there && !node.client_endpoint().empty())
      links_of_nodes_[node.node()] = link_to(node.client_endpoint(), now);
  }
}

/// Requests that are under way to a node that does not lead their shard any more are sent again.
void client_router::take_back_moved() {
  const auto moved_from = [&](link which) {
    return [this, which](const v1::request& what) {
      const auto shard = actors::shard_of_request(what, leaders_.shards());
      return shard && leaders_.leader(*shard) != which;
    };
  };
  for (link which = 0; which < links_.size(); ++which)
    for (auto& one : links_[which]->core.take_back(moved_from(which)))
      parked_.park(std::move(one));
}

client_router::link client_router::link_to(const std::string& endpoint, time_point now) {
  for (link which = 0; which < links_.size(); ++which)
    if (links_[which]->endpoint == endpoint)
      return which;
  links_.push_back(std::make_unique<known_node>(endpoint, options_.connection, now));
  return links_.size() - 1;
}

} // namespace orderd::cluster
