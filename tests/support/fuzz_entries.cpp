#include "tests/support/fuzz_entries.hpp"

#include "actors/entities/business.hpp"
#include "actors/requests/request_decoder.hpp"
#include "cluster/client/client_core.hpp"
#include "cluster/gateway/request_batch.hpp"
#include "cluster/gateway/session.hpp"
#include "config/limits.hpp"
#include "tests/support/wire.hpp"

#include <google/protobuf/stubs/logging.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <set>
#include <string>

namespace orderd::testing {
namespace {

using runtime::require;

constexpr std::uint32_t shards = 4;

const runtime::business& rules() {
  static const auto made = [] {
    google::protobuf::SetLogHandler(nullptr);
    return actors::make_business({});
  }();
  return *made;
}

class counting_observer : public cluster::session_observer {
public:
  void answered(std::string_view, runtime::reply_outcome, std::chrono::nanoseconds took) override {
    require(took.count() >= 0, "a reply before its request");
    ++answers;
  }
  std::size_t answers = 0;
};

/// How the first byte of an input asks for the rest to arrive.
struct arrival {
  explicit arrival(std::string_view input)
      : introduced((input[0] & 0x80) != 0), step((input[0] & 0x7f) == 0 ? input.size() : input[0] & 0x7f),
        bytes(input.substr(1)) {}
  bool introduced;
  std::size_t step;
  std::string_view bytes;

  template <class Take>
  void each(Take&& take) const {
    for (std::size_t at = 0; at < bytes.size(); at += step)
      take(bytes.substr(at, step));
  }
};

/// The numbers under which the session asked; each must be another.
std::set<std::uint64_t> numbers_of(const cluster::asked_requests& asked) {
  std::set<std::uint64_t> found;
  auto note = [&](runtime::caller from) {
    require(found.insert(from.request_id).second, "two requests with one number");
  };
  for (const auto& batch : asked.by_shard)
    for (const auto& one : batch)
      note(one.from);
  for (const auto& one : asked.for_node)
    note(one.from);
  return found;
}

void run_session(const arrival& input) {
  counting_observer observer;
  const cluster::session_context context{rules(), observer, shards, "0.1.0"};
  const cluster::moment now{std::chrono::steady_clock::time_point{std::chrono::hours{1}}, 0};
  cluster::asked_requests asked{shards};
  cluster::session talk{1, context};
  talk.open(now);
  if (input.introduced)
    talk.receive(hello_bytes(), now, asked);
  input.each([&](std::string_view piece) { talk.receive(piece, now, asked); });

  const auto numbers = numbers_of(asked);
  require(numbers.size() <= limits::credit_window_requests, "more requests than credit");
  require(talk.unanswered() == numbers.size(), "a request without a place to answer it");
  const auto answered_at_once = observer.answers;
  for (const auto number : numbers)
    talk.reply(number, runtime::reply_outcome::fault, rules().fault_reply({}), now);
  require(talk.finished() || talk.unanswered() == 0, "a request without a reply");
  const auto replies = replies_of(talk.output()).size();
  require(replies == observer.answers, "replies that were not counted");
  require(talk.finished() || replies == answered_at_once + numbers.size(), "not one reply for each request");
  require(errors_of(talk.output()).size() == (talk.finished() ? 1 : 0), "an end without its reason");
}

void run_client(const arrival& input) {
  const cluster::client_core::time_point now{std::chrono::hours{1}};
  cluster::client_core core{{.version = "fuzz"}, now};
  core.submit(1, 1, std::make_shared<const v1::request>(an_order()), now);
  core.connecting();
  core.connected(now);
  bool usable = !input.introduced || core.receive(server_hello(), now);
  std::string out;
  core.write(out, 1u << 20, now);
  input.each([&](std::string_view piece) { usable = usable && core.receive(piece, now); });
  if (!usable)
    core.disconnected("fuzz", now);
  core.stop();
  require(core.take_answers().size() == 1, "not one answer for the request");
}

} // namespace

void fuzz_frames(std::string_view input) {
  if (input.empty())
    return;
  const arrival how{input};
  run_session(how);
  run_client(how);
}

namespace {

void require_storable(const runtime::request_body& what) {
  const auto* entity = std::get_if<runtime::entity_request>(&what);
  if (entity == nullptr)
    return;
  const auto stored = entity->command.what->encode();
  const auto again = rules().decode_command(stored);
  require(static_cast<bool>(again), "a command that cannot be read again");
  require((*again)->encode() == stored, "a command that changes when it is stored");
}

} // namespace

void fuzz_request(std::string_view input) {
  google::protobuf::Arena arena;
  const auto parsed = cluster::parse_request(input, arena);
  if (!parsed)
    return require(!parsed.error().message.empty(), "a refusal without a reason");
  require(!actors::request_name(**parsed).empty(), "a request without a name");
  auto decoded = actors::decode_request(**parsed, shards);
  if (const auto* of_shard = std::get_if<actors::shard_request>(&decoded)) {
    require(of_shard->shard < shards, "a shard that is none");
    require_storable(of_shard->what);
  } else if (const auto* refused = std::get_if<actors::refused_request>(&decoded)) {
    v1::reply body;
    require(body.ParseFromString(refused->reply.bytes), "a refusal that cannot be read");
    require(body.has_rejection() || body.has_fault(), "a refusal that is none");
  }
}

} // namespace orderd::testing
