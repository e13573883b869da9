// Many connections behind one stream of IP packets, without I/O: addresses, demultiplexing, listeners, TIME-WAIT.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "sequent/connection/fast_open_keys.hpp"
#include "sequent/stack/answer.hpp"
#include "sequent/stack/config.hpp"
#include "sequent/stack/ephemeral_ports.hpp"
#include "sequent/stack/flow_table.hpp"
#include "sequent/stack/listener.hpp"
#include "sequent/stack/records.hpp"
#include "sequent/stack/slot.hpp"
#include "sequent/stack/syn_cookie.hpp"
#include "sequent/tables/timer_wheel.hpp"

namespace sequent {

/// A TCP stack for one core. The rhythm of its use is a connection's: hand it what happened (on_packet, on_deadline, a
/// user call), then call poll_packet until it has nothing more and next_event until it has nothing more, then sleep
/// until next_deadline. It calls nobody back, reads no clock, draws no random number and allocates nothing: the object
/// itself holds every table, so the caller decides where they are. A call costs constant time, whatever the number of
/// connections, but for the octets it copies; on_deadline() costs constant time for each deadline that it meets.
///
/// Handles. connect(), listen() and accept() give one; close() and abort() take it back, and afterwards it names
/// nothing. A connection whose handle has been taken back goes on by itself until it has ended.
template <class Policy>
class stack {
 public:
  using policy = Policy;  ///< what it is made of: see default_stack_policy
  using connection_type = connection<typename Policy::connection_policy>;       ///< what find() shows
  using send_storage = typename Policy::connection_policy::send_storage;        ///< inline, or slices
  using receive_storage = typename Policy::connection_policy::receive_storage;  ///< inline, or slices
  using tag_type = typename Policy::tag;                                        ///< see set_tag()

  /// Connections may fall asleep.
  static constexpr bool sleeps = stack_slots<Policy>::sleeps;
  /// The most that are awake.
  static constexpr u32 max_awake = stack_slots<Policy>::max_awake;
  /// Octets of each connection's slice of the buffers' memory, for what it sends.
  static constexpr std::size_t send_slice = stack_slots<Policy>::send_slice;
  static constexpr std::size_t receive_slice = stack_slots<Policy>::receive_slice;  ///< and for what it receives
  /// Octets of memory for the buffers that a stack must be given: none where storage is inline.
  static constexpr std::size_t buffer_octets = max_awake * (send_slice + receive_slice);
  /// Octets that each connection can hold for its reader.
  static constexpr std::size_t receive_room = stack_slots<Policy>::receive_room;

  /// `buffers` has buffer_octets octets and outlives the stack. A stack that is not validate() opens nothing.
  explicit stack(const stack_config& config, std::span<std::uint8_t> buffers = {}) noexcept;
  stack(const stack&) = delete;
  stack& operator=(const stack&) = delete;
  /// Whether the stack can be used: stack_config::validate(), and "buffers" for fewer octets than buffer_octets.
  [[nodiscard]] validity validate() const noexcept { return usable_; }

  /// Adds an address that packets may be for. Without any, every unicast address is taken to be ours, as suits a TUN
  /// device. Errors: insufficient_resources, bad_argument (no address of a single host).
  result<void> add_address(const ip_address& address) noexcept;

  /// Passive OPEN for whoever comes (RFC 9293 section 3.10.1), at one local address or, with nothing, at all. At most
  /// `backlog` connections wait for accept(); as many are half-open. Errors: connection_already_exists (this address
  /// and port have a listener), insufficient_resources, bad_argument (not validate(), port 0, no address of one host).
  result<handle> listen(const std::optional<ip_address>& local, std::uint16_t port, u32 backlog) noexcept;
  /// Active OPEN. The local port is chosen (RFC 6056) unless given. Errors: connection_already_exists (the four-tuple
  /// is in use, TIME-WAIT included), foreign_socket_unspecified (no address of a single host, or of another family than
  /// ours, or the port is zero), bad_argument (not validate()), insufficient_resources (no place for a connection, or
  /// no port is free). Once there may be room stack_event::place says so, with a handle that names nothing; so with
  /// listen().
  result<handle> connect(const ip_address& local, const ip_address& remote, std::uint16_t remote_port, instant now,
                         std::uint16_t local_port = 0) noexcept;
  /// Active OPEN with Fast Open (RFC 7413), as connection does it: what is written before the next poll_packet() goes
  /// out with the SYN, if a cookie is known. Otherwise as connect().
  result<handle> connect(const ip_address& local, const ip_address& remote, std::uint16_t remote_port,
                         const fast_open_server& known, instant now,
                         std::uint16_t local_port = 0) noexcept requires Policy::connection_policy::fast_open::enabled;
  /// Turns Fast Open on at a listener, or off with 0 as it is at first: cookies are given, and a SYN with a good one
  /// and text makes a connection that can be accepted, read and written at once. At most so many of them are half-open
  /// or were reset while they were, which counts for fast_open_penalty to twice that; while there are, the listener
  /// does without (RFC 7413 sections 4.2 and 5.1). A stack's cookies hold for all its listeners and for all stacks of
  /// the same secret. Errors: connection_does_not_exist (no listener).
  result<void> allow_fast_open(handle listening,
                               u32 max_pending) noexcept requires Policy::connection_policy::fast_open::enabled;
  /// Makes cookies with another secret from now on. Those made with the present one are good until the next time, which
  /// bounds their life (RFC 7413 section 4.1.2): call it regularly, every few hours or days. Errors: bad_argument for a
  /// secret of zeros.
  result<void> renew_fast_open(secret_key fresh) noexcept;
  /// The next connection of a listener that has finished its handshake, or was opened fast, if there is one.
  std::optional<handle> accept(handle listening) noexcept;

  /// As the calls of connection. Errors as there, and connection_does_not_exist for a handle that names no connection.
  /// What wakes a sleeper may fail with no_place, when every place is taken by others that are busy; once one is free,
  /// stack_event::place says so.
  result<std::size_t> write(handle of, std::span<const std::uint8_t> octets) noexcept;
  result<std::size_t> write_urgent(handle of, std::span<const std::uint8_t> octets) noexcept;  ///< RFC 6093
  [[nodiscard]] u32 urgent_ahead(handle of) const noexcept;                                    ///< octets (MUST-33)
  result<std::size_t> read(handle of, std::span<std::uint8_t> out) noexcept;  ///< 0: the end of the stream
  result<void> shutdown(handle of) noexcept;                                  ///< CLOSE: no more writing
  /// Room in place, as connection lends it; empty for a handle that names no connection, where write() would fail, and
  /// while as many connections lend as may, half of those that can be awake. It is this connection's, and keeps it
  /// awake, until commit(), write(), shutdown(), close() or abort() for the same handle, whatever arrives meanwhile.
  /// Errors of commit(): as write(), and bad_argument for more octets than are lent; then nothing is lent any more
  /// either.
  [[nodiscard]] std::span<std::uint8_t> writable_span(handle of) noexcept;
  result<std::size_t> commit(handle of, std::size_t octets) noexcept;  ///< queues octets of writable_span()
  /// Octets in place, this connection's until read(), consume(), close() or abort() for the same handle; what arrives
  /// may take them back, which consume() answers with an error. Errors of consume(): as connection's.
  [[nodiscard]] std::span<const std::uint8_t> readable_span(handle of) const noexcept;
  result<std::size_t> consume(handle of, std::size_t octets) noexcept;  ///< forgets octets of readable_span()
  /// The differentiated services of what a connection sends from now on, as stack_config::service (MUST-48, SHLD-21);
  /// to whom it is told what it does, where its policy has a traced_by. Errors: connection_does_not_exist.
  result<void> set_service(handle of, std::uint8_t service) noexcept;
  result<void> set_trace(handle of, const typename Policy::connection_policy::trace& to) noexcept;  ///< see traced_by
  /// Nagle (MUST-17), keep-alives (MUST-24) and the user timeout (MUST-21) of one connection, as connection has them,
  /// awake or asleep; in its sleep a timeout is kept in milliseconds, rounded up. Errors: connection_does_not_exist;
  /// bad_argument for a timeout that is not longer than nothing.
  result<void> set_nagle(handle of, bool on) noexcept;
  result<void> set_keep_alive(handle of, bool on, instant now) noexcept;  ///< off at first (MUST-25)
  result<void> set_user_timeout(handle of, std::optional<duration> timeout, instant now) noexcept;  ///< R2 (MUST-21)
  /// What the user keeps with a connection, of the policy's type; at first as default-constructed. Nothing for a handle
  /// that names no connection. Errors: connection_does_not_exist.
  result<void> set_tag(handle of, tag_type tag) noexcept;
  [[nodiscard]] std::optional<tag_type> tag(handle of) const noexcept;  ///< as set_tag() had it last
  /// Gives a connection up in good order, or a listener, whose unaccepted connections are reset. The handle names
  /// nothing any more. A sleeper without a place to wake in is closed once there is one. What goes on is an orphan: see
  /// stack_config::max_orphans. Errors: connection_does_not_exist, and none else. Linear in the connections that wait
  /// for accept().
  result<void> close(handle of, instant now) noexcept;
  /// Gives a connection up with a RST. Otherwise as close().
  result<void> abort(handle of) noexcept;
  /// The connection that a handle names, to look at; null when it names none or one that is asleep.
  [[nodiscard]] const connection_type* find(handle of) const noexcept;
  /// In which state it is, and where it leads; nothing when the handle names no connection.
  [[nodiscard]] std::optional<connection_state> state_of(handle of) const noexcept;
  [[nodiscard]] std::optional<flow> flow_of(handle of) const noexcept;  ///< the four-tuple, as seen from here

  /// A packet has arrived: an IP datagram from its header on. Says where it was delivered, or that it was not: answers
  /// of no record fill their room (max_replies): what asks for one more is postponed. Poll, then hand it over again.
  delivery on_packet(std::span<const std::uint8_t> packet, instant now) noexcept;
  /// The same for several packets that have come in together, in their order: faster where there are more connections
  /// than the processor's cache holds. Nothing may be polled in between, so a burst of segments out of order brings one
  /// duplicate acknowledgment instead of several. Gives how many were taken, at most max_replies. Poll, then go on.
  [[nodiscard]] std::size_t on_packets(std::span<const std::span<const std::uint8_t>> packets, instant now) noexcept;
  /// The next packet to send, written to `out`; it counts as sent. Nothing is written, and nothing lost, when `out` has
  /// fewer than min_packet_room octets.
  [[nodiscard]] std::optional<packet_out> poll_packet(instant now, std::span<std::uint8_t> out) noexcept;
  static constexpr std::size_t min_packet_room = ipv6_header_length + longest_header + 1;  ///< octets

  /// When on_deadline() is to be called, if ever; it may be called early, and this may tell of a deadline that has been
  /// put off since. Ask after poll_packet has nothing more.
  [[nodiscard]] std::optional<instant> next_deadline() const noexcept;
  /// Handles everything that is due at `now`.
  void on_deadline(instant now) noexcept;
  /// What happened: one connection or listener at a time, in the order in which they first had something to tell.
  [[nodiscard]] std::optional<stack_event> next_event() noexcept;
  /// poll_packet() or next_event() has something to give: go on before sleeping. Constant time.
  [[nodiscard]] bool has_more() const noexcept;

  /// From now on SYN cookies are made with a key from this secret, drawn as stack_config::secret was. Those made before
  /// are accepted to the end of their lives, if this is not called twice within syn_cookies::lifetime. Nothing else
  /// changes: sequence numbers and timestamps have to go on where they are (RFC 6528 section 3, RFC 6191). Errors:
  /// bad_argument for a secret of zeros.
  result<void> rotate_secret(secret_key fresh, instant now) noexcept;

  [[nodiscard]] const stack_config& config() const noexcept { return config_; }  ///< as the constructor got it
  [[nodiscard]] const stack_statistics& statistics() const noexcept { return statistics_; }  ///< since it was made
  /// What all connections together have counted, ended ones too; zeros unless theirs count. Linear in max_connections.
  [[nodiscard]] connection_counters totals() const noexcept;
  /// Connections that have a place, awake or asleep; half-open ones and TIME-WAIT have their own.
  [[nodiscard]] u32 connections() const noexcept { return slots_.size(); }
  [[nodiscard]] u32 connections_awake() const noexcept {
    if constexpr (sleeps) return bodies_.size();
    return slots_.size();
  }  ///< of connections(), those that are not asleep
  [[nodiscard]] u32 orphans() const noexcept { return orphans_.size() + closing_.size(); }  ///< see close()
  [[nodiscard]] u32 half_open_connections() const noexcept { return half_open_.size(); }    ///< in SYN-RECEIVED
  [[nodiscard]] u32 time_wait_connections() const noexcept { return time_wait_.size(); }    ///< as records
  [[nodiscard]] u32 listeners() const noexcept { return listeners_.size(); }                ///< see listen()
  /// Recomputes what the tables keep and says whether it agrees; for tests. Linear in the capacities.
  [[nodiscard]] bool consistent() const noexcept;

 private:
  static constexpr u32 nobody = list_links::nobody;
  // One range of indices for the three kinds of things that a flow leads to.
  static constexpr u32 first_half_open = Policy::sizes.max_connections;
  static constexpr u32 first_time_wait = first_half_open + Policy::sizes.max_half_open;
  static constexpr u32 max_flows = first_time_wait + Policy::sizes.max_time_wait;
  static constexpr std::size_t flow_slots = std::bit_ceil(std::size_t{max_flows} + (max_flows + 2) / 3 + 1);
  static constexpr bool with_fast_opens = stack_slots<Policy>::with_fast_opens;
  using slot_types = stack_slots<Policy>;
  using doorplate = typename slot_types::doorplate;
  using slot = typename slot_types::slot;
  using debt = stack_records::debt;
  using half_open_slot = stack_records::half_open_slot;
  using time_wait_slot = stack_records::time_wait_slot;
  using arrival = stack_records::arrival;

  // stack/sleep.inl.hpp
  [[nodiscard]] bool awake(u32 index) const noexcept;
  [[nodiscard]] connection_type& tcp(u32 index) noexcept;
  [[nodiscard]] const connection_type& tcp(u32 index) const noexcept;
  [[nodiscard]] u32& lent(u32 index) noexcept;
  [[nodiscard]] u32 loan_of(u32 index) const noexcept;
  [[nodiscard]] bool wake(u32 index) noexcept;
  [[nodiscard]] bool has_place() const noexcept;
  void make_place() noexcept;
  void put_to_sleep(u32 index) noexcept;
  void drowse(u32 index) noexcept;
  void stir(u32 index) noexcept;
  template <class Pool, class... Before>
  std::optional<u32> make_in(Pool& pool, const connection_config& config, const Before&... before) noexcept;
  std::optional<u32> make(const connection_config& config, const flow& path) noexcept;
  void unmake(u32 index) noexcept;
  [[nodiscard]] connection_counters counted(u32 index) const noexcept;
  void drop_asleep(u32 index) noexcept;
  [[nodiscard]] bool accounted_for(u32 index) const noexcept;
  template <class Storage>
  [[nodiscard]] Storage storage_at(std::size_t offset, std::size_t length) const noexcept;

  // stack/stream.inl.hpp
  [[nodiscard]] result<void> rouse(handle of) noexcept;
  template <class Call>
  [[nodiscard]] auto busy(handle of, Call call) noexcept -> decltype(call());
  void after_reading(u32 index) noexcept;
  [[nodiscard]] result<std::size_t> read_asleep(u32 index) const noexcept;
  void take_back(u32 index) noexcept;

  // stack/orphans.inl.hpp
  [[nodiscard]] bool arouse(u32 index, instant now) noexcept;
  void disown(u32 index) noexcept;
  void let_go(u32 index, instant now) noexcept;
  void no_orphan(u32 index) noexcept;
  void orphan(u32 index, instant now) noexcept;
  void evict_orphan(u32 index) noexcept;
  void got_on(u32 index) noexcept;
  [[nodiscard]] instant end_of_orphan(u32 index, instant now) const noexcept;
  void watch(u32 index, instant now) noexcept;
  [[nodiscard]] bool would_yield(bool awake_one) const noexcept;
  [[nodiscard]] bool has_vacancy() const noexcept;
  void yield(bool awake_one) noexcept;
  void close_sleepers(instant now) noexcept;
  void finish_closing(u32 index, instant now) noexcept;

  // stack/events.inl.hpp
  void tell(u32 index) noexcept;
  [[nodiscard]] std::optional<stack_event> next_place() noexcept;
  void want_place(u32 index) noexcept;
  void want_no_place(u32 index) noexcept;
  [[nodiscard]] error refuse(std::uint8_t kind) noexcept;

  // stack/calls.inl.hpp
  [[nodiscard]] bool names(handle of) const noexcept;
  [[nodiscard]] slot* named(handle of) noexcept;
  [[nodiscard]] std::optional<u32> listener_named(handle of) const noexcept;
  [[nodiscard]] std::optional<std::uint16_t> free_port(const flow& path) noexcept;
  void give_up(u32 index) noexcept;
  void close_listener(u32 index) noexcept;
  std::optional<u32> place(const connection_config& config, const flow& path) noexcept;

  // stack/handshake.inl.hpp
  [[nodiscard]] connection_config config_of(const flow& path) const noexcept;
  [[nodiscard]] u32 clock(const flow& path, instant now) const noexcept;
  [[nodiscard]] u32 timestamp_offset_of(const flow& path) const noexcept;
  [[nodiscard]] u32 isn_offset_of(const flow& path) const noexcept;
  [[nodiscard]] control_block<u32> listening_block(const flow& path) const noexcept;
  [[nodiscard]] segment<u32> answer_syn(control_block<u32>& tcb, u32 clock) const noexcept;
  delivery on_listener(u32 index, const arrival& in, std::optional<sequence_number<u32>> iss) noexcept;
  void remember_half_open(u32 index, control_block<u32>& tcb, const arrival& in, bool give) noexcept;
  [[nodiscard]] bool has_room(u32 listening) const noexcept;
  [[nodiscard]] bool has_room_for_syn(u32 listening) const noexcept;

  // stack/fast_open.inl.hpp
  [[nodiscard]] fast_open_verdict judge(u32 listening, const arrival& in) noexcept;
  void return_places(u32 listening, instant now) noexcept;
  [[nodiscard]] bool open_fast(u32 listening, const fast_open_verdict& verdict, const arrival& in) noexcept;
  void wait_for_accept(u32 index, u32 listening) noexcept;
  void count_pending(u32 index) noexcept;

  // stack/cookies.inl.hpp
  delivery send_cookie(u32 index, const arrival& in) noexcept;
  [[nodiscard]] std::optional<cookie_options> cookie_in(u32 index, const arrival& in) const noexcept;
  [[nodiscard]] bool take_cookie(u32 index, const arrival& in) noexcept;

  delivery on_half_open(u32 index, const arrival& in) noexcept;
  bool complete(const control_block<u32>& tcb, u32 listening, const arrival& in, const syn_ack_history& past) noexcept;
  void on_half_open_deadline(u32 index, instant now) noexcept;
  void forget_half_open(u32 index) noexcept;
  void give_up_half_open(u32 index) noexcept;
  [[nodiscard]] bool alive(const half_open_slot& record) const noexcept;

  // stack/input.inl.hpp
  static constexpr std::size_t batch = 16;  // packets that on_packets() has in hand
  [[nodiscard]] u32 tag_of(const ip_datagram& packet) const noexcept;
  void fetch_connection(u32 tag) const noexcept;
  delivery on_malformed() noexcept;
  delivery on_datagram(const ip_datagram& datagram, u32 tag, instant now) noexcept;
  delivery on_tcp(const ip_datagram& packet, u32 tag, instant now) noexcept;
  delivery on_icmp(const ip_datagram& packet, instant now) noexcept;
  delivery on_nobody(const arrival& in) noexcept;
  void on_connection(u32 index, const arrival& in) noexcept;
  void on_time_wait(u32 index, const arrival& in) noexcept;
  void on_syn_in_time_wait(u32 index, const arrival& in) noexcept;
  void on_connection_deadline(u32 index, instant now) noexcept;
  void remember_time_wait(u32 index, instant now) noexcept;
  void forget_time_wait(u32 index) noexcept;
  void resume_time_wait(u32 index) noexcept;
  [[nodiscard]] bool is_ours(const ip_address& address) const noexcept;

  // stack/output.inl.hpp
  [[nodiscard]] u32 flow_label_of(const flow& path) const noexcept;
  void touch(u32 index) noexcept;
  void settle(u32 index, instant now) noexcept;
  [[nodiscard]] bool map(const flow& path, u32 index) noexcept;
  void unmap(const flow& path, u32 index) noexcept;

  // stack/replies.inl.hpp
  void owe(u32 index, const actions<u32>& step) noexcept;
  void owe(u32 index) noexcept;
  void owe_nothing(u32 index) noexcept;
  [[nodiscard]] delivery reply_to(const flow& path, const std::optional<segment<u32>>& header, delivery otherwise,
                                  std::optional<std::uint8_t> service = {}) noexcept;
  [[nodiscard]] debt& debt_of(u32 index) noexcept;
  [[nodiscard]] segment<u32> next_of_record(u32 index, instant now) noexcept;
  [[nodiscard]] packet_out next_answer(std::span<std::uint8_t> out, instant now) noexcept;
  [[nodiscard]] std::optional<segment<u32>> farewell(u32 index) const noexcept;
  [[nodiscard]] packet_out last_of_sleeper(u32 index, std::span<std::uint8_t> out, instant now) noexcept;
  [[nodiscard]] packet_out write_answer(const flow& path, std::uint8_t service, segment<u32> header,
                                        std::span<std::uint8_t> out, instant now) const noexcept;
  [[nodiscard]] packet_out wrap(const flow& path, std::uint8_t service, std::span<std::uint8_t> out,
                                const transmission& sent) const noexcept;

  [[nodiscard]] auto flow_of_index() const noexcept {
    return [this](u32 i) -> const flow& {
      if (i < first_half_open) return slots_[i].path;
      return i < first_time_wait ? half_open_[i - first_half_open].path : time_wait_[i - first_time_wait].path;
    };
  }
  [[nodiscard]] std::optional<u32> lookup(const flow& path) const noexcept {
    return flows_.find(path, flow_of_index());
  }
  [[nodiscard]] auto ready_links() noexcept {
    return [this](u32 i) -> list_links& { return slots_[i].ready; };
  }
  [[nodiscard]] auto waiting_links() noexcept {
    return [this](u32 i) -> list_links& { return slots_[i].news; };
  }
  [[nodiscard]] auto orphan_links() noexcept { return waiting_links(); }
  // News are of connections and, above them, of listeners.
  [[nodiscard]] auto news_links() noexcept {
    return [this](u32 i) -> list_links& {
      return i < first_half_open ? slots_[i].news : listeners_[i - first_half_open].news;
    };
  }
  [[nodiscard]] auto lines() noexcept {
    return [this](u32 i) -> list_links& { return debt_of(i).line; };
  }
  [[nodiscard]] auto age_links() noexcept {
    return [this](u32 i) -> list_links& { return time_wait_[i].age; };
  }

  stack_config config_;
  std::span<std::uint8_t> buffers_;
  secret_key isn_key_;
  secret_key clock_key_;
  flow_hash labels_;
  std::array<ip_address, Policy::sizes.max_addresses> addresses_{};
  u32 address_count_ = 0;
  stack_statistics statistics_{};
  [[no_unique_address]] typename Policy::connection_policy::statistics ended_{};  // what those have counted
  slot_pool<slot, Policy::sizes.max_connections> slots_;
  [[no_unique_address]] typename slot_types::bodies bodies_;
  slot_pool<half_open_slot, Policy::sizes.max_half_open> half_open_;
  slot_pool<time_wait_slot, Policy::sizes.max_time_wait> time_wait_;
  listener_table<Policy::sizes.max_listeners> listeners_;
  flow_table<flow, flow_hash, inline_slots<flow_slot, flow_slots>> flows_;
  timer_wheel<inline_slots<timer_node, max_flows>> wheel_;
  ephemeral_ports ports_;
  syn_cookies cookies_;
  fast_open_keys fast_open_keys_;
  index_list ready_{}, news_{};
  index_list wanting_{};  // asleep, and their users were refused a place to wake in
  index_list closing_{};  // asleep, and to be closed once there is such a place
  index_list orphans_{};  // given back with close() and awake, the longest without an acknowledgment first
  u32 loans_ = 0;         // connections whose buffer is lent
  std::uint8_t refused_ = 0;
  std::uint8_t freed_ = 0;  // what was refused and may be there now
  validity usable_{};
  index_list drowsy_{};  // awake, and may fall asleep, the longest idle first
  index_list age_{};     // TIME-WAIT, the first to be forgotten for want of room first
  slot_pool<stack_records::waiting_reply, Policy::sizes.max_replies> replies_;
  index_list owing_{};  // records and replies that owe an answer, in the order in which they were asked
};

}  // namespace sequent

#include "sequent/stack/calls.inl.hpp"
#include "sequent/stack/cookies.inl.hpp"
#include "sequent/stack/events.inl.hpp"
#include "sequent/stack/fast_open.inl.hpp"
#include "sequent/stack/handshake.inl.hpp"
#include "sequent/stack/input.inl.hpp"
#include "sequent/stack/orphans.inl.hpp"
#include "sequent/stack/output.inl.hpp"
#include "sequent/stack/replies.inl.hpp"
#include "sequent/stack/sleep.inl.hpp"
#include "sequent/stack/stream.inl.hpp"
