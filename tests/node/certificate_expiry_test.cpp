#include "herd/node/certificate_expiry.h"

#include <gtest/gtest.h>

namespace herd::node {
namespace {

constexpr std::int64_t end_of_2026 = 1'798'761'599;
constexpr std::int64_t day_s = 24 * 3600;

std::string warning(std::int64_t now) {
  return expiry_warning("tls/Riley.crt", end_of_2026, now, "and then?").value_or("nothing");
}

TEST(CertificateExpiry, is_told_from_two_weeks_before_and_ever_after) {
  EXPECT_EQ(warning(end_of_2026 - 14 * day_s - 1), "nothing");
  EXPECT_EQ(warning(end_of_2026 - 14 * day_s), "tls/Riley.crt expires on 2026-12-31 23:59:59 UTC, and then?");
  EXPECT_EQ(warning(end_of_2026), "tls/Riley.crt expired on 2026-12-31 23:59:59 UTC, and then?");
}

}  // namespace
}  // namespace herd::node
