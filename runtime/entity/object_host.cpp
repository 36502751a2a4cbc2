#include "runtime/entity/object_host.hpp"

#include <exception>
#include <utility>

namespace orderd::runtime {

namespace {

class object_cell : public entity_cell {
public:
  explicit object_cell(std::unique_ptr<entity> what) : entity_(std::move(what)) {}

  attempt handle(turn& now) override {
    try {
      entity_->handle(now);
      return {true, {}};
    } catch (const std::exception& error) {
      return {false, error.what()};
    } catch (...) {
      return {false, "not an exception of the standard library"};
    }
  }

private:
  std::unique_ptr<entity> entity_;
};

} // namespace

std::unique_ptr<entity_cell> object_host::spawn(std::unique_ptr<entity> what) {
  return std::make_unique<object_cell>(std::move(what));
}

} // namespace orderd::runtime
