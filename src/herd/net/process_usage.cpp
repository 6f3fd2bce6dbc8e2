#include "herd/net/process_usage.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <netinet/in.h>
#include <unistd.h>

#include "herd/base/text.h"

namespace herd::net {
namespace {

namespace fs = std::filesystem;

std::string contents(const fs::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

Duration nanoseconds(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return time.tv_sec * second + time.tv_nsec;
}

/// An address as the kernel prints it: each 32 bits of it as a number in the machine's byte order.
template <std::size_t Words>
std::string kernel_text(const void* address) {
  std::array<std::uint32_t, Words> numbers{};
  std::memcpy(numbers.data(), address, sizeof numbers);
  std::string text;
  for (const auto number : numbers) text += fmt::format("{:08X}", number);
  return text;
}

struct Place {
  std::vector<std::string> addresses;
  std::uint16_t port = 0;
};

/// The addresses that a listener may have to be reached here; none if this is no loopback address.
std::optional<Place> listening_place(const sockaddr_storage& address) {
  const auto any4 = std::string(8, '0');
  const auto any6 = std::string(32, '0');
  if (address.ss_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, &address, sizeof in);
    if (ntohl(in.sin_addr.s_addr) >> 24 != 127) return std::nullopt;
    const auto own = kernel_text<1>(&in.sin_addr);
    return Place{{own, any4, any6, "0000000000000000FFFF0000" + own}, ntohs(in.sin_port)};
  }
  if (address.ss_family == AF_INET6) {
    sockaddr_in6 in{};
    std::memcpy(&in, &address, sizeof in);
    if (!IN6_IS_ADDR_LOOPBACK(&in.sin6_addr)) return std::nullopt;
    return Place{{kernel_text<4>(&in.sin6_addr), any6}, ntohs(in.sin6_port)};
  }
  return std::nullopt;
}

/// What is in a folder; less or nothing if the process that it is about ends meanwhile.
std::vector<fs::path> entries_of(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code error;
  for (auto entry = fs::directory_iterator(folder, error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    entries.push_back(entry->path());
  }
  return entries;
}

bool holds_one(const fs::path& process, const std::vector<std::uint64_t>& inodes) {
  std::error_code error;
  for (const auto& descriptor : entries_of(process / "fd")) {
    const auto target = fs::read_symlink(descriptor, error).string();
    std::string_view text = target;
    if (!text.starts_with("socket:[") || !text.ends_with(']')) continue;
    text.remove_prefix(8);
    text.remove_suffix(1);
    const auto inode = parse_whole(text, UINT64_MAX);
    if (inode && std::ranges::find(inodes, *inode) != inodes.end()) return true;
  }
  return false;
}

}  // namespace

std::vector<std::uint64_t> listening_inodes(std::string_view table, const std::vector<std::string>& addresses,
                                            std::uint16_t port) {
  constexpr std::string_view listening = "0A";
  const auto port_text = fmt::format("{:04X}", port);
  std::vector<std::uint64_t> inodes;
  while (!table.empty()) {
    auto line = table.substr(0, table.find('\n'));
    table.remove_prefix(std::min(line.size() + 1, table.size()));
    std::array<std::string_view, 10> fields;
    for (auto& field : fields) field = take_field(line);
    const auto local = fields[1];
    const auto colon = local.find(':');
    if (fields[3] != listening || colon == std::string_view::npos || local.substr(colon + 1) != port_text) continue;
    if (std::ranges::find(addresses, local.substr(0, colon)) == addresses.end()) continue;
    if (const auto inode = parse_whole(fields[9], UINT64_MAX)) inodes.push_back(*inode);
  }
  return inodes;
}

std::vector<pid_t> find_listeners(const sockaddr_storage& address) {
  const auto place = listening_place(address);
  if (!place) return {};
  auto inodes = listening_inodes(contents("/proc/net/tcp"), place->addresses, place->port);
  const auto more = listening_inodes(contents("/proc/net/tcp6"), place->addresses, place->port);
  inodes.insert(inodes.end(), more.begin(), more.end());
  std::vector<pid_t> processes;
  if (inodes.empty()) return processes;
  for (const auto& entry : entries_of("/proc")) {
    const auto pid = parse_whole(entry.filename().string(), INT32_MAX);
    if (pid && holds_one(entry, inodes)) processes.push_back(static_cast<pid_t>(*pid));
  }
  std::ranges::sort(processes);
  return processes;
}

std::optional<ProcessUsage> usage_of(const std::vector<pid_t>& processes) {
  ProcessUsage sum;
  for (const auto pid : processes) {
    // To the nanosecond, where /proc/PID/stat counts hundredths of a second.
    clockid_t clock{};
    if (clock_getcpuclockid(pid, &clock) != 0) return std::nullopt;
    sum.cpu += nanoseconds(clock);

    const fs::path folder = "/proc/" + std::to_string(pid);
    const auto memory = contents(folder / "statm");
    std::string_view pages = memory;
    take_field(pages);
    sum.resident_bytes += parse_whole(take_field(pages), UINT64_MAX / 65536).value_or(0) *
                          static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
    for (const auto& task : entries_of(folder / "task")) {
      const auto statistics = contents(task / "schedstat");
      std::string_view rest = statistics;
      take_field(rest);
      sum.waited += static_cast<Duration>(parse_whole(take_field(rest), INT64_MAX).value_or(0));
    }
  }
  return sum;
}

Duration own_cpu() {
  return nanoseconds(CLOCK_PROCESS_CPUTIME_ID);
}

}  // namespace herd::net
