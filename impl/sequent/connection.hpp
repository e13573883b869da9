// A TCP connection without I/O: octets and time go in, segments, octets and deadlines come out (RFC 9293).
// implements: congestion-policy storage clock-jumps odd-peers
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "sequent/congestion/cubic.hpp"
#include "sequent/connection/fast_open.hpp"
#include "sequent/core/arrives_icmp.hpp"
#include "sequent/core/isn.hpp"
#include "sequent/core/predict.hpp"
#include "sequent/core/timeouts.hpp"
#include "sequent/core/transmit.hpp"
#include "sequent/core/user_calls.hpp"
#include "sequent/step.hpp"
#include "sequent/transfer/connection_config.hpp"
#include "sequent/transfer/path_mtu.hpp"
#include "sequent/transfer/receiver.hpp"
#include "sequent/transfer/sender.hpp"
#include "sequent/transfer/statistics.hpp"
#include "sequent/transfer/table_sizes.hpp"
#include "sequent/transfer/timers.hpp"
#include "sequent/transfer/trace.hpp"
#include "sequent/wire/emit.hpp"
#include "sequent/wire/icmp.hpp"
#include "sequent/wire/ip_fields.hpp"

namespace sequent {

/// What a connection is made of. Derive from it and replace what should differ.
struct default_policy {
  using send_storage = inline_storage<65'536>;     ///< octets written and not yet acknowledged; or span_storage
  using receive_storage = inline_storage<65'536>;  ///< octets not yet read; 1 to largest_buffer, like the other
  using congestion_control = congestion::cubic;    ///< or congestion::reno, or congestion::validated<either>
  using pacing = unpaced;                          ///< or pacer
  using fast_open = no_fast_open;                  ///< or with_fast_open
  using statistics = no_statistics;                ///< or counted_statistics
  using trace = no_trace;                          ///< or traced_by<Sink>
  /// Out-of-order ranges held; one more is refused. They cost eight octets each, twenty-two beyond 64 of them.
  static constexpr std::size_t max_held_ranges = follows_buffer;
  /// Entries of the scoreboard, twelve octets each; see scoreboard.hpp.
  static constexpr std::size_t max_sent_runs = follows_buffer;
};

/// A segment to be sent, before it is octets. Its text is copied with connection::copy_text().
struct outgoing_segment {
  segment<u32> header;                             ///< with its options; text_length octets of text belong to it
  ecn_codepoint ecn = ecn_codepoint::not_capable;  ///< for the IP header
  friend bool operator==(const outgoing_segment&, const outgoing_segment&) noexcept = default;
};

/// A segment that has been written to the caller's buffer.
struct transmission {
  std::size_t length = 0;        ///< octets written: header and text
  std::size_t segment_size = 0;  ///< octets of text in each of the segments into which a large one is to be cut, the
                                 ///< last of which may be shorter
  instant not_before{};          ///< earliest moment to send it; later than the moment of the call only with pacing
  ecn_codepoint ecn = ecn_codepoint::not_capable;  ///< for the IP header (RFC 3168): not_capable, or capable_0
};

/// A RST that is waiting to be sent.
struct reset_owed {
  sequence_number<u32> seq{};                  ///< its SEG.SEQ
  std::optional<sequence_number<u32>> ack{};   ///< its SEG.ACK, if it acknowledges
  std::optional<sequence_number<u32>> echo{};  ///< TSecr, if it has timestamps (RFC 7323 section 5.2)
  bool answers = false;                        ///< a segment has caused it: its TSval is 0
  std::uint16_t to_port = 0;                   ///< the peer's
  friend bool operator==(const reset_owed&, const reset_owed&) noexcept = default;
};

/// Type and code of an ICMP or ICMPv6 error, by the family of the connection's addresses.
struct icmp_report {
  std::uint8_t type = 0;  ///< 0 to 255, as in the message
  std::uint8_t code = 0;  ///< 0 to 255, as in the message
  friend bool operator==(const icmp_report&, const icmp_report&) noexcept = default;
};

/// What has become of the SYN,ACK of a half-open connection so far.
struct syn_ack_history {
  instant sent_at{};          ///< when it was sent
  bool repeated = false;      ///< it has been sent more than once, so that its round trip says nothing (Karn)
  std::uint8_t timeouts = 0;  ///< how often a retransmission timeout was the reason (RFC 6298 section 5.7)
  bool apart = true;          ///< the clock of the timestamps has ticked since it was sent before
};

/// One connection, a value. The rhythm of its use: hand it what happened (on_segment, on_deadline, a user call), then
/// call poll_transmit until it has nothing more, then sleep until next_deadline. It calls nobody back but its trace,
/// reads no clock, draws no random number and allocates nothing. Where the caller's clock jumps back, what is due waits
/// until it has come as far again (steadied_clock prevents that); a jump forward, as after a suspension, counts against
/// no peer. Segments handed over without polling in between are acknowledged together (MUST-58); poll after each if a
/// peer without SACK should see every duplicate ACK (RFC 5681 section 4.2).
template <class Policy = default_policy>
class connection {
 public:
  using policy = Policy;  ///< what it is made of: see default_policy
  /// Out-of-order ranges that are held at most (SHLD-31).
  static constexpr std::size_t max_held_ranges =
      held_ranges_of(Policy::max_held_ranges, fixed_capacity<typename Policy::receive_storage>);
  /// Entries of the scoreboard (RFC 6675), at most.
  static constexpr std::size_t max_sent_runs =
      sent_runs_of(Policy::max_sent_runs, fixed_capacity<typename Policy::send_storage>);
  /// The half that sends: buffer, scoreboard, congestion control, pacing.
  using send_half = sender<typename Policy::send_storage, typename Policy::congestion_control, max_sent_runs,
                           typename Policy::pacing>;
  /// The half that receives: buffer, and ranges out of order.
  using receive_half = receiver<typename Policy::receive_storage, max_held_ranges>;

  connection() noexcept : connection(connection_config{}) {}
  /// In CLOSED. Any settings will do here; those of which nothing can be made are refused when it is opened.
  explicit connection(const connection_config& config) noexcept : config_(config), sender_(config.rto) { prepare(); }
  /// The same over storage that is not simply made with the connection. Copies both.
  connection(const connection_config& config, const typename Policy::send_storage& send_octets,
             const typename Policy::receive_storage& receive_octets = {}) noexcept
      : config_(config), sender_(send_octets, config.rto), receiver_(receive_octets) {
    prepare();
  }

  // Opening.

  /// Whether this connection can be opened: connection_config::validate(), and "send_storage" or "receive_storage" for
  /// buffers of no octet or of more than largest_buffer.
  [[nodiscard]] validity validate() const noexcept;

  /// Active OPEN (RFC 9293 section 3.10.1), from CLOSED or LISTEN. Errors: connection_already_exists in any other
  /// state; foreign_socket_unspecified if connection_config::remote_port is 0; bad_argument if not validate().
  result<void> connect(instant now) noexcept;
  /// The same, opened fast (RFC 7413): what write() queues before the SYN is polled goes out with it, if a cookie is
  /// known; otherwise one is asked for. A SYN that is sent again carries neither. Errors as connect().
  result<void> connect(const fast_open_server& known, instant now) noexcept requires Policy::fast_open::enabled;
  /// The same for a connection in SYN-SENT whose SYN has not been polled yet. Errors: bad_argument for any other.
  result<void> use_fast_open(const fast_open_server& known) noexcept requires Policy::fast_open::enabled {
    if (tcb_.state != connection_state::syn_sent || sender_.syn_sent()) return error::bad_argument;
    fast_open_.open(known);
    return {};
  }
  /// Passive OPEN. Errors: connection_already_exists unless CLOSED; bad_argument if not validate().
  result<void> listen() noexcept;
  /// On a listening connection, before each SYN is handed over: what fast_open_keys makes of its option. If text is to
  /// be taken, as much as there is room for can be read at once, and octets written go out before the handshake is
  /// complete, the FIN behind them does not. Such a connection does not return to LISTEN: if it comes to nothing, the
  /// user is told.
  void judge_syn(const fast_open_verdict& verdict) noexcept requires Policy::fast_open::enabled {
    fast_open_.judged(verdict);
  }
  /// Takes over a half-open connection that was kept elsewhere: from CLOSED to the SYN-RECEIVED that `half_open` is in,
  /// whose SYN,ACK fared as `past` says. The segment that completes the handshake is handed to on_segment() next.
  /// Errors: connection_already_exists; bad_argument if it is no such block, or offers more than there is room for.
  result<void> resume(const control_block<u32>& half_open, const syn_ack_history& past, instant now) noexcept;
  /// On a listening connection, before its first SYN is handed over: whose SYN it is. Errors: bad_argument on any
  /// other.
  result<void> bind_peer(std::uint16_t remote_port, pseudo_header addresses, u32 isn_offset) noexcept {
    if (tcb_.state != connection_state::listen) return error::bad_argument;
    config_.remote_port = remote_port;
    config_.addresses = addresses;
    config_.isn_offset = isn_offset;
    return {};
  }

  // Moving octets.

  /// SEND (section 3.10.2): queues as many octets as there is room for and says how many. Errors:
  /// insufficient_resources when there is no room at all; connection_closing after shutdown() or close();
  /// foreign_socket_unspecified in LISTEN; in CLOSED why the connection ended, or connection_does_not_exist.
  result<std::size_t> write(std::span<const std::uint8_t> octets) noexcept { return queue(octets, false); }
  /// SEND with the urgent flag: the peer is told that urgent data ends after these octets. New protocols should not use
  /// it (SHLD-13, RFC 6093).
  result<std::size_t> write_urgent(std::span<const std::uint8_t> octets) noexcept { return queue(octets, true); }
  /// RECEIVE (section 3.10.3): octets in order, as many as there are and fit. Zero octets into a buffer that is not
  /// empty mean the end of the stream, for as long as one asks, whatever has become of the connection meanwhile.
  /// Errors: would_block, connection_does_not_exist, or why the connection ended. A reader's loop ends at 0 as well as
  /// at an error.
  result<std::size_t> read(std::span<std::uint8_t> out) noexcept;
  /// Room in the send buffer, for octets to be written in place and then queued with commit(): all of it, or what comes
  /// before the end of the ring. Empty where write() would not take anything. Lent until the next call that is not
  /// const: none of them writes there, but for write() and commit(), and commit() judges by what is free then.
  [[nodiscard]] std::span<std::uint8_t> writable_span() noexcept {
    return call_send(tcb_) ? sender_.free_span() : std::span<std::uint8_t>{};
  }
  /// Queues octets that stand at the front of writable_span(). Errors as write(); bad_argument if it has fewer.
  result<std::size_t> commit(std::size_t octets) noexcept;
  /// Octets in order that can be read in place and then forgotten with consume(): all of them, or what comes before the
  /// end of the ring. Lent until the next call that is not const, which may end the connection and take them back.
  [[nodiscard]] std::span<const std::uint8_t> readable_span() const noexcept { return receiver_.unread_span(); }
  /// Forgets octets at the front of readable_span(), as if read() had taken them: with none unread, consume(0) answers
  /// what read() would. Errors: as read(), and bad_argument if readable_span() has fewer.
  result<std::size_t> consume(std::size_t octets) noexcept;

  // Closing.

  /// CLOSE (section 3.10.4): no more writing; reading goes on. Errors: connection_does_not_exist, connection_closing.
  result<void> shutdown() noexcept;
  /// Closes both directions (section 3.6.1, MAY-1): as shutdown(), and nobody will read. Octets that are unread or
  /// still arrive reset the connection in whatever state, so that the peer knows they were lost (SHLD-3); only
  /// TIME-WAIT goes on behind its RST (MUST-13). No error if the connection is closing already. Errors:
  /// connection_does_not_exist.
  result<void> close(instant now) noexcept;
  /// ABORT (section 3.10.5). Errors: connection_does_not_exist.
  result<void> abort() noexcept;
  /// Ends what close() left to go on by itself, for want of what it holds: with a RST in whatever state, but for
  /// TIME-WAIT, which goes on. Errors: connection_does_not_exist; bad_argument before close().
  result<void> evict() noexcept;

  // The network: what comes, and what goes.

  /// SEGMENT ARRIVES (section 3.10.7): a segment that belongs to this connection and whose checksum holds. `text` is
  /// its text, header.text_length octets; `mark` the ECN codepoint of the IP header that it came with, which has to be
  /// given with connection_config::ecn, and matters only then. Returns what the core did with it. Errors: bad_argument,
  /// and nothing has changed, for a header that no segment can have, one of another length of text, or no mark.
  result<actions<u32>> on_segment(const segment<u32>& header, std::span<const std::uint8_t> text, instant now,
                                  std::optional<ecn_codepoint> mark = std::nullopt) noexcept;
  /// The same from the octets of a datagram's payload. Errors: as parse_segment(), and bad_argument for no mark; such a
  /// segment changes nothing.
  result<actions<u32>> on_octets(std::span<const std::uint8_t> octets, instant now,
                                 std::optional<ecn_codepoint> mark = std::nullopt) noexcept;

  /// An ICMP error whose quoted segment is of this connection: the caller has found it by the quoted addresses and
  /// ports (MUST-54). Ignored unless that segment is outstanding (RFC 5927 section 4.1). One that is soft is remembered
  /// for last_icmp() and told by signal::soft_error (SHLD-25, MUST-56); one that is hard does the same and ends a
  /// handshake (SHLD-26); one about size lowers effective_mss() if path_mtu believes it, and what is outstanding is
  /// sent again. Poll afterwards. Says whether that segment is outstanding. Constant time, but for a report that is
  /// believed: linear in the runs of the scoreboard, once a timeout at most.
  bool on_icmp(const icmp_error& report, instant now) noexcept;

  /// The next segment to send, if there is one. It counts as sent. `max_text` bounds its text further.
  [[nodiscard]] std::optional<outgoing_segment> next_segment(instant now, u32 max_text = 0xffff'ffffu) noexcept;
  /// Copies the text of a segment that next_segment() returned, before anything else is asked of the connection.
  /// Errors: bad_argument if the text is not in the buffer any more, or `out` has no room for it.
  result<void> copy_text(const segment<u32>& header, std::span<std::uint8_t> out) const noexcept;
  /// The next segment, written to `out` with its checksum. Nothing is written, and nothing lost, when `out` has fewer
  /// than longest_header + 1 octets; a shorter `out` than a full segment makes shorter segments.
  [[nodiscard]] std::optional<transmission> poll_transmit(instant now, std::span<std::uint8_t> out) noexcept {
    return nothing_due() ? std::nullopt : transmit(now, out);
  }

  // Time, and what has happened.

  /// When on_deadline() is to be called, if ever. Ask after poll_transmit has nothing more.
  [[nodiscard]] std::optional<instant> next_deadline() const noexcept { return timers_.next(); }
  /// Handles everything that is due at `now`; nothing when nothing is. A host that comes later than that by a timeout
  /// was away: it asks once more before a limit of time ends the connection (decision 0035).
  void on_deadline(instant now) noexcept;
  /// What happened since the last call.
  [[nodiscard]] signals take_signals() noexcept;

  // Asking.

  [[nodiscard]] connection_state state() const noexcept { return tcb_.state; }  ///< of the eleven (section 3.3.2)
  /// STATUS (section 3.10.6): everything the connection knows.
  [[nodiscard]] const control_block<u32>& tcb() const noexcept { return tcb_; }
  [[nodiscard]] const connection_config& config() const noexcept { return config_; }  ///< the settings as they are now
  [[nodiscard]] const timer_set& timers() const noexcept { return timers_; }          ///< which run, and until when
  [[nodiscard]] const send_half& sending() const noexcept { return sender_; }         ///< what goes, and when
  [[nodiscard]] const receive_half& receiving() const noexcept { return receiver_; }  ///< what has come, and waits
  /// What is known of the path's MTU.
  [[nodiscard]] const path_mtu& path() const noexcept { return path_; }
  /// The last ICMP error since the connection began, if there was one and it was not about size.
  [[nodiscard]] std::optional<icmp_report> last_icmp() const noexcept { return last_icmp_; }
  /// Why the connection ended, once it did and not in good order.
  [[nodiscard]] std::optional<error> ended_by() const noexcept { return ended_by_; }
  /// The peer's FIN was processed, and nothing that it sent before was thrown away.
  [[nodiscard]] bool stream_ended() const noexcept { return stream_ended_; }
  /// Everything that the peer sent before its FIN has been read: read() gives 0.
  [[nodiscard]] bool end_of_stream() const noexcept { return stream_ended_ && receiver_.unread() == 0; }
  /// Octets that read() would give.
  [[nodiscard]] std::size_t readable() const noexcept { return receiver_.unread(); }
  /// Octets that write() would take.
  [[nodiscard]] std::size_t writable() const noexcept { return call_send(tcb_) ? sender_.room() : 0; }
  /// Octets from the reader on that are still urgent (MUST-33).
  [[nodiscard]] u32 urgent_ahead() const noexcept;
  /// The most text of one segment at present: Eff.snd.MSS (section 3.7.1).
  [[nodiscard]] u32 effective_mss() const noexcept;
  /// How the connection stands, as TCP_INFO tells elsewhere. Constant time, and free as long as nobody asks.
  [[nodiscard]] connection_statistics statistics() const noexcept;
  /// To whom it is told what the connection does, and why, where the policy has a traced_by.
  [[nodiscard]] typename Policy::trace& trace() noexcept { return trace_; }
  /// The receiving half of ECN; the sending half is sending().ecn().
  [[nodiscard]] const ecn_echo& echo() const noexcept { return echo_; }
  /// How Fast Open has fared.
  [[nodiscard]] const typename Policy::fast_open& fast_open() const noexcept { return fast_open_; }
  // Settings that may change.

  /// Nagle on or off (MUST-17).
  void set_nagle(bool on) noexcept { config_.nagle = on; }
  /// Keep-alives on or off (MUST-24): either way idleness and unanswered probes count from now, and no probe is due.
  void set_keep_alive(bool on, instant now) noexcept;
  /// The user timeout, which is R2; nothing: never (MUST-21). Counts from now for what is outstanding, or from the next
  /// probe where the peer answers from behind a closed window. Errors: bad_argument unless it is longer than nothing.
  result<void> set_user_timeout(std::optional<duration> timeout, instant now) noexcept;

 private:
  // A segment of a connection past its SYN, which is to report besides what arrived out of order, or not.
  struct plain_segment {
    plain_header header;
    ecn_codepoint ecn = ecn_codepoint::not_capable;
    bool report = false;
  };

  void prepare() noexcept;
  void begin(instant now) noexcept;
  result<std::size_t> queue(std::span<const std::uint8_t> octets, bool urgent) noexcept;
  [[nodiscard]] result<std::size_t> nothing_to_read() const noexcept;
  template <class Call>
  void end_with_reset(Call call) noexcept;
  void arrive(const segment<u32>& header, std::span<const std::uint8_t> text, instant now, ecn_codepoint mark,
              actions<u32>& step) noexcept;
  void walk(const segment<u32>& header, std::span<const std::uint8_t> text, instant now, ecn_codepoint mark,
            actions<u32>& step) noexcept;
  void apply(actions<u32>& step, std::uint16_t to_port, const timestamp_variables<u32>& ts, instant now) noexcept;
  void owe(const actions<u32>& step, std::uint16_t to_port, const timestamp_variables<u32>& ts) noexcept;
  void ended(const actions<u32>& step) noexcept;
  void fall_silent() noexcept;
  void refuse_text(const segment<u32>& header, actions<u32>& step) noexcept;
  void take_text(const segment<u32>& header, actions<u32>& step, std::span<const std::uint8_t> text,
                 instant now) noexcept;
  void tune_window(const segment<u32>& header, u32 octets, instant now) noexcept;
  void take_predicted(const segment<u32>& header, actions<u32>& step, std::span<const std::uint8_t> text,
                      instant now) noexcept;
  void take_acknowledgment(const segment<u32>& header, const actions<u32>& step, bool window_was_closed,
                           instant now) noexcept;
  void give_up(instant now) noexcept;
  void orphan(instant now) noexcept;
  void on_timer(timer t, bool away, instant now) noexcept;
  void restart_keep_alive(instant now) noexcept;
  void start_path() noexcept;
  void suspect_path(std::uint8_t attempts, instant now) noexcept;
  void reopen_window() noexcept;
  [[nodiscard]] sequence_number<u32> reader_at() const noexcept;
  [[nodiscard]] u32 full_text() const noexcept;
  [[nodiscard]] window_offer<u32> offer(bool unscaled) const noexcept;
  [[nodiscard]] u32 clock(instant now) const noexcept;
  [[nodiscard]] u32 report_length(u32 mss) const noexcept;
  template <class Header>
  void finish(Header& header, const window_offer<u32>& window) noexcept;
  // The usual answer to being asked for a segment, in a few comparisons.
  [[nodiscard]] bool nothing_due() const noexcept {
    if (ack_due_ || keep_alive_due_ || reset_due_) return false;
    if (tcb_.state > connection_state::syn_received) return sender_.idle(tcb_.snd);
    // Before that nothing goes out but a SYN, and with Fast Open perhaps text behind a SYN,ACK.
    const bool early = Policy::fast_open::enabled && tcb_.state == connection_state::syn_received;
    return !syn_due_ && (!early || sender_.idle(tcb_.snd));
  }
  [[nodiscard]] bool owes_handshake() const noexcept {
    return syn_due_ && (tcb_.state == connection_state::syn_sent || tcb_.syn_pending());
  }
  std::optional<transmission> transmit(instant now, std::span<std::uint8_t> out) noexcept;
  [[nodiscard]] bool next_plain(instant now, u32 max_text, plain_segment& next) noexcept;
  void expand(const plain_segment& from, outgoing_segment& next) noexcept;
  void write_plain(const plain_segment& next, std::span<std::uint8_t> out, transmission& sent) const noexcept;
  void write_whole(const outgoing_segment& next, std::span<std::uint8_t> out, transmission& sent) const noexcept;
  u32 write_text(sequence_number<u32> first, std::span<std::uint8_t> out) const noexcept;
  void next_control(instant now, u32 max_text, segment<u32>& header) noexcept;
  void next_reset(instant now, segment<u32>& header) noexcept;
  void next_syn(instant now, u32 max_text, segment<u32>& header) noexcept;
  void add_fast_open(instant now, u32 max_text, segment<u32>& header) noexcept;
  [[nodiscard]] bool may_answer_early() const noexcept;
  void conclude_fast_open(const segment<u32>& header, instant now) noexcept;
  void take_early(const segment<u32>& syn) noexcept;
  [[nodiscard]] u32 early_text(u32 report) const noexcept;
  [[nodiscard]] bool next_text(instant now, u32 max_text, plain_segment& next) noexcept;
  [[nodiscard]] u32 tell_of_congestion(const text_to_send& run, ecn_codepoint& mark) noexcept;
  [[nodiscard]] bool next_ack(instant now, plain_segment& next) noexcept;
  void tell(trace_event what, instant now) noexcept;
  // Where a segment's text begins; only Fast Open puts any on a SYN.
  [[nodiscard]] static sequence_number<u32> first_of_text(const segment<u32>& header) noexcept {
    if constexpr (Policy::fast_open::enabled) return header.seq + (header.control.syn() ? 1u : 0u);
    return header.seq;
  }

  void rebase(duration elapsed) noexcept;

  template <class>
  friend class dormant;
  friend struct connection_internals;

  // What every segment needs stands first and together, for a host with more connections than its cache holds.
  control_block<u32> tcb_{};
  std::optional<reset_owed> reset_due_{};
  signals signals_{};
  ecn_echo echo_{};
  std::uint8_t keep_alives_ = 0;
  bool syn_due_ = false;
  bool ack_due_ = false;
  bool keep_alive_due_ = false;
  bool nobody_reads_ = false;
  bool any_peer_ = false;      // listens without knowing whose SYN will come
  bool stream_ended_ = false;  // the peer's FIN was processed, and nothing before it was thrown away
  [[no_unique_address]] typename Policy::fast_open fast_open_{};
  [[no_unique_address]] typename Policy::statistics counters_{};
  [[no_unique_address]] detail::trace_state<typename Policy::trace> trace_{};
  timer_set timers_{};
  connection_config config_{};
  send_half sender_{};
  path_mtu path_{};
  std::optional<error> ended_by_{};
  std::optional<icmp_report> last_icmp_{};
  receive_half receiver_{};
};

}  // namespace sequent

#include "sequent/connection/calls.inl.hpp"
#include "sequent/connection/input.inl.hpp"
#include "sequent/connection/output.inl.hpp"
#include "sequent/connection/path.inl.hpp"
#include "sequent/connection/trace.inl.hpp"
