#pragma once

#include "herd/live/live_feed.h"
#include "herd/node/access_control.h"
#include "herd/node/client_ports.h"
#include "herd/node/mqtt_door.h"
#include "herd/node/status.h"
#include "herd/trackers/tracker_apps.h"

/// What parts of a server tell of themselves, as the status and the metrics take it.
namespace herd::node {

FigureGroup http_figures(const ClientPorts& ports);
FigureGroup live_figures(const live::LiveCounters& counts);
FigureGroup access_figures(const AccessControl& access);
FigureGroup mqtt_figures(const MqttDoor& door);
FigureGroup app_figures(const trackers::TrackerApps& apps);

}  // namespace herd::node
