#include "herd/http/content_encoding.h"

#include "herd/base/text.h"

namespace herd::http {

std::optional<HttpResponse> refuse_encoded_body(const HttpHead& head) {
  const auto codings = head.list("Content-Encoding");
  const auto coding = trim(codings);
  if (coding.empty() || equal_ignoring_case(coding, "identity")) return std::nullopt;
  auto refusal = problem(415, "Content-Encoding is " + in_quotes(coding) +
                                  "; bodies are taken only as they are: send this one uncompressed, and leave the "
                                  "field out");
  refusal.fields.emplace_back("Accept-Encoding", "identity");
  return refusal;
}

}  // namespace herd::http
