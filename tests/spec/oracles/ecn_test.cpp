// ECN beside the rules and the sequence of events of RFC 3168 section 6.1.
#include "model/spec/oracles/ecn.hpp"

#include <gtest/gtest.h>

namespace sequent::spec {
namespace oracle_ecn_test {

ecn_segment syn(bool ece, bool cwr, bool ack = false) {
  return {.syn = true, .ack = ack, .ece = ece, .cwr = cwr, .last = 1};
}

ecn_segment text(position first, ecn_field field = ecn_field::ect_0) {
  return {.ack = true, .field = field, .first = first, .last = first + 100};
}

ecn_segment ack(position acknowledges, bool ece = false) {
  return {.ack = true, .ece = ece, .acknowledges = acknowledges};
}

/// The active end after an ECN-setup handshake.
ecn_oracle agreed() {
  ecn_oracle end;
  end.sent(syn(true, true));
  end.received(syn(true, false, true));
  return end;
}

ecn_segment with_cwr(ecn_segment seg) {
  seg.cwr = true;
  return seg;
}

// covers: rfc3168#6.1.1
TEST(EcnOracle, Negotiation) {
  EXPECT_TRUE(agreed().usable());
  ecn_oracle passive;
  passive.received(syn(true, true));
  passive.sent(syn(true, false, true));
  EXPECT_TRUE(passive.usable());
  EXPECT_EQ(passive.violation(), "");

  ecn_oracle reflected;
  reflected.sent(syn(true, true));
  reflected.received(syn(true, true, true));
  EXPECT_FALSE(reflected.usable()) << "a peer that echoes the reserved bits is no ECN peer";

  ecn_oracle gave_up = agreed();
  gave_up.sent(syn(false, false));
  EXPECT_FALSE(gave_up.usable());
  EXPECT_TRUE(gave_up.obliged()) << "as a receiver it is still bound";

  ecn_oracle uninvited;
  uninvited.received(syn(false, false));
  uninvited.sent(syn(true, false, true));
  EXPECT_NE(uninvited.violation(), "");
  ecn_oracle half;
  half.sent(syn(true, false));
  EXPECT_NE(half.violation(), "");
  ecn_oracle both;
  both.received(syn(true, true));
  both.sent(syn(true, true, true));
  EXPECT_NE(both.violation(), "");
}

// covers: rfc3168#6.1.2, rfc3168#6.1.4, rfc3168#6.1.5, rfc3168#6.1.6
TEST(EcnOracle, WhereEctMayStand) {
  const auto wrong = [](ecn_oracle end, const ecn_segment& seg) {
    end.sent(seg);
    return !end.violation().empty();
  };
  EXPECT_FALSE(wrong(agreed(), text(1)));
  EXPECT_FALSE(wrong(agreed(), text(1, ecn_field::not_ect))) << "no duty to set it";
  EXPECT_TRUE(wrong(agreed(), text(1, ecn_field::ce)));
  EXPECT_TRUE(wrong(ecn_oracle(), text(1))) << "not agreed";
  ecn_oracle once = agreed();
  once.sent(text(1));
  EXPECT_TRUE(wrong(once, text(1))) << "a retransmission";
  auto pure = ack(1);
  pure.field = ecn_field::ect_0;
  EXPECT_TRUE(wrong(agreed(), pure));
  auto probe = text(1);
  probe.window_probe = true;
  EXPECT_TRUE(wrong(agreed(), probe));
  auto marked = syn(true, true);
  marked.field = ecn_field::ect_0;
  EXPECT_TRUE(wrong(ecn_oracle(), marked));
}

// covers: rfc3168#6.1.3
TEST(EcnOracle, TheReceiverEchoesUntilCwr) {
  ecn_oracle end = agreed();
  end.received(text(1));
  end.sent(ack(101));
  end.received(text(101, ecn_field::ce));
  end.sent(ack(201, true));
  end.received(text(201));
  end.sent(ack(301, true));
  end.received(with_cwr(text(301)));
  end.sent(ack(401));
  end.received(with_cwr(text(401, ecn_field::ce)));
  end.sent(ack(501, true));
  EXPECT_EQ(end.violation(), "") << "CWR is looked at before CE";
  ecn_oracle stops = end;
  stops.sent(ack(501));
  EXPECT_NE(stops.violation(), "") << "before CWR";
  ecn_oracle invents = agreed();
  invents.received(text(1));
  invents.sent(ack(101, true));
  EXPECT_NE(invents.violation(), "");
  ecn_oracle outside = agreed();
  auto forged = text(1, ecn_field::ce);
  forged.outside_window = true;
  outside.received(forged);
  outside.sent(ack(1));
  EXPECT_EQ(outside.violation(), "");
}

ecn_oracle sending() {
  ecn_oracle end = agreed();
  for (position first = 1; first < 1001; first += 100) end.sent(text(first));
  return end;
}

TEST(EcnOracle, TheSenderReactsOnceAWindow) {
  ecn_oracle end = sending();
  end.received(ack(101, true));
  EXPECT_TRUE(end.must_react());
  end.reduced(reduction::echo);
  end.received(ack(201, true));
  EXPECT_FALSE(end.must_react());
  EXPECT_TRUE(end.owes_cwr());
  end.sent(text(1, ecn_field::not_ect));
  EXPECT_TRUE(end.owes_cwr()) << "a retransmission does not carry it";
  end.sent(with_cwr(text(1001)));
  end.sent(text(1101));
  end.received(ack(1101, true));
  EXPECT_TRUE(end.must_react()) << "the next window";
  end.reduced(reduction::echo);
  EXPECT_EQ(end.violation(), "");

  ecn_oracle eager = sending();
  eager.received(ack(101, true));
  eager.reduced(reduction::echo);
  eager.received(ack(201, true));
  eager.reduced(reduction::echo);
  EXPECT_NE(eager.violation(), "");

  ecn_oracle deaf = sending();
  deaf.received(ack(101, true));
  deaf.sent(text(1001));
  EXPECT_NE(deaf.violation(), "");
}

TEST(EcnOracle, EveryReductionIsToldOnce) {
  ecn_oracle silent = sending();
  silent.reduced(reduction::timeout);
  silent.sent(text(1001));
  EXPECT_NE(silent.violation(), "");
  ecn_oracle groundless = sending();
  groundless.sent(with_cwr(text(1001)));
  EXPECT_NE(groundless.violation(), "");
  ecn_oracle again = sending();
  again.reduced(reduction::loss);
  again.sent(with_cwr(text(1, ecn_field::not_ect)));
  EXPECT_NE(again.violation(), "") << "not on a retransmission";
}

}  // namespace oracle_ecn_test
}  // namespace sequent::spec
