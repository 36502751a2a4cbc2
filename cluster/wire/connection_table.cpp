#include "cluster/wire/connection_table.hpp"

#include "runtime/base/result.hpp"

#include <algorithm>

namespace orderd::cluster {

using number = connection_table::number;

std::optional<number> connection_table::arrive(number who, std::string_view address) {
  unintroduced_.push_back(who);
  known_.insert_or_assign(who, connection{std::string{address}, &unintroduced_, --unintroduced_.end()});
  if (unintroduced_.size() <= places_.unintroduced)
    return std::nullopt;
  return unintroduced_.front();
}

connection_table::admission connection_table::introduce(number who, bool is_operator, const idle_test& idle) {
  auto& one = known_.at(who);
  runtime::require(one.in == &unintroduced_, "a connection says HELLO once");
  if (is_operator) {
    if (operators_.size() < places_.operators) {
      move(one, operators_);
      return {};
    }
    if (const auto goes = first_idle(operators_, idle))
      return admit_for(*goes, one, operators_);
  }
  const auto counted = clients_of_.find(one.address);
  if (counted != clients_of_.end() && counted->second >= places_.per_address) {
    const auto goes = idle_client(idle, &one.address);
    return goes ? admit_for(*goes, one, unused_) : admission{verdict::address_full, {}};
  }
  if (unused_.size() + used_.size() >= places_.clients) {
    const auto goes = idle_client(idle);
    return goes ? admit_for(*goes, one, unused_) : admission{verdict::node_full, {}};
  }
  move(one, unused_);
  return {};
}

void connection_table::heard(number who, bool asked) {
  const auto found = known_.find(who);
  if (found == known_.end())
    return;
  auto& one = found->second;
  if (one.in == &unused_ && asked)
    move(one, used_);
  else if (one.in == &used_ || one.in == &operators_)
    move(one, *one.in);
}

std::optional<number> connection_table::part(number who) {
  const auto found = known_.find(who);
  if (found == known_.end() || found->second.in == &parting_)
    return std::nullopt;
  move(found->second, parting_);
  if (parting_.size() <= places_.parting)
    return std::nullopt;
  return parting_.front();
}

void connection_table::leave(number who) {
  const auto found = known_.find(who);
  if (found == known_.end())
    return;
  line gone;
  move(found->second, gone);
  known_.erase(found);
}

/// To the end of a line: the last of it to go.
void connection_table::move(connection& who, line& to) {
  const bool was_client = is_client(who);
  to.splice(to.end(), *who.in, who.at);
  who.in = &to;
  if (was_client == is_client(who))
    return;
  const auto counted = clients_of_.try_emplace(who.address, 0).first;
  counted->second += was_client ? -1 : 1;
  if (counted->second == 0)
    clients_of_.erase(counted);
}

std::optional<number> connection_table::first_idle(const line& of, const idle_test& idle,
                                                   const std::string* address) const {
  const auto found = std::find_if(of.begin(), of.end(), [&](number each) {
    return (!address || known_.at(each).address == *address) && idle(each);
  });
  return found == of.end() ? std::nullopt : std::optional{*found};
}

std::optional<number> connection_table::idle_client(const idle_test& idle, const std::string* address) const {
  const auto unused = first_idle(unused_, idle, address);
  return unused ? unused : first_idle(used_, idle, address);
}

/// The place of one for another; who goes is told by the caller, and parts then.
connection_table::admission connection_table::admit_for(number goes, connection& who, line& to) {
  move(who, to);
  return {verdict::taken, goes};
}

} // namespace orderd::cluster
