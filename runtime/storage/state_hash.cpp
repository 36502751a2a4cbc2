#include "runtime/storage/state_hash.hpp"

#include "runtime/base/bytes.hpp"

namespace orderd::runtime {

namespace {

void add(XXH3_state_t& to, std::string_view bytes) {
  XXH3_64bits_update(&to, bytes.data(), bytes.size());
}

void add_row(XXH3_state_t& to, table in, std::string_view key, std::string_view value) {
  char lengths[1 + 1 + 8];
  lengths[0] = static_cast<char>(in);
  lengths[1] = static_cast<char>(key.size());
  put_integer(lengths + 2, std::uint64_t{value.size()});
  add(to, {lengths, sizeof lengths});
  add(to, key);
  add(to, value);
}

} // namespace

result<std::uint64_t> state_hash(state_reader& of) {
  XXH3_state_t all;
  XXH3_64bits_reset(&all);
  for (unsigned number = 1; number <= table_max; ++number) {
    const auto in = static_cast<table>(number);
    auto done = of.scan(in, {}, {}, false, [&](std::string_view key, std::string_view value) {
      add_row(all, in, key, value);
      return result<state_reader::step>{state_reader::step::next};
    });
    if (!done)
      return done.error();
  }
  return XXH3_64bits_digest(&all);
}

} // namespace orderd::runtime
