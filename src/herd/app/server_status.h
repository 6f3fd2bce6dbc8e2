#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "herd/base/result.h"
#include "herd/net/http_client.h"

namespace herd::app {

struct LinkStatus {
  std::string peer;
  std::string state;             ///< "up", "down" or a stage between them
  double since_s = 0;            ///< in this state
  std::optional<double> lag_ms;  ///< how old what arrives is, if that is known
  bool catching_up = false;      ///< the neighbour has not brought everything yet
};

/// What the status table shows of a server's answer to GET /v1/status.
struct ServerStatus {
  std::string json;  ///< the whole answer
  double uptime_s = 0;
  std::uint64_t clients = 0;
  double reports_per_s = 0;
  std::uint64_t connections = 0;
  std::vector<LinkStatus> links;
};

/// Reads the answer of the server with this id. It is an error if it is not a status, or another server's.
Result<ServerStatus> parse_status(std::string_view json, std::string_view server);

/// A server that was asked, and its status or why there is none.
struct StatusAnswer {
  std::string server;
  Result<ServerStatus> status;
  bool answers = false;  ///< though there is no status: it runs, and keeps its status to itself, or is not trusted
};

/// What the server said when it was asked at this address for its status, with a token from PROXYHERD_TOKEN or without.
StatusAnswer read_answer(const std::string& server, const std::string& address, const net::HttpResult& answer,
                         bool has_token);

/// The token in the environment variable PROXYHERD_TOKEN; empty: none.
std::string token_of_environment();

/// A row for each server, under headings.
std::string status_table(const std::vector<StatusAnswer>& answers, bool coloured);

/// One line: a JSON array of {"server", "ok", and "status" or "error"}.
std::string status_json(const std::vector<StatusAnswer>& answers);

}  // namespace herd::app
