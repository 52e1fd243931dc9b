// SPDX-License-Identifier: MIT
// Joined: several results with public members, to be taken apart by a structured binding. No std::tuple: GCC 15 never
// destroys the hidden object of a tuple's binding within a coroutine.
#pragma once

#include <heddle/marker/fields.hpp>

#include <utility>

namespace heddle::inline v0::future {

/// What join gives: 2 to 6 results. For more, join a join, or use join_all.
template <class... Ts>
struct Joined;

template <class A, class B>
struct Joined<A, B> {
  A first;
  B second;
  Joined(A a, B b)
      : first(std::move(a)), second(std::move(b)) {}
  HEDDLE_FIELDS(first, second);
};

template <class A, class B, class C>
struct Joined<A, B, C> {
  A first;
  B second;
  C third;
  Joined(A a, B b, C c)
      : first(std::move(a)), second(std::move(b)), third(std::move(c)) {}
  HEDDLE_FIELDS(first, second, third);
};

template <class A, class B, class C, class D>
struct Joined<A, B, C, D> {
  A first;
  B second;
  C third;
  D fourth;
  Joined(A a, B b, C c, D d)
      : first(std::move(a)), second(std::move(b)), third(std::move(c)), fourth(std::move(d)) {}
  HEDDLE_FIELDS(first, second, third, fourth);
};

template <class A, class B, class C, class D, class E>
struct Joined<A, B, C, D, E> {
  A first;
  B second;
  C third;
  D fourth;
  E fifth;
  Joined(A a, B b, C c, D d, E e)
      : first(std::move(a)), second(std::move(b)), third(std::move(c)), fourth(std::move(d)), fifth(std::move(e)) {}
  HEDDLE_FIELDS(first, second, third, fourth, fifth);
};

template <class A, class B, class C, class D, class E, class F>
struct Joined<A, B, C, D, E, F> {
  A first;
  B second;
  C third;
  D fourth;
  E fifth;
  F sixth;
  Joined(A a, B b, C c, D d, E e, F f)
      : first(std::move(a)), second(std::move(b)), third(std::move(c)), fourth(std::move(d)), fifth(std::move(e)), sixth(std::move(f)) {}
  HEDDLE_FIELDS(first, second, third, fourth, fifth, sixth);
};

}  // namespace heddle::inline v0::future
