// SPDX-License-Identifier: MIT
// Where Tokio panics outside a runtime (net_panic.rs, net_bind_resource.rs), heddle throws NoRuntime, which names what
// was called; and in a runtime that has shut down there is an error.
#include <heddle/future/block_on.hpp>
#include <heddle/future/task.hpp>
#include <heddle/net/async_fd.hpp>
#include <heddle/net/tcp_listener.hpp>
#include <heddle/net/tcp_socket.hpp>
#include <heddle/net/tcp_stream.hpp>
#include <heddle/net/udp_socket.hpp>
#include <heddle/net/unix_datagram.hpp>
#include <heddle/net/unix_listener.hpp>
#include <heddle/net/unix_pipe.hpp>
#include <heddle/net/unix_stream.hpp>
#include <heddle/runtime/error.hpp>

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace heddle_test {
namespace {

namespace hd = heddle;
namespace net = heddle::net;
using hd::io::OwnedFd;
using hd::runtime::NoRuntime;

/// What the NoRuntime that leaves `f` says, or "".
template <class F>
std::string refusal(F f) {
  try {
    static_cast<void>(f());
  } catch (const NoRuntime& refused) {
    return refused.what();
  }
  return "";
}

template <class F>
std::string refusal_of_future(F make) {
  return refusal([&] {
    hd::block_on(make());
    return 0;
  });
}

const net::SocketAddr kAddr(net::IpAddr::localhost(), 0);

TEST(NetPanic, binding_and_connecting_outside_a_runtime_name_what_was_called) {
  EXPECT_NE(refusal_of_future([] { return net::TcpListener::bind(kAddr); }).find("TcpListener::bind"),
            std::string::npos);
  EXPECT_NE(refusal_of_future([] { return net::TcpStream::connect(kAddr); }).find("TcpStream::connect"),
            std::string::npos);
  EXPECT_NE(refusal_of_future([] { return net::UdpSocket::bind(kAddr); }).find("UdpSocket::bind"), std::string::npos);
  EXPECT_NE(refusal_of_future([] { return net::UnixStream::connect("/nowhere"); }).find("UnixStream::connect"),
            std::string::npos);
  EXPECT_NE(refusal([] { return net::UnixListener::bind("/nowhere"); }).find("UnixListener::bind"), std::string::npos);
  EXPECT_NE(refusal([] { return net::UnixDatagram::unbound(); }).find("UnixDatagram::unbound"), std::string::npos);
  EXPECT_NE(refusal([] { return net::unix_pipe::pipe(); }).find("unix_pipe::pipe"), std::string::npos);
}

TEST(NetPanic, taking_over_a_descriptor_outside_a_runtime_names_what_was_called) {
  EXPECT_NE(refusal([] { return net::TcpListener::from_fd(OwnedFd(-1)); }).find("TcpListener::from_fd"),
            std::string::npos);
  EXPECT_NE(refusal([] { return net::TcpStream::from_fd(OwnedFd(-1)); }).find("TcpStream::from_fd"), std::string::npos);
  EXPECT_NE(refusal([] { return net::UdpSocket::from_fd(OwnedFd(-1)); }).find("UdpSocket::from_fd"), std::string::npos);
  EXPECT_NE(refusal([] { return net::UnixListener::from_fd(OwnedFd(-1)); }).find("UnixListener::from_fd"),
            std::string::npos);
  EXPECT_NE(refusal([] { return net::UnixStream::from_fd(OwnedFd(-1)); }).find("UnixStream::from_fd"),
            std::string::npos);
  EXPECT_NE(refusal([] { return net::UnixDatagram::from_fd(OwnedFd(-1)); }).find("UnixDatagram::from_fd"),
            std::string::npos);
  EXPECT_NE(refusal([] { return net::AsyncFd<OwnedFd>::make(OwnedFd(-1)); }).find("AsyncFd::make"), std::string::npos);
}

}  // namespace
}  // namespace heddle_test
