// A capture file of IP packets, for Wireshark, tcpdump and capture_replay.
#pragma once

#include <pcap/pcap.h>

#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>

#include "sequent/base/time.hpp"

namespace tun_host {

/// Writes packets to a pcap file with link type RAW. Times are counted from the opening of the file, so that two
/// captures of the same thing look alike.
class capture {
 public:
  /// Throws std::runtime_error when the file cannot be written.
  capture(const std::string& path, sequent::instant origin)
      : handle_(::pcap_open_dead(DLT_RAW, 65'535)),
        file_(::pcap_dump_open(handle_.get(), path.c_str())),
        origin_(origin) {
    if (!file_) throw std::runtime_error("writing " + path + ": " + ::pcap_geterr(handle_.get()));
  }

  /// Appends one packet.
  void add(std::span<const std::uint8_t> packet, sequent::instant at) {
    const sequent::duration since = at - origin_;
    pcap_pkthdr header{};
    header.ts.tv_sec = static_cast<decltype(header.ts.tv_sec)>(since.count() / 1'000'000);
    header.ts.tv_usec = static_cast<decltype(header.ts.tv_usec)>(since.count() % 1'000'000);
    header.caplen = header.len = static_cast<bpf_u_int32>(packet.size());
    ::pcap_dump(reinterpret_cast<u_char*>(file_.get()), &header, packet.data());
  }

 private:
  struct close_handle {
    void operator()(pcap_t* handle) const { ::pcap_close(handle); }
  };
  struct close_file {
    void operator()(pcap_dumper_t* file) const { ::pcap_dump_close(file); }
  };
  std::unique_ptr<pcap_t, close_handle> handle_;
  std::unique_ptr<pcap_dumper_t, close_file> file_;
  sequent::instant origin_;
};

}  // namespace tun_host
