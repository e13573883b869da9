// What a stack should do, written as a plain map from flows to whole connections and a few counts: no records, tables,
// wheels or lists. Its limits and what happens at each are those that docs/stack.md names.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/property/stack/cookie_subject.hpp"
#include "tests/support/stack_net.hpp"

namespace sequent::property {

/// A segment that left, with what its IP header says of congestion.
struct sent_segment {
  flow path{};
  test::packet segment{};
  ecn_codepoint mark = ecn_codepoint::not_capable;
};

/// What the model counts as stack_statistics does.
struct model_counts {
  std::uint64_t syn_dropped = 0;
  std::uint64_t ack_dropped = 0;
  std::uint64_t cookies_sent = 0;
  std::uint64_t cookies_accepted = 0;
  std::uint64_t half_open_expired = 0;
  std::uint64_t time_wait_evicted = 0;
  std::uint64_t time_wait_reused = 0;
  std::uint64_t time_wait_kept = 0;
  std::uint64_t orphans_evicted = 0;
};

/// One listener, on port 80 of every address.
template <class Policy>
class stack_model {
 public:
  using whole = connection<typename Policy::connection_policy>;
  // Flows as keys of a plain map.
  using key = std::pair<std::array<std::uint8_t, 32>, std::pair<std::uint16_t, std::uint16_t>>;
  struct entry {
    flow path;
    whole tcp;
    std::optional<handle> owner{};  ///< as the stack gave it
    bool owned = false;
    bool passive = false;
    bool accepted = false;
    u32 age = 0;                    ///< not 0: in TIME-WAIT and nobody's; its turn to be forgotten
    control_block<u32> block{};     ///< then all that is left of it
    instant until{};                ///< and for how long
    u32 retries = 0;                ///< of the SYN,ACK
    u32 orphan = 0;                 ///< not 0: its handle was given back with close(); its turn to give way
    instant orphaned_at{};          ///< and when
    u32 closing = 0;                ///< not 0: asleep, and to be closed once there is a place; its turn
    bool wanting = false;           ///< asleep, and its user was refused a place
    bool lent = false;              ///< its buffer
    instant again{};                ///< while it sleeps its keep-alive does not look for a place before
    std::unique_ptr<entry> former;  ///< the one in TIME-WAIT whose place a half-open one has taken
  };
  /// A cookie that a good peer may bring back.
  struct issued_cookie {
    flow path;
    u32 irs = 0;
    u32 iss = 0;
    u32 stamp = 0;
    test::packet syn;  ///< all that it says of the SYN
    std::int64_t minute = 0;
    u32 secret = 0;  ///< which one it was made with
  };

  stack_model(const stack_config& config, u32 backlog) : config_(config), backlog_(backlog) {}

  static key key_of(const flow& f) {
    std::array<std::uint8_t, 32> addresses{};
    std::copy_n(f.local.v6().begin(), 16, addresses.begin());
    std::copy_n(f.remote.v6().begin(), 16, addresses.begin() + 16);
    return {addresses, {f.local_port, f.remote_port}};
  }

  [[nodiscard]] entry* find(const flow& path) const {
    const auto at = map.find(key_of(path));
    return at == map.end() ? nullptr : at->second.get();
  }

  // What becomes of a place.
  [[nodiscard]] static bool alive(const entry& e) {
    if (recorded(e)) return e.block.state == connection_state::time_wait;
    return e.tcp.state() != connection_state::closed && e.tcp.state() != connection_state::listen;
  }
  [[nodiscard]] static bool half_open(const entry& e) {
    return e.passive && e.tcp.state() == connection_state::syn_received;
  }
  [[nodiscard]] static bool waiting(const entry& e) {
    return e.passive && !e.accepted && e.tcp.state() >= connection_state::established;
  }
  [[nodiscard]] static bool recorded(const entry& e) { return e.age != 0; }
  [[nodiscard]] static const control_block<u32>& block_of(const entry& e) {
    return recorded(e) ? e.block : e.tcp.tcb();
  }
  [[nodiscard]] u32 half_open_count() const { return count(half_open); }
  [[nodiscard]] u32 waiting_count() const { return count(waiting); }
  [[nodiscard]] u32 time_wait_count() const {
    return count(recorded) + count([](const entry& e) { return e.former != nullptr; });
  }
  [[nodiscard]] u32 connection_count() const {
    return static_cast<u32>(ended.size()) + count([](const entry& e) { return !half_open(e) && !recorded(e); });
  }

  /// A segment arrives; `answers` is what the stack has sent upon it, from which its secret ISS is taken.
  void arrives(const flow& path, test::packet p, ecn_codepoint mark, instant now,
               const std::vector<sent_segment>& answers) {
    p.header.source_port = path.remote_port;
    p.header.destination_port = path.local_port;
    now_ = now;
    answers_ = &answers;
    entry* const e = find(path);
    if (e == nullptr) return on_nobody(path, p, mark);
    if (half_open(*e)) return on_half_open(*e, p, mark);
    if (recorded(*e)) return on_time_wait(*e, p);
    if (crowded() && !busy(*e) && !heard_asleep(*e, p) && !wakes(*e, now)) return;  // as if lost
    const auto done = e->tcp.on_segment(p.header, p.octets, now, mark);
    if (e->orphan != 0 && done && done->acked != 0) e->orphan = ++orphans_;
    poll(*e, now_);
  }

  /// An ICMP error about a segment of this flow. A record hears only what ends it.
  void reports(const flow& path, const icmp_error& about, instant now) {
    entry* const e = find(path);
    now_ = now;
    if (e == nullptr || recorded(*e) || (half_open(*e) && about.kind != icmp_kind::hard)) return;
    // RFC 5927 section 4.1: believed only of what is outstanding.
    const send_variables<u32>& snd = e->tcp.tcb().snd;
    if (about.seq - snd.una >= snd.nxt - snd.una) return;
    e->tcp.on_icmp(about, now);
    poll(*e, now_);
  }

  /// What cannot fall asleep: it has something to send, to wait for, to deliver or to tell, or is lent.
  [[nodiscard]] static bool busy(const entry& e) {
    return e.lent || !dormant<typename Policy::connection_policy>::can_hold(e.tcp);
  }
  /// All places to be awake in are taken by such.
  [[nodiscard]] bool crowded() const {
    if (!stack_slots<Policy>::sleeps) return false;
    return ended.size() + count([](const entry& e) { return !half_open(e) && !recorded(e) && busy(e); }) >= places;
  }
  /// More orphans than may stay have places, those to be awake in or any.
  [[nodiscard]] bool would_yield(bool awake_one) const {
    return orphan_count() + (awake_one ? 0 : closing_count()) > config_.max_orphans.value_or(half_of_places);
  }
  /// A connection is awake, or is woken, if necessary at the expense of an orphan where it has a user or will have one.
  [[nodiscard]] bool wakes(entry& e, instant now) {
    now_ = now;
    if (busy(e)) return true;
    if (crowded() && (e.owned || waiting(e))) yield(true);
    return !crowded();
  }

  /// The user has given its handle back with close(). What has not ended by then is an orphan.
  void close(entry& e, instant now) {
    now_ = now;
    const bool sleeps = crowded() && !busy(e);
    e.owned = e.wanting = e.lent = false;
    e.orphaned_at = now;
    if (sleeps) {
      e.closing = ++orphans_;
    } else {
      finish_close(e);
    }
  }
  /// Those that wait to be closed are, as long as there are places.
  void close_sleepers(instant now) {
    now_ = now;
    while (entry* const first = first_of(&entry::closing)) {
      if (crowded()) return;
      finish_close(*first);
    }
  }

  /// What all connections have counted, ended ones too.
  [[nodiscard]] connection_counters totals() const {
    connection_counters sum = lost_;
    for (const auto& [where, each] : map) {
      sum += each->tcp.statistics().counters;
      if (each->former) sum += each->former->tcp.statistics().counters;
    }
    for (const auto& each : ended) sum += each->tcp.statistics().counters;
    return sum;
  }
  [[nodiscard]] u32 orphans() const { return orphan_count() + closing_count(); }
  /// A connection could be made, at the expense of an orphan if there are more of them than may stay.
  [[nodiscard]] bool vacancy() const {
    return (!crowded() && connection_count() < Policy::sizes.max_connections) || would_yield(crowded());
  }
  /// One will be: where there is no place, the orphan whose peer has acknowledged nothing for longest gives way.
  void make_room(instant now) {
    now_ = now;
    if (crowded()) yield(true);
    if (connection_count() >= Policy::sizes.max_connections) yield(false);
  }

  /// When the next orphan's time is up, if there is one.
  [[nodiscard]] std::optional<instant> next_eviction() const {
    std::optional<instant> first;
    for (const auto& [where, each] : map) {
      if (!orphaned(*each)) continue;
      if (!first || eviction_of(*each) < *first) first = eviction_of(*each);
    }
    return first;
  }

  void on_deadline(instant now) {
    now_ = now;
    for (auto& [where, each] : map) {
      if (orphaned(*each) && eviction_of(*each) <= now) evict(*each);
    }
    doubt_order(now);
    for (auto& [where, each] : map) {
      if (each->former && each->former->until <= now) lose(each->former);
      if (recorded(*each)) {
        if (each->until <= now) each->block = {};
        continue;
      }
      if (half_open(*each)) {
        const auto due = each->tcp.timers().due(timer::retransmission);
        if (!due || *due > now) continue;
        if (each->retries == config_.syn_ack_retries) {
          ++counts.half_open_expired;
          (void)each->tcp.abort();
          drain(*each);
          continue;
        }
        ++each->retries;
      }
      if (now < each->again) continue;
      if (!half_open(*each) && crowded() && sleeper_due(*each, now) && !wakes(*each, now)) {
        each->again = now + duration::seconds(1);
        continue;
      }
      each->tcp.on_deadline(now);
      if (half_open(*each)) (void)each->tcp.take_signals();  // nobody is told of a SYN,ACK that is sent again
      poll(*each, now_);
    }
  }

  void rotate_secret() { ++secret_; }

  /// What a connection sends.
  void poll(entry& e, instant now) {
    now_ = now;
    e.again = {};
    while (const auto next = e.tcp.next_segment(now_)) {
      std::vector<std::uint8_t> text(next->header.text_length);
      if (!text.empty()) static_cast<void>(e.tcp.copy_text(next->header, text));
      expected.push_back({e.path, test::packet(next->header, std::move(text)), next->ecn});
    }
  }

  /// What has ended leaves the map; what somebody still owns is kept aside. TIME-WAIT gets its place in order.
  void sweep() {
    for (auto at = map.begin(); at != map.end();) {
      entry& e = *at->second;
      if (alive(e)) {
        if (e.tcp.state() == connection_state::time_wait && !recorded(e) && !e.owned && !waiting(e)) record(e);
        if (!half_open(e)) lose(e.former);
        ++at;
        continue;
      }
      auto former = std::move(e.former);
      if (e.owned) {
        ended.push_back(std::move(at->second));
      } else {
        lose(at->second);
      }
      if (former) {
        at->second = std::move(former);
        ++at;
      } else {
        at = map.erase(at);
      }
    }
    for (auto& each : ended) {
      if (!each->owned) lose(each);
    }
    std::erase(ended, nullptr);
    while (time_wait_count() > Policy::sizes.max_time_wait) forget_oldest();
  }

  /// A cookie that this flow's peer holds, the last one.
  [[nodiscard]] const issued_cookie* cookie_of(const flow& path) const {
    for (auto at = cookies.rbegin(); at != cookies.rend(); ++at) {
      if (at->path == path) return &*at;
    }
    return nullptr;
  }

  [[nodiscard]] u32 clock(const flow& path, instant now) const {
    return static_cast<u32>(static_cast<std::uint64_t>(now.microseconds()) / 1'000) + clock_offset(path);
  }

  std::map<key, std::unique_ptr<entry>> map;
  std::vector<std::unique_ptr<entry>> ended;
  std::vector<issued_cookie> cookies;
  std::vector<sent_segment> expected;
  model_counts counts;
  std::string wrong;
  bool doubtful = false;  ///< which of two sleepers got the last place cannot be foretold

 private:
  static constexpr u32 places = Policy::sizes.max_awake != 0 ? Policy::sizes.max_awake : Policy::sizes.max_connections;
  static constexpr u32 half_of_places = places / 2 == 0 ? 1 : places / 2;

  // Of orphans that have not ended, TIME-WAIT aside.
  [[nodiscard]] static bool orphan_lives(const entry& e) {
    return !recorded(e) && alive(e) && e.tcp.state() != connection_state::time_wait;
  }
  [[nodiscard]] static bool orphaned(const entry& e) { return e.closing != 0 || (e.orphan != 0 && orphan_lives(e)); }
  [[nodiscard]] u32 orphan_count() const {
    return count([](const entry& e) { return e.orphan != 0 && orphan_lives(e); });
  }
  [[nodiscard]] u32 closing_count() const {
    return count([](const entry& e) { return e.closing != 0; });
  }
  // Whose turn it is among orphans that are awake, or that wait to be closed.
  [[nodiscard]] entry* first_of(u32 entry::*turn) const {
    entry* first = nullptr;
    for (const auto& [where, each] : map) {
      if (*each.*turn == 0 || !orphaned(*each)) continue;
      if (first == nullptr || *each.*turn < first->*turn) first = each.get();
    }
    return first;
  }
  // Nothing is left of it but what it has counted.
  void lose(std::unique_ptr<entry>& e) {
    if (e != nullptr) lost_ += e->tcp.statistics().counters;
    e.reset();
  }
  void finish_close(entry& e) {
    e.closing = 0;
    (void)e.tcp.close(now_);
    if (orphan_lives(e)) e.orphan = ++orphans_;
    poll(e, now_);
  }
  // An orphan's place is free at once.
  void yield(bool awake_one) {
    if (!would_yield(awake_one)) return;
    entry* first = first_of(&entry::orphan);
    if (first == nullptr) first = first_of(&entry::closing);
    evict(*first);
    const key where = key_of(first->path);
    lose(map[where]);
    map.erase(where);
  }
  // What a sleeper hears without being woken.
  [[nodiscard]] bool heard_asleep(const entry& e, const test::packet& p) const {
    return dormant<typename Policy::connection_policy>(e.tcp).arrives(p.header, config_.connection, now_);
  }
  [[nodiscard]] static bool sleeper_due(const entry& e, instant now) {
    const auto due = e.tcp.next_deadline();
    return !busy(e) && due && *due <= now;
  }
  // Several deadlines at one moment are met in no order that is promised, which matters where places are few.
  void doubt_order(instant now) {
    if (!stack_slots<Policy>::sleeps) return;
    u32 due = 0;
    u32 sleepers = 0;
    u32 awake = static_cast<u32>(ended.size());
    for (const auto& [where, each] : map) {
      if (half_open(*each) || recorded(*each)) continue;
      const auto next = each->tcp.next_deadline();
      if (next && *next <= now) ++due;
      if (sleeper_due(*each, now)) ++sleepers;
      if (busy(*each)) ++awake;
    }
    doubtful = doubtful || (due > 1 && sleepers != 0 && awake + sleepers > places);
  }
  [[nodiscard]] instant eviction_of(const entry& e) const {
    return instant::from_microseconds(e.orphaned_at.microseconds() / 1'000'000 * 1'000'000) + *config_.orphan_life +
           duration::seconds(1);
  }
  void evict(entry& e) {
    ++counts.orphans_evicted;
    const bool sleeps = std::exchange(e.closing, 0u) != 0;  // and has not been closed yet
    (void)(sleeps ? e.tcp.abort() : e.tcp.evict());
    poll(e, now_);
  }

  template <class Test>
  [[nodiscard]] u32 count(Test test) const {
    return static_cast<u32>(
        std::count_if(map.begin(), map.end(), [&](const auto& each) { return test(*each.second); }));
  }
  [[nodiscard]] bool room_for_syn() const {
    return config_.cookies != cookie_policy::always &&
           half_open_count() < std::min(backlog_, Policy::sizes.max_half_open) && waiting_count() < backlog_;
  }
  [[nodiscard]] bool room() const { return waiting_count() < backlog_ && vacancy(); }

  [[nodiscard]] u32 clock_offset(const flow& path) const {
    return isn_offset(derive_key(config_.secret, key_use::timestamp_clocks), path.local.v6(), path.local_port,
                      path.remote.v6(), path.remote_port);
  }

  [[nodiscard]] connection_config config_for(const flow& path, u32 iss) const {
    connection_config config = config_.connection;
    config.local_port = path.local_port;
    config.remote_port = path.remote_port;
    config.default_peer_mss = path.local.is_v4() ? 536 : 1'220;
    config.ip_header_octets = path.local.is_v4() ? 20 : 40;
    config.receive_mss = config.send_mss = path.local.is_v4() ? 1'460 : 1'440;
    config.isn_offset = iss - initial_sequence_number(0, now_).wire();
    config.timestamp_offset = clock_offset(path);
    return config;
  }

  // The stack's SYN,ACK, if it has just sent one.
  [[nodiscard]] const segment<u32>* syn_ack() const {
    if (answers_->empty() || !answers_->back().segment.header.control.syn()) return nullptr;
    return &answers_->back().segment.header;
  }

  [[nodiscard]] std::unique_ptr<entry> listening(const flow& path, u32 iss) const {
    auto made = std::make_unique<entry>(entry{.path = path, .tcp = whole(config_for(path, iss)), .former = {}});
    made->passive = true;
    if (path.local_port == 80) (void)made->tcp.listen();
    return made;
  }

  void on_nobody(const flow& path, const test::packet& p, ecn_codepoint mark) {
    if (path.local_port == 80 && brings_cookie(path, p, mark)) return;
    const segment<u32>* const answer = syn_ack();
    auto made = listening(path, answer == nullptr ? 0 : answer->seq.wire());
    (void)made->tcp.on_segment(p.header, p.octets, now_, mark);
    if (half_open(*made) && !room_for_syn()) {
      if (waiting_count() >= backlog_ || config_.cookies == cookie_policy::never) {
        ++counts.syn_dropped;
      } else {
        send_cookie(path, p, answer);
      }
      return;
    }
    poll(*made, now_);
    if (alive(*made)) map[key_of(path)] = std::move(made);
  }

  // A SYN with what a cookie can say of this one.
  [[nodiscard]] test::packet cut(const flow& path, const test::packet& p) const {
    const segment_options<u32>& theirs = p.header.options;
    const std::uint16_t fallback = path.local.is_v4() ? 536 : 1'220;
    test::packet syn = test::at(p.seq()).syn().mss(rounded_mss(theirs.mss ? *theirs.mss : fallback));
    syn.from(path.remote_port);
    if (!config_.connection.timestamps || !theirs.ts) return syn;
    syn.header.options.ts = theirs.ts;
    if (config_.connection.window_scale) syn.header.options.window_scale = theirs.window_scale;
    syn.header.options.sack_permitted = config_.connection.sack && theirs.sack_permitted;
    if (p.header.control.sets_up_ecn()) syn.ecn();
    return syn;
  }

  void send_cookie(const flow& path, const test::packet& p, const segment<u32>* answer) {
    ++counts.cookies_sent;
    if (answer == nullptr) return;  // which the comparison finds
    const test::packet syn = cut(path, p);
    auto made = listening(path, answer->seq.wire());
    (void)made->tcp.on_segment(syn.header, {}, now_, ecn_codepoint::not_capable);
    poll(*made, now_);
    auto& stamp = expected.back().segment.header.options.ts;
    if (stamp && answer->options.ts) {
      if (stamp->value - answer->options.ts->value > 63) wrong = "a cookie's timestamp is far from the clock";
      stamp->value = answer->options.ts->value;
    }
    cookies.push_back({path, p.seq(), answer->seq.wire(), stamp ? stamp->value.wire() : 0, syn,
                       minute_of(now_.microseconds()), secret_});
  }

  [[nodiscard]] bool brings_cookie(const flow& path, const test::packet& p, ecn_codepoint mark) {
    const auto control = p.header.control;
    if (!control.ack() || control.rst() || control.syn()) return false;
    const auto good = std::find_if(cookies.begin(), cookies.end(), [&](const issued_cookie& c) {
      const auto& ts = p.header.options.ts;
      const bool stamped = c.syn.header.options.ts.has_value();
      const std::int64_t age = minute_of(now_.microseconds()) - c.minute;
      return c.path == path && p.seq() == c.irs + 1 && p.acknowledges() == c.iss + 1 && ts.has_value() == stamped &&
             (!stamped || ((ts->echo.wire() ^ c.stamp) & 63) == 0) && age <= 1 && secret_ - c.secret <= 1;
    });
    if (good == cookies.end()) return false;
    if (!room()) {
      ++counts.ack_dropped;
      return true;
    }
    ++counts.cookies_accepted;
    make_room(now_);
    auto made = listening(path, good->iss);
    test::packet syn = good->syn;
    if (syn.header.options.ts) syn.header.options.ts = p.header.options.ts;  // the first one is forgotten
    // Twice, since nobody knows whether the SYN,ACK has been sent again.
    for (int i = 0; i != 2; ++i) {
      (void)made->tcp.on_segment(syn.header, {}, now_, ecn_codepoint::not_capable);
      drain(*made);
    }
    (void)made->tcp.on_segment(p.header, p.octets, now_, mark);
    poll(*made, now_);
    std::unique_ptr<entry>& place = map[key_of(path)];
    if (place != nullptr) lose(place->former);
    lose(place);
    place = std::move(made);
    return true;
  }

  void on_half_open(entry& e, const test::packet& p, ecn_codepoint mark) {
    if (p.acknowledges() != e.tcp.tcb().snd.iss.wire() + 1 && brings_cookie(flow(e.path), p, mark)) return;
    whole after = e.tcp;
    (void)after.on_segment(p.header, p.octets, now_, mark);
    if (after.state() >= connection_state::established && !room()) {
      ++counts.ack_dropped;
      return;
    }
    if (after.state() >= connection_state::established) make_room(now_);
    e.tcp = after;
    poll(e, now_);
  }

  // The connection's buffers are gone; the core and the whole block go on.
  void record(entry& e) {
    e.block = e.tcp.tcb();
    e.until = *e.tcp.timers().due(timer::time_wait);
    e.age = ++ages_;
  }

  void on_time_wait(entry& e, const test::packet& p) {
    const auto control = p.header.control;
    const bool asks = control.syn() && !control.ack() && !control.rst();
    if (asks && config_.reuse_time_wait) return on_syn_in_time_wait(e, p);
    const actions<u32> step = sequent::step(e.block, p.header, surroundings<u32>{now_, {}});
    if (step.time_wait) {
      e.until = now_ + config_.connection.msl * 2;
      e.age = ++ages_;
    }
    if (const auto answer = compose_answer(e.block, step, clock(e.path, now_))) {
      expected.push_back({e.path, test::packet(*answer)});
    }
  }

  // RFC 6191 section 2.
  void on_syn_in_time_wait(entry& e, const test::packet& p) {
    const control_block<u32>& old = e.block;
    const auto& ts = p.header.options.ts;
    const bool stamped = config_.connection.timestamps && ts.has_value();
    const bool beyond = static_cast<std::int32_t>(p.seq() - old.rcv.nxt.wire()) >= 0;
    const std::int32_t newer = stamped ? static_cast<std::int32_t>(ts->value.wire() - old.ts.recent.wire()) : 0;
    const bool may = !stamped ? beyond : !old.ts.enabled || newer > 0 || (newer == 0 && beyond);
    if (!may || e.path.local_port != 80) {
      ++counts.time_wait_kept;
      return;
    }
    if (!room_for_syn()) {
      ++counts.syn_dropped;
      return;
    }
    ++counts.time_wait_reused;
    const segment<u32>* const answer = syn_ack();
    const u32 iss = answer == nullptr ? 0 : answer->seq.wire();
    if (static_cast<std::int32_t>(iss - old.snd.nxt.wire()) < 0) wrong = "an ISS lies among the old numbers";
    auto made = listening(e.path, iss);
    (void)made->tcp.on_segment(p.header, p.octets, now_, ecn_codepoint::not_capable);
    poll(*made, now_);
    made->former = std::move(map[key_of(made->path)]);
    map[key_of(made->path)] = std::move(made);
  }

  // What is sent is not looked at.
  void drain(entry& e) {
    while (e.tcp.next_segment(now_)) {
    }
  }

  // The one whose record was made, or whose time began anew, before all others.
  void forget_oldest() {
    auto oldest = map.end();
    const auto age_of = [](const auto& at) { return at->second->former ? at->second->former->age : at->second->age; };
    for (auto at = map.begin(); at != map.end(); ++at) {
      if (!at->second->former && !recorded(*at->second)) continue;
      if (oldest == map.end() || age_of(at) < age_of(oldest)) oldest = at;
    }
    ++counts.time_wait_evicted;
    if (oldest->second->former) {
      lose(oldest->second->former);
    } else {
      lose(oldest->second);
      map.erase(oldest);
    }
  }

  stack_config config_;
  u32 backlog_;
  instant now_{};
  const std::vector<sent_segment>* answers_ = nullptr;
  connection_counters lost_;
  u32 ages_ = 0;
  u32 orphans_ = 0;
  u32 secret_ = 0;
};

}  // namespace sequent::property
