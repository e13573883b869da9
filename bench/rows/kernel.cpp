// The kernel's TCP over loopback, both ends nonblocking in one thread: what it costs is the thread's CPU time, in the
// kernel and outside. It copies in and out as the bulk rows do; over loopback it makes and verifies no checksums.
// Whether segmentation is offloaded depends on the network namespace that the program is started in.
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <string_view>
#include <vector>

#include "bench/measure.hpp"
#include "bench/stream.hpp"

namespace {

using bench::require;

// A socket that closes itself.
class socket_handle {
 public:
  explicit socket_handle(int number) : number_(number) { require(number >= 0, "no socket"); }
  socket_handle(const socket_handle&) = delete;
  socket_handle& operator=(const socket_handle&) = delete;
  ~socket_handle() { ::close(number_); }
  operator int() const { return number_; }

 private:
  int number_;
};

int made() { return ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0); }

sockaddr_in at(in_addr_t address, in_port_t port) {
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_addr.s_addr = htonl(address);
  name.sin_port = port;
  return name;
}

// A listener on all of 127.0.0.0/8 with its port, in network byte order.
in_port_t listen_on(int listener) {
  sockaddr_in name = at(INADDR_ANY, 0);
  socklen_t length = sizeof name;
  require(::bind(listener, reinterpret_cast<sockaddr*>(&name), length) == 0, "bind");
  require(::listen(listener, 16) == 0, "listen");
  require(::getsockname(listener, reinterpret_cast<sockaddr*>(&name), &length) == 0, "getsockname");
  return name.sin_port;
}

void connect_to(int client, in_addr_t address, in_port_t port) {
  const sockaddr_in name = at(address, port);
  const int done = ::connect(client, reinterpret_cast<const sockaddr*>(&name), sizeof name);
  require(done == 0 || errno == EINPROGRESS, "connect");
}

int accepted(int listener) {
  pollfd waiting{listener, POLLIN, 0};
  ::poll(&waiting, 1, 1'000);
  return ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK);
}

// Sends a window's worth, receives all of it, and so on.
double nanoseconds_a_segment(const bench::stream& source, std::size_t window, std::size_t octets) {
  const socket_handle listener(made());
  const in_port_t port = listen_on(listener);
  const socket_handle client(made());
  connect_to(client, INADDR_LOOPBACK, port);
  const socket_handle server(accepted(listener));
  for (const int option : {SO_SNDBUFFORCE, SO_RCVBUFFORCE}) {
    const int twice = static_cast<int>(2 * window);  // the kernel counts its own bookkeeping as well
    if (window > 65'536)
      ::setsockopt(option == SO_SNDBUFFORCE ? client : server, SOL_SOCKET, option, &twice, sizeof twice);
  }
  std::vector<std::uint8_t> out(65'536);
  std::size_t sent = 0;
  std::size_t received = 0;
  bool checked = true;
  double begin = 0;
  const std::size_t warm = octets / 16;
  while (received != warm + octets) {
    const std::size_t until = std::min({received + window, checked ? warm : warm + octets});
    while (sent < until) {
      const auto some = source.from(sent, until - sent);
      const ssize_t went = ::send(client, some.data(), some.size(), MSG_NOSIGNAL);
      if (went <= 0) break;
      sent += static_cast<std::size_t>(went);
    }
    bool any = false;
    for (ssize_t got = 0; received != sent && (got = ::recv(server, out.data(), out.size(), 0)) > 0; any = true) {
      const auto length = static_cast<std::size_t>(got);
      if (checked) require(source.holds(received, std::span(out).first(length)), "other octets arrived than were sent");
      received += length;
    }
    if (!any) {
      pollfd waiting{server, POLLIN, 0};
      ::poll(&waiting, 1, 1'000);
    }
    if (checked && received == warm) {
      checked = false;
      begin = bench::thread_nanoseconds();
    }
  }
  return (bench::thread_nanoseconds() - begin) * static_cast<double>(bench::mss) / static_cast<double>(octets);
}

// Connect, accept, close the client's end, see it at the server's, close that.
double nanoseconds_a_connection(std::size_t times) {
  const socket_handle listener(made());
  const in_port_t port = listen_on(listener);
  const double begin = bench::thread_nanoseconds();
  for (std::size_t i = 0; i != times; ++i) {
    const socket_handle client(made());
    // Every connection in TIME-WAIT keeps its pair of ports; another address has other pairs.
    connect_to(client,
               INADDR_LOOPBACK + static_cast<in_addr_t>(i / 4'096 * 256 + static_cast<std::size_t>(::getpid()) %
                                                                              65'536 * 256 % (1u << 23)),
               port);
    const socket_handle server(accepted(listener));
    ::shutdown(client, SHUT_WR);
    char octet = 0;
    require(::recv(server, &octet, 1, 0) == 0, "the end of the stream");
  }
  return (bench::thread_nanoseconds() - begin) / static_cast<double>(times);
}

// The slab of a TCP socket and that of the socket around it, in octets; nothing where only root may know.
std::optional<double> octets_a_socket() {
  std::FILE* const slabs = std::fopen("/proc/slabinfo", "r");
  if (slabs == nullptr) return std::nullopt;
  double octets = 0;
  char line[512];
  while (std::fgets(line, sizeof line, slabs) != nullptr) {
    char name[128];
    unsigned long each = 0;
    if (std::sscanf(line, "%127s %*u %*u %lu", name, &each) != 2) continue;
    const std::string_view slab = name;
    if (slab == "TCP" || slab == "sock_inode_cache") octets += static_cast<double>(each);
  }
  std::fclose(slabs);
  return octets == 0 ? std::nullopt : std::optional(octets);
}

}  // namespace

int main(int count, char** words) {
  const bench::options chosen = bench::read_options(count, words);
  const bench::stream source;
  if (bench::wanted(chosen, "bulk.64k")) {
    bench::print_figure("bulk.64k", "kernel", nanoseconds_a_segment(source, 65'536, chosen.octets));
  }
  if (bench::wanted(chosen, "bulk.1m")) {
    bench::print_figure("bulk.1m", "kernel", nanoseconds_a_segment(source, std::size_t{1} << 20, chosen.octets));
  }
  if (bench::wanted(chosen, "connect_close")) {
    const std::size_t times = std::clamp<std::size_t>(chosen.octets >> 17, 200, 8'000);
    bench::print_figure("connect_close", "kernel", nanoseconds_a_connection(times));
  }
  if (bench::wanted(chosen, "size")) {
    if (const auto octets = octets_a_socket()) {
      bench::print_figure("size", "kernel", *octets);
    } else {
      bench::print_absent("size", "kernel", "its slabs are for root to read");
    }
  }
}
