#pragma once

#include <string>

#include "herd/google/google_answer.h"

namespace herd::google {

/// An answer with one place of this name, at the origin.
inline GoogleOutcome answer_with(const std::string& name) {
  return read_google_answer(
      200, R"({"results":[{"geometry":{"location":{"lat":0,"lng":0}},"name":")" + name + R"("}],"status":"OK"})",
      GoogleKey::parse("AIzaSecret").value());
}

inline GoogleOutcome answer_with_status(const std::string& status) {
  return read_google_answer(200, R"({"results":[],"status":")" + status + "\"}",
                            GoogleKey::parse("AIzaSecret").value());
}

inline GoogleOutcome trouble(const std::string& reason) {
  return GoogleFailure{GoogleFailure::Kind::trouble, reason};
}

/// The answer to a query, or why there is none.
inline std::string text_of(const GoogleOutcome& outcome) {
  if (const auto* failure = std::get_if<GoogleFailure>(&outcome)) return failure->reason;
  return std::get<std::shared_ptr<const GoogleAnswer>>(outcome)->nearby_search({{0, 0}, 50'000, 20});
}

}  // namespace herd::google
