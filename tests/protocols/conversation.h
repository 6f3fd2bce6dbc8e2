#pragma once

#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/logged_traffic.h"
#include "herd/protocols/line_protocol.h"

namespace herd::protocols {

/// A client's conversation, led as the server leads it: a turn is one read, every complete line in it, one write. What
/// was read is gone as soon as the protocol was told to keep what it needs.
class Conversation {
 public:
  explicit Conversation(Herd& herd, std::size_t line_bytes_max = 64 * 1024)
      : protocol_(herd, log, line_bytes_max, "127.0.0.1:5") {}

  /// The replies to what comes in one read.
  std::string say(std::string_view bytes, Time now = 0) {
    EXPECT_FALSE(closed) << "said after the server closed: " << bytes;
    auto memory = std::make_unique_for_overwrite<char[]>(bytes.size());
    bytes.copy(memory.get(), bytes.size());
    protocol_.push({memory.get(), bytes.size()});
    return take_turns(std::move(memory), now);
  }

  /// The replies to a half-close.
  std::string hang_up(Time now = 0) {
    EXPECT_FALSE(closed);
    protocol_.end_of_input();
    auto replies = take_turns(nullptr, now);
    EXPECT_TRUE(closed);
    return replies;
  }

  /// What is near, for these tests: just the question.
  static std::string places_json(const places::NearbyQuery& query) {
    return "{\"near\": [" + std::to_string(query.center.latitude_e7) + ", " +
           std::to_string(query.center.longitude_e7) + "],\n \"radius_m\": " + std::to_string(query.radius_m) +
           ", \"limit\": " + std::to_string(query.limit) + "}\n";
  }

  bool closed = false;
  std::vector<std::string> writes;     ///< that were not empty
  std::vector<std::size_t> questions;  ///< how many were asked at a time
  LoggedTraffic log;

 private:
  std::string take_turns(std::unique_ptr<char[]> memory, Time now) {
    std::string all;
    std::string replies;
    for (;;) {
      const auto next = protocol_.advance(now, replies);
      protocol_.keep();
      memory.reset();
      write(replies, all);
      switch (next) {
        case LineProtocol::Next::close:
          closed = true;
          return all;
        case LineProtocol::Next::input:
          return all;
        case LineProtocol::Next::write:
          break;
        case LineProtocol::Next::places: {
          std::vector<std::string> answers;
          for (const auto& question : protocol_.take_questions()) answers.push_back(places_json(question));
          questions.push_back(answers.size());
          protocol_.answer_places(std::move(answers));
          break;
        }
      }
    }
  }

  void write(std::string& replies, std::string& all) {
    if (!replies.empty()) writes.push_back(replies);
    all += replies;
    replies.clear();
  }

  LineProtocol protocol_;
};

}  // namespace herd::protocols
