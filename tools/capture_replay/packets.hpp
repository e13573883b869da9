// Captured packets, and the TCP segments that Sequent's parser finds in them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sequent/wire/ip.hpp"
#include "sequent/wire/parse.hpp"

namespace capture_replay {

/// One packet as captured. Its octets are whole: a file that cut packets short is refused.
struct packet {
  std::string file;        ///< name of the file it is from
  std::size_t number = 0;  ///< place in the file, from 1, as Wireshark counts
  std::vector<std::uint8_t> octets;
};

/// A segment that parsed. It owns its text, so that a control may change it.
struct seen_segment {
  std::string file;
  std::size_t number = 0;
  sequent::ipv4_address source{};
  sequent::ipv4_address destination{};
  sequent::segment<> header{};
  std::vector<std::uint8_t> text;
};

/// What became of the packets.
struct parse_counts {
  std::size_t packets = 0;
  std::size_t refused_ip = 0;        ///< not IPv4 with TCP, or a header that does not hold
  std::size_t refused_tcp = 0;       ///< a wrong TCP checksum, or a header that cannot be
  std::size_t refused_outgoing = 0;  ///< packets that Sequent itself sent and that either refuses: there must be none
  std::size_t segments = 0;
  std::size_t identical = 0;     ///< segments whose octets are the same when written again
  std::size_t other_layout = 0;  ///< segments that read the same when written again, in other octets
  std::size_t differing = 0;     ///< segments that do not: there must be none
};

/// Reads a pcap file of link type RAW. Throws std::runtime_error.
std::vector<packet> load(const std::string& path);

/// Parses packets, verifies their checksums, and writes each segment again to compare the octets. `self` is Sequent's
/// address. What does not parse is counted and left out, as a host would drop it.
std::vector<seen_segment> decode(const std::vector<packet>& packets, const sequent::ipv4_address& self,
                                 parse_counts& counts);

}  // namespace capture_replay
