// A stack beside a plain map from flows to whole connections, which knows no records, tables, wheels and lists:
// whatever arrives and is called, both send the same segments on each flow, and end in the same states.
// covers: demultiplexing listeners time-wait-records
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

#include "tests/property/drawn.hpp"
#include "tests/support/stack_net.hpp"

namespace sequent::property {

/// Room for more than the drawn flows ever need, so that no limit is reached.
struct roomy_policy : default_stack_policy {
  struct connection_policy : default_policy {
    using send_storage = inline_storage<300>;
    using receive_storage = inline_storage<200>;
  };
  static constexpr u32 most_connections = 24;
  static constexpr u32 most_half_open = 8;
  static constexpr u32 most_time_wait = 8;
};

/// What may be wrong with the stack, on purpose.
enum class stack_fault { none, crossed, forgets_time_wait, reuses_time_wait, repeats_late };

/// The subject: drawn steps drive both sides.
template <stack_fault Fault>
class stack_subject {
 public:
  stack_subject(bool options, std::uint16_t latency_ms) : config_(configuration(options)), latency_(latency_ms) {
    tcp_ = std::make_unique<tcp>(config_);
    listening_ = *tcp_->listen(std::nullopt, 80, 100);
  }

  /// One step, and a comparison. Says what is wrong.
  std::string apply(const step& s) {
    now_ = now_ + duration::milliseconds(latency_);
    switch (s[0] % 8) {
      case 0: arrives(opened_or(s), syn(s)); break;
      case 1: call(s); break;
      case 2: pass(s); break;
      case 3: open(s); break;
      default: arrives(opened_or(s), near(opened_or(s), s)); break;
    }
    accept();
    return compare();
  }

 private:
  using tcp = stack<roomy_policy>;
  using whole = connection<roomy_policy::connection_policy>;
  // Flows as keys of a plain map.
  using key = std::pair<std::array<std::uint8_t, 32>, std::pair<std::uint16_t, std::uint16_t>>;
  struct entry {
    flow path;
    whole tcp;
    std::optional<handle> owner{};  // as the stack gave it
    bool owned = false;
    bool passive = false;
    bool accepted = false;
  };

  static stack_config configuration(bool options) {
    stack_config config = test::plain_stack();
    config.connection.window_scale = config.connection.sack = options;
    config.connection.user_timeout.reset();
    config.cookies = cookie_policy::never;
    config.reuse_time_wait = Fault == stack_fault::reuses_time_wait;
    config.reset_burst = 65'535;
    config.syn_ack_retries = 255;
    if (Fault == stack_fault::repeats_late) config.syn_ack_timeout = duration::seconds(2);
    if (Fault == stack_fault::forgets_time_wait) config.connection.msl = duration::seconds(60);
    return config;
  }

  static key key_of(const flow& f) {
    std::array<std::uint8_t, 32> addresses{};
    std::copy_n(f.local.v6().begin(), 16, addresses.begin());
    std::copy_n(f.remote.v6().begin(), 16, addresses.begin() + 16);
    return {addresses, {f.local_port, f.remote_port}};
  }

  // Flows that differ in one place each.
  [[nodiscard]] static flow peer(std::uint16_t which) {
    switch (which % 6) {
      case 0: return {test::v4(1), test::v4(2), 80, 9};
      case 1: return {test::v4(1), test::v4(2), 80, 10};
      case 2: return {test::v4(1), test::v4(3), 80, 9};
      case 3: return {test::v4(4), test::v4(2), 80, 9};
      case 4: return {test::v6(1), test::v6(2), 80, 9};
      default: return {test::v4(1), test::v4(2), 81, 9};  // where nobody listens, but connections are opened from
    }
  }

  // One of those, or more often one that the map holds.
  [[nodiscard]] flow opened_or(const step& s) const {
    const std::size_t which = s[1] % 64;
    if (which < 16 || map_.empty()) return peer(s[1]);
    return std::next(map_.begin(), static_cast<std::ptrdiff_t>(which % map_.size()))->second->path;
  }

  [[nodiscard]] static test::packet syn(const step& s) {
    test::packet p = test::at(u32{s[2]} << 16 | s[3]).syn().mss(100);
    if (s[2] % 2 == 0) p.scale(static_cast<std::uint8_t>(s[3] % 3)).sack_permitted();
    return p;
  }

  // A segment near the numbers of the flow's connection, if there is one.
  [[nodiscard]] test::packet near(const flow& path, const step& s) const {
    const auto at = map_.find(key_of(path));
    const control_block<u32> block = at == map_.end() ? control_block<u32>{} : at->second->tcp.block();
    if (s[0] / 128 % 2 == 0) {
      // What a good peer sends: everything is acknowledged, text and FIN follow in order.
      test::packet p = test::at(block.rcv.nxt.wire()).ack(block.snd.nxt.wire()).window(4'000);
      if (block.state == connection_state::syn_sent) return p.syn();
      if (s[2] % 3 == 0) p.text(s[3] % 40);
      return s[2] % 8 < 3 ? p.fin() : p;
    }
    const u32 behind = s[2] % 16 < 10 ? 0u : s[2] % 7 - 3u;
    test::packet p = test::at(block.rcv.nxt.wire() + behind).window(1'000 + s[3] % 3'000);
    const std::uint16_t kind = s[0] / 8 % 16;
    if (kind != 15) p.ack(block.snd.nxt.wire() - (s[2] / 16 % 4 == 0 ? s[3] % 40 : 0u));
    if (kind == 14) p.rst();
    if (kind == 13) p.syn();
    if (kind >= 11 && kind != 14) p.fin();
    if (kind % 2 == 0) p.text(s[3] % 60, s[2] % 100);
    return p;
  }

  // Both sides take a segment.
  void arrives(const flow& path, const test::packet& p) {
    flow reached = path;
    if (Fault == stack_fault::crossed && p.octets.size() == 7) reached.remote_port ^= 3;
    (void)tcp_->on_packet(test::packet_to(reached, p), now_);
    send_both();
    test::packet seen = p;
    seen.header.source_port = path.remote_port;
    seen.header.destination_port = path.local_port;
    const auto at = map_.find(key_of(path));
    if (at != map_.end()) {
      (void)at->second->tcp.on_segment(seen.header, seen.octets, now_);
      poll(*at->second);
      return;
    }
    auto made = std::make_unique<entry>(entry{path, whole(config_for(path, p)), {}, false, true, false});
    if (path.local_port == 80) (void)made->tcp.listen();
    (void)made->tcp.on_segment(seen.header, seen.octets, now_);
    poll(*made);
    if (alive(*made)) map_[key_of(path)] = std::move(made);
  }

  // The configuration of a connection that the stack would make. Its ISS is secret, so it is taken from the SYN,ACK.
  [[nodiscard]] connection_config config_for(const flow& path, const test::packet& p) const {
    connection_config config = config_.connection;
    config.msl = connection_config{}.msl;
    config.local_port = path.local_port;
    config.remote_port = path.remote_port;
    config.default_peer_mss = path.local.is_v4() ? 536 : 1'220;
    config.ip_header_octets = path.local.is_v4() ? 20 : 40;
    config.receive_mss = config.send_mss = path.local.is_v4() ? 1'460 : 1'440;
    if (p.header.control.syn() && !sent_.empty()) {
      config.isn_offset = sent_.back().segment.seq() - initial_sequence_number(0, now_).wire();
    }
    return config;
  }

  void pass(const step& s) {
    static constexpr std::int64_t spans[] = {1, 40, 200, 1'000, 1'000, 3'000, 20'000, 121'000};
    now_ = now_ + duration::milliseconds(spans[s[1] % 8] + s[2] % 2);
    tcp_->on_deadline(now_);
    send_both();
    for (auto& [where, each] : map_) {
      each->tcp.on_deadline(now_);
      poll(*each);
    }
  }

  void open(const step& s) {
    const flow path{test::v4(1), test::v4(s[1] % 2 == 0 ? 2 : 3), static_cast<std::uint16_t>(s[2] % 3 + 81), 9};
    if (map_.size() + ended_.size() >= 12) return;
    const auto made = tcp_->connect(path.local, path.remote, path.remote_port, now_, path.local_port);
    if (made.has_value() == (map_.count(key_of(path)) != 0)) wrong_ = "connect() and the map disagree on a flow";
    if (!made) return;
    auto mine = std::make_unique<entry>(entry{path, whole(tcp_->find(*made)->config()), *made, true, false, true});
    (void)mine->tcp.connect(now_);
    send_both();
    poll(*mine);
    map_[key_of(path)] = std::move(mine);
  }

  // The stack gives its connections in the order in which they were established.
  void accept() {
    while (const auto made = tcp_->accept(listening_)) {
      const auto path = tcp_->flow_of(*made);
      const auto at = path ? map_.find(key_of(*path)) : map_.end();
      if (at == map_.end() || !at->second->passive || at->second->accepted) {
        wrong_ = "accept() gives a connection that the map does not expect";
        return;
      }
      at->second->owner = made;
      at->second->owned = at->second->accepted = true;
    }
    for (auto& [where, each] : map_) {
      const bool established = each->tcp.state() >= connection_state::established;
      if (each->passive && established && !each->accepted) wrong_ = "a connection that is established is not given";
    }
  }

  // The owned connections, those that have ended as well.
  [[nodiscard]] std::vector<entry*> owned() {
    std::vector<entry*> all;
    for (auto& [where, each] : map_) {
      if (each->owned) all.push_back(each.get());
    }
    for (auto& each : ended_) all.push_back(each.get());
    return all;
  }

  void call(const step& s) {
    const auto all = owned();
    if (all.empty()) return;
    entry& e = *all[s[1] % all.size()];
    switch (s[2] % 6) {
      case 0:
      case 1: {
        const auto text = test::pattern(s[3] % 200);
        same(tcp_->write(*e.owner, text), e.tcp.write(text), "write()");
        break;
      }
      case 2: {
        std::vector<std::uint8_t> one(s[3] % 100 + 1);
        std::vector<std::uint8_t> other(one.size());
        same(tcp_->read(*e.owner, one), e.tcp.read(other), "read()");
        if (one != other) wrong_ = "read() gives other octets";
        break;
      }
      case 3: same(tcp_->shutdown(*e.owner), e.tcp.shutdown(), "shutdown()"); break;
      case 4:
        (void)tcp_->close(*e.owner, now_);
        (void)e.tcp.close(now_);
        e.owned = false;
        break;
      default:
        (void)tcp_->abort(*e.owner);
        (void)e.tcp.abort();
        e.owned = false;
        break;
    }
    send_both();
    poll(e);
  }

  template <class T>
  void same(const result<T>& one, const result<T>& other, const char* what) {
    if (one.has_value() != other.has_value()) wrong_ = std::string(what) + " succeeds on one side only";
    if (!one && !other && one.why() != other.why()) wrong_ = std::string(what) + " fails for another reason";
    if constexpr (!std::is_void_v<T>) {
      if (one && other && *one != *other) wrong_ = std::string(what) + " gives another number";
    }
  }

  // What the stack sends.
  void send_both() {
    std::array<std::uint8_t, 1'600> room{};
    for (int i = 0; i != 1'000; ++i) {
      const auto packet = tcp_->poll_packet(now_, room);
      if (!packet) return;
      const auto read = test::read_packet(std::span(room).first(packet->length));
      if (!read) {
        wrong_ = "the stack sent what is no segment";
        return;
      }
      sent_.push_back(*read);
    }
    wrong_ = "the stack never has nothing more to send";
  }

  // What a connection of the map sends.
  void poll(entry& e) {
    while (const auto next = e.tcp.next_segment(now_)) {
      std::vector<std::uint8_t> text(next->header.text_length);
      if (!text.empty()) e.tcp.copy_text(next->header, text);
      expected_.push_back({e.path, test::packet(next->header, std::move(text))});
    }
  }

  [[nodiscard]] static bool alive(const entry& e) {
    return e.tcp.state() != connection_state::closed && e.tcp.state() != connection_state::listen;
  }

  // What has ended leaves the map; what somebody still owns is kept aside.
  void sweep() {
    for (auto at = map_.begin(); at != map_.end();) {
      if (alive(*at->second)) {
        ++at;
        continue;
      }
      if (at->second->owned) ended_.push_back(std::move(at->second));
      at = map_.erase(at);
    }
    std::erase_if(ended_, [](const auto& e) { return !e->owned; });
  }

  std::string compare() {
    sweep();
    if (!wrong_.empty()) return wrong_;
    const auto order = [](const test::seen& a, const test::seen& b) { return key_of(a.path) < key_of(b.path); };
    std::stable_sort(sent_.begin(), sent_.end(), order);
    std::stable_sort(expected_.begin(), expected_.end(), order);
    if (sent_.size() != expected_.size()) {
      return "the stack sent " + std::to_string(sent_.size()) + " segments, the map " +
             std::to_string(expected_.size());
    }
    for (std::size_t i = 0; i != sent_.size(); ++i) {
      test::seen& one = sent_[i];
      test::seen& other = expected_[i];
      other.segment.header.source_port = other.path.local_port;
      other.segment.header.destination_port = other.path.remote_port;
      if (!(one.path == other.path)) return "the stack sent on a flow on which the map did not";
      if (!(one.segment.header == other.segment.header) || one.segment.octets != other.segment.octets) {
        return "sent " + one.segment.bits() + ' ' + std::to_string(one.segment.seq()) + " instead of " +
               other.segment.bits() + ' ' + std::to_string(other.segment.seq());
      }
    }
    sent_.clear();
    expected_.clear();
    return compare_tables();
  }

  // Every flow of the map has one place in the stack, and no place is lost.
  std::string compare_tables() const {
    u32 half_open = 0;
    u32 time_wait = 0;
    u32 connections = static_cast<u32>(ended_.size());
    for (const auto& [where, e] : map_) {
      const connection_state state = e->tcp.state();
      if (e->passive && state == connection_state::syn_received) {
        ++half_open;
      } else if (state == connection_state::time_wait && !e->owned) {
        ++time_wait;
      } else {
        ++connections;
        if (e->owned && tcp_->find(*e->owner)->block() != e->tcp.block()) return "a connection is in another state";
      }
    }
    if (half_open != tcp_->half_open_connections()) return "the SYN queue holds another number";
    if (time_wait != tcp_->time_wait_connections()) return "TIME-WAIT holds another number";
    if (connections != tcp_->connections()) return "there is another number of connections";
    return tcp_->consistent() ? std::string() : "the stack's tables do not agree";
  }

  stack_config config_;
  std::uint16_t latency_;
  std::unique_ptr<tcp> tcp_;
  handle listening_{};
  instant now_ = instant{} + duration::seconds(1'000);
  std::map<key, std::unique_ptr<entry>> map_;
  std::vector<std::unique_ptr<entry>> ended_;
  std::vector<test::seen> sent_;
  std::vector<test::seen> expected_;
  std::string wrong_;
};

}  // namespace sequent::property
