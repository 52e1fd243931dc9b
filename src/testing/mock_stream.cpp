// SPDX-License-Identifier: MIT
// Playing a script.
#include <heddle/testing/mock_stream.hpp>

#include <heddle/io/detail/step.hpp>

#include <algorithm>
#include <cstring>
#include <exception>

namespace heddle::inline v0::testing {

MockStream::~MockStream() {
  HEDDLE_INVARIANT(at_end() || std::uncaught_exceptions() != 0,
                   "a MockStream was destroyed before its script had ended");
}

void MockStream::advance() {
  ++next_;
  std::exchange(waiting_, Waker()).wake_by_ref();
}

void MockStream::wait_for_other(Context& cx) { waiting_ = cx.waker().clone(); }

bool MockStream::may_go_on(Context& cx) {
  while (!at_end()) {
    if (step().kind == Kind::kPend) {
      advance();
      cx.yield();
      return false;
    }
    if (step().kind != Kind::kWait) return true;
    if (sleep_ == nullptr) sleep_.reset(new time::Sleep(time::sleep(step().delay)));
    if (sleep_->poll(cx).is_pending()) return false;
    sleep_ = nullptr;
    advance();
  }
  return true;
}

Poll<io::Result<std::size_t>> MockStream::poll_read(Context& cx, std::span<std::byte> dst) {
  using Output = io::Result<std::size_t>;
  if (!cx.may_proceed() || !may_go_on(cx)) return Pending;
  if (at_end() || dst.empty()) return Poll<Output>(std::in_place, 0U);
  if (step().kind != Kind::kRead && step().kind != Kind::kReadError) {
    wait_for_other(cx);
    return Pending;
  }
  cx.made_progress();
  if (step().kind == Kind::kReadError) {
    io::Error error = *std::move(step().error);
    advance();
    return Poll<Output>(std::in_place, std::unexpect, std::move(error));
  }
  const std::size_t count = std::min(dst.size(), step().bytes.size());
  if (count != 0) std::memcpy(dst.data(), step().bytes.data(), count);
  step().bytes.erase(0, count);
  if (step().bytes.empty()) advance();
  return Poll<Output>(std::in_place, count);
}

Poll<io::Result<std::size_t>> MockStream::poll_write(Context& cx, std::span<const std::byte> src) {
  using Output = io::Result<std::size_t>;
  if (!cx.may_proceed() || !may_go_on(cx)) return Pending;
  if (src.empty()) return Poll<Output>(std::in_place, 0U);
  // SAFETY: a byte may be seen as a character.
  const std::string_view given(reinterpret_cast<const char*>(src.data()), src.size());
  if (at_end()) throw UnexpectedWrite("written after the end of the script: " + std::string(given));
  if (step().kind != Kind::kWrite && step().kind != Kind::kWriteError) {
    wait_for_other(cx);
    return Pending;
  }
  cx.made_progress();
  if (step().kind == Kind::kWriteError) {
    io::Error error = *std::move(step().error);
    advance();
    return Poll<Output>(std::in_place, std::unexpect, std::move(error));
  }
  const std::size_t count = std::min(given.size(), step().bytes.size());
  if (given.substr(0, count) != std::string_view(step().bytes).substr(0, count)) {
    throw UnexpectedWrite("written: " + std::string(given) + "; the script expects: " + step().bytes);
  }
  step().bytes.erase(0, count);
  if (step().bytes.empty()) advance();
  return Poll<Output>(std::in_place, count);
}

}  // namespace heddle::inline v0::testing
