// Why an order is where it is, in plain words: what happened when, what it waits for since when, what follows
// and when, and what a person can do.
//
//   ask explain_entity of the order                       -> order
//   ask each of asks_of(order)                            -> others, of those that answered
//   explain(order, others)                                -> JSON for the page, for orderctl and for programs
//
// The JSON (README.md has an example):
//   order, now, shard, term           as of the order's shard; `order` is null where there is none
//   state                             settled; working: its way takes milliseconds; waiting: for something
//   that
//                                     takes time; stuck: for a person
//   headline                          one sentence
//   steps     [{at, what, took_ms, detail}]               what happened, the oldest first
//   waits     [{what, entity, since, next_at, next}]      for what it waits, the gravest first
//   entities  [{kind, key, exists, state, trouble}]       what it has to do with, as far as they answered
//   next      [sentence]                                  what happens by itself
//   you_can   [{action, kind, key, text}]                 cancel, retry, release, or nothing
//
// Everything here is pure; safe from any thread. Sentences hold keys and errors as a terminal may show them.
#pragma once

#include "actors/public/public.pb.h"
#include "cluster/json/json_forms.hpp"

#include <cstddef>
#include <vector>

namespace orderd::cluster {

/// SKUs that are asked about; an order may have more.
inline constexpr std::size_t explained_skus_max = 20;

/// What else to ask: the account or card payment of the order, and the SKUs whose answer it lacks. Without a
/// time-out: who asks sets one. Empty for what is no order.
std::vector<v1::request> asks_of(const v1::entity_explanation& order);

/// `others`: of `asks_of`, in any order. What did not answer is said to be silent.
json explain(const v1::entity_explanation& order, const std::vector<v1::entity_explanation>& others);

} // namespace orderd::cluster
