#include "herd/node/mqtt_door.h"

#include "herd/base/text.h"
#include "herd/net/clock.h"
#include "herd/trackers/owntracks.h"

namespace herd::node {
namespace {

constexpr std::size_t topic_bytes_logged = 200;

net::MqttOptions options_of(const MqttConfig& config, const std::string& herd_name, std::string_view server,
                            net::LogFile& log) {
  net::MqttOptions options{.host = config.broker.host,
                           .port = config.broker.port,
                           .is_tls = config.is_tls,
                           .authorities = config.authorities,
                           .client_id = "proxyherd-" + herd_name + '-' + std::string(server),
                           .is_persistent = config.is_persistent,
                           .user = config.user,
                           .topics = config.topics};
  if (config.password_file) {
    auto password = read_password(*config.password_file).value();
    options.password = std::move(password.text);
    if (!password.warning.empty()) log.warn(password.warning);
  }
  return options;
}

}  // namespace

MqttDoor::MqttDoor(const MqttConfig& config, const std::string& herd_name, protocols::Herd& herd,
                   const store::RecordStore& store, net::LogFile& log, std::function<void()> on_reports)
    : herd_(herd),
      log_(log),
      on_reports_(std::move(on_reports)),
      publisher_(config.publish.empty()
                     ? nullptr
                     : std::make_unique<MqttPublisher>(config, herd_name, herd.server(), store, outbox())),
      client_(options_of(config, herd_name, herd.server(), log), log,
              [this](const net::MqttClient::Message& message) { on_message(message); }) {}

MqttPublisher::Outbox MqttDoor::outbox() {
  return {.publish = [this](std::string topic,
                            std::string payload) { client_.publish(std::move(topic), std::move(payload)); },
          .withdraw = [this](const std::string& topic) { client_.withdraw(topic); },
          .is_idle = [this] { return client_.is_idle(); }};
}

void MqttDoor::on_message(const net::MqttClient::Message& message) {
  const auto wrong = take(message, net::wall_now());
  if (!wrong.empty()) tell_broken(message.topic, wrong);
}

std::string MqttDoor::take(const net::MqttClient::Message& message, Time now) {
  if (message.payload.empty()) return {};  // how a retained message is taken back
  if (publisher_ && publisher_->is_own(message.payload)) return {};
  if (message.payload.size() > payload_bytes_max) {
    return "a payload of " + std::to_string(message.payload.size()) + " bytes, and more than " +
           std::to_string(payload_bytes_max) + " are not read";
  }
  const auto kind = trackers::read_owntracks(message.payload, {.topic = message.topic}, report_);
  if (!kind) return kind.error().message;
  if (*kind == trackers::OwnTracksKind::other) return {};
  if (message.is_retained && !report_.has_time()) return "a retained message that does not say of when it is";
  auto heard = report_.finish(now);
  if (!heard) return heard.error().message;
  if (publisher_) publisher_->heard(heard->report.client, heard->report.client_time);
  herd_.report({&*heard, 1}, now);
  (heard->is_refused ? refused_ : reports_).fetch_add(1, std::memory_order_relaxed);
  on_reports_();
  return {};
}

void MqttDoor::tell_broken(std::string_view topic, const std::string& reason) {
  broken_.fetch_add(1, std::memory_order_relaxed);
  const auto now = net::steady_now();
  if (now - logged_at_ < log_every) {
    ++unlogged_;
    return;
  }
  std::string text = "MQTT topic ";
  append_printable(text, topic, topic_bytes_logged);
  text += ": " + reason;
  if (unlogged_ != 0) text += " (and " + std::to_string(unlogged_) + " more before)";
  log_.warn(text);
  logged_at_ = now;
  unlogged_ = 0;
}

MqttStatus MqttDoor::status() const {
  return {client_.counters(), reports_, refused_, broken_, publisher_ ? publisher_->forgotten() : 0};
}

}  // namespace herd::node
