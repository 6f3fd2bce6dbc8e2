#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "herd/base/time.h"
#include "herd/simulation/topology.h"

namespace herd::simulation {

/// What one herd of many servers costs, measured on the real code in a virtual network: cables of 1 ms and up to 0.2 ms
/// more, 500 clients, one report every 10 ms while times are taken.
struct ScaleRow {
  std::string shape;
  std::size_t servers = 0;
  std::size_t links = 0;
  double copies = 0;                      ///< of a report that were sent, in all
  double messages = 0;                    ///< per report, in the whole herd, acknowledgements among them
  double bytes = 0;                       ///< of them
  std::uint32_t hops = 0;                 ///< to the farthest server, at most
  Duration median_to_last = 0;            ///< from hearing a report until the last server has it
  Duration longest_to_last = 0;           ///< the same, of the slowest report
  std::uint64_t lacked_when_empty = 0;    ///< bytes of records that a server lacked that came back empty
  std::uint64_t received_when_empty = 0;  ///< bytes that it received until all had come to rest
  std::uint64_t lacked_when_cut_off = 0;  ///< the same for one that was cut off while a tenth of the clients reported
  std::uint64_t received_when_cut_off = 0;
  std::string failure;  ///< empty: it agreed at every step
};

/// The herds to measure: rings, binary trees and random meshes of 10 servers and more, up to `servers_max`.
std::vector<Topology> scale_topologies(std::size_t servers_max);

ScaleRow measure(const Topology& topology);

/// A Markdown table's first two lines, and a line of it.
std::string scale_header();
std::string scale_line(const ScaleRow& row);

}  // namespace herd::simulation
