// What an engine may do in a run: budgets for the adversary, and the scenario that they belong to.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "model/world/script.hpp"

namespace sequent::model {

/// A budget of timers that is never used up.
inline constexpr std::uint16_t unlimited = 0xFFFF;

/// How often the adversary may do each thing in one run. All are bounds of what an exhaustive search covers.
///
/// Why the space is finite: every adversarial move and every early timer uses up a budget; every call and read moves a
/// script forward; a delivery takes a segment out of flight, and what answers it is one of finitely many segments,
/// since the streams are finite. Timers that fire when nothing else can happen are free, so that no budget can ever
/// cause a dead end; they repeat only as far as the endpoint's own state does (backoff saturates or gives up at R2,
/// clocks are relative). An endpoint whose state grows with time (timestamps) needs a finite number of `timers`; then
/// states where only that number stops the clock are counted as bounded out.
struct bounds {
  std::uint16_t losses = 0;
  std::uint16_t duplicates = 0;   ///< a segment arrives twice in a row
  std::uint16_t overtakings = 0;  ///< a segment arrives before one that was sent earlier
  std::uint16_t corruptions = 0;
  std::uint8_t corruption_kinds = 1;    ///< ways of damage that are tried
  std::uint16_t old_duplicates = 0;     ///< copies that arrive again at any later time
  std::uint16_t injections = 0;         ///< forged segments of the attacker
  std::uint16_t early_timers = 0;       ///< timers that fire although a segment is in flight or a call could be made
  std::uint16_t timers = unlimited;     ///< all timers together
  std::uint8_t in_flight = 8;           ///< segments each way; what is sent beyond is lost (and reported)
  std::uint8_t overtaking_reach = 255;  ///< how many older segments one may overtake at once
  std::uint16_t marks = 0;              ///< segments that arrive with the mark of congestion, if they can carry one
  friend bool operator==(const bounds&, const bounds&) = default;
};

/// What an off-path attacker may forge: bits of scenario::attacks. The attacker does not see the segments; the worst
/// case of guessing is that the forged number falls into the window without being the exact one expected.
/// The function that makes the segments aims only at an end that is in a synchronized state.
enum attack : std::uint32_t {
  attack_reset = 1u << 0,        ///< RST inside the window, not at RCV.NXT (RFC 5961 section 3): must not reset
  attack_reset_exact = 1u << 1,  ///< RST at RCV.NXT: may reset (the scenario says may_abort)
  attack_syn = 1u << 2,          ///< SYN anywhere (RFC 5961 section 4): must not reset
  attack_data = 1u << 3,         ///< text in the window, ACK outside what RFC 5961 section 5 accepts, and text with a
                                 ///< checksum that does not hold, up to more than the room: must be discarded
  attack_anything = 1u << 5,     ///< on the path, in every state: all control bits at all edges, no text (may_abort)
  attack_ack = 1u << 4,          ///< ACK of something never sent, or older than MAX.SND.WND: must be discarded
};

/// One named setting that any engine can run. Data only: who builds the endpoints reads the numbers from here.
struct scenario {
  std::string name;  ///< lower case, words joined by '-', variants after a '.', e.g. "half-close-left.small"
  std::string what;  ///< one line
  bounds limit{};
  std::array<script, 2> scripts{};         ///< left, right
  std::array<std::uint32_t, 2> iss{0, 0};  ///< initial send sequence numbers
  std::uint32_t receive_buffer = 8;        ///< octets, both ends
  std::uint32_t send_buffer = 8;           ///< octets, both ends
  std::uint32_t segment_size = 2;          ///< the largest text of a segment, octets
  bool timestamps = false;                 ///< both ends offer RFC 7323 timestamps
  std::array<bool, 2> sack{true, true};    ///< left, right: offers SACK (RFC 2018)
  std::array<bool, 2> ecn{};               ///< left, right: offers ECN (RFC 3168)
  std::array<bool, 2> fast_open{};  ///< left, right: Fast Open is on, and a client holds a valid cookie (RFC 7413)
  bool any_peer = false;            ///< the right end knows no remote socket before a SYN comes
  bool keep_alives = false;         ///< both ends probe an idle peer: without, one that lost a RST waits for ever
  std::uint32_t attacks = 0;        ///< bits of attack
  bool may_abort = false;           ///< a connection may end by reset, refusal or time-out
  bool must_finish = true;          ///< from every state both ends can still finish
};

}  // namespace sequent::model
