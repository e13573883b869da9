// Sequent as a host of its own on a TUN device, against the TCP of the Linux kernel on the other side of it:
//
//   ip tuntap add dev sequent0 mode tun
//   ip address add 192.0.2.1/24 dev sequent0
//   ip link set sequent0 up
//   tun_host --tun sequent0 --address 192.0.2.2 serve README.md &
//   curl http://192.0.2.2/
//
// or the same with addresses of IPv6.
// `serve` answers HTTP/1.0 requests with one file, `fetch` gets one from a server. With --impair the network in between
// is bad, in both directions, as the seed says.
#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <exception>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "tun_host/host.hpp"
#include "tun_host/http.hpp"
#include "tun_host/link.hpp"
#include "tun_host/stack_host.hpp"
#include "tun_host/table_host.hpp"

namespace {

using namespace tun_host;

volatile std::sig_atomic_t interrupted = 0;

// Interrupts are noticed while the host sleeps and at no other time. Returns the mask to sleep with.
sigset_t catch_interrupts() {
  sigset_t blocked;
  sigset_t before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGINT);
  sigaddset(&blocked, SIGTERM);
  sigprocmask(SIG_BLOCK, &blocked, &before);
  struct sigaction action {};
  action.sa_handler = [](int) { interrupted = 1; };
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  return before;
}

struct settings {
  std::string device = "sequent0";
  std::string address;
  std::optional<std::uint64_t> seed;
  impairment_rates rates;
  std::string capture;
  std::uint16_t mtu = 1'500;
  unsigned least_rto = 1'000;
  unsigned delayed_ack = 40;
  unsigned msl = 30;
  std::size_t ring = 1'024;
  bool no_window_scale = false;
  bool no_sack = false;
  bool no_timestamps = false;
  bool ecn = false;
  bool stack = false;
  bool offload = false;
  unsigned forge = 0;
  bool verbose = false;

  std::string file;
  std::uint16_t port = 80;
  std::string path = "/";
  std::string peer;
  std::string output;
};

void describe_options(CLI::App& app, settings& chosen) {
  const CLI::Range percent(0.0, 100.0);
  app.add_option("--tun", chosen.device, "TUN device, up and with an address of the kernel's")->capture_default_str();
  app.add_option("--address", chosen.address, "IPv4 or IPv6 address of this host")->required();
  app.add_option("--mtu", chosen.mtu, "octets of the largest packet, as the device has it")
      ->check(CLI::Range(576, 65'535))
      ->capture_default_str();
  app.add_option("--impair", chosen.seed, "make the network bad in both directions, from this seed");
  app.add_option("--loss", chosen.rates.loss, "percent of packets lost")->check(percent);
  app.add_option("--duplicate", chosen.rates.duplicate, "percent of packets that arrive twice")->check(percent);
  app.add_option("--reorder", chosen.rates.reorder, "percent of packets that later ones overtake")->check(percent);
  app.add_option("--corrupt", chosen.rates.corrupt, "percent of packets with a wrong octet")->check(percent);
  app.add_option("--mark", chosen.rates.mark, "percent of packets that meet congestion, if their sender has ECN")
      ->check(percent);
  app.add_option("--capture", chosen.capture, "write what this host sends and receives to a pcap file");
  app.add_option("--least-rto", chosen.least_rto,
                 "least retransmission timeout in ms; RFC 6298 says 1000, Linux has 200")
      ->check(CLI::Range(1, 60'000))
      ->capture_default_str();
  app.add_option("--delayed-ack", chosen.delayed_ack, "most that an acknowledgment waits, in ms")
      ->check(CLI::Range(0, 499))
      ->capture_default_str();
  app.add_option("--msl", chosen.msl, "maximum segment lifetime in s; TIME-WAIT lasts twice as long. RFC 9293 says 120")
      ->check(CLI::Range(1, 120))
      ->capture_default_str();
  app.add_flag("--verbose", chosen.verbose, "tell of each change of state");
}

void describe_tcp_options(CLI::App& app, settings& chosen) {
  app.add_flag("--no-window-scale", chosen.no_window_scale, "do not offer or take the window scale option");
  app.add_flag("--no-sack", chosen.no_sack, "nor selective acknowledgments");
  app.add_flag("--no-timestamps", chosen.no_timestamps, "nor timestamps");
  app.add_flag("--ecn", chosen.ecn, "offer and take explicit congestion notification");
  app.add_option("--ring", chosen.ring, "KiB that each connection buffers each way; a stack has 1024")
      ->check(CLI::Range(4, 65'536))
      ->capture_default_str();
  app.add_flag("--stack", chosen.stack, "let one stack keep the connections, not a table of lone ones");
  app.add_flag("--offload", chosen.offload,
               "exchange packets larger than the MTU with the kernel, without checksums, as a network interface with "
               "segmentation offload would")
      ->excludes("--impair");
  app.add_option("--forge", chosen.forge, "change an octet of the n-th large packet and correct its checksum");
}

host_config configure(const settings& chosen) {
  host_config config;
  config.address = parse_address(chosen.address);
  config.mtu = chosen.mtu;
  config.verbose = chosen.verbose;
  config.connections.rto.least = sequent::duration::milliseconds(chosen.least_rto);
  config.connections.delayed_ack = sequent::duration::milliseconds(chosen.delayed_ack);
  config.connections.msl = sequent::duration::seconds(chosen.msl);
  config.ring = chosen.ring << 10;
  config.connections.window_scale = !chosen.no_window_scale;
  config.connections.sack = !chosen.no_sack;
  config.connections.timestamps = !chosen.no_timestamps;
  config.connections.ecn = chosen.ecn;
  if (chosen.offload) {
    config.connections.large_segments = true;
    config.connections.checksum = sequent::checksum_by::hardware;
  }
  return config;
}

std::unique_ptr<host> make_host(network_link& wire, const settings& chosen) {
  if (chosen.stack) return std::make_unique<stack_host>(wire, configure(chosen));
  return std::make_unique<table_host>(wire, configure(chosen));
}

std::vector<std::uint8_t> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) throw_errno("opening " + path);
  std::vector<std::uint8_t> octets(static_cast<std::size_t>(file.tellg()));
  file.seekg(0).read(reinterpret_cast<char*>(octets.data()), static_cast<std::streamsize>(octets.size()));
  if (!file) throw_errno("reading " + path);
  return octets;
}

// Runs the host until an interrupt, or until `over` says so.
template <class Over>
void run(host& self, network_link& wire, const sigset_t& awake, Over over) {
  constexpr unsigned packets_at_once = 64;
  while (interrupted == 0) {
    const sequent::instant at = now();
    wire.receive(packets_at_once, at, [&](std::span<const std::uint8_t> packet) { self.take(packet, at); });
    const bool more = self.turn(at);
    if (over()) return;
    wire.wait(more ? std::optional(at) : self.next_deadline(), awake);
  }
}

// One line for people and scripts.
void report(const host& self, const network_link& wire) {
  const host_counts& counts = self.counts();
  std::printf("received %llu refused %llu sent %llu text %llu sent_again %llu resets %llu accepted %llu not_taken %llu",
              static_cast<unsigned long long>(counts.received), static_cast<unsigned long long>(counts.refused),
              static_cast<unsigned long long>(counts.sent), static_cast<unsigned long long>(counts.text),
              static_cast<unsigned long long>(counts.sent_again), static_cast<unsigned long long>(counts.resets),
              static_cast<unsigned long long>(counts.accepted),
              static_cast<unsigned long long>(wire.refused_by_kernel()));
  const impairment_counts& in = wire.inward();
  const impairment_counts& out = wire.outward();
  std::printf(" icmp %llu lost %llu duplicated %llu reordered %llu corrupted %llu marked %llu",
              static_cast<unsigned long long>(counts.icmp), static_cast<unsigned long long>(in.lost + out.lost),
              static_cast<unsigned long long>(in.duplicated + out.duplicated),
              static_cast<unsigned long long>(in.reordered + out.reordered),
              static_cast<unsigned long long>(in.corrupted + out.corrupted),
              static_cast<unsigned long long>(in.marked + out.marked));
  const agreement& agreed = self.agreed();
  std::printf(" window_scale %d sack %d timestamps %d ecn %d plain_syn %d segment %u\n", agreed.window_scale,
              agreed.sack, agreed.timestamps, agreed.ecn, agreed.plain_syn, agreed.segment);
  std::fflush(stdout);
}

int serve(const settings& chosen, network_link& wire, const sigset_t& awake) {
  const std::vector<std::uint8_t> file = read_file(chosen.file);
  const std::unique_ptr<host> self = make_host(wire, chosen);
  self->listen(chosen.port, [&file] { return std::make_unique<http_server>(file); });
  std::printf("serving %zu octets at %s port %u\n", file.size(), chosen.address.c_str(), unsigned{chosen.port});
  std::fflush(stdout);
  run(*self, wire, awake, [] { return false; });
  report(*self, wire);
  return 0;
}

int fetch(const settings& chosen, network_link& wire, const sigset_t& awake) {
  struct close_file {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  const std::unique_ptr<std::FILE, close_file> file(std::fopen(chosen.output.c_str(), "wb"));
  if (!file) throw_errno("opening " + chosen.output);
  http_outcome outcome;
  const std::unique_ptr<host> self = make_host(wire, chosen);
  self->connect(parse_address(chosen.peer), chosen.port,
                std::make_unique<http_client>(chosen.path, chosen.peer, file.get(), outcome), now());
  run(*self, wire, awake, [&self] { return self->connections() == 0; });
  report(*self, wire);
  if (std::fflush(file.get()) != 0) outcome.failure = "writing the file failed";
  if (interrupted != 0 && !outcome.over) outcome.failure = "interrupted";
  if (outcome.failure.empty() && outcome.status != 200) {
    outcome.failure = "the server answered with status " + std::to_string(outcome.status);
  }
  if (outcome.failure.empty() && outcome.promised && *outcome.promised != outcome.received) {
    outcome.failure = "the stream ended after " + std::to_string(outcome.received) + " of " +
                      std::to_string(*outcome.promised) + " octets";
  }
  if (outcome.failure.empty()) return 0;
  std::fprintf(stderr, "tun_host: fetch: %s\n", outcome.failure.c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  settings chosen;
  CLI::App app("Sequent as a host on a TUN device. Exit status: 0 done, 1 failed, 2 bad usage.");
  app.require_subcommand(1);
  app.fallthrough();
  describe_options(app, chosen);
  describe_tcp_options(app, chosen);
  CLI::App* const server = app.add_subcommand("serve", "serve one file over HTTP/1.0 until interrupted");
  server->add_option("FILE", chosen.file, "what every GET is answered with")->required()->check(CLI::ExistingFile);
  server->add_option("--port", chosen.port, "port to listen on")->capture_default_str();
  CLI::App* const client = app.add_subcommand("fetch", "get one file over HTTP/1.0");
  client->add_option("PATH", chosen.path, "path at the server")->required();
  client->add_option("--host", chosen.peer, "address of the server")->required();
  client->add_option("--port", chosen.port, "port of the server")->capture_default_str();
  client->add_option("-o,--output", chosen.output, "file to write the body to")->required();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    return app.exit(problem) == 0 ? 0 : 2;
  }
  try {
    const sigset_t awake = catch_interrupts();
    network_link wire(chosen.device, chosen.offload);
    wire.forge(chosen.forge);
    if (chosen.seed) wire.impair(*chosen.seed, chosen.rates);
    if (!chosen.capture.empty()) wire.record(chosen.capture);
    return server->parsed() ? serve(chosen, wire, awake) : fetch(chosen, wire, awake);
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "tun_host: %s\n", problem.what());
    return 1;
  }
}
