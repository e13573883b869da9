// The world, its choosers, its clock and the ladder diagram, tried with the toy transport.
#include "model/world/world.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "model/check/properties.hpp"
#include "model/check/scenarios.hpp"
#include "model/world/choice.hpp"
#include "model/world/ladder.hpp"
#include "model/world/run.hpp"
#include "tests/world/alternating_bit.hpp"

namespace {

using namespace sequent::model;
using sequent::toy::alternating_bit;
using sequent::toy::flaw;
using fine_world = world<alternating_bit<flaw::none>>;

scenario one_way() {
  scenario s;
  s.name = "toy";
  s.what = "three octets to the right, then both close";
  s.scripts[0].calls = {{call_kind::open_active}, {call_kind::write, 3}, {call_kind::shutdown}};
  s.scripts[1].calls = {{call_kind::open_passive}, {call_kind::shutdown}};
  for (script& todo : s.scripts) todo.reads = {{2, true}};
  return s;
}

const auto ask = [](const auto& w) { return judge(w); };

TEST(world, first_choices_lead_to_the_end) {
  const scenario s = one_way();
  fine_world w(s, {}, {});
  const run_result result = run_fairly(w, 200, ask);
  EXPECT_EQ(result.how, ending::finished) << result.why;
  EXPECT_EQ(w.user(side::right).taken(), 3u);
  EXPECT_TRUE(w.user(side::right).ended());
  EXPECT_TRUE(w.user(side::left).ended());
  EXPECT_EQ(w.now(), 0);
}

TEST(world, time_passes_to_the_earliest_deadline_and_is_dear_while_something_can_happen) {
  scenario s = one_way();
  s.scripts[0].calls = {{call_kind::open_active}, {call_kind::write, 1}, {call_kind::shutdown}};
  s.limit.losses = 1;
  fine_world w(s, {}, {});
  std::vector<move> moves;
  w.moves(moves);
  ASSERT_EQ(moves.front(), (move{move_kind::call, side::left, 0}));
  w.apply(moves.front());
  w.moves(moves);
  for (const move& m : moves) EXPECT_NE(m.kind, move_kind::time);
  w.apply({move_kind::lose, side::right, 0});
  EXPECT_EQ(w.budgets().losses, 0u);
  while (w.moves(moves), moves.front().kind != move_kind::time) w.apply(moves.front());
  EXPECT_EQ(moves.size(), 1u);
  EXPECT_TRUE(w.wire().idle());
  w.apply(moves.front());
  EXPECT_EQ(w.now(), alternating_bit<flaw::none>::patience);
  EXPECT_EQ(w.wire().toward(side::right).size(), 1u);
}

/// A toy whose octets can carry a mark of congestion, and whose other packets cannot.
struct markable : alternating_bit<flaw::none> {
  static bool mark(packet& p) { return p.what == packet::kind::octet; }
};

std::size_t count_of(const std::vector<move>& moves, move_kind kind) {
  return static_cast<std::size_t>(
      std::count_if(moves.begin(), moves.end(), [&](const move& m) { return m.kind == kind; }));
}

TEST(world, marks_are_a_choice_for_segments_that_can_carry_one) {
  scenario s = one_way();
  s.scripts[0].calls = {{call_kind::open_active}, {call_kind::write, 1}, {call_kind::shutdown}};
  std::vector<move> moves;
  const auto sent_one = [&](auto w) {
    while (w.moves(moves), w.wire().toward(side::right).empty()) w.apply(moves.front());
    return w;
  };
  static_cast<void>(sent_one(world<markable>(s, {}, {})));
  EXPECT_EQ(count_of(moves, move_kind::mark), 0u) << "none without a budget";
  s.limit.marks = 2;
  static_cast<void>(sent_one(fine_world(s, {}, {})));
  EXPECT_EQ(count_of(moves, move_kind::mark), 0u) << "none for a transport without marks";
  auto w = sent_one(world<markable>(s, {}, {}));
  EXPECT_EQ(count_of(moves, move_kind::mark), 1u);
  const digest before = w.state_digest();
  auto delivered = w;
  delivered.apply({move_kind::deliver, side::right, 0});
  w.apply({move_kind::mark, side::right, 0});
  EXPECT_EQ(w.budgets().marks, 1u);
  EXPECT_NE(w.state_digest(), before);
  EXPECT_NE(w.state_digest(), delivered.state_digest()) << "what is left of the budget is part of the state";
  w.moves(moves);
  EXPECT_EQ(count_of(moves, move_kind::mark), 0u) << "an answer carries none";
}

TEST(world, overtaking_can_be_bounded) {
  scenario s = one_way();
  s.limit.overtakings = 1;
  s.limit.early_timers = 3;
  std::vector<move> moves;
  const auto overtakers = [&](std::uint8_t reach) {
    s.limit.overtaking_reach = reach;
    fine_world w(s, {}, {});
    while (w.moves(moves), w.wire().toward(side::right).empty()) w.apply(moves.front());
    for (int i = 0; i < 3; ++i) w.apply({move_kind::time, side::left, 0});
    EXPECT_EQ(w.wire().toward(side::right).size(), 4u);
    w.moves(moves);
    return count_of(moves, move_kind::overtake);
  };
  EXPECT_EQ(overtakers(255), 3u);
  EXPECT_EQ(overtakers(1), 1u);
  EXPECT_EQ(overtakers(2), 2u);
  EXPECT_EQ(overtakers(0), 0u);
}

TEST(world, every_chooser_gives_the_same_run) {
  scenario s = one_way();
  s.limit.losses = 2;
  s.limit.duplicates = 2;
  s.limit.early_timers = 2;
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    fine_world drawn_world(s, {}, {});
    const auto draw = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
    draw_choice drawn(draw);
    const run_result first = run(drawn_world, drawn, 60, ask);
    ASSERT_TRUE(first.why.empty()) << first.why;

    fine_world replayed_world(s, {}, {});
    replay_choice replayed(first.choices);
    const run_result second = run(replayed_world, replayed, 1000, ask);
    EXPECT_FALSE(replayed.diverged());
    EXPECT_EQ(first.choices, second.choices);
    EXPECT_EQ(drawn_world.state_digest(), replayed_world.state_digest());

    fine_world fuzzed_world(s, {}, {});
    octet_choice octets(first.octets);
    const run_result third = run(fuzzed_world, octets, first.steps, ask);
    for (std::size_t i = 0; i < third.choices.size(); ++i) EXPECT_EQ(third.choices[i], first.choices[i]);
    EXPECT_TRUE(octets.exhausted());

    EXPECT_EQ(run_fairly(drawn_world, 200, ask).how, ending::finished);
  }
}

TEST(world, a_list_for_another_world_is_noticed) {
  const scenario s = one_way();
  fine_world w(s, {}, {});
  const std::vector<std::uint16_t> wild = {40};
  replay_choice replay(wild);
  static_cast<void>(run(w, replay, 10, ask));
  EXPECT_TRUE(replay.diverged());
  EXPECT_NE(ladder(fine_world(s, {}, {}), wild, ask).find("out of range"), std::string::npos);
}

TEST(world, a_full_wire_loses_and_says_so) {
  scenario s = one_way();
  s.limit.in_flight = 1;
  s.limit.early_timers = 1;
  fine_world w(s, {}, {});
  w.apply({move_kind::call, side::left, 0});
  EXPECT_FALSE(w.overflowed());
  w.apply({move_kind::time, side::left, 0});
  EXPECT_TRUE(w.overflowed());
  EXPECT_EQ(w.wire().toward(side::right).size(), 1u);
}

TEST(world, old_copies_and_forged_packets_arrive) {
  scenario s = one_way();
  s.limit.old_duplicates = 1;
  s.limit.injections = 1;
  const auto forge = [](const scenario&, side, const auto&, const auto&, std::vector<sequent::toy::packet>& out) {
    out.push_back({sequent::toy::packet::kind::octet, true, true, 1});
  };
  fine_world w(s, {}, {}, forge);
  w.apply({move_kind::call, side::left, 0});
  std::vector<move> moves;
  const auto has = [&](const move& wanted) {
    w.moves(moves);
    return std::find(moves.begin(), moves.end(), wanted) != moves.end();
  };
  EXPECT_TRUE(has({move_kind::inject, side::right, 0}));
  EXPECT_FALSE(has({move_kind::old, side::right, 0}));
  ASSERT_TRUE(has({move_kind::keep, side::right, 0}));
  w.apply({move_kind::keep, side::right, 0});
  EXPECT_TRUE(has({move_kind::old, side::right, 0}));
  w.apply({move_kind::old, side::right, 0});
  EXPECT_FALSE(has({move_kind::old, side::right, 0}));
  w.apply({move_kind::inject, side::left, 0});
  EXPECT_FALSE(has({move_kind::inject, side::left, 0}));
  EXPECT_EQ(w.violation(), "");
}

TEST(ladder, draws_a_failure_within_100_columns) {
  scenario s = one_way();
  s.limit.duplicates = 1;
  s.limit.losses = 1;
  const world<alternating_bit<flaw::ignores_bit>> start(s, {}, {});
  std::vector<std::uint16_t> choices;
  auto w = start;
  std::vector<move> moves;
  const move plan[] = {{move_kind::call, side::left},     {move_kind::lose, side::right},
                       {move_kind::call, side::left},     {move_kind::call, side::right},
                       {move_kind::deliver, side::left},  {move_kind::deliver, side::right},
                       {move_kind::time, side::left},     {move_kind::duplicate, side::right},
                       {move_kind::deliver, side::right}, {move_kind::read, side::right}};
  for (const move& wanted : plan) {
    w.moves(moves);
    const auto it = std::find(moves.begin(), moves.end(), wanted);
    ASSERT_NE(it, moves.end()) << show(wanted);
    choices.push_back(static_cast<std::uint16_t>(it - moves.begin()));
    w.apply(*it);
  }
  const std::string text = ladder(start, choices, ask);
  for (const char* part :
       {"LEFT", "RIGHT", "* write 3", "lost", "us pass", "duplicated", "* read", "==> ", "of the stream is"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
  for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) EXPECT_LE(text.find('\n', at) - at, 100u);
}

TEST(scenarios, are_well_formed_and_named_once) {
  std::set<std::string> names;
  for (const scenario& s : scenarios()) {
    EXPECT_TRUE(names.insert(s.name).second) << s.name;
    EXPECT_FALSE(s.what.empty()) << s.name;
    EXPECT_EQ(find_scenario(s.name), &s);
    for (const script& todo : s.scripts) ASSERT_FALSE(todo.calls.empty()) << s.name;
  }
  EXPECT_EQ(find_scenario("no-such-thing"), nullptr);
}

}  // namespace
