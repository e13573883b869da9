// A host on an IP link: one address, and a table of TCP connections keyed by four-tuple (RFC 9293 section 3.3.1).
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>

#include "sequent/ip.hpp"
#include "sequent/sequent.hpp"
#include "tun_host/link.hpp"

namespace tun_host {

/// Connections whose rings the host allocates, a mebibyte each way: enough for a gigabit each second over 8 ms.
struct host_policy : sequent::default_policy {
  using send_storage = sequent::span_storage;
  using receive_storage = sequent::span_storage;
};
using tcp = sequent::connection<host_policy>;

/// What runs over a connection.
class application {
 public:
  virtual ~application() = default;
  /// Something happened to the connection: reads, writes, closes what there is to.
  virtual void progress(tcp& connection, sequent::instant now) = 0;
};

/// What the host is and may do.
struct host_config {
  sequent::ipv4_address address{};
  std::uint16_t mtu = 1'500;
  std::size_t ring = std::size_t{1} << 20;   ///< octets of each ring
  std::size_t most_connections = 256;        ///< a SYN beyond them is dropped, and the peer tries again
  sequent::connection_config connections{};  ///< ports, addresses, MSS and offsets are filled in for each
  bool verbose = false;                      ///< tells of each change of state on stderr
};

/// What the host has counted.
struct host_counts {
  std::uint64_t received = 0;    ///< packets, whatever they were
  std::uint64_t refused = 0;     ///< packets that did not parse: other protocols, wrong checksums
  std::uint64_t sent = 0;        ///< packets
  std::uint64_t text = 0;        ///< octets of text sent for the first time
  std::uint64_t sent_again = 0;  ///< segments with text sent again
  std::uint64_t resets = 0;      ///< RSTs sent for connections that do not exist
  std::uint64_t accepted = 0;    ///< connections opened by a peer
};

/// The host. It waits for nothing itself: hand it packets and the time.
class host {
 public:
  using make_application = std::function<std::unique_ptr<application>()>;

  host(network_link& wire, const host_config& config)
      : link_(wire),
        config_(config),
        isn_secret_(draw_secret()),
        clock_secret_(draw_secret()),
        endpoints_(16, hash{draw_secret()}) {}

  /// Accepts connections to a port from now on, each with an application of its own.
  void listen(std::uint16_t port, make_application make) {
    listening_port_ = port;
    make_application_ = std::move(make);
  }
  /// Opens a connection from a port that the caller chooses.
  void connect(std::uint16_t local_port, const sequent::ipv4_address& peer, std::uint16_t port,
               std::unique_ptr<application> over, sequent::instant now);

  /// A packet arrived.
  void take(std::span<const std::uint8_t> packet, sequent::instant now);
  /// Handles deadlines, sends what was left from before, and forgets connections that are gone. Says whether there is
  /// more to send at once.
  bool turn(sequent::instant now);

  /// When turn() has something to do, if ever.
  [[nodiscard]] std::optional<sequent::instant> next_deadline() const;
  [[nodiscard]] std::size_t connections() const { return endpoints_.size(); }
  [[nodiscard]] const host_counts& counts() const { return counts_; }

 private:
  // The host has one address, so that three parts of the four-tuple tell its connections apart.
  struct peer_key {
    sequent::ipv4_address address{};
    std::uint16_t port = 0;
    std::uint16_t local_port = 0;
    friend bool operator==(const peer_key&, const peer_key&) = default;
  };
  // Keyed, so that nobody can choose addresses and ports which all fall into one bucket.
  struct hash {
    sequent::secret_key secret;
    std::size_t operator()(const peer_key& key) const {
      return sequent::isn_offset(secret, key.address, key.port, {}, key.local_port);
    }
  };
  struct endpoint {
    std::unique_ptr<std::uint8_t[]> send_octets;
    std::unique_ptr<std::uint8_t[]> receive_octets;
    tcp connection;
    std::unique_ptr<application> over;
    sequent::connection_state told = sequent::connection_state::closed;
    bool more = false;  // to send, beyond what one turn may
  };
  static constexpr unsigned burst = 64;  // packets a connection sends before others, and what arrives, get their turn

  [[nodiscard]] sequent::connection_config configure(const peer_key& key) const;
  endpoint& add(const peer_key& key, std::unique_ptr<application> over);
  void serve(const peer_key& key, endpoint& at, sequent::instant now);
  bool transmit(tcp& connection, const sequent::ipv4_address& peer, sequent::instant now);
  void refuse(const peer_key& key, std::span<const std::uint8_t> octets, sequent::instant now);
  void tell(const peer_key& key, endpoint& at, sequent::instant now) const;

  network_link& link_;
  host_config config_;
  sequent::secret_key isn_secret_;
  sequent::secret_key clock_secret_;
  std::unordered_map<peer_key, endpoint, hash> endpoints_;
  std::uint16_t listening_port_ = 0;
  make_application make_application_;
  host_counts counts_;
  std::array<std::uint8_t, 65'535> packet_{};
};

}  // namespace tun_host
