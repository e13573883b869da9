#include "sequent/wire/ip_text.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace ip_text_test {

using namespace sequent;

std::string again(std::string_view text) {
  const auto read = parse_ip_address(text);
  return read ? std::string(to_text(*read).view()) : describe(read.why());
}

constexpr const char* refused = "argument out of range";

static_assert(parse_ip_address("192.0.2.1")->v4() == ipv4_address{192, 0, 2, 1}, "in constant expressions too");
static_assert(to_text(ip_address()).view() == "::");

// covers: rfc4291#2.2 address-text
TEST(ip_text, every_form_of_rfc_4291_is_read) {
  const ipv6_address octets{0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 8, 8, 0, 0x20, 0x0c, 0x41, 0x7a};
  for (const char* text :
       {"2001:DB8:0:0:8:800:200C:417A", "2001:db8::8:800:200c:417a", "2001:0db8::0008:0800:200C:417A",
        "2001:db8:0:0:8:800:32.12.65.122", "2001:db8::8:800:32.12.65.122"}) {
    const auto read = parse_ip_address(text);
    ASSERT_TRUE(read) << text;
    EXPECT_EQ(read->v6(), octets) << text;
  }
  EXPECT_EQ(again("FF01:0:0:0:0:0:0:101"), "ff01::101");
  EXPECT_EQ(again("0:0:0:0:0:0:0:1"), "::1");
  EXPECT_EQ(again("0:0:0:0:0:0:0:0"), "::");
  EXPECT_EQ(again("1:2:3:4:5:6:7::"), "1:2:3:4:5:6:7:0");
  EXPECT_EQ(again("::2:3:4:5:6:7:8"), "0:2:3:4:5:6:7:8");
  EXPECT_EQ(again("1::3:4:5:6:7:8"), "1:0:3:4:5:6:7:8");
  EXPECT_EQ(again("0:0:0:0:0:FFFF:129.144.52.38"), "129.144.52.38") << "one address, one value";
}

// covers: rfc5952#4 address-text
TEST(ip_text, one_form_is_written) {
  for (const char* text : {"::", "::1", "1::", "2001:db8::1", "2001:db8:0:1:1:1:1:1", "2001:db8::1:0:0:1",
                           "2001:0:0:1::1", "1:0:0:2::", "fe80::1234:ff:fe00:5678", "::2:0:0:3:4:5", "0:1:2:3:4:5:6:7",
                           "1:2:3:4:5:6:7:0", "a:b:c:d:e:f:10:ffff", "::192.0.2.1", "::ffff:0:0:1", "64:ff9b::c000:201",
                           "0.0.0.0", "255.255.255.255", "10.200.30.4"}) {
    EXPECT_EQ(again(text), text);
  }
  EXPECT_EQ(again("2001:db8:0:0:1:0:0:1"), "2001:db8::1:0:0:1") << "the first of two runs as long (4.2.3)";
  EXPECT_EQ(again("2001:DB8::1"), "2001:db8::1") << "lower case (4.3)";
  EXPECT_EQ(again("::0102"), "::102");
  EXPECT_STREQ(to_text(*parse_ip_address("::1")).c_str(), "::1");
  const ip_address longest = *parse_ip_address("ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255");
  EXPECT_EQ(to_text(longest).view(), "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
}

// covers: address-text
TEST(ip_text, what_is_no_address_is_refused) {
  for (const char* text : {"",
                           ":",
                           ":::",
                           "1",
                           "1.2.3",
                           "1.2.3.",
                           "1.2.3.4.",
                           "1.2.3.4.5",
                           ".1.2.3.4",
                           "1..2.3",
                           "256.1.1.1",
                           "1.2.3.0x4",
                           "01.2.3.4",
                           "1.2.3.00",
                           "192.0.2.010",
                           "1.2.3.4 ",
                           " 1.2.3.4",
                           "1.2.3.-4",
                           "+1.2.3.4",
                           "0300.0.2.1",
                           "3221225985",
                           "1:2:3:4:5:6:7",
                           "1:2:3:4:5:6:7:8:9",
                           "1:2:3:4:5:6:7:8:",
                           ":1:2:3:4:5:6:7:8",
                           "1::2::3",
                           "1:::2",
                           "::1:",
                           "1:2:3:4:5:6:7:8::",
                           "::1:2:3:4:5:6:7:8",
                           "1::2:3:4:5:6:7:8",
                           "12345::",
                           "g::",
                           "::1.2.3",
                           "::1.2.3.256",
                           "::1.2.3.04",
                           "1.2.3.4::",
                           "::1.2.3.4:5",
                           "1:2:3:4:5:6:7:1.2.3.4",
                           "1:2:3:4:5:1.2.3.4",
                           "fe80::1%eth0",
                           "::1/128",
                           "[::1]",
                           "0000:0000:0000:0000:0000:0000:0000:00001",
                           "0000:0000:0000:0000:0000:0000:192.168.100.1000"}) {
    EXPECT_EQ(again(text), refused) << text;
  }
  EXPECT_FALSE(parse_ip_address(std::string_view("1.2.3.4\0", 8)));
  EXPECT_FALSE(parse_ip_address(std::string(1'000'000, '0')));
  EXPECT_FALSE(parse_ip_address(std::string(100, ':')));
  EXPECT_FALSE(parse_ip_address(std::string_view()));
}

}  // namespace ip_text_test
