#include "sequent/wire/fast_open.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace fast_open_test {

using namespace sequent;

std::optional<fast_open_cookie> cookie_of(std::size_t octets, std::uint8_t fill = 0x5a) {
  return fast_open_cookie::of(std::vector<std::uint8_t>(octets, fill));
}

// covers: rfc7413#4.1.1
TEST(fast_open_cookie, has_an_even_number_of_octets_from_four_to_sixteen) {
  for (std::size_t n = 0; n <= 40; ++n) {
    const auto made = cookie_of(n);
    ASSERT_EQ(made.has_value(), n == 0 || (n >= 4 && n <= 16 && n % 2 == 0)) << n;
    if (!made) continue;
    EXPECT_EQ(made->octets().size(), n);
    EXPECT_TRUE(std::ranges::all_of(made->octets(), [](std::uint8_t octet) { return octet == 0x5a; }));
    EXPECT_EQ(made->is_request(), n == 0);
  }
}

TEST(fast_open_cookie, is_equal_to_another_of_the_same_octets_alone) {
  EXPECT_EQ(cookie_of(8), cookie_of(8));
  EXPECT_NE(cookie_of(8), cookie_of(8, 0x5b));
  EXPECT_NE(cookie_of(8, 0), cookie_of(10, 0));
  EXPECT_EQ(cookie_of(0), fast_open_cookie{});
}

}  // namespace fast_open_test
