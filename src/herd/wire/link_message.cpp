#include "herd/wire/link_message.h"

#include <cassert>

#include "herd/base/bytes.h"

namespace herd::wire {
namespace {

constexpr std::string_view magic = "PHRD";
constexpr Position no_position = ~Position{0};
constexpr std::size_t length_bytes = 4;
constexpr std::size_t data_header_bytes = length_bytes + 1 + 2 + 8;
constexpr std::uint16_t partitions_max = 4096;

enum class Type : std::uint8_t { hello = 1, data = 2, ack = 3, ping = 4, pong = 5, ask = 6, reply = 7, check = 8 };

std::size_t begin_message(std::string& out, Type type) {
  const auto begin = out.size();
  append_le(out, std::uint32_t{0});
  append_le(out, static_cast<std::uint8_t>(type));
  return begin;
}

/// Writes how many bytes came since `begin`, before them.
void end_counted(std::string& out, std::size_t begin) {
  overwrite_le(out, begin, static_cast<std::uint32_t>(out.size() - begin - length_bytes));
}

void append_short(std::string& out, std::string_view text) {
  assert(text.size() <= 255);
  append_le(out, static_cast<std::uint8_t>(text.size()));
  out.append(text);
}

std::optional<std::string> take_short(std::string_view& bytes) {
  const auto length = take_le<std::uint8_t>(bytes);
  if (!length) return std::nullopt;
  const auto text = take_bytes(bytes, *length);
  if (!text) return std::nullopt;
  return std::string(*text);
}

/// What a position on the wire says: one of its values means none.
std::optional<Position> stated(Position position) {
  if (position == no_position) return std::nullopt;
  return position;
}

std::optional<Hello> parse_hello(std::string_view body) {
  if (take_bytes(body, magic.size()) != magic) return std::nullopt;
  const auto version_min = take_le<std::uint8_t>(body);
  const auto version_max = take_le<std::uint8_t>(body);
  auto herd = take_short(body);
  auto server = take_short(body);
  const auto epoch = take_le<std::uint64_t>(body);
  const auto order = take_le<std::uint8_t>(body);
  const auto ahead = take_le<Duration>(body);
  const auto held_epoch = take_le<std::uint64_t>(body);
  const auto partitions = take_le<std::uint16_t>(body);
  // Each of them: one that is not there leaves its bytes to those after it.
  if (!version_min || !version_max || !herd || !server || !epoch || !order || !ahead || !held_epoch || !partitions ||
      *partitions > partitions_max || body.size() != *partitions * sizeof(Position)) {
    return std::nullopt;
  }

  Hello hello{
      *version_min, *version_max, std::move(*herd), std::move(*server), *epoch, *order, *ahead, *held_epoch, {}};
  hello.held.reserve(*partitions);
  while (const auto position = take_le<Position>(body)) {
    hello.held.push_back(stated(*position));
  }
  return hello;
}

std::optional<Data> parse_data(std::string_view body) {
  const auto partition = take_le<std::uint16_t>(body);
  const auto position = take_le<Position>(body);
  if (!position) return std::nullopt;
  return Data{*partition, stated(*position), body};
}

template <class Message>
std::optional<Message> parse_time_of(std::string_view body) {
  const auto sent = take_le<Time>(body);
  if (!sent || !body.empty()) return std::nullopt;
  return Message{*sent};
}

/// An Ask or a Reply: both begin alike, and end with what their level makes of it.
template <class Message>
std::optional<Message> parse_about_digests(std::string_view body) {
  const auto partition = take_le<std::uint16_t>(body);
  const auto exchange = take_le<std::uint32_t>(body);
  const auto level = take_le<std::uint8_t>(body);
  // Each of them: one that is not there leaves its bytes to those after it.
  if (!partition || !exchange || !level) return std::nullopt;
  return Message{*partition, *exchange, *level, body};
}

std::optional<Check> parse_check(std::string_view body) {
  const auto partition = take_le<std::uint16_t>(body);
  const auto digest = take_le<std::uint64_t>(body);
  const auto sequence = take_le<Position>(body);
  const auto held = take_le<Position>(body);
  if (!held || !body.empty()) return std::nullopt;
  return Check{*partition, *digest, *sequence, stated(*held)};
}

template <class Message>
Result<std::optional<LinkMessage>> checked(std::optional<Message> message, const char* name) {
  if (!message) return Error{std::string(name) + " message of the wrong shape"};
  return std::optional<LinkMessage>(std::move(*message));
}

}  // namespace

Result<std::optional<LinkMessage>> take_message(std::string_view& bytes) {
  auto rest = bytes;
  const auto length = take_le<std::uint32_t>(rest);
  if (!length) return std::optional<LinkMessage>();
  if (*length == 0 || *length > message_bytes_max) {
    return Error{"a message of " + std::to_string(*length) + " bytes (not a server of a herd?)"};
  }
  auto body = take_bytes(rest, *length);
  if (!body) return std::optional<LinkMessage>();
  bytes = rest;
  const auto type = *take_le<std::uint8_t>(*body);
  switch (Type{type}) {
    case Type::hello:
      return checked(parse_hello(*body), "a hello");
    case Type::data:
      return checked(parse_data(*body), "a data");
    case Type::ack:
      return std::optional<LinkMessage>(Ack{*body});
    case Type::ping:
      return checked(parse_time_of<Ping>(*body), "a ping");
    case Type::pong:
      return checked(parse_time_of<Pong>(*body), "a pong");
    case Type::ask:
      return checked(parse_about_digests<Ask>(*body), "an ask");
    case Type::reply:
      return checked(parse_about_digests<Reply>(*body), "a reply");
    case Type::check:
      return checked(parse_check(*body), "a check");
  }
  return Error{"a message of unknown type " + std::to_string(type)};
}

std::optional<std::string_view> take_record(std::string_view& records) {
  auto rest = records;
  const auto length = take_le<std::uint32_t>(rest);
  if (!length) return std::nullopt;
  const auto record = take_bytes(rest, *length);
  if (record) records = rest;
  return record;
}

std::optional<Acknowledged> take_acknowledged(std::string_view& positions) {
  auto rest = positions;
  const auto partition = take_le<std::uint16_t>(rest);
  const auto position = take_le<Position>(rest);
  if (!position) return std::nullopt;
  positions = rest;
  return Acknowledged{*partition, *position};
}

std::optional<Siblings> take_siblings(std::string_view& siblings) {
  auto rest = siblings;
  const auto parent = take_le<std::uint32_t>(rest);
  if (!parent || rest.size() < sizeof(Siblings::digests)) return std::nullopt;
  Siblings taken{*parent, {}};
  for (auto& digest : taken.digests) digest = *take_le<std::uint64_t>(rest);
  siblings = rest;
  return taken;
}

std::optional<Summary> take_summary(std::string_view& rest) {
  const auto depth = take_le<std::uint8_t>(rest);
  const auto digest = take_le<std::uint64_t>(rest);
  if (!digest) return std::nullopt;
  return Summary{*depth, *digest};
}

std::optional<std::uint32_t> take_node(std::string_view& rest) {
  return take_le<std::uint32_t>(rest);
}

void append_message(std::string& out, const Hello& hello) {
  const auto begin = begin_message(out, Type::hello);
  out.append(magic);
  append_le(out, hello.version_min);
  append_le(out, hello.version_max);
  append_short(out, hello.herd);
  append_short(out, hello.server);
  append_le(out, hello.epoch);
  append_le(out, hello.order);
  append_le(out, hello.ahead_max);
  append_le(out, hello.held_epoch);
  append_le(out, static_cast<std::uint16_t>(hello.held.size()));
  for (const auto& position : hello.held) append_le(out, position.value_or(no_position));
  end_counted(out, begin);
}

void append_message(std::string& out, const Ping& ping) {
  const auto begin = begin_message(out, Type::ping);
  append_le(out, ping.sent);
  end_counted(out, begin);
}

void append_message(std::string& out, const Pong& pong) {
  const auto begin = begin_message(out, Type::pong);
  append_le(out, pong.sent);
  end_counted(out, begin);
}

void append_message(std::string& out, const Check& check) {
  const auto begin = begin_message(out, Type::check);
  append_le(out, check.partition);
  append_le(out, check.digest);
  append_le(out, check.sequence);
  append_le(out, check.held.value_or(no_position));
  end_counted(out, begin);
}

DataWriter::DataWriter(std::string& out, std::uint16_t partition, RecordCoding coding)
    : out_(out), begin_(begin_message(out, Type::data)), encoder_(coding) {
  append_le(out_, partition);
  append_le(out_, no_position);
}

void DataWriter::add(const Record& record) {
  const auto begin = out_.size();
  append_le(out_, std::uint32_t{0});
  encoder_.append(out_, record);
  end_counted(out_, begin);
}

bool DataWriter::has_records() const {
  return bytes() > data_header_bytes;
}

void DataWriter::finish(std::optional<Position> position) {
  overwrite_le(out_, begin_ + data_header_bytes - sizeof(Position), position.value_or(no_position));
  end_counted(out_, begin_);
}

AckWriter::AckWriter(std::string& out) : out_(out), begin_(begin_message(out, Type::ack)) {}

void AckWriter::add(Acknowledged acknowledged) {
  append_le(out_, acknowledged.partition);
  append_le(out_, acknowledged.position);
}

void AckWriter::finish() {
  end_counted(out_, begin_);
}

AskWriter::AskWriter(std::string& out, std::uint16_t partition, std::uint32_t exchange, std::uint8_t level)
    : out_(out), begin_(begin_message(out, Type::ask)) {
  append_le(out_, partition);
  append_le(out_, exchange);
  append_le(out_, level);
}

void AskWriter::add(const Siblings& siblings) {
  append_le(out_, siblings.parent);
  for (const auto digest : siblings.digests) append_le(out_, digest);
}

void AskWriter::finish() {
  end_counted(out_, begin_);
}

ReplyWriter::ReplyWriter(std::string& out, std::uint16_t partition, std::uint32_t exchange, std::uint8_t level)
    : out_(out), begin_(begin_message(out, Type::reply)) {
  append_le(out_, partition);
  append_le(out_, exchange);
  append_le(out_, level);
}

void ReplyWriter::add(Summary summary) {
  append_le(out_, summary.depth);
  append_le(out_, summary.digest);
}

void ReplyWriter::add(std::uint32_t node) {
  append_le(out_, node);
}

void ReplyWriter::finish() {
  end_counted(out_, begin_);
}

}  // namespace herd::wire
