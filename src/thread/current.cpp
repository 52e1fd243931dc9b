// SPDX-License-Identifier: MIT
// The record of the current thread, and handles to it.
#include "thread/current.hpp"

#include <heddle/thread/thread.hpp>

#include "sys/thread.hpp"
#include "thread/local_slots.hpp"

#include <exception>

namespace heddle::inline v0::thread {

namespace detail {

constinit thread_local LocalSlots* this_slots = nullptr;

namespace {

// Trivial, so that it can be used until the very end of the thread; what it points to goes in its exit hook, which runs
// after the destructors of all thread_locals. The main thread has no end: there the record is all that keeps it reachable.
struct Record : sys::ExitHook {
  ThreadHeader* header = nullptr;
  bool slots_gone = false;
};

void end_of_thread(sys::ExitHook& hook) noexcept {
  auto& record = static_cast<Record&>(hook);
  // A later hook of someone else's that asks for this thread gets a new header, and this hook runs again.
  if (ThreadHeader* header = std::exchange(record.header, nullptr)) header->drop_reference();
  record.slots_gone = true;
  delete std::exchange(this_slots, nullptr);
}

constinit thread_local Record record{{&end_of_thread}};

// Relaxed: numbers are told apart, nothing more.
ThreadId next_id() noexcept {
  static constinit base::atomic<std::uint64_t> last{0};
  return ThreadId(last.fetch_add(1, base::relaxed) + 1);
}

}  // namespace

ThreadHeader::ThreadHeader(std::optional<std::string> name) : id_(next_id()), name_(std::move(name)) {}

void ThreadHeader::drop_reference() noexcept {
  // Release: pairs with the acquire of the last drop, which frees what the others have used.
  if (references_.fetch_sub(1, base::acq_rel) == 1) delete this;
}

ThreadHeader& this_header() {
  if (record.header == nullptr) {
    struct Foreign final : ThreadHeader {
      using ThreadHeader::ThreadHeader;
    };
    set_this_header(*new Foreign(sys::is_main_thread() ? std::optional<std::string>("main") : std::nullopt));
  }
  return *record.header;
}

ThreadHeader* this_header_if_any() noexcept { return record.header; }

void set_this_header(ThreadHeader& header) noexcept {
  record.header = &header;
  sys::set_exit_hook(record);
}

bool make_slots() {
  if (this_slots == nullptr && !record.slots_gone) {
    this_slots = new LocalSlots;
    sys::set_exit_hook(record);
  }
  return this_slots != nullptr;
}

}  // namespace detail

Thread current() {
  detail::ThreadHeader& header = detail::this_header();
  header.add_reference();
  return Thread(detail::Ref(&header));
}

void yield_now() noexcept { sys::yield_thread(); }

bool panicking() noexcept { return std::uncaught_exceptions() > 0; }

}  // namespace heddle::inline v0::thread
