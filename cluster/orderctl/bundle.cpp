#include "cluster/orderctl/bundle.hpp"

#include "actors/rules/text.hpp"
#include "cluster/orderctl/ctl_nodes.hpp"
#include "cluster/orderctl/ctl_rows.hpp"
#include "cluster/wire/version.hpp"

#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

namespace orderd::cluster {

namespace {

const char* const readme =
    R"(What nodes of orderd said of themselves, for whoever has to find out what happened.

README.txt          this
versions.json       of orderctl and of each node
cluster.json        nodes and shards, as all nodes together know them
quarantine.json     what waits for a person
nodes/N/            of node N:
  status.json         its shards, load and disk, and its longest turns
  history.json        its last hour, a sample a second, and what happened to it
  log.txt             the newest log lines that it keeps in memory, 500 at most
  scrub.json          how far it has looked through its disk, and what it found
  lost.json           what damage took from its states, 500 ranges at most
  configuration.json  what it holds of the configuration store
pages/N.txt         the metrics pages that were named, with the URL in the first line

Files whose form is orderctl's have its field names; history and configuration have those of the wire
(operators.proto). Times are in UTC. Settings of nodes are not in it: nodes do not tell them.
)";

/// Of what has no form for people: the wire's, whole.
std::string wire_json(const google::protobuf::Message& what) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.preserve_proto_field_names = true;
  std::string text;
  return google::protobuf::util::MessageToJsonString(what, &text, options).ok() ? text : "{}\n";
}

std::string text_of(const json& value) {
  return value.dump(2, ' ', false, json::error_handler_t::replace) + '\n';
}

std::string log_text(const v1::log_page& page) {
  std::string text;
  for (const auto& line : page.lines())
    text += line + '\n';
  return text;
}

/// A question, the name of its file, and how its answer looks; none: it was not answered.
struct node_question_kind {
  const char* name;
  void (*ask)(v1::request& what);
  std::optional<std::string> (*form)(const v1::reply& answer);
};

using maybe_text = std::optional<std::string>;

constexpr node_question_kind questions[]{
    {"status.json", [](v1::request& what) { what.mutable_get_status(); },
     [](const v1::reply& of) {
       return of.has_node_status() ? maybe_text{text_of(to_json(of.node_status()))} : std::nullopt;
     }},
    {"history.json", [](v1::request& what) { what.mutable_get_history(); },
     [](const v1::reply& of) {
       return of.has_node_history() ? maybe_text{wire_json(of.node_history())} : std::nullopt;
     }},
    {"log.txt", [](v1::request& what) { what.mutable_get_log(); },
     [](const v1::reply& of) {
       return of.has_log_page() ? maybe_text{log_text(of.log_page())} : std::nullopt;
     }},
    {"scrub.json", [](v1::request& what) { what.mutable_scrub(); },
     [](const v1::reply& of) {
       return of.has_scrub_status() ? maybe_text{text_of(to_json(of.scrub_status()))} : std::nullopt;
     }},
    {"lost.json", [](v1::request& what) { what.mutable_list_lost(); },
     [](const v1::reply& of) {
       auto ranges = json::array();
       for (const auto& each : of.lost_page().ranges())
         ranges.push_back(to_json(each));
       return of.has_lost_page() ? maybe_text{text_of(ranges)} : std::nullopt;
     }},
    {"configuration.json", [](v1::request& what) { what.mutable_get_configuration(); },
     [](const v1::reply& of) {
       return of.has_node_configuration() ? maybe_text{wire_json(of.node_configuration())} : std::nullopt;
     }},
};
constexpr std::size_t question_count = std::size(questions);

/// All at once, over one connection.
std::vector<v1::reply> ask_everything(node_link& node) {
  std::vector<v1::reply> answers(question_count);
  node.run(
      question_count, question_count,
      [](std::uint64_t index) {
        auto what = std::make_shared<v1::request>();
        questions[index].ask(*what);
        return what;
      },
      [&answers](const link_answer& answer) {
        answers[answer.index] = answer.what;
        return true;
      });
  return answers;
}

/// Whether anything was answered: a node that cannot be reached answers the first question alone, with that.
bool is_there(const std::vector<v1::reply>& answers) {
  return std::any_of(answers.begin(), answers.end(), [](const auto& each) {
    const bool unreached =
        each.has_fault()
        && (each.fault().code() == v1::fault::UNAVAILABLE || each.fault().code() == v1::fault::FAULT_UNKNOWN);
    return each.body_case() != v1::reply::BODY_NOT_SET && !unreached;
  });
}

/// Its version; empty: it did not say.
std::string add_node(const std::string& name, const std::string& endpoint, bundle& to, ctl_context& context) {
  const auto answers = ask_everything(*context.only(endpoint));
  const auto miss = [&](const std::string& what, const v1::reply& said) {
    to.missing.push_back(std::string{what}
                             .append(" of node ")
                             .append(name)
                             .append(" at ")
                             .append(endpoint)
                             .append(": ")
                             .append(refusal_text(said)));
  };
  if (!is_there(answers)) {
    miss("all", answers[0]);
    return {};
  }
  for (std::size_t i = 0; i < question_count; ++i) {
    if (auto content = questions[i].form(answers[i]))
      to.files.push_back({"nodes/" + name + "/" + questions[i].name, *std::move(content)});
    else
      miss(questions[i].name, answers[i]);
  }
  return answers[0].node_status().version();
}

void add_nodes(const v1::cluster_status& cluster, bundle& to, ctl_context& context) {
  json versions{{"orderctl", version}, {"nodes", json::object()}};
  const auto add = [&](const std::string& name, const std::string& endpoint) {
    const auto of_node = add_node(name, endpoint, to, context);
    versions["nodes"][name] = of_node.empty() ? json(nullptr) : json(of_node);
  };
  for (const auto& node : cluster.nodes())
    add(std::to_string(node.node()), node.client_endpoint());
  if (cluster.nodes().empty()) // nobody said who there is
    for (std::size_t i = 0; i < context.endpoints.size(); ++i)
      add("unknown-" + std::to_string(i), context.endpoints[i]);
  to.files.push_back({"versions.json", text_of(versions)});
}

void add_quarantine(bundle& to, ctl_context& context) {
  const auto shards = context.node.shards();
  if (!shards) {
    to.missing.push_back("quarantine.json: " + shards.error().message);
    return;
  }
  auto pages = all_quarantined(context.node, *shards);
  auto list = json::array();
  while (const auto entry = pages.next())
    list.push_back(to_json(*entry));
  if (pages.refused())
    to.missing.push_back("a part of quarantine.json: " + refusal_text(*pages.refused()));
  to.files.push_back({"quarantine.json", text_of(list)});
}

/// The address of a page without the name and password in it.
std::string without_user(std::string url) {
  const auto scheme = url.find("://");
  const auto begin = scheme == std::string::npos ? 0 : scheme + 3;
  const auto at = url.substr(0, url.find('/', begin)).rfind('@');
  return at == std::string::npos || at < begin ? url : url.erase(begin, at + 1 - begin);
}

void add_pages(const std::vector<std::string>& pages, const page_fetcher& fetch, bundle& to) {
  for (std::size_t i = 0; i < pages.size(); ++i) {
    const auto page = fetch(pages[i]);
    if (page)
      to.files.push_back({"pages/" + std::to_string(i + 1) + ".txt", without_user(pages[i]) + '\n' + *page});
    else
      to.missing.push_back("page " + without_user(pages[i]) + ": " + page.error().message);
  }
}

std::string readme_of(const bundle& what, std::int64_t at_ms) {
  std::string text = readme;
  text += "\nMade at " + format_time(at_ms) + " by orderctl " + version + ".\n";
  if (what.missing.empty())
    return text + "Everything that was asked for is in it.\n";
  text += "\nNot in it:\n";
  for (const auto& each : what.missing)
    text += "- " + actors::shown(each) + '\n';
  return text;
}

} // namespace

bundle gather_bundle(const std::vector<std::string>& pages, const page_fetcher& fetch, ctl_context& context) {
  bundle made;
  const auto cluster = ask_cluster(context);
  if (cluster.has_cluster_status())
    made.files.push_back({"cluster.json", text_of(to_json(cluster.cluster_status()))});
  else
    made.missing.push_back("cluster.json: " + refusal_text(cluster));
  add_nodes(cluster.cluster_status(), made, context);
  add_quarantine(made, context);
  add_pages(pages, fetch, made);
  made.files.insert(made.files.begin(), {"README.txt", readme_of(made, context.now_ms())});
  return made;
}

} // namespace orderd::cluster
