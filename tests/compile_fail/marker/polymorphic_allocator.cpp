// GCC 12: `std::pmr::polymorphic_allocator<int>` cannot be sent between threads safely: no rule is known: unsafe_send; found in std::vector<int, std::pmr::polymorphic_allocator<int>> -> std::pmr::polymorphic_allocator<int>
// Clang 22: cannot_be_sent_between_threads_safely<std::pmr::polymorphic_allocator<int>, because<"no rule is known: unsafe_send">, found_in<std::vector<int, std::pmr::polymorphic_allocator<int>>>>
// A pmr container points to its memory resource.
#include "compile_fail/door.hpp"

#include <memory_resource>
#include <vector>

void f(std::pmr::vector<int> numbers) {
  pass(numbers);  // refused
}
