// An end of the world whose use of Fast Open is watched: beside it stand the oracles of RFC 7413, one for each role,
// which are told what comes and goes and what the user gets.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "model/spec/oracles/fast_open.hpp"
#include "sequent/connection.hpp"
#include "tests/refinement/lockstep.hpp"
#include "tests/refinement/packet.hpp"

namespace sequent::refinement {

/// Watches Base, an end in lockstep whose policy has Fast Open. Streams of up to 2^31 octets, no attackers.
template <class Base>
class fast_open_watched : public Base {
 public:
  using packet = typename Base::packet;
  using Base::Base;

  void open_active() {
    const auto& knows = Base::role().knows;
    const position most = knows && knows->mss != 0 ? knows->mss : Base::tcp().config().default_peer_mss;
    const int cookie = knows ? static_cast<int>(knows->cookie.octets().size()) : 0;
    client_ = spec::fast_open_client_oracle(knows.has_value(), cookie, most);
    serving_ = false;
    syns_ = 0;
    Base::open_active();
  }

  void arrives(const packet& p) {
    const auto parsed = parse_segment(p.octets(), Base::tcp().config().addresses);
    const control_block<u32> before = Base::tcp().tcb();
    if (parsed && before.state == connection_state::listen && parsed->header.control.syn()) judge(parsed->header);
    Base::arrives(p);
    const control_block<u32>& after = Base::tcp().tcb();
    if (!parsed) return;
    if (before.state == connection_state::listen && after.state == connection_state::syn_received) take_syn();
    const bool was_half_open =
        before.state == connection_state::syn_sent || before.state == connection_state::syn_received;
    if (was_half_open && after.state > connection_state::syn_received) open(parsed->header, before);
  }

  std::size_t read(std::span<std::uint8_t> room) {
    const std::size_t n = Base::read(room);
    read_ += static_cast<position>(n);
    if (serving_) server_.delivered(1 + read_);
    return n;
  }

  std::optional<packet> poll() {
    const control_block<u32> before = Base::tcp().tcb();
    const position queued = Base::tcp().sending().queued();
    auto sent = Base::poll();
    if (!sent) return sent;
    const auto parsed = parse_segment(sent->octets(), Base::tcp().config().addresses);
    if (!parsed || parsed->header.control.rst()) return sent;
    const segment<u32>& header = parsed->header;
    if (!header.control.syn()) {
      tell_sent(header, before);
    } else if (header.control.ack()) {
      tell_syn_ack(header, before);
    } else {
      tell_syn(header, queued);
    }
    return sent;
  }

  [[nodiscard]] std::string violation() const {
    for (const std::string* each : {&wrong_, &client_.violation(), &server_.violation()}) {
      if (!each->empty()) return *each;
    }
    return Base::violation();
  }

  void fingerprint(model::fingerprint& f) const {
    Base::fingerprint(f);
    client_.each_value([&f](spec::position value) { f.add(value); });
    server_.each_value([&f](spec::position value) { f.add(value); });
    for (const position value : {read_, early_, syns_, syn_acks_, position{serving_}}) f.add(value);
  }

 private:
  using position = spec::position;

  [[nodiscard]] position ours(sequence_number<u32> number) const {
    return static_cast<std::int32_t>(number - Base::tcp().tcb().snd.iss);
  }

  // Whether the server made the cookie, found out without asking the code that is watched.
  void judge(const segment<u32>& header) {
    const auto& option = header.options.fast_open;
    brought_option_ = option.has_value();
    syn_ = {};
    syn_.text = header.text_length;
    syn_.octets = datagram(header);
    syn_.has_cookie = option && !option->is_request();
    syn_.cookie_valid = option && *option == keys_of_runs().cookie_for(server_of_runs, client_of_runs);
    server_ = spec::fast_open_server_oracle(Base::role().serves);
    server_.limit_amplification(Base::tcp().config().fast_open_amplification);
    server_.syn_arrived(syn_, false);
    syn_acks_ = read_ = early_ = 0;
    room_ = Base::tcp().receiving().offerable();
  }

  // Octets on the wire.
  [[nodiscard]] position datagram(const segment<u32>& header) const {
    return position{Base::tcp().config().ip_header_octets} + position{20} +
           static_cast<position>(options_length(header.options)) + position{header.text_length};
  }

  // Nothing obliges a server to take what it may; this one says that it does.
  void take_syn() {
    serving_ = true;
    const control_block<u32>& tcb = Base::tcp().tcb();
    const position taken = static_cast<std::int32_t>(tcb.rcv.nxt - tcb.rcv.irs) - 1;
    const position permitted = server_.may_acknowledge() - 1;
    if (taken != std::min<position>(permitted, room_)) complain("text with a good cookie is not taken");
  }

  void open(const segment<u32>& header, const control_block<u32>& before) {
    const control_block<u32>& after = Base::tcp().tcb();
    server_.established();
    if (serving_) return;
    client_.syn_ack_arrived(ours(header.ack));
    const auto& state = Base::tcp().fast_open();
    if (state.text_refused() != (client_.negative() && after.snd.una == after.snd.iss + 1u) &&
        before.state == connection_state::syn_sent) {
      complain("a negative response is not remembered, or one that was none");
    }
    if (before.state != connection_state::syn_sent) return;
    const auto& option = header.options.fast_open;
    const bool cookie = option && !option->is_request();
    if (state.learned().has_value() != cookie || (cookie && !(*state.learned() == *option))) {
      complain("the cookie of the SYN,ACK is not remembered");
    }
  }

  void tell_syn(const segment<u32>& header, position queued) {
    const auto& option = header.options.fast_open;
    const int length = option ? static_cast<int>(option->octets().size()) + 2 : 0;
    client_.sent_syn(header.text_length, length, syns_ != 0);
    const auto& knows = Base::role().knows;
    const bool may = knows && !knows->cookie.is_request();
    if (syns_ == 0 && knows && !option) complain("the first SYN carries no option");
    if (syns_ == 0 && may && header.text_length != std::min<position>(queued, room_beside(header))) {
      complain("the first SYN carries less text than it could, or more");
    }
    syns_ = 1;
  }

  [[nodiscard]] u32 room_beside(const segment<u32>& header) const {
    const auto& knows = Base::role().knows;
    const u32 theirs = knows->mss != 0 ? knows->mss : Base::tcp().config().default_peer_mss;
    const u32 full = std::min<u32>(theirs, Base::tcp().config().send_mss);
    const auto options = static_cast<u32>(options_length(header.options));
    return full > options ? full - options : 0;
  }

  void tell_syn_ack(const segment<u32>& header, const control_block<u32>& before) {
    if (!serving_) return;  // a simultaneous open has no server
    const position ack = static_cast<std::int32_t>(header.ack - before.rcv.irs);
    const bool option = header.options.fast_open.has_value();
    server_.sent_syn_ack(ack, header.text_length, option, syn_acks_ != 0);
    if (syn_acks_ == 0) server_.sent_datagram(datagram(header));
    const bool wants = Base::role().serves && brought_option_ && !syn_.cookie_valid && syn_acks_ == 0;
    if (wants != option) complain("a cookie is given to the wrong client, or to none");
    syn_acks_ = 1;
  }

  void tell_sent(const segment<u32>& header, const control_block<u32>& before) {
    if (header.text_length == 0) return;
    const position first = ours(header.seq);
    if (serving_) {
      server_.sent_text();
      server_.sent_datagram(datagram(header));
    } else {
      client_.sent_text(first);
    }
    if (before.state != connection_state::syn_received) return;
    early_ = std::max(early_, first - 1 + position{header.text_length});
    // RFC 6928 section 2, and the window of the SYN.
    const position mss = Base::tcp().effective_mss();
    if (early_ > std::min<position>(10 * mss, std::max<position>(2 * mss, 14'600))) {
      complain("more than the initial window is sent before the handshake is complete");
    }
    if (early_ > position{before.snd.wnd}) complain("more is sent early than the SYN offered room for");
  }

  void complain(const char* what) {
    if (wrong_.empty()) wrong_ = what;
  }

  spec::fast_open_client_oracle client_{false, 0, 0};
  spec::fast_open_server_oracle server_{false};
  spec::fast_open_syn syn_{};
  std::string wrong_;
  position read_ = 0;
  position early_ = 0;  // octets sent before the handshake was complete
  position syns_ = 0;   // whether one has been sent
  position syn_acks_ = 0;
  position room_ = 0;
  bool serving_ = false;  // the connection came from a SYN that was listened for
  bool brought_option_ = false;
};

}  // namespace sequent::refinement
