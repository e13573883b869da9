// A host that keeps lone connections in a table of its own, keyed by four-tuple (RFC 9293 section 3.3.1).
#pragma once

#include <memory>
#include <unordered_map>

#include "tun_host/host.hpp"

namespace tun_host {

/// See host.
class table_host final : public host {
 public:
  table_host(network_link& wire, const host_config& config)
      : host(wire, config),
        isn_secret_(draw_secret()),
        clock_secret_(draw_secret()),
        endpoints_(16, sequent::flow_hash(draw_secret())) {}

  void listen(std::uint16_t port, make_application make) override;
  void connect(const sequent::ip_address& peer, std::uint16_t port, std::unique_ptr<application> over,
               sequent::instant now) override;
  void take(std::span<const std::uint8_t> packet, sequent::instant now) override;
  bool turn(sequent::instant now) override;
  [[nodiscard]] std::optional<sequent::instant> next_deadline() const override;
  [[nodiscard]] std::size_t connections() const override { return endpoints_.size(); }

 private:
  using tcp = sequent::connection<host_policy>;
  class table_stream;
  struct endpoint {
    std::unique_ptr<std::uint8_t[]> send_octets;
    std::unique_ptr<std::uint8_t[]> receive_octets;
    tcp connection;
    std::unique_ptr<application> over;
    sequent::connection_state told = sequent::connection_state::closed;
    bool more = false;  // to be served at the next turn: there is more to send, or something has arrived
  };
  static constexpr unsigned burst = 64;  // packets a connection sends before others, and what arrives, get their turn

  [[nodiscard]] sequent::connection_config configure(const sequent::flow& path) const;
  endpoint& add(const sequent::flow& path, std::unique_ptr<application> over);
  void take_error(const sequent::ip_datagram& datagram, sequent::instant now);
  endpoint* opened_by(const sequent::flow& path, const sequent::ip_datagram& datagram, sequent::instant now);
  void serve(const sequent::flow& path, endpoint& at, sequent::instant now);
  bool transmit(tcp& connection, const sequent::flow& path, sequent::instant now);
  void refuse(const sequent::flow& path, std::span<const std::uint8_t> octets, sequent::instant now);

  sequent::secret_key isn_secret_;
  sequent::secret_key clock_secret_;
  // The hash is keyed, so that nobody can choose addresses and ports which all fall into one bucket.
  std::unordered_map<sequent::flow, endpoint, sequent::flow_hash> endpoints_;
  std::uint16_t listening_port_ = 0;
  make_application make_application_;
};

}  // namespace tun_host
