// The type of a connection's stream: plain TCP. An encrypted one is put here, and in `http_server::loop`,
// which accepts it.
//
// Includes Asio, which compiles slowly: only for http_connection.cpp and http_server.cpp.
#pragma once

#include <utility> // awaitable.hpp of Boost 1.74 needs it

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace orderd::cluster {

/// With the executor's own type: the polymorphic one allocates.
using http_stream =
    boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

} // namespace orderd::cluster
