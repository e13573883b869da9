// Packets of IPv4 and IPv6: a second reader, written from RFC 791, 8200, 792 and 4443 alone, and ways to build packets.
// covers: rfc791 rfc8200#4 rfc9293#3.9.2.2 rfc792 rfc4443
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sequent/wire/icmp.hpp"
#include "sequent/wire/ip.hpp"
#include "tests/property/wire/segment_subject.hpp"
#include "tests/support/ip_packets.hpp"

namespace sequent::property {

/// What the second reader finds in a packet that it accepts.
struct second_packet {
  std::vector<std::uint8_t> source{};  ///< four or sixteen octets
  std::vector<std::uint8_t> destination{};
  std::size_t begin = 0;  ///< the payload's octets
  std::size_t end = 0;
  std::uint8_t protocol = 0;
  std::uint8_t hops = 0;
  std::uint8_t service = 0;
  std::uint32_t label = 0;  ///< the flow label of IPv6
};

/// What the second reader finds in an ICMP error that it accepts.
struct second_report {
  char kind = 's';  ///< (s)oft, (h)ard, (b)ig
  std::uint64_t mtu = 0;
  std::vector<std::uint8_t> source{};
  std::vector<std::uint8_t> destination{};
  std::uint64_t ports = 0;
  std::uint64_t seq = 0;
};

namespace ip_detail {

using view = std::span<const std::uint8_t>;

inline std::vector<std::uint8_t> part(view octets, std::size_t at, std::size_t count) {
  return {octets.begin() + static_cast<std::ptrdiff_t>(at), octets.begin() + static_cast<std::ptrdiff_t>(at + count)};
}

inline std::uint32_t folded(std::uint64_t sum) {
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint32_t>(sum);
}

/// One host that may be a peer, by the registries' lists of what is not.
inline bool host(const std::vector<std::uint8_t>& a) {
  if (a.size() == 4) return !(a[0] == 0 || a[0] == 127 || (a[0] & 0xe0) == 0xe0);
  const bool zero10 = std::all_of(a.begin(), a.begin() + 10, [](std::uint8_t o) { return o == 0; });
  const bool mapped = zero10 && a[10] == 0xff && a[11] == 0xff;
  const bool compatible = zero10 && a[10] == 0 && a[11] == 0;
  return a[0] != 0xff && !mapped && !compatible;
}

inline bool ignorable(view options) {
  std::size_t at = 0;
  while (at < options.size()) {
    if (options[at] == 0) {
      at += 1;
    } else if (options[at] >= 64 || at + 2 > options.size()) {
      return false;
    } else {
      at += std::size_t{2} + options[at + 1];
    }
  }
  return at == options.size();
}

inline std::optional<second_packet> second_v4(view p) {
  if (p.size() < 20 || p[0] / 16 != 4) return std::nullopt;
  second_packet out;
  out.begin = std::size_t{4} * (p[0] % 16);
  out.end = number_at(p, 2, 2);
  if (out.begin < 20 || out.begin > out.end || out.end > p.size()) return std::nullopt;
  if (defined_sum(p.first(out.begin)) != 0xffff) return std::nullopt;
  const std::uint64_t fragment = number_at(p, 6, 2);
  if (fragment % 0x2000 != 0 || fragment / 0x2000 % 2 != 0) return std::nullopt;
  out.service = p[1];
  out.hops = p[8];
  out.protocol = p[9];
  out.source = part(p, 12, 4);
  out.destination = part(p, 16, 4);
  if (!host(out.source) || !host(out.destination)) return std::nullopt;
  return out;
}

inline std::optional<second_packet> second_v6(view p) {
  if (p.size() < 40) return std::nullopt;
  second_packet out;
  out.begin = 40;
  out.end = 40 + number_at(p, 4, 2);
  if (out.end == 40 || out.end > p.size()) return std::nullopt;
  out.service = static_cast<std::uint8_t>(p[0] % 16 * 16 + p[1] / 16);
  out.label = static_cast<std::uint32_t>(number_at(p, 1, 3) % 0x10'0000);
  out.protocol = p[6];
  out.hops = p[7];
  out.source = part(p, 8, 16);
  out.destination = part(p, 24, 16);
  if (!host(out.source) || !host(out.destination)) return std::nullopt;
  for (int passed = 0;; ++passed) {
    const std::uint8_t kind = out.protocol;
    if (kind != 0 && kind != 43 && kind != 44 && kind != 60) return out;
    if (passed == 8 || out.begin + 8 > out.end) return std::nullopt;
    const std::size_t length = kind == 44 ? 8 : 8 + std::size_t{8} * p[out.begin + 1];
    if (out.begin + length > out.end) return std::nullopt;
    const view header = p.subspan(out.begin, length);
    if (kind == 0 && out.begin != 40) return std::nullopt;
    if ((kind == 0 || kind == 60) && !ignorable(header.subspan(2))) return std::nullopt;
    if (kind == 43 && header[3] != 0) return std::nullopt;
    if (kind == 44 && (number_at(header, 2, 2) / 8 != 0 || header[3] % 2 != 0)) return std::nullopt;
    out.protocol = header[0];
    out.begin += length;
  }
}

inline char kind_of(bool v4, unsigned type, unsigned code) {
  struct row {
    bool v4;
    unsigned type, first, last;
    char kind;
  };
  // The first row that fits. A code that is not known says no less than one that is: something did not arrive.
  constexpr row rows[] = {{true, 3, 4, 4, 'b'},    {true, 3, 2, 3, 'h'},    {true, 3, 0, 255, 's'},
                          {true, 11, 0, 255, 's'}, {true, 12, 0, 255, 's'}, {false, 2, 0, 255, 'b'},
                          {false, 1, 4, 4, 'h'}};
  for (const row& r : rows) {
    if (r.v4 == v4 && r.type == type && r.first <= code && code <= r.last) return r.kind;
  }
  // RFC 4443 section 2.4 (a): errors that are not known, too.
  return !v4 && type < 128 ? 's' : '-';
}

}  // namespace ip_detail

/// Reads a packet slowly and plainly.
[[nodiscard]] inline std::optional<second_packet> read_packet_again(std::span<const std::uint8_t> packet) {
  if (packet.empty()) return std::nullopt;
  return packet[0] / 16 == 6 ? ip_detail::second_v6(packet) : ip_detail::second_v4(packet);
}

/// Reads an ICMP error slowly and plainly.
[[nodiscard]] inline std::optional<second_report> read_report_again(std::span<const std::uint8_t> packet,
                                                                    const second_packet& read) {
  using namespace ip_detail;
  const bool v4 = read.source.size() == 4;
  if (read.protocol != (v4 ? 1 : 58)) return std::nullopt;
  const view message = packet.subspan(read.begin, read.end - read.begin);
  if (message.size() < 8) return std::nullopt;
  std::uint64_t sum = defined_sum(message);
  if (!v4) sum += defined_sum(read.source) + defined_sum(read.destination) + message.size() + 58;
  if (folded(sum) != 0xffff) return std::nullopt;
  second_report out;
  out.kind = kind_of(v4, message[0], message[1]);
  if (out.kind == '-') return std::nullopt;
  const view quoted = message.subspan(8);
  if (quoted.empty() || quoted[0] / 16 != (v4 ? 4 : 6)) return std::nullopt;
  const std::size_t header = v4 ? std::size_t{4} * (quoted[0] % 16) : 40;
  if (header < 20 || quoted.size() < header + 8) return std::nullopt;
  if (quoted[v4 ? 9 : 6] != 6 || (v4 && number_at(quoted, 6, 2) % 0x2000 != 0)) return std::nullopt;
  out.source = v4 ? part(quoted, 12, 4) : part(quoted, 8, 16);
  out.destination = v4 ? part(quoted, 16, 4) : part(quoted, 24, 16);
  if (out.source != read.destination || !host(out.destination)) return std::nullopt;
  out.ports = number_at(quoted, header, 4);
  out.seq = number_at(quoted, header + 4, 4);
  if (out.kind != 'b') return out;
  out.mtu = v4 ? number_at(message, 6, 2) : number_at(message, 4, 4);
  if (v4 && out.mtu == 0) {
    out.mtu = 68;
    for (const std::uint64_t step : {296u, 508u, 1'006u, 1'492u, 2'002u, 4'352u, 8'166u, 17'914u, 32'000u, 65'535u}) {
      if (step < number_at(quoted, 2, 2)) out.mtu = step;
    }
  }
  if (out.mtu < (v4 ? 68u : 1'280u)) return std::nullopt;
  return out;
}

/// Makes the checksums of a packet hold that can be found: of an IPv4 header, and of an ICMP message right behind the
/// header.
inline void mend_packet(std::vector<std::uint8_t>& packet) {
  if (packet.size() < 20) return;
  const bool v6 = packet[0] / 16 == 6;
  const std::size_t begin = v6 ? 40 : std::size_t{4} * (packet[0] % 16);
  if (begin < 20 || begin > packet.size()) return;
  if (!v6) build::mend_ipv4(packet);
  const std::size_t end = std::min(packet.size(), (v6 ? 40 : 0) + number_at(packet, v6 ? 4 : 2, 2));
  if (packet[v6 ? 6 : 9] != (v6 ? 58 : 1) || end < begin + 4) return;
  build::put16(packet, begin + 2, 0);
  const std::span<const std::uint8_t> message = std::span(packet).subspan(begin, end - begin);
  std::uint64_t sum = defined_sum(message);
  if (v6) sum += defined_sum(std::span(packet).subspan(8, 32)) + message.size() + 58;
  build::put16(packet, begin + 2, ~ip_detail::folded(sum) & 0xffffu);
}

/// The production readers and writer; broken variants derive from it.
struct ip_codec {
  [[nodiscard]] static result<ip_datagram> parse(std::span<const std::uint8_t> packet) { return parse_ip(packet); }
  [[nodiscard]] static result<icmp_error> report(const ip_datagram& datagram) { return parse_icmp(datagram); }
  [[nodiscard]] static result<void> emit(const ip_header& header, std::span<std::uint8_t> out) {
    return emit_ip(header, out);
  }
};

namespace ip_detail {

inline bool same(const ip_address& a, const std::vector<std::uint8_t>& b) {
  return a.is_v4() ? std::ranges::equal(a.v4(), b) : std::ranges::equal(a.v6(), b);
}

template <class Codec>
std::string check_rewriting(const ip_datagram& datagram) {
  std::vector<std::uint8_t> written(ip_header_length(datagram.source) + datagram.payload.size());
  std::ranges::copy(datagram.payload, written.end() - static_cast<std::ptrdiff_t>(datagram.payload.size()));
  // A label that has to do with the packet, any of its bits among them.
  const auto label =
      static_cast<std::uint32_t>(number_at(datagram.source.v6(), 12, 4) * 40'503u + written.size() * 77u);
  const auto done = Codec::emit({.source = datagram.source,
                                 .destination = datagram.destination,
                                 .protocol = datagram.protocol,
                                 .hop_limit = datagram.hop_limit,
                                 .service = datagram.service,
                                 .flow_label = datagram.source.is_v4() ? 0 : label % 0x10'0000},
                                written);
  // Nothing at all after extension headers is a payload that the writer does not know.
  if (!done) return !datagram.source.is_v4() && datagram.payload.empty() ? "" : "what was read cannot be written";
  const auto again = Codec::parse(written);
  if (!again) return std::string("what was written again is refused: ") + describe(again.why());
  if (!(again->source == datagram.source) || !(again->destination == datagram.destination) ||
      again->protocol != datagram.protocol || again->hop_limit != datagram.hop_limit ||
      again->service != datagram.service || !std::ranges::equal(again->payload, datagram.payload)) {
    return "what was written again is another datagram";
  }
  if (!datagram.source.is_v4() && second_v6(written)->label != label % 0x10'0000)
    return "another flow label is written";
  return {};
}

inline std::string check_report(const icmp_error& about, const second_report& again) {
  const char kind = about.kind == icmp_kind::hard ? 'h' : about.kind == icmp_kind::soft ? 's' : 'b';
  if (kind != again.kind) return "an ICMP error is taken for another kind";
  if (about.mtu != again.mtu) return "an MTU was read wrongly";
  if (!same(about.source, again.source) || !same(about.destination, again.destination) ||
      (std::uint64_t{about.source_port} << 16 | about.destination_port) != again.ports ||
      about.seq.wire() != again.seq) {
    return "a quoted segment was read wrongly";
  }
  return {};
}

}  // namespace ip_detail

/// The two readers agree on a packet, whatever it is; what is accepted can be written and read again. The octets are
/// read from a copy of exactly their size, so that a tool that watches memory sees any step outside.
template <class Codec = ip_codec>
[[nodiscard]] std::string check_packet(std::span<const std::uint8_t> given) {
  const std::vector<std::uint8_t> packet(given.begin(), given.end());
  const auto parsed = Codec::parse(packet);
  const auto again = read_packet_again(packet);
  if (parsed.has_value() != again.has_value()) {
    return parsed ? "accepted, although the second reader refuses it"
                  : std::string("refused without reason: ") + describe(parsed.why());
  }
  if (!parsed) return {};
  if (!ip_detail::same(parsed->source, again->source) || !ip_detail::same(parsed->destination, again->destination) ||
      static_cast<std::uint8_t>(parsed->protocol) != again->protocol || parsed->hop_limit != again->hops ||
      parsed->service != again->service) {
    return "a field was read wrongly";
  }
  if (parsed->payload.size() != again->end - again->begin ||
      (!parsed->payload.empty() && parsed->payload.data() != packet.data() + again->begin)) {
    return "the payload was found in the wrong place";
  }
  if (std::string wrong = ip_detail::check_rewriting<Codec>(*parsed); !wrong.empty()) return wrong;
  const auto about = Codec::report(*parsed);
  const auto about_again = read_report_again(packet, *again);
  if (about.has_value() != about_again.has_value()) {
    return about ? "an ICMP message is accepted, although the second reader refuses it"
                 : std::string("an ICMP error is refused without reason: ") + describe(about.why());
  }
  return about ? ip_detail::check_report(*about, *about_again) : std::string();
}

/// An ICMP error of either family about a segment, or some octets.
[[nodiscard]] inline std::vector<std::uint8_t> drawn_payload(number_choice& head, bool v6, bool report) {
  if (!report) {
    std::vector<std::uint8_t> text(head.pick(120));
    for (auto& octet : text) octet = static_cast<std::uint8_t>(head.pick(256));
    return text;
  }
  const auto type = static_cast<std::uint8_t>(head.pick(4) == 0 ? head.pick(256) : (v6 ? 1 : 3) + head.pick(3));
  const auto code = static_cast<std::uint8_t>(head.pick(4) == 0 ? head.pick(256) : head.pick(6));
  const std::size_t mtus[] = {0, 67, 68, 1'279, 1'280, 1'400, 65'535, head.pick(0x10000)};
  const auto rest = static_cast<std::uint32_t>(mtus[head.pick(8)]);
  const auto front = build::tcp_front(static_cast<std::uint16_t>(head.pick(0x10000)),
                                      static_cast<std::uint16_t>(head.pick(0x10000)), head.word());
  const std::size_t total = 40 + head.pick(2'000);
  return v6 ? build::icmpv6_message(type, code, rest, build::quoted_ipv6(total, front))
            : build::icmpv4_message(type, code, rest, build::quoted_ipv4(total, front));
}

/// A chain of extension headers, and by which number it begins; it ends in `last`.
[[nodiscard]] inline std::pair<std::uint8_t, std::vector<std::uint8_t>> drawn_chain(number_choice& head,
                                                                                    std::uint8_t last) {
  constexpr std::uint8_t kinds[] = {60, 43, 44, 0};
  const std::size_t count = head.pick(3) != 0 ? head.pick(3) : head.pick(11);
  std::vector<std::uint8_t> chain;
  std::uint8_t next = last;
  for (std::size_t i = 0; i < count; ++i) {
    // From the last to the first; hop-by-hop options mostly where they belong.
    const std::uint8_t kind = i + 1 == count && head.pick(2) == 1 ? 0 : kinds[head.pick(8) == 0 ? 3 : head.pick(3)];
    build::octets header(kind == 44 ? 8 : 8 * (1 + head.pick(2)), 0);
    header[0] = next;
    if (kind != 44) header[1] = static_cast<std::uint8_t>(header.size() / 8 - 1);
    if ((kind == 0 || kind == 60) && head.pick(2) == 1) {
      header[2] = static_cast<std::uint8_t>(head.pick(8) == 0 ? head.pick(256) : 1 + head.pick(63));
      header[3] = static_cast<std::uint8_t>(head.pick(8) == 0 ? head.pick(16) : header.size() - 4);
    } else if (head.pick(8) == 0) {
      header[3] = static_cast<std::uint8_t>(head.pick(256));
    }
    chain = build::joined({header, chain});
    next = kind;
  }
  return {next, chain};
}

/// A packet, and what happened to it on the way.
[[nodiscard]] inline std::vector<std::uint8_t> drawn_packet(const drawn_case& c) {
  number_choice head(c.head);
  const bool v6 = head.pick(2) == 1;
  const bool report = head.pick(3) != 0;
  const std::uint8_t protocol =
      report ? (v6 ? 58 : 1) : static_cast<std::uint8_t>(head.pick(2) == 0 ? 6 : head.pick(256));
  const auto service = static_cast<std::uint8_t>(head.pick(256));
  const bool mend = head.pick(4) != 0;
  std::vector<std::uint8_t> packet;
  if (v6) {
    const auto [next, chain] = drawn_chain(head, protocol);
    packet = build::ipv6_packet(build::joined({chain, drawn_payload(head, true, report)}),
                                {.source = build::router6, .next = next, .service = service});
  } else {
    const build::octets options(4 * (head.pick(3) == 0 ? head.pick(11) : 0), 0x83);
    packet =
        build::ipv4_packet(drawn_payload(head, false, report),
                           {.source = build::router4, .protocol = protocol, .options = options, .service = service});
  }
  for (const step& s : c.steps) {
    if (s[0] % 8 == 0 && !packet.empty()) packet.resize(s[1] % packet.size());
    if (s[0] % 8 == 1) packet.resize(packet.size() + s[1] % 40, 0xee);
    if (s[0] % 8 > 1 && !packet.empty()) packet[s[1] % packet.size()] = static_cast<std::uint8_t>(s[2]);
  }
  if (mend) mend_packet(packet);
  return packet;
}

}  // namespace sequent::property
