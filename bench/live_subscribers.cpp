// 10,000 subscribers of one server: how far behind the herd they are, what that costs, and what clients of the line
// protocol notice of it. One thread and one epoll, and of what comes only the times are read: it has to share two cores
// with the server. A second thread asks the line port one thing at a time. bench/live_subscribers.mjs starts both.
//
//   live_subscribers LINE_PORT HTTP_PORT SERVER_PID SUBSCRIBERS WATCHED REPORTS_PER_S SECONDS
//
// As many clients as reports a second stand in a square grid, and each reports once a second where it stands; each
// subscriber follows a circle with WATCHED of them. Says one line of JSON.

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <memory>
#include <netinet/tcp.h>
#include <numbers>
#include <sstream>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

constexpr std::int64_t second = 1'000'000'000;
constexpr std::int64_t slice = second / 100;
constexpr std::int64_t warm_up = 3 * second;

std::int64_t now() {
  timespec time{};
  clock_gettime(CLOCK_REALTIME, &time);
  return time.tv_sec * second + time.tv_nsec;
}

[[noreturn]] void give_up(const std::string& what) {
  std::fprintf(stderr, "live_subscribers: %s: %s\n", what.c_str(), std::strerror(errno));
  std::exit(1);
}

int connect_to(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (fd < 0 || connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) give_up("cannot connect");
  const int one = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  return fd;
}

void send_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) give_up("cannot send");
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

/// Counts of 10 us each.
class Histogram {
 public:
  void add(std::int64_t ns) { ++counts_[static_cast<std::size_t>(std::clamp<std::int64_t>(ns / step, 0, size - 1))]; }
  std::uint64_t count() const {
    std::uint64_t sum = 0;
    for (const auto each : counts_) sum += each;
    return sum;
  }
  double ms(double share) const {
    auto left = static_cast<double>(count()) * share;
    for (std::size_t i = 0; i < size; ++i) {
      if ((left -= static_cast<double>(counts_[i])) <= 0) return static_cast<double>(i + 1) * step / 1e6;
    }
    return 0;
  }
  void clear() { counts_.assign(size, 0); }

 private:
  static constexpr std::int64_t step = 10'000;
  static constexpr std::size_t size = 500'000;
  std::vector<std::uint64_t> counts_ = std::vector<std::uint64_t>(size);
};

double cpu_s(int pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text((std::istreambuf_iterator<char>(file)), {});
  std::istringstream fields(text.substr(text.rfind(')') + 2));
  std::string field;
  double ticks = 0;
  for (int i = 3; i <= 15 && fields >> field; ++i) ticks += i >= 14 ? std::stod(field) : 0;
  return ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

double memory_mb(int pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("VmRSS:")) return std::stod(line.substr(6)) / 1024;
  }
  return 0;
}

struct Square {
  explicit Square(int clients) : width(static_cast<int>(std::ceil(std::sqrt(clients)))) {}

  static constexpr double degrees = 0.001;
  std::string latitude(double row) const { return number(34 + row * degrees); }
  std::string longitude(double column) const { return number(-118 + column * degrees * 1.2); }
  static std::string number(double degrees_) {
    char text[32];
    std::snprintf(text, sizeof text, "%+.6f", degrees_);
    return text;
  }
  int width;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 8) {
    std::fprintf(stderr, "live_subscribers LINE_PORT HTTP_PORT SERVER_PID SUBSCRIBERS WATCHED REPORTS_PER_S SECONDS\n");
    return 2;
  }
  const int line_port = std::atoi(argv[1]);
  const int http_port = std::atoi(argv[2]);
  const int pid = std::atoi(argv[3]);
  const int subscribers = std::atoi(argv[4]);
  const double watched = std::atof(argv[5]);
  const int rate = std::atoi(argv[6]);
  const std::int64_t seconds = std::atoi(argv[7]);
  const Square square(rate);

  const int poll = epoll_create1(EPOLL_CLOEXEC);
  const auto watch = [&](int fd) {
    epoll_event event{EPOLLIN, {.fd = fd}};
    if (epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event) != 0) give_up("epoll_ctl");
  };
  const int reporter = connect_to(line_port);
  watch(reporter);

  // A circle with that many points of a square grid, whose columns are as far apart as its rows at this latitude.
  constexpr double metres_per_step = 111.2;
  const double steps = std::sqrt(watched / std::numbers::pi);
  const double memory_before = memory_mb(pid);
  const auto began_at = now();
  std::vector<char> is_live(static_cast<std::size_t>(subscribers) + 100);
  for (int i = 0; i < subscribers; ++i) {
    const int fd = connect_to(http_port);
    if (static_cast<std::size_t>(fd) >= is_live.size()) is_live.resize(static_cast<std::size_t>(fd) + 1);
    is_live[static_cast<std::size_t>(fd)] = 1;
    const int room = square.width - 2 * static_cast<int>(std::ceil(steps));
    const double row = std::ceil(steps) + (i * 7907LL % (std::int64_t{room} * room)) / room + 0.3;
    const double column = std::ceil(steps) + (i * 7907LL % (std::int64_t{room} * room)) % room + 0.4;
    const auto latitude = square.latitude(row);
    const auto longitude = square.longitude(column);
    send_all(fd, "GET /v1/live?near=" + latitude.substr(1) + ',' + longitude +
                     "&radius=" + std::to_string(static_cast<int>(steps * metres_per_step)) +
                     " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    watch(fd);
  }

  Histogram behind;        // of each change, from the client's time to the subscriber's read
  Histogram line_answers;  // of a request at a time, while all this goes on
  std::uint64_t batches = 0;
  std::uint64_t bytes = 0;
  std::int64_t sent = 0;
  std::string reports;
  std::vector<char> buffer(256 * 1024);
  std::vector<epoll_event> events(1024);

  const auto start = now();
  std::thread prober([&, line_port] {
    const int probe = connect_to(line_port);
    std::array<char, 256> answer;
    const auto end = start + warm_up + seconds * second;
    for (auto probed_at = now(); probed_at < end; probed_at = now()) {
      std::array<char, 96> text;
      const int size =
          std::snprintf(text.data(), text.size(), "IAMAT probe +10.5+10.5 %lld.%09lld\n",
                        static_cast<long long>(probed_at / second), static_cast<long long>(probed_at % second));
      send_all(probe, {text.data(), static_cast<std::size_t>(size)});
      if (recv(probe, answer.data(), answer.size(), 0) <= 0) give_up("the server does not answer");
      if (probed_at >= start + warm_up) line_answers.add(now() - probed_at);
      usleep(2000);
    }
    close(probe);
  });
  double cpu_before = 0;
  double own_cpu_before = 0;
  bool is_measuring = false;
  for (auto time = start; time < start + warm_up + seconds * second; time = now()) {
    if (!is_measuring && time >= start + warm_up) {
      is_measuring = true;
      behind.clear();
      batches = bytes = 0;
      cpu_before = cpu_s(pid);
      own_cpu_before = cpu_s(getpid());
    }
    // In slices, so that each report is of the moment in which it is sent.
    const auto due = (time - start) / slice * slice * rate / second;
    if (sent < due) {
      reports.clear();
      char text[128];
      const auto stamp = now();
      for (; sent < due; ++sent) {
        // In an order that takes nobody's neighbours together.
        const int client = static_cast<int>(sent % rate * 7919 % rate);
        const auto latitude = square.latitude(client / square.width);
        const auto longitude = square.longitude(client % square.width);
        const int size = std::snprintf(text, sizeof text, "IAMAT live-%d %s%s %lld.%09lld\n", client, latitude.c_str(),
                                       longitude.c_str(), static_cast<long long>(stamp / second),
                                       static_cast<long long>(stamp % second));
        reports.append(text, static_cast<std::size_t>(size));
      }
      send_all(reporter, reports);
    }
    const int count = epoll_wait(poll, events.data(), static_cast<int>(events.size()), 1);
    for (int i = 0; i < count; ++i) {
      const int fd = events[static_cast<std::size_t>(i)].data.fd;
      const auto got = recv(fd, buffer.data(), buffer.size(), MSG_DONTWAIT);
      if (got == 0 || (got < 0 && errno != EAGAIN)) give_up("the server closed a connection");
      if (got <= 0) continue;
      const auto read_at = now();
      if (is_live[static_cast<std::size_t>(fd)] == 0) continue;
      bytes += static_cast<std::uint64_t>(got);
      ++batches;
      std::string_view text(buffer.data(), static_cast<std::size_t>(got));
      for (;;) {
        constexpr std::string_view key = "\"time\":";
        const auto* found = static_cast<const char*>(memmem(text.data(), text.size(), key.data(), key.size()));
        if (found == nullptr) break;
        text.remove_prefix(static_cast<std::size_t>(found - text.data()) + key.size());
        if (text.size() < 20) break;  // cut off by the end of the read
        std::int64_t stamp = 0;
        for (std::size_t k = 0; k < 20; ++k) {
          if (k != 10) stamp = stamp * 10 + (text[k] - '0');
        }
        behind.add(read_at - stamp);
      }
    }
  }
  prober.join();
  const auto measured = static_cast<double>(seconds);
  const double cpu = (cpu_s(pid) - cpu_before) / measured;
  const double memory = memory_mb(pid);
  std::printf(
      "{\"subscribers\":%d,\"reports_per_s\":%d,\"changes_per_s\":%.0f,\"reads_per_s\":%.0f,"
      "\"mb_per_s\":%.1f,\"behind_ms\":{\"p50\":%.1f,\"p99\":%.1f,\"p999\":%.1f,\"max\":%.1f},"
      "\"line_ms\":{\"count\":%llu,\"p50\":%.2f,\"p99\":%.2f,\"max\":%.2f},\"server_cores\":%.3f,"
      "\"generator_cores\":%.3f,\"us_per_read\":%.2f,\"memory_mb\":%.1f,\"memory_before_mb\":%.1f,"
      "\"connected_s\":%.1f}\n",
      subscribers, rate, static_cast<double>(behind.count()) / measured, static_cast<double>(batches) / measured,
      static_cast<double>(bytes) / measured / 1e6, behind.ms(0.5), behind.ms(0.99), behind.ms(0.999), behind.ms(1),
      static_cast<unsigned long long>(line_answers.count()), line_answers.ms(0.5), line_answers.ms(0.99),
      line_answers.ms(1), cpu, (cpu_s(getpid()) - own_cpu_before) / measured,
      batches == 0 ? 0 : cpu * measured * 1e6 / static_cast<double>(batches), memory, memory_before,
      static_cast<double>(start - began_at) / 1e9);
  return 0;
}
