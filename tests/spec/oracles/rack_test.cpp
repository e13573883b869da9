// RACK and its loss probe beside traces worked by hand: RFC 8985 sections 3.4, 3.5, 6.2 and 9.1.
#include "model/spec/oracles/rack.hpp"

#include <gtest/gtest.h>

#include "model/spec/oracles/probe.hpp"

namespace sequent::spec {
namespace oracle_rack_test {

constexpr position mss = 1000;
constexpr microseconds rtt = 100'000;

octet_range number(position i) { return {i * mss, (i + 1) * mss}; }
const octet_ranges nothing{};

rack_acknowledgment told(position ack, std::vector<octet_range> blocks, bool in_recovery = false) {
  rack_acknowledgment a;
  a.ack = ack;
  a.blocks = std::move(blocks);
  a.min_rtt = a.srtt = rtt;
  a.in_recovery = in_recovery;
  return a;
}

rack_oracle flight_of(int segments, microseconds apart = 0, rack_parameters given = {}) {
  given.smss = mss;
  given.first = 0;
  rack_oracle rack(given);
  for (position i = 0; i < segments; ++i) rack.sent(i * mss, (i + 1) * mss, i * apart);
  return rack;
}

// covers: rfc8985#3.4, rfc8985#6.2
TEST(RackOracle, FigureOne) {
  rack_oracle rack = flight_of(4);
  rack.acknowledged(told(mss, {}), rtt);
  EXPECT_EQ(rack.may_be_lost(rtt), nothing);
  const microseconds probe = 3 * rtt;
  rack.sent(3 * mss, 4 * mss, probe);
  EXPECT_EQ(rack.pipe(probe).high, 4 * mss) << "P3 may count twice";
  rack.acknowledged(told(mss, {number(3)}, true), 4 * rtt);
  EXPECT_EQ(rack.must_be_lost(), (octet_ranges{{mss, 3 * mss}})) << "event 5b";
  rack.claims_lost({{mss, 3 * mss}}, 4 * rtt);
  rack.sent(mss, 2 * mss, 4 * rtt);
  rack.sent(2 * mss, 3 * mss, 4 * rtt + 10);
  EXPECT_EQ(rack.must_be_lost(), nothing);
  rack.acknowledged(told(mss, {{2 * mss, 4 * mss}}, true), 5 * rtt + 10);
  EXPECT_EQ(rack.must_be_lost(), (octet_ranges{number(1)})) << "event 7a: the retransmission was lost";
  rack.claims_lost({number(1)}, 5 * rtt + 10);
  EXPECT_EQ(rack.violation(), "");
}

TEST(RackOracle, TheDuplicateThresholdClosesTheWindow) {
  rack_oracle rack = flight_of(6);
  rack.acknowledged(told(0, {{mss, 3 * mss}}), rtt);
  EXPECT_EQ(rack.window(), (permitted_span{rtt / 4, rtt / 4}));
  EXPECT_EQ(rack.must_be_lost(), nothing) << "two SACKed segments: the reordering window is open";
  EXPECT_TRUE(rack.timer_needed());
  EXPECT_EQ(rack.may_be_lost(rtt + rtt / 4 - 1), nothing);
  EXPECT_EQ(rack.may_be_lost(rtt + rtt / 4), (octet_ranges{number(0)}));
  EXPECT_EQ(rack.timer(), (permitted_span{rtt + rtt / 4, rtt + rtt / 4}));
  rack.acknowledged(told(0, {{mss, 4 * mss}}), rtt);
  EXPECT_EQ(rack.window(), (permitted_span{0, 0}));
  EXPECT_EQ(rack.must_be_lost(), (octet_ranges{number(0)}));
}

TEST(RackOracle, TheTimerMarksWhatNoAcknowledgmentDoes) {
  rack_oracle rack = flight_of(3);
  rack.acknowledged(told(0, {number(2)}), rtt);
  rack.claims_timer(rtt + rtt / 4);
  rack.claims_lost({}, rtt + rtt / 4 - 1);
  rack.timer_expired(rtt + rtt / 4);
  rack.claims_lost({{0, 2 * mss}}, rtt + rtt / 4);
  EXPECT_EQ(rack.violation(), "");

  rack_oracle late = flight_of(3);
  late.acknowledged(told(0, {number(2)}), rtt);
  late.claims_timer(rtt + rtt / 4 + 1);
  EXPECT_NE(late.violation(), "");
  rack_oracle absent = flight_of(3);
  absent.acknowledged(told(0, {number(2)}), rtt);
  absent.claims_timer(std::nullopt);
  EXPECT_NE(absent.violation(), "");
}

// covers: rfc8985#6.2
TEST(RackOracle, ReorderingOpensTheWindowAgain) {
  rack_oracle rack = flight_of(8);
  rack.acknowledged(told(0, {number(1)}), rtt);
  rack.acknowledged(told(2 * mss, {}), rtt + 10);
  EXPECT_TRUE(rack.reordering_certain());
  rack.acknowledged(told(2 * mss, {{4 * mss, 7 * mss}}, true), rtt + 20);
  EXPECT_EQ(rack.window(), (permitted_span{rtt / 4, rtt / 4})) << "neither the threshold nor recovery closes it now";
  EXPECT_EQ(rack.must_be_lost(), nothing);
}

TEST(RackOracle, DuplicateReportsWidenTheWindowOnceARound) {
  rack_oracle rack = flight_of(8);
  auto with_report = [](position ack) {
    auto a = told(ack, {});
    a.duplicate_reported = true;
    a.srtt = 10 * rtt;
    return a;
  };
  rack.acknowledged(with_report(mss), rtt);
  rack.acknowledged(with_report(2 * mss), rtt);
  EXPECT_EQ(rack.multiplier(), 2) << "one for the round";
  EXPECT_EQ(rack.window(), (permitted_span{rtt / 2, rtt / 2}));
  rack.acknowledged(with_report(8 * mss), rtt);
  EXPECT_EQ(rack.multiplier(), 3);
  auto end = told(8 * mss, {});
  end.ends_recovery = true;
  for (int i = 0; i < 15; ++i) rack.acknowledged(end, 2 * rtt);
  EXPECT_EQ(rack.multiplier(), 3);
  rack.acknowledged(end, 2 * rtt);
  EXPECT_EQ(rack.multiplier(), 1) << "sixteen recoveries without";
  for (int i = 0; i < 3; ++i) {
    rack.sent((8 + i) * mss, (9 + i) * mss, 3 * rtt);
    rack.acknowledged(with_report((9 + i) * mss), 4 * rtt);
  }
  auto capped = told(11 * mss, {});
  capped.srtt = rtt / 2;
  rack.acknowledged(capped, 4 * rtt);
  EXPECT_EQ(rack.window().high, rtt / 2) << "never more than SRTT";
}

TEST(RackOracle, ASpuriousRetransmissionSaysNothing) {
  rack_oracle rack = flight_of(2);
  rack.acknowledged(told(mss, {}), rtt);
  rack.sent(2 * mss, 3 * mss, rtt + 1'000);
  rack.timed_out(rtt + 2'000);
  rack.sent(mss, 2 * mss, rtt + 2'000);
  rack.acknowledged(told(2 * mss, {}, true), rtt + 7'000);
  EXPECT_EQ(rack.rtt(), (permitted_span{rtt, rtt})) << "5 ms after the retransmission cannot be its round trip";

  rack_oracle stamped = flight_of(2);
  stamped.acknowledged(told(mss, {}), rtt);
  stamped.timed_out(rtt);
  stamped.sent(mss, 2 * mss, 10 * rtt);
  auto old = told(2 * mss, {}, true);
  old.echoed = 0;
  stamped.acknowledged(old, 12 * rtt);
  EXPECT_EQ(stamped.rtt(), (permitted_span{rtt, rtt})) << "the first transmission is echoed";
}

// covers: rfc8985#3.5, rfc8985#6.3
TEST(RackOracle, ATimeoutMarksTheFirstAndTheOld) {
  rack_parameters given;
  given.smss = mss;
  given.first = 0;
  rack_oracle rack(given);
  rack.sent(0, mss, 0);
  rack.acknowledged(told(mss, {}), rtt);
  rack.sent(mss, 2 * mss, rtt);
  rack.sent(2 * mss, 4 * mss, rtt + 950'000);
  rack.timed_out(rtt + 1'000'000);
  rack.claims_lost({number(1)}, rtt + 1'000'000);
  EXPECT_EQ(rack.violation(), "");
  rack.claims_lost({{mss, 4 * mss}}, rtt + 1'000'000);
  EXPECT_NE(rack.violation(), "") << "two were sent only just now";
}

TEST(RackOracle, ALostRetransmissionIsFound) {
  // Section 9.1 example 2: P1 and P2 are lost, then R1 again. Each is sent a reordering window after the one before.
  constexpr microseconds apart = 30'000;
  rack_oracle rack = flight_of(3, apart);
  const microseconds arrival = 2 * apart + rtt;
  rack.acknowledged(told(0, {number(2)}, true), arrival);
  EXPECT_EQ(rack.must_be_lost(), (octet_ranges{{0, 2 * mss}}));
  rack.sent(0, mss, arrival);
  rack.sent(mss, 2 * mss, arrival + 10);
  rack.acknowledged(told(0, {{mss, 3 * mss}}, true), arrival + 10 + rtt);
  EXPECT_EQ(rack.must_be_lost(), (octet_ranges{number(0)})) << "in recovery the window is closed";
}

TEST(RackOracle, RefusesEarlyAndMissingMarks) {
  rack_oracle circular = flight_of(3);
  circular.acknowledged(told(0, {number(2)}, true), rtt);
  circular.claims_lost({{0, 2 * mss}}, rtt);
  EXPECT_NE(circular.violation(), "") << "the recovery that begins with a mark is no reason for it";

  rack_oracle early = flight_of(3, 1'000);
  early.acknowledged(told(0, {number(2)}), rtt + 2'000);
  early.claims_lost({{0, 2 * mss}}, rtt + 2'000);
  EXPECT_NE(early.violation(), "") << "the reordering window has not passed";

  rack_oracle missing = flight_of(4);
  missing.acknowledged(told(0, {{mss, 4 * mss}}), rtt);
  missing.claims_lost({}, rtt);
  EXPECT_NE(missing.violation(), "");

  rack_oracle later = flight_of(4, 1'000);
  later.acknowledged(told(0, {number(1)}), 2 * rtt);
  later.claims_lost({number(2)}, 10 * rtt);
  EXPECT_NE(later.violation(), "") << "nothing that was sent after it has arrived";

  rack_oracle pipe = flight_of(4);
  pipe.acknowledged(told(0, {{mss, 4 * mss}}), rtt);
  pipe.claims_pipe(0, rtt);
  EXPECT_EQ(pipe.violation(), "");
  pipe.claims_pipe(mss, rtt);
  EXPECT_NE(pipe.violation(), "");

  rack_oracle hasty = flight_of(4);
  auto shorter = told(mss, {});
  shorter.min_rtt = rtt / 2;
  hasty.acknowledged(shorter, rtt);
  EXPECT_NE(hasty.violation(), "") << "no such round trip was seen";
}

TEST(RackOracle, CoalescedTimesMayMarkLater) {
  rack_oracle rack = flight_of(3, 100, {.late = 500, .coalesces = true});
  rack.recovery(true);
  rack.acknowledged(told(0, {number(2)}, true), rtt + 200);
  rack.claims_lost({}, rtt + 200);
  EXPECT_EQ(rack.violation(), "") << "one time for all three: none was sent after another";
  rack.claims_lost({{0, 2 * mss}}, rtt + 200);
  EXPECT_EQ(rack.violation(), "");
}

probe_acknowledgment covering(position ack) {
  probe_acknowledgment a;
  a.ack = ack;
  a.sampled = true;
  a.srtt = rtt;
  return a;
}

probe_oracle probing(position segments, microseconds delay = 0) {
  probe_oracle probe({.smss = mss, .first = 0, .most_delay = delay});
  probe.measured(rtt);
  for (position i = 0; i < segments; ++i) probe.sent(i * mss, (i + 1) * mss, i);
  return probe;
}

constexpr microseconds far = 100 * rtt;

// covers: rfc8985#7.2, rfc8985#7.3
TEST(ProbeOracle, TwoRoundTripsAndPerhapsADelay) {
  probe_oracle probe = probing(3);
  EXPECT_EQ(probe.due(far), (permitted_span{2 * rtt, 2 * rtt + 2})) << "from any of the three";
  probe.acknowledged(covering(mss), rtt);
  EXPECT_EQ(probe.due(far), (permitted_span{3 * rtt, 3 * rtt}));
  EXPECT_EQ(probe.due(2 * rtt), (permitted_span{2 * rtt, 2 * rtt})) << "not after the retransmission timer";
  probe.claims_timer(3 * rtt, far);
  probe.probed(2 * mss, 3 * mss, 3 * rtt, far);
  EXPECT_EQ(probe.due(far), std::nullopt) << "the retransmission timer runs";
  EXPECT_EQ(probe.violation(), "");

  probe_oracle one = probing(1, 25'000);
  EXPECT_EQ(one.due(far), (permitted_span{2 * rtt, 2 * rtt + 25'000}));
  probe_oracle unknown({.smss = mss, .first = 0});
  unknown.sent(0, mss, 0);
  EXPECT_EQ(unknown.due(far), (permitted_span{1'000'000, 1'000'000}));
}

// covers: rfc8985#7.4.2
TEST(ProbeOracle, TellsARepairFromADuplicate) {
  auto after = [](const probe_acknowledgment& a, bool fresh = false) {
    probe_oracle probe = probing(2);
    if (fresh) {
      probe.probed(2 * mss, 3 * mss, 2 * rtt, far);
    } else {
      probe.probed(mss, 2 * mss, 2 * rtt, far);
    }
    probe.sent(3 * mss - (fresh ? 0 : mss), 4 * mss, 2 * rtt);
    EXPECT_EQ(probe.fate(), probe_fate::in_flight);
    probe.acknowledged(a, 3 * rtt);
    EXPECT_EQ(probe.violation(), "");
    return probe.fate();
  };
  EXPECT_EQ(after(covering(2 * mss)), probe_fate::in_flight) << "the original or the probe: not known yet";
  EXPECT_EQ(after(covering(3 * mss)), probe_fate::repaired);
  EXPECT_EQ(after(covering(3 * mss), true), probe_fate::harmless);
  auto reported = covering(2 * mss);
  reported.duplicate_report = number(1);
  EXPECT_EQ(after(reported), probe_fate::harmless);
  auto again = covering(2 * mss);
  again.duplicate = true;
  EXPECT_EQ(after(again), probe_fate::harmless);
  auto recovering = covering(mss);
  recovering.in_recovery = true;
  EXPECT_EQ(after(recovering), probe_fate::none);
}

TEST(ProbeOracle, RefusesWrongProbes) {
  auto wrong = [](auto&& feed) {
    probe_oracle probe = probing(3);
    feed(probe);
    return !probe.violation().empty();
  };
  EXPECT_FALSE(wrong([](probe_oracle& p) { p.probed(2 * mss, 3 * mss, 2 * rtt, far); }));
  EXPECT_FALSE(wrong([](probe_oracle& p) { p.probed(3 * mss, 4 * mss, 2 * rtt, far); }));
  EXPECT_TRUE(wrong([](probe_oracle& p) { p.probed(2 * mss, 3 * mss, 2 * rtt - 1, far); })) << "early";
  EXPECT_TRUE(wrong([](probe_oracle& p) { p.probed(mss, 2 * mss, 2 * rtt, far); })) << "not the last";
  EXPECT_TRUE(wrong([](probe_oracle& p) { p.probed(3 * mss, 5 * mss, 2 * rtt, far); })) << "two segments";
  EXPECT_TRUE(wrong([](probe_oracle& p) {
    p.probed(2 * mss, 3 * mss, 2 * rtt, far);
    p.probed(2 * mss, 3 * mss, 4 * rtt, far);
  })) << "two at once";
  EXPECT_TRUE(wrong([](probe_oracle& p) {
    p.probed(3 * mss, 4 * mss, 2 * rtt, far);
    auto a = covering(4 * mss);
    a.sampled = false;
    p.acknowledged(a, 3 * rtt);
    p.sent(4 * mss, 5 * mss, 3 * rtt);
    p.probed(4 * mss, 5 * mss, 5 * rtt, far);
  })) << "no round trip measured since";
  EXPECT_TRUE(wrong([](probe_oracle& p) {
    auto a = covering(mss);
    a.sacked_outstanding = true;
    p.acknowledged(a, rtt);
    p.probed(2 * mss, 3 * mss, 5 * rtt, far);
  })) << "SACK information is at hand";
  EXPECT_TRUE(wrong([](probe_oracle& p) { p.claims_timer(3 * rtt, far); })) << "too late";
  EXPECT_TRUE(wrong([](probe_oracle& p) { p.timed_out(); })) << "a timeout where a probe comes first";
  EXPECT_FALSE(wrong([](probe_oracle& p) {
    p.probed(2 * mss, 3 * mss, 2 * rtt, far);
    p.sent(3 * mss, 4 * mss, 2 * rtt);
    p.timed_out();
  })) << "no second probe may go";
  EXPECT_FALSE(wrong([](probe_oracle& p) {
    p.fired(rtt, rtt);  // at the time of the timeout, which is another when the probe goes
    p.probed(2 * mss, 3 * mss, rtt, far);
    p.claims_timeout(far, far - rtt, rtt);
  }));
  EXPECT_TRUE(wrong([](probe_oracle& p) {
    p.fired(rtt, far);
    p.probed(2 * mss, 3 * mss, rtt, far);
  })) << "fired too early";
  EXPECT_TRUE(wrong([](probe_oracle& p) { p.claims_timeout(far, far, rtt); })) << "the timer goes on as it was";
}

}  // namespace oracle_rack_test
}  // namespace sequent::spec
