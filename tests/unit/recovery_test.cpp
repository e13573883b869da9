#include "sequent/recovery.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace recovery_test {

using namespace sequent;
using number = sequence_number<u32>;

/// A window that does not move, and remembers what it was told.
struct listening_congestion {
  std::vector<bool> full{};
  [[nodiscard]] u32 window() const noexcept { return 4'000; }
  [[nodiscard]] u32 threshold() const noexcept { return 4'000; }
  void set_window(u32) noexcept {}
  void set_threshold(u32) noexcept {}
  void on_congestion(u32, u32, instant) noexcept { ++reductions; }
  void leave_recovery() noexcept {}
  void undo(u32) noexcept {}
  [[nodiscard]] static u32 initial_window(u32 mss) noexcept { return 10 * mss; }
  void on_ack(const congestion::progress& p) { full.push_back(p.window_was_full); }
  int reductions = 0;
};

class recovery : public testing::Test {
 public:
  recovery() { loss.start(first); }
  void send(u32 octets) {
    nxt = nxt + octets;
    loss.sent(nxt, now, duration::milliseconds(100));
  }
  void acknowledge(u32 octets) {
    una = una + octets;
    acknowledgment ack;
    ack.una = ack.ack = una;
    ack.nxt = nxt;
    ack.acked = octets;
    ack.sack = true;
    ack.blocks = &none;
    ack.smoothed = duration::milliseconds(100);
    ack.mss = 1'000;
    ack.now = now;
    duration again;
    (void)loss.on_ack(ack, congestion, again);
  }

  const number first{0xffff'f000u};
  number una = first;
  number nxt = first;
  instant now = instant::from_microseconds(1'000'000);
  sack_blocks<u32> none{};
  loss_recovery<8> loss{};
  listening_congestion congestion{};
};

// covers: rfc7661#4.3 rfc9438#5.8
TEST_F(recovery, a_window_that_was_filled_counts_for_all_that_was_sent_in_it) {
  send(4'000);
  acknowledge(1'000);
  acknowledge(1'000);
  acknowledge(1'000);
  acknowledge(1'000);
  EXPECT_EQ(congestion.full, (std::vector<bool>{true, true, true, true}));
}

TEST_F(recovery, a_window_that_is_never_filled_does_not_count) {
  send(2'000);
  acknowledge(1'000);
  send(1'000);
  acknowledge(1'000);
  acknowledge(1'000);
  EXPECT_EQ(congestion.full, (std::vector<bool>{false, false, false}));
}

TEST_F(recovery, what_is_sent_after_a_full_window_counts_for_itself) {
  send(4'000);
  acknowledge(4'000);
  send(1'000);
  acknowledge(1'000);
  EXPECT_EQ(congestion.full, (std::vector<bool>{true, false}));
}

// Found by the property recovery-rack: the recovery was over, and the loss was left to a probe.
// covers: rfc8985#6.2
TEST_F(recovery, what_was_sent_again_tells_of_what_it_overtook_after_the_recovery_too) {
  send(1'000);
  now = now + duration::milliseconds(100);
  acknowledge(1'000);  // a round trip is known
  send(1'000);
  now = now + duration::milliseconds(50);
  send(1'000);
  now = now + duration::milliseconds(50);
  loss.sent_again(una, una + 1'000u, now, number(0));
  now = now + duration::milliseconds(100);
  acknowledge(1'000);
  EXPECT_EQ(loss.phase(), recovery_phase::recovery);
  EXPECT_EQ(congestion.reductions, 1);
}

}  // namespace recovery_test
