#include "herd/protocols/tracker_apps.h"

#include <string>

namespace herd::protocols {

std::string_view name_of(TrackerApp app) {
  constexpr std::array<std::string_view, tracker_apps> names{"OwnTracks", "Traccar Client", "OsmAnd", "Overland"};
  return names.at(static_cast<std::size_t>(app));
}

class TrackerApps::Exchange : public HttpExchange {
 public:
  Exchange(TrackerApps& apps, bool is_admitted) : apps_(apps), is_admitted_(is_admitted) {}

  std::size_t body_bytes_max() const override { return TrackerApps::body_bytes_max; }
  void on_body(std::string_view bytes, Time /*now*/) override { body_ += bytes; }
  HttpAnswer finish(Time /*now*/) override {
    if (!is_admitted_) return problem(429, "too many requests come from this address; try again later");
    if (body_.empty()) return HttpResponse{200, "application/json", "[]", {}};
    return problem(400, "no tracker app that " + std::string(apps_.herd_.server()) + " knows sends this");
  }

 private:
  TrackerApps& apps_;
  bool is_admitted_;
  std::string body_;
};

std::unique_ptr<HttpExchange> TrackerApps::begin(const HttpHead& head, Time now) {
  const auto address = head.client_address.substr(0, head.client_address.rfind(':'));
  return std::make_unique<Exchange>(*this, access_.admits(address, 1, now));
}

}  // namespace herd::protocols
