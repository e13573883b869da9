// One production connection, in lockstep with the specification, against a peer that does anything: segments near the
// window and far from it, raw octets, user calls and time in any order.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sequent/wire/emit.hpp"
#include "tests/property/wire/segment_subject.hpp"
#include "tests/refinement/bounded_storage.hpp"
#include "tests/refinement/lockstep.hpp"

namespace sequent::fuzz {

/// Small buffers, so that they fill and wrap.
struct endpoint_policy : default_policy {
  using send_storage = refinement::bounded_storage<96>;
  using receive_storage = refinement::bounded_storage<96>;
  using congestion_control = congestion::reno;
  static constexpr std::size_t max_held_ranges = 4;
  static constexpr std::size_t max_sent_runs = 8;
};

/// The end under test.
using checked_end = refinement::lockstep<endpoint_policy, longest_header + 64>;

/// Drives an End (the checked one, or a broken variant) by the answers of a chooser.
///
/// Text octets are a function of their sequence number, so that what is read can be judged although anybody may have
/// sent it. Numbers that lie exactly half the circle from the one they are compared with are not sent: there the RFC
/// says nothing and the two sides may differ (A1 of docs/choices.md).
template <class End, class Chooser>
class endpoint_drive {
 public:
  explicit endpoint_drive(Chooser& choose)
      : choose_(choose),
        end_(drawn_config(), refinement::bounded_storage<96>(1 + choose.pick(96)),
             refinement::bounded_storage<96>(1 + choose.pick(96))) {}

  /// Makes one move; returns what is wrong after it, or an empty string.
  std::string step() {
    const std::size_t move = choose_.pick(256);
    switch (move % 16) {
      case 0: call(); break;
      case 1: write(); break;
      case 2:
        if (std::string wrong = read(); !wrong.empty()) return wrong;
        break;
      case 3: wait(); break;
      case 4: send_raw(); break;
      case 5: move == 5 ? send_built() : send_text(); break;
      default: send_built(); break;
    }
    // Everything is sent at once, as a host does; the specification is asked after each event.
    return drain();
  }

  /// Begins with a handshake as it should be, so that what follows finds a connection; returns what is wrong after it.
  std::string open() {
    using bits = control_bits<u32>;
    const bool passive = end_.tcp().config().remote_port == 0;
    if (passive) {
      end_.open_passive();
    } else {
      end_.open_active();
    }
    for (const u32 control : {passive ? bits::syn_bit : bits::syn_bit | bits::ack_bit, bits::ack_bit}) {
      if (std::string wrong = drain(); !wrong.empty()) return wrong;
      const control_block<u32>& tcb = end_.tcp().tcb();
      segment<u32> seg;
      seg.source_port = 2;
      seg.destination_port = 1;
      seg.seq = (control & bits::syn_bit) != 0 ? sequence_number<u32>(100) : tcb.rcv.nxt;
      seg.ack = tcb.snd.nxt;
      seg.control = bits(control);
      seg.wnd = 64;
      if (control == bits::ack_bit && tcb.ts.enabled) seg.options.ts = timestamps<u32>{tcb.ts.recent, {}};
      std::vector<std::uint8_t> octets(header_length + options_length(seg.options));
      emit_segment(seg, octets, pseudo_header{});
      deliver(octets);
    }
    return drain();
  }

  /// From now on each event is told to this text, a line each; null for nobody.
  void tell(std::string* story) { story_ = story; }

 private:
  static constexpr int most_segments_in_a_row = 300;

  connection_config drawn_config() {
    connection_config config;
    config.local_port = 1;
    config.remote_port = choose_.pick(2) == 0 ? 2 : 0;
    const std::size_t bits = choose_.pick(256);
    config.timestamps = (bits & 1) != 0;
    config.window_scale = (bits & 2) != 0;
    config.sack = (bits & 4) != 0;
    config.nagle = (bits & 8) != 0;
    if ((bits & 16) != 0) config.delayed_ack = duration{};
    config.keep_alive.enabled = (bits & 32) != 0;
    if ((bits & 64) != 0) config.user_timeout.reset();
    config.receive_mss = static_cast<std::uint16_t>(1 + choose_.pick(64));
    config.send_mss = static_cast<std::uint16_t>(1 + choose_.pick(64));
    config.min_mss = (bits & 128) != 0 ? 1 : 48;
    config.isn_offset = choose_.pick(2) == 0 ? 0xffff'ffe0u : word();
    return config;
  }

  u32 word() {
    const auto high = static_cast<u32>(choose_.pick(0x10000));
    return high << 16 | static_cast<u32>(choose_.pick(0x10000));
  }

  void say(const std::string& event) {
    if (story_ != nullptr) *story_ += "  " + end_.show() + "\n" + event + '\n';
  }

  void call() {
    constexpr const char* names[] = {"OPEN, passive", "OPEN, active", "CLOSE", "ABORT", "CLOSE of both directions"};
    std::size_t which = choose_.pick(6);
    if (which > 4) which = choose_.pick(2);
    say(names[which]);
    switch (which) {
      case 0: return end_.open_passive();
      case 1: return end_.open_active();
      case 2: return end_.shutdown();
      case 4: return end_.close();
      default: return end_.abort();
    }
  }

  void write() {
    std::vector<std::uint8_t> octets(choose_.pick(100), 0x77);
    say("SEND of " + std::to_string(octets.size()));
    switch (choose_.pick(8)) {
      case 7: end_.write_urgent(octets); break;
      case 6: end_.write_in_place(octets); break;
      default: end_.write(octets);
    }
  }

  [[nodiscard]] static std::uint8_t octet_at(sequence_number<u32> number) {
    return static_cast<std::uint8_t>((number.wire() * 2654435761u) >> 24);
  }

  std::string read() {
    std::vector<std::uint8_t> room(choose_.pick(100));
    say("RECEIVE of " + std::to_string(room.size()));
    const control_block<u32>& tcb = end_.tcp().tcb();
    const std::size_t unread = end_.readable();
    // Octets that were taken in order end at RCV.NXT, or before the FIN that did.
    const bool fin = tcb.state == connection_state::close_wait || tcb.state == connection_state::closing ||
                     tcb.state == connection_state::last_ack || tcb.state == connection_state::time_wait;
    const sequence_number<u32> first = tcb.rcv.nxt - (static_cast<u32>(unread) + (fin ? 1u : 0u));
    const bool known = tcb.state != connection_state::closed;
    const bool in_place = room.size() % 4 == 3;
    const std::size_t got = in_place ? end_.read_in_place(room) : end_.read(room);
    if (in_place ? got > unread : got != std::min(unread, room.size()))
      return "read gives another number of octets than it promised";
    for (std::size_t i = 0; known && i < got; ++i) {
      if (room[i] != octet_at(first + static_cast<u32>(i))) return "octet " + std::to_string(i) + " of a read is wrong";
    }
    return {};
  }

  // To the next deadline, a little, or long beyond several deadlines.
  void wait() {
    const auto due = end_.deadline();
    std::int64_t elapsed = due && *due > 0 ? *due : 0;
    const std::size_t way = choose_.pick(4);
    if (way < 2) elapsed = static_cast<std::int64_t>(choose_.pick(0x10000)) * (way == 0 ? 1 : 10'000);
    say(std::to_string(elapsed) + " us pass");
    end_.advance(elapsed);
  }

  std::string drain() {
    if (!end_.violation().empty()) return end_.violation();
    int count = 0;
    for (auto sent = end_.poll(); sent; sent = end_.poll()) {
      say("it sends " + End::show(*sent));
      if (!end_.violation().empty()) return end_.violation();
      if (++count == most_segments_in_a_row) return "it always has one more segment to send";
    }
    const auto due = end_.deadline();
    if (due && *due <= 0) return overdue();
    return end_.violation();
  }

  // A deadline in the past must be met by meeting it.
  std::string overdue() {
    for (int count = 0; count < 16; ++count) {
      end_.advance(0);
      const auto due = end_.deadline();
      if (!due || *due > 0) return end_.violation();
    }
    return "a timer stays due after it fired";
  }

  // A small number around zero, or any.
  u32 near(u32 width) { return static_cast<u32>(choose_.pick(2 * width)) - width; }

  sequence_number<u32> drawn_seq(const control_block<u32>& tcb) {
    switch (choose_.pick(8)) {
      case 0: return sequence_number<u32>(word());
      case 1: return tcb.rcv.nxt + tcb.rcv.wnd + near(8);
      case 2: return tcb.rcv.nxt + near(128);
      case 3: return tcb.rcv.nxt + near(8);
      default: return tcb.rcv.nxt;
    }
  }

  sequence_number<u32> drawn_ack(const control_block<u32>& tcb) {
    switch (choose_.pick(8)) {
      case 0: return sequence_number<u32>(word());
      case 1: return tcb.snd.una - tcb.snd.max_wnd + near(8);
      case 2: return tcb.snd.una + near(8);
      case 3: return tcb.snd.una + static_cast<u32>(choose_.pick(128));
      case 4: return tcb.snd.nxt + near(8);
      default: return tcb.snd.nxt;
    }
  }

  u32 drawn_control() {
    using bits = control_bits<u32>;
    constexpr u32 likely[] = {bits::ack_bit,
                              bits::ack_bit,
                              bits::ack_bit | bits::psh_bit,
                              bits::syn_bit,
                              bits::syn_bit | bits::ack_bit,
                              bits::fin_bit | bits::ack_bit,
                              bits::rst_bit,
                              bits::rst_bit | bits::ack_bit,
                              bits::ack_bit | bits::urg_bit};
    const std::size_t which = choose_.pick(std::size(likely) + 1);
    return which < std::size(likely) ? likely[which] : static_cast<u32>(choose_.pick(256));
  }

  segment_options<u32> drawn_options(const control_block<u32>& tcb) {
    segment_options<u32> options;
    const std::size_t bits = choose_.pick(64);
    if (tcb.ts.enabled ? (bits & 7) != 7 : (bits & 7) == 7) {
      const sequence_number<u32> value = tcb.ts.recent + (choose_.pick(4) == 3 ? word() : near(4));
      options.ts = timestamps<u32>{value, sequence_number<u32>(choose_.pick(2) == 0 ? 0 : word())};
    }
    if ((bits & 8) != 0) return options;
    if ((bits & 16) != 0)
      options.mss = static_cast<std::uint16_t>(choose_.pick(3) == 2 ? choose_.pick(0x10000) : choose_.pick(100));
    if ((bits & 32) != 0) options.window_scale = static_cast<std::uint8_t>(choose_.pick(18));
    if (choose_.pick(2) == 1) options.sack_permitted = true;
    if (choose_.pick(4) == 3) {
      const sequence_number<u32> left = tcb.snd.una + near(64);
      options.sack.push({left, left + static_cast<u32>(choose_.pick(64))});
    }
    return options;
  }

  void send_built() {
    const control_block<u32>& tcb = end_.tcp().tcb();
    segment<u32> seg;
    seg.source_port = 2;
    seg.destination_port = 1;
    seg.seq = drawn_seq(tcb);
    seg.ack = drawn_ack(tcb);
    seg.control = control_bits<u32>(drawn_control());
    seg.wnd = static_cast<u32>(choose_.pick(4) == 3 ? choose_.pick(0x10000) : choose_.pick(128));
    seg.up = static_cast<u32>(choose_.pick(8) == 7 ? choose_.pick(0x10000) : choose_.pick(64));
    const std::size_t way = choose_.pick(64);
    seg.text_length = static_cast<u32>(way % 4 == 0 ? choose_.pick(120) : 0);
    seg.options = drawn_options(tcb);
    const std::size_t offset = header_length + options_length(seg.options);
    if (offset > longest_header) return;
    std::vector<std::uint8_t> octets(offset + seg.text_length);
    emit_segment(seg, octets, pseudo_header{});
    deliver(octets, true, way >= 56);
  }

  // Text that comes next, or a little later, as the peer would send it: more than there is room for, too, and damaged
  // in every other segment.
  void send_text() {
    const control_block<u32>& tcb = end_.tcp().tcb();
    segment<u32> seg;
    seg.source_port = 2;
    seg.destination_port = 1;
    seg.seq = tcb.rcv.nxt + (choose_.pick(2) == 1 ? 1 + static_cast<u32>(choose_.pick(8)) : 0);
    seg.ack = tcb.snd.nxt;
    seg.control = control_bits<u32>(control_bits<u32>::ack_bit);
    seg.wnd = 64;
    if (tcb.ts.enabled) seg.options.ts = timestamps<u32>{tcb.ts.recent, {}};
    seg.text_length = 1 + static_cast<u32>(choose_.pick(120));
    std::vector<std::uint8_t> octets(header_length + options_length(seg.options) + seg.text_length);
    emit_segment(seg, octets, pseudo_header{});
    deliver(octets, true, choose_.pick(2) == 1);
  }

  // Octets that mean whatever they mean, mostly with a checksum that holds.
  void send_raw() {
    std::vector<std::uint8_t> octets(choose_.pick(100));
    for (auto& octet : octets) octet = static_cast<std::uint8_t>(choose_.pick(256));
    deliver(octets, choose_.pick(4) != 3);
  }

  // Hands octets over, with a checksum that holds if it is mended; `damaged`: but for one bit of the last octet.
  void deliver(std::vector<std::uint8_t>& octets, bool mend = true, bool damaged = false) {
    const auto parsed = parse_segment(octets, pseudo_header{}, checksum_by::hardware);
    if (parsed) {
      if (half_circle_apart(parsed->header)) return;
      const std::size_t offset = octets.size() - parsed->text.size();
      for (std::size_t i = offset; i < octets.size(); ++i) {
        octets[i] =
            octet_at(parsed->header.seq + static_cast<u32>(i - offset + (parsed->header.control.syn() ? 1 : 0)));
      }
    }
    if (mend && octets.size() >= header_length) property::mend_checksum(octets);
    if (damaged) octets.back() ^= 1;
    if (story_ != nullptr) {
      const auto arriving = parse_segment(octets, pseudo_header{});
      say(arriving ? refinement::segment_text(arriving->header) + " arrives" : std::string("octets in error arrive"));
    }
    end_.arrives(std::span<const std::uint8_t>(octets));
  }

  [[nodiscard]] bool half_circle_apart(const segment<u32>& seg) const {
    const control_block<u32>& tcb = end_.tcp().tcb();
    const auto ahead = [](sequence_number<u32> a, sequence_number<u32> b) { return a - b == half_circle; };
    const bool echo = seg.options.ts && ahead(seg.options.ts->value, tcb.ts.recent);
    // Everything that a segment spans, and the urgent pointer, counts from its sequence number.
    const u32 distance = half_circle - (seg.seq - tcb.rcv.nxt);
    return distance <= seg.length() + 0x10000u || ahead(seg.ack, tcb.snd.una) || ahead(seg.ack, tcb.snd.nxt) ||
           ahead(seg.ack, tcb.snd.wl2) || echo;
  }

  Chooser& choose_;
  End end_;
  std::string* story_ = nullptr;
};

}  // namespace sequent::fuzz
