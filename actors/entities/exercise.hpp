// A business in which entities fail on purpose, for exercises: what does an operator see, and what mends it?
//
//   echo "item A" > failing.txt; orderd --failing-entities failing.txt
//
// *Operation*: handlers of the entities that the file names throw, so that they are tried again, and
// quarantined at the limit, as any other that fails. The file is looked at again once a second: whoever takes
// a line out has mended the cause, and a retry goes through. A line is a kind and a key as people type them
// ("item A", "account alice", "order 0190...", "card 0190..."); empty lines and those that begin with # are
// left out.
//
// *Failures*: a file that cannot be read, or a line that names no entity, is refused at the start. Later such
// a file changes nothing: what it said last goes on, and the log says why.
//
// *Concurrency*: any thread, as every business.
#pragma once

#include "runtime/base/result.hpp"
#include "runtime/entity/entity.hpp"

#include <memory>
#include <set>
#include <string>
#include <string_view>

namespace orderd::actors {

/// "item A" for each entity that the text of such a file names; `malformed` with the number of a bad line.
runtime::result<std::set<std::string, std::less<>>> parse_failing(std::string_view text);

/// `inner`, in which the entities that the file names fail.
runtime::result<std::unique_ptr<const runtime::business>>
make_exercise(std::unique_ptr<const runtime::business> inner, std::string path);

} // namespace orderd::actors
