#include "herd/api/open_api.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>
#include <set>
#include <string>

#include "herd/api/api_page.h"
#include "herd/api/http_endpoints.h"

namespace herd::api {
namespace {

namespace json = boost::json;

/// Calls `use` for each text behind a "$ref".
template <class Use>
void for_each_reference(const json::value& value, Use use) {
  if (const auto* const object = value.if_object()) {
    for (const auto& [key, member] : *object) {
      if (key == "$ref") use(json::value_to<std::string>(member));
      for_each_reference(member, use);
    }
  } else if (const auto* const array = value.if_array()) {
    for (const auto& element : *array) for_each_reference(element, use);
  }
}

TEST(OpenApi, has_every_endpoint_once_and_nothing_else) {
  const auto whole = json::parse(open_api_json());
  EXPECT_EQ(whole.at("openapi"), "3.1.0");
  std::set<std::string> told;
  for (const auto& [path, operations] : whole.at("paths").as_object()) {
    for (const auto& [method, operation] : operations.as_object()) {
      told.insert(std::string(method) + ' ' + std::string(path));
      EXPECT_NE(operation.at("summary"), "");
      EXPECT_TRUE(operation.at("responses").as_object().contains("default"));
    }
  }
  EXPECT_EQ(told, (std::set<std::string>{
                      "delete /v1/clients/{id}", "get /livez", "get /maps/api/place/nearbysearch/json", "get /metrics",
                      "get /openapi.json", "get /readyz", "get /v1/clients", "get /v1/clients/{id}",
                      "get /v1/clients/{id}/places", "get /v1/docs", "get /v1/live", "get /v1/places", "get /v1/status",
                      "get /v1/ws", "post /v1/clients/{id}", "post /v1/reports", "put /v1/clients/{id}"}));
}

TEST(OpenApi, refers_to_what_it_has) {
  const auto whole = json::parse(open_api_json());
  std::size_t references = 0;
  for_each_reference(whole, [&](const std::string& reference) {
    ++references;
    ASSERT_EQ(reference.front(), '#');
    boost::system::error_code error;
    EXPECT_NE(whole.find_pointer(reference.substr(1), error), nullptr) << reference;
  });
  EXPECT_GT(references, 20U);
}

TEST(OpenApi, tells_bounds_and_defaults_of_parameters) {
  const auto whole = json::parse(open_api_json());
  EXPECT_EQ(json::serialize(whole.at_pointer("/paths/~1v1~1clients/get/parameters/3")),
            R"({"name":"limit","in":"query","required":false,"description":"At most so many.",)"
            R"("schema":{"type":"integer","minimum":1,"maximum":1000,"default":20},"example":5})");
}

TEST(OpenApi, tells_where_a_token_may_be) {
  const auto whole = json::parse(open_api_json());
  const auto security = [&](const char* path) {
    return json::serialize(whole.at_pointer(std::string("/paths/") + path + "/get/security"));
  };
  EXPECT_EQ(security("~1v1~1clients"), R"([{"bearer":["read"]},{"basic":["read"]},{}])");
  EXPECT_EQ(security("~1v1~1live"), R"([{"bearer":["read"]},{"basic":["read"]},{"access_token":["read"]},{}])");
  EXPECT_EQ(security("~1v1~1ws"), security("~1v1~1live"));
  EXPECT_EQ(json::serialize(whole.at_pointer("/components/securitySchemes/access_token")),
            R"({"type":"apiKey","in":"query","name":"access_token"})");
}

TEST(ApiPage, tells_every_endpoint_and_escapes_what_is_no_markup) {
  const auto page = api_page_html();
  for (const auto& endpoint : http_endpoints()) {
    const auto heading = std::string(endpoint.method) + " " + std::string(endpoint.path);
    EXPECT_NE(page.find("<code>" + heading + "</code>"), std::string::npos) << heading;
  }
  EXPECT_NE(page.find("-d '{&quot;lat&quot;:34.068930,"), std::string::npos);
  EXPECT_NE(page.find("curl 'http://HOST:PORT/v1/places?near=34.068930,-118.445127'"), std::string::npos);
  EXPECT_NE(page.find("<p>A body of at most 64 MiB.</p>"), std::string::npos);
  EXPECT_NE(page.find("<p>A body of at most 16 KiB.</p>"), std::string::npos);
  EXPECT_NE(page.find("curl -N 'http://HOST:PORT/v1/live?"), std::string::npos);
  EXPECT_EQ(page.find("<script"), std::string::npos);
  EXPECT_EQ(page.find(" src="), std::string::npos);
}

}  // namespace
}  // namespace herd::api
