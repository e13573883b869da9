// A TUN device: IP packets of a network interface, one for each read and each write (Linux, tuntap).
#pragma once

#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <ctime>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>

#include "tun_host/system.hpp"

namespace tun_host {

/// What stands in front of each packet with offload, in the byte order of the machine (the virtio network device's
/// header; the kernel's own header for it is not C++).
struct offload_header {
  std::uint8_t flags = 0;  ///< 1: the checksum is still to be made
  std::uint8_t segmentation = segmentation_none;
  std::uint16_t header_length = 0;   ///< octets of IP and TCP header together
  std::uint16_t segment_size = 0;    ///< octets of text in each segment but the last
  std::uint16_t checksum_start = 0;  ///< where the checksummed part begins
  std::uint16_t checksum_at = 0;     ///< where in it the field stands

  static constexpr std::uint8_t segmentation_none = 0;
  static constexpr std::uint8_t segmentation_tcp4 = 1;
  static constexpr std::uint8_t segmentation_tcp6 = 4;
};

/// What a large packet is made of: see tun_device::write().
struct packet_shape {
  std::size_t tcp_header = 0;    ///< octets of the TCP header
  std::size_t segment_size = 0;  ///< octets of text in each segment but the last
};

/// An open TUN device, in mode IFF_TUN | IFF_NO_PI. Its packets are bare IP packets with complete checksums; or, with
/// offload (IFF_VNET_HDR), they may be far larger than the MTU, and nobody makes or verifies checksums: to the kernel
/// this process is a network interface that does it.
class tun_device {
 public:
  /// Attaches to the device, which must exist or may be created by this user. Throws std::system_error, or
  /// std::invalid_argument for a name that is too long.
  explicit tun_device(const std::string& name, bool offload = false) : offload_(offload) {
    ifreq request{};
    if (name.size() >= sizeof request.ifr_name) throw std::invalid_argument("the name of the TUN device is too long");
    descriptor_ = ::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (descriptor_ < 0) throw_errno("opening /dev/net/tun");
    name.copy(request.ifr_name, name.size());
    request.ifr_flags = static_cast<short>(IFF_TUN | IFF_NO_PI | (offload ? IFF_VNET_HDR : 0));
    // The device remembers what an earlier user of it had asked for.
    const unsigned long wanted = offload ? TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN : 0ul;
    if (::ioctl(descriptor_, TUNSETIFF, &request) < 0 || ::ioctl(descriptor_, TUNSETOFFLOAD, wanted) < 0) {
      const int failure = errno;
      ::close(descriptor_);
      errno = failure;
      throw_errno("attaching to the TUN device " + name);
    }
  }
  tun_device(const tun_device&) = delete;
  tun_device& operator=(const tun_device&) = delete;
  ~tun_device() { ::close(descriptor_); }

  /// Sleeps until a packet can be read, a signal that `awake` does not block arrives, or the time is over; without a
  /// time for as long as it takes. Throws std::system_error.
  void wait(std::optional<sequent::duration> at_most, const sigset_t& awake) const {
    pollfd watched{descriptor_, POLLIN, 0};
    timespec timeout{};
    if (at_most && at_most->count() > 0) {
      timeout.tv_sec = static_cast<time_t>(at_most->count() / 1'000'000);
      timeout.tv_nsec = static_cast<long>(at_most->count() % 1'000'000) * 1'000;
    }
    if (::ppoll(&watched, 1, at_most ? &timeout : nullptr, &awake) < 0 && errno != EINTR) throw_errno("ppoll");
  }

  /// The next packet, if one is waiting; it is written to `buffer`. Throws std::system_error.
  std::optional<std::span<const std::uint8_t>> read(std::span<std::uint8_t> buffer) const {
    offload_header about{};
    const std::size_t front = offload_ ? sizeof about : 0;
    const iovec parts[] = {{&about, front}, {buffer.data(), buffer.size()}};
    const ssize_t length = ::readv(descriptor_, parts, 2);
    if (length > 0) return buffer.first(static_cast<std::size_t>(length) - front);
    if (length == 0 || errno == EAGAIN || errno == EINTR) return std::nullopt;
    throw_errno("reading from the TUN device");
  }

  /// Hands a packet to the kernel; says whether it took it. Like any link it may drop one: when its queue is full, or
  /// when the packet is not IP at all. With offload the kernel takes it for as many segments as its shape says. Throws
  /// std::system_error for anything worse.
  bool write(std::span<const std::uint8_t> packet, const packet_shape& shape) const {
    offload_header about = offload_ ? describe(packet, shape) : offload_header{};
    const std::size_t front = offload_ ? sizeof about : 0;
    const iovec parts[] = {{&about, front}, {const_cast<std::uint8_t*>(packet.data()), packet.size()}};
    if (::writev(descriptor_, parts, 2) >= 0) return true;
    if (errno == EAGAIN || errno == ENOBUFS || errno == EINVAL || errno == EINTR) return false;
    throw_errno("writing to the TUN device");
  }

 private:
  // The checksum is said to be still missing, which for a packet that stays on this machine means that it holds.
  static offload_header describe(std::span<const std::uint8_t> packet, const packet_shape& shape) {
    constexpr std::uint16_t checksum_field = 16;
    const bool v4 = packet[0] >> 4 == 4;
    const std::size_t ip_header = v4 ? std::size_t{packet[0] & 0x0fu} * 4 : 40;
    offload_header about{};
    about.flags = 1;
    about.checksum_start = static_cast<std::uint16_t>(ip_header);
    about.checksum_at = checksum_field;
    about.header_length = static_cast<std::uint16_t>(ip_header + shape.tcp_header);
    if (shape.segment_size == 0 || packet.size() <= about.header_length + shape.segment_size) return about;
    about.segmentation = v4 ? offload_header::segmentation_tcp4 : offload_header::segmentation_tcp6;
    about.segment_size = static_cast<std::uint16_t>(shape.segment_size);
    return about;
  }

  int descriptor_ = -1;
  bool offload_ = false;
};

}  // namespace tun_host
