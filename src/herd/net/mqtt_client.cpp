#include "herd/net/mqtt_client.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <mosquitto.h>
#include <netdb.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <utility>

#include "herd/base/text.h"
#include "herd/net/broker_tls.h"
#include "herd/net/clock.h"

namespace herd::net {
namespace {

constexpr int at_least_once = 1;
/// Published and not acknowledged yet.
constexpr std::size_t in_flight_max = 20;
constexpr int tick_ms = 1000;
constexpr int farewell_ms = 200;
constexpr int refused = 0x80;  // of a subscription

bool is_hung_up(int socket) {
  pollfd polled{socket, 0, 0};
  return poll(&polled, 1, 0) == 1 && (polled.revents & (POLLHUP | POLLERR)) != 0;
}

bool wants_to_write(mosquitto* client) {
  // While hands are shaken the library goes on wanting to write when it is the broker's turn.
  const auto* tls = static_cast<const SSL*>(mosquitto_ssl_get(client));
  return tls != nullptr && SSL_is_init_finished(tls) == 0 ? SSL_want_write(tls) : mosquitto_want_write(client);
}

/// What went wrong with a connection, which tells it once; 0 if nothing did.
int take_error(int socket) {
  int error = 0;
  socklen_t size = sizeof error;
  return getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

}  // namespace

std::string mqtt_failure(int code) {
  if (code == MOSQ_ERR_ERRNO) return std::strerror(errno);
  if (code == MOSQ_ERR_EAI) return std::string("its address is not found: ") + gai_strerror(errno);
  // 2.0.11 has no words for it.
  if (code == MOSQ_ERR_KEEPALIVE) return "no answer within " + std::to_string(MqttClient::keep_alive_s) + " s";
  return mosquitto_strerror(code);
}

void MqttClient::Free::operator()(mosquitto* client) const {
  mosquitto_destroy(client);
}

MqttClient::MqttClient(MqttOptions options, LogFile& log, std::function<void(const Message&)> on_message)
    : options_(std::move(options)),
      log_(log),
      on_message_(std::move(on_message)),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  [[maybe_unused]] static const int once = mosquitto_lib_init();
  if (options_.is_tls) signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
  make().value();
  thread_ = std::thread([this] { run(); });
}

MqttClient::~MqttClient() {
  is_stopping_ = true;
  eventfd_write(wake_.number(), 1);
  thread_.join();
}

Result<MqttClient::Handle> MqttClient::make() {
  Handle made(mosquitto_new(options_.client_id.c_str(), !options_.is_persistent, this));
  if (made == nullptr) return Error{std::string("[mqtt] no client: ") + std::strerror(errno)};
  if (!options_.user.empty()) {
    const int code = mosquitto_username_pw_set(made.get(), options_.user.c_str(), options_.password.c_str());
    if (code != MOSQ_ERR_SUCCESS) return Error{"[mqtt] user: " + mqtt_failure(code)};
  }
  if (options_.is_tls) {
    const auto tls = make_broker_tls(options_.authorities, options_.host, untrusted_);
    if (!tls) return tls.error();
    mosquitto_void_option(made.get(), MOSQ_OPT_SSL_CTX, tls->get());  // which it shares
    mosquitto_int_option(made.get(), MOSQ_OPT_SSL_CTX_WITH_DEFAULTS, 0);
  }
  return made;
}

void MqttClient::set_callbacks() {
  auto* client = client_.get();
  mosquitto_max_inflight_messages_set(client, in_flight_max);
  mosquitto_connect_callback_set(
      client, [](mosquitto*, void* self, int code) { static_cast<MqttClient*>(self)->on_connect(code); });
  // The library holds its own lock meanwhile, which it wants again while ours is held: the next look takes note.
  mosquitto_publish_callback_set(client, [](mosquitto*, void* self, int number) {
    static_cast<MqttClient*>(self)->acknowledged_.push_back(number);
  });
  // "OpenSSL Error[0]: error:0A00010B:SSL routines::wrong version number": OpenSSL's own queue is empty by then.
  mosquitto_log_callback_set(client, [](mosquitto*, void* self, int level, const char* text) {
    const std::string_view line(text);
    auto& it = *static_cast<MqttClient*>(self);
    if (level != MOSQ_LOG_ERR || !line.starts_with("OpenSSL") || !it.tls_failure_.empty()) return;
    it.tls_failure_ = line.substr(line.rfind(':') + 1);
  });
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

void MqttClient::withdraw(std::string_view topic) {
  const std::scoped_lock lock(mutex_);
  if (const auto found = waiting_.find(topic); found != waiting_.end()) waiting_.erase(found);
  for (auto& sent : in_flight_) sent.is_withdrawn |= sent.topic == topic;
}

bool MqttClient::is_idle() const {
  const std::scoped_lock lock(mutex_);
  return waiting_.empty() && in_flight_.empty();
}

MqttClientCounters MqttClient::counters() const {
  return {is_connected_, connects_, failures_, messages_, published_, publish_dropped_};
}

void MqttClient::run() {
  while (!is_stopping_) {
    if (client_ == nullptr && steady_now() >= connect_at_) connect();
    talk(tick_ms);
  }
  if (!is_connected_) return;
  mosquitto_disconnect(client_.get());
  // What was written last must leave; the broker then closes the connection.
  const auto until = steady_now() + farewell_ms * millisecond;
  while (client_ != nullptr && steady_now() < until) talk(farewell_ms / 10);
}

void MqttClient::connect() {
  refusal_.clear();
  untrusted_.clear();
  tls_failure_.clear();
  auto made = make();
  if (!made) return lose(made.error().message);
  client_ = *std::move(made);
  set_callbacks();
  errno = 0;
  const int code = mosquitto_connect_async(client_.get(), options_.host.c_str(), options_.port, keep_alive_s);
  const int error = errno;
  if (code != MOSQ_ERR_SUCCESS) {
    lose(mqtt_failure(code));
  } else if (const int socket = mosquitto_socket(client_.get()); is_hung_up(socket)) {
    // Of a system call that fails under TLS before hands are shaken the library says nothing, not even later.
    const int other = take_error(socket);
    lose(std::strerror(other != 0 ? other : error));
  }
}

/// Waits for what is next, and does it.
void MqttClient::talk(int timeout_ms) {
  auto* client = client_.get();
  if (is_connected_) publish_waiting();
  std::array<pollfd, 2> polled{{{wake_.number(), POLLIN, 0}, {-1, POLLIN, 0}}};
  if (client != nullptr) {
    polled[1].fd = mosquitto_socket(client);
    if (wants_to_write(client)) polled[1].events |= POLLOUT;
  }
  poll(polled.data(), polled.size(), timeout_ms);
  eventfd_t ignored = 0;
  eventfd_read(wake_.number(), &ignored);
  if (client == nullptr) return;
  const auto events = polled[1].revents;
  if ((events & POLLERR) != 0) {
    if (const int error = take_error(polled[1].fd); error != 0) return lose(std::strerror(error));
  }
  errno = 0;
  int code = MOSQ_ERR_SUCCESS;
  if (events != 0) code = mosquitto_loop_read(client, 1);
  const int error = errno;
  if (code == MOSQ_ERR_SUCCESS && (events & POLLOUT) != 0) code = mosquitto_loop_write(client, 1);
  if (code == MOSQ_ERR_SUCCESS) code = mosquitto_loop_misc(client);
  if (code != MOSQ_ERR_SUCCESS) {
    lose(mqtt_failure(code));
  } else if (!is_connected_ && (events & POLLHUP) != 0) {
    lose(error != 0 ? std::strerror(error) : "the connection was closed");  // as in connect()
  } else if (mosquitto_socket(client) < 0) {
    lose("the connection was closed");
  }
}

void MqttClient::lose(const std::string& reason) {
  client_.reset();
  is_connected_ = false;
  {
    const std::scoped_lock lock(mutex_);
    settle_acknowledged();
    // The newest of a topic first: nothing takes its place.
    while (!in_flight_.empty()) {
      auto& sent = in_flight_.back();
      if (!sent.is_withdrawn) waiting_.try_emplace(std::move(sent.topic), std::move(sent.payload));
      in_flight_.pop_back();
    }
  }
  if (is_stopping_) return;
  failures_.fetch_add(1, std::memory_order_relaxed);
  connect_at_ = steady_now() + wait_;
  auto why = reason;
  if (!refusal_.empty()) {
    why = refusal_;
  } else if (!untrusted_.empty()) {
    why = "its certificate is not trusted: " + untrusted_;
  } else if (!tls_failure_.empty()) {
    why = "TLS: " + tls_failure_;
  }
  log_.warn("MQTT " + broker() + ": " + why + "; next attempt in " + std::to_string(wait_ / second) + " s");
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

void MqttClient::settle_acknowledged() {
  for (const int number : std::exchange(acknowledged_, {})) {
    published_ += std::erase_if(in_flight_, [&](const Sent& sent) { return sent.number == number; });
  }
}

void MqttClient::publish_waiting() {
  const std::scoped_lock lock(mutex_);
  settle_acknowledged();
  while (!waiting_.empty() && in_flight_.size() < in_flight_max) {
    // In turn, or those that come first would keep the others waiting for ever.
    auto next = waiting_.upper_bound(published_last_);
    if (next == waiting_.end()) next = waiting_.begin();
    const auto& [topic, payload] = *next;
    const bool is_text = topic.find('\0') == std::string::npos;  // cut there, it would be another's
    int number = 0;
    const int code = is_text ? mosquitto_publish(client_.get(), &number, topic.c_str(),
                                                 static_cast<int>(payload.size()), payload.data(), at_least_once, true)
                             : MOSQ_ERR_INVAL;
    if (code == MOSQ_ERR_INVAL || code == MOSQ_ERR_MALFORMED_UTF8 || code == MOSQ_ERR_PAYLOAD_SIZE) {
      publish_dropped_.fetch_add(1, std::memory_order_relaxed);  // a topic that is none
    } else {
      in_flight_.push_back({number, topic, payload});  // also if the connection is lost, which the next look finds
    }
    published_last_ = topic;
    waiting_.erase(next);
  }
}

std::string MqttClient::broker() const {
  return options_.host + ':' + std::to_string(options_.port);
}

}  // namespace herd::net
