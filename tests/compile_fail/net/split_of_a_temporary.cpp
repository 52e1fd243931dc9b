// GCC 12: use of deleted function 'net::detail::BorrowedHalves<net::TcpStream> net::TcpStream::split() &&'
// Clang 22: call to deleted member function 'split'
// Halves that borrow need a stream that stays: a temporary is taken apart by into_split.
#include <heddle/net/tcp_stream.hpp>

namespace hd = heddle;

hd::net::TcpStream make();
auto halves = make().split();  // refused
