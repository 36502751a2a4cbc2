// orderctl top: looks again and again, on a thread of its own, so that keys are answered at once.
#include "actors/rules/text.hpp"
#include "cluster/orderctl/ctl_commands.hpp"
#include "cluster/orderctl/ctl_terminal.hpp"
#include "cluster/orderctl/top_gatherer.hpp"
#include "cluster/orderctl/top_json.hpp"
#include "cluster/top/top_screen.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <fcntl.h>
#include <mutex>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <unistd.h>
#include <utility>

namespace orderd::cluster {

namespace {

/// How long Esc is waited behind: a key that begins with it is sent at once.
constexpr int escape_ms = 50;

top_gatherer gatherer_of(const ctl_context& context) {
  return {context.endpoints, context.only, context.now_ms};
}

/// Looks on a thread until its end, which waits for the look that is under way.
class top_feed {
public:
  top_feed(const ctl_context& context, std::chrono::seconds interval)
      : context_(context), interval_(interval) {
    if (::pipe2(news_, O_NONBLOCK | O_CLOEXEC) != 0)
      throw std::runtime_error("no pipe: the process has too many open files");
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  }
  ~top_feed() {
    thread_.request_stop();
    thread_.join();
    ::close(news_[0]);
    ::close(news_[1]);
  }
  top_feed(const top_feed&) = delete;
  top_feed& operator=(const top_feed&) = delete;

  /// Can be read when there is another look.
  int news() const noexcept { return news_[0]; }

  top_model take() {
    char byte = 0;
    while (::read(news_[0], &byte, 1) > 0)
      continue;
    std::lock_guard lock{mutex_};
    return newest_;
  }

  /// The order to look at; a new one is looked at at once.
  void wish(const std::string& order_id) {
    std::lock_guard lock{mutex_};
    if (std::exchange(order_id_, order_id) != order_id)
      wished_ = true;
    changed_.notify_one();
  }

private:
  void run(const std::stop_token& stop) {
    auto gather = gatherer_of(context_); // here: links are of their thread
    while (!stop.stop_requested()) {
      std::string order_id;
      {
        std::lock_guard lock{mutex_};
        order_id = order_id_;
        wished_ = false;
      }
      auto model = gather.look(order_id);
      std::unique_lock lock{mutex_};
      newest_ = std::move(model);
      static_cast<void>(::write(news_[1], "", 1)); // When it is full there is news already.
      changed_.wait_for(lock, stop, interval_, [this] { return wished_; });
    }
  }

  const ctl_context& context_;
  std::chrono::seconds interval_;
  int news_[2]{-1, -1};
  std::mutex mutex_;
  std::condition_variable_any changed_;
  top_model newest_;
  std::string order_id_;
  bool wished_ = false;
  std::jthread thread_; ///< last: it uses the others
};

int live(const top_options& options, ctl_context& context) {
  top_feed feed{context, std::chrono::seconds{options.interval_s}};
  ctl_terminal terminal;
  top_key_reader keys;
  top_ui ui;
  top_model model;
  bool open = true;
  while (open && terminal.draw(top_screen(model, ui, terminal.look()))) {
    const auto seen = terminal.wait(feed.news(), keys.waits() ? escape_ms : -1);
    if (seen.gone)
      break;
    if (seen.news) {
      auto newest = feed.take();
      model.chosen = newest.chosen; // also while the rest holds still: it was just asked for
      model.chosen_error = newest.chosen_error;
      if (!ui.paused)
        model = std::move(newest);
    }
    for (const auto key : seen.nothing ? keys.rest() : keys.read(seen.keys))
      open = open && press(ui, key, model);
    if (const auto rows = rows_of(ui, model); rows > 0)
      ui.row = std::min(ui.row, rows - 1);
    feed.wish(ui.order_id);
  }
  return exit_ok;
}

bool none_answers(const top_model& model) {
  return std::all_of(model.nodes.begin(), model.nodes.end(),
                     [](const auto& node) { return !node.error.empty(); });
}

int once(ctl_context& context) {
  const auto model = gatherer_of(context).look({});
  if (context.json)
    print_line(to_json(model), context);
  else
    context.out << top_plain(model);
  for (const auto& node : model.nodes)
    if (!node.error.empty())
      context.err << "orderctl: " << actors::shown(node.endpoint) << ": " << node.error << '\n';
  return none_answers(model) ? exit_fault : exit_ok;
}

/// Until somebody ends it, or nobody reads it any more.
int block_by_block(const top_options& options, ctl_context& context) {
  auto gather = gatherer_of(context);
  while (context.out << top_plain(gather.look({})) << '\n' << std::flush)
    std::this_thread::sleep_for(std::chrono::seconds{options.interval_s});
  return exit_ok;
}

} // namespace

int run(const top_options& options, ctl_context& context) {
  if (options.once)
    return once(context);
  return ctl_terminal::is_there() ? live(options, context) : block_by_block(options, context);
}

} // namespace orderd::cluster
