// SPDX-License-Identifier: MIT
// A thread's lease of its core against a monitor that looks and takes: the core has one user, a poll that is looked at
// doesn't end.
#include "model/explored.hpp"

#include <heddle_model/model.hpp>

#include <gtest/gtest.h>

#include <memory>

#include "runtime/core_lease.hpp"
#include "support/fake_task.hpp"

namespace {

using heddle::runtime::detail::CoreLease;
using heddle::runtime::detail::Polled;
using heddle_model::Cell;
using heddle_model::ensure;
using heddle_model::spawn;
using heddle_model::Thread;
using heddle_test::expect_holds;
using heddle_test::FakeTask;
using heddle_test::kAll;
using Held = CoreLease::Held;

/// A core is a Cell: two users at a time are a race.
struct Worker {
  CoreLease lease;
  Cell<int> core{0};
  FakeTask task;
  const Polled polled{&task, nullptr};

  Worker() { lease.begin(); }

  void use_core() { core.set(core.get() + 1); }

  /// What a wake in a poll does.
  void schedule() {
    const CoreLease::Use use(lease);
    if (use) use_core();
  }

  /// What the monitor does with a stuck thread, and then the one that takes over. Returns what it held.
  Held take() {
    const Held held = lease.hold();
    if (held == Held::kWithCore) {
      lease.take();
      use_core();
    } else if (held == Held::kWithoutCore) {
      lease.release(held);
    }
    return held;
  }
};

TEST(CoreLeaseModel, at_the_end_of_a_poll_the_core_is_the_threads_or_the_takers) {
  expect_holds(kAll, [] {
    Worker worker;
    bool kept = false;
    Thread thread = spawn([&] {
      worker.lease.begin_poll(worker.polled);
      kept = worker.lease.end_poll();
      if (kept) worker.use_core();
    });
    const Held held = worker.take();
    thread.join();
    ensure(kept == (held != Held::kWithCore), "one of them has it");
    ensure(worker.lease.has_core() == kept, "and the lease says so");
  });
}

TEST(CoreLeaseModel, a_wake_within_the_poll_uses_the_core_or_leaves_it_to_the_taker) {
  expect_holds(kAll, [] {
    Worker worker;
    Thread thread = spawn([&] {
      worker.lease.begin_poll(worker.polled);
      worker.schedule();
      if (worker.lease.end_poll()) worker.use_core();
    });
    worker.take();
    thread.join();
  });
}

TEST(CoreLeaseModel, a_wake_after_the_poll_leaves_a_lost_core_to_the_taker) {
  expect_holds(kAll, [] {
    Worker worker;
    Thread thread = spawn([&] {
      worker.lease.begin_poll(worker.polled);
      worker.lease.end_poll();
      worker.schedule();
    });
    worker.take();
    thread.join();
  });
}

TEST(CoreLeaseModel, between_polls_the_core_is_never_taken) {
  expect_holds(kAll, [] {
    Worker worker;
    Thread thread = spawn([&] {
      for (int i = 0; i < 2; ++i) {
        worker.lease.begin_poll(worker.polled);
        if (!worker.lease.end_poll()) return;
        worker.use_core();
      }
    });
    worker.take();
    thread.join();
  });
}

TEST(CoreLeaseModel, a_poll_that_is_looked_at_does_not_end) {
  expect_holds(kAll, [] {
    Worker worker;
    auto task = std::make_unique<Cell<int>>(1);
    Thread thread = spawn([&] {
      worker.lease.begin_poll(worker.polled);
      ensure(worker.lease.end_poll(), "looking takes nothing away");
      task.reset();
    });
    if (const Held held = worker.lease.hold(); held != Held::kNo) {
      ensure(worker.lease.polled().task == &worker.task && task->get() == 1, "its task is there");
      worker.lease.release(held);
    }
    thread.join();
  });
}

TEST(CoreLeaseModel, a_thread_without_core_can_be_looked_at_too) {
  expect_holds(kAll, [] {
    Worker worker;
    auto task = std::make_unique<Cell<int>>(1);
    Thread thread = spawn([&] {
      worker.lease.begin_poll(worker.polled);
      worker.schedule();
      if (worker.lease.end_poll()) worker.use_core();
      task.reset();
    });
    worker.take();
    if (const Held held = worker.lease.hold(); held != Held::kNo) {
      ensure(task->get() == 1, "its task is there");
      worker.lease.release(held);
    }
    thread.join();
  });
}

TEST(CoreLeaseModel, a_poll_within_a_poll_leaves_a_lost_core_to_the_taker) {
  expect_holds({.preemptions = 3}, [] {
    Worker worker;
    bool kept = false;
    Thread thread = spawn([&] {
      worker.lease.begin_poll(worker.polled);
      if (worker.lease.interrupt_poll()) {
        worker.use_core();
        worker.lease.begin_poll(worker.polled);
        worker.schedule();
        const bool has_core = worker.lease.end_poll();
        if (has_core) worker.use_core();
        worker.lease.go_on_with_poll(worker.polled, has_core);
      }
      worker.schedule();
      kept = worker.lease.end_poll();
      if (kept) worker.use_core();
    });
    const Held held = worker.take();
    thread.join();
    ensure(kept == (held != Held::kWithCore), "one of them has it");
  });
}

TEST(CoreLeaseModel, a_poll_within_a_poll_does_not_end_while_it_is_looked_at) {
  expect_holds({.preemptions = 3}, [] {
    Worker worker;
    auto task = std::make_unique<Cell<int>>(1);
    FakeTask inner_task;
    Thread thread = spawn([&] {
      worker.lease.begin_poll(worker.polled);
      if (worker.lease.interrupt_poll()) {
        const Polled inner{&inner_task, nullptr};
        worker.lease.begin_poll(inner);
        const bool has_core = worker.lease.end_poll();
        task.reset();
        worker.lease.go_on_with_poll(worker.polled, has_core);
      }
      static_cast<void>(worker.lease.end_poll());
    });
    worker.take();
    if (const Held held = worker.lease.hold(); held != Held::kNo) {
      if (worker.lease.polled().task == &inner_task) ensure(task->get() == 1, "its task is there");
      worker.lease.release(held);
    }
    thread.join();
  });
}

TEST(CoreLeaseModel, a_core_that_is_given_up_is_not_taken) {
  expect_holds(kAll, [] {
    Worker worker;
    bool given = false;
    Thread thread = spawn([&] {
      worker.lease.begin_poll(worker.polled);
      given = worker.lease.give_up();
      if (given) worker.use_core();  // as the one that takes over
      worker.lease.go_on_without_core();
      ensure(!worker.lease.end_poll(), "it is gone");
    });
    const Held held = worker.take();
    thread.join();
    ensure(given == (held != Held::kWithCore), "given up once");
  });
}

TEST(CoreLeaseModel, a_core_that_came_back_can_be_taken_again) {
  expect_holds(kAll, [] {
    Worker worker;
    Thread thread = spawn([&] {
      worker.lease.begin_poll(worker.polled);
      if (worker.lease.give_up()) {
        worker.lease.go_on_with_core();
      } else {
        worker.lease.go_on_without_core();
      }
      if (worker.lease.end_poll()) worker.use_core();
    });
    worker.take();
    thread.join();
  });
}

TEST(CoreLeaseModel, a_thread_that_lost_its_core_begins_anew_with_another) {
  expect_holds(kAll, [] {
    Worker worker;
    Cell<int> other{0};
    Thread thread = spawn([&] {
      worker.lease.begin_poll(worker.polled);
      if (worker.lease.end_poll()) return;
      worker.lease.begin();
      other.set(1);
      worker.lease.begin_poll(worker.polled);
      if (worker.lease.end_poll()) other.set(2);
    });
    worker.take();
    if (const Held held = worker.lease.hold(); held != Held::kNo) {
      if (held == Held::kWithCore) static_cast<void>(other.get());
      worker.lease.release(held);
    }
    thread.join();
  });
}

}  // namespace
