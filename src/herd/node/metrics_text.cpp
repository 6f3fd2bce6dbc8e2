#include "herd/node/metrics_text.h"

#include "herd/base/plain_number.h"
#include "herd/base/text.h"

namespace herd::node {
namespace {

constexpr int fraction_digits_max = 9;

void append_escaped(std::string& out, std::string_view text, bool with_quotes) {
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\\' || (c == '"' && with_quotes)) {
      (out += '\\') += c;
    } else {
      out += c;
    }
  }
}

}  // namespace

void MetricsText::metric(std::string_view name, Figure::Kind kind, std::string_view help) {
  const bool is_counter = kind == Figure::Kind::counter;
  name_ = "proxyherd_" + std::string(name) + (is_counter ? "_total" : "");
  out_ += "# HELP " + name_ + ' ';
  append_escaped(out_, help, false);
  out_ += "\n# TYPE " + name_ + (is_counter ? " counter\n" : " gauge\n");
}

void MetricsText::begin_value() {
  out_ += name_;
  out_ += ' ';
}

void MetricsText::begin_value(std::string_view label, std::string_view of) {
  out_ += name_;
  ((out_ += '{') += label) += "=\"";
  append_escaped(out_, of, true);
  out_ += "\"} ";
}

void MetricsText::value(std::uint64_t value) {
  begin_value();
  append_number(out_, value);
  out_ += '\n';
}

void MetricsText::value(double value) {
  begin_value();
  append_plain(out_, value, fraction_digits_max);
  out_ += '\n';
}

void MetricsText::value(std::string_view label, std::string_view of, std::uint64_t value) {
  begin_value(label, of);
  append_number(out_, value);
  out_ += '\n';
}

void MetricsText::value(std::string_view label, std::string_view of, double value) {
  begin_value(label, of);
  append_plain(out_, value, fraction_digits_max);
  out_ += '\n';
}

}  // namespace herd::node
