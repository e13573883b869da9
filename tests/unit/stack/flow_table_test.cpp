#include "sequent/stack/flow_table.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "sequent/wire/flow.hpp"

namespace flow_table_test {

using namespace sequent;

flow numbered(u32 i) {
  flow f;
  f.local = ip_address::from_v4({192, 0, 2, 1});
  f.remote = ip_address::from_v4(
      {10, static_cast<std::uint8_t>(i >> 16), static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i)});
  f.local_port = 443;
  f.remote_port = static_cast<std::uint16_t>(1'024 + i % 60'000);
  return f;
}

const auto name_of = [](u32 index) { return numbered(index); };

template <std::size_t Slots>
using inline_table = flow_table<flow, flow_hash, inline_slots<flow_slot, Slots>>;

// covers: demultiplexing
TEST(flow_table, finds_what_was_inserted_and_nothing_else) {
  inline_table<64> table({}, flow_hash({1, 2}));
  EXPECT_EQ(table.find(numbered(0), name_of), std::nullopt);
  EXPECT_EQ(table.most(), 48u);
  for (u32 i = 0; i != 48; ++i) ASSERT_TRUE(table.insert(numbered(i), i));
  EXPECT_FALSE(table.insert(numbered(48), 48)) << "full";
  EXPECT_EQ(table.size(), 48u);
  for (u32 i = 0; i != 48; ++i) EXPECT_EQ(table.find(numbered(i), name_of), i);
  for (u32 i = 48; i != 200; ++i) EXPECT_EQ(table.find(numbered(i), name_of), std::nullopt);
}

TEST(flow_table, erases) {
  inline_table<64> table({}, flow_hash({1, 2}));
  for (u32 i = 0; i != 48; ++i) ASSERT_TRUE(table.insert(numbered(i), i));
  for (u32 i = 0; i != 48; i += 2) {
    EXPECT_TRUE(table.erase(numbered(i), i));
    EXPECT_FALSE(table.erase(numbered(i), i)) << "once only";
  }
  for (u32 i = 0; i != 48; ++i) EXPECT_EQ(table.find(numbered(i), name_of).has_value(), i % 2 == 1);
  table.clear();
  EXPECT_EQ(table.size(), 0u);
  EXPECT_EQ(table.find(numbered(1), name_of), std::nullopt);
}

TEST(flow_table, a_tag_computed_early_serves_every_call) {
  inline_table<64> table({}, flow_hash({1, 2}));
  const u32 tag = table.tag_of(numbered(5));
  table.prefetch(tag);
  EXPECT_EQ(table.candidate(tag), std::nullopt);
  ASSERT_TRUE(table.insert_tag(tag, 5));
  EXPECT_EQ(table.candidate(tag), 5u);
  EXPECT_EQ(table.find(tag, numbered(5), name_of), 5u);
  EXPECT_TRUE(table.erase_tag(tag, 5));
}

TEST(flow_table, a_table_without_slots_holds_nothing) {
  flow_table<flow, flow_hash> none;
  EXPECT_EQ(none.most(), 0u);
  none.prefetch(0);
  EXPECT_FALSE(none.insert(numbered(0), 0));
  EXPECT_FALSE(none.erase(numbered(0), 0));
  EXPECT_EQ(none.find(numbered(0), name_of), std::nullopt);
  EXPECT_EQ(none.candidate(7), std::nullopt);
}

struct constant_hash {
  std::uint64_t operator()(u32) const { return 200; }
};

// Whatever an attacker who knows the hash does, find looks at a bounded number of slots.
TEST(flow_table, refuses_what_would_come_too_far_from_home) {
  flow_table<u32, constant_hash, inline_slots<flow_slot, 256>> table({}, {});
  constexpr u32 most = table.longest_probe + 1;
  for (u32 i = 0; i != most; ++i) ASSERT_TRUE(table.insert(i, i));
  EXPECT_FALSE(table.insert(most, most));
  EXPECT_EQ(table.size(), most);
  EXPECT_EQ(table.furthest(), table.longest_probe);
  std::size_t compared = 0;
  EXPECT_EQ(table.find(most, [&](u32 i) { return ++compared, i; }), std::nullopt);
  EXPECT_EQ(compared, most);
  EXPECT_TRUE(table.erase(7, 7));
  EXPECT_TRUE(table.insert(most, most)) << "there is room again";
}

// What an insertion would push too far counts as well, not only what is inserted.
TEST(flow_table, refuses_what_would_push_another_too_far_from_home) {
  struct given_hash {
    std::uint64_t operator()(u32 key) const { return key; }
  };
  flow_table<u32, given_hash, inline_slots<flow_slot, 256>> table({}, {});
  for (u32 i = 0; i != 129; ++i) ASSERT_TRUE(table.insert_tag(10, i));
  // At home in slot 5, to which only the free slots before slot 10 are nearer.
  for (u32 i = 0; i != 5; ++i) ASSERT_TRUE(table.insert_tag(5, 200 + i));
  EXPECT_FALSE(table.insert_tag(5, 205));
  EXPECT_EQ(table.furthest(), 128u);
  EXPECT_EQ(table.size(), 134u);
}

TEST(flow_table, at_three_quarters_nothing_is_far_from_home) {
  std::vector<flow_slot> slots(1u << 17);
  flow_table<flow, flow_hash> table(span_slots<flow_slot>(slots), flow_hash({3, 4}));
  for (u32 i = 0; i != table.most(); ++i) ASSERT_TRUE(table.insert(numbered(i), i));
  EXPECT_LE(table.furthest(), 32u);
  for (u32 i = 0; i != table.most(); ++i) ASSERT_EQ(table.find(numbered(i), name_of), i);
}

// Half full, as a stack's table is at most: what an attacker without the key can bring about.
TEST(flow_table, at_one_half_the_furthest_is_ten_from_home) {
  for (std::uint64_t key = 1; key != 9; ++key) {
    std::vector<flow_slot> slots(1u << 16);
    flow_table<flow, flow_hash> table(span_slots<flow_slot>(slots), flow_hash({key, key + 1}));
    for (u32 i = 0; i != slots.size() / 2; ++i) ASSERT_TRUE(table.insert(numbered(i), i));
    EXPECT_LE(table.furthest(), 10u) << key;
  }
}

}  // namespace flow_table_test
