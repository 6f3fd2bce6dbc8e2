#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "herd/base/result.h"
#include "herd/base/time.h"
#include "herd/net/event_loop.h"
#include "herd/net/http_client.h"

namespace herd::net {

/// GETs from one HTTPS server, on the thread of an event loop: TLS 1.2 or newer, and a certificate for that host from
/// an authority that is trusted. Connections are kept for the next requests; redirects are not followed.
class HttpsClient {
 public:
  struct Options {
    std::string host;  ///< a name, or an address without brackets
    std::uint16_t port = 443;
    std::filesystem::path authorities = {};  ///< PEM file of those to trust; empty: those that the system trusts
    Duration timeout = 2 * second;           ///< of a request, from finding the address to the end of the answer
    std::size_t body_bytes_max = 1024 * 1024;
    std::size_t idle_max = 8;              ///< connections kept for later; those under way are as many as requests
    Duration idle_time_max = 60 * second;  ///< after which one is not used any more
  };

  static constexpr std::uint32_t header_bytes_max = 16 * 1024;

  /// What the server answered, or what it did instead, to stand after its name: "did not answer within 2 s", "cannot
  /// be reached: Connection refused". No target is part of an error.
  using Done = std::function<void(Result<HttpAnswer>)>;

  /// The loop outlives it. Throws std::runtime_error if the authorities cannot be read.
  HttpsClient(EventLoop& loop, const Options& options);
  /// close() was called, and the loop has run until nothing was left, or nothing was asked.
  ~HttpsClient();

  /// Asks for `target` ("/path?query"), and calls `done` once, never before it has returned.
  void get(const std::string& target, Done done);

  /// Ends all requests: their `done` is called soon.
  void close();

  /// Made so far, with all that failed. From any thread.
  std::uint64_t connections_made() const;

  /// Whether the PEM file can be used as Options::authorities; the error names it.
  static Result<void> check_authorities(const std::filesystem::path& file);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace herd::net
