#include "cluster/node/node_types.hpp"

#include "cluster/api/asker.hpp"
#include "cluster/client/client.hpp"
#include "cluster/directory/messages.hpp"
#include "cluster/gateway/messages.hpp"
#include "cluster/node/messages.hpp"
#include "cluster/peers/messages.hpp"
#include "cluster/replica_host/messages.hpp"
#include "cluster/wire/connector.hpp"
#include "runtime/engine/messages.hpp"

#include <caf/init_global_meta_objects.hpp>
#include <caf/io/middleman.hpp>

#include <google/protobuf/stubs/logging.h>

namespace orderd::cluster {

void init_node_types() {
  // It would write a line for every message that is not what it should be; whoever sent it is told instead.
  google::protobuf::SetLogHandler(nullptr);
  caf::core::init_global_meta_objects();
  caf::io::middleman::init_global_meta_objects();
  caf::init_global_meta_objects<caf::id_block::orderd_runtime>();
  caf::init_global_meta_objects<caf::id_block::orderd_connector>();
  caf::init_global_meta_objects<caf::id_block::orderd_gateway>();
  caf::init_global_meta_objects<caf::id_block::orderd_peers>();
  caf::init_global_meta_objects<caf::id_block::orderd_directory>();
  caf::init_global_meta_objects<caf::id_block::orderd_replica_host>();
  caf::init_global_meta_objects<caf::id_block::orderd_node>();
  init_client_types();
  init_asker_types();
}

} // namespace orderd::cluster
