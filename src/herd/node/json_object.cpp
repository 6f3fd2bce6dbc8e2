#include "herd/node/json_object.h"

#include <utility>

#include "herd/base/json_text.h"
#include "herd/base/plain_number.h"
#include "herd/base/text.h"

namespace herd::node {

void JsonObject::begin(std::string_view member) {
  if (out_.size() > 1) out_ += ',';
  append_json_string(out_, member);
  out_ += ':';
}

void JsonObject::text(std::string_view member, std::string_view value) {
  begin(member);
  append_json_string(out_, value);
}

void JsonObject::whole(std::string_view member, std::uint64_t value) {
  begin(member);
  append_number(out_, value);
}

void JsonObject::number(std::string_view member, double value) {
  constexpr int fraction_digits_max = 6;
  begin(member);
  append_plain(out_, value, fraction_digits_max);
}

void JsonObject::json(std::string_view member, std::string_view value) {
  begin(member);
  out_ += value;
}

std::string JsonObject::take() && {
  return std::move(out_) + '}';
}

}  // namespace herd::node
