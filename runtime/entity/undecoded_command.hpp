// A command whose stored form this version cannot decode: one of a newer version, during an upgrade or after
// going back from one, or bytes that never were a command.
//
// It is kept with its bytes and waits like the command of a failing handler: tried again, then quarantined
// with its entity. A version that can decode it lets it go on. It is never refused, because nobody knows what
// its sender would be told.
#pragma once

#include "runtime/entity/entity.hpp"

#include <string>
#include <string_view>

namespace orderd::runtime {

class undecoded_command final : public command {
public:
  static constexpr std::string_view shown_name = "undecodable";

  explicit undecoded_command(std::string_view stored) : stored_(stored) {}

  std::string encode() const override { return stored_; }
  std::string_view name() const noexcept override { return shown_name; }
  std::optional<addressed_command> refusal() const override { return std::nullopt; }

private:
  std::string stored_;
};

} // namespace orderd::runtime
