// Frames: how bytes on a connection become messages, and back. cluster/wire/PROTOCOL.md is the page for
// people who write clients.
//
// A frame is a header of 16 bytes, numbers big endian, and a payload of protocol buffer bytes:
//
//   0        4     5     6       8                16
//   | length | ver | typ | flags | request id     | payload, `length` bytes
//
// Pure: no I/O, no clock; not thread-safe.
#pragma once

#include "runtime/base/result.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace orderd::cluster {

inline constexpr std::uint8_t protocol_version = 1;
inline constexpr std::size_t frame_header_bytes = 16;

/// The numbers go over the wire and never change.
enum class frame_type : std::uint8_t {
  hello = 1,        ///< v1::hello; the first frame of each side
  requests = 2,     ///< v1::request_batch; the id is that of the first request, the i-th has id + i
  replies = 3,      ///< v1::reply_batch; the id is 0, each reply names its request
  error = 4,        ///< v1::fault; the last frame before the connection is closed
  peer_hello = 5,   ///< peer::v1::hello; the first frame of each side between nodes
  peer_message = 6, ///< peer::v1::message; the id is the shard it is for
};

struct frame_header {
  std::uint32_t length = 0; ///< bytes of the payload
  frame_type type = frame_type::error;
  std::uint64_t id = 0;
};

/// A whole frame. The payload is a view of the bytes given to the reader, valid during the visit.
struct frame {
  frame_type type = frame_type::error;
  std::uint64_t id = 0;
  std::string_view payload;
};

/// Reads a header. Faults: `unsupported_version`; `malformed` for an unknown type or flags; `too_large`
/// for a length above `payload_bytes_max`. Pre: bytes.size() >= frame_header_bytes.
runtime::result<frame_header> read_header(std::string_view bytes, std::size_t payload_bytes_max);

/// Appends a header, or a whole frame, to `out`.
void write_header(std::string& out, const frame_header& what);
void write_frame(std::string& out, frame_type type, std::uint64_t id, std::string_view payload);

/// Appends an ERROR frame; `id` as in PROTOCOL.md.
void write_error(std::string& out, std::uint64_t id, const runtime::fault& why);

/// Cuts a stream of bytes into frames.
///
/// *Operation*: `read` with each piece as it arrives. After a fault the stream is lost: nothing more is read.
///
/// *Limitations*: holds at most one unfinished frame, and only the bytes of it that have arrived, whatever
/// its header promises.
class frame_reader {
public:
  explicit frame_reader(std::size_t payload_bytes_max) : payload_bytes_max_(payload_bytes_max) {}

  /// Limits the frames from the next one on.
  void limit_payload(std::size_t bytes_max) noexcept { payload_bytes_max_ = bytes_max; }

  /// Calls `visit(const frame&) -> result<void>` with each frame that is complete, in order. Stops at and
  /// returns the first fault, of the stream or of the visitor. Frames that lie within `bytes` are not copied.
  template <class Visit>
  runtime::result<void> read(std::string_view bytes, Visit&& visit) {
    while (!bytes.empty()) {
      auto next = take(bytes);
      if (!next)
        return next.error();
      if (!*next)
        break;
      auto done = visit(**next);
      forget_finished();
      if (!done)
        return done;
    }
    return {};
  }

  /// Whether a frame has begun and not ended.
  bool mid_frame() const noexcept { return !partial_.empty(); }

  /// Gives back the memory that is kept for the next frames.
  void rest();

  /// Bytes of the unfinished frame, by its header; 0 before that is complete, and without one.
  std::size_t unfinished_bytes() const noexcept { return begun_ ? frame_header_bytes + begun_->length : 0; }

  /// Forgets the unfinished frame: the stream is of no use any more.
  void drop();

  /// The id of the frame read last or, after a fault of the stream, of the one that was refused; 0 when its
  /// header could not be read.
  std::uint64_t current_id() const noexcept { return current_id_; }

private:
  /// Takes the next frame off the front of `bytes`; none: all of `bytes` is kept for later.
  runtime::result<std::optional<frame>> take(std::string_view& bytes);
  runtime::result<std::optional<frame>> take_whole(std::string_view& bytes);
  runtime::result<std::optional<frame>> take_rest(std::string_view& bytes);
  runtime::result<frame_header> header_of(std::string_view bytes);
  /// Moves bytes into `partial_` until it has `size`; true when it has.
  bool fill(std::string_view& bytes, std::size_t size);
  /// Gives the buffer of a large frame back: it must not cost memory for ever.
  void forget_finished();

  std::size_t payload_bytes_max_;
  std::uint64_t current_id_ = 0;
  std::string partial_;               ///< the frame under way: header first
  std::optional<frame_header> begun_; ///< its header, once that is complete
  std::string finished_;              ///< the bytes of the frame being visited, when it came in pieces
};

/// Builds REPLIES frames out of reply bodies that are already encoded: a protocol buffer message followed by
/// more fields is a message with those fields, so no body is parsed or copied twice.
///
/// *Operation*: `add` any number, then `finish`; the same `out` for all of these.
class replies_writer {
public:
  explicit replies_writer(std::size_t payload_bytes_max) : payload_bytes_max_(payload_bytes_max) {}

  /// Appends the reply with this request id, in the open frame or, when that is full, in a new one.
  /// Pre: fits(body).
  void add(std::string& out, std::uint64_t id, std::string_view body);

  /// Completes the open frame, if there is one.
  void finish(std::string& out);

  /// Whether a reply of that size can be sent at all.
  bool fits(std::string_view body) const noexcept;

private:
  std::size_t payload_bytes_max_;
  std::optional<std::size_t> open_at_; ///< where in `out` the open frame starts
};

} // namespace orderd::cluster
