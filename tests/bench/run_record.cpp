#include "tests/bench/run_record.hpp"

#include <algorithm>

namespace orderd::bench {

using std::chrono::nanoseconds;

answer_class classify(const v1::reply& what) {
  switch (what.body_case()) {
  case v1::reply::kPlacement:
    if (what.placement().status() == v1::CONFIRMED)
      return {answer_kind::confirmed, {}};
    return {answer_kind::rejected, v1::reject_reason_Name(what.placement().reason())};
  case v1::reply::kRejection:
    return {answer_kind::rejected, v1::rejection::kind_Name(what.rejection().code())};
  case v1::reply::kFault:
    return {answer_kind::fault, v1::fault::kind_Name(what.fault().code())};
  case v1::reply::BODY_NOT_SET:
    return {answer_kind::fault, "EMPTY_REPLY"};
  default:
    return {answer_kind::confirmed, {}};
  }
}

timeline_second& run_record::second_of(nanoseconds at) {
  const auto second =
      static_cast<std::size_t>(std::chrono::duration_cast<std::chrono::seconds>(at - begin_).count());
  if (timeline_.size() <= second)
    timeline_.resize(second + 1);
  return timeline_[second];
}

void run_record::note_silence(nanoseconds until) {
  if (until - last_answer_at_ > longest_silence_) {
    longest_silence_ = until - last_answer_at_;
    longest_silence_at_ = last_answer_at_ - begin_;
  }
  last_answer_at_ = until;
}

namespace {

constexpr unsigned half_bits = 32;

std::uint64_t whole_us(nanoseconds of) {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(of).count());
}

} // namespace

std::uint64_t sending::tag() const noexcept {
  return whole_us(due_at) << half_bits | static_cast<std::uint32_t>(whole_us(sent_at));
}

sending sending::of_tag(std::uint64_t tag) noexcept {
  return {std::chrono::microseconds{tag >> half_bits},
          std::chrono::microseconds{static_cast<std::uint32_t>(tag)}};
}

void run_record::answered(const sending& asked, nanoseconds answered_at, const v1::reply& what) {
  const auto due_at = asked.due_at;
  const auto answer = classify(what);
  const bool fault = answer.kind == answer_kind::fault;
  if (measured(answered_at)) {
    note_silence(answered_at);
    auto& second = second_of(answered_at);
    const auto us = std::chrono::duration_cast<std::chrono::microseconds>(answered_at - due_at).count();
    second.max_us = std::max(second.max_us, static_cast<std::uint32_t>(us));
    (fault ? second.faults : second.answered) += 1;
    answered_count_ += fault ? 0 : 1;
  }
  if (!measured(due_at))
    return;
  if (fault) {
    ++faults_[answer.name];
    if (what.fault().code() == v1::fault::OVERLOADED)
      refusals_.add(answered_at - asked.sent_at);
    return;
  }
  latencies_.add(answered_at - due_at);
  if (answer.kind == answer_kind::confirmed)
    ++confirmed_;
  else
    ++rejected_[answer.name];
}

void run_record::not_sent(nanoseconds due_at, const std::string& reason) {
  if (measured(due_at))
    ++faults_[reason];
}

void run_record::finish(nanoseconds at) {
  end_ = std::clamp(at, begin_, end_);
  if (last_answer_at_ < end_)
    note_silence(end_);
}

double run_record::measured_s() const noexcept {
  return std::chrono::duration<double>(end_ - begin_).count();
}

double run_record::orders_per_s() const noexcept {
  const auto seconds = measured_s();
  return seconds > 0 ? static_cast<double>(answered_count_) / seconds : 0;
}

} // namespace orderd::bench
