// SPDX-License-Identifier: MIT
// JoinMap: a JoinSet whose tasks have keys, one task for each.
#pragma once

#include <heddle/future/futures_unordered.hpp>
#include <heddle/marker/fields.hpp>
#include <heddle/marker/rules.hpp>
#include <heddle/runtime/detail/task_set.hpp>
#include <heddle/runtime/join_set.hpp>

#include <concepts>
#include <cstddef>
#include <expected>
#include <functional>
#include <optional>
#include <ranges>
#include <source_location>
#include <unordered_map>
#include <utility>

namespace heddle::inline v0 {

namespace task {

/// What a task of a JoinMap gave, and the key that it had.
template <class K, class V>
struct Keyed {
  K key;
  std::expected<V, JoinError> result;
  Keyed(K k, std::expected<V, JoinError> r) : key(std::move(k)), result(std::move(r)) {}
  HEDDLE_FIELDS(key, result);
};

/// Tasks that give a V, spawned here, each under a key of its own.
///
/// Shape       As JoinSet; `spawn(key, work…)`. A task under a key that is taken aborts and replaces the older one, whose
///             result never comes out.
/// Returns     join_next(): key and result of a task, in the order in which they end; the key is free again. Nothing when
///             the map is empty: then no task of it runs any more, not even one that was replaced.
/// Errors      As task::spawn. An exception that leaves a task is the JoinError of its result; of one that was replaced,
///             it goes to the runtime's panic hook.
/// Cancelling  join_next() is safe: what has ended stays in the map. Destroying the map aborts every task in it.
/// Threads     Used by one at a time. Its tasks may run on any.
/// Cost        As JoinSet, and a node of a hash table per task.
///
/// Corresponds to tokio-util's `task::JoinMap`.
template <class K, class V, class Hash = std::hash<K>, class Equal = std::equal_to<K>>
class JoinMap {
 public:
  using Item = Keyed<K, V>;

  JoinMap() = default;
  JoinMap(JoinMap&&) = default;
  /// Aborts the tasks that are in it.
  JoinMap& operator=(JoinMap&&) = default;

  /// As task::spawn(work…), under `key`.
  template <class... X>
  auto spawn(K key, X&&... work) -> runtime::detail::Added<decltype(task::spawn(std::forward<X>(work)...))> {
    return insert(std::move(key), task::spawn(std::forward<X>(work)...));
  }
  /// As `on.spawn(work…)`: onto a Handle, a Runtime, or with a Builder.
  template <class On, class... X>
  auto spawn_on(On&& on, K key, X&&... work) -> runtime::detail::Added<decltype(on.spawn(std::forward<X>(work)...))> {
    return insert(std::move(key), on.spawn(std::forward<X>(work)...));
  }
  /// As task::spawn_blocking. A call that has begun can't be aborted: what replaces it runs beside it.
  template <class... X>
  auto spawn_blocking(K key, X&&... work)
      -> runtime::detail::Added<decltype(task::spawn_blocking(std::forward<X>(work)...))> {
    return insert(std::move(key), task::spawn_blocking(std::forward<X>(work)...));
  }
  /// As task::spawn_local.
  template <class... X>
  auto spawn_local(K key, X&&... work)
      -> runtime::detail::Added<decltype(task::spawn_local(std::forward<X>(work)...))> {
    return insert(std::move(key), task::spawn_local(std::forward<X>(work)...));
  }

  /// Takes over a task that runs already, however it was spawned.
  AbortHandle insert(K key, JoinHandle<V> task) {
    Member& added = tasks_.add(std::move(task), nullptr);
    auto [place, is_new] = members_.try_emplace(std::move(key), &added);
    if (!is_new) replace(*std::exchange(place->second, &added));
    added.tag = &place->first;
    return added.abort_handle();
  }

  /// Waits for the next task that ends.
  future::NextOf<JoinMap> join_next() noexcept { return future::NextOf<JoinMap>(*this); }
  /// Key and result of a task that has ended, or nothing if none has.
  std::optional<Item> try_join_next() {
    const Waker nobody;
    Context cx(nobody, Context::kUnlimited);
    auto answer = poll_next(cx);
    if (answer.is_pending()) return std::nullopt;
    return std::move(*answer);
  }

  /// Aborts the task under `key`; false if there is none. Its result still comes out of join_next().
  bool abort(const K& key) {
    const auto place = members_.find(key);
    if (place == members_.end()) return false;
    place->second->abort();
    return true;
  }
  /// Aborts each task whose key `matches` says yes to.
  template <std::predicate<const K&> Matches>
  void abort_matching(Matches matches) {
    for (auto& [key, member] : members_) {
      if (std::invoke(matches, key)) member->abort();
    }
  }
  /// Aborts every task. Their results still come out of join_next().
  void abort_all() noexcept { tasks_.abort_all(); }
  /// Aborts every task, and waits until all have ended. Their results are dropped.
  /// Cancelling  Safe: the tasks stay aborted, and in the map.
  Shutdown<JoinMap> shutdown() noexcept { return Shutdown<JoinMap>(*this); }
  /// Takes every task out of the map, and lets it run.
  void detach_all() noexcept {
    members_.clear();
    tasks_.detach_all();
  }

  [[nodiscard]] bool contains_key(const K& key) const { return members_.contains(key); }
  /// A view of the keys, in no order. Spawning and joining end it.
  [[nodiscard]] auto keys() const { return std::views::keys(members_); }
  /// How many keys have a task that has not given its result.
  [[nodiscard]] std::size_t len() const noexcept { return members_.size(); }
  [[nodiscard]] bool is_empty() const noexcept { return members_.empty(); }

  /// A step of join_next().
  Poll<std::optional<Item>> poll_next(Context& cx) {
    for (;;) {
      auto ended = tasks_.poll_next(cx);
      if (ended.is_pending()) return Pending;
      if (!ended->has_value()) return Poll<std::optional<Item>>(std::in_place);
      auto& task = **ended;
      if (task.tag == nullptr) {
        runtime::detail::discard(task.result);
        continue;
      }
      auto node = members_.extract(*task.tag);
      return Poll<std::optional<Item>>(std::in_place, std::in_place, std::move(node.key()), std::move(task.result));
    }
  }
  /// A step of shutdown().
  Poll<void> poll_discard(Context& cx) {
    for (;;) {
      auto ended = poll_next(cx);
      if (ended.is_pending()) return Pending;
      if (!ended->has_value()) return Ready();
      runtime::detail::discard((*ended)->result);
    }
  }

 private:
  // A member's tag is its key, in the table; null if it was replaced.
  using Tasks = runtime::detail::TaskSet<V, const K*>;
  using Member = typename Tasks::Member;

  static void replace(Member& older) noexcept {
    older.tag = nullptr;
    older.abort();
  }

  std::unordered_map<K, Member*, Hash, Equal> members_;
  Tasks tasks_;
};

}  // namespace task

namespace marker {

// As a JoinSet; the pointers are to what is moved with the map.
template <class K, class V, class Hash, class Equal>
struct unsafe_rules<task::JoinMap<K, V, Hash, Equal>> {
  using Send = If<IsSend<K>, IsSend<V>, IsSend<Hash>, IsSend<Equal>>;
  using Sync = Send;
  using Owned = If<IsOwned<K>, IsOwned<V>>;
};

}  // namespace marker
}  // namespace heddle::inline v0
