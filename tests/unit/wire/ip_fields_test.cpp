#include "sequent/wire/ip_fields.hpp"

#include <gtest/gtest.h>

namespace ip_fields_test {

using namespace sequent;

TEST(ip_fields, the_two_lowest_bits_of_the_service_are_ecn) {
  EXPECT_EQ(ecn_of(0xfc), ecn_codepoint::not_capable);
  EXPECT_EQ(ecn_of(0x01), ecn_codepoint::capable_1);
  EXPECT_EQ(ecn_of(0xfe), ecn_codepoint::capable_0);
  EXPECT_EQ(ecn_of(0x03), ecn_codepoint::congestion_experienced);
}

TEST(ip_fields, setting_ecn_leaves_the_differentiated_services) {
  for (unsigned service = 0; service != 256; ++service) {
    for (unsigned codepoint = 0; codepoint != 4; ++codepoint) {
      const auto set = with_ecn(static_cast<std::uint8_t>(service), static_cast<ecn_codepoint>(codepoint));
      EXPECT_EQ(set >> 2, service >> 2);
      EXPECT_EQ(ecn_of(set), static_cast<ecn_codepoint>(codepoint));
    }
  }
}

}  // namespace ip_fields_test
