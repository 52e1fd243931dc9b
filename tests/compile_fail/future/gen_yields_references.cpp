// GCC 12: a Gen yields values: give a pointer instead of a reference
// Clang 22: a Gen yields values: give a pointer instead of a reference
// An item may outlive the step that yielded it: a Gen yields values.
#include <heddle/future/gen.hpp>

namespace hd = heddle;

using References = hd::Gen<int&>;
bool f(References& gen, hd::Context& cx) { return gen.poll_next(cx).is_ready(); }  // refused
