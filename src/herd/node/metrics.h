#pragma once

#include <string>

#include "herd/node/status.h"

namespace herd::node {

/// What GET /metrics answers: the figures of the status for Prometheus.
std::string metrics_text(const StatusContext& context);

}  // namespace herd::node
