#include "runtime/lmdb/journal_records.hpp"

#include "runtime/base/bytes.hpp"

#include <random>

namespace orderd::runtime {

namespace {

// The first byte of everything in the journal; an epoch's is 1 (row.cpp). A program that knows epochs only
// refuses the others by their version.
constexpr char note_version = 2;
constexpr char cut_version = 3;
constexpr char erased_version = 4;
constexpr char floor_version = 5;
constexpr char identity_version = 6;

/// version, checksum, then the body; both bodies begin with the shard.
constexpr std::size_t header_bytes = 1 + 8;
constexpr std::size_t note_bytes_min = header_bytes + 4;
constexpr std::size_t cut_bytes = header_bytes + 4 + 8;
constexpr std::size_t erased_bytes = header_bytes + 8 + 8;
constexpr std::size_t floor_bytes = header_bytes + 4 + 8 + 8;
constexpr std::size_t identity_bytes = header_bytes + journal_id_bytes;

/// Puts version and checksum into the room left before the body.
std::string sealed(std::string form, char version) {
  form[0] = version;
  put_integer(form.data() + 1,
              hash_bytes(std::string_view{form}.substr(header_bytes), static_cast<std::uint64_t>(version)));
  return form;
}

bool intact(std::string_view form) noexcept {
  return get_integer<std::uint64_t>(form.substr(1))
         == hash_bytes(form.substr(header_bytes), static_cast<unsigned char>(form[0]));
}

} // namespace

std::string seal_note(std::uint32_t shard, std::string_view record) {
  std::string out(header_bytes, '\0');
  append_integer(out, shard);
  out += record;
  return sealed(std::move(out), note_version);
}

result<std::string_view> open_note(std::uint32_t shard, std::string_view stored) {
  const auto bad = [&](fault_code code, std::string_view what) {
    return fault{code, "the note of shard " + std::to_string(shard) + ": " + std::string{what}};
  };
  if (stored.size() < note_bytes_min)
    return bad(fault_code::corrupt, "too short");
  if (stored[0] != note_version)
    return bad(fault_code::unsupported_version, "format version "
                                                    + std::to_string(static_cast<unsigned char>(stored[0]))
                                                    + ", this program knows 2");
  if (!intact(stored))
    return bad(fault_code::corrupt, "wrong checksum");
  if (const auto owner = get_integer<std::uint32_t>(stored.substr(header_bytes)); owner != shard)
    return bad(fault_code::corrupt, "it is of shard " + std::to_string(owner));
  return stored.substr(note_bytes_min);
}

// -- where records were erased -------------------------------------------------------------------

std::string seal_cut(const cut_mark& what) {
  std::string out(header_bytes, '\0');
  append_integer(out, what.shard);
  append_integer(out, what.epoch);
  return sealed(std::move(out), cut_version);
}

bool is_cut(std::string_view record) noexcept {
  return !record.empty() && record[0] == cut_version;
}

result<cut_mark> open_cut(std::string_view record) {
  if (record.size() != cut_bytes || !is_cut(record) || !intact(record))
    return fault{fault_code::corrupt, "the mark of a cut is damaged"};
  const auto body = record.substr(header_bytes);
  return cut_mark{get_integer<std::uint32_t>(body), get_integer<std::uint64_t>(body.substr(4))};
}

std::string seal_erased(const erased_run& what) {
  std::string out(header_bytes, '\0');
  append_integer(out, what.first);
  append_integer(out, what.end);
  return sealed(std::move(out), erased_version);
}

bool is_erased(std::string_view record) noexcept {
  return !record.empty() && record[0] == erased_version;
}

result<erased_run> open_erased(std::uint64_t at, std::string_view record) {
  if (record.size() != erased_bytes || !is_erased(record) || !intact(record))
    return fault{fault_code::corrupt, "the mark of erased records is damaged"};
  const auto body = record.substr(header_bytes);
  const erased_run out{get_integer<std::uint64_t>(body), get_integer<std::uint64_t>(body.substr(8))};
  if (out.first != at || out.end <= out.first)
    return fault{fault_code::corrupt, "the mark of erased records is in a wrong place"};
  return out;
}

// -- how far it was trimmed ----------------------------------------------------------------------

std::string seal_floor(std::uint32_t shard, const trim_floor& what) {
  std::string out(header_bytes, '\0');
  append_integer(out, shard);
  append_integer(out, what.epoch);
  append_integer(out, what.hash);
  return sealed(std::move(out), floor_version);
}

result<trim_floor> open_floor(std::uint32_t shard, std::string_view stored) {
  if (stored.size() != floor_bytes || stored[0] != floor_version || !intact(stored)
      || get_integer<std::uint32_t>(stored.substr(header_bytes)) != shard)
    return fault{fault_code::corrupt,
                 "how far the journal was trimmed for shard " + std::to_string(shard) + " is damaged"};
  const auto body = stored.substr(header_bytes + 4);
  return trim_floor{get_integer<std::uint64_t>(body), get_integer<std::uint64_t>(body.substr(8))};
}

// -- which journal it is -------------------------------------------------------------------------

std::string new_journal_id() {
  std::random_device random;
  std::string id;
  for (int i = 0; i < 4; ++i)
    append_integer(id, static_cast<std::uint32_t>(random()));
  return to_hex(id);
}

std::string seal_identity(std::string_view id) {
  require(id.size() == journal_id_bytes, "not an id of a journal");
  std::string out;
  out.reserve(identity_bytes);
  out.resize(header_bytes);
  out.append(id);
  return sealed(std::move(out), identity_version);
}

result<std::string> open_identity(std::string_view stored) {
  if (stored.size() != identity_bytes || stored[0] != identity_version || !intact(stored))
    return fault{fault_code::corrupt, "the id of the journal is damaged"};
  return std::string{stored.substr(header_bytes)};
}

} // namespace orderd::runtime
