#include "cluster/api/asker.hpp"

#include <caf/actor_cast.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/exit_reason.hpp>
#include <caf/init_global_meta_objects.hpp>
#include <caf/send.hpp>

#include <map>
#include <unordered_map>
#include <utility>

namespace orderd::cluster {

namespace {

void tell(const asker::answer& then, v1::fault::kind code, const std::string& message) {
  auto reply = std::make_shared<v1::reply>();
  reply->mutable_fault()->set_code(code);
  reply->mutable_fault()->set_message(message);
  then(reply);
}

class asker_actor : public caf::event_based_actor {
public:
  asker_actor(caf::actor_config& config, client_options options,
              std::shared_ptr<std::atomic<std::uint32_t>> shards)
      : caf::event_based_actor(config), options_(std::move(options)), shards_(std::move(shards)) {}

  caf::behavior make_behavior() override {
    client_ = connect(system(), options_);
    send(client_, caf::subscribe_atom_v);
    return {
        [this](asker_question& one) { ask(one); },
        [this](const client_reply& reply) { answered(reply); },
        [this](const client_replies& replies) {
          for (const auto& reply : replies)
            answered(reply);
        },
        [this](const client_state& state) {
          if (state.shards != 0)
            shards_->store(state.shards, std::memory_order_relaxed);
        },
    };
  }

  void on_exit() override {
    send_exit(client_, caf::exit_reason::user_shutdown);
    for (const auto& [endpoint, client] : nodes_)
      send_exit(client, caf::exit_reason::user_shutdown);
    for (const auto& [tag, then] : std::exchange(waiting_, {}))
      tell(std::exchange(*then, nullptr), v1::fault::SHUTTING_DOWN,
           "the node is stopping; what became of the request is not known");
    client_ = nullptr;
    nodes_.clear();
  }

private:
  void ask(asker_question& one) {
    const auto to = one.endpoint.empty() ? client_ : of_node(one.endpoint);
    if (!to)
      return tell(std::exchange(*one.then, nullptr), v1::fault::UNAVAILABLE,
                  "too many nodes are asked at once; nothing was done");
    waiting_.emplace(++last_tag_, std::move(one.then));
    send(to, client_request{last_tag_, std::move(one.what)});
  }

  caf::actor of_node(const std::string& endpoint) {
    if (const auto known = nodes_.find(endpoint); known != nodes_.end())
      return known->second;
    if (nodes_.size() == asker::nodes_asked_max)
      return nullptr;
    auto options = options_;
    options.endpoint = endpoint;
    options.follow = false;
    return nodes_.emplace(endpoint, connect(system(), options)).first->second;
  }

  void answered(const client_reply& reply) {
    const auto found = waiting_.find(reply.tag);
    if (found == waiting_.end())
      return;
    const auto then = std::exchange(*found->second, nullptr);
    waiting_.erase(found);
    then(reply.what);
  }

  client_options options_;
  std::shared_ptr<std::atomic<std::uint32_t>> shards_;
  caf::actor client_;
  std::map<std::string, caf::actor> nodes_; ///< by endpoint
  std::unordered_map<std::uint64_t, std::shared_ptr<asker::answer>> waiting_;
  std::uint64_t last_tag_ = 0;
};

} // namespace

asker::asker(caf::actor_system& system, const client_options& options)
    : shards_(std::make_shared<std::atomic<std::uint32_t>>(0)),
      actor_(system.spawn<asker_actor>(options, shards_)) {}

asker::~asker() {
  stop();
}

void asker::cluster(std::shared_ptr<const v1::request> what, answer then) const {
  node({}, std::move(what), std::move(then));
}

void asker::node(std::string endpoint, std::shared_ptr<const v1::request> what, answer then) const {
  // A message to an actor that has ended is destroyed unread, and somebody waits: who is answered leaves the
  // function empty, and one that is not empty at its end is answered there.
  const auto waits = std::shared_ptr<answer>(new answer(std::move(then)), [](answer* one) {
    if (*one)
      tell(*one, v1::fault::SHUTTING_DOWN, "the node is stopping; nothing was done");
    delete one;
  });
  caf::anon_send(actor_, asker_question{std::move(endpoint), std::move(what), waits});
}

void asker::stop() const {
  caf::anon_send_exit(actor_, caf::exit_reason::user_shutdown);
}

void init_asker_types() {
  caf::init_global_meta_objects<caf::id_block::orderd_asker>();
}

} // namespace orderd::cluster
