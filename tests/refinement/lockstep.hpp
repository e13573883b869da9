// The production connection and the specification in lockstep: an end of the world, and a subject for the fuzzer.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "model/spec/reports.hpp"
#include "model/world/endpoint.hpp"
#include "sequent/connection.hpp"
#include "sequent/connection/internals.hpp"
#include "tests/refinement/connection_fingerprint.hpp"
#include "tests/refinement/packet.hpp"
#include "tests/refinement/spec_shadow.hpp"

namespace sequent::refinement {

/// How an end of a run uses Fast Open (RFC 7413). Fixed before it opens.
struct fast_open_role {
  bool serves = false;                      ///< judges each SYN, and takes text of those with a good cookie
  std::optional<fast_open_server> knows{};  ///< an active open goes to this server
};

/// The keys and addresses of every server in a run.
[[nodiscard]] inline const fast_open_keys& keys_of_runs() {
  static const fast_open_keys keys(secret_key{1, 2});
  return keys;
}
inline constexpr ip_address server_of_runs = ip_address::from_v4({192, 0, 2, 1});
inline constexpr ip_address client_of_runs = ip_address::from_v4({198, 51, 100, 1});

/// A connection that is checked at every event. Its clock always stands at zero: time that passes moves the origin.
/// MostOctets: largest segment on the wire, header included.
template <class Policy, std::size_t MostOctets>
class lockstep {
 public:
  using packet = wire_packet<MostOctets>;
  using connection_type = connection<Policy>;

  lockstep(const connection_config& config, typename Policy::send_storage send_octets,
           typename Policy::receive_storage receive_octets)
      : tcp_(config, send_octets, receive_octets) {
    spec::policy choices;
    choices.max_held_ranges = static_cast<int>(connection<Policy>::max_held_ranges);
    choices.offers_timestamps = config.timestamps;
    choices.offers_ecn = config.ecn;
    shadow_.set_choices(choices);
  }

  /// Before it opens; only an end whose policy has Fast Open uses it.
  void set_fast_open(const fast_open_role& role) {
    role_ = role;
    spec::policy choices = shadow_.now().choices;
    choices.fast_open = role.serves || role.knows;
    shadow_.set_choices(choices);
  }
  [[nodiscard]] const fast_open_role& role() const { return role_; }

  void open_passive() {
    const auto done = tcp_.listen();
    if (done) begin_anew();
    called(spec::kind::open_passive, 0, done.has_value(), "OPEN, passive");
  }
  void open_active() {
    before_ = tcp_.tcb();
    const auto done = connect();
    opened_ = opened_ || done;
    if (done) begin_anew();
    observation seen = call_seen(done.has_value());
    if (done) seen.sent = spec::reply::syn;
    follow_call(spec::kind::open_active, 0, seen, "OPEN, active", tcp_.config().remote_port == 0);
  }
  std::size_t write(std::span<const std::uint8_t> octets) { return queue(octets, false); }
  std::size_t write_urgent(std::span<const std::uint8_t> octets) { return queue(octets, true); }
  std::size_t read(std::span<std::uint8_t> room) {
    before_ = tcp_.tcb();
    return took(tcp_.read(room), !room.empty());
  }
  /// The same in place. One octet more than is lent is refused, and changes nothing.
  std::size_t read_in_place(std::span<std::uint8_t> room) {
    before_ = tcp_.tcb();
    const auto lent = tcp_.readable_span();
    const auto refused = tcp_.consume(lent.size() + 1);
    if (refused && *refused != 0) shadow_.set_violation("more octets were consumed than had been lent");
    const std::size_t n = std::min(lent.size(), room.size());
    std::copy_n(lent.begin(), n, room.begin());
    return took(tcp_.consume(n), !room.empty());
  }
  /// Writes octets in place; as above.
  std::size_t write_in_place(std::span<const std::uint8_t> octets) {
    before_ = tcp_.tcb();
    const auto lent = tcp_.writable_span();
    if (tcp_.commit(lent.size() + 1)) shadow_.set_violation("more octets were queued than had been lent");
    if (lent.empty()) return 0;
    const std::size_t n = std::min(lent.size(), octets.size());
    std::copy_n(octets.begin(), n, lent.begin());
    return queued(tcp_.commit(n));
  }
  std::size_t took(const result<std::size_t>& got, bool any_room) {
    const std::size_t n = got ? *got : 0;
    read_since_sending_ = read_since_sending_ || n != 0;
    taken_ += static_cast<spec::position>(n);
    if (got && n == 0 && any_room && !tcp_.end_of_stream()) {
      shadow_.set_violation("the stream is said to end where it does not");
    }
    // What is left after the end of a connection is served by the buffers alone (A7).
    if (before_.state != connection_state::closed) {
      follow_call(spec::kind::receive, static_cast<spec::position>(n), {}, "RECEIVE");
    }
    check_end();
    return n;
  }
  void shutdown() {
    before_ = tcp_.tcb();
    const auto done = tcp_.shutdown();
    follow_call(spec::kind::close, 0, call_seen(done.has_value()), "CLOSE");
  }
  void close() {
    before_ = tcp_.tcb();
    const auto unread = static_cast<spec::position>(unread_by_the_user());
    const auto done = tcp_.close(instant{});
    observation seen = call_seen(done.has_value());
    if (connection_internals::owes_reset(tcp_)) see_reset(seen);
    follow_call(spec::kind::close_both, unread, seen, "CLOSE of both directions");
    aborted_ = aborted_ || (done && unread != 0);
    taken_ += unread;  // by nobody
  }
  /// The host takes back what is left of it.
  void evict() {
    before_ = tcp_.tcb();
    const auto done = tcp_.evict();
    observation seen = call_seen(done.has_value());
    if (connection_internals::owes_reset(tcp_)) see_reset(seen);
    follow_call(spec::kind::evict, 0, seen, "eviction");
    aborted_ = aborted_ || (done && tcp_.state() == connection_state::closed);
  }
  void abort() {
    before_ = tcp_.tcb();
    const auto done = tcp_.abort();
    observation seen = call_seen(done.has_value());
    if (connection_internals::owes_reset(tcp_)) see_reset(seen);
    follow_call(spec::kind::abort, 0, seen, "ABORT");
    aborted_ = aborted_ || done;
  }

  [[nodiscard]] bool end_of_stream() const { return tcp_.end_of_stream(); }
  [[nodiscard]] bool closed() const { return tcp_.state() == connection_state::closed; }
  [[nodiscard]] bool aborted() const { return aborted_ || tcp_.ended_by().has_value(); }
  [[nodiscard]] bool established() const { return established_; }
  [[nodiscard]] std::size_t readable() const { return tcp_.readable(); }
  [[nodiscard]] std::size_t writable() const { return tcp_.writable(); }
  [[nodiscard]] const connection_type& tcp() const { return tcp_; }
  /// The segment that arrived last brought an acknowledgment that counted.
  [[nodiscard]] bool ack_taken() const { return ack_taken_; }
  [[nodiscard]] const spec_shadow& shadow() const { return shadow_; }

  /// The right edge of the send window, once the connection is synchronized.
  [[nodiscard]] std::optional<model::stream_edge> may_send_until() const {
    const spec::state<spec::position>& s = shadow_.now();
    if (!spec::synchronized(s)) return std::nullopt;
    return model::stream_edge{tcp_.tcb().snd.iss.wire(), s.snd_una + s.snd_wnd};
  }
  /// The right edge that was offered, while it cannot move back.
  [[nodiscard]] std::optional<model::stream_edge> offers_until() const {
    const spec::state<spec::position>& s = shadow_.now();
    if (!spec::receiving(s) && !spec::shaking_hands(s)) return std::nullopt;
    return model::stream_edge{tcp_.tcb().rcv.irs.wire(), spec::right_edge(s)};
  }

  void arrives(const packet& p) { arrives(p.octets(), p.ecn); }
  /// Octets that came from anywhere: what cannot be parsed must change nothing, a buffered octet included. All of them
  /// are handed over as they are.
  void arrives(std::span<const std::uint8_t> octets, ecn_codepoint mark = ecn_codepoint::not_capable) {
    before_ = tcp_.tcb();
    ack_taken_ = false;
    const auto parsed = parse_segment(octets, tcp_.config().addresses);
    if (!parsed) {
      const model::digest untouched = all_of_it();
      const auto refused = tcp_.on_octets(octets, instant{}, mark);
      if (refused || refused.why() != parsed.why()) shadow_.set_violation("a segment in error was processed");
      if (all_of_it() != untouched) shadow_.set_violation("a segment in error left something behind");
      return shadow_.follow_silence(tcp_.tcb(), shadow_.places_for(before_, nullptr), more(), "segment in error");
    }
    deliver(octets, parsed->header, mark);
  }

  /// The next segment to send; what there is to say about it is checked.
  std::optional<packet> poll() {
    before_ = tcp_.tcb();
    packet out;
    const auto sent = tcp_.poll_transmit(instant{}, out.room);
    if (!sent) {
      // Deciding to send nothing may arm a timer; it changes no variable.
      shadow_.follow_silence(tcp_.tcb(), shadow_.places_for(before_, nullptr), more(), "nothing to send");
      shadow_.follow_quiet();
      check_timers();
      return std::nullopt;
    }
    out.size = static_cast<std::uint16_t>(sent->length);
    out.ecn = sent->ecn;
    const auto parsed = parse_segment(out.octets(), tcp_.config().addresses);
    if (!parsed) {
      shadow_.set_violation(fmt::format("a segment was sent that cannot be read: {}", describe(parsed.why())));
      return out;
    }
    follow_sent(parsed->header);
    return out;
  }

  [[nodiscard]] std::optional<std::int64_t> deadline() const {
    const auto due = tcp_.next_deadline();
    if (!due) return std::nullopt;
    return due->microseconds();
  }
  void advance(std::int64_t microseconds) {
    connection_internals::rebase(tcp_, duration::microseconds(microseconds));
    before_ = tcp_.tcb();
    tcp_.on_deadline(instant{});
    follow_timers();
  }

  [[nodiscard]] std::string violation() const { return shadow_.violation(); }
  void fingerprint(model::fingerprint& f) const {
    feed(f, tcp_, !opened_ || tcp_.tcb().passive);
    f.add(aborted_);
    f.add(established_);
    f.add(peer_closed_);
  }
  [[nodiscard]] std::string show() const { return state_text(shadow_.now()); }
  static std::string show(const packet& p) { return packet_text(p); }
  static void fingerprint_packet(const packet& p, model::fingerprint& f) {
    f.octets(p.octets());
    f.add(p.ecn);
  }
  static bool corrupt(packet& p, int which) { return damage(p, which); }
  static bool mark(packet& p) { return mark_congestion(p); }

 protected:
  /// Goes on with another connection, which stands where this one does.
  void replace(const connection_type& other) { tcp_ = other; }

 private:
  result<void> connect() {
    if constexpr (Policy::fast_open::enabled) {
      if (role_.knows) return tcp_.connect(*role_.knows, instant{});
    }
    return tcp_.connect(instant{});
  }

  // Says whether the cookie of a SYN is good.
  bool judge(const segment<u32>& header) {
    if constexpr (Policy::fast_open::enabled) {
      if (!role_.serves || before_.state != connection_state::listen || !header.control.syn()) return false;
      const auto verdict = keys_of_runs().judge(header.options.fast_open, server_of_runs, client_of_runs);
      tcp_.judge_syn(verdict);
      return verdict.take_text;
    }
    return false;
  }

  using observation = spec_shadow::observation;

  [[nodiscard]] model::digest all_of_it() const {
    model::fingerprint f;
    feed(f, tcp_, true);
    return f.value();
  }

  void begin_anew() {
    taken_ = 0;
    peer_closed_ = false;
  }

  [[nodiscard]] static observation call_seen(bool done) {
    observation seen;
    if (!done) seen.signals = spec::signal_error;
    return seen;
  }

  void called(spec::kind what, spec::position amount, bool done, const char* name) {
    follow_call(what, amount, call_seen(done), name);
  }

  // Octets that arrived in order, as the specification has it, less those that read() gave.
  [[nodiscard]] spec::position unread_by_the_user() const {
    const spec::state<spec::position>& s = shadow_.now();
    if (spec::in(s, spec::phase::closed, spec::phase::listen, spec::phase::syn_sent)) return 0;
    const bool fin_came =
        spec::in(s, spec::phase::close_wait, spec::phase::closing, spec::phase::last_ack, spec::phase::time_wait);
    return s.rcv_nxt - (fin_came ? 2 : 1) - taken_;
  }

  // What the layers around the control block know.
  [[nodiscard]] surplus<spec::position> more() const {
    surplus<spec::position> known;
    known.choices = shadow_.now().choices;
    if (tcp_.state() <= connection_state::listen) return known;
    places where = shadow_.places_for(before_, nullptr);
    spec_shadow::settle(where, before_, tcp_.tcb());
    known.snd_end = where.send(tcp_.sending().end());
    for (const interval& range : tcp_.receiving().held().view()) {
      known.held.push_back({where.receive(range.first), where.receive(range.last)});
    }
    known.owes_ack = connection_internals::owes_ack(tcp_);
    known.left = connection_internals::abandoned(tcp_);
    return known;
  }

  void see_reset(observation& seen) const {
    const reset_owed& reset = *connection_internals::owes_reset(tcp_);
    const places where = shadow_.places_for(before_, nullptr);
    seen.sent = spec::reply::reset;
    seen.reset_seq = where.send(reset.seq);
    if (reset.ack) seen.reset_ack = where.receive(*reset.ack);
    if (reset.echo) seen.reset_echo = where.clock(*reset.echo);
    seen.reset_answers = reset.answers;
  }

  void follow_call(spec::kind what, spec::position amount, const observation& seen, const char* name,
                   bool unspecified = false) {
    spec_shadow::event e;
    e.what = what;
    e.amount = amount;
    e.unspecified = unspecified;
    places where = shadow_.places_for(before_, nullptr);
    spec_shadow::settle(where, before_, tcp_.tcb());
    shadow_.follow(e, tcp_.tcb(), where, more(), seen, name);
    notice();
  }

  std::size_t queue(std::span<const std::uint8_t> octets, bool urgent) {
    before_ = tcp_.tcb();
    return queued(urgent ? tcp_.write_urgent(octets) : tcp_.write(octets));
  }
  std::size_t queued(const result<std::size_t>& taken) {
    // A full buffer takes part of it or nothing (C9): the call is then the one that handed over what was taken.
    if (!taken && taken.why() == error::insufficient_resources) return 0;
    if (taken && *taken == 0) return 0;
    const auto n = taken ? static_cast<spec::position>(*taken) : spec::position{1};
    follow_call(spec::kind::send, n, call_seen(taken.has_value()), "SEND");
    return taken ? *taken : 0;
  }

  // The octets of a segment that was read: `header`.
  void deliver(std::span<const std::uint8_t> octets, const segment<u32>& header, ecn_codepoint mark) {
    places where = shadow_.places_for(before_, &header);
    spec_shadow::event e;
    e.what = spec::kind::arrival;
    const bool outlived = spec::outlived((instant{} - before_.ts.recent_at).count());
    e.seg = abstract_segment<spec::position>(header, where, outlived);
    e.seg.good_cookie = judge(header);
    const auto due_before = tcp_.timers().due(timer::time_wait);
    const auto done = tcp_.on_octets(octets, instant{}, mark);
    if (!done) return shadow_.set_violation("a segment that was read is refused: " + segment_text(header));
    const actions<u32>& step = *done;
    ack_taken_ = step.acceptable_ack;
    const bool known = before_.state >= connection_state::syn_sent;
    observation seen = abstract_actions<spec::position>(step, where, known);
    seen.throttled = challenges_used_up(before_, instant{});
    const auto& reset = connection_internals::owes_reset(tcp_);
    if (known && seen.sent == spec::reply::reset && reset) {
      seen.reset_echo.reset();
      if (reset->echo) seen.reset_echo = where.clock(*reset->echo);
      seen.reset_answers = reset->answers;
    }
    spec_shadow::settle(where, before_, tcp_.tcb());
    shadow_.follow(e, tcp_.tcb(), where, more(), seen, "arrival " + segment_text(header));
    check_linger(step.time_wait, due_before);
    notice();
  }

  // What a step says of the timer of TIME-WAIT is what becomes of it.
  void check_linger(bool starts, std::optional<instant> due_before) {
    if (tcp_.state() != connection_state::time_wait) return;
    const auto due = tcp_.timers().due(timer::time_wait);
    const auto expected = starts ? std::optional(instant{} + tcp_.config().msl * 2) : due_before;
    if (due != expected) shadow_.set_violation("the timer of TIME-WAIT is not where the step has put it");
  }

  void follow_sent(const segment<u32>& sent) {
    const control_block<u32>& after = tcp_.tcb();
    const places where = shadow_.places_for(before_, nullptr);
    if (sent.control.rst()) return shadow_.follow_reset(sent);
    read_since_sending_ = false;
    check_window_field(sent, after);
    check_report(sent, where);
    const spec::position offered = shadow_.now().rcv_nxt + after.rcv.wnd;
    shadow_.follow_emission(sent, offered, after, where, more());
  }

  // The field must say what the control block believes to have offered, but for the rounding of its scale.
  void check_window_field(const segment<u32>& sent, const control_block<u32>& after) {
    const u32 shift = sent.control.syn() ? 0 : after.rcv.shift;
    const u32 told = sent.wnd << shift;
    const bool true_to_it = told <= after.rcv.wnd && (after.rcv.wnd - told < (1u << shift) || sent.wnd == 0xffff);
    if (!true_to_it) shadow_.set_violation(fmt::format("window {} is offered, {} believed", told, after.rcv.wnd));
    if (tcp_.receiving().room() < after.rcv.wnd) shadow_.set_violation("a window is offered without room behind it");
  }

  // A report speaks only of what the specification knows to have arrived.
  void check_report(const segment<u32>& sent, const places& where) {
    std::vector<spec::range<spec::position>> blocks;
    for (const sack_block<u32>& block : sent.options.sack.view()) {
      blocks.push_back({where.receive(block.left), where.receive(block.right)});
    }
    if (blocks.empty()) return;
    if (!before_.sack_permitted) shadow_.set_violation("a report is sent to a peer that did not permit it");
    if (!spec::reports_truly(shadow_.now(), blocks))
      shadow_.set_violation("a report is not true: " + segment_text(sent));
  }

  // Timers that change the state are events; the others only lead to emissions.
  void follow_timers() {
    const connection_state old_state = before_.state;
    const places where = shadow_.places_for(before_, nullptr);
    if (tcp_.state() == old_state) {
      return shadow_.follow_silence(tcp_.tcb(), where, more(), "timer");
    }
    observation seen;
    spec_shadow::event e;
    if (old_state == connection_state::time_wait) {
      e.what = spec::kind::time_wait_timeout;
    } else if (connection_internals::pending_signals(tcp_).has(signal::timed_out)) {
      e.what = spec::kind::user_timeout;
      seen.signals = spec::signal_timed_out;
    } else {
      e.what = spec::kind::reclaim;  // a FIN-WAIT-2 that nobody reads (C37)
    }
    if (connection_internals::owes_reset(tcp_)) see_reset(seen);
    shadow_.follow(e, tcp_.tcb(), where, more(), seen, "timeout");
    notice();
  }

  // Once there is nothing to send, time must be able to set everything going that is not finished.
  void check_timers() {
    const control_block<u32>& tcb = tcp_.tcb();
    if (tcb.state <= connection_state::listen) return;
    const timer_set& timers = tcp_.timers();
    const bool outstanding = !(tcb.snd.una == tcb.snd.nxt);
    const bool left = tcb.snd.fin_sent ? false : tcp_.sending().end() - tcb.snd.nxt != 0 || tcb.snd.fin_asked;
    const bool may_come = may_receive_text(tcb.state) && !tcb.closed_early;
    const bool fresh_text = may_come && !(tcb.rcv.nxt == tcb.ts.last_ack_sent);
    if (outstanding && !timers.running(timer::retransmission)) shadow_.set_violation("no retransmission timer runs");
    if (!outstanding && left && tcb.state > connection_state::syn_received && !timers.running(timer::persist)) {
      shadow_.set_violation("something is left to send, nothing is outstanding, and no persist timer runs");
    }
    if (tcb.state == connection_state::time_wait && !timers.running(timer::time_wait)) {
      shadow_.set_violation("TIME-WAIT has no timer");
    }
    // Only reading calls for a window update; what the handshake could not say yet, the next segment will.
    if (read_since_sending_ && may_come && window_worth_telling(tcb)) {
      shadow_.set_violation("the window could open by a worthwhile amount, and the peer is not told");
    }
    read_since_sending_ = false;
    const auto delayed = timers.due(timer::delayed_ack);
    if (fresh_text && (!delayed || *delayed - instant{} >= duration::milliseconds(500))) {
      shadow_.set_violation("text will not be acknowledged within half a second");
    }
  }

  // RFC 9293 section 3.8.6.2.2: half of the buffer, or a segment, two where a peer can go on with what is left.
  [[nodiscard]] bool window_worth_telling(const control_block<u32>& tcb) const {
    const u32 room = tcp_.receiving().room();
    const u32 buffer = room + tcp_.receiving().unread();
    const u32 options = tcb.ts.enabled ? 12 : 0;  // beside which a full segment carries less text
    const u32 segment = std::max(u32{tcp_.config().receive_mss}, options + 1) - options;
    const u32 worthwhile = std::max(1u, std::min(buffer / 2, tcb.rcv.wnd < segment ? segment : 2 * segment));
    // What a scaled field cannot say is not withheld.
    const u32 largest = 0xffffu << tcb.rcv.shift;
    return room > tcb.rcv.wnd && std::min(room, largest) > tcb.rcv.wnd &&
           std::min(room, largest) - tcb.rcv.wnd >= worthwhile + ((1u << tcb.rcv.shift) - 1u);
  }

  // RFC 9293 section 3.10.3: once everything before the peer's FIN has been read, that is the answer, and stays it.
  void check_end() {
    if (!peer_closed_ || connection_internals::abandoned(tcp_) || tcp_.ended_by() || tcp_.readable() != 0) return;
    std::array<std::uint8_t, 1> octet{};
    const auto got = tcp_.read(octet);
    if (!got || *got != 0) shadow_.set_violation("the end of the stream is not read as one");
  }

  void notice() {
    const auto raised = tcp_.take_signals();
    established_ = established_ || raised.has(signal::established);
    peer_closed_ = peer_closed_ || raised.has(signal::peer_closed);
    check_end();
  }

  connection_type tcp_;
  spec_shadow shadow_;
  fast_open_role role_{};
  control_block<u32> before_{};
  spec::position taken_ = 0;  // octets read; what is left unread follows from it, so no part of the fingerprint
  bool ack_taken_ = false;    // of the arrival that is being looked at, so no part of the fingerprint
  bool opened_ = false;
  bool aborted_ = false;
  bool established_ = false;
  bool peer_closed_ = false;
  bool read_since_sending_ = false;  // false whenever there is nothing to send, so no part of the fingerprint
};

}  // namespace sequent::refinement
