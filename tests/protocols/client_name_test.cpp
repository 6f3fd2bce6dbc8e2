#include "herd/protocols/client_name.h"

#include <gtest/gtest.h>

#include "herd/protocols/phone_report.h"
#include "protocols/credulous_herd.h"

namespace herd::protocols {
namespace {

std::vector<std::string> meant(std::string_view name) {
  std::vector<std::string> clients;
  append_meant(clients, name);
  return clients;
}

using Clients = std::vector<std::string>;

TEST(ClientName, means_in_a_list_what_was_told_and_what_it_says) {
  EXPECT_EQ(meant("a"), Clients{"a"});
  EXPECT_EQ(meant("my phone"), Clients{"my%20phone"});
  EXPECT_EQ(meant("my%20phone"), (Clients{"my%2520phone", "my%20phone"}));
  EXPECT_EQ(meant("my phone%"), Clients{"my%20phone%25"}) << "no id of the herd has white space";
}

TEST(ClientName, means_only_ids_that_the_herd_can_have) {
  EXPECT_EQ(meant(""), Clients());
  EXPECT_EQ(meant(std::string(4096, 'x')), Clients{std::string(4096, 'x')});
  EXPECT_EQ(meant(std::string(4097, 'x')), Clients());
  EXPECT_EQ(meant(std::string(1366, ' ')), Clients()) << "which has 4098 bytes when it is encoded";
  EXPECT_EQ(meant(std::string(4096, '%')), Clients{std::string(4096, '%')});
  EXPECT_EQ(meant(std::string(4097, '%')), Clients());
}

TEST(ClientName, means_the_client_that_there_is) {
  CredulousHerd herd;
  const auto report = [&herd](std::string_view client) {
    PhoneReport phone;
    phone.set_encoded_client(client);
    phone.set_location("1,2");
    auto heard = phone.finish(0).value();
    herd.report({&heard, 1}, 0);
  };
  const auto settled = [&herd](std::string_view name) {
    const auto encoded = encode_client(name);
    return client_as_told(herd, encoded).value_or(encoded);
  };
  EXPECT_EQ(settled("my%20phone"), "my%2520phone") << "as there is neither";
  EXPECT_EQ(settled("100%"), "100%25");
  report("my%20phone");
  report("100%");
  EXPECT_EQ(settled("my%20phone"), "my%20phone");
  EXPECT_EQ(settled("my phone"), "my%20phone");
  EXPECT_EQ(settled("100%"), "100%");
  report("my%2520phone");
  EXPECT_EQ(settled("my%20phone"), "my%2520phone") << "as there are both";
  EXPECT_EQ(settled("my phone"), "my%20phone");
}

}  // namespace
}  // namespace herd::protocols
