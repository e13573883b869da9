// The specification against itself: by its rules alone both ends talk, close and finish, in every small scenario.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "model/check/explorer.hpp"
#include "model/check/scenarios.hpp"
#include "model/world/ladder.hpp"
#include "model/world/spec_endpoint.hpp"
#include "model/world/world.hpp"

namespace {

using namespace sequent::model;
using spec_world = world<spec_endpoint>;

static_assert(endpoint<spec_endpoint>);

/// What an off-path attacker may forge, in positions.
void forge(const scenario& setting, side, const spec_endpoint& victim, const spec_endpoint&,
           std::vector<spec_packet>& out) {
  const auto& s = victim.state();
  if (!sequent::spec::synchronized(s)) return;
  const auto add = [&](std::uint32_t kind, spec_packet p) {
    if ((setting.attacks & kind) != 0) out.push_back(p);
  };
  spec_packet p;
  p.wnd = 7;
  p.rst = true;
  p.seq = s.rcv_nxt;
  add(attack_reset_exact, p);
  p.seq = s.rcv_nxt + 1;
  if (s.rcv_wnd > 1) add(attack_reset, p);
  p.rst = false;
  p.syn = true;
  add(attack_syn, p);
  p.syn = false;
  p.has_ack = true;
  p.seq = s.rcv_nxt;
  p.ack = s.snd_nxt + 1;
  add(attack_ack, p);
  p.ack = s.snd_una - s.snd_max_wnd - 1;
  add(attack_ack, p);
  p.text_length = 1;
  p.text[0] = 0xEE;
  add(attack_data, p);
}

spec_world build(const scenario& setting, bool left_last, bool right_last) {
  spec_settings settings;
  settings.receive_buffer = setting.receive_buffer;
  settings.send_buffer = setting.send_buffer;
  settings.segment_size = setting.segment_size;
  settings.keep_alive = setting.keep_alives;
  spec_settings right = settings;
  settings.last_outcome = left_last;
  right.last_outcome = right_last;
  return spec_world(setting, spec_endpoint(settings), spec_endpoint(right), &forge);
}

void expect_holds(bool left_last, bool right_last) {
  const std::atomic<bool> never{false};
  for (const scenario& setting : scenarios()) {
    // Positions never wrap here, and its segments carry no timestamps.
    if (setting.name.find(".small") == std::string::npos || setting.name.find("wrap") == 0 || setting.timestamps)
      continue;
    // The rules permit giving up a FIN-WAIT-2 that nobody reads (C37); these ends never do it of their own accord.
    if (setting.name == "close-reclaimed.small") continue;
    const spec_world start = build(setting, left_last, right_last);
    const exploration found = explore(start, {}, never);
    EXPECT_EQ(found.verdict, exploration_verdict::holds)
        << setting.name << found.stopped << "\n"
        << ladder(start, found.counterexample, [](const auto& w) { return judge(w); }) << found.why;
    EXPECT_GT(found.finished, 0u) << setting.name;
    EXPECT_EQ(found.bounded_out, 0u) << setting.name;
  }
}

TEST(spec_world, holds_with_the_first_permitted_outcomes) { expect_holds(false, false); }

TEST(spec_world, holds_with_the_last_permitted_outcomes) { expect_holds(true, true); }

TEST(spec_world, holds_between_the_two) { expect_holds(false, true); }

TEST(spec_world, a_silent_abort_strands_a_peer_without_keep_alive) {
  const std::atomic<bool> never{false};
  scenario setting = *find_scenario("abort-right.small");
  setting.keep_alives = false;
  const exploration found = explore(build(setting, false, false), {}, never);
  EXPECT_EQ(found.verdict, exploration_verdict::violated);
  EXPECT_NE(found.why.find("deadlock"), std::string::npos) << found.why;
}

TEST(spec_world, a_reset_without_permission_is_reported) {
  const std::atomic<bool> never{false};
  scenario setting = *find_scenario("attacker-reset-exact.small");
  setting.may_abort = false;
  const exploration found = explore(build(setting, false, false), {}, never);
  EXPECT_EQ(found.verdict, exploration_verdict::violated);
  EXPECT_NE(found.why.find("CAUSE"), std::string::npos) << found.why;
}

}  // namespace
