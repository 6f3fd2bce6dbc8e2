#include "herd/net/mqtt_client.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <mosquitto.h>
#include <poll.h>
#include <stdexcept>
#include <sys/eventfd.h>
#include <utility>

#include "herd/base/text.h"
#include "herd/net/clock.h"

namespace herd::net {
namespace {

constexpr int at_least_once = 1;
/// Published and not acknowledged yet.
constexpr int in_flight_max = 20;
constexpr int tick_ms = 1000;
constexpr int farewell_ms = 200;
constexpr int refused = 0x80;  // of a subscription

std::string reason_of(int code) {
  return code == MOSQ_ERR_ERRNO ? std::strerror(errno) : mosquitto_strerror(code);
}

void must(int code, const std::string& what) {
  if (code != MOSQ_ERR_SUCCESS) throw std::runtime_error("[mqtt] " + what + ": " + reason_of(code));
}

}  // namespace

void MqttClient::Free::operator()(mosquitto* client) const {
  mosquitto_destroy(client);
}

MqttClient::MqttClient(MqttOptions options, LogFile& log, std::function<void(const Message&)> on_message)
    : options_(std::move(options)),
      log_(log),
      on_message_(std::move(on_message)),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  [[maybe_unused]] static const int once = mosquitto_lib_init();
  set_up();
  thread_ = std::thread([this] { run(); });
}

MqttClient::~MqttClient() {
  is_stopping_ = true;
  eventfd_write(wake_.number(), 1);
  thread_.join();
}

void MqttClient::set_up() {
  client_.reset(mosquitto_new(options_.client_id.c_str(), !options_.is_persistent, this));
  if (client_ == nullptr) throw std::runtime_error(std::string("[mqtt] no client: ") + std::strerror(errno));
  auto* client = client_.get();
  if (!options_.user.empty()) {
    must(mosquitto_username_pw_set(client, options_.user.c_str(), options_.password.c_str()), "user");
  }
  if (options_.is_tls) {
    signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
    if (options_.authorities.empty()) {
      must(mosquitto_int_option(client, MOSQ_OPT_TLS_USE_OS_CERTS, 1), "broker");
    } else {
      must(mosquitto_tls_set(client, options_.authorities.c_str(), nullptr, nullptr, nullptr, nullptr),
           "ca " + options_.authorities.string());
    }
  }
  mosquitto_max_inflight_messages_set(client, in_flight_max);
  mosquitto_connect_callback_set(
      client, [](mosquitto*, void* self, int code) { static_cast<MqttClient*>(self)->on_connect(code); });
  mosquitto_publish_callback_set(client,
                                 [](mosquitto*, void* self, int) { --static_cast<MqttClient*>(self)->in_flight_; });
  mosquitto_subscribe_callback_set(client, [](mosquitto*, void* self, int, int count, const int* granted) {
    auto& it = *static_cast<MqttClient*>(self);
    if (std::find(granted, granted + count, refused) != granted + count) {
      it.log_.warn("MQTT " + it.broker() + " refuses topics of [mqtt]; let user \"" + it.options_.user +
                   "\" read them");
    }
  });
  mosquitto_message_callback_set(client, [](mosquitto*, void* self, const mosquitto_message* message) {
    auto& it = *static_cast<MqttClient*>(self);
    const std::string_view payload(static_cast<const char*>(message->payload),
                                   message->payload == nullptr ? 0 : static_cast<std::size_t>(message->payloadlen));
    it.on_message_({message->topic, payload, message->retain});
    ++it.messages_;  // last: who sees it counted sees what it did
  });
}

void MqttClient::publish(std::string topic, std::string payload) {
  {
    const std::scoped_lock lock(mutex_);
    if (waiting_.size() >= topics_waiting_max && !waiting_.contains(topic)) {
      publish_dropped_.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    waiting_[std::move(topic)] = std::move(payload);
  }
  eventfd_write(wake_.number(), 1);
}

MqttClientCounters MqttClient::counters() const {
  return {is_connected_, connects_, failures_, messages_, published_, publish_dropped_};
}

void MqttClient::run() {
  while (!is_stopping_) {
    if (!is_open_ && steady_now() >= connect_at_) connect();
    talk(tick_ms);
  }
  if (!is_connected_) return;
  mosquitto_disconnect(client_.get());
  // What was written last must leave; the broker then closes the connection.
  const auto until = steady_now() + farewell_ms * millisecond;
  while (is_open_ && steady_now() < until) talk(farewell_ms / 10);
}

void MqttClient::connect() {
  is_open_ = true;
  refusal_.clear();
  const int code = is_first_
                       ? mosquitto_connect_async(client_.get(), options_.host.c_str(), options_.port, keep_alive_s)
                       : mosquitto_reconnect_async(client_.get());
  // Without a host that was looked up once there is nothing to connect to again.
  if (code == MOSQ_ERR_SUCCESS) {
    is_first_ = false;
  } else {
    lose(reason_of(code));
  }
}

/// Waits for what is next, and does it.
void MqttClient::talk(int timeout_ms) {
  auto* client = client_.get();
  if (is_connected_) publish_waiting();
  const bool wants_to_write = is_open_ && mosquitto_want_write(client);
  std::array<pollfd, 2> polled{
      {{wake_.number(), POLLIN, 0},
       {is_open_ ? mosquitto_socket(client) : -1, static_cast<short>(POLLIN | (wants_to_write ? POLLOUT : 0)), 0}}};
  poll(polled.data(), polled.size(), timeout_ms);
  eventfd_t ignored = 0;
  eventfd_read(wake_.number(), &ignored);
  if (!is_open_) return;
  int code = MOSQ_ERR_SUCCESS;
  if (polled[1].revents != 0) code = mosquitto_loop_read(client, 1);
  if (code == MOSQ_ERR_SUCCESS && (polled[1].revents & POLLOUT) != 0) code = mosquitto_loop_write(client, 1);
  if (code == MOSQ_ERR_SUCCESS) code = mosquitto_loop_misc(client);
  if (code != MOSQ_ERR_SUCCESS) {
    lose(reason_of(code));
  } else if (mosquitto_socket(client) < 0) {
    lose("the connection was closed");
  }
}

void MqttClient::lose(const std::string& reason) {
  is_open_ = false;
  is_connected_ = false;
  if (is_stopping_) return;
  failures_.fetch_add(1, std::memory_order_relaxed);
  connect_at_ = steady_now() + wait_;
  log_.warn("MQTT " + broker() + ": " + (refusal_.empty() ? reason : refusal_) + "; next attempt in " +
            std::to_string(wait_ / second) + " s");
  wait_ = std::min(2 * wait_, wait_max);
}

void MqttClient::on_connect(int code) {
  if (code != 0) {
    refusal_ = mosquitto_connack_string(code);
    return;
  }
  is_connected_ = true;
  connects_.fetch_add(1, std::memory_order_relaxed);
  wait_ = wait_min;
  log_.info("MQTT " + broker() + ": connected as " + options_.client_id);
  for (const auto& topic : options_.topics) mosquitto_subscribe(client_.get(), nullptr, topic.c_str(), at_least_once);
}

void MqttClient::publish_waiting() {
  const std::scoped_lock lock(mutex_);
  while (!waiting_.empty() && in_flight_ < in_flight_max) {
    // In turn, or those that come first would keep the others waiting for ever.
    auto next = waiting_.upper_bound(published_last_);
    if (next == waiting_.end()) next = waiting_.begin();
    const auto& [topic, payload] = *next;
    const bool is_text = topic.find('\0') == std::string::npos;  // cut there, it would be another's
    const int code = is_text ? mosquitto_publish(client_.get(), nullptr, topic.c_str(),
                                                 static_cast<int>(payload.size()), payload.data(), at_least_once, true)
                             : MOSQ_ERR_INVAL;
    if (code == MOSQ_ERR_SUCCESS) {
      ++in_flight_;
      published_.fetch_add(1, std::memory_order_relaxed);
    } else {
      publish_dropped_.fetch_add(1, std::memory_order_relaxed);  // a topic that is none
    }
    published_last_ = topic;
    waiting_.erase(next);
  }
}

std::string MqttClient::broker() const {
  return options_.host + ':' + std::to_string(options_.port);
}

}  // namespace herd::net
