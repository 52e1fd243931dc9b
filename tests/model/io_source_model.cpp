// SPDX-License-Identifier: MIT
// Readiness: no edge is lost between an operation that finds nothing and one that waits, forgets or clears.
#include "model/explored.hpp"
#include "model/fake_runtime.hpp"

#include <heddle/base/atomic.hpp>
#include <heddle/runtime/detail/io_source.hpp>
#include <heddle_model/model.hpp>

#include <gtest/gtest.h>

#include <utility>

namespace {

using namespace heddle;
using namespace heddle::runtime::detail;
using heddle_model::ensure;
using heddle_model::Options;
using heddle_model::Thread;
using heddle_test::expect_holds;
using heddle_test::FakeRuntime;
using heddle_test::kAll;
using heddle_test::Wakes;

/// A descriptor of which the kernel is a counter of what has arrived: an edge for each arrival.
struct Descriptor {
  FakeRuntime* runtime = new FakeRuntime;
  IoSource source{*runtime, 0, 0};
  base::atomic<int> arrived{0};

  ~Descriptor() { runtime->end(); }

  void arrive() {
    arrived.fetch_add(1, base::acq_rel);
    source.set_ready(Readiness::kReadable);
  }
  /// As sockets read: look, try, clear what proved wrong, wait. True when something was taken.
  bool read(IoWaiter& waiter, const Waker& waker) {
    for (;;) {
      const Readiness seen = source.readiness();
      if (!seen.is(Direction::kRead)) {
        if (source.wait(waiter, Direction::kRead, waker)) return false;
        continue;
      }
      int left = arrived.load(base::acquire);
      while (left != 0 && !arrived.compare_exchange_strong(left, left - 1, base::acq_rel, base::acquire)) {
      }
      if (left != 0) return true;
      source.clear(seen, Direction::kRead);
    }
  }
};

TEST(IoSourceModel, a_reader_that_waits_is_woken_by_what_arrives) {
  expect_holds(kAll, [] {
    Descriptor descriptor;
    Wakes wakes;
    const Waker waker = wakes.waker();
    Thread driver = heddle_model::spawn([&] { descriptor.arrive(); });
    IoWaiter waiter;
    const bool read = descriptor.read(waiter, waker);
    driver.join();
    ensure(read || wakes.count() == 1, "it has read, or is woken");
    if (!read) ensure(descriptor.read(waiter, waker), "and then reads");
  });
}

TEST(IoSourceModel, a_stale_clear_loses_no_edge) {
  expect_holds(kAll, [] {
    Descriptor descriptor;
    Wakes wakes;
    const Waker waker = wakes.waker();
    descriptor.arrive();
    Thread driver = heddle_model::spawn([&] { descriptor.arrive(); });
    IoWaiter waiter;
    ensure(descriptor.read(waiter, waker), "the first is there");
    const bool second = descriptor.read(waiter, waker);
    driver.join();
    ensure(second || wakes.count() == 1, "the second was read, or its edge wakes");
  });
}

TEST(IoSourceModel, a_waiter_is_forgotten_while_its_edge_comes) {
  expect_holds(kAll, [] {
    Descriptor descriptor;
    Wakes wakes;
    const Waker waker = wakes.waker();
    {
      IoWaiter waiter;
      ensure(descriptor.source.wait(waiter, Direction::kRead, waker), "nothing has come");
      Thread driver = heddle_model::spawn([&] { descriptor.arrive(); });
      descriptor.source.forget(waiter);
      driver.join();
    }
    ensure(wakes.count() <= 1, "one wake at most");
    ensure(descriptor.source.readiness().is(Direction::kRead), "the edge stays for the next reader");
  });
}

TEST(IoSourceModel, each_of_two_readers_is_woken_by_an_edge) {
  expect_holds({.preemptions = 2}, [] {
    Descriptor descriptor;
    Wakes first, second;
    const auto reads = [&](Wakes& wakes, bool& waited, IoWaiter& waiter) {
      const Waker waker = wakes.waker();
      waited = descriptor.source.wait(waiter, Direction::kRead, waker);
    };
    IoWaiter one, two;
    bool one_waits = false, two_waits = false;
    Thread reader = heddle_model::spawn([&] { reads(first, one_waits, one); });
    Thread driver = heddle_model::spawn([&] { descriptor.source.set_ready(Readiness::kReadable); });
    reads(second, two_waits, two);
    reader.join();
    driver.join();
    ensure(first.count() == (one_waits ? 1 : 0), "who waits is woken");
    ensure(second.count() == (two_waits ? 1 : 0), "who waits is woken");
  });
}

TEST(IoSourceModel, a_waiter_that_changes_its_waker_is_woken_by_the_new_one_or_sees_the_edge) {
  expect_holds(kAll, [] {
    Descriptor descriptor;
    Wakes before, after;
    IoWaiter waiter;
    {
      const Waker waker = before.waker();
      ensure(descriptor.source.wait(waiter, Direction::kRead, waker), "nothing has come");
    }
    Thread driver = heddle_model::spawn([&] { descriptor.source.set_ready(Readiness::kReadable); });
    bool waits = false;
    {
      const Waker waker = after.waker();
      waits = descriptor.source.wait(waiter, Direction::kRead, waker);
    }
    driver.join();
    if (waits) ensure(after.count() == 1, "the new waker is woken");
    ensure(before.count() + after.count() <= 1, "one wake at most");
  });
}

TEST(IoSourceModel, a_waiter_that_is_polled_again_while_another_reader_takes_the_edge_is_woken) {
  expect_holds({.preemptions = 2}, [] {
    Descriptor descriptor;
    Wakes wakes, others;
    const Waker waker = wakes.waker();
    IoWaiter waiter;
    ensure(descriptor.source.wait(waiter, Direction::kRead, waker), "nothing has come");
    Thread driver = heddle_model::spawn([&] { descriptor.arrive(); });
    Thread other = heddle_model::spawn([&] {
      const Waker its = others.waker();
      IoWaiter second;
      while (descriptor.read(second, its)) {
      }
      descriptor.source.forget(second);
    });
    if (descriptor.source.wait(waiter, Direction::kRead, waker)) {
      other.join();
      driver.join();
      descriptor.arrive();
      ensure(wakes.count() != 0, "who waits is woken by the next edge at the latest");
    } else {
      other.join();
      driver.join();
    }
    descriptor.source.forget(waiter);
  });
}

TEST(IoSourceModel, reader_and_writer_wait_apart_and_an_error_wakes_both) {
  expect_holds({.preemptions = 2}, [] {
    Descriptor descriptor;
    Wakes reads, writes;
    IoWaiter reader, writer;
    bool read_waits = false, write_waits = false;
    Thread driver = heddle_model::spawn([&] { descriptor.source.set_ready(Readiness::kError); });
    Thread other = heddle_model::spawn([&] {
      const Waker waker = writes.waker();
      write_waits = descriptor.source.wait(writer, Direction::kWrite, waker);
    });
    {
      const Waker waker = reads.waker();
      read_waits = descriptor.source.wait(reader, Direction::kRead, waker);
    }
    driver.join();
    other.join();
    ensure(reads.count() == (read_waits ? 1 : 0), "the reader");
    ensure(writes.count() == (write_waits ? 1 : 0), "the writer");
  });
}

TEST(IoSourceModel, the_end_of_the_driver_wakes_who_waits_while_the_source_goes) {
  expect_holds({.preemptions = 2}, [] {
    auto* runtime = new FakeRuntime;
    IoSource* source = watch(*runtime, 0, IoSource::kAssumed).value();
    Wakes wakes;
    Thread user = heddle_model::spawn([&] {
      const Waker waker = wakes.waker();
      IoWaiter waiter;
      source->clear(source->readiness(), Direction::kRead);
      if (source->wait(waiter, Direction::kRead, waker)) {
        source->forget(waiter);
      } else {
        ensure(source->readiness().is_shut_down(), "nothing else makes it ready");
      }
      unwatch(*source);
    });
    runtime->end();
    user.join();
  });
}

}  // namespace
