#include "actors/entities/exercise.hpp"

#include "actors/entities/entity_ids.hpp"
#include "actors/rules/kinds.hpp"
#include "runtime/base/log.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <vector>

namespace orderd::actors {

namespace {

using runtime::fault;
using runtime::fault_code;
using runtime::result;

using names = std::set<std::string, std::less<>>;

constexpr std::chrono::seconds look_every{1};

std::string name_of(const runtime::entity_id& id) {
  return std::string{kind_name(static_cast<kind>(id.kind()))} + ' ' + readable_key(id);
}

/// None where it cannot be read, or is no plain file: a folder can be opened, a pipe would be waited for.
std::optional<std::string> content_of(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error))
    return std::nullopt;
  std::ifstream file{path};
  std::ostringstream content;
  // Unlike iterators, this does not throw where a read fails: the entity that looks would fail with it.
  for (std::string line; std::getline(file, line);)
    content << line << '\n';
  return file.eof() ? std::optional{content.str()} : std::nullopt;
}

result<names> read_failing(const std::string& path) {
  auto text = content_of(path);
  if (!text)
    return fault{fault_code::unavailable, "--failing-entities: cannot read " + path, 0};
  auto read = parse_failing(*text);
  if (!read)
    return fault{read.error().code, "--failing-entities: " + path + ", " + read.error().message, 0};
  return read;
}

/// What the file says, as it was read last.
class failing_list {
public:
  failing_list(std::string path, names failing) : path_(std::move(path)), failing_(std::move(failing)) {}

  bool has(const std::string& name) {
    const std::lock_guard lock{mutex_};
    if (const auto now = std::chrono::steady_clock::now(); now >= look_at_) {
      look_at_ = now + look_every;
      look();
    }
    return failing_.contains(name);
  }

private:
  void look() {
    auto read = read_failing(path_);
    if (read)
      failing_ = *std::move(read);
    else
      runtime::log::warn("exercise", "failing_entities_unread", {}, read.error().message);
  }

  std::string path_;
  std::mutex mutex_;
  names failing_;
  std::chrono::steady_clock::time_point look_at_ = std::chrono::steady_clock::now() + look_every;
};

class failing_entity final : public runtime::entity {
public:
  failing_entity(std::unique_ptr<runtime::entity> inner, std::shared_ptr<failing_list> list)
      : inner_(std::move(inner)), list_(std::move(list)) {}

  void handle(runtime::turn& now) override {
    if (list_->has(name_of(now.self)))
      throw std::runtime_error{"made to fail by --failing-entities"};
    inner_->handle(now);
  }

private:
  std::unique_ptr<runtime::entity> inner_;
  std::shared_ptr<failing_list> list_;
};

class exercise final : public runtime::business {
public:
  exercise(std::unique_ptr<const runtime::business> inner, std::shared_ptr<failing_list> list)
      : inner_(std::move(inner)), list_(std::move(list)) {}

  std::uint16_t slot_of(const runtime::entity_id& id) const override { return inner_->slot_of(id); }
  bool has_content(std::uint8_t kind) const override { return inner_->has_content(kind); }
  result<std::unique_ptr<runtime::entity>> load(const runtime::entity_id& id,
                                                const runtime::snapshot& rows) const override {
    auto loaded = inner_->load(id, rows);
    if (!loaded)
      return loaded;
    return std::unique_ptr<runtime::entity>{std::make_unique<failing_entity>(*std::move(loaded), list_)};
  }
  result<runtime::command_ptr> decode_command(std::string_view stored) const override {
    return inner_->decode_command(stored);
  }
  runtime::command_ptr provider_answered(std::uint8_t step,
                                         const std::optional<std::string>& answer) const override {
    return inner_->provider_answered(step, answer);
  }
  std::vector<std::string_view> stages() const override { return inner_->stages(); }
  runtime::standing standing_of(const runtime::entity_id& id, const runtime::snapshot& rows) const override {
    return inner_->standing_of(id, rows);
  }
  std::optional<runtime::addressed_command> note_of(const runtime::resolve_request& decided,
                                                    runtime::unix_ms now) const override {
    return inner_->note_of(decided, now);
  }
  std::string fault_reply(const fault& why) const override { return inner_->fault_reply(why); }
  std::string_view kind_name(std::uint8_t kind) const override { return inner_->kind_name(kind); }
  std::string readable_key(const runtime::entity_id& id) const override { return inner_->readable_key(id); }

private:
  std::unique_ptr<const runtime::business> inner_;
  std::shared_ptr<failing_list> list_;
};

} // namespace

result<names> parse_failing(std::string_view text) {
  names found;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    auto line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r'))
      line.remove_suffix(1);
    if (line.empty() || line.starts_with('#'))
      continue;
    const auto space = line.find(' ');
    const auto id = space == std::string_view::npos
                        ? std::nullopt
                        : parse_readable_key(line.substr(0, space), line.substr(space + 1));
    if (!id)
      return fault{fault_code::malformed,
                   "line " + std::to_string(number) + ": '" + std::string{line.substr(0, 64)}
                       + "' has to be a kind and a key: item SKU, account CUSTOMER, order ID or card ID",
                   0};
    found.insert(name_of(*id));
  }
  return found;
}

result<std::unique_ptr<const runtime::business>> make_exercise(std::unique_ptr<const runtime::business> inner,
                                                               std::string path) {
  auto failing = read_failing(path);
  if (!failing)
    return failing.error();
  auto list = std::make_shared<failing_list>(std::move(path), *std::move(failing));
  return std::unique_ptr<const runtime::business>{
      std::make_unique<const exercise>(std::move(inner), std::move(list))};
}

} // namespace orderd::actors
