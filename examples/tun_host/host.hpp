// A host on an IP link, whoever keeps its connections, and what an application sees of one of them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>

#include "sequent/sequent.hpp"
#include "sequent/wire/flow.hpp"
#include "sequent/wire/ip.hpp"
#include "tun_host/link.hpp"

namespace tun_host {

/// Connections whose rings the host allocates.
struct host_policy : sequent::default_policy {
  using send_storage = sequent::span_storage;
  using receive_storage = sequent::span_storage;
};

/// One connection as an application uses it. The calls are those of sequent::connection.
class stream {
 public:
  virtual ~stream() = default;
  virtual sequent::result<std::size_t> write(std::span<const std::uint8_t> octets) = 0;
  virtual sequent::result<std::size_t> read(std::span<std::uint8_t> out) = 0;
  virtual sequent::result<void> shutdown() = 0;
  /// Gives the connection up in good order; nothing more is asked of the stream.
  virtual void close(sequent::instant now) = 0;
  [[nodiscard]] virtual sequent::connection_state state() const = 0;
};

/// What runs over a connection.
class application {
 public:
  virtual ~application() = default;
  /// Something happened to the connection: reads, writes, closes what there is to.
  virtual void progress(stream& over, sequent::instant now) = 0;
};

/// What the host is and may do.
struct host_config {
  sequent::ip_address address{};
  std::uint16_t mtu = 1'500;
  std::size_t ring = std::size_t{1} << 20;   ///< octets of each ring: by default a gigabit each second over 8 ms
  std::size_t max_connections = 256;         ///< a SYN beyond them is dropped, and the peer tries again
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
  std::uint64_t icmp = 0;        ///< ICMP errors about connections
};

/// What the last connection that opened has agreed on with its peer, and the size of its segments at last.
struct agreement {
  bool window_scale = false;
  bool sack = false;
  bool timestamps = false;
  bool ecn = false;
  bool plain_syn = false;     ///< its SYN was sent again, without asking for ECN
  std::uint32_t segment = 0;  ///< octets of text in a full segment
};

/// The host. It waits for nothing itself: hand it packets and the time.
class host {
 public:
  using make_application = std::function<std::unique_ptr<application>()>;

  host(network_link& wire, const host_config& config) : link_(wire), config_(config) {}
  host(const host&) = delete;
  host& operator=(const host&) = delete;
  virtual ~host() = default;

  /// Accepts connections to a port from now on, each with an application of its own.
  virtual void listen(std::uint16_t port, make_application make) = 0;
  /// Opens a connection from a port that is free. Throws std::runtime_error if it cannot be.
  virtual void connect(const sequent::ip_address& peer, std::uint16_t port, std::unique_ptr<application> over,
                       sequent::instant now) = 0;

  /// A packet arrived.
  virtual void take(std::span<const std::uint8_t> packet, sequent::instant now) = 0;
  /// Handles deadlines, sends what there is, and forgets connections that are gone. Says whether there is more to send
  /// at once.
  virtual bool turn(sequent::instant now) = 0;

  /// When turn() has something to do, if ever.
  [[nodiscard]] virtual std::optional<sequent::instant> next_deadline() const = 0;
  [[nodiscard]] virtual std::size_t connections() const = 0;
  [[nodiscard]] const host_counts& counts() const { return counts_; }
  [[nodiscard]] const agreement& agreed() const { return agreed_; }

 protected:
  /// The packet, `length` octets of packet(), leaves; `segment_size` says how much text is in one segment of it.
  void send(std::size_t length, std::size_t segment_size, sequent::instant now);
  /// Room for a packet.
  [[nodiscard]] std::span<std::uint8_t> packet() { return std::span(packet_).first(65'535); }
  /// Octets of the IP header of this host's packets.
  [[nodiscard]] std::size_t ip_header() const { return sequent::ip_header_length(config_.address); }
  /// What a connection is made with, whatever its peer.
  [[nodiscard]] sequent::connection_config common_settings() const;
  /// Notes what a connection has agreed on, and tells of a change of its state.
  void look_at(const sequent::flow& path, const sequent::control_block<sequent::u32>& block, std::uint32_t segment,
               sequent::connection_state& told, sequent::instant now);

  network_link& link_;
  host_config config_;
  host_counts counts_{};

 private:
  agreement agreed_{};
  // Where the text that each pair of ports has sent ends, to tell what is sent again.
  std::unordered_map<std::uint32_t, sequent::sequence_number<>> sent_until_{};
  std::array<std::uint8_t, 65'536> packet_{};
};

/// An address in either of the usual notations. Throws std::invalid_argument.
sequent::ip_address parse_address(const std::string& text);
/// The notation of an address.
std::string describe(const sequent::ip_address& address);

}  // namespace tun_host
