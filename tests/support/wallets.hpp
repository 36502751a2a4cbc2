// A small business for tests of the engine: wallets that send money to each other.
//
// A wallet is an entity of kind 1; the first letter of its name, 'a' to 'd', places it in one of four equal
// ranges of slots. Its commands are text, "verb [wallet] [number] [words]":
//
//   add N            reply "balance B"
//   read             reply "balance B"; changes nothing
//   send W N         the caller waits; W gets N. Announces "sent N", "bounced N", or replies "too little"
//   give W N         as send, but W's part may not be refused: it gives something back
//   poison           throws, always
//   alarm T N C...   starts timer T, due at N, with command C...
//   quiet T          stops timer T
//   call T W         makes provider call T with key W; the caller waits: "answer X" or "unknown"
//   fill N           makes the state N bytes longer
//   open, settle     has work to do, has none; opens in the stage "begun"
//   doubt N          has work to do still, is in the stage "asking", and N is in doubt, of the unit "coins"
//   index W          writes index row W twice in one turn: fresh, then with the value "last"
//   leave            asks to be passivated
//
// read, alarm, open and index leave the state alone. By its rows a wallet that has work to do is "asking"
// when its balance is 7, with nothing in doubt, else "begun".
//
// `trouble` makes handlers throw a given number of times.
#pragma once

#include "runtime/entity/entity.hpp"
#include "runtime/entity/request.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>

namespace orderd::test {

inline runtime::entity_id wallet(std::string_view name) {
  return {1, name};
}

/// A command as its words.
struct wallet_words {
  std::string verb;
  std::string wallet;
  std::int64_t amount = 0;
  std::string rest;
};

class wallet_command : public runtime::command {
public:
  explicit wallet_command(wallet_words words) : words_(std::move(words)) {}

  std::string encode() const override {
    return words_.verb + '|' + words_.wallet + '|' + std::to_string(words_.amount) + '|' + words_.rest;
  }
  std::string_view name() const noexcept override { return words_.verb; }
  std::optional<runtime::addressed_command> refusal() const override {
    if (words_.verb != "receive")
      return std::nullopt;
    return runtime::addressed_command{wallet(words_.wallet), std::make_unique<wallet_command>(wallet_words{
                                                                 "bounced", "", words_.amount, ""})};
  }
  bool may_be_lost() const noexcept override { return words_.verb == "note"; }
  const wallet_words& words() const noexcept { return words_; }

private:
  wallet_words words_;
};

/// "send w2 5" and the like.
inline runtime::command_ptr parse_wallet_command(const std::string& text) {
  std::istringstream in{text};
  wallet_words words;
  in >> words.verb;
  if (words.verb == "send" || words.verb == "give")
    in >> words.wallet >> words.amount;
  else if (words.verb == "alarm")
    in >> words.wallet >> words.amount;
  else if (words.verb == "index")
    in >> words.wallet;
  else if (words.verb == "call")
    in >> words.amount >> words.wallet;
  else
    in >> words.amount;
  std::getline(in >> std::ws, words.rest);
  return std::make_unique<wallet_command>(std::move(words));
}

/// How often handlers of a wallet still throw. Shared with the test.
using wallet_trouble = std::map<std::string, int, std::less<>>;

class wallet_entity : public runtime::entity {
public:
  wallet_entity(std::int64_t balance, std::string filling, wallet_trouble& trouble)
      : balance_(balance), filling_(std::move(filling)), trouble_(trouble) {}

  void handle(runtime::turn& now) override {
    const auto& words = dynamic_cast<const wallet_command&>(now.what).words();
    // The memory changes first: what a throwing handler leaves there must never be seen.
    act(now, words);
    if (auto found = trouble_.find(now.self.key()); found != trouble_.end() && found->second > 0) {
      --found->second;
      throw std::runtime_error("trouble");
    }
    if (words.verb == "poison")
      throw std::runtime_error("poison");
    if (words.verb != "read" && words.verb != "alarm" && words.verb != "open" && words.verb != "index")
      now.out.state = std::to_string(balance_) + ' ' + filling_;
  }

private:
  static runtime::reply_body said(std::string text) { return {runtime::reply_outcome::ok, std::move(text)}; }
  static runtime::reply_body refused(std::string text) {
    return {runtime::reply_outcome::rejection, std::move(text)};
  }

  void act(runtime::turn& now, const wallet_words& words) {
    auto& out = now.out;
    const auto balance = [this] { return "balance " + std::to_string(balance_); };
    if (words.verb == "add" || words.verb == "note") {
      balance_ += words.amount;
      out.reply = said(balance());
    } else if (words.verb == "read" || words.verb == "poison") {
      out.reply = said(balance());
    } else if (words.verb == "send" || words.verb == "give") {
      send(now, words);
    } else if (words.verb == "receive" || words.verb == "take") {
      balance_ += words.amount;
      out.commands.push_back(to(words.wallet, {"received", "", words.amount, ""}));
    } else if (words.verb == "received") {
      out.announcement = said("sent " + std::to_string(words.amount));
    } else if (words.verb == "bounced") {
      balance_ += words.amount;
      out.announcement = refused("bounced " + std::to_string(words.amount));
    } else {
      act_on_engine(out, words);
    }
  }

  void act_on_engine(runtime::effects& out, const wallet_words& words) {
    out.reply = said("done");
    if (words.verb == "alarm") {
      out.timers.push_back({timer_name(words.wallet), words.amount, parse_wallet_command(words.rest)});
    } else if (words.verb == "quiet") {
      out.timers.push_back({static_cast<std::uint8_t>(words.amount), std::nullopt, nullptr});
    } else if (words.verb == "call") {
      out.reply.reset();
      out.wait = true;
      out.calls.push_back({static_cast<std::uint8_t>(words.amount), words.wallet, "body of " + words.wallet});
    } else if (words.verb == "answered") {
      out.reply.reset();
      out.announcement = said(words.rest);
    } else if (words.verb == "fill") {
      filling_ += std::string(static_cast<std::size_t>(words.amount), 'x');
    } else if (words.verb == "open" || words.verb == "settle") {
      out.unsettled_change = words.verb == "open" ? 1 : -1;
      out.stands.stage = words.verb == "open" ? "begun" : "";
    } else if (words.verb == "doubt") {
      out.stands = {"asking", {words.amount == 0 ? "" : "coins", words.amount}};
    } else if (words.verb == "index") {
      out.index.push_back({words.wallet, "first", true});
      out.index.push_back({words.wallet, "last", false});
    } else if (words.verb == "leave") {
      out.passivate = true;
    } else {
      throw std::runtime_error("unknown verb " + words.verb);
    }
  }

  void send(runtime::turn& now, const wallet_words& words) {
    if (balance_ < words.amount) {
      now.out.reply = refused("too little");
      return;
    }
    balance_ -= words.amount;
    now.out.wait = true;
    const std::string verb = words.verb == "send" ? "receive" : "take";
    now.out.commands.push_back(to(words.wallet, {verb, std::string{now.self.key()}, words.amount, ""}));
  }

  static runtime::addressed_command to(const std::string& name, wallet_words words) {
    return {wallet(name), std::make_unique<wallet_command>(std::move(words))};
  }
  static std::uint8_t timer_name(const std::string& text) {
    return static_cast<std::uint8_t>(std::stoi(text));
  }

  std::int64_t balance_;
  std::string filling_;
  wallet_trouble& trouble_;
};

class wallets : public runtime::business {
public:
  mutable wallet_trouble trouble;
  mutable bool newer = false; ///< knows stored commands with "new:" before them; else they cannot be decoded
  mutable std::map<std::string, int, std::less<>> loads; ///< how often each wallet came into memory

  std::uint16_t slot_of(const runtime::entity_id& id) const override {
    return static_cast<std::uint16_t>((id.key().at(0) - 'a') * 4'096);
  }
  bool has_content(std::uint8_t) const override { return false; }

  runtime::result<std::unique_ptr<runtime::entity>> load(const runtime::entity_id& id,
                                                         const runtime::snapshot& rows) const override {
    ++loads[std::string{id.key()}];
    if (rows.state == "unreadable")
      return runtime::fault{runtime::fault_code::corrupt, "unreadable", 0};
    std::istringstream in{rows.state.value_or("0")};
    std::int64_t balance = 0;
    std::string filling;
    if (!(in >> balance))
      throw std::runtime_error("rows that make loading throw");
    in >> filling;
    return std::unique_ptr<runtime::entity>{std::make_unique<wallet_entity>(balance, filling, trouble)};
  }

  runtime::standing standing_of(const runtime::entity_id&, const runtime::snapshot& rows) const override {
    if (rows.state == "unreadable")
      return {};
    return {rows.state.value_or("0 ").starts_with("7 ") ? "asking" : "begun"};
  }

  runtime::result<runtime::command_ptr> decode_command(std::string_view stored) const override {
    if (newer && stored.starts_with("new:"))
      return decode_command(stored.substr(4));
    std::istringstream in{std::string{stored}};
    wallet_words words;
    std::string amount;
    std::getline(in, words.verb, '|');
    std::getline(in, words.wallet, '|');
    std::getline(in, amount, '|');
    std::getline(in, words.rest);
    if (amount.empty() || words.verb.starts_with("new:"))
      return runtime::fault{runtime::fault_code::corrupt, "no wallet command", 0};
    words.amount = std::stoll(amount);
    return runtime::command_ptr{std::make_unique<wallet_command>(std::move(words))};
  }

  runtime::command_ptr provider_answered(std::uint8_t,
                                         const std::optional<std::string>& answer) const override {
    return std::make_unique<wallet_command>(
        wallet_words{"answered", "", 0, answer ? "answer " + *answer : "unknown"});
  }

  /// Who decides is a wallet, which is told "note 1": that adds, and may be lost.
  std::optional<runtime::addressed_command> note_of(const runtime::resolve_request& decided,
                                                    runtime::unix_ms) const override {
    if (decided.by.empty())
      return std::nullopt;
    return runtime::addressed_command{wallet(decided.by), parse_wallet_command("note 1")};
  }

  std::string fault_reply(const runtime::fault& why) const override {
    return std::string{runtime::to_string(why.code)};
  }
  std::string_view kind_name(std::uint8_t kind) const override { return kind == 1 ? "wallet" : ""; }
  std::string readable_key(const runtime::entity_id& id) const override { return std::string{id.key()}; }
};

} // namespace orderd::test
