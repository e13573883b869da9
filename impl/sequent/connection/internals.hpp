// What a stack, and a check that compares whole states, sees of a connection beside what its users do. Nobody else
// needs it, and it may change with any version.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "sequent/connection.hpp"

namespace sequent {

/// Everything here is constant time.
struct connection_internals {
  /// A segment is waiting to be sent for another reason than queued text: an acknowledgment, a SYN, a keep-alive probe,
  /// a RST.
  template <class Policy>
  [[nodiscard]] static bool owes_ack(const connection<Policy>& of) noexcept {
    return of.ack_due_;
  }
  template <class Policy>
  [[nodiscard]] static bool owes_syn(const connection<Policy>& of) noexcept {
    return of.syn_due_;
  }
  template <class Policy>
  [[nodiscard]] static bool owes_probe(const connection<Policy>& of) noexcept {
    return of.keep_alive_due_;
  }
  template <class Policy>
  [[nodiscard]] static const std::optional<reset_owed>& owes_reset(const connection<Policy>& of) noexcept {
    return of.reset_due_;
  }
  /// close() was called: nobody will read.
  template <class Policy>
  [[nodiscard]] static bool abandoned(const connection<Policy>& of) noexcept {
    return of.nobody_reads_;
  }
  /// Keep-alive probes since the peer was last heard.
  template <class Policy>
  [[nodiscard]] static std::uint8_t keep_alives_unanswered(const connection<Policy>& of) noexcept {
    return of.keep_alives_;
  }
  /// What take_signals() would give.
  template <class Policy>
  [[nodiscard]] static signals pending_signals(const connection<Policy>& of) noexcept {
    return of.signals_;
  }

  /// Established or half closed, with nothing to send, to wait for or to tell: what then arrives and changes nothing
  /// leaves it so, and moves no deadline but the keep-alive's, to a later time.
  template <class Policy>
  [[nodiscard]] static constexpr bool quiet(const connection<Policy>& of) noexcept {
    const control_block<u32>& tcb = of.tcb_;
    const bool open = tcb.state == connection_state::established || tcb.state == connection_state::fin_wait_2 ||
                      tcb.state == connection_state::close_wait;
    return open && tcb.snd.una == tcb.snd.nxt && tcb.snd.fin_asked == tcb.snd.fin_sent && of.sender_.queued() == 0 &&
           !of.ack_due_ && !of.keep_alive_due_ && !of.reset_due_ && of.signals_.empty();
  }

  /// Has the memory brought near that a segment needs which finds the connection idle, and so many octets in front of
  /// the connection, which are the caller's.
  template <class Policy>
  static void fetch(const connection<Policy>& of, std::size_t before) noexcept {
    const std::byte* const first = reinterpret_cast<const std::byte*>(&of.tcb_);
    const std::byte* const end = reinterpret_cast<const std::byte*>(&of.config_.keep_alive + 1);
    fetch_ahead(first - before, before + static_cast<std::size_t>(end - first));
    of.sender_.fetch();
  }

  /// Moves the origin of the caller's clock forward by `elapsed`, so that a state can be compared and hashed without
  /// regard to when it was reached. The timestamp and ISN clocks go on, to the granularity of their ticks.
  template <class Policy>
  static void rebase(connection<Policy>& of, duration elapsed) noexcept {
    of.rebase(elapsed);
  }
};

}  // namespace sequent
