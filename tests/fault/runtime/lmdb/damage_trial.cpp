#include "tests/fault/runtime/lmdb/damage_trial.hpp"

#include "runtime/lmdb/lmdb_pages.hpp"
#include "runtime/lmdb/lmdb_storage.hpp"
#include "runtime/storage/recovery.hpp"
#include "tests/support/append.hpp"
#include "tests/support/damage.hpp"
#include "tests/support/storage_harness.hpp"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <optional>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace orderd::test {

using namespace runtime;
namespace fs = std::filesystem;

namespace {

constexpr int seconds_max = 60;
constexpr std::uint64_t page_bytes = lmdb::page_bytes;

const std::map<std::string, std::string> files{{"journal", "/journal/data.mdb"},
                                               {"state", "/shards/0000/state/data.mdb"},
                                               {"node.json", "/node.json"},
                                               {"end", "/journal/end"},
                                               {"sums", "/shards/0000/state/sums"}};

std::vector<std::string> words(const std::string& kind) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at <= kind.size();) {
    const auto space = std::min(kind.find(' ', at), kind.size());
    out.push_back(kind.substr(at, space - at));
    at = space + 1;
  }
  return out;
}

/// The pages of a file that are of a kind.
std::vector<std::uint64_t> pages_of(const std::string& file, const std::string& kind) {
  std::vector<std::uint64_t> out;
  if (kind == "meta")
    return {0, 1};
  const auto meta = **lmdb::read_meta_pages(file);
  const auto in = lmdb::page_file::open(file);
  lmdb::page_census free{meta.newest.last_page};
  const auto walked = lmdb::walk_free_pages(*in, meta.newest, free);
  require(static_cast<bool>(walked), "a sound file");
  const std::map<std::string, int> flags{{"branch", 1}, {"leaf", 2}, {"overflow", 4}};
  for (auto page = lmdb::meta_page_count; page <= meta.newest.last_page; ++page) {
    const bool wanted = kind == "free"
                            ? free.seen(page)
                            : !free.seen(page) && byte_of(file, page * page_bytes + 10) == flags.at(kind);
    if (wanted)
      out.push_back(page);
  }
  return out;
}

std::string flip(const std::string& file, std::uint64_t at, std::mt19937_64& random) {
  const auto bit = random() % 8;
  put_byte(file, at, static_cast<char>(byte_of(file, at) ^ (1 << bit)));
  return "bit " + std::to_string(bit) + " of byte " + std::to_string(at);
}

} // namespace

std::string to_string(damage_outcome outcome) {
  switch (outcome) {
  case damage_outcome::right:
    return "right";
  case damage_outcome::corrupt:
    return "corrupt";
  case damage_outcome::refused:
    return "refused";
  case damage_outcome::ended:
    return "ended";
  case damage_outcome::silent:
    return "SILENT";
  case damage_outcome::by_signal:
    return "SIGNAL";
  case damage_outcome::hung:
    return "HUNG";
  }
  return {};
}

// -- the folder ----------------------------------------------------------------------------------

damage_bed::damage_bed(std::uint64_t seed) : random_(seed) {
  write_epochs(60, 0);
  fs::copy(whole_, older_, fs::copy_options::recursive);
  write_epochs(30, 4);
}

/// Epochs of both shards in turn; the last ones are not applied.
void damage_bed::write_epochs(std::uint64_t count, std::uint64_t left_unapplied) {
  auto store = open_storage(whole_, shards, small_maps);
  require(store && recover(**store), "a sound folder");
  for (std::uint64_t i = 0; i < count; ++i)
    for (std::uint32_t shard = 0; shard < shards; ++shard) {
      const auto next = make_epoch(shard, ++last_[shard], random_writes(shard));
      require(static_cast<bool>(append((*store)->journal(), {next})), "an append");
      if (i + left_unapplied >= count)
        continue;
      require(static_cast<bool>((*store)->state(shard).apply(std::vector{next})), "an apply");
      if (i % 8 == 0 && last_[shard] > 10)
        (*store)->journal().trim(shard, last_[shard] - 10);
    }
}

/// An entity has its content and its state; of both the last keys are the same, as a salvage expects.
std::vector<row_write> damage_bed::random_writes(std::uint32_t shard) {
  std::vector<row_write> out;
  std::set<std::string> written;
  for (auto count = 1 + random_() % 12; count > 0; --count) {
    const auto key = "\1row " + std::to_string(random_() % 900);
    const auto what = random_() % 4;
    if (!written.insert(key).second)
      continue;
    const bool gone = random_() % 3 == 0;
    if (what < 2) {
      write_row(shard, {table::content, key}, gone, out);
      write_row(shard, {table::state, key}, gone, out);
    } else {
      write_row(shard, {what == 2 ? table::index : table::timer, key}, gone, out);
    }
  }
  return out;
}

void damage_bed::write_row(std::uint32_t shard, const row_key& key, bool gone, std::vector<row_write>& out) {
  auto& known = expected_[shard];
  if (gone && known.erase(key) > 0) {
    erased_[shard].insert(key);
    out.push_back({key, std::nullopt});
    return;
  }
  const auto bytes = random_() % (random_() % 12 == 0 ? 12'000 : 300);
  known[key] = std::string(bytes, static_cast<char>('a' + random_() % 26));
  erased_[shard].erase(key);
  out.push_back({key, known[key]});
}

// -- damage --------------------------------------------------------------------------------------

const std::vector<std::string>& damage_bed::kinds() {
  static const auto all = [] {
    std::vector<std::string> out;
    for (const std::string file : {"journal", "state"}) {
      for (const std::string page : {"meta", "branch", "leaf", "overflow", "free"})
        for (const std::string where : {"head", "any", "zeros"})
          out.push_back(file + " " + page + " " + where);
      for (const std::string how : {"empty", "byte", "page", "half", "older", "missing"})
        out.push_back(file + " file " + how);
    }
    for (const std::string file : {"node.json", "end", "sums"})
      for (const std::string how : {"flip", "empty", "older", "missing"})
        out.push_back(file + " file " + how);
    out.emplace_back("state file swapped");
    return out;
  }();
  return all;
}

std::string damage_bed::damage(const std::string& kind, std::mt19937_64& random) const {
  const auto what = words(kind);
  const auto& name = files.at(what[0]);
  const auto file = trial_ + name;
  const auto& how = what[2];
  const auto bytes = fs::file_size(file);
  if (what[1] != "file") {
    const auto pages = pages_of(file, what[1]);
    if (pages.empty())
      return "there is no such page";
    const auto page = pages[random() % pages.size()];
    if (how != "zeros")
      return flip(file, page * page_bytes + random() % (how == "head" ? 48 : page_bytes), random);
    for (std::uint64_t at = 0; at < page_bytes; ++at)
      put_byte(file, page * page_bytes + at, 0);
    return "page " + std::to_string(page) + " is zeros";
  }
  if (how == "flip")
    return flip(file, random() % bytes, random);
  if (how == "missing")
    fs::remove(file);
  else if (how == "older")
    fs::copy_file(older_ + name, file, fs::copy_options::overwrite_existing);
  else if (how == "swapped") {
    fs::rename(trial_ + "/shards/0000", trial_ + "/shards/x");
    fs::rename(trial_ + "/shards/0001", trial_ + "/shards/0000");
    fs::rename(trial_ + "/shards/x", trial_ + "/shards/0001");
  } else {
    const std::map<std::string, std::uint64_t> sizes{
        {"empty", 0}, {"byte", bytes - 1}, {"page", bytes - page_bytes}, {"half", bytes / 2}};
    fs::resize_file(file, sizes.at(how));
  }
  return how;
}

damage_report damage_bed::run(const std::string& kind, std::mt19937_64& random) {
  fs::remove_all(trial_);
  fs::copy(whole_, trial_, fs::copy_options::recursive);
  const auto what = damage(kind, random);
  auto report = look();
  report.what = kind + ": " + what + ": " + to_string(report.outcome) + " " + report.what;
  return report;
}

// -- looking -------------------------------------------------------------------------------------

/// What is wrong with the rows; "" nothing. A row that is refused as damaged is not wrong.
std::string damage_bed::check_rows(storage& store, bool& corrupt) const {
  for (std::uint32_t shard = 0; shard < shards; ++shard) {
    auto reader = store.state(shard).reader();
    if (!reader) {
      corrupt = true;
      continue;
    }
    const auto looked_up = [&](const row_key& key, const std::optional<std::string>& wanted) {
      const auto got = (*reader)->get(key);
      corrupt |= !got;
      return !got || *got == wanted;
    };
    for (const auto& [key, value] : expected_[shard])
      if (!looked_up(key, value))
        return "shard " + std::to_string(shard) + ": row '" + std::string{key.key()}
               + "' is missing or wrong";
    for (const auto& key : erased_[shard])
      if (!looked_up(key, std::nullopt))
        return "shard " + std::to_string(shard) + ": row '" + std::string{key.key()} + "' is there again";
    for (const auto in : {table::content, table::state, table::index, table::timer}) {
      std::size_t seen = 0;
      const auto done = (*reader)->scan(in, {}, {}, false, [&](auto, auto) -> result<state_reader::step> {
        ++seen;
        return state_reader::step::next;
      });
      corrupt |= !done;
      const auto wanted = std::count_if(expected_[shard].begin(), expected_[shard].end(),
                                        [&](const auto& row) { return row.first.in() == in; });
      if (done && seen != static_cast<std::size_t>(wanted))
        return "shard " + std::to_string(shard) + ": a list has " + std::to_string(seen) + " rows, not "
               + std::to_string(wanted);
    }
  }
  return "";
}

void damage_bed::look_in_child(int pipe) const {
  const auto say = [&](damage_outcome outcome, const std::string& what) {
    const auto text = static_cast<char>(outcome) + what;
    _exit(::write(pipe, text.data(), text.size()) < 0 ? 1 : 0);
  };
  bool corrupt = false;
  for (int life = 0; life < 2; ++life) {
    auto store = open_storage(trial_, shards, small_maps);
    if (!store)
      say(life == 0 ? damage_outcome::refused : damage_outcome::ended, store.error().message);
    const auto found = recover(**store);
    if (!found)
      say(life == 0 ? damage_outcome::refused : damage_outcome::ended, found.error().message);
    for (std::uint32_t shard = 0; shard < shards && life == 0; ++shard)
      if ((*found)[shard].last.epoch != last_[shard])
        say(damage_outcome::silent, "shard " + std::to_string(shard) + " ends at epoch "
                                        + std::to_string((*found)[shard].last.epoch) + " of "
                                        + std::to_string(last_[shard]));
    if (const auto wrong = check_rows(**store, corrupt); !wrong.empty())
      say(damage_outcome::silent, wrong + " in life " + std::to_string(life));
    // It goes on: what is damaged and was not read yet would be used now.
    for (std::uint64_t more = 1; more <= 12 && life == 0; ++more)
      for (std::uint32_t shard = 0; shard < shards; ++shard) {
        const auto next =
            make_epoch(shard, last_[shard] + more,
                       {write(table::call, "more " + std::to_string(more), std::string(more * 700, 'm'))});
        auto done = append((*store)->journal(), {next});
        if (done && more <= 9) // The last ones a restart applies.
          done = (*store)->state(shard).apply(std::vector{next});
        if (!done)
          say(damage_outcome::ended, done.error().message);
        (*store)->journal().trim(shard, last_[shard]);
      }
  }
  say(corrupt ? damage_outcome::corrupt : damage_outcome::right, "");
  _exit(1);
}

damage_report damage_bed::look() const {
  int ends[2] = {-1, -1};
  require(pipe(ends) == 0, "a pipe");
  const auto child = fork();
  if (child == 0) {
    ::close(ends[0]);
    try {
      look_in_child(ends[1]);
    } catch (const std::exception& broken) { // a broken assumption ends a node too
      const auto text = static_cast<char>(damage_outcome::ended) + std::string{broken.what()};
      _exit(::write(ends[1], text.data(), text.size()) < 0 ? 1 : 0);
    }
  }
  ::close(ends[1]);
  pollfd waiting{ends[0], POLLIN, 0};
  damage_report out;
  if (poll(&waiting, 1, seconds_max * 1'000) == 0) {
    kill(child, SIGKILL);
    out.outcome = damage_outcome::hung;
  }
  char text[4096];
  const auto got = ::read(ends[0], text, sizeof text);
  ::close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (out.outcome == damage_outcome::hung)
    return out;
  if (WIFSIGNALED(status) || got < 1)
    return {damage_outcome::by_signal,
            "signal " + std::to_string(WIFSIGNALED(status) ? WTERMSIG(status) : 0)};
  return {static_cast<damage_outcome>(text[0]), std::string{text + 1, static_cast<std::size_t>(got - 1)}};
}

} // namespace orderd::test
