// Errors as values. Nothing here throws, and no result may be ignored.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "sequent/base/compiler.hpp"

namespace sequent {

/// Why a call was refused or a segment not read. The call changed nothing unless its own text says otherwise.
enum class error : std::uint8_t {
  connection_does_not_exist,   ///< the connection is CLOSED (RFC 9293 section 3.10)
  connection_already_exists,   ///< OPEN on a connection that is not CLOSED (section 3.10.1)
  connection_closing,          ///< the direction has been closed already (sections 3.10.2 to 3.10.4)
  foreign_socket_unspecified,  ///< OPEN without a remote port (section 3.10.1), SEND in LISTEN (section 3.10.2)
  insufficient_resources,      ///< no room in the buffer, or for OPEN in a table; try again after an event
  would_block,                 ///< nothing to read at present; more may come
  connection_reset,            ///< the peer reset the connection
  connection_refused,    ///< a RST in SYN-RECEIVED of a simultaneous open (section 3.10.7.4); one that answers our SYN
                         ///< gives connection_reset, as section 3.10.7.3 has it
  connection_timed_out,  ///< the user timeout or R2 was reached (sections 3.8.3 and 3.10.8)
  connection_aborted,    ///< the local user aborted it
  truncated_header,      ///< fewer octets than the header, or its data offset, asks for
  bad_data_offset,       ///< a data offset below five words
  bad_checksum,          ///< the Internet checksum does not hold (MUST-3)
  bad_option_length,     ///< an option of length 0 or 1, or past the header's end (MUST-7)
  bad_ip_header,         ///< not a well-formed IP datagram, or not one for a host's TCP
  bad_icmp_message,      ///< not an ICMP error about a TCP segment that this host may have sent
  unreachable,           ///< the network reported that the peer or its port cannot be reached
  no_place,              ///< the connection sleeps, and others that are busy have every place to wake in
  bad_argument,          ///< a length, number or setting that the caller passed is out of range; nothing was done
};

/// The error in words, for logs and assertions.
[[nodiscard]] constexpr const char* describe(error e) noexcept {
  switch (e) {
    case error::connection_does_not_exist: return "connection does not exist";
    case error::connection_already_exists: return "connection already exists";
    case error::connection_closing: return "connection closing";
    case error::foreign_socket_unspecified: return "foreign socket unspecified";
    case error::insufficient_resources: return "insufficient resources";
    case error::would_block: return "nothing to read at present";
    case error::connection_reset: return "connection reset";
    case error::connection_refused: return "connection refused";
    case error::connection_timed_out: return "connection aborted due to user timeout";
    case error::connection_aborted: return "connection aborted";
    case error::truncated_header: return "truncated header";
    case error::bad_data_offset: return "bad data offset";
    case error::bad_checksum: return "bad checksum";
    case error::bad_option_length: return "bad option length";
    case error::bad_ip_header: return "bad IP header";
    case error::bad_icmp_message: return "bad ICMP message";
    case error::unreachable: return "destination unreachable";
    case error::no_place: return "no place to wake in";
    case error::bad_argument: return "argument out of range";
  }
  return "unknown error";
}

/// Whether settings can be used. If not, `wrong` is the name of the first that is out of range.
struct [[nodiscard]] validity {
  const char* wrong = nullptr;  ///< as in the settings' declaration, e.g. "keep_alive.idle"
  /// They can be used.
  [[nodiscard]] constexpr explicit operator bool() const noexcept { return wrong == nullptr; }
};

namespace detail {
// What is not there was read. There is nothing to answer it with, so the program ends here, with assertions and
// without, rather than go on with whatever stands in memory; where a value was asked for before, compilers leave this
// out.
constexpr void require_there(bool there) noexcept {
  if (!there) [[unlikely]]
    trap();
}
}  // namespace detail

/// Either a value or an error. Reading the one that is not there is a mistake of the caller, and traps.
template <class T>
class [[nodiscard]] result {
 public:
  /// A value.
  constexpr result(T value) noexcept : value_(static_cast<T&&>(value)) {}  ///< a value
  constexpr result(error why) noexcept : error_(why) {}                    ///< an error
  /// A value made from nothing, to be filled where it stands: large values are not copied then.
  template <class... From>
  constexpr explicit result(std::in_place_t, From&&... from) noexcept
      : value_(std::in_place, static_cast<From&&>(from)...) {}

  /// Becomes an error; a value that was there is gone.
  constexpr result& operator=(error why) noexcept {
    value_.reset();
    error_ = why;
    return *this;
  }

  /// There is a value, and no error.
  [[nodiscard]] constexpr explicit operator bool() const noexcept { return value_.has_value(); }
  /// The same.
  [[nodiscard]] constexpr bool has_value() const noexcept { return value_.has_value(); }
  /// The value. Traps on an error, in release builds too.
  [[nodiscard]] constexpr const T& value() const noexcept {
    detail::require_there(value_.has_value());
    return *value_;
  }
  /// The same.
  [[nodiscard]] constexpr const T& operator*() const noexcept { return value(); }
  /// The same, to be changed.
  [[nodiscard]] constexpr T& operator*() noexcept {
    detail::require_there(value_.has_value());
    return *value_;
  }
  /// A member of the value.
  [[nodiscard]] constexpr const T* operator->() const noexcept { return &value(); }
  /// The error. Traps where there is none.
  [[nodiscard]] constexpr error why() const noexcept {
    detail::require_there(!value_.has_value());
    return error_;
  }

 private:
  std::optional<T> value_{};
  error error_{};
};

/// Success, or an error. Asking success for its error traps.
template <>
class [[nodiscard]] result<void> {
 public:
  constexpr result() noexcept = default;                 ///< success
  constexpr result(error why) noexcept : error_(why) {}  ///< an error

  /// There is no error.
  [[nodiscard]] constexpr explicit operator bool() const noexcept { return !error_.has_value(); }
  /// The same.
  [[nodiscard]] constexpr bool has_value() const noexcept { return !error_.has_value(); }
  /// The error. Traps where there is none.
  [[nodiscard]] constexpr error why() const noexcept {
    detail::require_there(error_.has_value());
    return *error_;
  }

 private:
  std::optional<error> error_{};
};

}  // namespace sequent
