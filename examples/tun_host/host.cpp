// What every host does: counting what leaves, telling of changes of state, and the notation of addresses.
#include "tun_host/host.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <cstdio>
#include <stdexcept>

namespace tun_host {

using sequent::connection_state;
using sequent::sequence_number;

void host::send(std::size_t length, std::size_t segment_size, sequent::instant now) {
  const std::span<std::uint8_t> octets = packet().first(length);
  const std::uint8_t* const tcp = octets.data() + ip_header();
  const std::size_t front = ip_header() + std::size_t{tcp[12]} / 16 * 4;
  if (const std::size_t text = length - front; text != 0 && segment_size != 0) {
    const sequence_number<> seq(sequent::load32(tcp + 4));
    const auto [known, first] = sent_until_.try_emplace(sequent::load32(tcp), seq);
    const auto size = static_cast<std::uint32_t>(text);
    if (first || !sequent::before(seq, known->second)) {
      counts_.text += text;
      known->second = seq + size;
    } else {
      counts_.sent_again += (text + segment_size - 1) / segment_size;
    }
  }
  ++counts_.sent;
  link_.send(octets, {front - ip_header(), segment_size}, now);
}

sequent::connection_config host::common_settings() const {
  sequent::connection_config config = config_.connections;
  config.ip_header_octets = static_cast<std::uint8_t>(ip_header());
  config.receive_mss = config.send_mss = static_cast<std::uint16_t>(config_.mtu - ip_header() - sequent::header_length);
  config.default_peer_mss = config_.address.is_v4() ? 536 : 1'220;  // RFC 9293 MUST-15
  return config;
}

void host::look_at(const sequent::flow& path, const sequent::control_block<sequent::u32>& block, std::uint32_t segment,
                   connection_state& told, sequent::instant now) {
  const connection_state state = block.state;
  if (state >= connection_state::established) {
    agreed_ = {block.window_scaling, block.sack_permitted, block.ts.enabled, block.ecn, block.plain_syn, segment};
  }
  if (state == told) return;
  if (config_.verbose) {
    std::fprintf(stderr, "%.6f %s port %u %s -> %s\n", static_cast<double>(now.microseconds()) / 1e6,
                 describe(path.remote).c_str(), unsigned{path.remote_port}, sequent::describe(told),
                 sequent::describe(state));
  }
  told = state;
}

sequent::ip_address parse_address(const std::string& text) {
  sequent::ipv4_address v4{};
  if (inet_pton(AF_INET, text.c_str(), v4.data()) == 1) return sequent::ip_address::from_v4(v4);
  sequent::ipv6_address v6{};
  if (inet_pton(AF_INET6, text.c_str(), v6.data()) == 1) return sequent::ip_address::from_v6(v6);
  throw std::invalid_argument("not an IP address: " + text);
}

std::string describe(const sequent::ip_address& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const sequent::ipv4_address v4 = address.v4();
  if (address.is_v4()) {
    inet_ntop(AF_INET, v4.data(), text.data(), text.size());
  } else {
    inet_ntop(AF_INET6, address.v6().data(), text.data(), text.size());
  }
  return text.data();
}

}  // namespace tun_host
