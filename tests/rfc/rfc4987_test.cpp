// RFC 4987: SYN flooding. The cookie itself; a listener under flood is the stack's.
#include <gtest/gtest.h>

#include <optional>

#include "sequent/stack/syn_cookie.hpp"

namespace sequent::test {
namespace rfc4987_test {

using number = sequence_number<u32>;
constexpr instant minute(std::int64_t n) { return instant{} + duration::seconds(60 * n); }

constexpr flow name(std::uint16_t port = 50'000) {
  return {ip_address::from_v4({192, 0, 2, 1}), ip_address::from_v4({198, 51, 100, 2}), 443, port};
}

// Appendix A: the largest size in the table that is not above the peer's.
// covers: rfc4987#A
TEST(rfc4987_appendix_a, the_size_is_rounded_down_to_one_of_eight) {
  const syn_cookies cookies({1, 2});
  ASSERT_EQ(cookie_mss.size(), 8u);
  for (std::size_t i = 1; i != cookie_mss.size(); ++i) {
    ASSERT_LT(cookie_mss[i - 1], cookie_mss[i]);
    cookie_options asked;
    asked.mss = static_cast<std::uint16_t>(cookie_mss[i] - 1);
    const auto below =
        cookies.check(name(), number(1), cookies.make(name(), number(1), asked, 0, minute(0)).iss, {}, minute(0));
    EXPECT_EQ(below->mss, cookie_mss[i - 1]);
  }
}

// Appendix A: choosing numbers so complies with the rule that they increase slowly.
// covers: rfc4987#A
TEST(rfc4987_appendix_a, the_number_of_a_flow_moves_on_with_time) {
  const syn_cookies cookies({1, 2});
  number last = cookies.make(name(), number(1), {}, 0, minute(0)).iss;
  for (int i = 1; i != 200; ++i) {
    const number next = cookies.make(name(), number(static_cast<u32>(i) * 77), {}, 0, minute(i)).iss;
    EXPECT_TRUE(before(last, next)) << i;
    EXPECT_LE(next - last, (1u << 27) + (1u << 24)) << i;
    last = next;
  }
}

// Appendix A: each thing that the secret function takes is told by it.
// covers: rfc4987#A
TEST(rfc4987_appendix_a, a_cookie_is_for_one_connection_attempt_only) {
  const syn_cookies cookies({1, 2});
  const number made = cookies.make(name(), number(7), {}, 0, minute(3)).iss;
  ASSERT_TRUE(cookies.check(name(), number(7), made, {}, minute(3)));
  EXPECT_FALSE(cookies.check(name(50'001), number(7), made, {}, minute(3)));
  EXPECT_FALSE(cookies.check(name(), number(8), made, {}, minute(3)));
  EXPECT_FALSE(cookies.check(name(), number(7), made + 1u, {}, minute(3)));
  EXPECT_FALSE(cookies.check(name(), number(7), made, {}, minute(5)));
  EXPECT_FALSE(syn_cookies({1, 3}).check(name(), number(7), made, {}, minute(3)));
}

// Section 3.6: timestamps carry what the number has no room for.
// covers: rfc4987#3.6
TEST(rfc4987_section_3_6, options_ride_in_the_timestamp) {
  const syn_cookies cookies({1, 2});
  cookie_options asked;
  asked.mss = 1'400;
  asked.timestamps = true;
  asked.window_scale = 14;
  asked.sack_permitted = true;
  const syn_cookie made = cookies.make(name(), number(7), asked, 1'000'000, minute(0));
  EXPECT_EQ(cookies.check(name(), number(7), made.iss, made.timestamp, minute(1)), asked);
  // They cannot be changed on the way, which would let an attacker have the window that it likes.
  for (u32 bits = 1; bits != 64; ++bits) {
    EXPECT_FALSE(cookies.check(name(), number(7), made.iss, made.timestamp ^ bits, minute(1)));
  }
}

}  // namespace rfc4987_test
}  // namespace sequent::test
