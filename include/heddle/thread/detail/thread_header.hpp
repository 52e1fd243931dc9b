// SPDX-License-Identifier: MIT
// What all handles of one thread share, whoever started it: its id, its name and how it parks.
#pragma once

#include <heddle/base/atomic.hpp>
#include <heddle/marker/fields.hpp>
#include <heddle/thread/detail/parker.hpp>

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace heddle::inline v0::thread {

/// Names a thread; unique while the process lives, never reused. Corresponds to Rust's `thread::ThreadId`.
class ThreadId {
 public:
  explicit constexpr ThreadId(std::uint64_t number) noexcept : number_(number) {}
  [[nodiscard]] constexpr std::uint64_t number() const noexcept { return number_; }
  friend constexpr auto operator<=>(ThreadId, ThreadId) noexcept = default;

  HEDDLE_FIELDS(number_);

 private:
  std::uint64_t number_;
};

namespace detail {

/// Counted: the thread itself holds one reference, until the destructors of its thread_locals have run.
class ThreadHeader {
 public:
  /// Starts with one reference.
  explicit ThreadHeader(std::optional<std::string> name);
  ThreadHeader(const ThreadHeader&) = delete;
  ThreadHeader& operator=(const ThreadHeader&) = delete;

  // Relaxed: a new reference is made from one that is held.
  void add_reference() noexcept { references_.fetch_add(1, base::relaxed); }
  void drop_reference() noexcept;

  [[nodiscard]] ThreadId id() const noexcept { return id_; }
  [[nodiscard]] const std::optional<std::string>& name() const noexcept { return name_; }
  [[nodiscard]] Parker& parker() noexcept { return parker_; }

 protected:
  virtual ~ThreadHeader() = default;

 private:
  // Atomic.
  base::atomic<std::uint32_t> references_{1};
  Parker parker_;
  // Constant after construction.
  const ThreadId id_;
  const std::optional<std::string> name_;
};

/// One reference to a header, or to what derives from it.
template <class Header>
class Ref {
 public:
  /// Takes over a reference that the caller has.
  explicit Ref(Header* adopted) noexcept : header_(adopted) {}
  Ref(Ref&& other) noexcept : header_(std::exchange(other.header_, nullptr)) {}
  Ref& operator=(Ref&& other) noexcept {
    Ref old(std::exchange(header_, std::exchange(other.header_, nullptr)));
    return *this;
  }
  ~Ref() {
    if (header_ != nullptr) header_->drop_reference();
  }

  [[nodiscard]] Ref clone() const noexcept {
    header_->add_reference();
    return Ref(header_);
  }

  explicit operator bool() const noexcept { return header_ != nullptr; }
  Header& operator*() const noexcept { return *header_; }
  Header* operator->() const noexcept { return header_; }

 private:
  Header* header_;
};

}  // namespace detail
}  // namespace heddle::inline v0::thread
