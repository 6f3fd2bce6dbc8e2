#include "herd/node/node.h"

#include <array>
#include <gtest/gtest.h>
#include <string>
#include <utility>
#include <vector>

#include "herd/protocols/access.h"
#include "herd/protocols/readable_clients.h"
#include "herd/wire/attributes.h"

namespace herd::node {
namespace {

constexpr Time now = 1621464828'223371889;

/// The answer to an IAMAT of these fields; "refused" if there is none.
std::string report(Node& node, const std::string& fields, Time heard_at = now) {
  const auto line = "IAMAT " + fields;
  const auto command = wire::parse_command(line);
  protocols::Herd::Heard heard{std::get<wire::Iamat>(command)};
  node.report({&heard, 1}, heard_at);
  if (heard.is_refused) return "refused";
  std::string answer;
  wire::append_line(answer, node.server(), heard_at, heard.report);
  return answer;
}

void offer_from_neighbor(Node& node, std::string_view line) {
  store::RecordStore::Offer offer{wire::parse_record(line).value()};
  ASSERT_TRUE(node.store().take(node.store().partition_of(offer.record.client), {&offer, 1}, 1));
}

const protocols::Grant& everything = *protocols::Grant::everything();

/// Who is within a kilometre.
std::vector<store::Sighting> near(Node& node, geo::Location center) {
  return node.near(center, 1000, 5, everything).clients;
}

struct NodeTest : testing::Test {
  Node node{"ucla", "Riley", 1000, 1};
};

TEST_F(NodeTest, answers_a_report_with_the_line_that_it_stores) {
  const auto* line = "AT Riley +0.263873386 kiwi.cs.ucla.edu +34.068930-118.445127 1621464827.959498503";
  EXPECT_EQ(report(node, "kiwi.cs.ucla.edu +34.068930-118.445127 1621464827.959498503"), line);
  EXPECT_EQ(node.locate("kiwi.cs.ucla.edu"), line);
}

TEST_F(NodeTest, has_never_heard_of_a_client_that_did_not_report) {
  EXPECT_EQ(node.locate("kiwi"), std::nullopt);
}

// What it stores goes to neighbours, who read it back: they must make the same of it.
TEST_F(NodeTest, stores_what_a_neighbour_reads_as_it_was_meant) {
  for (const auto* fields : {"kiwi +1+1 1621464827.959498503", "kiwi -034.50+00118 1621464900", "k\xff\xc2\xa0 +0+0 0",
                             "kiwi +1+1 9223372035.999999999999", "kiwi +1+1 1621464950."}) {
    for (const Time heard_at : {Time{0}, now, 9223372035 * second}) {
      Node anew("ucla", "Riley", 1000, 1);
      const auto line = report(anew, fields, heard_at);
      const auto record = wire::parse_record(line);
      ASSERT_TRUE(record) << line;
      EXPECT_EQ(record->server, "Riley");
      EXPECT_EQ(record->heard_at, heard_at);
      EXPECT_EQ(anew.locate(record->client), line);
    }
  }
}

TEST_F(NodeTest, answers_an_older_report_with_its_own_line_and_does_not_store_it) {
  const auto newest = report(node, "kiwi +1+1 1621464827.5");
  EXPECT_EQ(report(node, "kiwi +2+2 1621464827.499999999"), "AT Riley +0.723371890 kiwi +2+2 1621464827.499999999");
  EXPECT_EQ(node.locate("kiwi"), newest);
  EXPECT_EQ(node.store().changes(), 1U);
  EXPECT_EQ(report(node, "kiwi +2+2 1621464827.500000001"), node.locate("kiwi"));
  EXPECT_EQ(node.store().changes(), 2U);
}

TEST_F(NodeTest, answers_a_report_sent_again_and_changes_nothing) {
  const auto first = report(node, "kiwi +1+1 1621464827.5");
  EXPECT_EQ(report(node, "kiwi +1+1 1621464827.5", now + second), "AT Riley +1.723371889 kiwi +1+1 1621464827.5");
  EXPECT_EQ(node.locate("kiwi"), first);
  EXPECT_EQ(node.store().changes(), 1U);
}

TEST_F(NodeTest, takes_a_time_far_ahead_of_its_clock_for_60_s_ahead) {
  const auto ahead = report(node, "kiwi +1+1 4000000000");
  report(node, "kiwi +2+2 1621464888");
  EXPECT_EQ(node.locate("kiwi"), ahead);
  const auto later = report(node, "kiwi +3+3 1621464889", now + second);
  EXPECT_EQ(node.locate("kiwi"), later);
}

TEST_F(NodeTest, holds_what_neighbours_heard_and_tells_it_unchanged) {
  report(node, "kiwi +1+1 1621464827.5");
  offer_from_neighbor(node, "AT Bernard -7.000000000 kiwi +5+5 1621464828.5");
  EXPECT_EQ(node.locate("kiwi"), "AT Bernard -7.000000000 kiwi +5+5 1621464828.5");
}

TEST_F(NodeTest, counts_the_reports_that_it_heard_late_and_repeated_ones_too) {
  report(node, "kiwi +1+1 1621464827");
  report(node, "kiwi +1+1 1621464827");
  report(node, "kiwi +1+1 1621464826");
  offer_from_neighbor(node, "AT Bernard +7.000000000 emu +5+5 1621464828.5");
  node.count_invalid();
  EXPECT_EQ(node.counters().reports, 3U);
  EXPECT_EQ(node.counters().invalid_commands, 1U);
  EXPECT_EQ(node.counters().clients_refused, 0U);
  EXPECT_EQ(node.store().clients(), 2U);
}

TEST(NodeBounds, refuses_new_clients_beyond_its_bound_and_goes_on_serving_those_it_has) {
  Node node("ucla", "Riley", 2, 1);
  report(node, "kiwi +1+1 5");
  report(node, "emu +1+1 5");
  EXPECT_EQ(report(node, "rhea +1+1 5"), "refused");
  EXPECT_EQ(report(node, "moa +1+1 5"), "refused");
  EXPECT_EQ(node.locate("rhea"), std::nullopt);
  EXPECT_EQ(node.counters().clients_refused, 2U);
  EXPECT_EQ(node.counters().reports, 2U);
  EXPECT_EQ(report(node, "kiwi +2+2 6"), node.locate("kiwi"));
  EXPECT_EQ(node.store().clients(), 2U);
}

TEST(NodeBounds, refuses_what_a_client_sends_more_often_than_it_may_and_nothing_else) {
  Node node("ucla", "Riley", 1000, 1);
  node.limit_reports(std::make_unique<RateLimits>(1, 2, 1));
  const auto iamat = [](std::string_view line) { return std::get<wire::Iamat>(wire::parse_command(line)); };
  std::array<protocols::Herd::Heard, 4> heard{{{iamat("IAMAT kiwi +1+1 1621464827.1")},
                                               {iamat("IAMAT kiwi +1+1 1621464827.2")},
                                               {iamat("IAMAT kiwi +1+1 1621464827.3")},
                                               {iamat("IAMAT plum +2+2 1621464827.4")}}};
  node.report(heard, now);
  EXPECT_FALSE(heard[0].is_refused);
  EXPECT_FALSE(heard[1].is_refused);
  EXPECT_TRUE(heard[2].is_refused);
  EXPECT_EQ(heard[2].refusal, protocols::Herd::Refusal::too_often);
  EXPECT_FALSE(heard[3].is_refused);
  EXPECT_EQ(node.locate("kiwi"), "AT Riley +1.023371889 kiwi +1+1 1621464827.2");
  EXPECT_EQ(node.locate("plum"), "AT Riley +0.823371889 plum +2+2 1621464827.4");
  EXPECT_EQ(node.counters().reports, 3U);
  EXPECT_EQ(node.counters().reports_too_often, 1U);

  EXPECT_EQ(report(node, "kiwi +1+1 1621464827.5"), "refused");
  EXPECT_NE(report(node, "kiwi +1+1 1621464827.5", now + second), "refused");
}

TEST(NodeBounds, takes_what_neighbours_send_beyond_its_bound) {
  Node node("ucla", "Riley", 2, 1);
  report(node, "kiwi +1+1 5");
  report(node, "emu +1+1 5");
  offer_from_neighbor(node, "AT Bernard +7.000000000 rhea +5+5 5");
  offer_from_neighbor(node, "AT Bernard +7.000000000 moa +5+5 5");
  EXPECT_EQ(node.store().clients(), 4U);
  EXPECT_EQ(node.locate("moa"), "AT Bernard +7.000000000 moa +5+5 5");
  EXPECT_EQ(report(node, "moa +6+6 6"), node.locate("moa"));
  EXPECT_EQ(report(node, "ostrich +6+6 6"), "refused");
}

TEST_F(NodeTest, tells_who_is_near_as_of_now_whoever_heard_them) {
  EXPECT_TRUE(node.survey());
  const auto kiwi = report(node, "kiwi +1+1 5");
  const std::string emu = "AT Bernard +7.000000000 emu +1.001+1 5";
  offer_from_neighbor(node, emu);
  report(node, "rhea +2+2 5");
  auto found = near(node, {10'000'000, 10'000'000});
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].line, kiwi);
  EXPECT_EQ(found[1].line, emu);
  EXPECT_NEAR(found[1].distance_m, 111.2, 0.1);

  const auto moved = report(node, "kiwi +3+3 6");
  found = near(node, {30'000'000, 30'000'000});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].line, moved);
  const auto within = node.within({{0, 0}, {20'000'000, 20'000'000}}, 1, everything);
  EXPECT_EQ(within.clients.size(), 1U);
  EXPECT_FALSE(within.is_all);
}

TEST_F(NodeTest, tells_everyone_but_the_lines_what_else_a_phone_said) {
  const auto attributes = wire::pack({.accuracy_m = 15});
  const auto command = wire::parse_command("IAMAT kiwi +1+1 1621464827");
  protocols::Herd::Heard heard{std::get<wire::Iamat>(command), attributes};
  node.report({&heard, 1}, now);
  const std::string line = "AT Riley +1.223371889 kiwi +1+1 1621464827";
  EXPECT_EQ(node.locate("kiwi"), line);
  EXPECT_EQ(node.find("kiwi"), (store::Sighting{line, attributes, 0}));
  const std::vector<store::Sighting> here{{line, attributes, 0}};
  EXPECT_EQ(near(node, {10'000'000, 10'000'000}), here);
  EXPECT_EQ(node.within({{0, 0}, {20'000'000, 20'000'000}}, 5, everything).clients, here);
}

TEST_F(NodeTest, knows_nothing_of_a_client_that_it_was_told_to_forget) {
  report(node, "kiwi +1+1 1621464827");
  const auto emu = report(node, "emu +1+1 1621464827");
  EXPECT_EQ(near(node, {10'000'000, 10'000'000}).size(), 2U);
  EXPECT_TRUE(node.forget("kiwi", now));
  EXPECT_FALSE(node.forget("kiwi", now));
  EXPECT_FALSE(node.forget("rhea", now));
  EXPECT_EQ(node.locate("kiwi"), std::nullopt);
  EXPECT_EQ(node.find("kiwi"), std::nullopt);
  const std::vector<store::Sighting> only_emu{{emu, "", 0}};
  EXPECT_EQ(near(node, {10'000'000, 10'000'000}), only_emu);
  EXPECT_EQ(node.within({{0, 0}, {20'000'000, 20'000'000}}, 5, everything).clients, only_emu);
  EXPECT_EQ(node.counters().clients_forgotten, 1U);
  EXPECT_EQ(node.store().clients(), 1U);

  report(node, "kiwi +1+1 1621464827");
  EXPECT_EQ(node.locate("kiwi"), std::nullopt) << "sent again by a phone that had got no answer";
  const auto back = report(node, "kiwi +1+1 1621464829", now + second);
  EXPECT_EQ(node.locate("kiwi"), back);
  EXPECT_EQ(near(node, {10'000'000, 10'000'000}).size(), 2U);
}

std::string names_of(const store::Whereabouts::Found& found) {
  std::string names;
  for (const auto& sighting : found.clients) names.append(sighting.record().client) += ' ';
  return names + (found.is_cut_short ? "or perhaps more" : found.is_all ? "and no more" : "and more");
}

TEST_F(NodeTest, tells_of_those_only_whom_one_may_read_by_the_ids_that_the_herd_shows) {
  for (const auto* const client : {"my%20phone", "my-car", "theirs", "mine%25"}) {
    report(node, std::string(client) + " +1+1 1621464827");
  }
  const auto names = [this](std::vector<std::string> patterns, std::vector<protocols::Verb> verbs) {
    const protocols::Grant grant(std::move(patterns), verbs);
    auto near = names_of(node.near({10'000'000, 10'000'000}, 1000, 5, grant));
    EXPECT_EQ(names_of(node.within({{0, 0}, {20'000'000, 20'000'000}}, 5, grant)), near);
    return near;
  };
  using enum protocols::Verb;
  EXPECT_EQ(names({"my-car"}, {read}), "my-car and no more");
  EXPECT_EQ(names({"my%20phone", "nobody"}, {read}), "my%20phone and no more");
  EXPECT_EQ(names({"my%20*"}, {read}), "my%20phone and no more");
  EXPECT_EQ(names({"mine%"}, {read}), "and no more");
  EXPECT_EQ(names({"mine%25", "nobody*"}, {read}), "mine%25 and no more");
  EXPECT_EQ(names({}, {read}), "and no more");
  EXPECT_EQ(names({"*"}, {report, forget, places, status}), "and no more");
  EXPECT_EQ(names({"theirs"}, {report, forget, places, status}), "and no more");
  EXPECT_EQ(names({"th*"}, {report, forget, places, status}), "and no more");
  EXPECT_EQ(node.counters().searches_cut_short, 0U);
}

TEST(NodeBounds, looks_no_further_for_those_whom_one_may_read_than_among_65536_clients_around) {
  Node node("ucla", "Riley", 100'000, 1);
  for (std::size_t i = 0; i < protocols::looked_at_max; ++i) {
    report(node, "theirs-" + std::to_string(i) + " +1+1 1621464827");
  }
  report(node, "mine +1.0001+1 1621464827");
  const auto names = [&node](std::vector<std::string> patterns, double radius_m = 1000) {
    const protocols::Grant grant(std::move(patterns), {protocols::Verb::read});
    return names_of(node.near({10'000'000, 10'000'000}, radius_m, 5, grant));
  };
  EXPECT_EQ(names({"nobody*"}, 1), "and no more") << "they are as many as may be looked at";
  EXPECT_EQ(node.counters().searches_cut_short, 0U);
  EXPECT_EQ(names({"min*"}), "or perhaps more") << "it is one more";
  EXPECT_EQ(node.counters().searches_cut_short, 1U);
  EXPECT_EQ(names({"mine", "your*"}), "or perhaps more");
  EXPECT_EQ(node.counters().searches_cut_short, 2U);
  EXPECT_EQ(names({"mine", "yours"}), "mine and no more") << "nobody has to be looked at who is named";
  EXPECT_EQ(names({"*"}, 0).substr(0, 7), "theirs-");
  EXPECT_EQ(node.counters().searches_cut_short, 2U);

  const protocols::Grant mine({"min*"}, {protocols::Verb::read});
  EXPECT_EQ(names_of(node.within({{10'000'001, 0}, {20'000'000, 20'000'000}}, 5, mine)), "mine and no more");
  EXPECT_EQ(node.counters().searches_cut_short, 2U);
  const protocols::Grant none({"nobody*"}, {protocols::Verb::read});
  EXPECT_EQ(names_of(node.within({{0, 0}, {20'000'000, 20'000'000}}, 5, none)), "or perhaps more");
  EXPECT_EQ(node.counters().searches_cut_short, 3U);

  // With many patterns each look takes longer, so there are fewer.
  std::vector<std::string> many;
  for (std::size_t i = 0; i < 1000; ++i) many.push_back("nobody-" + std::to_string(i) + "*");
  EXPECT_EQ(names(many, 1), "or perhaps more");
  EXPECT_EQ(node.counters().searches_cut_short, 4U);
}

TEST(NodeBounds, looks_at_fewer_clients_around_whose_ids_take_long_to_compare) {
  Node node("ucla", "Riley", 1000, 1);
  const std::string stem(4090, 'a');
  const auto add = [&](std::size_t from, std::size_t to) {
    for (auto i = from; i < to; ++i) report(node, stem + std::to_string(i) + " +1+1 1621464827");
  };
  // 16 patterns, each held against 255 times 16 bytes, and 63 times 64 bytes to fetch: 4175 comparisons.
  std::vector<std::string> patterns;
  for (char letter = 'b'; letter < 'b' + 16; ++letter) patterns.push_back(std::string("*a") + letter + "*");
  const protocols::Grant grant(patterns, {protocols::Verb::read});
  const auto near = [&] { return names_of(node.near({10'000'000, 10'000'000}, 1, 5, grant)); };
  add(100, 352);
  EXPECT_EQ(near(), "and no more");
  EXPECT_EQ(node.counters().searches_cut_short, 0U);
  add(352, 353);
  EXPECT_EQ(near(), "or perhaps more");
  EXPECT_EQ(node.counters().searches_cut_short, 1U);
  EXPECT_EQ(names_of(node.within({{0, 0}, {10'000'000, 10'000'000}}, 5, grant)), "or perhaps more");
  EXPECT_EQ(node.counters().searches_cut_short, 2U);
}

TEST_F(NodeTest, forgets_a_week_later_that_it_was_told_to_forget) {
  report(node, "kiwi +1+1 1621464827");
  node.forget("kiwi", now);
  node.expire(now + wire::forget_after);
  EXPECT_EQ(node.store().tombstones(), 1U);
  node.expire(now + wire::forget_after + wire::forget_every);
  EXPECT_EQ(node.store().tombstones(), 0U);
}

TEST_F(NodeTest, is_surveyed_a_little_at_a_time) {
  for (int i = 0; i < 999; ++i) {
    for (int time = 0; time < 10; ++time) {
      report(node, "client-" + std::to_string(i) + " +1+1 " + std::to_string(time));
    }
  }
  EXPECT_FALSE(node.survey());
  EXPECT_TRUE(node.survey());
  EXPECT_TRUE(node.survey());
}

}  // namespace
}  // namespace herd::node
