#pragma once

namespace herd::api {

/// The schemas of /openapi.json (JSON Schema 2020-12), by their names.
inline constexpr auto open_api_schemas = R"({
  "Attributes": {
    "type": "object",
    "properties": {
      "accuracy_m": {"type": "number", "description": "Radius around the position."},
      "altitude_m": {"type": "number", "description": "Above the sea."},
      "speed_mps": {"type": "number", "description": "Over ground."},
      "course_deg": {"type": "number", "description": "Clockwise from true north, 0 to 360."},
      "battery_percent": {"type": "number", "description": "0 to 100."},
      "others": {"type": "object", "additionalProperties": {"type": "string"}}
    }
  },
  "Report": {
    "type": "object",
    "required": ["lat", "lon"],
    "properties": {
      "client": {"type": "string", "description": "Required where the path does not name it."},
      "lat": {"type": ["number", "string"], "minimum": -90, "maximum": 90},
      "lon": {"type": ["number", "string"], "minimum": -180, "maximum": 180},
      "time": {"type": ["number", "string"], "description": "POSIX seconds, milliseconds, or ISO 8601."},
      "accuracy_m": {"type": ["number", "string"]},
      "altitude_m": {"type": ["number", "string"]},
      "speed_mps": {"type": ["number", "string"]},
      "course_deg": {"type": ["number", "string"]},
      "battery_percent": {"type": ["number", "string"]},
      "others": {"type": "object"},
      "attributes": {"$ref": "#/components/schemas/Attributes"}
    }
  },
  "Reports": {
    "anyOf": [
      {"$ref": "#/components/schemas/Report"},
      {"type": "array", "items": {"$ref": "#/components/schemas/Report"}},
      {
        "type": "object",
        "required": ["reports"],
        "properties": {"reports": {"type": "array", "items": {"$ref": "#/components/schemas/Report"}}}
      }
    ]
  },
  "Accepted": {
    "type": "object",
    "required": ["accepted", "at"],
    "properties": {"accepted": {"const": true}, "at": {"type": "string"}}
  },
  "Outcome": {
    "type": "object",
    "required": ["accepted", "refused", "errors"],
    "properties": {
      "accepted": {"type": "integer"},
      "refused": {"type": "integer"},
      "errors": {
        "type": "array",
        "maxItems": 20,
        "items": {
          "type": "object",
          "required": ["index", "line", "detail"],
          "properties": {
            "index": {"type": "integer", "description": "Of the report, counted from 0."},
            "line": {"type": "integer", "description": "Where it begins, counted from 1."},
            "detail": {"type": "string"}
          }
        }
      },
      "cut_off": {"type": "string", "description": "Why the rest of the body could not be read."}
    }
  },
  "Client": {
    "type": "object",
    "required": ["client", "lat", "lon", "time", "server", "difference"],
    "properties": {
      "client": {"type": "string"},
      "lat": {"type": "number"},
      "lon": {"type": "number"},
      "time": {"type": "number", "description": "POSIX seconds, with the digits that were reported."},
      "server": {"type": "string", "description": "Which heard it."},
      "difference": {"type": "number", "description": "The server's clock minus the client's time, in seconds."},
      "age": {"type": "number", "description": "Seconds since the client's time."},
      "distance_m": {"type": "number", "description": "Great-circle, from the point that was asked about."},
      "attributes": {"$ref": "#/components/schemas/Attributes"}
    }
  },
  "Clients": {
    "type": "object",
    "required": ["clients", "complete"],
    "properties": {
      "clients": {"type": "array", "items": {"$ref": "#/components/schemas/Client"}},
      "complete": {"type": "boolean"}
    }
  },
  "Places": {
    "type": "object",
    "required": ["html_attributions", "results", "status"],
    "properties": {
      "html_attributions": {"type": "array", "items": {"type": "string"}},
      "results": {"type": "array", "items": {"type": "object"}},
      "status": {"type": "string"},
      "error_message": {"type": "string"},
      "info_messages": {"type": "array", "items": {"type": "string"}}
    }
  },
  "Status": {"type": "object", "required": ["server", "herd", "version", "links"]},
  "OpenApi": {"type": "object"},
  "Problem": {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
      "type": {"type": "string"},
      "title": {"type": "string"},
      "status": {"type": "integer"},
      "detail": {"type": "string"}
    }
  }
})";

}  // namespace herd::api
