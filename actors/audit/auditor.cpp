#include "actors/audit/auditor.hpp"

#include "actors/audit/audit_rules.hpp"
#include "actors/audit/lost_view.hpp"
#include "actors/audit/row_cursor.hpp"
#include "actors/rules/kinds.hpp"
#include "actors/rules/money.hpp"
#include "actors/rules/order_id.hpp"
#include "actors/stored/codec.hpp"
#include "actors/stored/index_rows.hpp"
#include "runtime/base/bytes.hpp"

#include <deque>
#include <limits>
#include <map>
#include <unordered_map>
#include <utility>

namespace orderd::actors {

using runtime::result;
using runtime::state_reader;
using runtime::table;

namespace {

/// Shards are read one after another, each as far as it was applied: what changed this long before the
/// audit began may be seen on one side only.
constexpr runtime::unix_ms settling_ms = 10'000;

/// The violations listed in full; the rest are counted.
constexpr int violations_listed_max = 100;

/// What one SKU or one account holds, and what its orders say it holds.
struct balance {
  wide_sum held = 0;    ///< by the item or the account
  wide_sum owned = 0;   ///< by orders that know it
  wide_sum perhaps = 0; ///< by orders that wait for an answer about it
  bool fresh = false;   ///< something of it changed while the audit ran, or just before
};
using balances = std::unordered_map<std::string, balance>;

/// A set of keys as one number: sums of hashes are equal when the sets are.
struct key_set {
  std::uint64_t count = 0;
  std::uint64_t sum = 0;
  void add(std::string_view key) {
    ++count;
    sum += runtime::hash_bytes(key);
  }
  friend bool operator==(const key_set&, const key_set&) = default;
};

std::string prefix_of(kind which) {
  return std::string(1, static_cast<char>(which));
}

class row_auditor final : public auditor {
public:
  /// Pre: not empty.
  explicit row_auditor(std::vector<runtime::unix_ms> started_at) : started_at_(std::move(started_at)) {}

  result<void> inspect(std::uint32_t shard, state_reader& rows) override {
    ++shards_;
    name_lost(shard, rows);
    fresh_since_ = (shard < started_at_.size() ? started_at_[shard] : started_at_.back()) - settling_ms;
    for (const auto part : {&row_auditor::read_items, &row_auditor::read_accounts, &row_auditor::read_orders,
                            &row_auditor::read_chain, &row_auditor::read_waiting})
      if (auto done = (this->*part)(rows); !done)
        return done;
    return {};
  }

  v1::audit_report report() override {
    compare(stock_, "S5", "units");
    compare(credit_, "S6", "minor units");
    if (linked_ != chained_)
      differs("INDEX", "the customers' chains",
              std::to_string(chained_.count) + " rows for " + std::to_string(linked_.count) + " orders",
              waiting_ || anything_fresh_);
    for (const auto& [currency, sum] : held_)
      tell_held(currency, sum);
    auto done = std::move(report_);
    report_.Clear();
    return done;
  }

private:
  void tell_held(const std::string& currency, wide_sum sum) {
    auto* told = report_.add_held();
    told->set_currency(currency);
    told->set_minor(to_text(sum));
    // Callers of before know one number only: there is one while there is one currency, and it fits.
    const bool one = held_.size() == 1 && sum >= 0 && sum <= std::numeric_limits<std::int64_t>::max();
    if (one)
      report_.set_held_minor(static_cast<std::int64_t>(sum));
  }

  // -- rows --------------------------------------------------------------------------------------------

  /// What is lost is a violation of its own, and what is left is looked at: it says what follows from it.
  void name_lost(std::uint32_t shard, state_reader& rows) {
    for (const auto& each : rows.lost()) {
      v1::lost_range range;
      fill(range, shard, each);
      violation("LOST", lost_text(range),
                "rows of shard " + std::to_string(shard)
                    + " that damage took (orderctl lost list); differences "
                      "below may come from it");
    }
    rows.pass_lost();
  }

  result<void> read_items(state_reader& rows) {
    row_cursor at{rows, table::state, prefix_of(kind::item)};
    for (; at.row() != nullptr; at.next()) {
      const auto state = decode_item_state(at.row()->value);
      if (!state)
        return state.error();
      const auto& sku = at.row()->key;
      audit_item(*state, finder(sku));
      report_.set_items(report_.items() + 1);
      report_.set_units_reserved(report_.units_reserved() + static_cast<std::uint64_t>(state->reserved));
      hold(stock_[sku], state->reserved, state->updated_at_ms);
    }
    return end_of(at);
  }

  result<void> read_accounts(state_reader& rows) {
    row_cursor at{rows, table::state, prefix_of(kind::account)};
    for (; at.row() != nullptr; at.next()) {
      const auto state = decode_account_state(at.row()->value);
      if (!state)
        return state.error();
      const auto& customer = at.row()->key;
      audit_account(*state, finder(customer));
      hold(credit_[credit_key(customer, state->currency)], state->held_minor, state->updated_at_ms);
      if (!state->is_open())
        continue;
      report_.set_accounts(report_.accounts() + 1);
      held_[std::string{state->currency.view()}] += state->held_minor;
    }
    return end_of(at);
  }

  /// Orders and their contents, card payments and index rows lie in the order of their ids, so all of them
  /// are walked side by side and none is kept.
  result<void> read_orders(state_reader& rows) {
    row_cursor at{rows, table::state, prefix_of(kind::order)};
    row_cursor content{rows, table::content, prefix_of(kind::order)};
    row_cursor card{rows, table::state, prefix_of(kind::card)};
    std::deque<row_cursor> by_status;
    for (std::size_t status = 1; status < order_statuses; ++status)
      by_status.emplace_back(rows, table::index, status_index_prefix(static_cast<order_status>(status)));
    for (; at.row() != nullptr; at.next())
      if (auto read = read_order(*at.row(), content, card, by_status); !read)
        return read;
    skip_to(content, nullptr, "S7", "content without an order");
    skip_to(card, nullptr, "S7", "a card payment without an order");
    for (auto& index : by_status)
      skip_to(index, nullptr, "INDEX", "a row of a status for no order");
    for (const auto* each : {&at, &content, &card})
      if (auto done = end_of(*each); !done)
        return done;
    for (const auto& index : by_status)
      if (auto done = end_of(index); !done)
        return done;
    return {};
  }

  result<void> read_order(const row_cursor::entry& row, row_cursor& contents, row_cursor& cards,
                          std::deque<row_cursor>& by_status) {
    const auto state = decode_order_state(row.value);
    if (!state)
      return state.error();
    const auto card = take_card(cards, row.key);
    if (!card)
      return card.error();
    check_index(row.key, state->status, by_status);
    count_order(*state);
    if (!skip_to(contents, &row.key, "S7", "content without an order")) {
      finder(order_id_text(row.key))("S7", "an order without content");
      return {};
    }
    const auto content = decode_order_content(contents.row()->value);
    contents.next();
    if (!content)
      return content.error();
    if (content->lines.size() != state->lines.size()) {
      finder(order_id_text(row.key))("S7", "state and content differ in lines");
      return {};
    }
    audit_order(*state, *content, *card ? &**card : nullptr, finder(order_id_text(row.key)));
    own(row.key, *state, *content);
    return {};
  }

  result<std::optional<card_state>> take_card(row_cursor& cards, const std::string& order_id) {
    if (!skip_to(cards, &order_id, "S7", "a card payment without an order"))
      return std::optional<card_state>{};
    const auto state = decode_card_state(cards.row()->value);
    cards.next();
    if (!state)
      return state.error();
    report_.set_cards(report_.cards() + 1);
    return std::optional<card_state>{*state};
  }

  void check_index(const std::string& order_id, order_status status, std::deque<row_cursor>& by_status) {
    for (std::size_t i = 0; i < by_status.size(); ++i) {
      const bool listed = skip_to(by_status[i], &order_id, "INDEX", "a row of a status for no order");
      const bool expected = static_cast<std::size_t>(status) == i + 1;
      if (listed != expected)
        finder(order_id_text(order_id))("INDEX", std::string{listed ? "listed" : "not listed"} + " under "
                                                     + v1::order_status_Name(static_cast<int>(i + 1)));
      if (listed)
        by_status[i].next();
    }
  }

  /// The chain of a customer's orders names each of them once.
  result<void> read_chain(state_reader& rows) {
    row_cursor at{rows, table::index, std::string(1, index_chain)};
    for (; at.row() != nullptr; at.next())
      chained_.add(at.row()->key);
    return end_of(at);
  }

  /// Commands that wait behind a failing entity may still link an order.
  result<void> read_waiting(state_reader& rows) {
    const row_cursor parked{rows, table::parked, {}};
    const row_cursor outbox{rows, table::outbox, {}};
    waiting_ |= parked.row() != nullptr || outbox.row() != nullptr;
    auto done = end_of(parked);
    return done ? end_of(outbox) : done;
  }

  // -- sums ----------------------------------------------------------------------------------------------

  void count_order(const order_state& state) {
    report_.set_orders(report_.orders() + 1);
    report_.set_lines(report_.lines() + state.lines.size());
    ++(*report_.mutable_orders_by_status())[v1::order_status_Name(static_cast<int>(state.status))];
  }

  static std::string credit_key(std::string_view customer, const currency_code& currency) {
    return std::string{customer} + " " + std::string{currency.is_set() ? currency.view() : "---"};
  }

  bool is_fresh(std::int64_t updated_at_ms) {
    const bool fresh = updated_at_ms >= fresh_since_;
    anything_fresh_ |= fresh;
    return fresh;
  }

  void hold(balance& of, std::int64_t amount, std::int64_t updated_at_ms) {
    of.held += amount;
    of.fresh |= is_fresh(updated_at_ms);
  }

  void own(const std::string& order_id, const order_state& state, const order_content& content) {
    const bool fresh = is_fresh(state.updated_at_ms);
    for (std::size_t i = 0; i < content.lines.size(); ++i)
      own_line(state.lines[i], content.lines[i], fresh);
    if (state.linked && !content.customer.empty())
      linked_.add(order_id);
    if (content.method == payment_method::account)
      own_money(state, content, fresh);
  }

  void own_line(line_state state, const order_line& line, bool fresh) {
    if (state == line_state::refused || state == line_state::released)
      return;
    auto& stock = stock_[line.sku];
    stock.fresh |= fresh;
    (state == line_state::reserved ? stock.owned : stock.perhaps) += line.quantity;
  }

  void own_money(const order_state& state, const order_content& content, bool fresh) {
    auto& credit = credit_[credit_key(content.customer, content.currency)];
    credit.fresh |= fresh;
    if (state.payment == payment_state::authorized)
      credit.owned += state.authorized_minor;
    else if (state.payment == payment_state::voiding)
      credit.perhaps += state.authorized_minor;
    else if (state.payment == payment_state::requested)
      credit.perhaps += content.total_minor().value_or(0); // always fits: checked when it was placed
  }

  // -- findings ------------------------------------------------------------------------------------------

  void compare(const balances& all, const char* invariant, const char* unit) {
    // Sorted, so that the same rows always give the same report.
    const std::map<std::string, balance> sorted{all.begin(), all.end()};
    for (const auto& [key, of] : sorted) {
      if (of.held == of.owned)
        continue;
      const bool explained = of.held > of.owned && of.held - of.owned <= of.perhaps;
      if (explained) {
        report_.set_unjudged(report_.unjudged() + 1);
        continue;
      }
      differs(invariant, key,
              to_text(of.held) + " " + unit + " held, " + to_text(of.owned) + " by orders, "
                  + to_text(of.perhaps) + " under way",
              of.fresh);
    }
  }

  /// A difference: unjudged when it may come from reading the shards at different moments.
  void differs(std::string_view invariant, std::string_view subject, std::string detail, bool moving) {
    if (moving && (shards_ > 1 || waiting_))
      report_.set_unjudged(report_.unjudged() + 1);
    else
      violation(invariant, subject, std::move(detail));
  }

  void violation(std::string_view invariant, std::string_view subject, std::string detail) {
    report_.set_violations(report_.violations() + 1);
    if (report_.first_violations_size() == violations_listed_max)
      return;
    auto* added = report_.add_first_violations();
    added->mutable_invariant()->assign(invariant);
    added->mutable_subject()->assign(subject);
    added->set_detail(std::move(detail));
  }

  found_function finder(std::string subject) {
    return [this, subject = std::move(subject)](std::string_view invariant, std::string detail) {
      violation(invariant, subject, std::move(detail));
    };
  }

  /// Moves on to the row of this id (nullptr: to the end); each row left behind is a violation. True: it
  /// stands there.
  bool skip_to(row_cursor& at, const std::string* order_id, const char* invariant, const char* detail) {
    for (; at.row() != nullptr && (order_id == nullptr || at.row()->key < *order_id); at.next())
      violation(invariant, order_id_text(at.row()->key), detail);
    return at.row() != nullptr && order_id != nullptr && at.row()->key == *order_id;
  }

  static result<void> end_of(const row_cursor& at) {
    return at.failure() ? result<void>{*at.failure()} : result<void>{};
  }

  std::vector<runtime::unix_ms> started_at_; ///< by shard
  runtime::unix_ms fresh_since_ = 0;         ///< in the shard being read
  std::uint32_t shards_ = 0;
  balances stock_;
  balances credit_;
  std::map<std::string, wide_sum> held_; ///< of all accounts, by currency
  key_set linked_;
  key_set chained_;
  bool waiting_ = false;
  bool anything_fresh_ = false;
  v1::audit_report report_;
};

} // namespace

std::unique_ptr<auditor> make_auditor(std::vector<runtime::unix_ms> started_at) {
  return std::make_unique<row_auditor>(std::move(started_at));
}

} // namespace orderd::actors
