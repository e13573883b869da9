// Demultiplexing, and the rhythm in which each connection is used.
#include "tun_host/host.hpp"

namespace tun_host {

using sequent::connection_state;
using sequent::instant;

sequent::connection_config host::configure(const peer_key& key) const {
  sequent::connection_config config = config_.connections;
  config.local_port = key.local_port;
  config.remote_port = key.port;
  config.addresses = sequent::pseudo_header_of(config_.address, key.address);
  config.receive_mss = config.send_mss =
      static_cast<std::uint16_t>(config_.mtu - sequent::ipv4_header_length - sequent::header_length);
  // RFC 6528 for the ISN, and the same construction with another secret for the timestamp clock (RFC 7323 section 5.4).
  config.isn_offset = sequent::isn_offset(isn_secret_, config_.address, key.local_port, key.address, key.port);
  config.timestamp_offset = sequent::isn_offset(clock_secret_, config_.address, key.local_port, key.address, key.port);
  return config;
}

host::endpoint& host::add(const peer_key& key, std::unique_ptr<application> over) {
  auto send_octets = std::make_unique_for_overwrite<std::uint8_t[]>(config_.ring);
  auto receive_octets = std::make_unique_for_overwrite<std::uint8_t[]>(config_.ring);
  tcp connection(configure(key), sequent::span_storage(std::span(send_octets.get(), config_.ring)),
                 sequent::span_storage(std::span(receive_octets.get(), config_.ring)));
  const auto [at, added] = endpoints_.insert_or_assign(
      key, endpoint{std::move(send_octets), std::move(receive_octets), connection, std::move(over)});
  return at->second;
}

void host::connect(std::uint16_t local_port, const sequent::ipv4_address& peer, std::uint16_t port,
                   std::unique_ptr<application> over, instant now) {
  const peer_key key{peer, port, local_port};
  endpoint& at = add(key, std::move(over));
  if (at.connection.connect(now)) serve(key, at, now);
}

void host::take(std::span<const std::uint8_t> packet, instant now) {
  ++counts_.received;
  const auto datagram = sequent::parse_ipv4(packet);
  if (!datagram || datagram->destination != config_.address || datagram->payload.size() < sequent::header_length) {
    ++counts_.refused;
    return;
  }
  const std::uint8_t* const octets = datagram->payload.data();
  const peer_key key{datagram->source, sequent::load16(octets), sequent::load16(octets + 2)};
  auto found = endpoints_.find(key);
  if (found == endpoints_.end()) {
    const sequent::control_bits<> control(octets[13]);
    const bool opens = control.syn() && !control.ack() && !control.rst() && key.local_port == listening_port_;
    if (!opens || !make_application_) return refuse(key, datagram->payload, now);
    // The checksum first: a corrupted SYN must not leave a listening connection behind.
    if (endpoints_.size() >= config_.most_connections ||
        !sequent::parse_segment(datagram->payload, configure(key).addresses)) {
      ++counts_.refused;
      return;
    }
    if (!add(key, make_application_()).connection.listen()) return;
    ++counts_.accepted;
    found = endpoints_.find(key);
  }
  if (!found->second.connection.on_octets(datagram->payload, now)) {
    ++counts_.refused;
    return;
  }
  serve(key, found->second, now);
}

// No such connection: the state is CLOSED, and a CLOSED connection knows how to answer (RFC 9293 section 3.10.7.1).
void host::refuse(const peer_key& key, std::span<const std::uint8_t> octets, instant now) {
  tcp none(configure(key));
  if (!none.on_octets(octets, now)) {
    ++counts_.refused;
    return;
  }
  if (none.owes_reset()) ++counts_.resets;
  transmit(none, key.address, now);
}

void host::serve(const peer_key& key, endpoint& at, instant now) {
  tell(key, at, now);
  at.over->progress(at.connection, now);
  at.more = transmit(at.connection, key.address, now);
  tell(key, at, now);
}

// Sends what there is, up to a burst; says whether there may be more.
bool host::transmit(tcp& connection, const sequent::ipv4_address& peer, instant now) {
  // The connection knows from its MSS how much fits the MTU; the room here is only the longest there can be.
  const std::span<std::uint8_t> room(packet_);
  for (unsigned sent = 0; sent != burst; ++sent) {
    const auto never_sent = connection.block().snd.nxt;
    const auto segment = connection.poll_transmit(now, room.subspan(sequent::ipv4_header_length));
    if (!segment) return false;
    const std::span<std::uint8_t> packet = room.first(sequent::ipv4_header_length + segment->length);
    if (segment->segment_size != 0) {
      const sequent::sequence_number seq(sequent::load32(packet.data() + sequent::ipv4_header_length + 4));
      if (seq == never_sent) {
        counts_.text += segment->segment_size;
      } else {
        ++counts_.sent_again;
      }
    }
    if (!sequent::emit_ipv4({.source = config_.address, .destination = peer}, packet)) return false;
    link_.send(packet, now);
    ++counts_.sent;
  }
  return true;
}

bool host::turn(instant now) {
  bool more = false;
  for (auto at = endpoints_.begin(); at != endpoints_.end();) {
    endpoint& served = at->second;
    const auto deadline = served.connection.next_deadline();
    const bool due = deadline && *deadline <= now;
    if (due) served.connection.on_deadline(now);
    if (due || served.more) serve(at->first, served, now);
    more |= served.more;
    const bool gone = served.connection.state() == connection_state::closed && !served.more;
    at = gone ? endpoints_.erase(at) : std::next(at);
  }
  return more;
}

std::optional<instant> host::next_deadline() const {
  std::optional<instant> earliest;
  for (const auto& [key, at] : endpoints_) {
    const auto deadline = at.connection.next_deadline();
    if (deadline && (!earliest || *deadline < *earliest)) earliest = deadline;
  }
  return earliest;
}

void host::tell(const peer_key& key, endpoint& at, instant now) const {
  const connection_state state = at.connection.state();
  if (state == at.told) return;
  if (config_.verbose) {
    const auto& peer = key.address;
    std::fprintf(stderr, "%.6f %u.%u.%u.%u:%u %s -> %s\n", static_cast<double>(now.microseconds()) / 1e6,
                 unsigned{peer[0]}, unsigned{peer[1]}, unsigned{peer[2]}, unsigned{peer[3]}, unsigned{key.port},
                 describe(at.told), describe(state));
  }
  at.told = state;
}

}  // namespace tun_host
