// One callable from several, for std::visit: each alternative of a variant goes to the one that takes it, and
// one that none takes does not compile.
#pragma once

namespace orderd::runtime {

template <class... Handlers>
struct overloaded : Handlers... {
  using Handlers::operator()...;
};
template <class... Handlers>
overloaded(Handlers...) -> overloaded<Handlers...>;

} // namespace orderd::runtime
