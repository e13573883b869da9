// The link of the host: a TUN device behind a possibly bad network, with a capture of what the host itself sees.
#pragma once

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tun_host/capture.hpp"
#include "tun_host/impairment.hpp"
#include "tun_host/packet_edits.hpp"
#include "tun_host/tun_device.hpp"

namespace tun_host {

/// Both directions of the link. The capture stands between the host and the bad network: it holds what the host sent,
/// before anything befell it, and what it received, after.
class network_link {
 public:
  /// Throws as tun_device.
  explicit network_link(const std::string& device, bool offload = false) : device_(device, offload) {}

  /// Makes the network bad, in both directions, each with a stream of its own from the seed.
  void impair(std::uint64_t seed, const impairment_rates& rates) {
    inward_ = impairment(2 * seed, rates);
    outward_ = impairment(2 * seed + 1, rates);
  }
  /// Changes one octet of the text of the `n`-th packet that carries much, in either direction, and its checksum with
  /// it: nothing below the application can notice. For checking that the application does.
  void forge(unsigned n) { forge_in_ = n; }
  /// Captures from now on. Throws as capture.
  void record(const std::string& path) { capture_.emplace(path, now()); }

  /// Sleeps until there is something to receive, the deadline, or a signal.
  void wait(std::optional<sequent::instant> deadline, const sigset_t& awake) const {
    for (const auto& held : {inward_.next_deadline(), outward_.next_deadline()}) {
      if (held && (!deadline || *held < *deadline)) deadline = held;
    }
    device_.wait(deadline ? std::optional(*deadline - now()) : std::nullopt, awake);
  }

  /// Calls take(std::span<const std::uint8_t>) for at most `most` packets of the device and whatever they set free.
  template <class Take>
  void receive(unsigned most, sequent::instant at, Take take) {
    const auto see = [&](std::span<const std::uint8_t> packet) {
      if (capture_) capture_->add(packet, at);
      take(packet);
    };
    for (; most != 0; --most) {
      const auto packet = device_.read(buffer_);
      if (!packet) break;
      inward_.pass(forged(*packet), at, see);
    }
    inward_.release(at, see);
    outward_.release(at, [this](std::span<const std::uint8_t> packet) { put(packet, {}); });
  }

  /// Sends a packet of this shape; only a link with offload and without impairment takes large ones.
  void send(std::span<const std::uint8_t> packet, const packet_shape& shape, sequent::instant at) {
    if (capture_) capture_->add(packet, at);
    outward_.pass(forged(packet), at, [&](std::span<const std::uint8_t> passed) { put(passed, shape); });
  }

  /// Packets that the kernel did not take.
  [[nodiscard]] std::uint64_t refused_by_kernel() const { return refused_by_kernel_; }
  [[nodiscard]] const impairment_counts& inward() const { return inward_.counts(); }
  [[nodiscard]] const impairment_counts& outward() const { return outward_.counts(); }

 private:
  void put(std::span<const std::uint8_t> packet, const packet_shape& shape) {
    if (!device_.write(packet, shape)) ++refused_by_kernel_;
  }
  // The packet, or what it is forged into.
  std::span<const std::uint8_t> forged(std::span<const std::uint8_t> packet) {
    constexpr std::size_t much = 500;
    if (forge_in_ == 0 || packet.size() < much || --forge_in_ != 0) return packet;
    forgery_.assign(packet.begin(), packet.end());
    forge_last_octet(forgery_);
    return forgery_;
  }

  tun_device device_;
  impairment inward_{};
  impairment outward_{};
  std::optional<capture> capture_{};
  std::uint64_t refused_by_kernel_ = 0;
  unsigned forge_in_ = 0;  // packets until the one to be forged, itself included; 0: none
  std::vector<std::uint8_t> forgery_{};
  std::array<std::uint8_t, 65'536> buffer_{};
};

}  // namespace tun_host
