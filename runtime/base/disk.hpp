// What the operating system says about files and disks, as values and faults.
#pragma once

#include "runtime/base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace orderd::runtime {

/// The fault of a failed system call: full disk and exhausted quota or file size are `storage_full`,
/// so is an I/O error while the disk has next to nothing free (LMDB reports short writes so).
/// `tried` completes "cannot ..."; `path` names the file. The sentence ends with what a person can do.
fault os_failure(int code, const std::string& tried, const std::string& path);

/// Whether there is a file, or a folder, of that name. `corrupt` where something else has the name; another
/// fault where that cannot be seen: "not there" is only said of what is not there.
result<bool> file_exists(const std::string& path);
result<bool> folder_exists(const std::string& path);

/// The names in a folder.
result<std::vector<std::string>> names_in(const std::string& folder);

/// All of a file, nullopt when there is none: `too_large` above limits::small_file_bytes_max.
result<std::optional<std::string>> read_small_file(const std::string& path);

/// Used share of a file system, 0 to 1, and its free bytes.
struct disk_space {
  double used = 0;
  std::uint64_t free_bytes = 0;
};

/// The space of the file system that holds `path`.
result<disk_space> disk_space_of(const std::string& path);

/// Bytes of the disk that the files of a folder take, and of the folders in it; what cannot be read counts
/// nothing.
std::uint64_t disk_bytes_of(const std::string& folder);

/// Makes a folder's entries durable: files created in it or renamed into it.
result<void> sync_folder(const std::string& path);

/// Creates the folder, and the ones above it, and makes that durable. Existing ones are fine.
result<void> make_folders(const std::string& path);

/// Takes the rights of everybody but its owner from a folder that exists. True when there were any; a fault
/// when they cannot be taken, as from a folder of somebody else.
result<bool> make_private(const std::string& path);

/// Replaces the file's content, whole or not at all, durably.
result<void> write_file_atomically(const std::string& path, const std::string& content);

} // namespace orderd::runtime
