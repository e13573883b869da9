#include <gtest/gtest.h>

#include "sequent/stack.hpp"
#include "tests/support/build.hpp"

namespace sequent::test {
namespace {

// What a SYN says, cut to what a cookie can say, goes through LISTEN to the same block as the SYN that the cookie gives
// back.
// covers: syn-cookies
TEST(stack_cookies, what_comes_back_opens_the_same_connection) {
  const flow path{ip_address::from_v4({10, 0, 0, 1}), ip_address::from_v4({10, 0, 0, 2}), 80, 9};
  const syn_cookies cookies({1, 2});
  const instant now = instant{} + duration::seconds(500);
  for (int bits = 0; bits != 64; ++bits) {
    packet syn = at(7'000).syn();
    if ((bits & 1) != 0) syn.ts(44);
    if ((bits & 2) != 0) syn.scale(static_cast<std::uint8_t>(bits % 64 / 4));
    if ((bits & 4) != 0) syn.sack_permitted();
    if ((bits & 8) != 0) syn.mss(1'460);
    handshake_offer ours;
    ours.timestamps = (bits & 16) == 0;
    ours.sack = ours.window_scale = (bits & 32) == 0;
    const cookie_options kept = cookie_options_of(syn.header, ours);
    EXPECT_TRUE(kept.timestamps || (!kept.window_scale && !kept.sack_permitted));
    const syn_cookie made = cookies.make(path, syn.header.seq, kept, 123'456, now);
    const auto echo = kept.timestamps ? std::optional(made.timestamp) : std::nullopt;
    const auto back = cookies.check(path, syn.header.seq, made.iss, echo, now);
    ASSERT_TRUE(back) << bits;
    EXPECT_EQ(syn_of(*back, syn.header.seq, syn.header.options.ts),
              syn_of(kept, syn.header.seq, syn.header.options.ts));

    control_block<u32> listening;
    listening.state = connection_state::listen;
    listening.offer = ours;
    control_block<u32> full = listening;
    control_block<u32> cut = listening;
    const surroundings<u32> around{now, made.iss};
    (void)step(full, syn.header, around);
    (void)step(cut, syn_of(*back, syn.header.seq, syn.header.options.ts), around);
    if (kept.timestamps) {
      EXPECT_EQ(cut, full) << bits;  // 1460 and the default are sizes that a cookie can say
    }
  }
}

}  // namespace
}  // namespace sequent::test
