// Which connections a node keeps when more come than it has places for.
//
//   unintroduced     a small pool: when it is full, the one that came first goes
//   clients          HELLO was said; when all places are taken, one goes that waits for no answer: first who
//                    never asked for anything, then who has been silent for longest
//   operators        places of their own, for those whose HELLO says that they are; beyond them as clients
//   parting          was told why it is closed, and has a moment to read it; never more than some
//
// So silence pushes nobody out, and a connection with unanswered requests never goes. Of one address there
// are at most `per_address` clients; the next one of it takes the place of one of its own.
//
// *Operation*: `arrive`, then `introduce` at HELLO, `heard` whenever something comes, `part` when it is told
// why it ends, `leave` when it is gone. Who is named as the one that goes is to be told, and to part, at
// once.
//
// *Concurrency*: pure; one thread at a time. Each call takes constant time, but for `introduce` where no
// place is free, which looks at the connections that wait for answers.
#pragma once

#include "config/connection_limits.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace orderd::cluster {

struct connection_places {
  std::size_t clients = limits::connections_max;
  std::size_t per_address = limits::connections_max;
  std::size_t operators = limits::operator_connections_max;
  std::size_t unintroduced = limits::unintroduced_connections_max;
  std::size_t parting = limits::connections_refused_max;

  /// The most that are open at once.
  std::size_t all() const noexcept { return clients + operators + unintroduced + parting; }
};

class connection_table {
public:
  using number = std::uint64_t;

  /// Whether a connection waits for no answer.
  using idle_test = std::function<bool(number)>;

  enum class verdict : std::uint8_t {
    taken,
    node_full,    ///< every place is taken, by connections that wait for answers
    address_full, ///< so are all that its address may have
  };

  struct admission {
    verdict what = verdict::taken;
    std::optional<number> goes; ///< in its favour
  };

  explicit connection_table(const connection_places& places) : places_(places) {}

  /// A connection has come: unintroduced. Gives the one that goes for it.
  std::optional<number> arrive(number who, std::string_view address);

  /// It said HELLO. Unless `taken` it stays unintroduced, and is to be told. Pre: unintroduced.
  admission introduce(number who, bool is_operator, const idle_test& idle);

  /// Something came from it; `asked`: requests.
  void heard(number who, bool asked);

  /// It has been told why it ends. Gives the one that is to be cut now, since it had time to read that.
  std::optional<number> part(number who);

  /// It is gone. Who is not in the table has left.
  void leave(number who);

  const connection_places& places() const noexcept { return places_; }
  std::size_t size() const noexcept { return known_.size(); }

private:
  using line = std::list<number>; ///< who goes first stands first

  struct connection {
    std::string address;
    line* in = nullptr;
    line::iterator at;
  };

  void move(connection& who, line& to);
  bool is_client(const connection& who) const noexcept { return who.in == &unused_ || who.in == &used_; }
  std::optional<number> first_idle(const line& of, const idle_test& idle,
                                   const std::string* address = nullptr) const;
  std::optional<number> idle_client(const idle_test& idle, const std::string* address = nullptr) const;
  admission admit_for(number goes, connection& who, line& to);

  connection_places places_;
  std::unordered_map<number, connection> known_;
  std::map<std::string, std::size_t, std::less<>> clients_of_; ///< by address
  line unintroduced_;
  line unused_; ///< clients that never asked for anything
  line used_;
  line operators_;
  line parting_;
};

} // namespace orderd::cluster
