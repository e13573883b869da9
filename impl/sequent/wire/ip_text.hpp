// Addresses as text: RFC 4291 section 2.2 is read, RFC 5952 is written.
// implements: address-text
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sequent/base/result.hpp"
#include "sequent/wire/ip_address.hpp"

namespace sequent {

/// The longest text of an address, IPv6 with its last 32 bits as IPv4.
inline constexpr std::size_t longest_address_text = 45;

namespace detail {

[[nodiscard]] constexpr int digit_of(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return 16;
}

// Reads a number of at most `digits` digits from the front of the text and takes it away; -1 if there is none.
[[nodiscard]] constexpr int take_number(std::string_view& text, int base, std::size_t digits) noexcept {
  int number = -1;
  for (std::size_t i = 0; i != digits && !text.empty() && digit_of(text.front()) < base; ++i) {
    number = (i == 0 ? 0 : number * base) + digit_of(text.front());
    text.remove_prefix(1);
  }
  return number;
}

}  // namespace detail

/// An IPv4 address of four decimal numbers without leading zeros, which some take for octal: "192.0.2.1" and nothing
/// before or behind it. Errors: bad_argument.
[[nodiscard]] constexpr result<ipv4_address> parse_ipv4_address(std::string_view text) noexcept {
  ipv4_address octets{};
  for (std::size_t i = 0; i != octets.size(); ++i) {
    if (i != 0) {
      if (text.empty() || text.front() != '.') return error::bad_argument;
      text.remove_prefix(1);
    }
    const bool zero_first = !text.empty() && text.front() == '0';
    const std::size_t before = text.size();
    const int number = detail::take_number(text, 10, 3);
    if (number < 0 || number > 255 || (zero_first && before - text.size() > 1)) return error::bad_argument;
    octets[i] = static_cast<std::uint8_t>(number);
  }
  if (!text.empty()) return error::bad_argument;
  return octets;
}

/// An IPv6 address in any form of RFC 4291 section 2.2: eight groups of one to four hexadecimal digits, "::" once for
/// one group of zeros or more, and IPv4 for the last two. No zone, no brackets, no length of a prefix. Errors:
/// bad_argument. Linear in the text, of which longest_address_text octets are looked at.
[[nodiscard]] constexpr result<ipv6_address> parse_ipv6_address(std::string_view text) noexcept {
  ipv6_address octets{};
  constexpr std::size_t none = octets.size();
  std::size_t filled = 0;
  std::size_t gap = none;  // where "::" stands
  if (text.size() > longest_address_text) return error::bad_argument;
  if (text.starts_with("::")) {
    gap = 0;
    text.remove_prefix(2);
  }
  while (!text.empty()) {
    if (filled == octets.size()) return error::bad_argument;
    const auto last = parse_ipv4_address(text);
    if (last && filled + 4 <= octets.size()) {
      for (const std::uint8_t octet : *last) octets[filled++] = octet;
      break;
    }
    const int group = detail::take_number(text, 16, 4);
    if (group < 0) return error::bad_argument;
    octets[filled++] = static_cast<std::uint8_t>(group >> 8);
    octets[filled++] = static_cast<std::uint8_t>(group & 0xff);
    if (text.empty()) break;
    if (text.size() == 1 || text.front() != ':') return error::bad_argument;
    text.remove_prefix(1);
    if (text.front() != ':') continue;
    if (gap != none || filled == octets.size()) return error::bad_argument;
    gap = filled;
    text.remove_prefix(1);
  }
  if ((gap == none) != (filled == octets.size())) return error::bad_argument;
  if (gap == none) return octets;
  // What stood behind the gap moves to the end.
  for (std::size_t i = 1; i <= filled - gap; ++i) {
    octets[octets.size() - i] = octets[filled - i];
    octets[filled - i] = 0;
  }
  return octets;
}

/// An address of either family. "::ffff:192.0.2.1" is the IPv4 address, as in ip_address. Errors: bad_argument for text
/// that is no address, of which nothing is kept. Linear in the text, of which longest_address_text octets are looked
/// at.
[[nodiscard]] constexpr result<ip_address> parse_ip_address(std::string_view text) noexcept {
  if (const auto octets = parse_ipv4_address(text)) return ip_address::from_v4(*octets);
  if (const auto octets = parse_ipv6_address(text)) return ip_address::from_v6(*octets);
  return error::bad_argument;
}

/// The text of one address: a value that holds its own characters, with a zero behind them.
class ip_address_text {
 public:
  /// Writes it in the one form of RFC 5952, or in four parts. Constant time.
  constexpr explicit ip_address_text(const ip_address& address) noexcept {
    if (address.is_v4()) {
      put_v4(address.v4());
    } else {
      put_v6(address.v6());
    }
  }

  /// The characters; they live as long as this object.
  [[nodiscard]] constexpr std::string_view view() const noexcept { return {characters_.data(), size_}; }
  /// The same, with the zero behind them.
  [[nodiscard]] constexpr const char* c_str() const noexcept { return characters_.data(); }

 private:
  constexpr void put(char c) noexcept { characters_[size_++] = c; }

  constexpr void put_number(unsigned number, unsigned base) noexcept {
    unsigned unit = 1;
    while (number / unit >= base) unit *= base;
    for (; unit != 0; unit /= base) put("0123456789abcdef"[number / unit % base]);
  }

  constexpr void put_v4(const ipv4_address& octets) noexcept {
    for (std::size_t i = 0; i != octets.size(); ++i) {
      if (i != 0) put('.');
      put_number(octets[i], 10);
    }
  }

  constexpr void put_v6(const ipv6_address& octets) noexcept {
    std::array<unsigned, 8> groups{};
    for (std::size_t i = 0; i != groups.size(); ++i) groups[i] = (unsigned{octets[2 * i]} << 8) | octets[2 * i + 1];
    // The longest run of zeros, the first of several, and none of a single group (section 4.2).
    std::size_t gap = groups.size();
    std::size_t gap_length = 1;
    for (std::size_t i = 0, run = 0; i != groups.size(); ++i) {
      run = groups[i] == 0 ? run + 1 : 0;
      if (run <= gap_length) continue;
      gap = i + 1 - run;
      gap_length = run;
    }
    // An IPv4-compatible address is told by its prefix alone (section 5); "::1" and "::" are none.
    const std::size_t plain = gap == 0 && gap_length == 6 ? 6 : groups.size();
    for (std::size_t i = 0; i != plain;) {
      if (i == gap) {
        put(':');
        i += gap_length;
        if (i == groups.size()) put(':');
        continue;
      }
      if (i != 0) put(':');
      put_number(groups[i++], 16);
    }
    if (plain == groups.size()) return;
    put(':');
    put_v4({octets[12], octets[13], octets[14], octets[15]});
  }

  std::array<char, longest_address_text + 1> characters_{};
  std::size_t size_ = 0;
};

/// The text of an address as RFC 5952 wants it: lower case, no leading zeros, "::" for the longest run of zeros. IPv4
/// is dotted decimal. What parse_ip_address() reads of it is the same address.
[[nodiscard]] constexpr ip_address_text to_text(const ip_address& address) noexcept { return ip_address_text(address); }

}  // namespace sequent
