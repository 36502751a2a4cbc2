// The limits of the HTTP server, each with its unit and reason. Tests have smaller ones.
#pragma once

#include <chrono>
#include <cstddef>

namespace orderd::cluster {

struct http_limits {
  /// Many more than there are clients, scrapers and pages. One more takes the place of the one that rests
  /// longest, be it in the middle of a request; whoever waits for an answer keeps its own.
  std::size_t connections_max = 4'096;
  std::size_t header_bytes_max = 16u << 10;
  /// As a frame of the wire: an order of 2,000 lines takes a fifth.
  std::size_t body_bytes_max = 1u << 20;
  /// A body that is longer is counted among the next before it comes.
  std::size_t small_body_bytes_max = 16u << 10;
  /// Bytes of all bodies that are coming, or belong to requests under way.
  std::size_t bodies_bytes_max = 64u << 20;
  /// Bytes of all responses that are not taken yet. A new one beyond is told 503.
  std::size_t responses_bytes_max = 128u << 20;
  /// From the first byte of a request, whatever comes meanwhile: one byte a second keeps no place.
  std::chrono::milliseconds header_ms_max{5'000};
  std::chrono::milliseconds request_ms_max{30'000};
  /// Without a request: longer than what lies between two of a scraper.
  std::chrono::milliseconds idle_ms_max{90'000};
  /// Longer than any request waits for its answer (limits::request_timeout_ms_max).
  std::chrono::milliseconds answer_ms_max{310'000};
  std::chrono::milliseconds write_ms_max{10'000};
  /// For a client to read a response after which the connection ends, while it still sends.
  std::chrono::milliseconds drain_ms_max{1'000};
  /// For what is under way when the server stops.
  std::chrono::milliseconds stop_ms_max{1'000};
};

} // namespace orderd::cluster
