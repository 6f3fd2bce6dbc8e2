#include "herd/app/report_connection.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <netdb.h>
#include <utility>

#include "herd/base/text.h"
#include "herd/net/client_tls.h"

namespace herd::app {
namespace {

constexpr std::uint64_t unanswered_max = 4096;
constexpr std::size_t out_bytes_max = 64 * 1024;
constexpr std::size_t reply_bytes_max = 64 * 1024;
constexpr Duration first_connect_max = 5 * second;
constexpr Duration connect_max = 3 * second;
constexpr Duration backoff_min = 100 * millisecond;
constexpr Duration backoff_max = 2 * second;

/// Appends units of 1e-7 degree as "+47.1410000".
void append_degrees(std::string& out, std::int32_t degrees_e7) {
  constexpr std::int64_t unit = 10'000'000;
  const auto magnitude = std::abs(std::int64_t{degrees_e7});
  out += degrees_e7 < 0 ? '-' : '+';
  append_number(out, magnitude / unit);
  out += '.';
  for (auto rest = magnitude % unit, digit = unit / 10; digit > 0; rest %= digit, digit /= 10) {
    out += static_cast<char>('0' + rest / digit);
  }
}

void append_posix_time(std::string& out, Time time) {
  append_number(out, time / second);
  out += '.';
  for (auto rest = time % second, digit = second / 10; digit > 0; rest %= digit, digit /= 10) {
    out += static_cast<char>('0' + rest / digit);
  }
}

}  // namespace

ReportConnection::ReportConnection(std::string server, node::Endpoint endpoint, std::optional<net::ServerTrust> trust,
                                   Fleet fleet, Time now, std::function<void(const std::string&)> say)
    : server_{std::move(server)},
      endpoint_{std::move(endpoint)},
      trust_{std::move(trust)},
      fleet_{std::move(fleet)},
      say_{std::move(say)},
      first_connect_by_{now + first_connect_max},
      wake_at_{now} {}

bool ReportConnection::done() const {
  if (state_ == State::given_up) return true;
  return all_sent() && (state_ != State::open || (unanswered_ == 0 && out_.empty()));
}

bool ReportConnection::has_room() const {
  return state_ == State::open && unanswered_ < unanswered_max && out_.size() < out_bytes_max;
}

pollfd ReportConnection::poll_entry() const {
  return {socket_.descriptor(), socket_.awaited(state_ == State::connecting || !out_.empty()), 0};
}

std::optional<Time> ReportConnection::wake_at() const {
  if (state_ == State::open || done()) return std::nullopt;
  return wake_at_;
}

std::optional<Duration> ReportConnection::next_due() const {
  return has_room() && !stopping_ ? fleet_.next_due() : std::nullopt;
}

void ReportConnection::take_turn(short revents, const Moment& now) {
  if (state_ == State::connecting) finish_connecting(revents, now);
  if (state_ == State::greeting) greet(now);
  if (state_ == State::open && (revents & (POLLIN | POLLHUP | POLLERR)) != 0) read_replies(now);
  while (may_have_unread()) read_replies(now);
  if (state_ == State::waiting && now.steady >= wake_at_ && !all_sent()) connect(now);
  if (state_ == State::open) write_reports(now);
}

bool ReportConnection::resolve(std::string& why) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(endpoint_.host.c_str(), std::to_string(endpoint_.port).c_str(), &hints, &found);
  if (error != 0) {
    why = ::gai_strerror(error);
    return false;
  }
  addresses_.clear();
  for (const auto* info = found; info; info = info->ai_next) {
    Address address{{}, info->ai_addrlen};
    std::memcpy(&address.bytes, info->ai_addr, info->ai_addrlen);
    addresses_.push_back(address);
  }
  ::freeaddrinfo(found);
  return true;
}

void ReportConnection::connect(const Moment& now) {
  std::string why;
  if (address_ == 0 && !resolve(why)) return drop(why, now);
  const auto& address = addresses_[address_];
  sockaddr_storage bytes = address.bytes;
  void* const generic = &bytes;
  auto begun = net::ClientSocket::begin(static_cast<sockaddr*>(generic), address.size);
  if (!begun) return drop(begun.error().message, now);
  socket_ = *std::move(begun);
  state_ = State::connecting;
  wake_at_ = now.steady + connect_max;
}

void ReportConnection::finish_connecting(short revents, const Moment& now) {
  if (revents == 0) {
    if (now.steady >= wake_at_) drop("no answer to a connection attempt within 3 s", now);
    return;
  }
  if (const auto connected = socket_.has_connected(); !connected) return drop(connected.error().message, now);
  if (!trust_) return opened();
  socket_.begin_tls(*trust_, endpoint_.host);
  state_ = State::greeting;
}

void ReportConnection::greet(const Moment& now) {
  const auto greeted = socket_.greet();
  if (!greeted) return drop(greeted.error().message, now);
  if (*greeted) return opened();
  if (now.steady >= wake_at_) drop("no TLS handshake within 3 s; does it speak TLS?", now);
}

void ReportConnection::opened() {
  state_ = State::open;
  refusal_is_said_ = false;
  if (ever_connected_) {
    ++counts_.reconnects;
    say_(server_ + ": connected again");
  }
  ever_connected_ = true;
}

void ReportConnection::read_replies(const Moment& now) {
  std::array<char, 64 * 1024> bytes;
  const auto received = socket_.receive(bytes);
  if (!received) return drop(received.error().message, now);

  std::string_view rest{bytes.data(), *received};
  for (auto end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
    if (unanswered_ == 0)
      return drop("the server said more than it was asked; is this the line port of a server?", now);
    if (in_.empty()) {
      take_reply(rest.substr(0, end));
    } else {
      take_reply(in_.append(rest.substr(0, end)));
      in_.clear();
    }
    rest.remove_prefix(end + 1);
  }
  if (in_.size() + rest.size() > reply_bytes_max) return drop("a reply longer than 64 KiB", now);
  in_.append(rest);
}

void ReportConnection::take_reply(std::string_view reply) {
  --unanswered_;
  backoff_ = 0;
  if (reply.starts_with("AT ")) {
    ++counts_.answered;
    return;
  }
  if (++counts_.refused > 1) return;
  append_printable(first_refused_, reply, 300);
  say_(server_ + " refused a report: " + first_refused_);
}

void ReportConnection::append_report(const Moment& now) {
  const auto report = fleet_.take_report(now.play ? *now.play : *fleet_.next_due());
  last_report_ = std::max(now.posix, last_report_ + 1);
  out_ += "IAMAT ";
  out_ += report.client;
  out_ += ' ';
  append_degrees(out_, report.location.latitude_e7);
  append_degrees(out_, report.location.longitude_e7);
  out_ += ' ';
  append_posix_time(out_, last_report_);
  out_ += '\n';
  ++unanswered_;
  ++counts_.sent;
}

void ReportConnection::write_reports(const Moment& now) {
  for (;;) {
    while (next_due() && (!now.play || *next_due() <= *now.play)) append_report(now);
    if (out_.empty()) return;
    const auto sent = socket_.send(std::string_view(out_).substr(out_begin_));
    if (!sent) return drop(sent.error().message, now);
    if (*sent == 0) return;
    out_begin_ += *sent;
    if (out_begin_ < out_.size()) continue;
    out_.clear();
    out_begin_ = 0;
  }
}

void ReportConnection::drop(const std::string& why, const Moment& now) {
  const bool was_open = state_ == State::open;
  const bool was_greeting = state_ == State::greeting;
  const auto where = server_ == endpoint_.text() ? server_ : server_ + " at " + endpoint_.text();
  std::string hopeless;  // why no other call would do better
  if (socket_.is_refused() && counts_.answered == 0) hopeless = where + ": " + why;
  if (first_refused_ == net::speaks_tls_line) hopeless = where + ": " + std::string(net::speaks_tls_remedy);
  const bool is_news = was_open || (socket_.is_refused() && !std::exchange(refusal_is_said_, true));
  if (is_news && hopeless.empty()) say_(server_ + ": " + why + "; calling again");
  socket_.close();
  counts_.lost += unanswered_;
  unanswered_ = 0;
  out_.clear();
  out_begin_ = 0;
  in_.clear();

  if (!hopeless.empty()) return give_up(hopeless);
  state_ = State::waiting;
  if (!was_open && ++address_ < addresses_.size()) {
    wake_at_ = now.steady;
    return;
  }
  address_ = 0;
  backoff_ = std::clamp(2 * backoff_, backoff_min, backoff_max);
  wake_at_ = now.steady + backoff_;
  if (!ever_connected_ && now.steady >= first_connect_by_) {
    give_up("cannot connect to " + where + ": " + why + (was_greeting ? "" : "; is it running? (proxyherd status)"));
  }
}

void ReportConnection::give_up(const std::string& why) {
  state_ = State::given_up;
  say_(why);
}

}  // namespace herd::app
