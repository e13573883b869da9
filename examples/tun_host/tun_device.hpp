// A TUN device: IP packets of a network interface, one for each read and each write (Linux, tuntap).
#pragma once

#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sys/ioctl.h>
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

/// An open TUN device, in mode IFF_TUN | IFF_NO_PI: bare IP packets with complete checksums.
class tun_device {
 public:
  /// Attaches to the device, which must exist or may be created by this user. Throws std::system_error, or
  /// std::invalid_argument for a name that is too long.
  explicit tun_device(const std::string& name) {
    ifreq request{};
    if (name.size() >= sizeof request.ifr_name) throw std::invalid_argument("the name of the TUN device is too long");
    descriptor_ = ::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (descriptor_ < 0) throw_errno("opening /dev/net/tun");
    name.copy(request.ifr_name, name.size());
    request.ifr_flags = IFF_TUN | IFF_NO_PI;
    if (::ioctl(descriptor_, TUNSETIFF, &request) < 0) {
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
    const ssize_t length = ::read(descriptor_, buffer.data(), buffer.size());
    if (length > 0) return buffer.first(static_cast<std::size_t>(length));
    if (length == 0 || errno == EAGAIN || errno == EINTR) return std::nullopt;
    throw_errno("reading from the TUN device");
  }

  /// Hands a packet to the kernel; says whether it took it. Like any link it may drop one: when its queue is full, or
  /// when the packet is not IP at all. Throws std::system_error for anything worse.
  bool write(std::span<const std::uint8_t> packet) const {
    if (::write(descriptor_, packet.data(), packet.size()) >= 0) return true;
    if (errno == EAGAIN || errno == ENOBUFS || errno == EINVAL || errno == EINTR) return false;
    throw_errno("writing to the TUN device");
  }

 private:
  int descriptor_ = -1;
};

}  // namespace tun_host
