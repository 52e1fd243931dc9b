// SPDX-License-Identifier: MIT
// The books of watched descriptors.
#include "runtime/driver/driver.hpp"

#include <heddle/future/wait_list.hpp>
#include <heddle/runtime/detail/watch.hpp>

#include "runtime/shared.hpp"

#include <mutex>
#include <utility>

namespace heddle::inline v0::runtime::detail {

namespace {

void free_source(IoSource& source) noexcept {
  Shared& shared = source.shared();
  delete &source;
  shared.drop_reference();  // may end the driver: the last thing done
}

}  // namespace

io::Result<IoSource*> Driver::add(Shared& shared, int fd, Readiness initial) {
  auto source = std::make_unique<IoSource>(shared, fd, initial.word);
  {
    const std::lock_guard guard(lock_);
    if (shut_down_) return io::fail(io::ErrorKind::kOther, "the runtime has shut down");
    sources_.push_back(*source);
  }
  if (const int error = watch(*source); error != 0) {
    const std::lock_guard guard(lock_);
    Sources::remove(*source);
    return io::fail(error);
  }
  shared.add_reference();
  return source.release();
}

void Driver::remove(IoSource& source) noexcept {
  unwatch(source);
  source.forget_pollers();
  bool now = false;
  bool too_many = false;
  {
    const std::lock_guard guard(lock_);
    Sources::remove(source);
    now = shut_down_;
    if (!now) {
      removed_.push_back(source);
      too_many = ++removed_count_ == kRemovedLimit;
    }
  }
  if (now) return free_source(source);
  if (too_many) interrupt();
}

bool Driver::is_waited_for() noexcept {
  const std::lock_guard guard(lock_);
  for (IoSource* source = sources_.front(); source != nullptr; source = sources_.next(*source)) {
    if (source->is_waited_for()) return true;
  }
  return false;
}

void Driver::turn(std::uint64_t nanoseconds, std::size_t most) {
  free_removed();  // no events are in flight: this thread has dealt with the last batch
  turns_.store(turns_.load(base::relaxed) + 1, base::relaxed);
  wait(nanoseconds, most);
}

void Driver::free_removed() noexcept {
  for (;;) {
    IoSource* source = nullptr;
    {
      const std::lock_guard guard(lock_);
      source = removed_.pop_front();
      if (source == nullptr) return;
      --removed_count_;
    }
    free_source(*source);
  }
}

void Driver::shut_down() noexcept {
  Sources waited_for;
  {
    const std::lock_guard guard(lock_);
    shut_down_ = true;
    waited_for.splice_back(sources_);
  }
  while (wake_some(waited_for)) {
  }
  free_removed();
}

bool Driver::wake_some(Sources& waited_for) noexcept {
  future::WakeBatch wakes;
  {
    const std::lock_guard guard(lock_);
    IoSource* source = waited_for.front();
    if (source == nullptr) return false;
    source->add_flags(Readiness::kShutDown);
    source->take_wakers(Direction::kRead, wakes);
    source->take_wakers(Direction::kWrite, wakes);
    if (!wakes.full()) {
      Sources::remove(*source);
      sources_.push_back(*source);
    }
  }
  wakes.wake();  // without the lock: a wake may destroy a source
  return true;
}

io::Result<IoSource*> watch(Shared& shared, int fd, Readiness initial) {
  return shared.driver().add(shared, fd, initial);
}
io::Result<Watch> Watch::make(Shared& shared, int fd, Readiness initial) {
  auto source = detail::watch(shared, fd, initial);
  if (!source) return std::unexpected(std::move(source).error());
  return Watch(**source);
}
void unwatch(IoSource& source) noexcept { source.shared().driver().remove(source); }

}  // namespace heddle::inline v0::runtime::detail
