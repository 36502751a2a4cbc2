#include "runtime/lmdb/journal_end.hpp"

#include "runtime/base/bytes.hpp"
#include "runtime/base/disk.hpp"
#include "runtime/lmdb/journal_records.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>

namespace orderd::runtime {

namespace {

constexpr char slot_version = 1;
/// version, checksum, id, then three numbers.
constexpr std::size_t header_bytes = 1 + 8;
constexpr std::size_t slot_bytes = header_bytes + journal_id_bytes + 3 * sizeof(std::uint64_t);
/// Each slot has a block of the disk to itself: a write torn by a loss of power destroys one at most.
constexpr std::size_t slot_distance = 4096;

constexpr std::string_view way_out =
    " Acknowledged orders may be missing from it. Put back the newest journal/data.mdb and journal/end, "
    "which "
    "belong together; in a cluster, let the node take copies of the others with --replace-disk.";

std::string seal_slot(const std::string& id, const journal_position& at) {
  std::string out(header_bytes, '\0');
  out += id;
  append_integer(out, at.transaction);
  append_integer(out, at.last_record);
  append_integer(out, at.trees);
  out[0] = slot_version;
  put_integer(out.data() + 1, hash_bytes(std::string_view{out}.substr(header_bytes), slot_version));
  return out;
}

struct slot {
  std::string journal_id;
  journal_position at;
};

std::optional<slot> open_slot(std::string_view stored) {
  if (stored.size() != slot_bytes || stored[0] != slot_version
      || get_integer<std::uint64_t>(stored.substr(1))
             != hash_bytes(stored.substr(header_bytes), slot_version))
    return std::nullopt;
  const auto numbers = stored.substr(header_bytes + journal_id_bytes);
  return slot{std::string{stored.substr(header_bytes, journal_id_bytes)},
              {get_integer<std::uint64_t>(numbers), get_integer<std::uint64_t>(numbers.substr(8)),
               get_integer<std::uint64_t>(numbers.substr(16))}};
}

} // namespace

result<void> journal_end::create(const std::string& file, const std::string& journal_id,
                                 const journal_position& at) {
  std::string content(slot_distance + slot_bytes, '\0');
  const auto stored = seal_slot(journal_id, at);
  content.replace(0, slot_bytes, stored);
  content.replace(slot_distance, slot_bytes, stored);
  return write_file_atomically(file, content);
}

result<std::unique_ptr<journal_end>> journal_end::open(const std::string& file) {
  const int fd = ::open(file.c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0 && errno != ENOENT)
    return os_failure(errno, "open the journal's end", file);
  if (fd < 0)
    return fault{fault_code::corrupt,
                 file + " is missing: whether the journal is whole cannot be told." + std::string{way_out}};
  std::unique_ptr<journal_end> out{new journal_end{file, fd}};
  if (auto done = out->load(); !done)
    return done.error();
  return out;
}

journal_end::~journal_end() {
  ::close(fd_);
}

result<void> journal_end::load() {
  bool sound = false;
  for (const std::size_t at : {std::size_t{0}, slot_distance}) {
    std::array<char, slot_bytes> bytes{};
    const auto got = pread(fd_, bytes.data(), bytes.size(), static_cast<off_t>(at));
    if (got < 0)
      return os_failure(errno, "read the journal's end", file_);
    const auto found = open_slot({bytes.data(), static_cast<std::size_t>(got)});
    if (!found)
      continue;
    if (!sound || found->at.transaction > last_.transaction) {
      before_ = last_;
      last_ = found->at;
      journal_id_ = found->journal_id;
    } else {
      before_ = found->at;
    }
    sound = true;
  }
  if (sound)
    return {};
  return fault{fault_code::corrupt,
               file_ + " is damaged: whether the journal is whole cannot be told." + std::string{way_out}};
}

result<void> journal_end::check(const std::string& journal_id, const journal_position& found) const {
  const auto refused = [&](const std::string& what) {
    return fault{fault_code::corrupt, what + "." + std::string{way_out}};
  };
  if (journal_id != journal_id_)
    return refused("the journal is " + journal_id + ", but " + file_ + " is of another one, " + journal_id_);
  if (found.last_record < last_.last_record)
    return refused("the journal ends with record " + std::to_string(found.last_record) + ", but " + file_
                   + " knows that " + std::to_string(last_.last_record) + " was written: it is an older one");
  if (found.transaction < last_.transaction)
    return refused("the journal is that of commit " + std::to_string(found.transaction) + ", but " + file_
                   + " knows of commit " + std::to_string(last_.transaction) + ": it is an older one");
  if (found.transaction == last_.transaction && found.trees != last_.trees)
    return refused("the journal's last commit, " + std::to_string(found.transaction)
                   + ", is not the one that was written");
  // A damaged number makes an older meta page the newest. No commit can have the trees of the last but one,
  // whose pages it may not use yet.
  if (found.transaction == last_.transaction + 1 && before_.transaction + 2 == found.transaction
      && found.trees == before_.trees)
    return refused("the journal's commit " + std::to_string(found.transaction)
                   + " is an older one with a damaged number");
  return {};
}

result<void> journal_end::advance(const journal_position& at) {
  const auto stored = seal_slot(journal_id_, at);
  const auto where = static_cast<off_t>(at.transaction % 2 * slot_distance);
  if (pwrite(fd_, stored.data(), stored.size(), where) != static_cast<ssize_t>(stored.size()))
    return os_failure(errno == 0 ? EIO : errno, "write the journal's end", file_);
  before_ = last_;
  last_ = at;
  return {};
}

result<void> journal_end::sync() const {
  if (fdatasync(fd_) != 0)
    return os_failure(errno, "sync the journal's end", file_);
  return {};
}

} // namespace orderd::runtime
