#include "herd/node/node.h"

#include <utility>

#include "herd/wire/posix_time.h"

namespace herd::node {

Node::Node(std::string_view herd, std::string server, std::uint64_t clients_max, std::uint64_t seed)
    : server_(std::move(server)), clients_max_(clients_max), store_(herd, partitions, seed) {}

bool Node::report(const wire::Iamat& report, Time now, std::string& answer) {
  const auto partition = store_.partition_of(report.client);
  if (store_.clients() >= clients_max_ && !store_[partition].find(report.client)) {
    ++counters_.clients_refused;
    return false;
  }

  const auto begin = answer.size();
  answer.append("AT ").append(server_).append(" ");
  wire::append_difference(answer, now - report.client_time);
  answer.append(" ");
  const auto client_begin = answer.size();
  answer.append(report.client).append(" ");
  const auto location_begin = answer.size();
  answer.append(report.location).append(" ").append(report.time);

  const auto line = std::string_view(answer);
  wire::Record record;
  record.bytes = line.substr(begin);
  record.server = server_;
  record.client = line.substr(client_begin, report.client.size());
  record.location = line.substr(location_begin, report.location.size());
  record.time = line.substr(line.size() - report.time.size());
  record.client_time = report.client_time;
  record.heard_at = now;
  store_.offer(partition, record, store::heard_here);
  ++counters_.reports;
  return true;
}

std::optional<std::string_view> Node::locate(std::string_view client) const {
  return store_[store_.partition_of(client)].find(client);
}

}  // namespace herd::node
