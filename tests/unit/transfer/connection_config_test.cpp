#include "sequent/transfer/connection_config.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <optional>

namespace connection_config_test {

using namespace sequent;

TEST(connection_config, defaults_are_what_the_rfcs_ask_for) {
  const connection_config config;
  EXPECT_EQ(config.default_peer_mss, 536u);
  EXPECT_TRUE(config.nagle);
  EXPECT_TRUE(config.nagle_modified);
  EXPECT_FALSE(config.keep_alive.enabled);
  EXPECT_GE(config.keep_alive.idle, duration::seconds(7'200));
  EXPECT_GT(config.keep_alive.probes, 1u);
  EXPECT_LT(config.delayed_ack, duration::milliseconds(500));
  EXPECT_GE(config.r1, 3u);
  ASSERT_TRUE(config.user_timeout);
  EXPECT_GE(*config.user_timeout, duration::seconds(180));
  EXPECT_EQ(config.msl, duration::seconds(120));
  EXPECT_EQ(config.rto.initial, duration::seconds(1));
  EXPECT_EQ(config.rto.least, duration::seconds(1));
  EXPECT_GE(config.rto.most, duration::seconds(60));
}

TEST(connection_config, the_window_shift_is_the_smallest_that_fits) {
  EXPECT_EQ(window_shift_for(0), 0u);
  EXPECT_EQ(window_shift_for(65'535), 0u);
  EXPECT_EQ(window_shift_for(65'536), 1u);
  EXPECT_EQ(window_shift_for(131'071), 1u);
  EXPECT_EQ(window_shift_for(131'072), 2u);
  EXPECT_EQ(window_shift_for(std::uint64_t{65'535} << 14), 14u);
  EXPECT_EQ(window_shift_for(std::uint64_t{1} << 63), 14u);
}

constexpr duration least_time = duration::microseconds(1);
constexpr duration longest_time = duration::microseconds(std::numeric_limits<std::int64_t>::max());

// The first value on each side of a range's ends: what is named, and what nothing is said about.
struct edge {
  const char* name;
  void (*outside)(connection_config&);
  void (*inside)(connection_config&);
};

using config_ref = connection_config&;
constexpr edge edges[] = {
    {"keep_alive.idle", [](config_ref c) { c.keep_alive.idle = {}; },
     [](config_ref c) { c.keep_alive.idle = least_time; }},
    {"keep_alive.interval", [](config_ref c) { c.keep_alive.interval = {}; },
     [](config_ref c) { c.keep_alive.interval = least_time; }},
    {"keep_alive.probes", [](config_ref c) { c.keep_alive.probes = 0; }, [](config_ref c) { c.keep_alive.probes = 1; }},
    {"checksum", [](config_ref c) { c.checksum = static_cast<checksum_by>(2); },
     [](config_ref c) { c.checksum = checksum_by::hardware; }},
    {"receive_mss", [](config_ref c) { c.receive_mss = 0; }, [](config_ref c) { c.receive_mss = 1; }},
    {"send_mss", [](config_ref c) { c.send_mss = 0; }, [](config_ref c) { c.send_mss = 1; }},
    {"default_peer_mss", [](config_ref c) { c.default_peer_mss = 0; }, [](config_ref c) { c.default_peer_mss = 1; }},
    {"ip_header_octets", [](config_ref c) { c.ip_header_octets = 19; }, [](config_ref c) { c.ip_header_octets = 20; }},
    {"ip_header_octets", [](config_ref c) { c.ip_header_octets = 61; }, [](config_ref c) { c.ip_header_octets = 60; }},
    {"initial_window", [](config_ref c) { c.initial_window = 0; }, [](config_ref c) { c.initial_window = 1; }},
    {"initial_window", [](config_ref c) { c.initial_window = 65; }, [](config_ref c) { c.initial_window = 64; }},
    {"peer_ack_delay", [](config_ref c) { c.peer_ack_delay = duration{} - least_time; },
     [](config_ref c) { c.peer_ack_delay = {}; }},
    {"delayed_ack", [](config_ref c) { c.delayed_ack = duration{} - least_time; },
     [](config_ref c) { c.delayed_ack = {}; }},
    {"silly_window_override", [](config_ref c) { c.silly_window_override = {}; },
     [](config_ref c) { c.silly_window_override = least_time; }},
    {"rto.initial", [](config_ref c) { c.rto.initial = {}; }, [](config_ref c) { c.rto.initial = least_time; }},
    {"rto.least", [](config_ref c) { c.rto.least = duration{} - least_time; }, [](config_ref c) { c.rto.least = {}; }},
    {"rto.least", [](config_ref c) { c.rto.least = c.rto.most + least_time; },
     [](config_ref c) { c.rto.least = c.rto.most; }},
    {"rto.most", [](config_ref c) { c.rto.least = c.rto.most = {}; },
     [](config_ref c) { c.rto.least = c.rto.most = least_time; }},
    {"rto.granularity", [](config_ref c) { c.rto.granularity = {}; },
     [](config_ref c) { c.rto.granularity = least_time; }},
    {"user_timeout", [](config_ref c) { c.user_timeout = duration{}; },
     [](config_ref c) { c.user_timeout = least_time; }},
    {"zero_window", [](config_ref c) { c.zero_window = duration{}; }, [](config_ref c) { c.zero_window = least_time; }},
    {"msl", [](config_ref c) { c.msl = duration{} - least_time; }, [](config_ref c) { c.msl = {}; }},
    {"fin_wait_2", [](config_ref c) { c.fin_wait_2 = duration{}; }, [](config_ref c) { c.fin_wait_2 = least_time; }},
    {"orphan_timeout", [](config_ref c) { c.orphan_timeout = duration{}; },
     [](config_ref c) { c.orphan_timeout = least_time; }},
    {"initial_receive_window", [](config_ref c) { c.initial_receive_window = (u32{1} << 30) + 1; },
     [](config_ref c) { c.initial_receive_window = u32{1} << 30; }},
};

TEST(connection_config, each_member_is_refused_just_outside_its_range_and_taken_at_its_end) {
  for (const edge& each : edges) {
    connection_config config;
    each.outside(config);
    EXPECT_STREQ(config.validate().wrong, each.name);
    config = {};
    each.inside(config);
    EXPECT_TRUE(config.validate()) << each.name << " is said of " << config.validate().wrong;
  }
}

// What has no end of its range, or none that a number of its type could pass.
TEST(connection_config, the_rest_may_be_anything) {
  connection_config config;
  config.user_timeout = config.zero_window = config.fin_wait_2 = config.orphan_timeout = longest_time;
  config.keep_alive = {true, longest_time, longest_time, 255};
  config.msl = config.delayed_ack = config.silly_window_override = longest_time;
  config.rto = {longest_time, longest_time, longest_time, longest_time};
  config.receive_mss = config.send_mss = config.default_peer_mss = config.min_mss = 0xffff;
  config.r1 = config.challenge_acks_per_second = config.fast_open_amplification = 255;
  EXPECT_TRUE(config.validate());
  config.user_timeout = config.zero_window = config.fin_wait_2 = config.orphan_timeout = std::nullopt;
  config.min_mss = config.r1 = config.challenge_acks_per_second = config.fast_open_amplification = 0;
  config.local_port = config.remote_port = 0;
  EXPECT_TRUE(config.validate());
}

constexpr ip_endpoint here4{ip_address::from_v4({192, 0, 2, 1}), 49'152};
constexpr ip_endpoint there4{ip_address::from_v4({192, 0, 2, 2}), 80};
const ip_endpoint here6{ip_address::from_v6({0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}), 49'152};
const ip_endpoint there6{ip_address::from_v6({0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2}), 80};
constexpr secret_key secret{1, 2};

// covers: MUST-15 MUST-16 MUST-67
TEST(connection_config, between_two_ends_fills_in_what_belongs_together) {
  connection_config base;
  base.nagle = false;
  const connection_config made = *base.between(here4, there4, secret);
  EXPECT_TRUE(made.validate());
  EXPECT_FALSE(made.nagle);
  EXPECT_EQ(made.local_port, 49'152u);
  EXPECT_EQ(made.remote_port, 80u);
  EXPECT_EQ(made.addresses, pseudo_header::ipv4(here4.address.v4(), there4.address.v4()));
  EXPECT_EQ(made.ip_header_octets, 20u);
  EXPECT_EQ(made.receive_mss, 1'460u);
  EXPECT_EQ(made.send_mss, 1'460u);
  EXPECT_EQ(made.default_peer_mss, 536u);
  EXPECT_EQ(made.isn_offset, isn_offset(derive_key(secret, key_use::sequence_numbers), here4.address.v6(), 49'152,
                                        there4.address.v6(), 80));
  EXPECT_NE(made.timestamp_offset, made.isn_offset);
}

TEST(connection_config, between_two_ends_of_ipv6_has_their_sizes) {
  const connection_config made = *connection_config{}.between(here6, there6, secret, 1'280);
  EXPECT_EQ(made.addresses, pseudo_header::ipv6(here6.address.v6(), there6.address.v6()));
  EXPECT_EQ(made.ip_header_octets, 40u);
  EXPECT_EQ(made.receive_mss, 1'220u);
  EXPECT_EQ(made.send_mss, 1'220u);
  EXPECT_EQ(made.default_peer_mss, 1'220u);
}

TEST(connection_config, between_never_makes_segments_larger) {
  connection_config base;
  base.receive_mss = base.send_mss = 500;
  EXPECT_EQ(base.between(here4, there4, secret, 9'000)->send_mss, 500u);
  EXPECT_EQ(base.between(here4, there4, secret, 0xffff'ffff)->receive_mss, 500u);
}

TEST(connection_config, between_refuses_what_nothing_can_be_made_of) {
  const connection_config base;
  ip_endpoint nowhere = here4;
  nowhere.port = 0;
  EXPECT_EQ(base.between(here4, there4, {}).why(), error::bad_argument) << "a secret that nobody has drawn";
  EXPECT_EQ(base.between(here4, there6, secret).why(), error::bad_argument) << "two families";
  EXPECT_EQ(base.between(here6, there4, secret).why(), error::bad_argument);
  EXPECT_EQ(base.between(nowhere, there4, secret).why(), error::bad_argument) << "no port";
  EXPECT_EQ(base.between(here4, here4, secret).why(), error::bad_argument) << "itself";
  EXPECT_EQ(base.between(here4, there4, secret, 40).why(), error::bad_argument) << "a link that takes no text";
  EXPECT_TRUE(base.between(here4, there4, secret, 41));
  EXPECT_EQ(base.between(here6, there6, secret, 60).why(), error::bad_argument);
  EXPECT_TRUE(base.between(here6, there6, secret, 61));
  EXPECT_TRUE(base.between(here4, {}, secret)) << "a listener";
  EXPECT_TRUE(base.between(here6, {}, secret));
}

TEST(connection_config, each_two_ends_have_offsets_of_their_own) {
  const connection_config one = *connection_config{}.between(here4, there4, secret);
  ip_endpoint other = here4;
  ++other.port;
  for (const connection_config& two :
       {*connection_config{}.between(other, there4, secret), *connection_config{}.between(here4, there4, {1, 3}),
        *connection_config{}.between(there4, here4, secret)}) {
    EXPECT_NE(one.isn_offset, two.isn_offset);
    EXPECT_NE(one.timestamp_offset, two.timestamp_offset);
  }
}

}  // namespace connection_config_test
