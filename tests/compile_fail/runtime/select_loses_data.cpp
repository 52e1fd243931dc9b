// GCC 12: this future loses data when another arm is first: name it and pass it by its name, or accept the loss: on(cancel_unsafe(future), handler)
// Clang 22: this future loses data when another arm is first: name it and pass it by its name, or accept the loss: on(cancel_unsafe(future), handler)
// A write that is given up halfway must be named, or accepted with cancel_unsafe.
#include <heddle/future/select.hpp>
#include <heddle/net/tcp_stream.hpp>

namespace hd = heddle;

hd::Async<> f(hd::net::TcpStream& stream, std::span<const std::byte> data) {
  co_await hd::select(hd::on(stream.write_all(data), [](auto) {}));  // refused
}
