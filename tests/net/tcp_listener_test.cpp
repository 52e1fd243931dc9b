// SPDX-License-Identifier: MIT
// TcpListener's promises, over loopback, on both schedulers.
#include <heddle/net/tcp_listener.hpp>

#include <heddle/runtime/spawn.hpp>
#include <heddle/time/sleep.hpp>

#include "support/run_in.hpp"
#include "support/sockets.hpp"

#include <optional>
#include <vector>

namespace heddle::test {
namespace {

using namespace std::chrono_literals;
using io::ErrorKind;
using net::SocketAddr;
using net::TcpListener;
using net::TcpStream;

class Listener : public OnScheduler {};
INSTANTIATE_TEST_SUITE_P(, Listener, on_both_schedulers(), scheduler_name);

TEST_P(Listener, port_zero_becomes_a_port_of_the_systems_choice) {
  run([]() -> Task<> {
    auto listener = co_await TcpListener::bind("127.0.0.1:0");
    const SocketAddr addr = listener.value().local_addr().value();
    EXPECT_NE(addr.port(), 0);
    EXPECT_TRUE(addr.ip().is_loopback());
  }());
}

TEST_P(Listener, a_port_in_use_is_refused) {
  run([]() -> Task<> {
    auto first = co_await listen();
    auto second = co_await TcpListener::bind(first.local_addr().value());
    EXPECT_FALSE(second.has_value());
    EXPECT_EQ(second.error().kind(), ErrorKind::kAddrInUse);
    EXPECT_EQ(second.error().message(), "Address already in use (os error 98)");
  }());
}

TEST_P(Listener, an_address_of_another_machine_is_refused) {
  run([]() -> Task<> {
    auto listener = co_await TcpListener::bind("192.0.2.1:0");  // reserved for documentation: nobody's
    EXPECT_FALSE(listener.has_value());
    EXPECT_EQ(listener.error().kind(), ErrorKind::kAddrNotAvailable);
  }());
}

TEST_P(Listener, text_that_is_no_address_is_invalid_input) {
  run([]() -> Task<> {
    auto listener = co_await TcpListener::bind("127.0.0.1:http");
    EXPECT_FALSE(listener.has_value());
    EXPECT_EQ(listener.error().kind(), ErrorKind::kInvalidInput);
  }());
}

TEST_P(Listener, a_port_can_be_bound_again_right_after_its_connections_ended) {
  run([]() -> Task<> {
    std::optional<SocketAddr> addr;
    {
      auto listener = co_await listen();
      addr = listener.local_addr().value();
      auto client = co_await TcpStream::connect(*addr);
      auto accepted = co_await listener.accept();
      { TcpStream first = std::move(accepted).value().socket; }  // the server closes first: TIME_WAIT is its
    }
    auto again = co_await TcpListener::bind(*addr);
    EXPECT_TRUE(again.has_value());
  }());
}

TEST_P(Listener, an_accept_that_is_dropped_while_it_waits_loses_no_connection) {
  run([]() -> Task<> {
    auto listener = co_await listen();
    {
      auto accept = listener.accept();
      auto once = poll_fn([&accept](Context& cx) -> Poll<bool> { return Ready(accept.poll(cx).is_pending()); });
      const bool pending = co_await once;
      EXPECT_TRUE(pending);
    }
    auto client = co_await TcpStream::connect(listener.local_addr().value());
    EXPECT_TRUE(client.has_value());
    auto accepted = co_await listener.accept();
    EXPECT_TRUE(accepted.has_value());
  }());
}

TEST_P(Listener, connections_are_accepted_in_a_burst) {
  run([]() -> Task<> {
    auto listener = co_await listen();
    const SocketAddr addr = listener.local_addr().value();
    std::vector<TcpStream> clients;
    for (int i = 0; i < 200; ++i) clients.push_back((co_await TcpStream::connect(addr)).value());
    for (int i = 0; i < 200; ++i) {
      auto accepted = co_await listener.accept();
      EXPECT_TRUE(accepted.has_value());
    }
  }());
}

TEST_P(Listener, no_free_descriptor_is_an_error_and_the_connection_is_served_once_one_is_free) {
  run([]() -> Task<> {
    auto listener = co_await listen();
    auto client = (co_await TcpStream::connect(listener.local_addr().value())).value();
    {
      const NoMoreDescriptors limit;
      auto refused = co_await listener.accept();
      EXPECT_FALSE(refused.has_value());
      EXPECT_EQ(refused.error().kind(), ErrorKind::kTooManyOpenFiles);
    }
    auto accepted = co_await listener.accept();
    EXPECT_EQ(accepted.value().peer, client.local_addr().value());
  }());
}

TEST(ListenerWithoutDescriptors, accept_does_not_spin) {
  auto runtime = runtime::Builder::current_thread().start_paused().build().value();
  runtime.block_on([]() -> Task<> {
    auto listener = co_await listen();
    auto client = (co_await TcpStream::connect(listener.local_addr().value())).value();
    // UBSan looks at each kind of object once, for which it needs descriptors: a first timer before there are none.
    co_await time::sleep(1ms);
    const NoMoreDescriptors limit;
    const auto start = time::Instant::now();
    for (int i = 0; i < 5; ++i) {
      auto refused = co_await listener.accept();
      EXPECT_EQ(refused.error().kind(), ErrorKind::kTooManyOpenFiles);
    }
    // The first answer comes at once, the others 50 ms apart.
    EXPECT_GE(start.elapsed(), 200ms);
    EXPECT_LT(start.elapsed(), 210ms);
  }());
}

TEST(ListenerWithoutDescriptors, bind_and_connect_say_so) {
  auto runtime = make_runtime(Scheduler::kCurrentThread);
  runtime.block_on([]() -> Task<> {
    const NoMoreDescriptors limit;
    auto listener = co_await TcpListener::bind("127.0.0.1:0");
    EXPECT_EQ(listener.error().kind(), ErrorKind::kTooManyOpenFiles);
    auto client = co_await TcpStream::connect("127.0.0.1:1");
    EXPECT_EQ(client.error().kind(), ErrorKind::kTooManyOpenFiles);
  }());
}

}  // namespace
}  // namespace heddle::test
