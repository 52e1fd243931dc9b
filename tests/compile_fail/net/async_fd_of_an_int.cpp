// GCC 12: template constraint failure for 'template<class Owner>  requires  AsRawFd<Owner> class net::AsyncFd'
// Clang 22: constraints not satisfied for class template 'AsyncFd' [with Owner = int]
// A number doesn't keep a descriptor open: an owner with as_raw_fd() does.
#include <heddle/net/async_fd.hpp>

namespace hd = heddle;

hd::net::AsyncFd<int>* fd;  // refused
