// SPDX-License-Identifier: MIT
// TLS over any stream, on OpenSSL: a target of its own, heddle::tls.
#pragma once

#include <heddle/tls/acceptor.hpp>
#include <heddle/tls/connector.hpp>
#include <heddle/tls/identity.hpp>
#include <heddle/tls/stream.hpp>
