#include "cluster/peers/heartbeat_form.hpp"

#include "config/limits.hpp"
#include "runtime/base/bytes.hpp"

namespace orderd::cluster {

using runtime::append_integer;
using runtime::fault;
using runtime::fault_code;
using runtime::get_integer;

namespace {

constexpr std::uint8_t form_version = 1;
constexpr std::size_t count_at = 1 + 1 + 4 + 8 + 8;
constexpr std::size_t shards_at = count_at + 2;
constexpr std::size_t shard_bytes = 4 + 8;
constexpr std::size_t check_bytes = 8;

} // namespace

const std::size_t heartbeat_bytes_max = shards_at + limits::shards_max * shard_bytes + check_bytes;

std::uint64_t heartbeat_seed(std::string_view cluster_id) {
  return runtime::hash_bytes(cluster_id);
}

std::string encode_heartbeat(const heartbeat& what, std::uint64_t seed) {
  runtime::require(what.shards.size() <= limits::shards_max, "a heartbeat of too many shards");
  std::string out;
  out.reserve(shards_at + what.shards.size() * shard_bytes + check_bytes);
  append_integer(out, form_version);
  append_integer(out, static_cast<std::uint8_t>(what.acknowledgement ? 1 : 0));
  append_integer(out, what.from.node);
  append_integer(out, what.from.incarnation);
  append_integer(out, what.sent_at_ns);
  append_integer(out, static_cast<std::uint16_t>(what.shards.size()));
  for (const auto& each : what.shards) {
    append_integer(out, each.shard);
    append_integer(out, each.term);
  }
  append_integer(out, runtime::hash_bytes(out, seed));
  return out;
}

runtime::result<heartbeat> decode_heartbeat(std::string_view bytes, std::uint64_t seed) {
  if (!bytes.empty() && static_cast<std::uint8_t>(bytes[0]) != form_version)
    return fault{fault_code::unsupported_version, "a heartbeat of another version"};
  if (bytes.size() < shards_at + check_bytes)
    return fault{fault_code::malformed, "a heartbeat of " + std::to_string(bytes.size()) + " bytes"};
  const std::size_t count = get_integer<std::uint16_t>(bytes.substr(count_at));
  if (count > limits::shards_max || bytes.size() != shards_at + count * shard_bytes + check_bytes)
    return fault{fault_code::malformed, "a heartbeat of " + std::to_string(count) + " shards in "
                                            + std::to_string(bytes.size()) + " bytes"};
  const auto checked = bytes.substr(0, bytes.size() - check_bytes);
  if (get_integer<std::uint64_t>(bytes.substr(checked.size())) != runtime::hash_bytes(checked, seed))
    return fault{fault_code::corrupt, "a heartbeat that is damaged or of another cluster"};
  if (static_cast<std::uint8_t>(bytes[1]) > 1)
    return fault{fault_code::malformed, "a heartbeat of an unknown kind"};
  heartbeat out{bytes[1] == 1,
                {get_integer<std::uint32_t>(bytes.substr(2)), get_integer<std::uint64_t>(bytes.substr(6))},
                get_integer<std::uint64_t>(bytes.substr(14)),
                {}};
  for (std::size_t at = shards_at; at < checked.size(); at += shard_bytes)
    out.shards.push_back(
        {get_integer<std::uint32_t>(bytes.substr(at)), get_integer<std::uint64_t>(bytes.substr(at + 4))});
  return out;
}

} // namespace orderd::cluster
