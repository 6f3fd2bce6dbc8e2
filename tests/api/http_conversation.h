#pragma once

#include <algorithm>
#include <gtest/gtest.h>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "herd/api/http_api.h"
#include "protocols/credulous_herd.h"

namespace herd::api {

/// Finds two places wherever they are asked for, at once.
class TwoPlaces : public places::Provider {
 public:
  void find_nearby(std::vector<places::NearbyQuery> queries, Found on_found) override {
    asked.push_back(queries.front());
    on_found(has_memory ? std::vector<std::string>{R"({"status": "OK"})"} : std::vector<std::string>{});
  }
  std::vector<places::NearbyQuery> asked;
  bool has_memory = true;
};

/// Everybody may do everything, unless `grants` has something: then these texts of Authorization may do these things.
class ListedAccess : public protocols::Access {
 public:
  std::shared_ptr<const protocols::Grant> grant(const Credentials& credentials) const override {
    if (grants.empty()) return protocols::Grant::everything();
    const auto found = std::ranges::find(grants, credentials.authorization, &Known::first);
    return found == grants.end() ? nullptr : found->second;
  }
  bool admits(std::string_view address, unsigned requests, Time /*now*/) override {
    addresses.emplace_back(address);
    if (requests > requests_left) return false;
    requests_left -= requests;
    return true;
  }
  void count_denied() override { ++denied; }

  using Known = std::pair<std::string, std::shared_ptr<const protocols::Grant>>;
  std::vector<Known> grants;
  std::vector<std::string> addresses;
  unsigned requests_left = 1'000'000;
  unsigned denied = 0;
};

class Introduction : public HttpApi::Self {
 public:
  void status(std::function<void(std::string)> done) override { done("{\"server\":\"Riley\"}\n"); }
  void metrics(std::function<void(std::string)> done) override { done("up 1\n"); }
  std::string why_not_ready() override { return why_not; }
  std::string why_not;
};

/// One request after another to an HttpApi.
struct HttpConversation : testing::Test {
  using Fields = std::vector<std::pair<std::string_view, std::string_view>>;

  http::HttpAnswer answer(std::string_view method, std::string_view target, std::string_view body = {},
                          const Fields& fields = {}) {
    const bool is_head = method == "HEAD";  // which a session tells so
    const auto exchange = api->begin({is_head ? "GET" : method, target, fields, "192.0.2.1:4321", is_head}, now);
    EXPECT_LE(body.size(), exchange->body_bytes_max());
    for (; !body.empty(); body.remove_prefix(std::min(part_bytes, body.size()))) {
      exchange->on_body(body.substr(0, part_bytes), now);
    }
    return exchange->finish(now);
  }

  http::HttpResponse response(std::string_view method, std::string_view target, std::string_view body = {},
                              const Fields& fields = {}) {
    auto said = answer(method, target, body, fields);
    if (auto* const at_once = std::get_if<http::HttpResponse>(&said)) return std::move(*at_once);
    http::HttpResponse later{0, "", "", {}};
    if (auto* const wait = std::get_if<http::HttpLater>(&said)) {
      wait->start([&later](http::HttpResponse made) { later = std::move(made); });
    }
    return later;
  }

  /// "200 application/json" and the body, or the detail of a problem: "400 the latitude is missing".
  std::string ask(std::string_view method, std::string_view target, std::string_view body = {},
                  const Fields& fields = {}) {
    const auto made = response(method, target, body, fields);
    auto text = std::to_string(made.status);
    if (made.content_type == "application/problem+json") {
      constexpr std::string_view before = R"("detail":")";
      const auto begin = made.body.find(before) + before.size();
      return text + ' ' + made.body.substr(begin, made.body.find("\"}", begin) - begin);
    }
    if (made.body.empty()) return text;
    return text + ' ' + made.content_type + ' ' + made.body;
  }

  void make(HttpApi::Options options = {}) {
    api = std::make_unique<HttpApi>(herd, places, access, self, std::move(options));
  }
  void SetUp() override { make(); }

  Time now = 1621464828'223371889;
  std::size_t part_bytes = 1U << 30U;
  protocols::CredulousHerd herd;
  TwoPlaces places;
  ListedAccess access;
  Introduction self;
  std::unique_ptr<HttpApi> api;
};

}  // namespace herd::api
