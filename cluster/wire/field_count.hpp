// How many fields a protocol buffer has, before anything is allocated for them.
#pragma once

#include <google/protobuf/io/coded_stream.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace orderd::cluster {

google::protobuf::io::CodedInputStream reader_of(std::string_view bytes);

/// Whether a tag begins or ends a group, which nothing of ours has.
bool is_group(std::uint32_t tag);

/// Takes a length and that many bytes off the stream, which reads `all`.
bool take_nested(google::protobuf::io::CodedInputStream& in, std::string_view all, std::string_view& taken);

/// Adds to `count` the fields of a message and, down to `levels` levels, of what is nested in it, as if
/// everything with a length were a message: a parser allocates no more elements than that. Stops above
/// `count_max`. False: not a message at all. Text that is not a message counts for what could be read of it.
bool count_fields(std::string_view message, int levels, std::size_t count_max, std::size_t& count);

} // namespace orderd::cluster
