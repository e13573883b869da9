#include "sequent/connection/fast_open.hpp"

#include <gtest/gtest.h>

#include <type_traits>
#include <vector>

#include "sequent/connection.hpp"

namespace connection_fast_open_test {

using namespace sequent;

struct fast_policy : default_policy {
  using fast_open = with_fast_open;
};

fast_open_cookie cookie(std::uint8_t fill = 7) { return *fast_open_cookie::of(std::vector<std::uint8_t>(8, fill)); }

TEST(connection_fast_open, costs_nothing_where_it_is_off) {
  EXPECT_TRUE(std::is_empty_v<no_fast_open>);
  EXPECT_LE(sizeof(with_fast_open), 24u);
  EXPECT_LE(sizeof(connection<fast_policy>), sizeof(connection<>) + 24);
}

TEST(connection_fast_open, tells_the_clients_option_once_and_on_a_syn_alone) {
  with_fast_open state;
  EXPECT_FALSE(state.take_option(false));
  state.open({cookie(), 1'400});
  EXPECT_EQ(state.known_mss(), 1'400u);
  EXPECT_EQ(state.take_option(false), cookie());
  EXPECT_FALSE(state.take_option(false));
  state.open({cookie(), 1'400});
  EXPECT_FALSE(state.take_option(true)) << "a simultaneous open answers the other SYN without it";
  EXPECT_FALSE(state.take_option(false));
}

TEST(connection_fast_open, a_verdict_is_good_for_one_syn) {
  with_fast_open state;
  state.judged({true, cookie()});
  EXPECT_TRUE(state.take_verdict());
  EXPECT_FALSE(state.take_verdict());
  EXPECT_EQ(state.take_option(true), cookie());
  state.judged({true, std::nullopt});
  EXPECT_FALSE(state.take_option(true));
  state.judged({false, cookie()});
  EXPECT_FALSE(state.take_verdict());
}

TEST(connection_fast_open, remembers_what_the_syn_ack_said) {
  with_fast_open state;
  state.open({cookie(), 0});
  state.sent_text();
  state.answered(cookie(9), true);
  EXPECT_EQ(state.learned(), cookie(9));
  EXPECT_FALSE(state.text_refused());
  state.open({cookie(), 0});
  state.sent_text();
  state.answered(std::nullopt, false);
  EXPECT_FALSE(state.learned());
  EXPECT_TRUE(state.text_refused());
  state.open({});
  state.answered(fast_open_cookie{}, false);
  EXPECT_FALSE(state.learned()) << "a SYN,ACK that asks for a cookie gives none";
  EXPECT_FALSE(state.text_refused()) << "there was no text to be refused";
}

}  // namespace connection_fast_open_test
