#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "herd/http/http_exchange.h"
#include "herd/places/provider.h"
#include "herd/protocols/access.h"
#include "herd/protocols/herd.h"
#include "herd/trackers/tracker_apps.h"

namespace herd::api {

/// All that is at an HTTP port: the endpoints of http_endpoints.h, what follows from their table, and, at any path that
/// is not among them, tracker apps. Any thread may call.
class HttpApi : public http::HttpService {
 public:
  /// What the server tells of itself. Any thread may call; `done` is called once, on any thread, perhaps at once.
  class Self {
   public:
    virtual ~Self() = default;
    /// The JSON of GET /v1/status.
    virtual void status(std::function<void(std::string json)> done) = 0;
    /// The text of GET /metrics.
    virtual void metrics(std::function<void(std::string text)> done) = 0;
    /// Why no clients should be sent to this server now: "catching up with Juzang"; empty: they should.
    virtual std::string why_not_ready() = 0;
  };

  struct Options {
    /// Web pages of these origins ("https://example.org"; "*": of any) may use the API from browsers; those that come
    /// from the server's own address always may.
    std::vector<std::string> cors_origins = {};
    trackers::TrackerOptions apps = {};
    /// Where no tokens are asked for and only the machine itself is trusted: names that requests may come under, beside
    /// those of cors_origins, addresses and localhost. None: they may come under any name.
    std::optional<std::vector<std::string>> hosts = std::nullopt;
  };

  /// All of these outlive it, and it outlives its exchanges.
  HttpApi(protocols::Herd& herd, places::Provider& places, protocols::Access& access, Self& self, Options options);
  ~HttpApi() override;

  std::unique_ptr<http::HttpExchange> begin(const http::HttpHead& head, Time now) override;

  /// For the statistics.
  const trackers::TrackerApps& apps() const;

 private:
  struct State;
  std::unique_ptr<const State> state_;
  std::unique_ptr<trackers::TrackerApps> apps_;
};

}  // namespace herd::api
