// What a connection remembers of Fast Open (RFC 7413): nothing, or a cookie and how it fared.
// implements: fast-open
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "sequent/connection/fast_open_keys.hpp"
#include "sequent/wire/fast_open.hpp"

namespace sequent {

/// What a client remembers of a server from an earlier connection (section 4.1.3). The memory itself is the user's: by
/// the addresses of both ends and the server's port, and with what failed (section 4.1.3.1).
struct fast_open_server {
  fast_open_cookie cookie{};  ///< without octets: none is known, and one is asked for
  std::uint16_t mss = 0;      ///< control_block::peer_mss of that connection; 0: not known
  friend constexpr bool operator==(const fast_open_server&, const fast_open_server&) noexcept = default;
};

/// A connection without Fast Open, the default (RFC 7413 section 2): no state, and nothing below is ever called.
struct no_fast_open {
  static constexpr bool enabled = false;
  static constexpr void open(const fast_open_server&) noexcept {}
  static constexpr void judged(const fast_open_verdict&) noexcept {}
  [[nodiscard]] static constexpr std::optional<fast_open_cookie> take_option(bool) noexcept { return std::nullopt; }
  static constexpr void sent_text() noexcept {}
  static constexpr void sent_early(std::size_t) noexcept {}
  [[nodiscard]] static constexpr u32 early_room() noexcept { return 0; }
  [[nodiscard]] static constexpr bool take_verdict() noexcept { return false; }
  static constexpr void answered(const std::optional<fast_open_cookie>&, bool) noexcept {}
  [[nodiscard]] static constexpr std::uint16_t known_mss() noexcept { return 0; }
  friend constexpr bool operator==(const no_fast_open&, const no_fast_open&) noexcept = default;
};

/// A connection that can open fast. Whether it does is told each time: by connect() with a fast_open_server, or by
/// judge_syn(). Text on a SYN may reach the other end's user twice (section 2.1), so only an application that does not
/// mind may ask for this.
class with_fast_open {
 public:
  static constexpr bool enabled = true;

  /// A client: the first SYN carries the cookie and text, or asks for a cookie.
  constexpr void open(const fast_open_server& known) noexcept {
    *this = {};
    cookie_ = known.cookie;
    mss_ = known.mss;
    option_due_ = true;
  }
  /// A server: what it makes of the SYN that comes next.
  constexpr void judged(const fast_open_verdict& verdict) noexcept {
    *this = {};
    serves_ = true;
    takes_text_ = verdict.take_text;
    option_due_ = verdict.give.has_value();
    if (verdict.give) cookie_ = *verdict.give;
  }

  /// The option of the first SYN, or of the first SYN,ACK, if it has one; later ones have none (sections 4.2.1 and
  /// 4.2.2).
  [[nodiscard]] constexpr std::optional<fast_open_cookie> take_option(bool syn_ack) noexcept {
    const bool due = option_due_ && serves_ == syn_ack;
    option_due_ = false;
    if (!due) return std::nullopt;
    return cookie_;
  }
  /// The first SYN went out with text.
  constexpr void sent_text() noexcept { text_sent_ = true; }
  /// A server: a SYN of so many octets has been taken, headers of IP included. Until the handshake is complete a cookie
  /// is all that speaks for the peer's address, and it may be stolen (section 5.2): no more than `times` as much goes
  /// out, the SYN,ACK included but not its repetitions.
  constexpr void took_syn(std::size_t octets, std::size_t times) noexcept {
    early_room_ = static_cast<std::uint16_t>(std::min<std::size_t>(octets * times, 0xffffu));
  }
  /// So much of it has gone out.
  constexpr void sent_early(std::size_t octets) noexcept {
    early_room_ = static_cast<std::uint16_t>(early_room_ - std::min<std::size_t>(octets, early_room_));
  }
  /// Octets that may still go out.
  [[nodiscard]] constexpr u32 early_room() const noexcept { return early_room_; }
  /// The SYN is here, and what was said of it counts for no other. Says whether its text may be taken.
  [[nodiscard]] constexpr bool take_verdict() noexcept {
    const bool verdict = serves_ && takes_text_;
    takes_text_ = false;
    return verdict;
  }
  /// The SYN,ACK has come, with this option if any, and acknowledges text or none.
  constexpr void answered(const std::optional<fast_open_cookie>& option, bool text_acknowledged) noexcept {
    refused_ = text_sent_ && !text_acknowledged;
    learned_ = option && !option->is_request();
    if (learned_) cookie_ = *option;
  }

  /// The SYN or SYN,ACK that goes out next carries the option, which is cookie().
  [[nodiscard]] constexpr bool option_due() const noexcept { return option_due_; }
  [[nodiscard]] constexpr const fast_open_cookie& cookie() const noexcept { return cookie_; }
  /// A server, and text of the SYN that comes next may be taken.
  [[nodiscard]] constexpr bool serves() const noexcept { return serves_; }
  [[nodiscard]] constexpr bool takes_text() const noexcept { return takes_text_; }
  /// A client: the SYN carried text.
  [[nodiscard]] constexpr bool text_sent() const noexcept { return text_sent_; }
  /// A client: the SYN,ACK acknowledged none of the text, a negative response to be remembered (section 4.1.3.1). So is
  /// an ICMP error, and a SYN that had to be sent again: connection::last_icmp(), sender::syn_lost().
  [[nodiscard]] constexpr bool text_refused() const noexcept { return refused_; }
  /// A client: the cookie of the SYN,ACK, to be remembered with control_block::peer_mss.
  [[nodiscard]] constexpr std::optional<fast_open_cookie> learned() const noexcept {
    return learned_ ? std::optional(cookie_) : std::nullopt;
  }
  /// The server's segment size as it was known when the connection was opened; 0 if it was not.
  [[nodiscard]] constexpr std::uint16_t known_mss() const noexcept { return mss_; }

  friend constexpr bool operator==(const with_fast_open&, const with_fast_open&) noexcept = default;

 private:
  fast_open_cookie cookie_{};  // to be sent; then, at a client, what came
  std::uint16_t mss_ = 0;
  std::uint16_t early_room_ = 0;
  bool serves_ : 1 = false;
  bool option_due_ : 1 = false;
  bool takes_text_ : 1 = false;
  bool text_sent_ : 1 = false;
  bool refused_ : 1 = false;
  bool learned_ : 1 = false;
};

}  // namespace sequent
