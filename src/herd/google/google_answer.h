#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "herd/geo/location.h"
#include "herd/google/google_key.h"
#include "herd/places/provider.h"

namespace herd::google {

/// Larger answers are not read; Google's have some 60 kB.
inline constexpr std::size_t google_answer_bytes_max = 1024 * 1024;

/// An answer of Google's to one question, from which every query that makes this question gets its own.
class GoogleAnswer {
 public:
  /// The answer with only those results that are within the query's radius, and at most as many as its limit, in
  /// Google's order. It is Google's own text, without empty lines and newlines at the end; where results are left out,
  /// so is the next_page_token, the members around the results are written anew, and the status says whether there are
  /// results.
  std::string nearby_search(const places::NearbyQuery& query) const;

  std::size_t bytes() const;

 private:
  friend class GoogleAnswerReader;

  struct Result {
    std::size_t begin = 0;  // in text_
    std::size_t end = 0;
    geo::Location location;
  };

  std::string text_;
  bool says_zero_ = false;        // ZERO_RESULTS is its status
  std::size_t result_count_ = 0;  // with those that have no location, and are never told
  std::vector<Result> results_;
  std::string before_;  // the members before the results, each with a comma behind it
  std::string after_;   // those after them and before the status, each with a comma before it
};

/// Why there is no answer.
struct GoogleFailure {
  enum class Kind : std::uint8_t {
    trouble,  ///< may go better next time
    refused,  ///< the key or its quota: no question will be answered for a while
    invalid   ///< the question is wrong, and stays so; Google is all right
  };
  Kind kind = Kind::trouble;
  /// What Google Places did, to stand after its name: "answered with HTTP status 500". Anybody may read it.
  std::string reason;
  /// More for the operator, to stand behind the reason: what Google says of the key or the account that it belongs to.
  /// Printable, without the key; empty if there is no more.
  std::string detail = {};

  friend bool operator==(const GoogleFailure&, const GoogleFailure&) = default;
};

using GoogleOutcome = std::variant<std::shared_ptr<const GoogleAnswer>, GoogleFailure>;

/// What came back for a question that was asked with `key`, which is struck out wherever it stands. Answers are JSON
/// with the status OK or ZERO_RESULTS, and HTTP status 200.
GoogleOutcome read_google_answer(int http_status, std::string body, const GoogleKey& key);

}  // namespace herd::google
