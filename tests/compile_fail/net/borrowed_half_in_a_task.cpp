// GCC 12: `const net::TcpStream&` borrows, and may outlive what it points to: hold a value instead; found in net::WriteHalf<net::TcpStream>.stream_ -> const net::TcpStream&
// Clang 22: borrows_and_may_outlive_what_it_points_to<const net::TcpStream &, because<"hold a value instead">, found_in<field<net::WriteHalf<net::TcpStream>, "stream_">>>
// A half that borrows its stream stays where the stream is: into_split gives halves that may go.
#include <heddle/net/tcp_stream.hpp>
#include <heddle/runtime/spawn.hpp>

namespace hd = heddle;

hd::Task<> write(hd::net::WriteHalf<hd::net::TcpStream>) { co_return; }  // refused
