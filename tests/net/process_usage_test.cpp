#include "herd/net/process_usage.h"

#include <arpa/inet.h>
#include <cstring>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/loopback_listener.h"

namespace herd::net {
namespace {

sockaddr_storage address4(const char* host, std::uint16_t port) {
  sockaddr_in in{};
  in.sin_family = AF_INET;
  in.sin_port = htons(port);
  inet_pton(AF_INET, host, &in.sin_addr);
  sockaddr_storage address{};
  std::memcpy(&address, &in, sizeof in);
  return address;
}

sockaddr_storage address6(const char* host, std::uint16_t port) {
  sockaddr_in6 in{};
  in.sin6_family = AF_INET6;
  in.sin6_port = htons(port);
  inet_pton(AF_INET6, host, &in.sin6_addr);
  sockaddr_storage address{};
  std::memcpy(&address, &in, sizeof in);
  return address;
}

TEST(ProcessUsage, finds_listening_sockets_in_the_kernels_table) {
  constexpr std::string_view table =
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
      "   0: 0100007F:2EE0 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0 100 0 0 10 "
      "0\n"
      "   1: 00000000:2EE0 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4712 1 0 100 0 0 10 "
      "0\n"
      "   2: 0100007F:2EE0 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0        0 4713 1 0 20 4 30 10 "
      "-1\n"
      "   3: 0100007F:2EE1 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4714 1 0 100 0 0 10 "
      "0\n"
      "   4: 0200007F:2EE0 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4715 1 0 100 0 0 10 "
      "0\n";
  using Inodes = std::vector<std::uint64_t>;
  EXPECT_EQ(listening_inodes(table, {"0100007F", "00000000"}, 12000), (Inodes{4711, 4712}));
  EXPECT_EQ(listening_inodes(table, {"0100007F"}, 12001), (Inodes{4714}));
  EXPECT_EQ(listening_inodes(table, {"0100007F"}, 12002), Inodes{});
  EXPECT_EQ(listening_inodes("", {"0100007F"}, 12000), Inodes{});
}

TEST(ProcessUsage, finds_the_process_that_listens_on_a_port) {
  const LoopbackListener listener;
  EXPECT_EQ(find_listeners(address4("127.0.0.1", listener.port())), std::vector<pid_t>{getpid()});
  EXPECT_EQ(find_listeners(address4("127.0.0.2", listener.port())), std::vector<pid_t>{});
  EXPECT_EQ(find_listeners(address4("127.0.0.1", refused_port())), std::vector<pid_t>{});
  EXPECT_EQ(find_listeners(address4("192.0.2.1", listener.port())), std::vector<pid_t>{});
}

TEST(ProcessUsage, finds_who_listens_on_every_address_of_both_families) {
  const int listener = socket(AF_INET6, SOCK_STREAM, 0);
  auto any = address6("::", 0);
  socklen_t size = sizeof any;
  void* const generic = &any;
  if (bind(listener, static_cast<sockaddr*>(generic), sizeof(sockaddr_in6)) != 0) GTEST_SKIP() << "no IPv6 here";
  ASSERT_EQ(listen(listener, 1), 0);
  getsockname(listener, static_cast<sockaddr*>(generic), &size);
  sockaddr_in6 bound{};
  std::memcpy(&bound, &any, sizeof bound);
  const auto port = ntohs(bound.sin6_port);
  EXPECT_EQ(find_listeners(address6("::1", port)), std::vector<pid_t>{getpid()});
  EXPECT_EQ(find_listeners(address4("127.0.0.1", port)), std::vector<pid_t>{getpid()});
  close(listener);
}

TEST(ProcessUsage, tells_the_cpu_time_and_memory_of_processes) {
  const auto before = usage_of({getpid()});
  ASSERT_TRUE(before);
  EXPECT_GT(before->resident_bytes, 1024U * 1024);
  // Whatever else runs, this process uses a millisecond sooner or later.
  std::optional<ProcessUsage> after;
  do {
    after = usage_of({getpid()});
    ASSERT_TRUE(after);
  } while (after->cpu < before->cpu + millisecond);
  // The system may tell of it late, but not before it is used.
  EXPECT_LE(after->cpu, own_cpu());
  const auto twice = usage_of({getpid(), getpid()});
  EXPECT_GE(twice->cpu, 2 * after->cpu);
}

TEST(ProcessUsage, of_a_process_that_has_ended_is_none) {
  const auto child = fork();
  if (child == 0) _exit(0);
  waitpid(child, nullptr, 0);
  EXPECT_EQ(usage_of({getpid(), child}).has_value(), false);
  EXPECT_TRUE(usage_of({}));
}

}  // namespace
}  // namespace herd::net
