// What may be acknowledged and delivered of text on a SYN, and when a client may send it: RFC 7413 section 4.2, with
// errata 4238 and 4239.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "model/spec/oracles/parts.hpp"

namespace sequent::spec {

/// A SYN as the server sees it.
struct fast_open_syn {
  position text = 0;          ///< octets of text; the first stands at position 1
  bool has_cookie = false;    ///< a Fast Open option with a cookie of an even length from 4 to 16
  bool cookie_valid = false;  ///< the server made it for this address and it has not expired
  position octets = 0;        ///< of the whole datagram
};

/// The server's end of one connection.
class fast_open_server_oracle {
 public:
  /// enabled: the application has turned Fast Open on. Off is the default.
  explicit fast_open_server_oracle(bool enabled) : enabled_(enabled) {}

  /// A SYN arrives in LISTEN. over_limit: more connections than the limit are pending in SYN-RECEIVED by Fast Open.
  void syn_arrived(const fast_open_syn& syn, bool over_limit) {
    opened_ = enabled_ && !over_limit && syn.has_cookie && syn.cookie_valid;
    text_ = syn.text;
    came_ = syn.octets;
    sent_ = 0;
    repeats_ = 0;
  }

  /// The highest position that the SYN,ACK may acknowledge: the text only if the connection was opened fast. A server
  /// may take less of it.
  [[nodiscard]] position may_acknowledge() const { return 1 + (opened_ ? text_ : 0); }

  /// Whether the FastOpened flag is set.
  [[nodiscard]] bool opened() const { return opened_; }

  /// A SYN,ACK is sent. has_option: with a Fast Open option. repeated: its timer fired (SHOULD then carry neither text
  /// nor option).
  void sent_syn_ack(position ack, position text, bool has_option, bool repeated) {
    if (ack > may_acknowledge()) wrong_.note("a SYN,ACK acknowledges text that was not taken by Fast Open");
    if (ack < taken_) wrong_.note("a SYN,ACK takes back what was delivered or acknowledged");
    taken_ = std::max(taken_, ack);
    wrong_.expect(!has_option || enabled_, "a Fast Open option from a server on which it is off");
    wrong_.expect(text == 0 || opened_, "text on a SYN,ACK without Fast Open");
    wrong_.expect(!repeated || (text == 0 && !has_option), "a repeated SYN,ACK carries text or a Fast Open option");
    if (repeated) ++repeats_;
    wrong_.expect(!opened_ || repeats_ <= most_repeats_, "a SYN,ACK that nobody answers is sent for ever");
  }

  /// How often it may be repeated while nothing arrives, where that is to be judged: a server that takes text keeps
  /// more for a client than a queue of SYNs does, and no longer (RFC 7413 section 5.1).
  void limit_repeats(int most) { most_repeats_ = most; }

  /// The user was given octets up to (not including) a position.
  void delivered(position last) {
    if (!established_ && last > may_acknowledge()) {
      wrong_.note("text of the SYN is delivered before the handshake is complete");
    }
    taken_ = std::max(taken_, last);
  }

  /// New text is sent, no SYN,ACK.
  void sent_text() { wrong_.expect(established_ || opened_, "text is sent before the handshake is complete"); }

  /// The most that may go out before the handshake is complete, for each octet of the SYN's datagram.
  void limit_amplification(position times) { times_ = times; }

  /// A datagram leaves, no repeated SYN,ACK. A cookie may be stolen (section 5.2), so until the handshake is complete
  /// no more than a multiple of what came goes out, but for the SYN,ACK, which does in any case. A decision of this
  /// project: the RFC thinks it best to send no text at all.
  void sent_datagram(position octets) {
    if (established_ || !opened_) return;
    sent_ += octets;
    wrong_.expect(sent_ == octets || sent_ <= times_ * came_,
                  "the SYN is amplified too much before the handshake is complete");
  }

  /// Our SYN was acknowledged.
  void established() {
    established_ = true;
    came_ = sent_ = 0;
  }

  /// Hands everything that its future depends on to visit(), for a search that compares states.
  template <class Visit>
  void each_value(Visit visit) const {
    for (const position each : {position{enabled_}, position{opened_}, position{established_}, text_, taken_, came_,
                                sent_, position{repeats_}}) {
      visit(each);
    }
  }

  /// Empty, or the first thing that was wrong.
  [[nodiscard]] const std::string& violation() const { return wrong_.text(); }

 private:
  bool enabled_;
  bool opened_ = false;
  bool established_ = false;
  position text_ = 0;
  position taken_ = 0;
  position times_ = 3;
  int most_repeats_ = std::numeric_limits<int>::max();
  int repeats_ = 0;
  position came_ = 0;  // octets of the SYN's datagram
  position sent_ = 0;  // and of what went out since
  complaint wrong_;
};

/// The client's end of one connection.
class fast_open_client_oracle {
 public:
  /// cookie_length: of the cached cookie, 0 for none. max_text: the cached MSS of the server, or the default (536, or
  /// 1220 on IPv6).
  fast_open_client_oracle(bool enabled, int cookie_length, position max_text)
      : enabled_(enabled), cookie_length_(cookie_length), most_text_(max_text) {}

  /// A SYN is sent. option_length: of the Fast Open option, 2 for a request, 0 for none. repeated: its timer fired.
  void sent_syn(position text, int option_length, bool repeated) {
    const bool with_cookie = option_length > 2;
    wrong_.expect(option_length == 0 || enabled_, "a Fast Open option although it is off");
    wrong_.expect(option_length % 2 == 0 && option_length != 4 && option_length <= 18,
                  "a Fast Open option of an illegal length");
    if (with_cookie) wrong_.expect(option_length == cookie_length_ + 2, "a cookie that the server did not give");
    wrong_.expect(text == 0 || with_cookie, "text on a SYN without a cookie");
    wrong_.expect(text <= most_text_, "more text on a SYN than the server's segment size");
    wrong_.expect(!repeated || (text == 0 && option_length == 0), "a repeated SYN carries text or a Fast Open option");
    sent_ = std::max(sent_, 1 + text);
  }

  /// The SYN,ACK arrives and acknowledges up to a position: whatever of the text is missing must be sent again.
  void syn_ack_arrived(position ack) { from_ = ack; }

  /// New text, or text again, is sent after the handshake.
  void sent_text(position first) {
    wrong_.expect(from_ >= 1, "text is sent before the SYN,ACK has come");
    if (first_text_ && first > from_) wrong_.note("text of the SYN that was not acknowledged is not sent again");
    first_text_ = false;
  }

  /// The server did not take the text: a negative response that the client MUST remember.
  [[nodiscard]] bool negative() const { return from_ >= 1 && sent_ > 1 && from_ < sent_; }

  /// Hands everything that its future depends on to visit(), for a search that compares states.
  template <class Visit>
  void each_value(Visit visit) const {
    for (const position each :
         {position{enabled_}, position{cookie_length_}, most_text_, sent_, from_, position{first_text_}}) {
      visit(each);
    }
  }

  /// Empty, or the first thing that was wrong.
  [[nodiscard]] const std::string& violation() const { return wrong_.text(); }

 private:
  bool enabled_;
  int cookie_length_;
  position most_text_;
  position sent_ = 1;
  position from_ = 0;
  bool first_text_ = true;
  complaint wrong_;
};

/// How many a listener opens fast: RFC 7413 section 5.1. A connection in SYN-RECEIVED counts, and goes on to count for
/// a time after it was reset there, lest the RSTs of a host in whose name SYNs are sent make room for more of them;
/// after that its place must be given back, as otherwise some RSTs would end Fast Open for good.
class fast_open_places_oracle {
 public:
  /// One that was reset counts for `least` to `most`, as the implementation documents.
  fast_open_places_oracle(int limit, microseconds least, microseconds most)
      : limit_(limit), least_(least), most_(most) {}

  void passes(microseconds elapsed) { now_ += elapsed; }

  /// A SYN with a good cookie and text has come, for which there is room among the connections. opened: its text was
  /// taken.
  void syn_arrived(bool opened) {
    const int certain = pending_ + reset_within(least_);
    const int possible = pending_ + reset_within(most_);
    wrong_.expect(!opened || certain < limit_, "more connections are opened fast than may be");
    wrong_.expect(opened || possible >= limit_, "nobody is opened fast although there is room again");
    if (opened) ++pending_;
  }
  /// The handshake of one of them was completed, or it was reset before.
  void completed() { --pending_; }
  void reset() {
    --pending_;
    resets_.push_back(now_);
  }
  [[nodiscard]] int pending() const { return pending_; }

  /// Empty, or the first thing that was wrong.
  [[nodiscard]] const std::string& violation() const { return wrong_.text(); }

 private:
  [[nodiscard]] int reset_within(microseconds span) const {
    return static_cast<int>(
        std::count_if(resets_.begin(), resets_.end(), [&](microseconds each) { return now_ - each < span; }));
  }

  int limit_;
  microseconds least_;
  microseconds most_;
  microseconds now_ = 0;
  int pending_ = 0;
  std::vector<microseconds> resets_{};
  complaint wrong_;
};

}  // namespace sequent::spec
