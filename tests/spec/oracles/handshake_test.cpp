// Fast Open (RFC 7413) and the path MTU (RFC 5927 section 7.3) beside traces worked by hand.
#include <gtest/gtest.h>

#include "model/spec/oracles/fast_open.hpp"
#include "model/spec/oracles/path_mtu.hpp"

namespace sequent::spec {
namespace oracle_handshake_test {

constexpr fast_open_syn good{.text = 300, .has_cookie = true, .cookie_valid = true};

// covers: rfc7413#4.2.2
TEST(FastOpenOracle, AValidCookieLetsTheTextIn) {
  fast_open_server_oracle server(true);
  server.syn_arrived(good, false);
  server.delivered(301);
  server.sent_syn_ack(301, 50, true, false);
  server.sent_text();
  server.sent_syn_ack(301, 0, false, true);
  EXPECT_EQ(server.violation(), "");
}

TEST(FastOpenOracle, NothingElseDoes) {
  const auto taken = [](bool enabled, const fast_open_syn& syn, bool over_limit) {
    fast_open_server_oracle server(enabled);
    server.syn_arrived(syn, over_limit);
    server.sent_syn_ack(301, 0, false, false);
    return server.violation().empty();
  };
  EXPECT_TRUE(taken(true, good, false));
  EXPECT_FALSE(taken(false, good, false));
  EXPECT_FALSE(taken(true, good, true));
  EXPECT_FALSE(taken(true, {.text = 300, .has_cookie = true}, false));
  EXPECT_FALSE(taken(true, {.text = 300}, false));

  fast_open_server_oracle early(true);
  early.syn_arrived({.text = 300}, false);
  early.delivered(301);
  EXPECT_NE(early.violation(), "");
  fast_open_server_oracle hasty(true);
  hasty.syn_arrived({.text = 300}, false);
  hasty.sent_text();
  EXPECT_NE(hasty.violation(), "");
  fast_open_server_oracle back(true);
  back.syn_arrived(good, false);
  back.delivered(301);
  back.sent_syn_ack(1, 0, false, false);
  EXPECT_NE(back.violation(), "") << "what the user has read must be acknowledged";
}

TEST(FastOpenOracle, PlacesOfThoseThatWereResetAreGivenBackAfterATime) {
  fast_open_places_oracle places(1, 60, 120);
  places.syn_arrived(true);
  places.syn_arrived(false);
  places.reset();
  places.passes(59);
  places.syn_arrived(false);
  fast_open_places_oracle early = places;
  early.syn_arrived(true);
  EXPECT_NE(early.violation(), "");
  places.passes(31);
  fast_open_places_oracle already = places;
  already.syn_arrived(true);
  EXPECT_EQ(already.violation(), "") << "from the least time on it may";
  places.syn_arrived(false);
  EXPECT_EQ(places.violation(), "");
  places.passes(30);
  fast_open_places_oracle late = places;
  late.syn_arrived(false);
  EXPECT_NE(late.violation(), "") << "and from the most on it must";
  places.syn_arrived(true);
  places.completed();
  places.syn_arrived(true);
  EXPECT_EQ(places.violation(), "");
  EXPECT_EQ(places.pending(), 1);
}

TEST(FastOpenOracle, TheClient) {
  fast_open_client_oracle client(true, 8, 1460);
  client.sent_syn(300, 10, false);
  client.sent_syn(0, 0, true);
  client.syn_ack_arrived(1);
  EXPECT_TRUE(client.negative());
  client.sent_text(1);
  EXPECT_EQ(client.violation(), "");

  const auto refused = [](bool enabled, int cookie, position text, int option, bool repeated) {
    fast_open_client_oracle wrong(enabled, cookie, 1460);
    wrong.sent_syn(text, option, repeated);
    return !wrong.violation().empty();
  };
  EXPECT_FALSE(refused(true, 0, 0, 2, false)) << "a request";
  EXPECT_TRUE(refused(true, 0, 1, 2, false)) << "text without a cookie";
  EXPECT_TRUE(refused(true, 0, 0, 10, false)) << "an invented cookie";
  EXPECT_TRUE(refused(true, 8, 1461, 10, false));
  EXPECT_TRUE(refused(true, 8, 300, 10, true));
  EXPECT_TRUE(refused(false, 8, 300, 10, false));
  EXPECT_TRUE(refused(true, 8, 0, 4, false));
  fast_open_client_oracle forgets(true, 8, 1460);
  forgets.sent_syn(300, 10, false);
  forgets.syn_ack_arrived(1);
  forgets.sent_text(301);
  EXPECT_NE(forgets.violation(), "");
}

// covers: rfc5927#7.3
TEST(PathMtuOracle, NormalOperation) {
  path_mtu_oracle mtu({.initial = 4464});
  mtu.sent(4464);
  mtu.too_big(2048, 101, 101, 4525);
  mtu.claims(2048);
  mtu.sent(2048);
  mtu.too_big(1500, 101, 101, 4525);
  mtu.claims(1500);
  mtu.sent(1500);
  mtu.acknowledged(1561, 1500);
  EXPECT_EQ(mtu.violation(), "");
  mtu.claims(2048);
  EXPECT_NE(mtu.violation(), "") << "no larger packet has arrived";
}

path_mtu_oracle discovered() {
  path_mtu_oracle mtu({.initial = 1500});
  mtu.sent(1500);
  mtu.acknowledged(100, 1500);
  mtu.sent(1500);
  return mtu;
}

TEST(PathMtuOracle, AnUpdateWaitsForATimeout) {
  path_mtu_oracle mtu = discovered();
  mtu.too_big(1492, 100, 100, 1560);
  EXPECT_FALSE(mtu.permitted(1492));
  mtu.timed_out();
  mtu.claims(1492);
  EXPECT_EQ(mtu.violation(), "");

  path_mtu_oracle attacked = discovered();
  attacked.too_big(296, 100, 100, 1560);
  attacked.acknowledged(1560, 1500);
  attacked.timed_out();
  EXPECT_FALSE(attacked.permitted(296)) << "there was progress: the claim was false";
}

TEST(PathMtuOracle, RefusesForgedAndSmallClaims) {
  const auto lowered = [](position claimed, position sequence, path_mtu_parameters given = {}) {
    path_mtu_oracle mtu(given);
    mtu.sent(1500);
    mtu.too_big(claimed, sequence, 100, 1560);
    return mtu.permitted(claimed);
  };
  EXPECT_TRUE(lowered(1400, 100));
  EXPECT_FALSE(lowered(1400, 99)) << "not outstanding";
  EXPECT_FALSE(lowered(1400, 1560));
  EXPECT_FALSE(lowered(67, 100));
  EXPECT_FALSE(lowered(1279, 100, {.floor = 1280}));
  EXPECT_FALSE(lowered(400, 100, {.own_floor = 552})) << "the implementation's own floor holds";
  EXPECT_TRUE(lowered(552, 100, {.own_floor = 552}));
  path_mtu_oracle big({.initial = 1500});
  big.sent(1600);
  EXPECT_NE(big.violation(), "");
}

// covers: rfc4821#7.7
TEST(PathMtuOracle, BlackHolesAndProbes) {
  path_mtu_oracle mtu = discovered();
  mtu.timed_out();
  EXPECT_FALSE(mtu.permitted(1024));
  mtu.timed_out();
  mtu.claims(1024);
  mtu.sent(1400, true);
  EXPECT_EQ(mtu.violation(), "");
}

}  // namespace oracle_handshake_test
}  // namespace sequent::spec
