// One stream of requests: when the next is read, and when the stream is over.
//
// A request counts from being read until its reply has been written to the connection. The next one is read
// while all that count hold less than the stream's share; so a client that does not read its replies is not
// read either, and a stream holds no more than its share and one request.
//
// Pure; one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>

namespace orderd::cluster {

class stream_window {
public:
  /// Whether to read the next request now, by what the stream may hold. Then a read is under way until `read`
  /// or `ended`.
  bool wants_read(std::size_t share) const noexcept { return !reading_ && !ended_ && held_ < share; }
  void reading() noexcept { reading_ = true; }

  /// A request came, which holds so many units; its number in the stream.
  std::uint64_t read(std::size_t units) noexcept {
    reading_ = false;
    held_ += units;
    ++unwritten_;
    return next_++;
  }

  /// The client has said its last request.
  void ended() noexcept {
    reading_ = false;
    ended_ = true;
  }

  /// The reply to a request that held so many units has been written.
  void written(std::size_t units) noexcept {
    held_ -= units;
    --unwritten_;
  }

  /// Nothing comes, and nothing is to be written.
  bool over() const noexcept { return ended_ && unwritten_ == 0; }

  std::size_t held() const noexcept { return held_; }

private:
  std::uint64_t next_ = 0;
  std::size_t held_ = 0;
  std::size_t unwritten_ = 0;
  bool reading_ = false;
  bool ended_ = false;
};

} // namespace orderd::cluster
