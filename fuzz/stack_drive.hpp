// A stack with a listener and two connections against everybody: raw packets, segments near its numbers, ICMP errors,
// user calls and time in any order.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/stack_net.hpp"

namespace sequent::fuzz {

/// Small tables and buffers, so that every limit is near, that of those which can be awake among them.
struct stack_policy : default_stack_policy {
  struct connection_policy : default_policy {
    using send_storage = inline_storage<96>;
    using receive_storage = inline_storage<96>;
    static constexpr std::size_t max_held_ranges = 4;
  };
  using tag = std::size_t;
  static constexpr stack_sizes sizes{.max_connections = 6,
                                     .max_awake = 4,
                                     .max_half_open = 3,
                                     .max_time_wait = 2,
                                     .max_listeners = 2,
                                     .max_replies = 4};
};

/// Drives a stack by the answers of a chooser. Every octet of text on a flow, either way, is the flow's number, so that
/// what is read or sent tells where it came from. `Deliver` hands a packet over; a broken variant may change it. `Tcp`
/// is a stack, or what stands for several; where it can do Fast Open, its listener and those that are connected use it.
template <class Deliver, class Chooser, class Tcp = stack<stack_policy>>
class stack_drive {
 public:
  using tcp = Tcp;

  explicit stack_drive(Chooser& choose) : choose_(choose) {
    stack_config config = test::plain_stack(3);
    config.connection.timestamps = choose.pick(2) == 1;
    config.connection.sack = config.connection.window_scale = choose.pick(2) == 1;
    config.connection.send_mss = 60;
    config.cookies = static_cast<cookie_policy>(choose.pick(3));
    config.reuse_time_wait = choose.pick(2) == 0;
    patience_ = choose.pick(3) == 2 ? 12 : 1;
    tcp_ = std::make_unique<tcp>(config);
    listening_ = *tcp_->listen(std::nullopt, 80, 1 + static_cast<u32>(choose.pick(3)));
    if constexpr (opens_fast) (void)tcp_->allow_fast_open(listening_, 1 + static_cast<u32>(choose.pick(2)));
    for (std::size_t i = 6; i != 8; ++i) connect(i);
    (void)send();
  }

  /// Makes one move; returns what is wrong after it, or an empty string.
  std::string step() {
    switch (choose_.pick(10)) {
      case 0:
      case 1:
      case 2: polite(); break;
      case 3:
      case 4: call(); break;
      case 5: wait(); break;
      case 6: report(); break;
      case 7: raw(); break;
      default: built(); break;
    }
    if (wrong_.empty() && ++unsent_ >= patience_) {
      unsent_ = 0;
      wrong_ = send();
    }
    if (wrong_.empty()) wrong_ = judge();
    return wrong_;
  }

  /// Gives everything up and lets time pass: in the end nothing may be left. Returns what is.
  std::string finish() {
    for (const auto& [of, number] : owned_) (void)tcp_->close(of, now_);
    (void)tcp_->close(listening_, now_);
    if (std::string wrong = send(); !wrong.empty()) return wrong;
    for (int i = 0; i != 2'000; ++i) {
      const auto due = tcp_->next_deadline();
      if (!due) break;
      now_ = std::max(now_, *due);
      tcp_->on_deadline(now_);
      if (std::string wrong = send(); !wrong.empty()) return wrong;
    }
    if constexpr (requires { tcp_->violation(); }) {
      if (!tcp_->violation().empty()) return tcp_->violation();
    }
    if (tcp_->next_deadline()) return "there is always another deadline";
    if (tcp_->connections() != 0) return "a place of a connection is never freed";
    if (tcp_->half_open_connections() + tcp_->time_wait_connections() != 0) return "a record is never freed";
    return tcp_->consistent() ? std::string() : "the tables do not agree in the end";
  }

 private:
  // Six peers of the server, one of them of IPv6 and one where nobody listens, and the two that are connected to.
  [[nodiscard]] static flow flow_number(std::size_t i) {
    if (i == 4) return {test::v6(1), test::v6(2), 80, 9};
    if (i == 5) return {test::v4(1), test::v4(2), 81, 9};
    if (i >= 6) return {test::v4(1), test::v4(3), static_cast<std::uint16_t>(1'000 + i), 7};
    return {test::v4(1), test::v4(static_cast<std::uint8_t>(2 + i / 2)), 80, static_cast<std::uint16_t>(9 + i % 2)};
  }
  [[nodiscard]] static std::size_t number_of(const flow& path) {
    for (std::size_t i = 0; i != 8; ++i) {
      if (flow_number(i) == path) return i;
    }
    return 8;
  }

  static constexpr bool opens_fast = requires(Tcp & each) { each.allow_fast_open(handle{}, 1u); };

  // With Fast Open a cookie of the server may be known, and text goes out with the SYN.
  void connect(std::size_t i) {
    const flow path = flow_number(i);
    if constexpr (opens_fast) {
      fast_open_server known;
      known.mss = static_cast<std::uint16_t>(choose_.pick(200));
      constexpr std::array<std::uint8_t, 8> cookie{1, 2, 3, 4, 5, 6, 7, 8};
      if (choose_.pick(2) == 1) known.cookie = *fast_open_cookie::of(cookie);
      const auto made = tcp_->connect(path.local, path.remote, path.remote_port, known, now_, path.local_port);
      if (!made) return;
      own(*made, i);
      (void)tcp_->write(owned_.back().first, test::octet_string(choose_.pick(90), static_cast<std::uint8_t>(i)));
    } else {
      own(*tcp_->connect(path.local, path.remote, path.remote_port, now_, path.local_port), i);
    }
  }

  // A SYN that asks for a cookie, or brings the last one that this flow was given, right or not, with text.
  void ask_fast(test::packet& p, std::size_t number) {
    if constexpr (opens_fast) {
      const std::size_t way = choose_.pick(4);
      if (way == 0) return;
      p.header.options.fast_open = way == 1 ? fast_open_cookie{} : cookies_[number];
      if (way == 3 && choose_.pick(8) == 7) p.header.options.fast_open = cookies_[choose_.pick(8)];
      p.text(test::octet_string(choose_.pick(60), static_cast<std::uint8_t>(number)));
    }
  }

  // The number is kept with the connection, and has to be found there for as long as its handle is ours.
  void own(handle of, std::size_t number) {
    owned_.push_back({of, number});
    if (!tcp_->set_tag(of, number)) wrong_ = "a tag is refused";
  }

  // Now and then several packets arrive before anything is polled, and one may have to wait for that.
  void hand_over(const test::octet_string& packet) {
    last_ = Deliver::to(*tcp_, packet, now_);
    if (last_ != delivery::postponed) return;
    wrong_ = send();
    last_ = Deliver::to(*tcp_, packet, now_);
    if (last_ == delivery::postponed) wrong_ = "a packet was postponed though nothing waits to be sent";
  }

  void raw() {
    test::octet_string packet(choose_.pick(80));
    for (auto& octet : packet) octet = static_cast<std::uint8_t>(choose_.pick(256));
    hand_over(packet);
  }

  // What a peer sends that follows the rules: a SYN, an answer to one, or everything acknowledged with text or FIN.
  void polite() {
    const std::size_t number = choose_.pick(8);
    const segment<u32>& seen = seen_[number];
    test::packet p = test::at(seen.ack.wire());
    p.ack((seen.seq + seen.length()).wire());
    switch (choose_.pick(5)) {
      case 0: break;
      case 1:
        p = test::at(choose_.pick(2) == 0 ? 5'000 : 0xffff'fff0u).syn().mss(100);
        ask_fast(p, number);
        break;
      case 2: p.fin(); break;
      default: p.text(test::octet_string(1 + choose_.pick(60), static_cast<std::uint8_t>(number))); break;
    }
    if (seen.control.syn() && !seen.control.ack()) p = test::at(7'000).syn().ack((seen.seq + 1u).wire());
    if (seen.options.ts) p.ts(3, seen.options.ts->value.wire());
    hand_over(test::packet_to(flow_number(number), p));
  }

  // A segment near what the stack last sent on a flow; now and then one whose checksum does not hold.
  void built() {
    const std::size_t number = choose_.pick(8);
    const segment<u32>& seen = seen_[number];
    const u32 shifts[] = {0, 1, u32(-1), 50, 97, 0x8000'0000u};
    test::packet p = test::at(seen.ack.wire() + shifts[choose_.pick(6)]);
    p.header.ack = seen.seq + seen.length() + shifts[choose_.pick(6)];
    p.header.control = control_bits<u32>(static_cast<u32>(choose_.pick(64)));
    p.header.wnd = static_cast<u32>(choose_.pick(0x10000));
    p.header.up = static_cast<u32>(choose_.pick(3));
    const std::size_t options = choose_.pick(8);
    if ((options & 1) != 0)
      p.ts(static_cast<u32>(choose_.pick(4)), seen.options.ts ? seen.options.ts->value.wire() : 0);
    if ((options & 2) != 0) p.mss(static_cast<std::uint16_t>(choose_.pick(0x10000)));
    if ((options & 4) != 0) p.scale(static_cast<std::uint8_t>(choose_.pick(16))).sack_permitted();
    p.text(test::octet_string(choose_.pick(70), static_cast<std::uint8_t>(number)));
    test::octet_string packet = test::packet_to(flow_number(number), p);
    const bool corrupt = choose_.pick(16) == 15;
    if (corrupt) {
      const std::size_t front = ip_header_length(flow_number(number).local);
      packet[front + choose_.pick(packet.size() - front)] ^= static_cast<std::uint8_t>(1u << choose_.pick(8));
    }
    hand_over(packet);
    if (corrupt && last_ != delivery::dropped) wrong_ = "a segment was taken although its checksum does not hold";
  }

  // An ICMP error about something that the stack sent.
  void report() {
    const std::size_t number = choose_.pick(8);
    const flow path = flow_number(number);
    if (!path.local.is_v4()) return;
    test::packet quoted = test::at(seen_[number].seq.wire() + static_cast<u32>(choose_.pick(2)));
    const test::octet_string inner =
        test::packet_to({path.remote, path.local, path.remote_port, path.local_port}, quoted);
    test::octet_string packet(28 + 28);
    packet[20] = static_cast<std::uint8_t>(choose_.pick(2) == 0 ? 3 : 11);
    packet[21] = static_cast<std::uint8_t>(choose_.pick(6));
    store16(packet.data() + 26, static_cast<std::uint16_t>(choose_.pick(1'600)));
    std::copy_n(inner.begin(), 28, packet.begin() + 28);
    store16(packet.data() + 22, checksum_field(sum_octets(std::span(packet).subspan(20))));
    (void)emit_ipv4({.source = {10, 0, 0, 99}, .destination = path.local.v4(), .protocol = ip_protocol::icmp}, packet);
    hand_over(packet);
  }

  void call() {
    if (const auto made = tcp_->accept(listening_)) {
      const auto path = tcp_->flow_of(*made);
      own(*made, path ? number_of(*path) : 8);
    }
    hear();
    if (owned_.empty()) return;
    const std::size_t which = choose_.pick(owned_.size());
    const auto [of, number] = owned_[which];
    std::array<std::uint8_t, 64> room{};
    switch (choose_.pick(8)) {
      case 0:
        room.fill(static_cast<std::uint8_t>(number));
        (void)tcp_->write(of, std::span(room).first(choose_.pick(65)));
        break;
      case 1: {
        const auto got = tcp_->read(of, std::span(room).first(choose_.pick(65)));
        for (std::size_t i = 0; got && i != *got; ++i) {
          if (room[i] != number) wrong_ = "a reader got an octet of another flow";
        }
        break;
      }
      case 2: (void)tcp_->shutdown(of); break;
      case 4: set(of, number); break;
      case 5: lend(of, number); break;
      case 6: read_in_place(of, number); break;
      case 3:
        (void)(choose_.pick(3) != 2 ? tcp_->close(of, now_) : tcp_->abort(of));
        owned_.erase(owned_.begin() + static_cast<std::ptrdiff_t>(which));
        gone_.push_back(of);
        break;
      default: break;
    }
  }

  void hear() {
    for (int count = 0; count != 200; ++count) {
      const auto event = tcp_->next_event();
      if (!event) return;
      if (event->of == handle{} && !event->place) wrong_ = "an event tells nothing";
      for (const handle old : gone_) {
        if (event->of == old) wrong_ = "an event names a handle that was given up";
      }
    }
    wrong_ = "events have no end";
  }

  // What is set changes nothing about what is there.
  void set(handle of, std::size_t number) {
    const bool on = choose_.pick(2) == 1;
    switch (choose_.pick(5)) {
      case 0: (void)tcp_->set_nagle(of, on); break;
      case 1: (void)tcp_->set_keep_alive(of, on, now_); break;
      case 2: (void)tcp_->set_user_timeout(of, on ? std::optional(duration::seconds(20)) : std::nullopt, now_); break;
      case 3: (void)tcp_->set_service(of, static_cast<std::uint8_t>(choose_.pick(256))); break;
      default: {
        std::array<std::uint8_t, 3> urgent{};
        urgent.fill(static_cast<std::uint8_t>(number));
        (void)tcp_->write_urgent(of, urgent);
      }
    }
  }

  // A span is lent, or what was written to it before is handed over, lent or not. Of no more than was lent is it taken.
  void lend(handle of, std::size_t number) {
    const auto known = lent_.find(of);
    const std::size_t most = known == lent_.end() ? 0 : known->second;
    if (choose_.pick(2) == 0) {
      const auto room = tcp_->writable_span(of);
      for (auto& octet : room) octet = static_cast<std::uint8_t>(number);
      if (!room.empty()) lent_[of] = room.size();
      return;
    }
    const std::size_t octets = choose_.pick(200);
    const auto taken = tcp_->commit(of, octets);
    if (taken && *taken != octets) wrong_ = "commit() takes another number";
    if (taken && octets > most) wrong_ = "more is committed than was lent";
    lent_.erase(of);
  }

  void read_in_place(handle of, std::size_t number) {
    const auto text = tcp_->readable_span(of);
    for (const std::uint8_t octet : text) {
      if (octet != number) wrong_ = "a span shows an octet of another flow";
    }
    const std::size_t octets = choose_.pick(200);
    const auto taken = tcp_->consume(of, octets);
    if (taken && *taken > text.size()) wrong_ = "more is consumed than is there";
  }

  void wait() {
    static constexpr std::int64_t spans[] = {1, 100, 1'000, 3'000, 10'000, 61'000, 125'000, 400'000};
    now_ = now_ + duration::milliseconds(spans[choose_.pick(8)]);
    tcp_->on_deadline(now_);
  }

  // Everything that is to be sent. One event may not cause more than what every buffer and record can hold.
  std::string send() {
    std::array<std::uint8_t, 300> room{};
    for (int count = 0; count != 500; ++count) {
      const auto packet = tcp_->poll_packet(now_, room);
      if (!packet) return {};
      const auto read = test::read_packet(std::span(room).first(packet->length));
      if (!read) return "sent what is no segment";
      const std::size_t number = number_of(read->path);
      if (number == 8) continue;  // an answer to a raw packet of a stranger
      for (const std::uint8_t octet : read->segment.octets) {
        if (octet != number) return "sent an octet of another flow";
      }
      if (const auto& given = read->segment.header.options.fast_open; given && number < 6) cookies_[number] = *given;
      if (!read->segment.header.control.rst()) seen_[number] = read->segment.header;
    }
    return "one event made it send 500 packets";
  }

  std::string judge() {
    if (!tcp_->consistent()) return "the tables do not agree";
    if constexpr (requires { tcp_->violation(); }) {
      if (!tcp_->violation().empty()) return tcp_->violation();
    }
    for (const handle old : gone_) {
      if (tcp_->state_of(old) || tcp_->tag(old) || tcp_->read(old, {}))
        return "a handle that was given up names something";
    }
    for (const auto& [of, number] : owned_) {
      if (!tcp_->state_of(of)) return "a handle that was not given up names nothing";
      if (tcp_->tag(of) != number) return "a connection has lost its tag";
    }
    return {};
  }

  Chooser& choose_;
  std::unique_ptr<tcp> tcp_;
  handle listening_{};
  instant now_ = instant{} + duration::seconds(1'000);
  std::vector<std::pair<handle, std::size_t>> owned_;
  std::vector<handle> gone_;
  std::map<handle, std::size_t> lent_;  // octets that may be committed, at most
  std::array<segment<u32>, 8> seen_{};
  std::array<fast_open_cookie, 8> cookies_{};
  std::size_t patience_ = 1;  // moves before what is to be sent is polled
  std::size_t unsent_ = 0;
  delivery last_ = delivery::dropped;
  std::string wrong_;
};

}  // namespace sequent::fuzz
