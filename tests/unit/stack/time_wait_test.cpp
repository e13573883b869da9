#include "sequent/stack/time_wait.hpp"

#include <gtest/gtest.h>

#include <random>

#include "tests/support/blocks.hpp"

namespace sequent::test {
namespace time_wait_test {

control_block<u32> waiting(bool timestamps) {
  control_block<u32> tcb = block_in(connection_state::time_wait, {0xffff'fff0u, 0x7fff'ffffu});
  tcb.rcv.wnd = 5'000;
  tcb.rcv.shift = 3;
  tcb.snd.max_wnd = 70'000;
  tcb.ts.last_ack_sent = tcb.rcv.nxt;
  tcb.ts.enabled = timestamps;
  if (timestamps) tcb.ts.recent = sequence_number<u32>(100);
  tcb.challenges.limit = 4;
  return tcb;
}

// Segments near everything that a block in TIME-WAIT compares with.
packet drawn(std::mt19937& source, const control_block<u32>& tcb) {
  const auto random = [&source] { return static_cast<u32>(source()); };
  const auto near = [&](u32 where) { return where + random() % 11 - 5; };
  const u32 seqs[] = {tcb.rcv.nxt.wire(), tcb.rcv.nxt.wire() + tcb.rcv.wnd, tcb.rcv.nxt.wire() - 1'000};
  const u32 acks[] = {tcb.snd.nxt.wire(), tcb.snd.nxt.wire() - tcb.snd.max_wnd, 77};
  packet p = at(near(seqs[random() % 3]));
  p.header.control = control_bits<u32>(random() & 0x3fu);
  p.header.ack = sequence_number<u32>(near(acks[random() % 3]));
  p.header.up = random() % 100;
  if (random() % 3 == 0) p.length_only(random() % 2'000);
  if (random() % 4 != 0) p.ts(near(100), 5);
  return p;
}

// What is left out of the record makes no difference, whatever arrives.
// covers: time-wait-records
TEST(time_wait, behaves_as_the_block_that_was_recorded) {
  std::mt19937 random(1);
  for (int run = 0; run != 2'000; ++run) {
    control_block<u32> whole = waiting(run % 2 == 0);
    control_block<u32> small = expand(compress_time_wait(whole));
    instant now = instant{} + duration::seconds(run % 7);
    for (int i = 0; i != 20; ++i) {
      const packet p = drawn(random, whole);
      now = now + duration::milliseconds(static_cast<std::int64_t>(random() % 300));
      const surroundings<u32> around{now, sequence_number<u32>(9)};
      const auto one = step(whole, p.header, around);
      const auto other = step(small, p.header, around);
      ASSERT_EQ(one, other) << p.bits() << ' ' << p.seq();
      ASSERT_EQ(compress_time_wait(whole), compress_time_wait(small));
      small = expand(compress_time_wait(small));
    }
  }
}

TEST(time_wait, iss_of_what_follows_lies_beyond_everything_old) {
  time_wait<u32> old;
  for (const u32 nxt : {0u, 1'000u, 0xffff'ff00u, 0x7fff'ffffu}) {
    old.snd_nxt = sequence_number<u32>(nxt);
    for (const u32 offset : {0u, 1u, 1'000'000u}) {
      EXPECT_EQ(iss_after(old, old.snd_nxt + offset), old.snd_nxt + offset);
    }
    for (const u32 offset : {1u, 1'000u, 0x7000'0000u}) {
      const auto iss = iss_after(old, old.snd_nxt - offset);
      EXPECT_TRUE(before(old.snd_nxt, iss));
      EXPECT_LE(iss - old.snd_nxt, 0x10000u);
    }
  }
}

TEST(time_wait, is_small) { EXPECT_LE(sizeof(time_wait<u32>), 48u); }

}  // namespace time_wait_test
}  // namespace sequent::test
