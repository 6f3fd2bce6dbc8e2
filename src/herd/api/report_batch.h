#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "herd/api/report_reader.h"
#include "herd/base/json_elements.h"
#include "herd/base/json_lines.h"
#include "herd/protocols/herd.h"

namespace herd::api {

/// Many reports in one text: a JSON array, an object whose member "reports" is one, or one report after another. Bytes
/// go in as they come; reports go to the herd many at once, and one that cannot be used keeps none of the others out,
/// unless it cannot be told where it ends; in NDJSON that is always told. They may name clients as answers tell them
/// (protocols/client_name.h).
class ReportBatch {
 public:
  static constexpr std::size_t errors_told_max = 20;

  /// Why a report was not taken; each has its HTTP status.
  enum class Refusal : std::uint16_t { wrong = 400, forbidden = 403, too_many = 429, no_room = 507 };

  struct Wrong {
    std::uint64_t index = 0;  ///< of the report, counted from 0
    std::uint64_t line = 0;   ///< where it begins, counted from 1
    std::string detail;
  };

  /// What became of them.
  struct Outcome {
    std::uint64_t accepted = 0;
    std::uint64_t refused = 0;
    std::vector<Wrong> errors;           ///< of the first `errors_told_max` that were refused, in the order of the text
    Refusal refusal = Refusal::wrong;    ///< of the first one
    std::optional<std::string> cut_off;  ///< why the rest could not be read, which is not among the refused
  };

  /// Whether reports of a client may be told, and whether one more may come now. `herd` outlives it.
  struct Rules {
    std::function<bool(std::string_view client)> may_report;  ///< empty: of any client
    std::function<bool(Time now)> admits;                     ///< empty: always
  };
  enum class Form : std::uint8_t { json, ndjson };
  ReportBatch(protocols::Herd& herd, Rules rules, std::size_t report_bytes_max, Form form);
  ~ReportBatch();

  /// `now` is when the bytes came, POSIX ns. All reports that are whole are with the herd when it returns.
  void push(std::string_view bytes, Time now);
  /// No more bytes will come.
  const Outcome& finish(Time now);

  /// For whoever told the report.
  static std::string_view reason_of(protocols::Herd::Refusal refusal);

 private:
  struct Waiting;
  void push_json(std::string_view bytes, Time now);
  void take_elements(Time now);
  void take_lines(Time now);
  void take(std::string_view text, bool too_large, std::uint64_t line, Time now);
  std::optional<std::string> told_as(std::string_view client, Time now);
  void bring(Time now);
  void refuse(Refusal refusal, std::uint64_t index, std::uint64_t line, std::string detail);

  protocols::Herd& herd_;
  Rules rules_;
  JsonElements elements_;
  std::optional<JsonLines> lines_;  // in place of elements_
  ReportReader reader_;
  std::unique_ptr<Waiting> waiting_;
  std::uint64_t next_index_ = 0;
  Time last_arrival_ = 0;  // of a report that says no time; they come 1 ns apart, so that a client's last one counts
  bool begun_ = false;
  bool is_array_ = false;  // the text is one, and was put into an object
  Outcome outcome_;
};

}  // namespace herd::api
