// Reading captures, and the round trip of every header in them.
#include "tools/capture_replay/packets.hpp"

#include <pcap/pcap.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <stdexcept>

#include "sequent/wire/emit.hpp"

namespace capture_replay {

std::vector<packet> load(const std::string& path) {
  char problem[PCAP_ERRBUF_SIZE] = {};
  const std::unique_ptr<pcap_t, void (*)(pcap_t*)> file(::pcap_open_offline(path.c_str(), problem), ::pcap_close);
  if (!file) throw std::runtime_error(path + ": " + problem);
  if (::pcap_datalink(file.get()) != DLT_RAW) throw std::runtime_error(path + ": the link type is not RAW");
  std::vector<packet> packets;
  pcap_pkthdr* header = nullptr;
  const u_char* octets = nullptr;
  int got = 0;
  while ((got = ::pcap_next_ex(file.get(), &header, &octets)) == 1) {
    if (header->caplen != header->len) throw std::runtime_error(path + ": a packet was cut short");
    packets.push_back({std::filesystem::path(path).filename().string(), packets.size() + 1,
                       std::vector<std::uint8_t>(octets, octets + header->caplen)});
  }
  if (got != PCAP_ERROR_BREAK) throw std::runtime_error(path + ": " + ::pcap_geterr(file.get()));
  return packets;
}

namespace {

enum class round_trip { identical, other_layout, differing };

// Writes a segment that was read, and reads that again.
round_trip write_again(const sequent::parsed_segment& parsed, std::span<const std::uint8_t> original,
                       sequent::pseudo_header addresses) {
  const std::size_t offset = sequent::header_length + sequent::options_length(parsed.header.options);
  std::vector<std::uint8_t> written(offset + parsed.text.size());
  std::copy(parsed.text.begin(), parsed.text.end(), written.begin() + static_cast<std::ptrdiff_t>(offset));
  sequent::emit_segment(parsed.header, written, addresses);
  const auto again = sequent::parse_segment(written, addresses);
  if (!again || again->header != parsed.header || !std::ranges::equal(again->text, parsed.text)) {
    return round_trip::differing;
  }
  return std::ranges::equal(written, original) ? round_trip::identical : round_trip::other_layout;
}

// What a header says of its source, though its checksum or anything else about it may be wrong.
bool claims_to_be_from(const std::vector<std::uint8_t>& octets, const sequent::ipv4_address& self) {
  return octets.size() >= 20 && octets[0] / 16 == 4 && std::equal(self.begin(), self.end(), octets.begin() + 12);
}

}  // namespace

std::vector<seen_segment> decode(const std::vector<packet>& packets, const sequent::ipv4_address& self,
                                 parse_counts& counts) {
  std::vector<seen_segment> segments;
  for (const packet& captured : packets) {
    ++counts.packets;
    const auto datagram = sequent::parse_ipv4(captured.octets);
    if (!datagram) {
      ++counts.refused_ip;
      if (claims_to_be_from(captured.octets, self)) ++counts.refused_outgoing;
      continue;
    }
    const auto addresses = sequent::pseudo_header_of(datagram->source, datagram->destination);
    const auto parsed = sequent::parse_segment(datagram->payload, addresses);
    if (!parsed) {
      ++counts.refused_tcp;
      if (datagram->source == self) ++counts.refused_outgoing;
      continue;
    }
    ++counts.segments;
    switch (write_again(*parsed, datagram->payload, addresses)) {
      case round_trip::identical: ++counts.identical; break;
      case round_trip::other_layout: ++counts.other_layout; break;
      case round_trip::differing: ++counts.differing; break;
    }
    segments.push_back({captured.file,
                        captured.number,
                        datagram->source,
                        datagram->destination,
                        parsed->header,
                        {parsed->text.begin(), parsed->text.end()}});
  }
  return segments;
}

}  // namespace capture_replay
