// Demultiplexing, and the rhythm in which each connection is used.
#include "tun_host/table_host.hpp"

namespace tun_host {

using sequent::connection_state;
using sequent::flow;
using sequent::instant;

class table_host::table_stream final : public stream {
 public:
  explicit table_stream(tcp& connection) : connection_(connection) {}
  sequent::result<std::size_t> write(std::span<const std::uint8_t> octets) override {
    return connection_.write(octets);
  }
  sequent::result<std::size_t> read(std::span<std::uint8_t> out) override { return connection_.read(out); }
  sequent::result<void> shutdown() override { return connection_.shutdown(); }
  void close(instant now) override { (void)connection_.close(now); }  // one that has ended needs no more
  [[nodiscard]] connection_state state() const override { return connection_.state(); }

 private:
  tcp& connection_;
};

sequent::connection_config table_host::configure(const flow& path) const {
  sequent::connection_config config = common_settings();
  config.local_port = path.local_port;
  config.remote_port = path.remote_port;
  config.addresses = sequent::pseudo_header_of(path.local, path.remote);
  // RFC 6528 for the ISN, and the same construction with another secret for the timestamp clock (RFC 7323 section 5.4).
  const auto offset = [&path](sequent::secret_key secret) {
    return sequent::isn_offset(secret, path.local.v6(), path.local_port, path.remote.v6(), path.remote_port);
  };
  config.isn_offset = offset(isn_secret_);
  config.timestamp_offset = offset(clock_secret_);
  return config;
}

void table_host::listen(std::uint16_t port, make_application make) {
  listening_port_ = port;
  make_application_ = std::move(make);
}

table_host::endpoint& table_host::add(const flow& path, std::unique_ptr<application> over) {
  auto send_octets = std::make_unique_for_overwrite<std::uint8_t[]>(config_.ring);
  auto receive_octets = std::make_unique_for_overwrite<std::uint8_t[]>(config_.ring);
  tcp connection(configure(path), sequent::span_storage(std::span(send_octets.get(), config_.ring)),
                 sequent::span_storage(std::span(receive_octets.get(), config_.ring)));
  const auto [at, added] = endpoints_.insert_or_assign(
      path, endpoint{std::move(send_octets), std::move(receive_octets), connection, std::move(over)});
  return at->second;
}

void table_host::connect(const sequent::ip_address& peer, std::uint16_t port, std::unique_ptr<application> over,
                         instant now) {
  // An ephemeral port that cannot be guessed (RFC 6056).
  const auto local_port = static_cast<std::uint16_t>(49'152 + draw_secret().first % 16'384);
  const flow path{config_.address, peer, local_port, port};
  endpoint& at = add(path, std::move(over));
  if (at.connection.connect(now)) serve(path, at, now);
}

void table_host::take(std::span<const std::uint8_t> packet, instant now) {
  ++counts_.received;
  const auto datagram = sequent::parse_ip(packet);
  if (!datagram || !(datagram->destination == config_.address)) {
    ++counts_.refused;
    return;
  }
  if (datagram->protocol != sequent::ip_protocol::tcp) return take_error(*datagram, now);
  if (datagram->payload.size() < sequent::header_length) {
    ++counts_.refused;
    return;
  }
  const std::uint8_t* const octets = datagram->payload.data();
  const flow path{config_.address, datagram->source, sequent::load16(octets + 2), sequent::load16(octets)};
  const auto found = endpoints_.find(path);
  endpoint* const at = found != endpoints_.end() ? &found->second : opened_by(path, *datagram, now);
  if (at == nullptr) return;
  if (!at->connection.on_octets(datagram->payload, now, datagram->ecn())) {
    ++counts_.refused;
    return;
  }
  // Without SACK every duplicate acknowledgment counts (RFC 5681 section 4.2); otherwise what arrives together is
  // answered together, at the next turn.
  at->more = true;
  if (!at->connection.tcb().sack_permitted) serve(path, *at, now);
}

// What the network reports belongs to the connection whose segment it quotes.
void table_host::take_error(const sequent::ip_datagram& datagram, instant now) {
  const auto report = sequent::parse_icmp(datagram);
  if (!report) {
    ++counts_.refused;
    return;
  }
  const auto found =
      endpoints_.find({report->source, report->destination, report->source_port, report->destination_port});
  if (found == endpoints_.end()) return;
  ++counts_.icmp;
  found->second.connection.on_icmp(*report, now);
  found->second.more = true;
}

// No such connection: a SYN may open one; anything else is answered as in CLOSED.
table_host::endpoint* table_host::opened_by(const flow& path, const sequent::ip_datagram& datagram, instant now) {
  const sequent::control_bits<> control(datagram.payload[13]);
  const bool opens = control.syn() && !control.ack() && !control.rst() && path.local_port == listening_port_;
  if (!opens || !make_application_) {
    refuse(path, datagram.payload, now);
    return nullptr;
  }
  // The checksum first: a corrupted SYN must not leave a listening connection behind.
  const sequent::connection_config config = configure(path);
  if (endpoints_.size() >= config_.max_connections ||
      !sequent::parse_segment(datagram.payload, config.addresses, config.checksum)) {
    ++counts_.refused;
    return nullptr;
  }
  endpoint& at = add(path, make_application_());
  if (!at.connection.listen()) return nullptr;
  ++counts_.accepted;
  return &at;
}

// The state is CLOSED, and a CLOSED connection knows how to answer (RFC 9293 section 3.10.7.1).
void table_host::refuse(const flow& path, std::span<const std::uint8_t> octets, instant now) {
  tcp none(configure(path));
  const auto done = none.on_octets(octets, now);
  if (!done) {
    ++counts_.refused;
    return;
  }
  if (done->answer == sequent::reply::reset) ++counts_.resets;
  transmit(none, path, now);
}

void table_host::serve(const flow& path, endpoint& at, instant now) {
  const auto look = [&] { look_at(path, at.connection.tcb(), at.connection.effective_mss(), at.told, now); };
  look();
  table_stream over(at.connection);
  at.over->progress(over, now);
  at.more = transmit(at.connection, path, now);
  look();
}

// Sends what there is, up to a burst; says whether there may be more.
bool table_host::transmit(tcp& connection, const flow& path, instant now) {
  // The connection knows from its MSS how much fits the MTU; the room here is only the longest there can be.
  const std::span<std::uint8_t> room = packet();
  for (unsigned sent = 0; sent != burst; ++sent) {
    const auto segment = connection.poll_transmit(now, room.subspan(ip_header()));
    if (!segment) return false;
    const std::size_t length = ip_header() + segment->length;
    const sequent::ip_header header{
        .source = path.local, .destination = path.remote, .service = sequent::with_ecn(0, segment->ecn)};
    if (!sequent::emit_ip(header, room.first(length))) return false;
    send(length, segment->segment_size, now);
  }
  return true;
}

bool table_host::turn(instant now) {
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

std::optional<instant> table_host::next_deadline() const {
  std::optional<instant> earliest;
  for (const auto& [path, at] : endpoints_) {
    const auto deadline = at.connection.next_deadline();
    if (deadline && (!earliest || *deadline < *earliest)) earliest = deadline;
  }
  return earliest;
}

}  // namespace tun_host
