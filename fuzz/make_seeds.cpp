// Makes the seed corpora from real segments and real runs: make_seeds FOLDER CAPTURES writes FOLDER/<target>/.
//
// Segments come from two production connections that talk to each other with every option on, and from the captures;
// runs come from the explorer's scenarios, followed without disturbance and with drawn ones.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "fuzz/world_run.hpp"
#include "sequent/connection.hpp"
#include "tests/support/ip_packets.hpp"

namespace {

using namespace sequent;
using octets = std::vector<std::uint8_t>;

void save(const std::filesystem::path& folder, const std::string& name, const octets& content) {
  std::filesystem::create_directories(folder);
  std::ofstream out(folder / name, std::ios::binary);
  out.write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
  if (!out.flush()) std::fprintf(stderr, "%s cannot be written\n", (folder / name).c_str());
}

struct fast_policy : default_policy {
  using fast_open = with_fast_open;
};

connection_config config_of(std::uint16_t port, u32 iss) {
  connection_config config;
  config.local_port = port;
  config.remote_port = static_cast<std::uint16_t>(3 - port);
  config.send_mss = config.receive_mss = 60;
  config.isn_offset = iss;
  config.timestamp_offset = iss * 7;
  return config;
}

// A conversation in which the third segment with text is held back, so that SACK blocks are sent.
std::vector<octets> conversation() {
  connection<> left(config_of(1, 0xffff'ffb0u));
  connection<> right(config_of(2, 0x7fff'fff0u));
  std::vector<octets> all;
  std::vector<octets> late;
  int texts = 0;
  instant now{};
  const auto exchange = [&] {
    for (bool again = true; again;) {
      again = false;
      for (auto* from : {&left, &right}) {
        auto& to = from == &left ? right : left;
        octets room(longest_header + 100);
        while (const auto sent = from->poll_transmit(now, room)) {
          again = true;
          octets segment(room.begin(), room.begin() + static_cast<std::ptrdiff_t>(sent->length));
          all.push_back(segment);
          if (sent->segment_size != 0 && ++texts == 3) {
            late.push_back(segment);
          } else {
            static_cast<void>(to.on_octets(segment, now));
          }
        }
      }
    }
  };
  const octets text(240, 0x2a);
  static_cast<void>(right.listen());
  static_cast<void>(left.connect(now));
  exchange();
  static_cast<void>(left.write(text));
  exchange();
  for (const octets& each : late) static_cast<void>(right.on_octets(each, now));
  static_cast<void>(right.write_urgent(std::span(text).first(5)));
  exchange();
  static_cast<void>(left.shutdown());
  exchange();
  static_cast<void>(right.abort());
  exchange();
  return all;
}

void segments(const std::filesystem::path& folder) {
  const auto all = conversation();
  for (std::size_t i = 0; i < all.size() && i < 24; ++i) {
    octets seed{0};
    seed.insert(seed.end(), all[i].begin(), all[i].end());
    save(folder, "segment-" + std::to_string(i), seed);
  }
  // A SYN with the longest Fast Open cookie and text beside every other option, and one that asks for a cookie.
  for (const std::size_t length : {std::size_t{16}, std::size_t{0}}) {
    connection<fast_policy> client(config_of(1, 7));
    const octets cookie(length, 0xc0);
    static_cast<void>(client.connect(fast_open_server{*fast_open_cookie::of(cookie), 100}, instant{}));
    static_cast<void>(client.write(octets(5, 0x2a)));
    octets room(longest_header + 100);
    const auto sent = client.poll_transmit(instant{}, room);
    octets seed(1 + (sent ? sent->length : 0));
    if (sent) std::copy_n(room.begin(), sent->length, seed.begin() + 1);
    save(folder, "fast-open-" + std::to_string(length), seed);
  }
  // A header full of unknown options, its checksum corrected by the target.
  octets strange(1 + 60, 0);
  strange[0] = 1;
  strange[1 + 12] = 0xf0;
  for (std::size_t i = 0; i < 10; ++i) {
    strange[21 + 4 * i] = static_cast<std::uint8_t>(200 + i);
    strange[22 + 4 * i] = 4;
  }
  save(folder, "unknown-options", strange);
}

// One segment of each combination of control bits and data offset that the captures hold: pcap files of raw IPv4 as
// corpus/captures/ has them, in this machine's byte order. The target corrects the checksum, which here counts
// addresses.
void captured(const std::filesystem::path& captures, const std::filesystem::path& folder) {
  constexpr std::size_t file_header = 24;
  constexpr std::size_t record_header = 16;
  std::set<std::pair<int, int>> seen;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(captures)) {
    if (entry.path().extension() == ".pcap") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  for (const auto& file : files) {
    std::ifstream in(file, std::ios::binary);
    const std::vector<char> raw{std::istreambuf_iterator<char>(in), {}};
    const octets all(raw.begin(), raw.end());
    std::uint32_t length = 0;
    for (std::size_t at = file_header; at + record_header <= all.size(); at += record_header + length) {
      std::memcpy(&length, all.data() + at + 8, sizeof length);
      const std::size_t ip = at + record_header;
      if (length < 40 || ip + length > all.size() || all[ip] >> 4 != 4) continue;
      const std::size_t tcp = ip + std::size_t{4} * (all[ip] & 15);
      const std::size_t end = std::min<std::size_t>(ip + length, tcp + 100);
      if (tcp + 20 > end || !seen.emplace(all[tcp + 13], all[tcp + 12]).second) continue;
      octets seed{1};
      seed.insert(seed.end(), all.begin() + static_cast<std::ptrdiff_t>(tcp),
                  all.begin() + static_cast<std::ptrdiff_t>(end));
      save(folder, "captured-" + std::to_string(seen.size()), seed);
    }
  }
}

// Packets of each kind: TCP in both families, every extension header, the ICMP errors that matter.
void packets(const std::filesystem::path& folder) {
  const octets tcp = conversation().front();
  const octets front = build::tcp_front(4'000, 80, 0xffff'ff00u);
  const auto keep = [&](const char* name, const octets& packet) { save(folder, name, build::joined({{0}, packet})); };
  keep("ipv4-tcp", build::ipv4_packet(tcp));
  keep("ipv4-options", build::ipv4_packet(tcp, {.options = {0x94, 4, 0, 0, 1, 1, 1, 0}}));
  keep("ipv6-tcp", build::ipv6_packet(tcp));
  keep("ipv6-hop-by-hop", build::ipv6_packet(build::joined({{6, 0, 5, 2, 0, 0, 1, 0}, tcp}), {.next = 0}));
  keep("ipv6-route", build::ipv6_packet(build::joined({{6, 0, 4, 0, 0, 0, 0, 0}, tcp}), {.next = 43}));
  keep("ipv6-atomic", build::ipv6_packet(build::joined({{6, 0, 0, 0, 1, 2, 3, 4}, tcp}), {.next = 44}));
  keep("ipv6-chain", build::ipv6_packet(build::joined({{43, 0, 1, 4, 0, 0, 0, 0},
                                                       {44, 0, 0, 0, 0, 0, 0, 0},
                                                       {60, 0, 0, 0, 0, 0, 0, 1},
                                                       {6, 0, 1, 4, 0, 0, 0, 0},
                                                       tcp}),
                                        {.next = 60}));
  keep("icmp-port", build::icmpv4_packet(3, 3, 0, build::quoted_ipv4(60, front)));
  keep("icmp-too-big", build::icmpv4_packet(3, 4, 1'400, build::quoted_ipv4(1'500, front)));
  keep("icmp-too-big-old", build::icmpv4_packet(3, 4, 0, build::quoted_ipv4(1'500, front)));
  keep("icmp-time", build::icmpv4_packet(11, 0, 0, build::quoted_ipv4(60, front)));
  keep("icmp-quench", build::icmpv4_packet(4, 0, 0, build::quoted_ipv4(60, front)));
  keep("icmpv6-port", build::icmpv6_packet(1, 4, 0, build::quoted_ipv6(60, front)));
  keep("icmpv6-too-big", build::icmpv6_packet(2, 0, 1'280, build::quoted_ipv6(1'500, front)));
  keep("icmpv6-parameter", build::icmpv6_packet(4, 1, 6, build::quoted_ipv6(60, front)));
}

// Runs of a scenario as octets: the scenario's number, then the choices.
void worlds(const std::filesystem::path& folder) {
  const auto& all = model::scenarios();
  std::mt19937 random(1);
  const auto judge = [](const refinement::tiny_world& w) { return model::judge(w); };
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].name.ends_with(".large")) continue;
    refinement::tiny_world w = refinement::make_world(all[i]);
    model::draw_choice draw([&](std::size_t n) { return random() % 3 == 0 ? random() % n : 0u; });
    const model::run_result result = model::run(w, draw, 60, judge);
    octets seed{static_cast<std::uint8_t>(i)};
    seed.insert(seed.end(), result.octets.begin(), result.octets.end());
    save(folder, all[i].name, seed);
  }
}

// For the targets whose octets are answers rather than formats, drawn octets of several lengths are as good a start as
// any.
void drawn(const std::filesystem::path& folder, std::size_t count, std::size_t most) {
  std::mt19937 random(static_cast<unsigned>(most));
  for (std::size_t i = 0; i < count; ++i) {
    octets seed(8 + random() % most);
    // Small answers are the likely ones.
    for (auto& each : seed) each = static_cast<std::uint8_t>(random() % 2 == 0 ? random() % 256 : random() % 8);
    save(folder, "drawn-" + std::to_string(i), seed);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3 || !std::filesystem::is_directory(argv[2])) {
    std::fprintf(stderr, "Usage: make_seeds FOLDER CAPTURES\nWrites seed inputs to FOLDER/<target>/.\n");
    return 2;
  }
  const std::filesystem::path folder = argv[1];
  segments(folder / "segment");
  captured(argv[2], folder / "segment");
  packets(folder / "ip");
  worlds(folder / "world");
  drawn(folder / "reassembly", 12, 200);
  drawn(folder / "endpoint", 24, 300);
  drawn(folder / "cookie", 12, 120);
  drawn(folder / "stack", 24, 600);
  drawn(folder / "shards", 24, 700);
  drawn(folder / "scoreboard", 12, 400);
  return 0;
}
