#include "herd/net/name_lookup.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>
#include <optional>

namespace herd::net {
namespace {

namespace asio = boost::asio;

/// What comes of looking a host up.
Result<NameLookup::Addresses> look_up(const std::string& host, std::uint16_t port) {
  asio::io_context context;
  const auto work = asio::make_work_guard(context);
  NameLookup lookup(context);
  std::optional<Result<NameLookup::Addresses>> result;
  lookup.start(host, port, [&](Result<NameLookup::Addresses> found) {
    result = std::move(found);
    context.stop();
  });
  EXPECT_FALSE(result.has_value());
  context.run_for(std::chrono::seconds(20));
  return result.value_or(Error{"nothing within 20 s"});
}

TEST(NameLookup, finds_the_addresses_of_a_name) {
  const auto found = look_up("localhost", 4711).value();
  ASSERT_FALSE(found.empty());
  for (const auto& endpoint : found) {
    EXPECT_TRUE(endpoint.address().is_loopback());
    EXPECT_EQ(endpoint.port(), 4711);
  }
}

TEST(NameLookup, takes_an_address_for_what_it_is) {
  const auto address = [](const char* text) { return NameLookup::Addresses{{asio::ip::make_address(text), 80}}; };
  EXPECT_EQ(look_up("127.1.2.3", 80).value(), address("127.1.2.3"));
  EXPECT_EQ(look_up("::1", 80).value(), address("::1"));
}

TEST(NameLookup, says_why_a_name_is_not_found) {
  const auto found = look_up("no host is called so", 80);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().message, "Name or service not known");
}

TEST(NameLookup, tells_nobody_once_it_is_cancelled_or_gone) {
  asio::io_context context;
  bool told = false;
  for (const auto* host : {"localhost", "127.0.0.1"}) {
    NameLookup lookup(context);
    lookup.start(host, 80, [&](const Result<NameLookup::Addresses>&) { told = true; });
    lookup.cancel();
    NameLookup gone(context);
    gone.start(host, 80, [&](const Result<NameLookup::Addresses>&) { told = true; });
  }
  context.run();
  EXPECT_FALSE(told);
}

}  // namespace
}  // namespace herd::net
