// SPDX-License-Identifier: MIT
// The list of the task-locals in effect.
#include <heddle/runtime/task_local.hpp>

#include "runtime/current.hpp"

#include <utility>

namespace heddle::inline v0::task {

AccessError::AccessError() : std::logic_error("a task-local has no value here: read it within its scope()") {}

namespace detail {

Scope::Scope(const void* key, const void* value) noexcept
    : key_(key), value_(value), outer_(std::exchange(runtime::detail::current().scopes, this)) {}

Scope::~Scope() { runtime::detail::current().scopes = outer_; }

const void* Scope::find(const void* key) noexcept {
  const Scope* scope = runtime::detail::current().scopes;
  while (scope != nullptr && scope->key_ != key) scope = scope->outer_;
  return scope == nullptr ? nullptr : scope->value_;
}

}  // namespace detail
}  // namespace heddle::inline v0::task
