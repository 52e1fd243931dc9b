// SPDX-License-Identifier: MIT
// Send, Sync, SyncMut and Owned of language types, aggregates and classes, at compile time.
#include <heddle/marker/send.hpp>

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace hd = heddle;
using hd::Owned;
using hd::Send;
using hd::Sync;
using hd::SyncMut;

namespace {

/// Counts without atomics.
struct Local {
  int* count = nullptr;
};

enum class Colour { kRed };
struct Empty {};
struct WithData {
  int x;
};

// Scalars are values.
static_assert(Send<int> && Sync<int> && Owned<int> && !SyncMut<int>);
static_assert(Send<Colour> && Send<double> && Send<std::nullptr_t> && Send<int WithData::*>);
static_assert(Send<void (*)(int)> && Sync<void (*)(int)> && Owned<void (*)(int)>);
static_assert(Send<Empty> && Sync<Empty> && Owned<Empty>);

// Pointers are none of the four.
static_assert(!Send<int*> && !Send<const int*> && !Send<const char*> && !Sync<int*> && !Owned<int*> && !SyncMut<int*>);

// A reference is access to its object.
static_assert(Send<const int&> && Sync<const int&> && Send<int&> && !Sync<int&> && !Owned<int&> && !Owned<const int&>);
static_assert(Sync<std::atomic<int>&> && Send<std::atomic<int>&>);
static_assert(!Send<const Local&> && !Send<Local&>);

// Arrays and const are their element.
static_assert(Send<int[3]> && Send<const int> && !Send<Local[2]> && Owned<std::string[2][3]> && !Send<int* [2]>);

// Aggregates are their fields.
struct Plain {
  int a;
  std::string b;
  double c[3];
  std::array<int, 4> d;
};
struct Nested {
  Plain a;
  Plain b[2];
  int m[2][3];
};
struct HoldsLocal {
  int a;
  Local local;
};
struct DeepLocal {
  Plain a;
  std::vector<HoldsLocal> v;
};
struct MoveOnly {
  std::unique_ptr<int> p;
  int q;
};
struct NoDefault {
  explicit NoDefault(int x) : x_(x) {}

 private:
  int x_;
  HEDDLE_FIELDS(x_);
};
struct HoldsNoDefault {
  int a;
  NoDefault b;
  int c[2];
  NoDefault d;
};
struct OnEmptyBase : Empty {
  int x;
  std::string s;
};
struct OnEmptyBaseNoDefault : Empty {
  NoDefault x;
};
struct OnDataBase : WithData {
  int y;
};
struct Immovable {
  std::mutex m;
  std::atomic<int> a;
  int z;
};
struct BitFields {
  unsigned a : 3;
  unsigned b : 5;
  int c;
};
static_assert(Send<Plain> && Sync<Plain> && Owned<Plain> && !SyncMut<Plain>);
static_assert(Send<const Plain> && SyncMut<const Plain> && !Send<const HoldsLocal> && Send<const Plain[2]>);
static_assert(Send<Nested> && Sync<Nested> && Owned<Nested>);
static_assert(!Send<HoldsLocal> && !Send<DeepLocal> && !Send<std::vector<DeepLocal>>);
static_assert(Send<MoveOnly> && !Sync<MoveOnly> && Owned<MoveOnly>);
static_assert(Send<HoldsNoDefault> && Sync<HoldsNoDefault>);
static_assert(Send<OnEmptyBase> && Owned<OnEmptyBase> && Send<OnEmptyBaseNoDefault>);
static_assert(!Send<OnDataBase>);
static_assert(Send<Immovable> && Sync<Immovable> && Send<BitFields>);

// A reference field borrows.
struct HoldsReference {
  int& r;
  int a;
};
struct HoldsConstReference {
  const std::string& r;
};
static_assert(!(Send<HoldsReference> && Owned<HoldsReference>));
static_assert(!Owned<HoldsConstReference>);

// A mutable field is written through const.
struct MutableInt {
  int a;
  mutable int hits;
};
struct MutableAtomic {
  int a;
  mutable std::atomic<int> hits;
};
static_assert(Send<MutableInt> && !Sync<MutableInt> && Sync<MutableAtomic>);

// Recursive types.
struct Tree {
  int v;
  std::vector<Tree> kids;
  std::unique_ptr<Tree> left;
};
struct LocalTree {
  std::vector<LocalTree> kids;
  Local local;
};
static_assert(Send<Tree> && Owned<Tree> && !Sync<Tree> && !Send<LocalTree>);

// 64 fields, and one more.
struct Eight {
  int a, b, c, d, e, f, g, h;
};
struct SixtyFour {
  int a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5, c6, c7,
      c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, e0, e1, e2, e3, e4, e5, e6, e7, e8, e9, f0, f1, f2, f3, f4, f5,
      f6, f7, f8, f9, g0, g1, g2;
  std::string g3;
};
struct SixtyFourLocal {
  Eight a[7];
  int a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5, c6, c7,
      c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, e0, e1, e2, e3, e4, e5, e6, e7, e8, e9, f0, f1, f2, f3, f4, f5,
      f6, f7, f8, f9, g0, g1;
  Local g2;
};
struct SixtyFive {
  int a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5, c6, c7,
      c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, e0, e1, e2, e3, e4, e5, e6, e7, e8, e9, f0, f1, f2, f3, f4, f5,
      f6, f7, f8, f9, g0, g1, g2, g3, g4;
};
static_assert(Send<SixtyFour> && Owned<SixtyFour> && !Send<SixtyFourLocal>);
static_assert(!Send<SixtyFive>);

// A class with private members says nothing, lists them, or claims.
class Silent {
  [[maybe_unused]] int a_ = 0;
};
class Lists {
  int a_ = 0;
  std::string b_;
  HEDDLE_FIELDS(a_, b_);
};
class ListsLocal {
  int a_ = 0;
  Local b_;

 public:
  HEDDLE_FIELDS(a_, b_);
};
template <class T>
class ListsTemplate {
  T a_;
  mutable int b_ = 0;
  HEDDLE_FIELDS(a_, b_);
};
class DerivedFromLists : public Lists {
  [[maybe_unused]] int* p_ = nullptr;
};
class Claims {
  [[maybe_unused]] int* p_ = nullptr;
  HEDDLE_UNSAFE_SEND(true);
  HEDDLE_UNSAFE_OWNED(true);
};
template <class T>
class ClaimsIf {
  [[maybe_unused]] T* p_ = nullptr;
  HEDDLE_UNSAFE_SEND(Send<T>);
};
class DerivedFromClaims : public Claims {
  [[maybe_unused]] int* q_ = nullptr;
};
static_assert(!Send<Silent> && !Sync<Silent> && !Owned<Silent>);
static_assert(Send<Lists> && Sync<Lists> && Owned<Lists> && !SyncMut<Lists>);
static_assert(!Send<ListsLocal> && !Owned<ListsLocal>);
static_assert(Send<ListsTemplate<int>> && !Sync<ListsTemplate<int>> && !Send<ListsTemplate<Local>>);
static_assert(!Send<DerivedFromLists>);
static_assert(Send<Claims> && Owned<Claims> && !Sync<Claims>);
static_assert(Send<ClaimsIf<int>> && !Send<ClaimsIf<int*>> && !Owned<ClaimsIf<int>>);
static_assert(!Send<DerivedFromClaims>);

// Markers take away, from aggregates, lists and claims alike.
struct Marked {
  int slot;
  [[no_unique_address]] hd::NotSend marker;
};
struct MarkedByBase : hd::NotSync {
  int slot;
};
struct OnlyMarker {
  hd::NotSend marker;
};
class MarkedClaim : hd::NotSend {
  HEDDLE_UNSAFE_SEND(true);
};
static_assert(!Send<Marked> && Sync<Marked> && Owned<Marked> && !Send<OnlyMarker>);
static_assert(Send<MarkedByBase> && !Sync<MarkedByBase>);
static_assert(!Send<MarkedClaim> && !Send<hd::NotSend> && Sync<hd::NotSend> && !Sync<hd::NotSync>);

// Behind a pointer an object may be of a derived class.
struct Polymorphic {
  virtual ~Polymorphic() = default;
  int a = 0;
  HEDDLE_FIELDS(a);
};
struct Base {
  virtual ~Base() = default;
};
struct Final final : Base {
  int a = 0;
  HEDDLE_FIELDS(a);
};
struct ClaimsForDerived {
  virtual ~ClaimsForDerived() = default;
  HEDDLE_UNSAFE_SEND(true);
};
static_assert(Send<Polymorphic> && !Send<std::unique_ptr<Polymorphic>> && !Send<const Polymorphic&>);
static_assert(Send<std::unique_ptr<Final>> && Send<std::unique_ptr<ClaimsForDerived>>);

struct Incomplete;
union Union {
  int a;
  float b;
};
static_assert(!Send<std::unique_ptr<Incomplete>> && !Send<Union>);

TEST(Derivation, is_checked_at_compile_time) {}

}  // namespace
