// The unanswered requests of one connection: what counts against its credit, and to whom each answer goes.
//
// Every request gets a number of this node's, under which the engine answers it. A number is used once: a
// second answer to the same request finds nothing. What ids the client chooses does not matter here.
//
// Pure; not thread-safe.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace orderd::cluster {

class request_window {
public:
  struct entry {
    std::uint64_t client_id = 0;                      ///< the client's name of the request
    std::uint32_t bytes = 0;                          ///< of its encoded form
    std::string_view type;                            ///< a name that lives for ever: "place_order"
    std::chrono::steady_clock::time_point arrived_at; ///< when it was read
  };

  /// Adds a request; returns its number.
  std::uint64_t open(const entry& what);

  /// Sets the type of an open request, once it is known. Pre: `number` is open.
  void name(std::uint64_t number, std::string_view type);

  /// Takes a request out; nothing when it is not, or no longer, open.
  std::optional<entry> close(std::uint64_t number);

  /// Gives back the memory of the places when none is open. Their numbers are not used again either.
  void rest();

  /// How many are open, and the bytes of their encoded forms.
  std::size_t size() const noexcept { return places_.size() - free_.size(); }
  std::size_t bytes() const noexcept { return bytes_; }

private:
  struct place {
    entry content;
    std::uint32_t uses = 0; ///< of the place; the upper half of a number, so that numbers differ
    bool open = false;
  };
  place* find(std::uint64_t number);

  std::vector<place> places_;
  std::vector<std::uint32_t> free_;
  std::uint32_t first_use_ = 0; ///< of new places: behind all uses of those given back
  std::size_t bytes_ = 0;
};

} // namespace orderd::cluster
