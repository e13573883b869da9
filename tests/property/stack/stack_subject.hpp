// A stack beside its model: whatever arrives and is called, both send the same segments on each flow, and end in the
// same states.
// covers: demultiplexing listeners time-wait-records time-wait-reuse rfc6191#2 limits orphans
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "tests/property/drawn.hpp"
#include "tests/property/stack/flow_labels.hpp"
#include "tests/property/stack/stack_model.hpp"
#include "tests/support/ip_packets.hpp"

namespace sequent::property {

/// Room for more than the drawn flows need most of the time.
struct roomy_stack : default_stack_policy {
  struct connection_policy : default_policy {
    using statistics = counted_statistics;
    using send_storage = inline_storage<300>;
    using receive_storage = inline_storage<200>;
  };
  using tag = u32;
  static constexpr stack_sizes sizes{.max_connections = 24, .max_half_open = 8, .max_time_wait = 8};
};

/// Less room than the drawn flows need.
struct tight_stack : roomy_stack {
  static constexpr stack_sizes sizes{.max_connections = 5, .max_half_open = 3, .max_time_wait = 2};
};

/// Room for next to nothing, so that few events reach every limit.
struct smallest_stack : roomy_stack {
  static constexpr stack_sizes sizes{.max_connections = 2, .max_half_open = 2, .max_time_wait = 1};
};

/// Room for all of them, but not for all awake.
struct sleepy_stack : roomy_stack {
  static constexpr stack_sizes sizes = test::with(roomy_stack::sizes, [](stack_sizes& each) { each.max_awake = 3; });
};

/// What may be wrong with the stack, on purpose.
enum class stack_fault {
  none,
  crossed,             ///< some segments reach another connection
  forgets_time_wait,   ///< TIME-WAIT ends early
  reuses_time_wait,    ///< a new SYN ends TIME-WAIT
  repeats_late,        ///< the SYN queue sends its SYN,ACK again too late
  longer_backlog,      ///< one connection more may be half-open or wait
  forgets_old_secret,  ///< a new secret for cookies ends the old one's at once
  sees_no_mark,        ///< the IP header's mark of congestion is not passed on
  sleeps_on,           ///< a segment that finds its connection asleep is lost now and then
  believes_loans,      ///< octets of a span that was taken back are sent
  turns_nagle_round,   ///< what was said of Nagle is taken for the opposite
  mixes_tags,          ///< what the user keeps with a connection is another's
  hears_of_no_place,   ///< nobody hears of a place that is free again
  resets_sleepers,     ///< a sleeper that finds no place is reset by close()
  mislabels,           ///< now and then a packet of IPv6 has another label than its flow
  takes_strangers,     ///< a packet from an address that is nobody's is taken as if it were somebody's
};

/// What is drawn for a whole run.
struct stack_setting {
  bool timestamps = false;
  bool options = false;  ///< window scale and SACK
  bool ecn = false;
  bool reuse = false;
  bool named = false;  ///< the stack knows which addresses are its own
  bool lazy = false;   ///< connections wait for accept() until a call is drawn
  bool short_lived = false;
  cookie_policy cookies = cookie_policy::never;
  u32 backlog = 100;
  std::uint16_t latency_ms = 0;
};

template <class Policy>
class stack_subject {
 public:
  stack_subject(const stack_setting& drawn, stack_fault fault)
      : drawn_(drawn), fault_(fault), model_(configuration(drawn), drawn.backlog) {
    stack_config config = configuration(drawn);
    if (fault == stack_fault::repeats_late) config.syn_ack_timeout = duration::seconds(2);
    if (fault == stack_fault::forgets_time_wait) config.connection.msl = duration::seconds(1);
    if (fault == stack_fault::reuses_time_wait) config.reuse_time_wait = !config.reuse_time_wait;
    tcp_ = std::make_unique<tcp>(config);
    listening_ = *tcp_->listen(std::nullopt, 80, drawn.backlog + (fault == stack_fault::longer_backlog ? 1 : 0));
    if (!drawn.named) return;
    for (const ip_address& each : {test::v4(1), test::v4(4), test::v6(1)}) (void)tcp_->add_address(each);
  }

  /// One step, and a comparison. Says what is wrong.
  std::string apply(const step& s) {
    now_ = now_ + duration::milliseconds(drawn_.latency_ms);
    switch (s[0] % 16) {
      case 0:
      case 1:
      case 2: {
        const flow path = opened_or(s);
        arrives(path, syn(path, s), ecn_codepoint::not_capable);
        break;
      }
      case 3:
      case 4: call(s); break;
      case 5: pass(s); break;
      case 6: open(s); break;
      case 7: special(s); break;
      case 8:
      case 9: forward(s); break;
      default: {
        const flow path = opened_or(s);
        arrives(path, near(path, s), static_cast<ecn_codepoint>(s[1] / 64 % 4));
        break;
      }
    }
    if (!drawn_.lazy) accept();
    settle();
    return over() ? std::string() : compare();
  }

  /// What follows cannot be foretold.
  [[nodiscard]] bool over() const { return model_.doubtful; }
  /// Connections that have fallen asleep.
  [[nodiscard]] std::uint64_t slept() const { return tcp_->statistics().fallen_asleep; }

 private:
  using tcp = stack<Policy>;
  using model = stack_model<Policy>;
  using entry = typename model::entry;
  using octet_string = test::octet_string;

  static stack_config configuration(const stack_setting& drawn) {
    stack_config config = test::plain_stack();
    config.connection.window_scale = config.connection.sack = drawn.options;
    config.connection.timestamps = drawn.timestamps;
    config.connection.ecn = drawn.ecn;
    config.connection.user_timeout.reset();
    if (drawn.short_lived) config.connection.msl = duration::seconds(2);
    config.connection.keep_alive = {false, duration::seconds(30), duration::seconds(5), 3};
    config.cookies = drawn.cookies;
    config.reuse_time_wait = drawn.reuse;
    config.syn_ack_retries = drawn.short_lived ? 2 : 255;
    config.ports = {81, 83};
    if (drawn.latency_ms % 3 != 0) config.max_orphans = drawn.latency_ms % 3 - 1u;
    config.orphan_life = drawn.short_lived ? duration::seconds(20) : duration::seconds(400);
    return config;
  }

  // Flows that differ in one place each, and some more for a flood.
  [[nodiscard]] static flow peer(std::uint16_t which) {
    switch (which % 10) {
      case 0: return {test::v4(1), test::v4(2), 80, 9};
      case 1: return {test::v4(1), test::v4(2), 80, 10};
      case 2: return {test::v4(1), test::v4(3), 80, 9};
      case 3: return {test::v4(4), test::v4(2), 80, 9};
      case 4: return {test::v6(1), test::v6(2), 80, 9};
      case 5: return {test::v4(1), test::v4(2), 81, 9};  // where nobody listens, but connections are opened from
      default: return {test::v4(1), test::v4(static_cast<std::uint8_t>(10 + which % 10)), 80, 9};
    }
  }

  // One of those, or more often one that the model knows of.
  [[nodiscard]] flow opened_or(const step& s) const {
    const std::size_t which = s[1] % 64;
    const std::size_t known = model_.map.size() + std::min<std::size_t>(model_.cookies.size(), 2);
    if (which < 16 || known == 0) return peer(s[1]);
    const std::size_t chosen = which % known;
    if (chosen >= model_.map.size())
      return model_.cookies[model_.cookies.size() - 1 - (chosen - model_.map.size())].path;
    return std::next(model_.map.begin(), static_cast<std::ptrdiff_t>(chosen))->second->path;
  }

  // The peer's timestamp clock, and what it has seen of ours.
  [[nodiscard]] u32 peer_clock() const { return static_cast<u32>(now_.microseconds() / 1'000) + 0xfff0'0000u; }
  void stamp(test::packet& p, const flow& path, std::uint16_t how) const {
    const auto seen = stamps_.find(model::key_of(path));
    const u32 echo = seen == stamps_.end() ? 0 : seen->second;
    p.ts(peer_clock() - (how % 8 == 0 ? how / 8 % 3'000u : 0u), echo ^ (how % 16 == 1 ? 1u + how / 16 % 63 : 0u));
  }

  // A SYN with any number, or near those of a connection that it may replace.
  [[nodiscard]] test::packet syn(const flow& path, const step& s) const {
    const entry* const old = model_.find(path);
    test::packet p = test::at(u32{s[2]} << 16 | s[3]).syn();
    if (old != nullptr && s[3] % 4 != 0) p = test::at(model::block_of(*old).rcv.nxt.wire() + s[2] % 5 - 2).syn();
    if (s[3] % 8 != 0) p.mss(static_cast<std::uint16_t>(s[3] % 3 == 0 ? 1'460 : 100));
    if (s[2] % 2 == 0) p.scale(static_cast<std::uint8_t>(s[3] % 3)).sack_permitted();
    if (s[2] / 2 % 2 == 0) p.ecn();
    if (s[2] / 4 % 4 == 0) return p;
    stamp(p, path, s[3]);
    if (old != nullptr && s[2] / 16 % 2 == 0) {
      p.ts(model::block_of(*old).ts.recent.wire() + s[3] / 8 % 3 - 1, 0);
    }
    return p;
  }

  // What brings a cookie back, now and then with something wrong about it.
  [[nodiscard]] test::packet returned(const typename model::issued_cookie& c, const step& s) const {
    const u32 off = s[2] % 16 == 15 ? 1u << s[3] % 32 : 0u;
    test::packet p = test::at(c.irs + 1 + (s[3] % 2 == 0 ? off : 0)).ack(c.iss + 1 + (s[3] % 2 == 1 ? off : 0));
    p.window(4'000);
    if (c.syn.header.options.ts.has_value() != (s[2] / 16 % 16 == 15)) {
      p.ts(peer_clock(), c.stamp ^ (s[2] / 16 % 16 == 14 ? 1u + s[3] % 63 : 0u));
    }
    if (s[3] % 3 == 0) p.text(s[3] % 40);
    return p;
  }

  // A segment near the numbers of the flow's connection, if there is one.
  [[nodiscard]] test::packet near(const flow& path, const step& s) const {
    const entry* const at = model_.find(path);
    const auto* const cookie = model_.cookie_of(path);
    const bool records = at != nullptr && model::half_open(*at);  // whoever has a cookie sends its ACK all the same
    if (cookie != nullptr && (at == nullptr || (records && s[2] % 2 == 1))) return returned(*cookie, s);
    const control_block<u32> block = at == nullptr ? control_block<u32>{} : model::block_of(*at);
    test::packet p;
    if (s[0] / 128 % 2 == 0) {
      // What a good peer sends: everything is acknowledged, text and FIN follow in order.
      p = test::at(block.rcv.nxt.wire()).ack(block.snd.nxt.wire()).window(4'000);
      if (block.state == connection_state::syn_sent) {
        p.syn();
        if (s[2] % 2 == 0) p.ecn();
      } else {
        if (s[2] % 3 == 0) p.text(s[3] % 40);
        if (s[2] % 8 < 3) p.fin();
      }
    } else {
      const u32 behind = s[2] % 16 < 10 ? 0u : s[2] % 7 - 3u;
      p = test::at(block.rcv.nxt.wire() + behind).window(1'000 + s[3] % 3'000);
      const auto kind = static_cast<std::uint16_t>(s[0] / 16 % 8 * 2 + s[2] % 2);
      if (kind != 15) p.ack(block.snd.nxt.wire() - (s[2] / 16 % 4 == 0 ? s[3] % 40 : 0u));
      if (kind == 14) p.rst();
      if (kind == 13) p.syn();
      if (kind >= 11 && kind != 14) p.fin();
      if (kind % 2 == 0) p.text(s[3] % 60, s[2] % 100);
    }
    if (s[3] % 16 == 5) p.header.control = p.header.control.with(control_bits<u32>::ece_bit);
    if (s[3] % 16 == 6) p.header.control = p.header.control.with(control_bits<u32>::cwr_bit);
    const bool agreed = block.ts.enabled || (block.state == connection_state::syn_sent && s[2] % 4 != 0);
    if (agreed != (s[3] / 16 % 16 == 0)) stamp(p, path, s[3]);
    return p;
  }

  // Both sides take a segment.
  void arrives(const flow& path, const test::packet& p, ecn_codepoint mark) {
    flow reached = path;
    if (fault_ == stack_fault::crossed && p.octets.size() == 7) reached.remote_port ^= 3;
    test::octet_string octets = test::packet_to(reached, p);
    const bool blind = fault_ == stack_fault::sees_no_mark;
    if (path.local.is_v4() && !blind) {
      octets[1] = sequent::with_ecn(octets[1], mark);
      build::mend_ipv4(octets);
    } else if (!blind) {
      octets[1] = static_cast<std::uint8_t>((octets[1] & 0xcfu) | static_cast<u32>(mark) << 4);
    }
    const auto* const before = fault_ == stack_fault::sleeps_on ? model_.find(path) : nullptr;
    const bool asleep = before != nullptr && before->owned && tcp_->find(*before->owner) == nullptr;
    if (!asleep || p.octets.size() % 2 == 0) (void)tcp_->on_packet(octets, now_);
    send_both();
    model_.arrives(path, p, mark, now_, sent_);
  }

  // What nobody answers, and what is no segment.
  void special(const step& s) {
    switch (s[1] % 4) {
      case 0:
      case 1: stranger(s); break;
      case 2: report(s); break;
      default:
        if (fault_ == stack_fault::forgets_old_secret) (void)tcp_->rotate_secret({s[2], ++secrets_}, now_);
        (void)tcp_->rotate_secret({s[2], ++secrets_}, now_);
        model_.rotate_secret();
        break;
    }
  }

  // A packet that would be answered if one thing about it were different.
  void stranger(const step& s) {
    using from = std::array<std::uint8_t, 4>;
    static constexpr from nobodys[] = {
        {127, 0, 0, 1}, {224, 0, 0, 9}, {255, 255, 255, 255}, {0, 0, 0, 0}, {240, 1, 1, 1}};
    flow path = opened_or(s);
    test::packet p = s[2] % 2 == 0 ? syn(path, s) : near(path, s);
    const std::uint16_t kind = s[3] / 256 % 6;
    const ip_address nobody = path.local.is_v4()
                                  ? ip_address::from_v4(nobodys[s[3] % 5])
                                  : ip_address::from_v6({static_cast<std::uint8_t>(s[3] % 2 == 0 ? 0xff : 0), 2, 0, 0,
                                                         0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
    const ip_address unknown = ip_address::from_v6({0});
    if (kind == 0) path.remote = path.local;
    if (kind == 0) path.remote_port = path.local_port;
    if (kind == 1) path.remote = s[3] % 2 == 0 || path.local.is_v4() ? nobody : unknown;
    if (kind == 2) path.local = s[3] % 2 == 0 || path.local.is_v4() ? nobody : unknown;
    if (fault_ == stack_fault::takes_strangers && kind == 1)
      path.remote = path.local.is_v4() ? test::v4(99) : test::v6(99);
    if (kind == 3 && drawn_.named) path.local = path.local.is_v4() ? test::v4(7) : test::v6(7);
    if (kind == 4 && drawn_.named) path.remote = path.local.is_v4() ? test::v4(4) : test::v6(1);
    test::octet_string octets = test::packet_to(path, p);
    if ((kind == 3 || kind == 4) && !drawn_.named) octets[octets.size() - 1] ^= 0x10;  // the checksum does not hold
    if (kind == 5) {
      if (!path.local.is_v4()) return;
      octets[6] = static_cast<std::uint8_t>(s[3] % 2 == 0 ? 0x20 : 0x00);  // a fragment
      octets[7] = static_cast<std::uint8_t>(s[3] % 2);
      build::mend_ipv4(octets);
    }
    if (tcp_->on_packet(octets, now_) != delivery::dropped) wrong_ = "a packet was delivered that is nobody's";
    send_both();
  }

  // An ICMP error about a segment that is outstanding, or nearly.
  void report(const step& s) {
    const flow path = opened_or(s);
    const entry* const about = model_.find(path);
    if (about == nullptr || !path.local.is_v4()) return;
    const send_variables<u32>& snd = model::block_of(*about).snd;
    icmp_error error;
    error.type = 3;
    error.code = static_cast<std::uint8_t>(s[2] % 3 == 0 ? 3 : s[2] % 3 == 1 ? 4 : 1);
    error.kind = s[2] % 3 == 0 ? icmp_kind::hard : s[2] % 3 == 1 ? icmp_kind::too_big : icmp_kind::soft;
    error.mtu = error.kind == icmp_kind::too_big ? 68u + s[3] % 200u : 0u;
    error.seq = (s[2] / 4 % 2 == 0 ? snd.una : snd.nxt) + (u32{s[3]} % 3 - 1);
    const test::octet_string inner = test::packet_to({path.remote, path.local, path.remote_port, path.local_port},
                                                     test::at(error.seq.wire()).ack(1));
    test::octet_string octets(20 + 8 + 28);
    octets[20] = error.type;
    octets[21] = error.code;
    store16(octets.data() + 26, static_cast<std::uint16_t>(error.mtu));
    std::copy_n(inner.begin(), 28, octets.begin() + 28);
    store16(octets.data() + 22, checksum_field(sum_octets(std::span(octets).subspan(20))));
    (void)emit_ipv4({.source = {10, 0, 0, 77}, .destination = path.local.v4(), .protocol = ip_protocol::icmp}, octets);
    const bool asleep = about->owned && tcp_->find(*about->owner) == nullptr;
    (void)tcp_->on_packet(octets, now_);
    if (asleep && tcp_->find(*about->owner) != nullptr) wrong_ = "an ICMP error has woken who has nothing outstanding";
    send_both();
    model_.reports(path, error, now_);
  }

  void pass(const step& s) {
    static constexpr std::int64_t spans[] = {1, 40, 200, 1'000, 3'000, 20'000, 61'000, 121'000};
    const instant until = now_ + duration::milliseconds(spans[s[1] % 8] + s[2] % 2);
    // In which order a stack meets deadlines that it is late for is its own affair: an orphan's is met by itself.
    while (const auto due = model_.next_eviction()) {
      if (*due > until) break;
      meet(std::max(now_, *due - duration::milliseconds(1)));
      meet(*due);
      model_.sweep();
    }
    // So do places become free one after another.
    for (auto due = tcp_->next_deadline(); tcp::sleeps && due && *due < until; due = tcp_->next_deadline()) meet(*due);
    meet(until);
  }
  void meet(instant now) {
    now_ = std::max(now_, now);
    tcp_->on_deadline(now_);
    send_both();
    model_.on_deadline(now_);
    model_.sweep();
    if (tcp::sleeps) settle();
  }

  // From a port that is named, or one that the stack chooses.
  void open(const step& s) {
    flow path{test::v4(1), test::v4(s[1] % 2 == 0 ? 2 : 3), static_cast<std::uint16_t>(s[2] % 3 + 81), 9};
    bool free = model_.find(path) == nullptr;
    const bool any = s[3] % 2 == 0;
    for (std::uint16_t port = 81; any && port != 84; ++port) {
      free = free || model_.find({path.local, path.remote, port, path.remote_port}) == nullptr;
    }
    const bool room = model_.vacancy();
    const auto made =
        tcp_->connect(path.local, path.remote, path.remote_port, now_, any ? std::uint16_t{0} : path.local_port);
    refused_connection_ = refused_connection_ || (free && !room);
    if (made.has_value() != (free && room)) wrong_ = "connect() and the model disagree on whether a flow is free";
    if (!made) return;
    path = *tcp_->flow_of(*made);
    if (path.local_port < 81 || path.local_port > 83) wrong_ = "connect() chose a port outside its range";
    if (model_.find(path) != nullptr) wrong_ = "two connections have one flow";
    auto mine = std::make_unique<entry>(
        entry{.path = path, .tcp = typename model::whole(tcp_->find(*made)->config()), .former = {}});
    mine->owner = *made;
    model_.make_room(now_);
    mine->owned = mine->accepted = true;
    (void)mine->tcp.connect(now_);
    send_both();
    model_.poll(*mine, now_);
    model_.map[model::key_of(path)] = std::move(mine);
  }

  // The stack gives its connections once each, and all of them.
  void accept() {
    while (const auto made = tcp_->accept(listening_)) {
      const auto path = tcp_->flow_of(*made);
      entry* const at = path ? model_.find(*path) : nullptr;
      if (at == nullptr || !model::waiting(*at)) {
        wrong_ = "accept() gives a connection that the model does not expect";
        return;
      }
      at->owner = made;
      at->owned = at->accepted = true;
    }
    if (model_.waiting_count() != 0) wrong_ = "a connection that is established is not given";
  }

  // The owned connections, those that have ended as well.
  [[nodiscard]] std::vector<entry*> owned() {
    std::vector<entry*> all;
    for (auto& [where, each] : model_.map) {
      if (each->owned) all.push_back(each.get());
    }
    for (auto& each : model_.ended) all.push_back(each.get());
    return all;
  }

  void call(const step& s) {
    if (drawn_.lazy && s[3] % 4 == 0) accept();
    const auto all = owned();
    if (all.empty()) return;
    entry& e = *all[s[1] % all.size()];
    switch (s[2] % 16) {
      case 0:
      case 1: {
        const auto text = test::pattern(s[3] % 200);
        waking(e, tcp_->write(*e.owner, text), "write()", [&] { return e.tcp.write(text); });
        break;
      }
      case 2: {
        std::vector<std::uint8_t> one(s[3] % 100 + 1);
        std::vector<std::uint8_t> other(one.size());
        same(tcp_->read(*e.owner, one), e.tcp.read(other), "read()");
        if (one != other) wrong_ = "read() gives other octets";
        break;
      }
      case 3: waking(e, tcp_->shutdown(*e.owner), "shutdown()", [&] { return e.tcp.shutdown(); }); break;
      case 4: return close(e);
      case 5:
        take_back(e);
        (void)tcp_->abort(*e.owner);
        (void)e.tcp.abort();
        e.owned = e.wanting = false;
        break;
      default: door(e, s); break;
    }
    send_both();
    model_.poll(e, now_);
  }

  // The rarer calls: loans, and what the user sets.
  void door(entry& e, const step& s) {
    const handle of = *e.owner;
    switch (s[2] % 16) {
      case 6:
      case 7: return lend(e, s);
      case 8:
      case 9: return commit(e, s);
      case 10:
      case 11: return consume(e, s);
      case 12: {
        const auto text = test::pattern(s[3] % 60);
        return waking(e, tcp_->write_urgent(of, text), "write_urgent()", [&] { return e.tcp.write_urgent(text); });
      }
      case 13: {
        const bool on = s[3] % 2 == 0;
        same(tcp_->set_nagle(of, on != (fault_ == stack_fault::turns_nagle_round)), result<void>{}, "set_nagle()");
        return e.tcp.set_nagle(on);
      }
      case 14: {
        if (s[3] % 2 == 0) {
          const bool on = s[3] % 4 == 0;
          same(tcp_->set_keep_alive(of, on, now_), result<void>{}, "set_keep_alive()");
          return e.tcp.set_keep_alive(on, now_);
        }
        constexpr std::optional<duration> timeouts[] = {std::nullopt, duration{}, duration::seconds(2),
                                                        duration::seconds(100)};
        const auto timeout = timeouts[s[3] / 2 % 4];
        return same(tcp_->set_user_timeout(of, timeout, now_), e.tcp.set_user_timeout(timeout, now_),
                    "set_user_timeout()");
      }
      default:
        same(tcp_->set_tag(fault_ == stack_fault::mixes_tags ? *owned().front()->owner : of, s[3]), result<void>{},
             "set_tag()");
        tags_[of] = s[3];
        return;
    }
  }

  // Where to write: this connection's for as long as nobody takes it back, whatever comes.
  void lend(entry& e, const step& s) {
    const handle of = *e.owner;
    const bool known = loans_.contains(of);
    const bool may = !tcp::sleeps || known || loans_.size() < stack_slots<Policy>::half_of_places;
    const auto room = tcp_->writable_span(of);
    e.wanting = !model_.wakes(e, now_);
    if (e.wanting && !room.empty()) wrong_ = "room is lent to who is asleep";
    if (e.wanting) return;
    if (room.empty() == (may && !e.tcp.writable_span().empty()))
      wrong_ = "room is lent where there is none, or none is";
    refused_loan_ = refused_loan_ || !may;
    if (room.empty()) return;
    const auto text = test::pattern(room.size(), s[3]);
    std::copy(text.begin(), text.end(), room.begin());
    loans_[of] = text;
    e.lent = true;
  }

  // What the span says goes out now, if it was lent and is lent still: the model writes it as any other text.
  void commit(entry& e, const step& s) {
    const handle of = *e.owner;
    const auto lent = loans_.find(of);
    const octet_string none;
    const octet_string& text = lent == loans_.end() ? none : lent->second;
    constexpr std::size_t most = std::numeric_limits<std::size_t>::max();
    const std::size_t octets = s[3] % 4 == 0 ? text.size() + 1 + s[3] % 3 * (most / 4) : s[3] % (text.size() + 1);
    const auto taken = tcp_->commit(of, octets);
    if (octets > text.size()) {
      if (fault_ == stack_fault::believes_loans) (void)tcp_->write(of, test::pattern(1));
      same(taken, result<std::size_t>(error::bad_argument), "commit()");
    } else if (octets != 0 || lent != loans_.end()) {
      same(taken, e.tcp.write(std::span(text).first(octets)), "commit()");
    }
    take_back(e);
  }

  // In place: the same octets as far as both see them in one piece, and not one more than there are.
  void consume(entry& e, const step& s) {
    const handle of = *e.owner;
    const auto one = tcp_->readable_span(of);
    const auto other = e.tcp.readable_span();
    const std::size_t both = std::min(one.size(), other.size());
    if (one.empty() != other.empty() ||
        !std::equal(one.begin(), one.begin() + static_cast<std::ptrdiff_t>(both), other.begin())) {
      wrong_ = "readable_span() shows other octets";
    }
    const std::size_t octets = s[3] % 4 == 0 ? 5'000 : s[3] % (both + 1);
    same(tcp_->consume(of, octets), e.tcp.consume(octets), "consume()");
  }

  // A call that needs its connection awake.
  template <class T, class Call>
  void waking(entry& e, const result<T>& done, const char* what, Call call) {
    if (model_.wakes(e, now_)) {
      take_back(e);
      e.wanting = false;
      return same(done, call(), what);
    }
    e.wanting = true;
    same(done, result<T>(error::no_place), what);
  }
  void take_back(entry& e) {
    loans_.erase(*e.owner);
    e.lent = false;
  }

  // What is told may let a connection fall asleep, which may let another be closed.
  void settle() {
    int rounds = 0;
    do {
      if (++rounds > 100) wrong_ = "has_more() says that there is more when there is not";
      model_.sweep();
      model_.close_sleepers(now_);
      hear();
      send_both();
    } while (tcp_->has_more() && wrong_.empty());
    model_.close_sleepers(now_);
    if (!wrong_.empty() || over()) return;
    for (const entry* each : owned()) {
      if (each->wanting && could_wake()) wrong_ = "who was refused a place is not told of one that is free";
    }
    const bool lends = loans_.size() < stack_slots<Policy>::half_of_places;
    if (refused_loan_ && lends) wrong_ = "nobody is told that a span can be lent again";
    if (refused_connection_ && model_.vacancy()) wrong_ = "nobody is told that there is room for a connection";
  }
  [[nodiscard]] bool could_wake() const { return !model_.crowded() || model_.would_yield(true); }

  // Whoever is told of a place was refused one, and there is one or he has it.
  void hear() {
    while (const auto event = tcp_->next_event()) {
      if (fault_ == stack_fault::hears_of_no_place && event->place) continue;
      if (event->place && event->of == handle{}) {
        refused_loan_ = refused_loan_ && loans_.size() >= stack_slots<Policy>::half_of_places;
        refused_connection_ = refused_connection_ && !model_.vacancy();
      }
      if (event->of == listening_) continue;
      for (entry* each : owned()) {
        if (each->owner != event->of) continue;
        if (event->place && !each->wanting) wrong_ = "who was refused no place is told of one";
        if (event->place && !model_.busy(*each) && !could_wake()) wrong_ = "a place is told of that is not free";
        if (event->place) each->wanting = false;
        if (!(event->raised == each->tcp.take_signals())) wrong_ = "a connection tells another thing";
      }
    }
  }

  // The next thing in the life of a connection that ends in TIME-WAIT here.
  void forward(const step& s) {
    const flow path = opened_or(s);
    entry* const e = model_.find(path);
    if (e == nullptr || model::recorded(*e)) return arrives(path, syn(path, s), ecn_codepoint::not_capable);
    const control_block<u32>& block = e->tcp.tcb();
    if (e->owned && block.state == connection_state::established) return close(*e);
    test::packet p = test::at(block.rcv.nxt.wire()).ack(block.snd.nxt.wire()).window(4'000);
    if (block.state == connection_state::syn_sent) p.syn();
    if (block.state == connection_state::fin_wait_1 || block.state == connection_state::fin_wait_2) p.fin();
    if (block.ts.enabled) stamp(p, path, 7);
    arrives(path, p, ecn_codepoint::not_capable);
  }

  void close(entry& e) {
    loans_.erase(*e.owner);
    const bool asleep = model_.crowded() && !model_.busy(e);
    if (asleep && fault_ == stack_fault::resets_sleepers) {
      (void)tcp_->abort(*e.owner);
    } else {
      (void)tcp_->close(*e.owner, now_);
    }
    send_both();
    model_.close(e, now_);
  }

  template <class T>
  void same(const result<T>& one, const result<T>& other, const char* what) {
    if (one.has_value() != other.has_value()) wrong_ = std::string(what) + " succeeds on one side only";
    if (!one && !other && one.why() != other.why()) wrong_ = std::string(what) + " fails for another reason";
    if constexpr (!std::is_void_v<T>) {
      if (one && other && *one != *other) wrong_ = std::string(what) + " gives another number";
    }
  }

  // What the stack sends. No event may cause more than the buffers of all connections can hold in least segments.
  void send_both() {
    std::array<std::uint8_t, 1'600> room{};
    for (int i = 0; i != 200; ++i) {
      const auto packet = tcp_->poll_packet(now_, room);
      if (!packet) return;
      const auto octets = std::span(room).first(packet->length);
      if (fault_ == stack_fault::mislabels && room[0] >> 4 == 6 && packet->length % 4 == 3) put_label(octets, 1);
      tell_label(labels_, octets);
      if (!labels_.violation().empty()) wrong_ = labels_.violation();
      const auto read = test::read_packet(octets);
      if (!read) {
        wrong_ = "the stack sent what is no segment";
        return;
      }
      const ecn_codepoint mark = parse_ip(octets)->ecn();
      if (mark != packet->ecn) wrong_ = "the IP header has another mark than poll_packet() says";
      if (read->segment.header.options.ts) {
        const flow& path = read->path;
        stamps_[model::key_of(path)] = read->segment.header.options.ts->value.wire();
      }
      sent_.push_back({read->path, read->segment, mark});
    }
    wrong_ = "one event makes the stack send 200 segments";
  }

  std::string compare() {
    model_.sweep();
    if (wrong_.empty()) wrong_ = model_.wrong;
    if (!wrong_.empty()) return wrong_;
    const auto order = [](const sent_segment& a, const sent_segment& b) {
      return model::key_of(a.path) < model::key_of(b.path);
    };
    std::vector<sent_segment>& expected = model_.expected;
    std::stable_sort(sent_.begin(), sent_.end(), order);
    std::stable_sort(expected.begin(), expected.end(), order);
    if (sent_.size() != expected.size()) {
      std::string text =
          "the stack sent " + std::to_string(sent_.size()) + " segments, the model " + std::to_string(expected.size());
      for (const sent_segment& each : sent_) text += "; the stack " + told(each.segment);
      for (const sent_segment& each : expected) text += "; the model " + told(each.segment);
      return text;
    }
    for (std::size_t i = 0; i != sent_.size(); ++i) {
      sent_segment& one = sent_[i];
      sent_segment& other = expected[i];
      other.segment.header.source_port = other.path.local_port;
      other.segment.header.destination_port = other.path.remote_port;
      if (!(one.path == other.path)) return "the stack sent on a flow on which the model did not";
      if (!(one.segment.header == other.segment.header) || one.segment.octets != other.segment.octets) {
        return "sent " + told(one.segment) + " instead of " + told(other.segment);
      }
      if (one.mark != other.mark) return "a segment left with another mark in its IP header";
    }
    sent_.clear();
    expected.clear();
    return compare_tables();
  }

  [[nodiscard]] static std::string told(const test::packet& p) {
    std::string text = p.bits() + ' ' + std::to_string(p.seq()) + " ack " + std::to_string(p.acknowledges()) + " wnd " +
                       std::to_string(p.header.wnd) + " text " + std::to_string(p.octets.size());
    if (p.header.options.sack.count != 0) text += " sack " + std::to_string(p.header.options.sack.count);
    if (const auto& mss = p.header.options.mss) text += " mss " + std::to_string(*mss);
    if (const auto& ts = p.header.options.ts) {
      text += " ts " + std::to_string(ts->value.wire()) + " echo " + std::to_string(ts->echo.wire());
    }
    return text;
  }

  // Every flow of the model has one place in the stack, and no place is lost.
  std::string compare_tables() const {
    for (const auto& [where, e] : model_.map) {
      if (!e->owned) continue;
      const auto* const awake = tcp_->find(*e->owner);
      if (awake != nullptr && awake->tcb() != e->tcp.tcb()) return "a connection is in another state";
      if (tcp_->state_of(*e->owner) != e->tcp.state()) return "a connection says that it is in another state";
      const auto kept = tags_.find(*e->owner);
      const u32 tag = kept == tags_.end() ? 0 : kept->second;
      if (tcp_->tag(*e->owner) != tag) return "a connection has another's tag";
    }
    if (model_.half_open_count() != tcp_->half_open_connections()) return "the SYN queue holds another number";
    if (model_.time_wait_count() != tcp_->time_wait_connections()) return "TIME-WAIT holds another number";
    if (model_.connection_count() != tcp_->connections()) return "there is another number of connections";
    // The model's connections count in the handshake already, where there is no text.
    const connection_counters all = tcp_->totals();
    const connection_counters sum = model_.totals();
    if (all.octets_sent != sum.octets_sent || all.octets_again != sum.octets_again ||
        all.octets_received != sum.octets_received || all.out_of_order != sum.out_of_order) {
      return "what the connections have counted does not add up";
    }
    const stack_statistics& had = tcp_->statistics();
    const model_counts& expected = model_.counts;
    if (had.syn_dropped != expected.syn_dropped || had.ack_dropped != expected.ack_dropped ||
        had.half_open_expired != expected.half_open_expired) {
      return "another number of handshakes has failed";
    }
    if (had.cookies_sent != expected.cookies_sent || had.cookies_accepted != expected.cookies_accepted) {
      return "another number of cookies was sent or accepted";
    }
    if (had.time_wait_evicted != expected.time_wait_evicted || had.time_wait_reused != expected.time_wait_reused ||
        had.time_wait_kept != expected.time_wait_kept) {
      return "TIME-WAIT was ended or kept another number of times";
    }
    if (tcp_->orphans() != model_.orphans()) return "there is another number of orphans";
    if (had.orphans_evicted != expected.orphans_evicted) return "another number of orphans was reset";
    return tcp_->consistent() ? std::string() : "the stack's tables do not agree";
  }

  stack_setting drawn_;
  stack_fault fault_;
  std::unique_ptr<tcp> tcp_;
  model model_;
  handle listening_{};
  instant now_ = instant{} + duration::seconds(1'000);
  std::uint64_t secrets_ = 1'000;              // none comes twice
  std::map<typename model::key, u32> stamps_;  // our last timestamp on each flow
  std::vector<sent_segment> sent_;
  spec::flow_label_oracle labels_;
  std::map<handle, octet_string> loans_;  // what stands in the spans that are lent
  std::map<handle, u32> tags_;
  bool refused_loan_ = false;
  bool refused_connection_ = false;
  std::string wrong_;
};

}  // namespace sequent::property
