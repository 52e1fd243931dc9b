// SPDX-License-Identifier: MIT
// join: awaits several futures until all are ready. try_join: until all are, or one fails. join_all: for many of a kind.
#pragma once

#include <heddle/future/detail/held.hpp>
#include <heddle/future/joined.hpp>
#include <heddle/future/loss.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <expected>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace heddle::inline v0 {

namespace future {

namespace detail {

/// A future and, once it is ready, its result instead.
template <class F>
class Member {
 public:
  using Awaited = std::remove_reference_t<F>;
  using T = OutputOf<Awaited>;

  explicit Member(F&& future) : future_(std::forward<F>(future)) {}

  /// True if its result came now.
  bool poll(Context& cx) {
    if (result_.is_ready()) return false;
    Poll<T> answer = future_->poll(cx);
    if (answer.is_pending()) return false;
    future_.drop();
    result_ = std::move(answer);
    return true;
  }
  [[nodiscard]] bool is_ready() const noexcept { return result_.is_ready(); }
  base::Stored<T>& result() noexcept { return *result_; }
  void drop() noexcept {
    if (!result_.is_ready()) future_.drop();
  }

 private:
  Held<F> future_;
  Poll<T> result_ = Pending;
};

/// Polls those of several members that aren't ready, each time beginning with another.
template <class... Fs>
class Members {
  static constexpr std::size_t kCount = sizeof...(Fs);

 public:
  explicit Members(Fs&&... futures) : members_(Member<Fs>(std::forward<Fs>(futures))...) {}

  /// Stops at the first new result that `stop` says yes to. What a member throws drops all.
  template <class Stop>
  void poll(Context& cx, Stop stop) {
    const std::size_t start = std::exchange(start_, (start_ + 1) % kCount);
    try {
      poll_from(start, cx, stop, std::index_sequence_for<Fs...>());
    } catch (...) {
      drop();
      throw;
    }
  }

  template <class F>
  decltype(auto) apply(F&& f) {
    return std::apply(std::forward<F>(f), members_);
  }
  [[nodiscard]] bool all_ready() {
    return apply([](auto&... members) { return (members.is_ready() && ...); });
  }
  void drop() noexcept {
    apply([](auto&... members) { (members.drop(), ...); });
    done_ = true;
  }
  void begin_poll() const {
    if (done_) throw PolledAfterCompletion();
  }
  void set_done() noexcept { done_ = true; }
  [[nodiscard]] bool done() const noexcept { return done_; }

 private:
  template <class Stop, std::size_t... kIndex>
  void poll_from(std::size_t start, Context& cx, Stop& stop, std::index_sequence<kIndex...>) {
    const auto ends = [&](auto& member) { return member.poll(cx) && stop(member.result()); };
    static_cast<void>(((kIndex >= start && ends(std::get<kIndex>(members_))) || ...) ||
                      ((kIndex < start && ends(std::get<kIndex>(members_))) || ...));
  }

  std::tuple<Member<Fs>...> members_;
  std::size_t start_ = 0;
  bool done_ = false;
};

}  // namespace detail

/// The future of join.
template <class... Fs>
class [[nodiscard]] Join {
 public:
  using Output = Joined<base::Stored<OutputOf<std::remove_reference_t<Fs>>>...>;
  static constexpr Loss kLoss = std::max({Loss::kLossless, kLossOf<std::remove_reference_t<Fs>>...});

  explicit Join(Fs&&... futures) : members_(std::forward<Fs>(futures)...) {}

  Poll<Output> poll(Context& cx) {
    members_.begin_poll();
    members_.poll(cx, [](auto&) { return false; });
    if (!members_.all_ready()) return Pending;
    members_.set_done();
    return members_.apply([](auto&... members) { return Poll<Output>(std::in_place, std::move(members.result())...); });
  }

  /// Drops what isn't ready yet, as its destructor does.
  void cancel() noexcept {
    if (!members_.done()) members_.drop();
  }

 private:
  detail::Members<Fs...> members_;
};

/// The future of try_join.
template <class... Fs>
class [[nodiscard]] TryJoin {
  template <class F>
  using Result = OutputOf<std::remove_reference_t<F>>;
  using Values = Joined<base::Stored<typename Result<Fs>::value_type>...>;
  using Error = std::common_type_t<typename Result<Fs>::error_type...>;

 public:
  using Output = std::expected<Values, Error>;
  static constexpr Loss kLoss = std::max({Loss::kLossless, kLossOf<std::remove_reference_t<Fs>>...});

  explicit TryJoin(Fs&&... futures) : members_(std::forward<Fs>(futures)...) {}

  Poll<Output> poll(Context& cx) {
    members_.begin_poll();
    std::optional<Error> error;
    members_.poll(cx, [&](auto& result) {
      if (result.has_value()) return false;
      error.emplace(std::move(result).error());
      return true;
    });
    if (error.has_value()) {
      members_.drop();
      return Poll<Output>(std::in_place, std::unexpect, *std::move(error));
    }
    if (!members_.all_ready()) return Pending;
    members_.set_done();
    return members_.apply([](auto&... members) {
      return Poll<Output>(std::in_place, std::in_place, value_of(members.result())...);
    });
  }

  /// Drops what isn't ready yet, as its destructor does.
  void cancel() noexcept {
    if (!members_.done()) members_.drop();
  }

 private:
  template <class T, class E>
  static base::Stored<T> value_of(std::expected<T, E>& result) {
    if constexpr (std::is_void_v<T>) {
      return base::Unit{};
    } else {
      return *std::move(result);
    }
  }

  detail::Members<Fs...> members_;
};

/// The future of join_all.
template <class F>
class [[nodiscard]] JoinAll {
 public:
  using Output = std::vector<base::Stored<OutputOf<F>>>;
  static constexpr Loss kLoss = kLossOf<F>;

  explicit JoinAll(std::vector<F> futures) : futures_(std::move(futures)), results_(futures_.size()) {}

  Poll<Output> poll(Context& cx) {
    if (done_) throw PolledAfterCompletion();
    bool pending = false;
    for (std::size_t i = 0; i < futures_.size(); ++i) {
      if (results_[i].has_value()) continue;
      Poll<OutputOf<F>> answer = futures_[i].poll(cx);
      if (answer.is_pending()) {
        pending = true;
      } else {
        results_[i].emplace(std::move(*answer));
      }
    }
    if (pending) return Pending;
    done_ = true;
    futures_.clear();
    Output output;
    output.reserve(results_.size());
    for (auto& result : results_) output.push_back(*std::move(result));
    return Poll<Output>(std::in_place, std::move(output));
  }

 private:
  std::vector<F> futures_;
  std::vector<std::optional<base::Stored<OutputOf<F>>>> results_;
  bool done_ = false;
};

}  // namespace future

/// Awaits all of 2 to 6 futures, in one task, side by side: `auto [a, b] = co_await join(f(), g());`
///
/// Shape       One full expression: temporaries among the futures live till its end, and are dropped when ready.
/// Returns     Their results as members: first, second, third … A result of void is Unit, of a reference a pointer.
/// Errors      What a future throws is thrown at once; the temporaries among the others are dropped.
/// Cancelling  Drops the temporaries among the futures, and the results so far. Loses what the worst of them loses.
/// Cost        Nothing is allocated. Each wake polls every future that isn't ready, beginning with another each time.
///
/// Corresponds to Tokio's `join!`.
template <class... Fs>
  requires(Future<std::remove_reference_t<Fs>> && ...)
future::Join<Fs...> join(Fs&&... futures) {
  return future::Join<Fs...>(std::forward<Fs>(futures)...);
}

/// As join, for futures that give an expected: stops at the first error, drops the others and gives the error.
///
/// Returns     expected of what join returns, with the values; the error type is the common one.
/// Corresponds to Tokio's `try_join!`.
template <class... Fs>
  requires(Future<std::remove_reference_t<Fs>> && ...)
future::TryJoin<Fs...> try_join(Fs&&... futures) {
  return future::TryJoin<Fs...>(std::forward<Fs>(futures)...);
}

/// Awaits all of many futures of one type (Tasks, JoinHandles).
///
/// Returns     Their results, in the order of the futures. A result of void is Unit.
/// Cost        Three allocations. Each wake polls every future that isn't ready.
/// Corresponds to `futures::future::join_all`.
template <Future F>
  requires std::move_constructible<F>
future::JoinAll<F> join_all(std::vector<F> futures) {
  return future::JoinAll<F>(std::move(futures));
}

}  // namespace heddle::inline v0
