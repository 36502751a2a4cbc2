#include "cluster/wire/frame.hpp"

#include "actors/public/public.pb.h"
#include "cluster/wire/wire_tags.hpp"

#include <google/protobuf/io/coded_stream.h>

#include <concepts>
#include <utility>

namespace orderd::cluster {

using runtime::fault;
using runtime::fault_code;
using runtime::result;

namespace {

/// A buffer up to this is kept for the next frame.
constexpr std::size_t kept_buffer_bytes_max = 64u << 10;

/// Most bytes around a body in a batch: the tag and length of the reply, the tag and value of its id.
constexpr std::size_t reply_overhead_bytes_max = 1 + 5 + 1 + 10;

template <std::unsigned_integral T>
T read_number(std::string_view bytes) {
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i)
    value = static_cast<T>(value << 8 | static_cast<unsigned char>(bytes[i]));
  return value;
}

template <std::unsigned_integral T>
void write_number(char* at, T value) {
  for (std::size_t i = sizeof(T); i > 0; --i, value = static_cast<T>(value >> 8))
    at[i - 1] = static_cast<char>(value & 0xff);
}

void encode_header(char* at, const frame_header& what) {
  write_number(at, what.length);
  write_number(at + 4, protocol_version);
  write_number(at + 5, static_cast<std::uint8_t>(what.type));
  write_number(at + 6, std::uint16_t{0});
  write_number(at + 8, what.id);
}

} // namespace

result<frame_header> read_header(std::string_view bytes, std::size_t payload_bytes_max) {
  const auto version = static_cast<std::uint8_t>(bytes[4]);
  if (version != protocol_version)
    return fault{fault_code::unsupported_version, "frame version " + std::to_string(version)
                                                      + "; this is version "
                                                      + std::to_string(protocol_version)};
  const auto type = static_cast<std::uint8_t>(bytes[5]);
  if (type < static_cast<std::uint8_t>(frame_type::hello)
      || type > static_cast<std::uint8_t>(frame_type::peer_message))
    return fault{fault_code::malformed, "unknown frame type " + std::to_string(type)};
  if (const auto flags = read_number<std::uint16_t>(bytes.substr(6)); flags != 0)
    return fault{fault_code::malformed, "frame flags " + std::to_string(flags) + "; they must be 0"};
  const auto length = read_number<std::uint32_t>(bytes);
  if (length > payload_bytes_max)
    return fault{fault_code::too_large, "frame of " + std::to_string(length) + " bytes; at most "
                                            + std::to_string(payload_bytes_max) + " are allowed here"};
  return frame_header{length, static_cast<frame_type>(type), read_number<std::uint64_t>(bytes.substr(8))};
}

void write_header(std::string& out, const frame_header& what) {
  char bytes[frame_header_bytes];
  encode_header(bytes, what);
  out.append(bytes, sizeof(bytes));
}

void write_frame(std::string& out, frame_type type, std::uint64_t id, std::string_view payload) {
  write_header(out, {static_cast<std::uint32_t>(payload.size()), type, id});
  out.append(payload);
}

void write_error(std::string& out, std::uint64_t id, const fault& why) {
  v1::fault stated;
  stated.set_code(static_cast<v1::fault::kind>(why.code));
  stated.set_message(why.message);
  stated.set_retry_after_ms(why.retry_after_ms);
  write_frame(out, frame_type::error, id, stated.SerializeAsString());
}

// -- reading -------------------------------------------------------------------------------------

result<std::optional<frame>> frame_reader::take(std::string_view& bytes) {
  if (partial_.empty() && bytes.size() >= frame_header_bytes)
    return take_whole(bytes);
  return take_rest(bytes);
}

result<std::optional<frame>> frame_reader::take_whole(std::string_view& bytes) {
  auto header = header_of(bytes);
  if (!header)
    return header.error();
  const auto size = frame_header_bytes + header->length;
  if (bytes.size() < size) {
    begun_ = *header;
    partial_.assign(bytes);
    bytes = {};
    return std::optional<frame>{};
  }
  auto whole = frame{header->type, header->id, bytes.substr(frame_header_bytes, header->length)};
  bytes.remove_prefix(size);
  return std::optional{whole};
}

result<std::optional<frame>> frame_reader::take_rest(std::string_view& bytes) {
  if (!begun_) {
    if (!fill(bytes, frame_header_bytes))
      return std::optional<frame>{};
    auto header = header_of(partial_);
    if (!header)
      return header.error();
    begun_ = *header;
  }
  if (!fill(bytes, frame_header_bytes + begun_->length))
    return std::optional<frame>{};
  finished_.swap(partial_);
  partial_.clear();
  const auto header = *std::exchange(begun_, std::nullopt);
  return std::optional{frame{header.type, header.id, std::string_view{finished_}.substr(frame_header_bytes)}};
}

result<frame_header> frame_reader::header_of(std::string_view bytes) {
  auto header = read_header(bytes, payload_bytes_max_);
  // Of another version nothing but the version's place is known.
  const bool readable = header || header.error().code != fault_code::unsupported_version;
  current_id_ = readable ? read_number<std::uint64_t>(bytes.substr(8)) : 0;
  return header;
}

bool frame_reader::fill(std::string_view& bytes, std::size_t size) {
  const auto missing = std::min(size - partial_.size(), bytes.size());
  if (partial_.capacity() < partial_.size() + missing) {
    // A string would grow beyond what is known to come; all of that at once would be what anyone announces.
    std::string larger;
    larger.reserve(std::min(size, std::max(partial_.size() + missing, 2 * partial_.size())));
    larger.append(partial_);
    partial_.swap(larger);
  }
  partial_.append(bytes.substr(0, missing));
  bytes.remove_prefix(missing);
  return partial_.size() == size;
}

void frame_reader::forget_finished() {
  if (finished_.capacity() > kept_buffer_bytes_max)
    std::string{}.swap(finished_);
}

void frame_reader::drop() {
  begun_.reset();
  partial_.clear();
  rest();
}

void frame_reader::rest() {
  std::string{}.swap(finished_);
  if (partial_.empty())
    std::string{}.swap(partial_);
}

// -- replies -------------------------------------------------------------------------------------

bool replies_writer::fits(std::string_view body) const noexcept {
  return body.size() + reply_overhead_bytes_max <= payload_bytes_max_;
}

void replies_writer::add(std::string& out, std::uint64_t id, std::string_view body) {
  using google::protobuf::io::CodedOutputStream;
  if (open_at_
      && out.size() - *open_at_ + body.size() + reply_overhead_bytes_max
             > frame_header_bytes + payload_bytes_max_)
    finish(out);
  if (!open_at_) {
    open_at_ = out.size();
    write_header(out, {0, frame_type::replies, 0});
  }
  std::uint8_t around[reply_overhead_bytes_max];
  const auto size = 1 + CodedOutputStream::VarintSize64(id) + body.size();
  auto* at = around;
  *at++ = tag_of_replies;
  at = CodedOutputStream::WriteVarint32ToArray(static_cast<std::uint32_t>(size), at);
  *at++ = tag_of_request_id;
  at = CodedOutputStream::WriteVarint64ToArray(id, at);
  out.append(reinterpret_cast<const char*>(around), static_cast<std::size_t>(at - around));
  out.append(body);
}

void replies_writer::finish(std::string& out) {
  if (!open_at_)
    return;
  const auto start = *std::exchange(open_at_, std::nullopt);
  write_number(out.data() + start, static_cast<std::uint32_t>(out.size() - start - frame_header_bytes));
}

} // namespace orderd::cluster
