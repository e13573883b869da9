// Addresses as text, beside the C library's own reader and writer.
// covers: rfc4291#2.2 rfc5952#4 address-text
#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "sequent/wire/ip_text.hpp"
#include "tests/property/claim.hpp"

namespace sequent::property {
namespace addresses_properties {

struct production_text {
  static result<ip_address> parse(std::string_view text) { return parse_ip_address(text); }
  static std::string format(const ip_address& address) { return std::string(to_text(address).view()); }
};

// Zeros are frequent, so that runs of them are, and so are the two prefixes with IPv4 behind them.
ip_address drawn_address(number_choice& choose) {
  const std::size_t kind = choose.pick(6);
  if (kind == 0) {
    ipv4_address octets{};
    for (auto& octet : octets)
      octet = static_cast<std::uint8_t>(choose.pick(3) == 0 ? choose.pick(11) : choose.pick(256));
    return ip_address::from_v4(octets);
  }
  ipv6_address octets{};
  for (std::size_t i = kind == 1 ? 6 : 0; i != 8; ++i) {
    constexpr std::uint16_t masks[] = {0, 0, 0x000f, 0x00ff, 0x0fff, 0xffff};
    const std::uint16_t group = static_cast<std::uint16_t>(choose.pick(0x10000) & masks[choose.pick(6)]);
    octets[2 * i] = static_cast<std::uint8_t>(group >> 8);
    octets[2 * i + 1] = static_cast<std::uint8_t>(group & 0xff);
  }
  if (kind == 1 && choose.pick(4) == 0) octets[10] = octets[11] = 0xff;
  return ip_address::from_v6(octets);
}

result<ip_address> read_by_library(const std::string& text) {
  ipv4_address four{};
  if (inet_pton(AF_INET, text.c_str(), four.data()) == 1) return ip_address::from_v4(four);
  ipv6_address sixteen{};
  if (inet_pton(AF_INET6, text.c_str(), sixteen.data()) == 1) return ip_address::from_v6(sixteen);
  return error::bad_argument;
}

// The library writes IPv4 in its IPv6 form where it is asked for IPv6, so it is asked for what the value is.
std::string written_by_library(const ip_address& address) {
  std::array<char, INET6_ADDRSTRLEN> room{};
  const ipv4_address four = address.v4();
  const bool v4 = address.is_v4();
  const void* const octets = v4 ? static_cast<const void*>(four.data()) : address.v6().data();
  const char* const text = inet_ntop(v4 ? AF_INET : AF_INET6, octets, room.data(), room.size());
  return text == nullptr ? std::string() : text;
}

// The same address in a form that few write: capitals, zeros in front, one group of zeros as "::", IPv4 at the end.
std::string disguised(const ip_address& address, number_choice& choose) {
  if (address.is_v4() && choose.pick(2) == 0) return written_by_library(address);
  const ipv6_address& octets = address.v6();
  const std::size_t gap = choose.pick(9);
  const bool dotted = choose.pick(3) == 0;
  std::string text;
  for (std::size_t i = 0; i != 8; ++i) {
    const unsigned group = unsigned{octets[2 * i]} << 8 | octets[2 * i + 1];
    if (i == gap && group == 0) {
      text += i == 0 ? "::" : ":";
      continue;
    }
    if (i == 6 && dotted) {
      for (std::size_t k = 12; k != 16; ++k) text += std::to_string(octets[k]) + (k == 15 ? "" : ".");
      break;
    }
    std::array<char, 8> digits{};
    const bool capitals = choose.pick(2) == 0;
    const char* const form = choose.pick(2) == 0 ? (capitals ? "%04X" : "%04x") : (capitals ? "%X" : "%x");
    std::snprintf(digits.data(), digits.size(), form, group);
    text += digits.data();
    if (i != 7) text += ':';
  }
  return text;
}

// Up to three characters are added, taken away or exchanged.
void damage(std::string& text, number_choice& choose) {
  constexpr std::string_view alphabet = "01289afAF::::....gx%/ -";
  for (std::size_t changes = choose.pick(4); changes != 0; --changes) {
    const std::size_t kind = choose.pick(3);
    const std::size_t at = choose.pick(text.size() + 1);
    const char c = alphabet[choose.pick(alphabet.size())];
    if (kind == 0) text.insert(at, 1, c);
    if (kind == 1 && at != text.size()) text.erase(at, 1);
    if (kind == 2 && at != text.size()) text[at] = c;
  }
}

template <class Text>
std::string address_case(const drawn_case& c) {
  number_choice choose(c.head);
  const ip_address address = drawn_address(choose);
  const std::string text = Text::format(address);
  if (text != written_by_library(address)) return text + " was written, " + written_by_library(address) + " is right";
  if (text.size() > longest_address_text) return "a longer text than there is";
  const auto back = Text::parse(text);
  if (!back || *back != address) return text + " is not read as what was written";

  std::string other = disguised(address, choose);
  const auto same = Text::parse(other);
  if (!same || *same != address) return other + " is not read as " + text;

  damage(other, choose);
  const auto expected = read_by_library(other);
  const auto read = Text::parse(other);
  if (read.has_value() != expected.has_value())
    return other + (read ? " is read" : " is refused") + " unlike elsewhere";
  if (read && *read != *expected) return other + " is read as " + Text::format(*read);
  return {};
}

/// Takes a number with a zero in front for a decimal one.
struct forgives_zeros : production_text {
  static result<ip_address> parse(std::string_view text) {
    std::string plain(text);
    for (std::size_t at = 0; at + 1 < plain.size();) {
      const bool first = at == 0 || plain[at - 1] == '.';
      if (first && plain[at] == '0' && plain[at + 1] >= '0' && plain[at + 1] <= '9') {
        plain.erase(at, 1);
      } else {
        ++at;
      }
    }
    return production_text::parse(plain);
  }
};

/// Writes "::" for a single group of zeros.
struct shortens_too_much : production_text {
  static std::string format(const ip_address& address) {
    std::string text = production_text::format(address);
    const std::size_t at = text.find(":0:");
    if (!address.is_v4() && text.find("::") == std::string::npos && at != std::string::npos) text.erase(at + 1, 1);
    return text;
  }
};

/// Believes "::" that stands for no group.
struct believes_an_empty_gap : production_text {
  static result<ip_address> parse(std::string_view text) {
    const auto read = production_text::parse(text);
    std::string plain(text);
    const std::size_t at = plain.find("::");
    if (read || at == std::string::npos) return read;
    plain.erase(at, at == 0 || at + 2 == plain.size() ? 2 : 1);
    return production_text::parse(plain);
  }
};

const registered address_texts{claim{
    .id = "address-text",
    .says = "Addresses are written as the C library writes them, read from every form that it reads, refused where it "
            "refuses, and what was written is read as the same address",
    .bounds = "drawn addresses of both families with runs of zeros; forms with capitals, zeros in front, '::' for any "
              "one group and IPv4 at the end; up to three characters of them changed",
    .head = 40,
    .cases = 20'000,
    .run = saying(address_case<production_text>),
    .controls = {{"zeros in front of a decimal number are forgiven", saying(address_case<forgives_zeros>)},
                 {"'::' is written for one group", saying(address_case<shortens_too_much>)},
                 {"'::' may stand for no group", saying(address_case<believes_an_empty_gap>)}},
}};

}  // namespace addresses_properties
}  // namespace sequent::property
