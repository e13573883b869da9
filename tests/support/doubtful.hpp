// A sender whose acknowledgments the test writes itself, late, marked or with reports of duplicates: for what is undone
// when a loss turns out to have been none.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "tests/support/endpoint.hpp"

namespace sequent::test {

/// What the ends of a doubtful_sender agreed on.
struct doubtful_options {
  bool timestamps = false;
  bool sack = false;
  bool ecn = false;
};

/// An established connection with much to send, segments of 1448 octets, and the path's delay in the test's hands.
template <class Policy = reno_policy>
class doubtful_sender : public endpoint<Policy> {
 public:
  static constexpr u32 size = 1'448;

  /// The peer answers the SYN after `handshake`.
  explicit doubtful_sender(const doubtful_options& agreed, duration handshake = {})
      : endpoint<Policy>(config(agreed)), agreed_(agreed) {
    peer_offer offer;
    if (agreed.timestamps) offer.ts = 77;
    offer.sack = agreed.sack;
    (void)this->tcp.connect(this->now);
    this->out();
    this->now = this->now + handshake;
    packet reply = this->answer_to_syn(offer);
    if (agreed.ecn) reply.ecn();
    this->in(reply);
    this->sent.clear();
    started_ = this->nxt();
  }

  /// The sequence number of a segment, counted from 0.
  [[nodiscard]] u32 number(u32 segments) const { return started_ + segments * size; }
  /// How many whole segments have been sent for the first time.
  [[nodiscard]] u32 sent_segments() const { return (this->nxt() - started_) / size; }
  [[nodiscard]] u32 window() const { return this->tcp.sending().congestion().window(); }
  [[nodiscard]] u32 threshold() const { return this->tcp.sending().congestion().threshold(); }
  [[nodiscard]] u32 flight() const { return this->nxt() - this->una(); }

  /// An acknowledgment of the first `segments`, which echoes our clock as it stood at `echoed`.
  [[nodiscard]] packet answer(u32 segments, std::optional<instant> echoed = std::nullopt) const {
    packet p = at(5'001).ack(number(segments)).from(9);
    if (agreed_.timestamps) {
      p.ts(78, static_cast<u32>(echoed.value_or(this->now).microseconds() / 1'000));
    }
    return p;
  }
  /// The same with a block, of whole segments, in front of what it has: a D-SACK or what SACK reports.
  [[nodiscard]] packet with_block(packet p, u32 first, u32 last) const {
    (void)p.header.options.sack.push({sequence_number<u32>(number(first)), sequence_number<u32>(number(last))});
    return p;
  }
  [[nodiscard]] static packet echoing(packet p) {
    p.header.control = p.header.control.with(control_bits<u32>::ece_bit);
    return p;
  }

  /// Sends what there is and acknowledges it segment by segment, each round trip 100 ms, until the window holds so
  /// many segments, all of which are outstanding; they were sent at this moment.
  void fill(u32 segments) {
    this->write(60'000);
    u32 acknowledged = 0;
    while (window() < segments * size) {
      const instant sent_at = this->now;
      this->now = this->now + ms(100);
      for (const u32 until = sent_segments(); acknowledged != until && window() < segments * size;) {
        this->in(answer(++acknowledged, sent_at));
        this->write(60'000);
      }
    }
    first = acknowledged;
  }

  u32 first = 0;  ///< the first segment outstanding after fill()

 private:
  static connection_config config(const doubtful_options& agreed) {
    connection_config c = plain();
    c.timestamps = agreed.timestamps;
    c.sack = agreed.sack;
    c.ecn = agreed.ecn;
    c.send_mss = static_cast<std::uint16_t>(agreed.timestamps ? size + 12 : size);
    return c;
  }

  doubtful_options agreed_;
  u32 started_ = 0;
};

}  // namespace sequent::test
