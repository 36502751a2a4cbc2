// The last few commands of clients that took effect on an entity, so that one sent again has no second
// effect, and its id with other content is found out.
#pragma once

#include "actors/rules/types.hpp"
#include "runtime/base/bytes.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace orderd::actors {

/// What a client is told whose command id is known with other content.
inline constexpr const char* command_id_conflict_text = "this command id is known with other content";

/// *Limitations*: remembers the last eight. A command sent again after eight later ones is taken as
/// new; clients send again within seconds, and operators change stock and limits rarely.
class recent_commands {
public:
  static constexpr std::size_t remembered_max = 8;

  /// What is known of a command id: nothing, that its command took effect, or that it was another command.
  enum class memory : std::uint8_t { none, same, other };

  recent_commands() = default;
  /// From the stored form, entries of {id, `u64` content hash}, the oldest first. Pre: `is_valid(stored)`.
  explicit recent_commands(std::string_view stored) : entries_(stored) {}

  static bool is_valid(std::string_view stored) noexcept {
    return stored.size() % entry_bytes == 0 && stored.size() <= remembered_max * entry_bytes;
  }

  /// `content_hash`: of all that the command says beside its id; stored, so its layout never changes.
  memory recall(const command_id& id, std::uint64_t content_hash) const noexcept {
    for (std::size_t at = 0; at < entries_.size(); at += entry_bytes) {
      const auto entry = std::string_view{entries_}.substr(at, entry_bytes);
      if (entry.substr(0, command_id::size) == id.view())
        return runtime::get_integer<std::uint64_t>(entry.substr(command_id::size)) == content_hash
                   ? memory::same
                   : memory::other;
    }
    return memory::none;
  }

  /// Pre: `recall` says none.
  void remember(const command_id& id, std::uint64_t content_hash) {
    if (entries_.size() == remembered_max * entry_bytes)
      entries_.erase(0, entry_bytes);
    entries_ += id.view();
    runtime::append_integer(entries_, content_hash);
  }

  const std::string& stored() const noexcept { return entries_; }
  friend bool operator==(const recent_commands&, const recent_commands&) = default;

private:
  static constexpr std::size_t entry_bytes = command_id::size + sizeof(std::uint64_t);

  std::string entries_;
};

} // namespace orderd::actors
