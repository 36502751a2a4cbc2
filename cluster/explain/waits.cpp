#include "cluster/explain/waits.hpp"

#include "actors/rules/money_text.hpp"
#include "actors/rules/text.hpp"
#include "cluster/explain/explanation.hpp"
#include "cluster/explain/words.hpp"

#include <algorithm>
#include <utility>

namespace orderd::cluster {

using actors::shown;
using weight = order_wait::weight;

namespace {

/// What takes longer than this does not go its usual way.
constexpr std::int64_t moment_ms_max = 1'000;

std::string failed_text(const v1::entity_trouble& trouble) {
  std::string text;
  if (!trouble.command().empty())
    text = trouble.command() + " failed " + count_text(trouble.failures(), "time");
  if (!trouble.error().empty())
    text += (text.empty() ? "" : ", last with: ") + shown(trouble.error());
  return text.empty() ? "the reason is not known" : text;
}

std::optional<std::int64_t> known(std::int64_t at_ms) {
  return at_ms == 0 ? std::nullopt : std::optional{at_ms};
}

/// An answer that somebody owes the order.
struct owed {
  std::string kind;
  std::string key;
  std::string missing; ///< "has not said whether its units are reserved"
  bool can_be_refused; ///< the order gets a no where the other is quarantined
};

class waits {
public:
  explicit waits(const order_facts& facts) : facts_(facts) {}

  std::vector<order_wait> all() && {
    add_self();
    const auto status = facts_.order().status();
    if (!is_settled(status)) {
      const bool ending = status == v1::REJECTING || status == v1::CANCELLING;
      add_skus(order_facts::asked, {"item", "", "has not said whether its units are reserved", true});
      if (ending)
        add_skus(order_facts::releasing,
                 {"item", "", "has not acknowledged the units that are given back", false});
      add_payment();
    }
    std::stable_sort(all_.begin(), all_.end(), [](const auto& a, const auto& b) {
      return static_cast<int>(a.how) > static_cast<int>(b.how);
    });
    return std::move(all_);
  }

private:
  std::int64_t now() const { return facts_.now_ms(); }
  std::optional<std::int64_t> status_since() const {
    const auto since = facts_.status_since();
    return since ? since : std::optional{facts_.order().updated_at_ms()};
  }
  weight by_age(const std::optional<std::int64_t>& since) const {
    return since && now() - *since > moment_ms_max ? weight::time : weight::moment;
  }

  void add_self() {
    if (!facts_.self().has_trouble())
      return;
    order_wait wait;
    wait.kind = "order";
    wait.key = facts_.self().key();
    tell_trouble(wait, "The order", facts_.self().trouble(), false);
    all_.push_back(std::move(wait));
  }

  /// Of an entity that failed: why, and when it goes on.
  void tell_trouble(order_wait& wait, const std::string& who, const v1::entity_trouble& trouble,
                    bool can_be_refused) const {
    wait.since_ms = known(trouble.since_ms());
    if (trouble.quarantined()) {
      wait.what = who + " is in quarantine: " + failed_text(trouble) + ".";
      wait.next = can_be_refused ? "Whoever asks it gets a no, which is on its way to the order."
                                 : "It waits until a person tries it again or releases it.";
      wait.how = can_be_refused ? weight::time : weight::person;
    } else if (trouble.retry_at_ms() != 0) {
      wait.what = trouble.failures() == 0 ? who + " works through " + count_text(trouble.parked(), "command")
                                                + " that waited for it."
                                          : who + " fails: " + failed_text(trouble) + ".";
      wait.next_at_ms = trouble.retry_at_ms();
      wait.next = "It is tried again, and goes into quarantine if it fails too often.";
      wait.how = weight::time;
    } else {
      wait.what = who + " does not work: " + failed_text(trouble) + ".";
      wait.next = "Its stored rows have to be mended, or given up (orderctl lost, orderctl scrub).";
      wait.how = weight::person;
    }
  }

  void add_skus(order_facts::line_state state, owed what) {
    const auto skus = facts_.skus(state);
    const auto shown_max = std::min(skus.size(), explained_skus_max);
    for (std::size_t i = 0; i < shown_max; ++i) {
      what.key = skus[i];
      add_owed(what);
    }
    if (skus.size() == shown_max)
      return;
    order_wait rest;
    rest.what =
        "The same of " + count_text(static_cast<std::int64_t>(skus.size() - shown_max), "more SKU") + ".";
    rest.since_ms = status_since();
    rest.how = by_age(rest.since_ms);
    all_.push_back(std::move(rest));
  }

  void add_owed(const owed& what) {
    order_wait wait;
    wait.kind = what.kind;
    wait.key = what.key;
    wait.since_ms = status_since();
    const auto who = capitalized(entity_text(what.kind, what.key));
    const auto* other = facts_.find(what.kind, what.key);
    if (other == nullptr) {
      wait.what = who + ' ' + what.missing + ", and its shard did not answer when it was asked why.";
      wait.next = "What was sent to it is sent again until its shard has taken it.";
      wait.how = weight::time;
    } else if (other->has_trouble()) {
      tell_trouble(wait, who, other->trouble(), what.can_be_refused);
    } else {
      wait.what = who + ' ' + what.missing + '.';
      wait.next = other->shard() == facts_.self().shard()
                      ? "Its answer takes a moment."
                      : "It is in shard " + std::to_string(other->shard())
                            + "; its answer takes a moment when that shard is led and reached.";
      wait.how = by_age(wait.since_ms);
    }
    all_.push_back(std::move(wait));
  }

  void add_payment() {
    const auto state = facts_.order().payment().state();
    const bool asked = state == v1::PAYMENT_REQUESTED || state == v1::PAYMENT_UNKNOWN;
    if (!asked && state != v1::PAYMENT_VOIDING)
      return;
    const auto* card = facts_.pays_by_card() ? facts_.find("card", facts_.payer_key()) : nullptr;
    if (card != nullptr && !card->has_trouble() && card->has_card())
      return add_provider(*card, card->card());
    add_owed({facts_.payer_kind(), facts_.payer_key(),
              asked ? "has not said whether the money is held" : "has not said that the money is given back",
              asked && state == v1::PAYMENT_REQUESTED});
  }

  /// The card payment works; it is the provider that it waits for.
  void add_provider(const v1::entity_explanation& known_of, const v1::card_view& card) {
    order_wait wait;
    wait.kind = "card";
    wait.key = facts_.payer_key();
    wait.since_ms = card.updated_at_ms();
    const auto amount = actors::format_money(card.amount_minor(), card.currency());
    const auto asked = ", asked " + count_text(card.attempts(), "time");
    if (card.state() == "requesting") {
      wait.what = "The card provider has not answered yet whether it holds " + amount + '.';
      wait.next = "If it stays silent, it is asked what became of the payment.";
      wait.how = by_age(wait.since_ms);
    } else if (card.state() == "unknown") {
      wait.what = "The card provider did not say whether it holds " + amount + asked + '.';
      wait.since_ms = unknown_since(card);
      tell_next_try(wait, known_of, "It is asked again what became of the payment, until it says.");
    } else if (card.state() == "voiding") {
      wait.what = "The card provider has not confirmed that it gave back " + amount + asked + '.';
      tell_next_try(wait, known_of, "It is told again to give the money back, until it confirms.");
    } else {
      wait.what = "The card payment is " + card.state() + "; the order is being told.";
      wait.next = "The order goes on in a moment.";
      wait.how = by_age(wait.since_ms);
    }
    all_.push_back(std::move(wait));
  }

  /// A card payment's own time is that of its last call: the order asked for the money before.
  std::optional<std::int64_t> unknown_since(const v1::card_view& card) const {
    const auto& history = facts_.order().history();
    for (int i = 0; i < history.size(); ++i)
      if (history[i] == v1::AUTHORIZING)
        if (const auto at = facts_.began_at(i))
          return at;
    return card.updated_at_ms();
  }

  void tell_next_try(order_wait& wait, const v1::entity_explanation& card, const char* next) const {
    wait.how = weight::time;
    wait.next_at_ms = due_at(card, "ask_provider");
    wait.next = wait.next_at_ms ? next : "A call is under way; if it stays silent too, the next one follows.";
  }

  const order_facts& facts_;
  std::vector<order_wait> all_;
};

} // namespace

std::vector<order_wait> waits_of(const order_facts& facts) {
  return waits{facts}.all();
}

const v1::entity_trouble* quarantine_of(const v1::entity_explanation* known) {
  return known != nullptr && known->has_trouble() && known->trouble().quarantined() ? &known->trouble()
                                                                                    : nullptr;
}

} // namespace orderd::cluster
