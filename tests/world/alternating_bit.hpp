// A toy transport to try the engines on: the alternating-bit protocol, one octet a packet, both ways, with a closing
// packet, and variants of it with one flaw each. Correct over loss, duplication and damage; not over reordering.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "model/world/endpoint.hpp"

namespace sequent::toy {

/// What is wrong with a variant.
enum class flaw {
  none,
  ignores_bit,       ///< takes a repeated octet for a new one
  no_timer,          ///< never sends again what was lost
  mute_when_closed,  ///< does not answer a repeated closing packet once it is closed: the peer repeats for ever
  takes_damage,      ///< does not notice damage
  keeps_timer,       ///< a timer runs on after closing
  always_sends,      ///< has always one more packet to send
  timer_stays_due,   ///< the timer fires without being set anew
  ends_early,        ///< says end of stream before everything was read
  closes_unasked,    ///< closes when the peer closes
};

struct packet {
  enum class kind : std::uint8_t { octet, end, answer };
  kind what = kind::answer;
  bool bit = false;
  bool damaged = false;
  std::uint8_t content = 0;
  friend bool operator==(const packet&, const packet&) = default;
};

template <flaw F>
class alternating_bit {
 public:
  using packet = toy::packet;
  static constexpr std::int64_t patience = 1000;
  static constexpr std::size_t room = 4;

  void open_passive() { opened_ = true; }
  void open_active() { opened_ = true; }
  std::size_t write(std::span<const std::uint8_t> octets) {
    std::size_t took = 0;
    while (opened_ && !shut_ && took < octets.size() && out_count_ < room) out_[out_count_++] = octets[took++];
    return took;
  }
  std::size_t read(std::span<std::uint8_t> into) {
    std::size_t got = 0;
    while (got < into.size() && in_count_ > 0) into[got++] = pop(in_, in_count_);
    return got;
  }
  [[nodiscard]] std::size_t readable() const { return in_count_; }
  [[nodiscard]] bool end_of_stream() const { return peer_ended_ && (in_count_ == 0 || F == flaw::ends_early); }
  void shutdown() { shut_ = true; }
  void close() { shut_ = true; }
  void abort() { aborted_ = true; }
  void evict() { aborted_ = true; }
  [[nodiscard]] bool closed() const {
    if (F == flaw::closes_unasked && peer_ended_) return true;
    return !opened_ || aborted_ || (end_answered_ && peer_ended_);
  }
  [[nodiscard]] bool aborted() const { return aborted_; }
  [[nodiscard]] bool established() const { return opened_; }

  void arrives(const packet& p) {
    if (!opened_ || aborted_ || (p.damaged && F != flaw::takes_damage)) return;
    if (p.what == packet::kind::answer) return answered(p.bit);
    if (F == flaw::mute_when_closed && closed()) return;
    if (p.bit == expected_ || F == flaw::ignores_bit) {
      if (p.what == packet::kind::octet && in_count_ == room) return;
      if (p.what == packet::kind::octet) in_[in_count_++] = p.content;
      if (p.what == packet::kind::end) peer_ended_ = true;
      expected_ = !p.bit;
    }
    answer_ = p.bit;
  }

  std::optional<packet> poll() {
    if (F == flaw::always_sends && opened_) return packet{};
    if (answer_) {
      const packet p{packet::kind::answer, *answer_, false, 0};
      answer_.reset();
      return p;
    }
    if (!opened_ || aborted_ || (waiting_ && !again_)) return std::nullopt;
    if (out_count_ == 0 && (!shut_ || end_answered_)) return std::nullopt;
    if (!waiting_) timer_ = patience;
    waiting_ = true;
    again_ = false;
    if (out_count_ > 0) return packet{packet::kind::octet, bit_, false, out_[0]};
    return packet{packet::kind::end, bit_, false, 0};
  }

  [[nodiscard]] std::optional<std::int64_t> deadline() const {
    if (F == flaw::keeps_timer && closed() && opened_) return patience;
    if (F == flaw::no_timer || !waiting_) return std::nullopt;
    return timer_;
  }
  void advance(std::int64_t elapsed) {
    if (!waiting_ || F == flaw::no_timer) return;
    timer_ -= elapsed;
    if (timer_ > 0) return;
    again_ = true;
    if (F != flaw::timer_stays_due) timer_ = patience;
  }

  [[nodiscard]] std::string violation() const { return {}; }
  void fingerprint(model::fingerprint& f) const {
    f.octets(std::span<const std::uint8_t>(out_.data(), out_count_));
    f.octets(std::span<const std::uint8_t>(in_.data(), in_count_));
    for (const bool b : {opened_, shut_, aborted_, peer_ended_, end_answered_, bit_, expected_, waiting_, again_})
      f.add(b);
    f.add(answer_);
    f.add(waiting_ ? timer_ : 0);
  }
  static void fingerprint_packet(const packet& p, model::fingerprint& f) {
    f.add(p.what);
    f.add(p.bit);
    f.add(p.damaged);
    f.add(p.content);
  }
  [[nodiscard]] std::string show() const {
    return std::string(closed() ? "closed" : "open") + " bit " + (bit_ ? "1" : "0") + " expects " +
           (expected_ ? "1" : "0") + (waiting_ ? " waiting" : "");
  }
  [[nodiscard]] static std::string show(const packet& p) {
    const std::string bit = p.bit ? "1" : "0";
    if (p.what == packet::kind::answer) return "answer " + bit;
    if (p.what == packet::kind::end) return "end " + bit;
    return "octet " + bit + " (" + std::to_string(p.content) + ")";
  }
  static bool corrupt(packet& p, int which) {
    if (which != 0 || p.what != packet::kind::octet) return false;
    p.damaged = true;
    p.content ^= 0x01;
    return true;
  }

 private:
  void answered(bool bit) {
    if (!waiting_ || bit != bit_) return;
    waiting_ = false;
    again_ = false;
    bit_ = !bit_;
    if (out_count_ > 0) {
      pop(out_, out_count_);
    } else {
      end_answered_ = true;
    }
  }
  static std::uint8_t pop(std::array<std::uint8_t, room>& queue, std::size_t& count) {
    const std::uint8_t first = queue[0];
    for (std::size_t i = 1; i < count; ++i) queue[i - 1] = queue[i];
    --count;
    return first;
  }

  std::array<std::uint8_t, room> out_{};
  std::array<std::uint8_t, room> in_{};
  std::size_t out_count_ = 0;
  std::size_t in_count_ = 0;
  std::int64_t timer_ = 0;
  std::optional<bool> answer_;
  bool opened_ = false;
  bool shut_ = false;
  bool aborted_ = false;
  bool peer_ended_ = false;
  bool end_answered_ = false;
  bool bit_ = false;
  bool expected_ = false;
  bool waiting_ = false;
  bool again_ = false;
};

}  // namespace sequent::toy
