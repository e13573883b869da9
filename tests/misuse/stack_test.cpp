// What a careless caller does to a stack, call by call: handles that name nothing, something else or what belongs to
// nobody yet, lengths of every size, calls in every state. Each is answered, nothing reaches memory, the tables agree:
// in a build with assertions, and in one without. Both are compiled from this file.
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "sequent/stack/shard.hpp"
#include "tests/support/stack_net.hpp"

namespace sequent::test {
namespace misuse_stack_test {

using state = connection_state;

struct tagged_policy : small_stack_policy {
  struct connection_policy : default_policy {
    using send_storage = inline_storage<64>;
    using receive_storage = inline_storage<512>;
    using fast_open = with_fast_open;
  };
  using tag = int;
};
struct sleepy_tagged_policy : tagged_policy {
  static constexpr stack_sizes sizes = test::with(tagged_policy::sizes, [](stack_sizes& s) { s.max_awake = 2; });
};

template <class Policy>
class misuse_stack : public testing::Test {};
using policies = testing::Types<tagged_policy, sleepy_tagged_policy>;
TYPED_TEST_SUITE(misuse_stack, policies);

constexpr std::size_t lengths[] = {
    0, 1, 64, 65, 512, 513, 5'000, std::size_t{1} << 32, std::numeric_limits<std::size_t>::max()};

/// A server at port 80 with one connection that is accepted, and what else can be reached from it.
template <class Policy>
struct served : stack_host<Policy> {
  handle listening = *this->tcp->listen(std::nullopt, 80, 2);
  flow path = from_peer(9);
  u32 iss = this->handshake(path);
  handle own = *this->tcp->accept(listening);

  [[nodiscard]] packet from_peer_now(u32 seq = 5'001, u32 acked = 1) const { return at(seq).ack(iss + acked); }
};

// Every call that takes the handle of a connection. Each says that there is none.
template <class Host>
std::string answers_as_nobody(Host& host, handle of) {
  std::array<std::uint8_t, 64> room{};
  const auto nobody = [](const auto& answer) { return !answer && answer.why() == error::connection_does_not_exist; };
  auto& tcp = *host.tcp;
  if (!nobody(tcp.write(of, room)) || !nobody(tcp.write(of, {}))) return "write";
  if (!nobody(tcp.write_urgent(of, room))) return "write_urgent";
  if (tcp.urgent_ahead(of) != 0) return "urgent_ahead";
  if (!nobody(tcp.read(of, room)) || !nobody(tcp.read(of, {}))) return "read";
  if (!nobody(tcp.shutdown(of))) return "shutdown";
  if (!tcp.writable_span(of).empty()) return "writable_span";
  if (!tcp.readable_span(of).empty()) return "readable_span";
  for (const std::size_t length : lengths) {
    if (!nobody(tcp.commit(of, length))) return "commit";
    if (!nobody(tcp.consume(of, length))) return "consume";
  }
  if (!nobody(tcp.set_service(of, 0xff))) return "set_service";
  if (!nobody(tcp.set_nagle(of, false))) return "set_nagle";
  if (!nobody(tcp.set_keep_alive(of, true, host.now))) return "set_keep_alive";
  if (!nobody(tcp.set_user_timeout(of, s(1), host.now))) return "set_user_timeout";
  if (!nobody(tcp.set_user_timeout(of, duration{}, host.now))) return "set_user_timeout of nothing";
  if (!nobody(tcp.set_tag(of, 7))) return "set_tag";
  if (tcp.tag(of)) return "tag";
  if (tcp.find(of) != nullptr) return "find";
  if (tcp.state_of(of)) return "state_of";
  if (tcp.flow_of(of)) return "flow_of";
  return tcp.consistent() && host.out().empty() ? "" : "something was done";
}

// And those that take a listener's, or either.
template <class Host>
std::string answers_as_no_listener(Host& host, handle of, bool connection) {
  if (host.tcp->accept(of)) return "accept";
  for (const u32 most : {0u, 1u, 0xffff'ffffu}) {
    const auto answer = host.tcp->allow_fast_open(of, most);
    if (answer || answer.why() != error::connection_does_not_exist) return "allow_fast_open";
  }
  if (connection) return {};
  const auto closed = host.tcp->close(of, host.now);
  if (closed || closed.why() != error::connection_does_not_exist) return "close";
  const auto aborted = host.tcp->abort(of);
  if (aborted || aborted.why() != error::connection_does_not_exist) return "abort";
  return host.tcp->consistent() && host.out().empty() ? "" : "something was done";
}

TYPED_TEST(misuse_stack, a_handle_that_names_nothing) {
  served<TypeParam> host;
  std::vector<handle> bogus{handle{},
                            {0, 0},
                            {host.own.index, host.own.generation + 1},
                            {host.own.index, 0},
                            {host.listening.index, host.listening.generation + 1}};
  for (u32 index = 0; index != 64; ++index) bogus.push_back({index, 0xffff'ffffu});
  for (const u32 index : {0x7fff'ffffu, 0x8000'0000u, 0xffff'fffeu}) bogus.push_back({index, 1});
  for (const handle of : bogus) {
    EXPECT_EQ(answers_as_nobody(host, of), "") << of.index << ' ' << of.generation;
    EXPECT_EQ(answers_as_no_listener(host, of, false), "") << of.index << ' ' << of.generation;
  }
  EXPECT_EQ(host.tcp->state_of(host.own), state::established);
}

// Given back, and its place taken by another since: the old handle reaches neither.
TYPED_TEST(misuse_stack, a_handle_that_was_given_back) {
  served<TypeParam> host;
  const handle old = host.own;
  const handle old_listener = host.listening;
  ASSERT_TRUE(host.tcp->abort(old));
  host.out();
  EXPECT_EQ(answers_as_nobody(host, old), "");
  EXPECT_EQ(answers_as_no_listener(host, old, false), "");
  host.handshake(from_peer(10));
  host.own = *host.tcp->accept(host.listening);
  ASSERT_EQ(host.own.index, old.index) << "the place is another's now";
  EXPECT_EQ(answers_as_nobody(host, old), "");
  EXPECT_EQ(answers_as_no_listener(host, old, false), "");
  ASSERT_TRUE(host.tcp->close(old_listener, host.now));
  host.listening = *host.tcp->listen(std::nullopt, 81, 1);
  ASSERT_EQ(host.listening.index, old_listener.index);
  EXPECT_EQ(answers_as_no_listener(host, old_listener, false), "");
  EXPECT_EQ(host.tcp->state_of(host.own), state::established);
  EXPECT_EQ(host.tcp->listeners(), 1u);
}

TYPED_TEST(misuse_stack, a_listener_where_a_connection_is_meant_and_the_other_way_round) {
  served<TypeParam> host;
  EXPECT_EQ(answers_as_nobody(host, host.listening), "");
  EXPECT_EQ(answers_as_no_listener(host, host.own, true), "");
  EXPECT_EQ(host.tcp->state_of(host.own), state::established);
  EXPECT_EQ(host.tcp->listeners(), 1u);
}

// A connection that waits for accept(), or that close() has left to itself, belongs to no handle, guessed or kept.
TYPED_TEST(misuse_stack, a_connection_that_is_not_the_callers) {
  served<TypeParam> host;
  host.handshake(from_peer(10));
  ASSERT_EQ(host.tcp->connections(), 2u);
  const handle waiting{host.own.index + 1, 1};
  EXPECT_EQ(answers_as_nobody(host, waiting), "");
  EXPECT_EQ(answers_as_no_listener(host, waiting, false), "");
  EXPECT_EQ(host.tcp->accept(host.listening), waiting) << "it was the right guess";
  ASSERT_TRUE(host.tcp->write(host.own, pattern(10)));
  ASSERT_TRUE(host.tcp->close(host.own, host.now));
  host.out();
  ASSERT_EQ(host.tcp->orphans(), 1u);
  EXPECT_EQ(answers_as_nobody(host, host.own), "");
  EXPECT_EQ(answers_as_no_listener(host, host.own, false), "");
}

// One of the same place and age names this stack's own connection: what it does stays within that.
TYPED_TEST(misuse_stack, a_handle_of_another_stack_reaches_no_memory) {
  served<TypeParam> host;
  served<TypeParam> other;
  other.handshake(from_peer(10));
  const handle second = *other.tcp->accept(other.listening);
  EXPECT_EQ(answers_as_nobody(host, second), "") << "nothing of its name is here";
  EXPECT_EQ(other.own, host.own);
  EXPECT_EQ(*host.tcp->write(other.own, pattern(4)), 4u);
  EXPECT_TRUE(other.out().empty());
  EXPECT_EQ(host.out().size(), 1u);
}

TYPED_TEST(misuse_stack, lengths_that_were_not_lent) {
  served<TypeParam> host;
  host.in(host.path, host.from_peer_now().text(pattern(300)));
  for (const std::size_t length : lengths) {
    const std::size_t out = host.tcp->writable_span(host.own).size();
    ASSERT_EQ(out, 64u);
    if (length > out) {
      EXPECT_EQ(host.tcp->commit(host.own, length).why(), error::bad_argument) << length;
    }
    ASSERT_EQ(host.tcp->readable_span(host.own).size(), 300u);
    if (length > 300) {
      EXPECT_EQ(host.tcp->consume(host.own, length).why(), error::bad_argument) << length;
    }
  }
  EXPECT_EQ(host.tcp->commit(host.own, 1).why(), error::bad_argument) << "the last refusal has taken the loan back";
  EXPECT_EQ(host.tcp->commit(host.own, 0).value(), 0u);
  EXPECT_TRUE(host.out().empty()) << "nothing was queued";
  EXPECT_EQ(host.tcp->writable_span(host.own).size(), 64u);
  EXPECT_EQ(*host.tcp->commit(host.own, 64), 64u);
  EXPECT_EQ(host.tcp->commit(host.own, 1).why(), error::bad_argument) << "twice";
  EXPECT_EQ(*host.tcp->consume(host.own, 300), 300u);
  EXPECT_EQ(host.tcp->consume(host.own, 1).why(), error::bad_argument) << "twice";
  EXPECT_TRUE(host.tcp->consistent());
}

// The peer's RST comes between the loan and the call.
TYPED_TEST(misuse_stack, spans_that_the_peer_took_back) {
  served<TypeParam> host;
  host.in(host.path, host.from_peer_now().text(pattern(300)));
  const auto room = host.tcp->writable_span(host.own);
  const auto text = host.tcp->readable_span(host.own);
  ASSERT_TRUE(room.size() == 64 && text.size() == 300);
  host.in(host.path, at(5'301).rst());
  EXPECT_EQ(host.tcp->commit(host.own, 64).why(), error::connection_reset);
  EXPECT_EQ(host.tcp->consume(host.own, 300).why(), error::connection_reset);
  EXPECT_TRUE(host.tcp->writable_span(host.own).empty());
  EXPECT_TRUE(host.tcp->readable_span(host.own).empty());
  std::vector<std::uint8_t> all(16'384);
  EXPECT_EQ(host.tcp->read(host.own, all).why(), error::connection_reset);
}

// Brings the one connection into a state, as far as user and peer can.
template <class Host>
void lead(Host& host, state to) {
  const auto say = [&](packet p) { host.in(host.path, p); };
  if (to == state::established) return;
  if (to == state::closed) return say(at(5'001).rst());
  const bool peer_first = to == state::close_wait || to == state::last_ack;
  if (peer_first) say(host.from_peer_now().fin());
  if (to == state::close_wait) return;
  ASSERT_TRUE(host.tcp->shutdown(host.own));
  host.out();
  if (to == state::closing) say(host.from_peer_now().fin());
  if (to == state::fin_wait_2 || to == state::time_wait) say(host.from_peer_now(5'001, 2));
  if (to == state::time_wait) say(host.from_peer_now(5'001, 2).fin());
}

// Whatever is called, and however often, in whatever state.
TYPED_TEST(misuse_stack, every_call_in_every_state) {
  for (const state from : {state::established, state::fin_wait_1, state::fin_wait_2, state::close_wait, state::closing,
                           state::last_ack, state::time_wait, state::closed}) {
    served<TypeParam> host;
    lead(host, from);
    auto& tcp = *host.tcp;
    const handle of = host.own;
    ASSERT_EQ(tcp.state_of(of), from);
    const bool sends = from == state::established || from == state::close_wait;
    std::vector<std::uint8_t> room(5'000);
    for (int twice = 0; twice != 2; ++twice) {
      EXPECT_EQ(tcp.write(of, room).has_value(), sends && twice == 0) << describe(from);
      EXPECT_FALSE(tcp.write_urgent(of, room)) << describe(from) << ": full, or closed";
      EXPECT_FALSE(tcp.read(of, room) && from == state::established);
      EXPECT_TRUE(tcp.writable_span(of).empty()) << "full, or closed";
      EXPECT_FALSE(tcp.commit(of, 1));
      EXPECT_TRUE(tcp.readable_span(of).empty());
      EXPECT_FALSE(tcp.consume(of, 1));
      EXPECT_EQ(tcp.urgent_ahead(of), 0u);
      EXPECT_TRUE(tcp.set_service(of, 0xff));
      EXPECT_TRUE(tcp.set_nagle(of, twice == 0));
      EXPECT_TRUE(tcp.set_keep_alive(of, twice == 0, host.now));
      EXPECT_TRUE(tcp.set_user_timeout(of, std::nullopt, host.now));
      EXPECT_TRUE(tcp.set_user_timeout(of, s(1), host.now));
      EXPECT_EQ(tcp.set_user_timeout(of, duration{}, host.now).why(), error::bad_argument);
      EXPECT_TRUE(tcp.set_tag(of, twice));
      EXPECT_EQ(tcp.tag(of), twice);
      EXPECT_TRUE(tcp.consistent()) << describe(from);
      host.out();
    }
    EXPECT_EQ(tcp.shutdown(of).has_value(), sends) << describe(from);
    EXPECT_FALSE(tcp.shutdown(of));
    host.out();
    EXPECT_TRUE(tcp.close(of, host.now)) << "close() cannot fail";
    EXPECT_FALSE(tcp.close(of, host.now));
    host.out();
    EXPECT_TRUE(tcp.consistent()) << describe(from);
    host.wait(s(700));
    EXPECT_EQ(tcp.connections(), 0u) << describe(from);
  }
}

// The same of a connection that is asleep, and of one whose handshake is not over: each call alone, and each after
// each.
TEST(misuse_sleeper, every_call_after_every_other) {
  constexpr int calls = 18;
  for (int first = 0; first != calls; ++first) {
    for (int second = 0; second != calls; ++second) {
      for (const bool opening : {false, true}) {
        served<sleepy_tagged_policy> host;
        auto& tcp = *host.tcp;
        handle of = host.own;
        if (opening) {
          of = *tcp.connect(v4(1), v4(9), 99, host.now);
        } else {
          for (std::uint16_t port = 20; port != 23; ++port) {
            host.handshake(from_peer(port));
            (void)tcp.accept(host.listening);
            host.events();
          }
          ASSERT_EQ(tcp.find(of), nullptr) << "asleep";
        }
        std::vector<std::uint8_t> room(5'000);
        bool given_back = false;  // and refused from then on
        for (const int call : {first, second}) {
          switch (call) {
            case 0: (void)tcp.write(of, room); break;
            case 1: (void)tcp.write(of, {}); break;
            case 2: (void)tcp.write_urgent(of, room); break;
            case 3: EXPECT_FALSE(tcp.read(of, room)); break;
            case 4: EXPECT_LE(tcp.writable_span(of).size(), 64u); break;
            case 5: EXPECT_FALSE(tcp.commit(of, 65)); break;
            case 6: (void)tcp.commit(of, 0); break;
            case 7: EXPECT_TRUE(tcp.readable_span(of).empty()); break;
            case 8: EXPECT_FALSE(tcp.consume(of, 1)); break;
            case 9: (void)tcp.consume(of, 0); break;
            case 10: (void)tcp.shutdown(of); break;
            case 11: (void)tcp.set_user_timeout(of, s(1), host.now); break;
            case 12: (void)tcp.set_keep_alive(of, true, host.now); break;
            case 13: (void)tcp.set_keep_alive(of, false, host.now); break;
            case 14: (void)tcp.set_trace(of, {}); break;
            case 15: given_back = tcp.close(of, host.now).has_value() != given_back; break;
            case 16: given_back = tcp.abort(of).has_value() != given_back; break;
            default: EXPECT_EQ(tcp.urgent_ahead(of), 0u);
          }
          EXPECT_TRUE(tcp.consistent()) << first << ' ' << second << ' ' << opening;
          host.out();
          host.events();
        }
        EXPECT_TRUE(tcp.consistent()) << first << ' ' << second << ' ' << opening;
        EXPECT_EQ(given_back, first == 15 || first == 16 || second == 15 || second == 16);
        (void)tcp.abort(of);
        host.out();
        host.wait(s(700));
        EXPECT_TRUE(tcp.consistent()) << first << ' ' << second << ' ' << opening;
        EXPECT_EQ(tcp.connections(), opening ? 1u : 3u) << first << ' ' << second;
      }
    }
  }
}

TYPED_TEST(misuse_stack, sockets_that_nobody_can_reach) {
  stack_host<TypeParam> host;
  auto& tcp = *host.tcp;
  const auto refused = [&](const ip_address& local, const ip_address& remote, std::uint16_t port) {
    const auto made = tcp.connect(local, remote, port, host.now);
    return !made && made.why() == error::foreign_socket_unspecified;
  };
  const ip_address many = ip_address::from_v4({224, 0, 0, 1});
  EXPECT_TRUE(refused(v4(1), v4(2), 0));
  EXPECT_TRUE(refused(v4(1), v6(2), 80));
  EXPECT_TRUE(refused(v4(1), many, 80));
  EXPECT_TRUE(refused(many, v4(2), 80));
  EXPECT_TRUE(refused(v4(1), ip_address(), 80));
  EXPECT_TRUE(refused(ip_address(), v6(2), 80));
  EXPECT_EQ(tcp.connect(v4(1), v4(1), 80, host.now, 80).why(), error::connection_already_exists) << "to itself";
  EXPECT_EQ(tcp.listen(std::nullopt, 0, 1).why(), error::bad_argument) << "nobody can send to port 0";
  EXPECT_EQ(tcp.listen(many, 80, 1).why(), error::bad_argument);
  EXPECT_EQ(tcp.listen(ip_address(), 80, 1).why(), error::bad_argument);
  EXPECT_EQ(tcp.add_address(many).why(), error::bad_argument);
  EXPECT_EQ(tcp.add_address(ip_address()).why(), error::bad_argument);
  EXPECT_EQ(tcp.connections() + tcp.listeners(), 0u);
  EXPECT_TRUE(refused(v4(1), v4(2), 0)) << "no address of ours was named by mistake";
  ASSERT_TRUE(tcp.connect(v4(1), v4(2), 80, host.now));
}

TYPED_TEST(misuse_stack, a_backlog_of_nothing_and_of_very_many) {
  stack_host<TypeParam> host;
  ASSERT_TRUE(host.tcp->listen(std::nullopt, 80, 0));
  ASSERT_TRUE(host.tcp->listen(std::nullopt, 81, 0xffff'ffffu));
  for (std::uint16_t port = 1; port != 40; ++port) {
    host.handshake(from_peer(port));
    flow path = from_peer(port);
    path.local_port = 81;
    host.handshake(path);
    EXPECT_TRUE(host.tcp->consistent());
  }
  EXPECT_LE(host.tcp->connections(), TypeParam::sizes.max_connections);
}

TYPED_TEST(misuse_stack, packets_and_rooms_of_any_length) {
  served<TypeParam> host;
  auto& tcp = *host.tcp;
  EXPECT_EQ(tcp.on_packet({}, host.now), delivery::dropped);
  EXPECT_EQ(tcp.on_packets({}, host.now), 0u);
  const std::vector<std::span<const std::uint8_t>> empty(1'000);
  EXPECT_LE(tcp.on_packets(empty, host.now), empty.size());
  for (const int fill : {0x00, 0x45, 0x60, 0xff}) {
    for (std::size_t length = 0; length != 130; ++length) {
      const octet_string octets(length, static_cast<std::uint8_t>(fill));
      EXPECT_NE(tcp.on_packet(octets, host.now), delivery::connection);
    }
  }
  host.out();
  ASSERT_TRUE(tcp.write(host.own, pattern(20)));
  for (std::size_t size = 0; size != tcp.min_packet_room; ++size) {
    octet_string room(size);
    EXPECT_FALSE(tcp.poll_packet(host.now, room)) << size;
  }
  octet_string vast(200'000);
  const auto sent = tcp.poll_packet(host.now, vast);
  ASSERT_TRUE(sent) << "nothing was lost";
  EXPECT_EQ(sent->length, 60u);
}

TYPED_TEST(misuse_stack, clocks_that_jump_to_either_end) {
  served<TypeParam> host;
  auto& tcp = *host.tcp;
  const instant first = instant::from_microseconds(std::numeric_limits<std::int64_t>::min());
  for (const instant moment : {end_of_time, first, instant{}, end_of_time, first, host.now}) {
    host.now = moment;
    (void)tcp.write(host.own, pattern(5));
    (void)tcp.set_keep_alive(host.own, true, moment);
    (void)tcp.set_user_timeout(host.own, duration::microseconds(std::numeric_limits<std::int64_t>::max()), moment);
    tcp.on_deadline(moment);
    host.in(host.path, host.from_peer_now());
    (void)tcp.next_deadline();
    EXPECT_TRUE(tcp.consistent());
  }
  EXPECT_TRUE(tcp.close(host.own, end_of_time));
  tcp.on_deadline(first);
  host.out();
  EXPECT_TRUE(tcp.consistent());
}

// What nobody has drawn vouches for nothing: neither at the start nor later.
TYPED_TEST(misuse_stack, secrets_of_zeros) {
  stack_config config = plain_stack();
  config.secret = {};
  stack_host<TypeParam> blank(config);
  EXPECT_STREQ(blank.tcp->validate().wrong, "secret");
  EXPECT_EQ(blank.tcp->listen(std::nullopt, 80, 1).why(), error::bad_argument);
  stack_host<TypeParam> host;
  EXPECT_EQ(host.tcp->rotate_secret({}, host.now).why(), error::bad_argument);
  EXPECT_EQ(host.tcp->renew_fast_open({}).why(), error::bad_argument);
  EXPECT_TRUE(host.tcp->rotate_secret({1, 0}, host.now));
  EXPECT_TRUE(host.tcp->renew_fast_open({0, 1}));
}

TEST(misuse_shard, of_no_shards_there_is_none_but_the_first) {
  EXPECT_EQ(shard_of(from_peer(9), 0, {1, 2}), 0u);
  EXPECT_EQ(shard_of(from_peer(9), 1, {1, 2}), 0u);
  EXPECT_LT(shard_of(from_peer(9), 0xffff'ffffu, {1, 2}), 0xffff'ffffu);
}

}  // namespace misuse_stack_test
}  // namespace sequent::test
