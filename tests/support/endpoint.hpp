// One connection under test, a virtual clock, and a peer whose every segment the test writes itself.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sequent/congestion/reno.hpp"
#include "sequent/connection.hpp"
#include "sequent/connection/internals.hpp"
#include "tests/support/build.hpp"

namespace sequent::test {

[[nodiscard]] constexpr duration ms(std::int64_t count) { return duration::milliseconds(count); }
[[nodiscard]] constexpr duration s(std::int64_t count) { return duration::seconds(count); }

/// A configuration whose options and delays do not get in the way: no timestamps, scaling, SACK or delayed ACK.
/// The local ISS is `iss` when the connection opens at time zero.
[[nodiscard]] inline connection_config plain(u32 iss = 1'000) {
  connection_config config;
  config.local_port = 7;
  config.remote_port = 9;
  config.window_scale = false;
  config.timestamps = false;
  config.sack = false;
  config.delayed_ack = duration{};
  config.isn_offset = iss;
  return config;
}

/// What the scripted peer puts into its SYN beside the MSS.
struct peer_offer {
  u32 iss = 5'000;
  std::uint16_t mss = 1'460;
  u32 window = 65'535;
  std::optional<std::uint8_t> scale{};
  bool sack = false;
  std::optional<u32> ts{};
};

/// NewReno, whose windows are easily foretold.
struct reno_policy : default_policy {
  using congestion_control = congestion::reno;
};

/// The connection and its surroundings. Everything that it sends is recorded in `sent`, in order.
template <class Policy = default_policy>
class endpoint {
 public:
  connection<Policy> tcp;
  instant now{};
  std::vector<packet> sent{};

  explicit endpoint(const connection_config& config = plain()) : tcp(config) {}

  /// Hands over a segment, and sends what it causes. Returns the segments sent.
  std::vector<packet> in(const packet& p) {
    last = *tcp.on_segment(p.header, p.octets, now, ecn_codepoint::not_capable);
    return out();
  }
  /// Hands over a segment without sending anything yet.
  actions<u32> in_quietly(const packet& p) {
    return last = *tcp.on_segment(p.header, p.octets, now, ecn_codepoint::not_capable);
  }

  /// Sends everything that may be sent now.
  std::vector<packet> out() {
    std::vector<packet> batch;
    while (auto next = tcp.next_segment(now)) {
      std::vector<std::uint8_t> text(next->header.text_length);
      if (!text.empty()) static_cast<void>(tcp.copy_text(next->header, text));
      batch.emplace_back(next->header, std::move(text));
      if (batch.size() == 10'000) break;
    }
    sent.insert(sent.end(), batch.begin(), batch.end());
    return batch;
  }

  /// Lets time pass, with every deadline met on the way. Returns what was sent meanwhile.
  std::vector<packet> wait(duration span) {
    const instant end = now + span;
    std::vector<packet> batch;
    for (auto due = tcp.next_deadline(); due && *due <= end; due = tcp.next_deadline()) {
      now = now < *due ? *due : now;
      tcp.on_deadline(now);
      const auto more = out();
      batch.insert(batch.end(), more.begin(), more.end());
    }
    now = end;
    return batch;
  }
  /// Lets time pass to the next deadline, if there is one, and meets it.
  std::vector<packet> wait_for_deadline() {
    const auto due = tcp.next_deadline();
    return due ? wait(*due - now) : std::vector<packet>{};
  }

  /// Writes so many octets of the pattern, going on where the last write ended, and sends what may be sent.
  std::vector<packet> write(std::size_t length) {
    const auto taken = tcp.write(pattern(length, written));
    if (taken) written += *taken;
    return out();
  }
  /// Reads at most so many octets; empty at the end of the stream or when there is nothing.
  std::vector<std::uint8_t> read(std::size_t most = 65'536) {
    std::vector<std::uint8_t> octets(most);
    const auto got = tcp.read(octets);
    octets.resize(got ? *got : 0);
    return octets;
  }

  /// Completes an active open against the scripted peer. ISS and IRS are then tcb().snd.iss and offer.iss.
  void open(const peer_offer& offer = {}) {
    (void)tcp.connect(now);
    out();
    in(answer_to_syn(offer));
    (void)tcp.take_signals();
    sent.clear();
  }
  /// Completes a passive open.
  void accept(const peer_offer& offer = {}) {
    (void)tcp.listen();
    packet syn = with_options(at(offer.iss).syn().window(offer.window), offer);
    in(syn);
    packet confirmation = peer(offer);
    if (offer.ts) confirmation.ts(*offer.ts);
    in(confirmation);
    (void)tcp.take_signals();
    sent.clear();
  }
  /// The peer's SYN,ACK to our SYN.
  [[nodiscard]] packet answer_to_syn(const peer_offer& offer) const {
    return with_options(at(offer.iss).syn().ack(iss() + 1).window(offer.window), offer);
  }
  /// A segment from the peer right after the handshake: at IRS + 1, acknowledging our SYN.
  [[nodiscard]] packet peer(const peer_offer& offer = {}) const {
    return at(offer.iss + 1).ack(iss() + 1).window(offer.window).from(9);
  }

  [[nodiscard]] u32 iss() const { return tcp.tcb().snd.iss.wire(); }
  [[nodiscard]] u32 una() const { return tcp.tcb().snd.una.wire(); }
  [[nodiscard]] u32 nxt() const { return tcp.tcb().snd.nxt.wire(); }
  [[nodiscard]] u32 rcv_nxt() const { return tcp.tcb().rcv.nxt.wire(); }
  [[nodiscard]] connection_state state() const { return tcp.state(); }

  actions<u32> last{};
  std::size_t written = 0;

 private:
  static packet with_options(packet p, const peer_offer& offer) {
    p.mss(offer.mss).from(9);
    if (offer.scale) p.scale(*offer.scale);
    if (offer.sack) p.sack_permitted();
    if (offer.ts) p.ts(*offer.ts);
    return p;
  }
};

/// Octets of text in a batch of segments.
[[nodiscard]] inline std::size_t text_octets(const std::vector<packet>& batch) {
  std::size_t sum = 0;
  for (const packet& p : batch) sum += p.octets.size();
  return sum;
}

/// Octets of text in the largest segment.
[[nodiscard]] inline std::size_t largest_text(const std::vector<packet>& sent) {
  std::size_t largest = 0;
  for (const packet& p : sent) largest = p.octets.size() > largest ? p.octets.size() : largest;
  return largest;
}

}  // namespace sequent::test
