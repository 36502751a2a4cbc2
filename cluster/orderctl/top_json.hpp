// One look of `orderctl top` as JSON.
//
// Pure.
#pragma once

#include "cluster/json/json_forms.hpp"
#include "cluster/top/top_model.hpp"

namespace orderd::cluster {

json to_json(const top_model& model);

} // namespace orderd::cluster
