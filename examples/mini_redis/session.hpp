// SPDX-License-Identifier: MIT
// One client, from its first byte to its last.
#pragma once

#include "server.hpp"

#include <heddle/channel/mpsc.hpp>
#include <heddle/future/task.hpp>
#include <heddle/net/tcp_stream.hpp>
#include <heddle/sync/arc.hpp>

namespace mini_redis {

/// Serves a client until it, or the server, ends. `alive` is held till then.
heddle::Task<> serve_client(heddle::net::TcpStream socket, heddle::Arc<Server> server,
                            heddle::mpsc::Sender<int> alive);

}  // namespace mini_redis
