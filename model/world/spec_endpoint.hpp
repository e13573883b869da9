// An end of the world made from the specification alone: the rules decide every step, and a plain sender asks them.
//
// It shows that the specification by itself is a TCP (both ends finish, the stream is whole), and it is a peer that
// shares no code with what is being checked. Segments carry stream positions, so nothing wraps here. The first
// permitted outcome is taken, or the last one, so that both extremes of what is permitted can be run.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "model/spec/specification.hpp"
#include "model/world/fingerprint.hpp"

namespace sequent::model {

/// A segment in stream positions with its octets.
struct spec_packet {
  std::int64_t seq = 0;
  std::int64_t ack = 0;
  std::int64_t wnd = 0;
  bool has_ack = false, syn = false, rst = false, fin = false;
  bool damaged = false;  ///< the checksum would not agree
  std::uint8_t text_length = 0;
  std::array<std::uint8_t, 16> text{};
  friend bool operator==(const spec_packet&, const spec_packet&) = default;
};

/// How an end made from the specification behaves where the rules leave it free.
struct spec_settings {
  std::size_t receive_buffer = 8;  ///< octets
  std::size_t send_buffer = 8;     ///< octets
  std::size_t segment_size = 2;    ///< most octets of text in a segment (1 to 16)
  bool keep_alive = false;
  bool last_outcome = false;                      ///< of several permitted outcomes take the last, not the first
  std::int64_t rto = 1'000'000;                   ///< microseconds; does not back off, so that the space stays small
  int most_retries = 8;                           ///< after so many without any answer the user's patience ends
  std::int64_t linger = 240'000'000;              ///< TIME-WAIT, microseconds
  std::int64_t keep_alive_after = 7'200'000'000;  ///< microseconds
  friend bool operator==(const spec_settings&, const spec_settings&) = default;
};

/// The end. Satisfies the concept endpoint.
class spec_endpoint {
 public:
  using packet = spec_packet;
  using position = spec::position;

  explicit spec_endpoint(const spec_settings& settings = {}) : settings_(settings) {
    state_.choices.offers_timestamps = false;
  }

  void open_passive() { call(spec::kind::open_passive, 0); }
  void open_active() { call(spec::kind::open_active, 0); }
  std::size_t write(std::span<const std::uint8_t> octets) {
    const std::size_t taken = std::min(octets.size(), writable());
    if (taken == 0) return 0;
    out_.insert(out_.end(), octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(taken));
    call(spec::kind::send, static_cast<position>(taken));
    return taken;
  }
  std::size_t read(std::span<std::uint8_t> room) {
    const std::size_t got = std::min(room.size(), readable());
    for (std::size_t i = 0; i < got; ++i) room[i] = in_[static_cast<std::size_t>(taken_) + i];
    taken_ += static_cast<position>(got);
    if (state_.at != spec::phase::closed) call(spec::kind::receive, static_cast<position>(got));
    // A window that opens is told when that is worth a segment (RFC 9293 section 3.8.6.2.2).
    const auto worth = static_cast<position>(std::min(settings_.segment_size, settings_.receive_buffer / 2));
    if (spec::receiving(state_) && best_edge() - spec::right_edge(state_) >= std::max<position>(worth, 1)) {
      update_due_ = true;
    }
    return got;
  }
  void shutdown() { call(spec::kind::close, 0); }
  void close() {
    const position unread = in_order_ - taken_;
    call(spec::kind::close_both, unread);
    aborted_ = aborted_ || unread != 0;
  }
  void abort() {
    call(spec::kind::abort, 0);
    aborted_ = true;
  }
  void evict() {
    call(spec::kind::evict, 0);
    aborted_ = aborted_ || closed();
  }

  [[nodiscard]] std::size_t readable() const { return static_cast<std::size_t>(in_order_ - taken_); }
  [[nodiscard]] std::size_t writable() const {
    using enum spec::phase;
    if (state_.fin_asked || !spec::in(state_, syn_sent, syn_received, established, close_wait)) return 0;
    const position unacknowledged = state_.snd_end - std::max<position>(state_.snd_una, 1);
    return settings_.send_buffer - std::min(settings_.send_buffer, static_cast<std::size_t>(unacknowledged));
  }
  [[nodiscard]] bool end_of_stream() const { return peer_closed_ && !aborted_ && readable() == 0; }
  [[nodiscard]] bool closed() const { return state_.at == spec::phase::closed; }
  [[nodiscard]] bool aborted() const { return aborted_; }
  [[nodiscard]] bool established() const { return established_; }
  [[nodiscard]] const spec::state<position>& state() const { return state_; }

  void arrives(const packet& p) {
    if (p.damaged) return;
    spec::event<position> e;
    e.what = spec::kind::arrival;
    e.seg = segment_of(p);
    retries_ = 0;
    const spec::state<position> before = state_;
    follow(e);
    take_octets(p, before);
    settle(before);
  }

  std::optional<packet> poll() {
    if (reset_) return std::exchange(reset_, std::nullopt);
    if (std::optional<packet> p = handshake_segment()) return send(*p);
    if (std::optional<packet> p = stream_segment()) return send(*p);
    if (!(state_.owes_ack || update_due_ || probe_due_) || !may_acknowledge()) return std::nullopt;
    packet p = acknowledgment(state_.snd_nxt);
    if (!state_.owes_ack && !update_due_) p.seq -= 1;  // a keep-alive, to be answered
    probe_due_ = false;
    return send(p);
  }

  [[nodiscard]] std::optional<std::int64_t> deadline() const {
    if (retransmission_ && time_wait_) return std::min(*retransmission_, *time_wait_);
    return retransmission_ ? retransmission_ : time_wait_;
  }
  void advance(std::int64_t elapsed) {
    if (retransmission_) *retransmission_ -= elapsed;
    if (time_wait_) *time_wait_ -= elapsed;
    if (time_wait_ && *time_wait_ <= 0) call(spec::kind::time_wait_timeout, 0);
    if (!retransmission_ || *retransmission_ > 0) return;
    if (++retries_ > settings_.most_retries) return call(spec::kind::user_timeout, 0);
    retransmission_ = settings_.rto;
    (outstanding() || window_closed() ? resend_due_ : probe_due_) = true;
  }

  [[nodiscard]] std::string violation() const { return violation_; }
  void fingerprint(model::fingerprint& f) const;
  static void fingerprint_packet(const packet& p, model::fingerprint& f);
  [[nodiscard]] std::string show() const;
  [[nodiscard]] static std::string show(const packet& p);
  static bool corrupt(packet& p, int which) {
    p.damaged = true;
    return which == 0;
  }

 private:
  static spec::segment<position> segment_of(const packet& p) {
    spec::segment<position> seg;
    seg.seq = p.seq;
    seg.ack = p.ack;
    seg.has_ack = p.has_ack;
    seg.syn = p.syn;
    seg.rst = p.rst;
    seg.fin = p.fin;
    seg.wnd = p.wnd;
    seg.text = p.text_length;
    return seg;
  }

  void call(spec::kind what, position amount) {
    spec::event<position> e;
    e.what = what;
    e.amount = amount;
    const spec::state<position> before = state_;
    follow(e);
    settle(before);
  }

  /// Takes the step that the rules permit. Exactly one rule of each stage must be enabled, and some outcome permitted.
  void follow(const spec::event<position>& e) {
    const auto outcomes = spec::walk(
        state_, e, [](std::size_t, const auto&, const auto&) {},
        [&](spec::stage, int enabled) {
          if (enabled != 1) violation_ = std::to_string(enabled) + " rules of one stage are enabled at once";
        });
    if (outcomes.empty()) {
      violation_ = e.what == spec::kind::emission ? "the rules forbid to send " + shown_emission_ : "no outcome";
      return;
    }
    const spec::outcome<position>& taken = settings_.last_outcome ? outcomes.back() : outcomes.front();
    observe(taken.seen);
    state_ = taken.next;
  }

  void observe(const spec::observation<position>& seen) {
    if ((seen.signals & spec::signal_established) != 0) established_ = true;
    if ((seen.signals & spec::signal_closing) != 0) peer_closed_ = true;
    if ((seen.signals & (spec::signal_reset | spec::signal_refused | spec::signal_timed_out)) != 0) aborted_ = true;
    if (seen.lingers) time_wait_ = settings_.linger;
    if (seen.sent == spec::reply::syn || seen.sent == spec::reply::syn_ack) resend_due_ = true;
    if (seen.sent != spec::reply::reset) return;
    packet p;
    p.rst = true;
    p.seq = seen.reset_seq;
    p.has_ack = seen.reset_ack.has_value();
    p.ack = seen.reset_ack.value_or(0);
    reset_ = p;
  }

  /// Keeps the octets of a segment that the step took in or holds.
  void take_octets(const packet& p, const spec::state<position>& before) {
    for (position i = 0; i < p.text_length; ++i) {
      const position at = p.seq + i;
      bool holds = before.rcv_nxt <= at && at < state_.rcv_nxt;
      for (const auto& range : state_.held) holds = holds || (range.first <= at && at < range.last);
      if (!holds) continue;
      const auto index = static_cast<std::size_t>(at - 1);
      if (in_.size() <= index) in_.resize(index + 1);
      in_[index] = p.text[static_cast<std::size_t>(i)];
    }
    const bool counts = spec::synchronized(state_);
    if (counts) in_order_ = std::max(in_order_, state_.rcv_nxt - 1 - (peer_closed_ ? 1 : 0));
  }

  [[nodiscard]] bool outstanding() const { return state_.snd_una < state_.snd_nxt; }
  [[nodiscard]] bool may_send_stream() const {
    using enum spec::phase;
    return spec::in(state_, established, fin_wait_1, close_wait, closing, last_ack);
  }
  [[nodiscard]] bool something_left() const {
    return may_send_stream() && (sent_text_end() < state_.snd_end || (state_.fin_asked && !state_.fin_sent));
  }
  [[nodiscard]] position sent_text_end() const { return state_.snd_nxt - (state_.fin_sent ? 1 : 0); }
  [[nodiscard]] bool window_closed() const { return !outstanding() && something_left() && state_.snd_wnd == 0; }
  [[nodiscard]] bool may_acknowledge() const {
    using enum spec::phase;
    return !spec::in(state_, closed, listen, syn_sent);
  }

  /// Timers follow the state: one for what is outstanding, closed windows and keep-alives, one for TIME-WAIT.
  void settle(const spec::state<position>& before) {
    const bool idle_watch = settings_.keep_alive && spec::synchronized(state_) && state_.at != spec::phase::time_wait;
    const bool busy = outstanding() || window_closed();
    if (!busy && !idle_watch) retransmission_.reset();
    if (busy && (!retransmission_ || before.snd_una != state_.snd_una || *retransmission_ > settings_.rto)) {
      retransmission_ = settings_.rto;
    }
    if (!busy && idle_watch && retries_ == 0) retransmission_ = settings_.keep_alive_after;
    if (state_.at != spec::phase::time_wait) time_wait_.reset();
    if (spec::in(state_, spec::phase::closed, spec::phase::listen)) resend_due_ = update_due_ = probe_due_ = false;
    if (state_.at == spec::phase::listen) retries_ = 0;
  }

  /// The furthest right edge that may be offered now; it never moves left.
  [[nodiscard]] position best_edge() const {
    const auto room = static_cast<position>(settings_.receive_buffer) - (in_order_ - taken_);
    return std::max(spec::right_edge(state_), state_.rcv_nxt + std::max<position>(room, 0));
  }

  [[nodiscard]] packet acknowledgment(position seq) const {
    packet p;
    p.seq = seq;
    p.has_ack = true;
    p.ack = state_.rcv_nxt;
    return p;
  }

  std::optional<packet> handshake_segment() {
    const bool answers = spec::shaking_hands(state_);
    if (!resend_due_ || !(answers || spec::in(state_, spec::phase::syn_sent))) return std::nullopt;
    resend_due_ = false;
    packet p;
    if (answers) p = acknowledgment(0);
    p.syn = true;
    return p;
  }

  /// The next segment of the stream: again from SND.UNA if that is due, or what is new and inside the window.
  std::optional<packet> stream_segment() {
    if (!may_send_stream()) return std::nullopt;
    const bool again = std::exchange(resend_due_, false);
    if (again && outstanding()) return stream_from(state_.snd_una, sent_text_end(), state_.fin_sent);
    if (!something_left()) return std::nullopt;
    const position edge = again && state_.snd_wnd == 0 ? state_.snd_nxt + 1 : state_.snd_una + state_.snd_wnd;
    if (edge <= state_.snd_nxt) return std::nullopt;
    const position end = std::min(state_.snd_end, edge);
    return stream_from(state_.snd_nxt, end, state_.fin_asked && state_.snd_end < edge);
  }

  [[nodiscard]] packet stream_from(position seq, position text_end, bool fin_follows) const {
    packet p = acknowledgment(seq);
    const position count = std::clamp<position>(text_end - seq, 0, static_cast<position>(settings_.segment_size));
    for (position i = 0; i < count; ++i) {
      p.text[static_cast<std::size_t>(i)] = out_[static_cast<std::size_t>(seq + i - 1)];
    }
    p.text_length = static_cast<std::uint8_t>(count);
    p.fin = fin_follows && seq + count == state_.snd_end;
    return p;
  }

  packet send(packet p) {
    spec::event<position> e;
    e.what = spec::kind::emission;
    e.offered = best_edge();
    p.wnd = e.offered - (p.has_ack ? p.ack : 0);
    e.seg = segment_of(p);
    shown_emission_ = show(p);
    const spec::state<position> before = state_;
    follow(e);
    shown_emission_.clear();
    update_due_ = false;
    settle(before);
    return p;
  }

  spec_settings settings_;
  spec::state<position> state_;
  std::vector<std::uint8_t> out_;  // all that was written; out_[0] has position 1
  std::vector<std::uint8_t> in_;   // all that was received or is held; in_[0] has position 1
  position in_order_ = 0;          // octets of in_ without a gap
  position taken_ = 0;             // of them read
  std::optional<packet> reset_;
  std::optional<std::int64_t> retransmission_;
  std::optional<std::int64_t> time_wait_;
  std::string violation_;
  std::string shown_emission_;
  int retries_ = 0;
  bool resend_due_ = false;
  bool update_due_ = false;
  bool probe_due_ = false;
  bool established_ = false;
  bool peer_closed_ = false;
  bool aborted_ = false;
};

inline void spec_endpoint::fingerprint(model::fingerprint& f) const {
  f.add(state_.at);
  for (const bool b : {state_.passive, state_.closed_early, state_.fin_asked, state_.fin_sent, state_.left,
                       state_.owes_ack, resend_due_, update_due_, probe_due_, established_, peer_closed_, aborted_}) {
    f.add(b);
  }
  for (const position p :
       {state_.snd_una, state_.snd_nxt, state_.snd_wnd, state_.snd_wl1, state_.snd_wl2, state_.snd_max_wnd,
        state_.snd_end, state_.rcv_nxt, state_.rcv_wnd, state_.rcv_up, state_.last_ack_sent, in_order_, taken_}) {
    f.add(p);
  }
  f.add(state_.held.size());
  for (const auto& range : state_.held) {
    f.add(range.first);
    f.add(range.last);
  }
  f.add(state_.fin_held);
  f.octets(out_);
  f.octets(in_);
  f.add(reset_.has_value());
  if (reset_) fingerprint_packet(*reset_, f);
  f.add(retransmission_);
  f.add(time_wait_);
  f.add(retries_);
}

inline void spec_endpoint::fingerprint_packet(const packet& p, model::fingerprint& f) {
  f.add(p.seq);
  f.add(p.ack);
  f.add(p.wnd);
  for (const bool b : {p.has_ack, p.syn, p.rst, p.fin, p.damaged}) f.add(b);
  f.octets(std::span<const std::uint8_t>(p.text.data(), p.text_length));
}

inline std::string spec_endpoint::show() const {
  const auto number = [](position p) { return std::to_string(p); };
  return std::string(spec::name(state_.at)) + " una " + number(state_.snd_una) + " nxt " + number(state_.snd_nxt) +
         " wnd " + number(state_.snd_wnd) + " end " + number(state_.snd_end) + " rcv " + number(state_.rcv_nxt) + "+" +
         number(state_.rcv_wnd);
}

inline std::string spec_endpoint::show(const packet& p) {
  std::string flags;
  const auto flag = [&](bool set, const char* text) {
    if (set) flags += (flags.empty() ? "" : ",") + std::string(text);
  };
  flag(p.syn, "SYN");
  flag(p.fin, "FIN");
  flag(p.rst, "RST");
  flag(p.has_ack, "ACK");
  std::string text = "<SEQ=" + std::to_string(p.seq) + ">";
  if (p.has_ack) text += "<ACK=" + std::to_string(p.ack) + ">";
  text += "<CTL=" + flags + "> wnd " + std::to_string(p.wnd);
  if (p.text_length != 0) text += " len " + std::to_string(p.text_length);
  return text;
}

}  // namespace sequent::model
