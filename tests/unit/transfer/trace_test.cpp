#include "sequent/transfer/trace.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/pair.hpp"

namespace sequent::test {
namespace {

struct kept_events {
  std::vector<trace_event> all{};
  void operator()(const trace_event& what) { all.push_back(what); }
  [[nodiscard]] std::vector<std::string> causes() const {
    std::vector<std::string> names;
    for (const trace_event& e : all) {
      if (e.kind == trace_kind::sent) names.emplace_back(name(e.why));
    }
    return names;
  }
};

struct traced_policy : default_policy {
  using trace = traced_by<kept_events>;
};

struct traced : pair<traced_policy> {
  std::array<kept_events, 2> told{};
  traced() {
    for (std::size_t i = 0; i != 2; ++i) end[i].trace().sink = &told[i];
  }
};

using names = std::vector<std::string>;

// covers: trace-hook
TEST(trace, tells_of_each_segment_and_why_it_goes_out) {
  traced world;
  world.open();
  ASSERT_TRUE(world.end[0].write(pattern(100)));
  world.run(s(1));
  EXPECT_EQ(world.told[0].causes(), (names{"handshake", "acknowledgment", "fresh"}));
  EXPECT_EQ(world.told[1].causes(), (names{"handshake", "acknowledgment"}));
}

TEST(trace, tells_how_the_connection_stood_after_it) {
  traced world;
  world.open();
  ASSERT_TRUE(world.end[0].write(pattern(100)));
  world.run(duration{});
  const trace_event last = world.told[0].all.back();
  EXPECT_EQ(last.at, world.now);
  EXPECT_EQ(last.kind, trace_kind::sent);
  EXPECT_EQ(last.state, connection_state::established);
  EXPECT_EQ(last.text_length, 100u);
  EXPECT_EQ(last.pipe, 100u);
  EXPECT_EQ(last.congestion_window, world.end[0].sending().congestion().window());
  EXPECT_EQ(last.round_trip, ms(20));
  world.run(s(1));
  const trace_event heard = world.told[0].all.back();
  EXPECT_EQ(heard.kind, trace_kind::heard);
  EXPECT_EQ(heard.ack, last.seq + 100u);
  EXPECT_EQ(heard.pipe, 0u);
}

TEST(trace, tells_of_timers_and_of_what_they_send) {
  traced world;
  world.open();
  world.loses = [](const passing& p) { return p.from == 0; };
  ASSERT_TRUE(world.end[0].write(pattern(100)));
  world.run(s(2));
  std::vector<timer> expired;
  for (const trace_event& e : world.told[0].all) {
    if (e.kind == trace_kind::expired) expired.push_back(e.expired);
  }
  EXPECT_EQ(world.told[0].causes().back(), "timeout");
  ASSERT_FALSE(expired.empty());
  EXPECT_EQ(expired.back(), timer::retransmission);
}

TEST(trace, tells_a_repair_from_a_timeout) {
  traced world;
  world.open();
  world.loses = [](const passing& p) { return p.from == 0 && p.index == 2; };  // the first with text
  ASSERT_TRUE(world.end[0].write(pattern(10'000)));
  world.run(s(2));
  const names all = world.told[0].causes();
  EXPECT_EQ(std::count(all.begin(), all.end(), "repair"), 1);
  EXPECT_EQ(std::count(all.begin(), all.end(), "timeout"), 0);
}

TEST(trace, is_silent_without_a_sink_and_takes_no_room_without_the_policy) {
  pair<traced_policy> silent;
  silent.open();
  EXPECT_EQ(silent.state(0), connection_state::established);
  struct untraced : default_policy {
    using trace = no_trace;
  };
  EXPECT_EQ(sizeof(connection<untraced>), sizeof(connection<>));
  EXPECT_LE(sizeof(connection<>), sizeof(connection<traced_policy>));
}

}  // namespace
}  // namespace sequent::test
