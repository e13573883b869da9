// One end of a scene: the production connection in lockstep with the specification, behind an interface that needs
// neither, so that what uses it compiles quickly.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tools/explain/facts.hpp"

namespace sequent::explain {

/// How an end is set. The defaults make small numbers: segments of ten octets, and no option that is not the topic.
struct end_setting {
  std::uint32_t isn = 100;  ///< the initial sequence number of a connection that opens at time 0
  std::uint16_t port = 0, remote_port = 0;
  std::uint16_t mss = 10;
  std::size_t send_buffer = 65'535, receive_buffer = 65'535;
  bool window_scale = false;
  bool timestamps = false;
  std::uint32_t timestamp_offset = 1'000'000;
  bool sack = false;
  bool ecn = false;
  bool nagle = true;
  microseconds delayed_ack = 40 * millisecond;
  microseconds msl = 120 * second;
  microseconds user_timeout = 300 * second;
  microseconds keep_alive_idle = 0;  ///< 0: no keep-alives
  microseconds keep_alive_interval = 75 * second;
  std::uint8_t keep_alive_probes = 9;
  bool serves_fast_open = false;
  bool opens_fast = false;  ///< with the cookie that the server gave before
  bool asks_for_cookie = false;
};

/// What goes on the wire.
struct wire_octets {
  std::vector<std::uint8_t> octets{};
  bool capable = false;  ///< ECN-capable
  bool marked = false;
};

/// Reads a segment; nothing if its checksum does not hold.
[[nodiscard]] std::optional<segment_facts> read_segment(std::span<const std::uint8_t> octets);
/// Writes a segment of facts, from one port to another, with its checksum.
[[nodiscard]] std::vector<std::uint8_t> write_segment(const segment_facts& facts, std::uint16_t from, std::uint16_t to);

/// The end. Its clock is moved by advance(); calls answer with an error, or with nothing.
class end {
 public:
  virtual ~end() = default;
  virtual std::string listen() = 0;
  virtual std::string connect() = 0;
  /// Queues all of it, as far as there is room. Says how much.
  virtual std::size_t write(std::string_view text, bool urgent) = 0;
  virtual std::string read(std::size_t most) = 0;
  virtual std::string shutdown() = 0;
  virtual std::string close() = 0;
  virtual std::string abort() = 0;
  virtual void arrives(const wire_octets& packet) = 0;
  [[nodiscard]] virtual std::optional<wire_octets> poll() = 0;
  /// How long until something is due.
  [[nodiscard]] virtual std::optional<microseconds> deadline() const = 0;
  /// Lets time pass, and serves what is due then. Says which timers were.
  virtual std::vector<std::string> advance(microseconds elapsed) = 0;
  /// An ICMP error says that the segment at `seq` was too big for a link of so many octets. Says whether it counts.
  virtual bool too_big(std::uint32_t seq, std::uint32_t mtu) = 0;

  [[nodiscard]] virtual end_facts facts() const = 0;
  /// The rules that fired since this was asked last: of an arrival, those that lead to the outcome that was taken.
  [[nodiscard]] virtual std::vector<rule_fact> rules() = 0;
  /// Why the segment that went out last did, e.g. "timeout".
  [[nodiscard]] virtual std::string cause() const = 0;
  /// What the specification objected to, if it did.
  [[nodiscard]] virtual std::string violation() const = 0;
};

[[nodiscard]] std::unique_ptr<end> make_end(const end_setting& setting);

}  // namespace sequent::explain
