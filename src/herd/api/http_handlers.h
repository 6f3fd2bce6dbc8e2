#pragma once

#include <memory>

#include "herd/api/http_call.h"

/// What the endpoints do, one function each; http_endpoints.cpp has them in its table.
namespace herd::api {

// http_reports.cpp
std::unique_ptr<http::HttpExchange> begin_report(HttpCall call, const http::HttpHead& head);
std::unique_ptr<http::HttpExchange> begin_reports(HttpCall call, const http::HttpHead& head);

// http_clients.cpp
http::HttpAnswer answer_clients(const HttpCall& call, Time now);
http::HttpAnswer answer_client(const HttpCall& call, Time now);
http::HttpAnswer forget_client(const HttpCall& call, Time now);

// http_places.cpp
http::HttpAnswer answer_places(const HttpCall& call, Time now);
http::HttpAnswer answer_places_near_client(const HttpCall& call, Time now);
/// What `places` finds, in its own words.
http::HttpLater look_up_places(places::Provider& places, places::NearbyQuery query);

// http_google.cpp
http::HttpAnswer answer_places_as_google(const HttpCall& call, Time now);

// http_live.cpp
std::unique_ptr<http::HttpExchange> begin_events(HttpCall call, const http::HttpHead& head);
std::unique_ptr<http::HttpExchange> begin_websocket(HttpCall call, const http::HttpHead& head);

// http_self.cpp
http::HttpAnswer answer_status(const HttpCall& call, Time now);
http::HttpAnswer answer_metrics(const HttpCall& call, Time now);
http::HttpAnswer answer_is_alive(const HttpCall& call, Time now);
http::HttpAnswer answer_is_ready(const HttpCall& call, Time now);
http::HttpAnswer answer_open_api(const HttpCall& call, Time now);
http::HttpAnswer answer_page(const HttpCall& call, Time now);

}  // namespace herd::api
