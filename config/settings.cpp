#include "config/settings.hpp"

#include "config/limits.hpp"
#include "config/loopback.hpp"
#include "config/value_checks.hpp"

#include <CLI/CLI.hpp>

#include <limits>
#include <map>
#include <string>

namespace orderd::config {

namespace {

enum class when_empty : std::uint8_t { refused, allowed };

/// HOST:PORT on loopback: nothing that is spoken here is encrypted.
CLI::Validator loopback(when_empty empty) {
  return {[=](std::string& text) -> std::string {
            if (parse_loopback(text) || (text.empty() && empty == when_empty::allowed))
              return {};
            return "'" + text + "' cannot be listened on; it must be " + loopback_form + " (0: any free one)";
          },
          "(loopback only)", "loopback"};
}

/// HOST:PORT on loopback to connect to.
CLI::Validator etcd_endpoint() {
  return {[](std::string& text) -> std::string {
            const auto read = parse_loopback(text);
            if (read && read->port != 0)
              return {};
            return "'" + text
                   + "' is no endpoint of etcd; it must be a loopback address with its port "
                     "(127.0.0.1:2379, [::1]:2379 or localhost:2379)";
          },
          "(loopback only)", "etcd endpoint"};
}

void add_cluster(CLI::App& app, node_settings& into) {
  static const std::map<std::string, configuration_form> forms{{"static", configuration_form::one_node},
                                                               {"etcd", configuration_form::etcd}};
  app.add_option("--configuration", into.configuration,
                 "What says who owns which shard: static (this node alone) or an etcd that nodes share")
      ->type_name("static|etcd")
      ->transform(one_of(forms))
      ->default_str("static");
  app.add_option("--etcd", into.etcd, "Endpoints of that etcd, one a member, separated by commas")
      ->type_name("HOST:PORT,...")
      ->delimiter(',')
      ->check(etcd_endpoint());
  app.add_option("--replication", into.replication,
                 "Copies of each shard, fixed when the first node of a cluster starts")
      ->check(whole(1, 7, "copies"))
      ->type_name("COUNT")
      ->capture_default_str();
  app.add_option("--node", into.node, "Number of this node in its cluster, another one for each, for ever")
      ->type_name("N")
      ->check(whole(0, limits::node_number_max, ""));
  app.add_option("--peer-listen", into.peer_listen, "Address for the other nodes, TCP and UDP")
      ->type_name("HOST:PORT")
      ->check(loopback(when_empty::refused));
}

void add_door(CLI::App& app, node_settings& into) {
  app.add_option("--listen", into.listen, "Address for clients")
      ->type_name("HOST:PORT")
      ->check(loopback(when_empty::refused));
  app.add_option("--http,--metrics", into.http,
                 "Address for HTTP: API, page for operators, metrics; empty: none. --metrics is its old name")
      ->type_name("HOST:PORT")
      ->check(loopback(when_empty::allowed));
  app.add_option(
         "--connections-per-address-max", into.connections_per_address_max,
         "Connections of clients of one address, of 1,024 in all; the next one of it takes the place of "
         "an idle one")
      ->type_name("COUNT")
      ->check(whole(1, limits::connections_max, "connections"));
  app.add_option("--queue-age-ms-max", into.queue_age_ms_max,
                 "A new order that would wait longer for its shard is refused: overloaded; a read at half of "
                 "that, other requests at four times")
      ->type_name("MS")
      ->check(whole(1, 60'000, "ms"));
  app.add_option("--unsettled-orders-max", into.unsettled_orders_max,
                 "New orders are refused while so many have work to do")
      ->type_name("ORDERS")
      ->check(whole(1, 100'000'000, "orders"));
}

void add_storage(CLI::App& app, node_settings& into) {
  app.add_option("--data-dir", into.data_dir, "Folder of everything the node stores; made when missing")
      ->type_name("DIR");
  app.add_option(
         "--shards", into.shards,
         "Shards of the node, fixed when the data folder is made; 0: as the folder says, 1 for a new one")
      ->type_name("N")
      ->check(whole(0, limits::shards_max, "shards"));
  app.add_option("--apply-interval-ms", into.apply_interval_ms,
                 "How often committed epochs are applied to the state")
      ->type_name("MS")
      ->check(whole(1, 60'000, "ms"));
  app.add_option("--unapplied-bytes-max", into.unapplied_bytes_max,
                 "Committed but not yet applied rows in memory, above which admission slows")
      ->type_name("BYTES")
      ->check(whole(1 << 20, std::int64_t{1} << 40, "bytes"));
  app.add_option("--disk-used-max", into.disk_used_max,
                 "Used share of the disk from which new orders are refused")
      ->type_name("SHARE")
      ->check(number(0, 1, "a share"));
  app.add_option("--scrub-hours", into.scrub_hours,
                 "Between two looks through all stored states and the journal while the node runs; 0: none")
      ->type_name("H")
      ->check(whole(0, 8'760, "h"));
  app.add_option("--scrub-mb-s", into.scrub_mb_s, "What such a look reads, in millions of bytes a second")
      ->type_name("MB")
      ->check(whole(1, 10'000, "MB"));
}

void add_engine(CLI::App& app, node_settings& into) {
  static const std::map<std::string, entity_form> forms{{"actor", entity_form::actor},
                                                        {"object", entity_form::object}};
  app.add_option("--workers", into.workers, "Scheduler threads")
      ->type_name("THREADS")
      ->check(whole(1, 256, "threads"));
  app.add_option("--entities", into.entities, "How entities run; object only to measure what actors cost")
      ->type_name("actor|object")
      ->transform(one_of(forms))
      ->default_str("actor");
  app.add_option("--live-entities-max", into.live_entities_max, "Entity actors in memory")
      ->type_name("ENTITIES")
      ->check(whole(1'000, 100'000'000, "entities"));
  app.add_option("--idle-s-max", into.idle_s_max, "An entity that is idle for longer leaves memory")
      ->type_name("S")
      ->check(whole(1, 86'400, "s"));
  app.add_option("--placement-deadline-ms", into.placement_deadline_ms,
                 "A placement not settled by then is undone")
      ->type_name("MS")
      ->check(whole(100, 86'400'000, "ms"));
  app.add_option("--restarts-max", into.restarts_max,
                 "Restarts of an entity on one command before quarantine")
      ->type_name("N")
      ->check(whole(0, 100, "restarts"));
  app.add_option("--failing-entities", into.failing_entities,
                 "For exercises: a file whose lines name entities that fail on purpose (\"item A\"); empty: none")
      ->type_name("FILE");
  app.add_option("--log-level", into.log_level, "Least level of the log lines on standard error")
      ->type_name("LEVEL")
      ->check(word_of({"debug", "info", "warning", "error"}));
  app.add_option("--log-format", into.log_format,
                 "Form of the log lines: logfmt for people, json for programs, an object a line")
      ->type_name("FORMAT")
      ->check(word_of({"logfmt", "json"}));
}

void add_provider(CLI::App& app, provider_settings& into) {
  app.add_option("--provider-delay-ms", into.delay_ms, "Until the simulated card provider answers")
      ->type_name("MS")
      ->check(whole(0, 60'000, "ms"));
  app.add_option("--provider-decline-rate", into.decline_rate,
                 "Share of card authorizations that it declines")
      ->type_name("SHARE")
      ->check(number(0, 1, "a share"));
  app.add_option("--provider-timeout-rate", into.timeout_rate,
                 "Share of its calls whose answer is lost, though they took effect")
      ->type_name("SHARE")
      ->check(number(0, 1, "a share"));
  app.add_option("--provider-seed", into.seed, "Seed of its choices: the same seed and key, the same answer")
      ->type_name("NUMBER")
      ->check(whole(0, std::numeric_limits<std::int64_t>::max(), ""));
  app.add_option("--provider-concurrency", into.concurrency, "Calls under way at once")
      ->type_name("CALLS")
      ->check(whole(1, 10'000, "calls"));
  app.add_option("--provider-timeout-ms", into.timeout_ms,
                 "Without an answer by then a call counts as not known")
      ->type_name("MS")
      ->check(whole(1, 600'000, "ms"));
}

} // namespace

void add_settings(CLI::App& app, node_settings& into) {
  app.option_defaults()->always_capture_default();
  app.set_config("--config", "",
                 "File of settings by the same names, without the dashes; the command line wins")
      ->type_name("FILE");
  app.allow_config_extras(CLI::config_extras_mode::error);
  add_storage(app, into);
  add_door(app, into);
  add_engine(app, into);
  add_cluster(app, into);
  add_provider(app, into.provider);
}

} // namespace orderd::config
