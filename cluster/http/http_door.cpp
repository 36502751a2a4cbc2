#include "cluster/http/http_door.hpp"

#include "cluster/http/gzip.hpp"
#include "cluster/http/header_rules.hpp"
#include "cluster/http/problem.hpp"
#include "runtime/base/log.hpp"

#include <prometheus/text_serializer.h>

#include <exception>
#include <iterator>
#include <utility>

namespace orderd::cluster {

namespace {

/// What is compressed on the server's thread: half a millisecond.
constexpr std::size_t gzip_bytes_light = 32u << 10;

http_response refused(const problem& why) {
  std::string_view reason = "overloaded"; // a name that lives for ever, for the metric
  for (const std::string_view each :
       {"foreign_host", "foreign_origin", "unsupported_media_type", "starting", "no_such_path"})
    if (why.code == each)
      reason = each;
  auto out = respond(why);
  out.refusal = reason;
  return out;
}

problem overloaded() {
  return {.status = 503,
          .code = "overloaded",
          .detail = "too many requests are under way: nothing was done by this one",
          .retry_after_ms = 1'000,
          .outcome = "nothing_done"};
}

problem starting() {
  return {.status = 503,
          .code = "starting",
          .detail = "the node is starting, or stopping: nothing was done",
          .retry_after_ms = 1'000,
          .outcome = "nothing_done"};
}

bool is_text(std::string_view type) {
  return type.starts_with("text/") || type.starts_with("application/") || type.starts_with("image/svg");
}

/// A bug in one handler is that request's alone.
template <class Handle>
http_step guarded(Handle handle) {
  try {
    return handle();
  } catch (const std::exception& error) {
    runtime::log::error("http", "handler_failed", {}, error.what());
    return respond(problem{.status = 500, .code = "internal", .detail = "a bug ended this request"});
  }
}

void compress(http_response& what) {
  auto small = gzipped(what.body);
  if (small.empty() || small.size() >= what.body.size())
    return;
  what.body = std::move(small);
  what.headers.emplace_back("Content-Encoding", "gzip");
}

} // namespace

/// One request, from its first step to its response.
class dialogue : public std::enable_shared_from_this<dialogue> {
public:
  dialogue(std::shared_ptr<http_door> door, std::shared_ptr<question_port> port, const route& at, bool gzip,
           http_reply then)
      : door_(std::move(door)), port_(std::move(port)), at_(at), gzip_(gzip), then_(std::move(then)) {
    if (is_long())
      ++door_->long_ones_;
  }
  ~dialogue() {
    if (is_long())
      --door_->long_ones_;
  }
  dialogue(const dialogue&) = delete;
  dialogue& operator=(const dialogue&) = delete;

  void go_on(http_step step) {
    if (auto* answer = std::get_if<http_response>(&step.what))
      return finish(std::move(*answer));
    ask(std::get<questions>(std::move(step.what)));
  }

  void finish(http_response what) {
    what.route = at_.name;
    if (what.body.size() >= gzip_bytes_min && is_text(what.content_type))
      what.headers.emplace_back("Vary", "Accept-Encoding");
    if (!gzip_ || what.body.size() < gzip_bytes_min || !is_text(what.content_type))
      return then_(std::move(what));
    if (at_.heavy || what.body.size() <= gzip_bytes_light) {
      compress(what);
      return then_(std::move(what));
    }
    door_->options_.heavy([self = shared_from_this(), what = std::move(what)]() mutable {
      compress(what);
      self->then_(std::move(what));
    });
  }

private:
  /// Its answers are large, and wait for the thread of long ones.
  bool is_long() const noexcept { return at_.heavy && at_.handle; }

  void ask(questions next) {
    const auto count = next.asked.size();
    if (door_->questions_.fetch_add(count) + count > door_->options_.questions_max) {
      door_->questions_ -= count;
      return finish(refused(overloaded()));
    }
    next_ = std::move(next.then);
    answers_.assign(count, nullptr);
    left_ = count;
    if (count == 0)
      return go_on(guarded([this] { return next_(answers_); }));
    for (std::size_t i = 0; i < count; ++i)
      port_->ask(next.asked[i], [self = shared_from_this(), i](const reply_ptr& reply) {
        self->answers_[i] = reply;
        if (--self->left_ == 0)
          self->all_came();
      });
  }

  /// On whatever thread the last answer came.
  void all_came() {
    door_->questions_ -= answers_.size();
    auto& where = at_.heavy ? door_->options_.heavy : door_->options_.light;
    where([self = shared_from_this()] {
      const auto then = std::exchange(self->next_, nullptr);
      const auto answers = std::exchange(self->answers_, {});
      self->go_on(guarded([&] { return then(answers); }));
    });
  }

  std::shared_ptr<http_door> door_;
  std::shared_ptr<question_port> port_;
  const route& at_;
  bool gzip_;
  http_reply then_;
  std::function<http_step(const reply_list&)> next_;
  reply_list answers_;
  std::atomic<std::size_t> left_{0};
};

http_door::http_door(http_door_options options) : options_(std::move(options)) {}

void http_door::add(std::shared_ptr<prometheus::Collectable> source) {
  const std::lock_guard lock{mutex_};
  sources_.push_back(std::move(source));
}

void http_door::open(std::shared_ptr<question_port> port, std::string endpoint) {
  const std::lock_guard lock{mutex_};
  port_ = std::move(port);
  endpoint_ = std::move(endpoint);
}

void http_door::close() {
  const std::lock_guard lock{mutex_};
  port_ = nullptr;
}

std::shared_ptr<question_port> http_door::port() {
  const std::lock_guard lock{mutex_};
  return port_;
}

void http_door::answer(http_request what, const http_reply& then) {
  auto found = find_route(routes(), what.method, what.target);
  if (auto* refusal = std::get_if<http_response>(&found))
    return then(std::move(*refusal));
  auto& of = std::get<found_route>(found);
  if (const auto why = refused_by_headers(what, options_.own_name)) {
    auto out = refused(*why);
    out.route = of.at->name;
    return then(std::move(out));
  }
  auto asks = port();
  const auto talk =
      std::make_shared<dialogue>(shared_from_this(), asks, *of.at, accepts_gzip(what.accept_encoding), then);
  if (!of.at->handle)
    return options_.heavy([self = shared_from_this(), talk, what = std::move(what), &at = *of.at] {
      talk->go_on(guarded([&]() -> http_step { return self->answer_itself(at, what); }));
    });
  if (!asks && of.at->name == "say_ready")
    return talk->finish(
        respond(json{{"ready", false}, {"missing", {"the node is starting, or stopping"}}}, 503));
  if (!asks && of.at->name != "say_alive" && of.at->name != "show_openapi")
    return talk->finish(refused(starting()));
  if (of.at->heavy && long_ones_ > options_.long_ones_max)
    return talk->finish(refused(overloaded()));
  const api_moment moment{.shards = asks ? asks->shards() : 0,
                          .now_ms = options_.now_ms(),
                          .random = options_.random(),
                          .endpoint = asks ? std::string_view{endpoint_} : std::string_view{}};
  const call one{what, moment, std::move(of.parts), std::move(of.parameters)};
  talk->go_on(guarded([&] { return of.at->handle(one); }));
}

http_response http_door::answer_itself(const route& at, const http_request& what) {
  return at.name == "show_metrics" ? metrics_page() : page(what);
}

http_response http_door::page(const http_request& what) const {
  const auto path = std::string_view{what.target}.substr(0, what.target.find('?'));
  const auto file = options_.find_file ? options_.find_file(path) : std::nullopt;
  if (!file)
    return respond(problem{.status = 404, .code = "no_such_path", .detail = "the page has no such file"});
  http_response out{.content_type = std::string{file->content_type}, .body = std::string{file->bytes}};
  if (what.if_none_match.find(file->etag) != std::string::npos)
    out = {.status = 304};
  out.headers.emplace_back("ETag", file->etag);
  out.headers.emplace_back("Cache-Control", "no-cache"); // asked again each time, and mostly not sent again
  return out;
}

http_response http_door::metrics_page() {
  std::vector<std::shared_ptr<prometheus::Collectable>> sources;
  {
    const std::lock_guard lock{mutex_};
    sources = sources_;
  }
  std::vector<prometheus::MetricFamily> all;
  for (const auto& source : sources) {
    auto of_one = source->Collect();
    std::move(of_one.begin(), of_one.end(), std::back_inserter(all));
  }
  return {.content_type = "text/plain; version=0.0.4; charset=utf-8",
          .body = prometheus::TextSerializer{}.prometheus::Serializer::Serialize(all)};
}

} // namespace orderd::cluster
