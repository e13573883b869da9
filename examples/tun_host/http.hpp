// Just enough HTTP/1.0 (RFC 1945) to serve one file and to fetch one.
#pragma once

#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tun_host/host.hpp"

namespace tun_host {

/// Answers one request: GET with the file, HEAD with its length, anything else with 405; then closes.
class http_server final : public application {
 public:
  /// The file outlives the application.
  explicit http_server(const std::vector<std::uint8_t>& file) : file_(file) {}
  void progress(stream& connection, sequent::instant now) override;

 private:
  void read_request(stream& connection);
  void answer();

  static constexpr std::size_t longest_request = 8'192;
  const std::vector<std::uint8_t>& file_;
  std::string request_{};
  std::string header_{};
  std::size_t written_ = 0;  // octets of header and body that the connection has taken
  std::size_t body_ = 0;     // octets of the file that follow the header
  bool answering_ = false;
  bool finished_ = false;
  bool given_up_ = false;
};

/// How a fetch ended.
struct http_outcome {
  bool over = false;                      ///< the stream ended, well or not
  int status = 0;                         ///< of the response; 0 without one
  std::optional<std::uint64_t> promised;  ///< Content-Length
  std::uint64_t received = 0;             ///< octets of the body
  std::string failure;                    ///< why there is no whole response
};

/// Sends one request and writes the body of the response to a file.
class http_client final : public application {
 public:
  /// The file is open for writing; it and the outcome outlive the application.
  http_client(const std::string& path, const std::string& peer, std::FILE* file, http_outcome& outcome)
      : request_("GET " + path + " HTTP/1.0\r\nHost: " + peer + "\r\n\r\n"), file_(file), outcome_(outcome) {}
  void progress(stream& connection, sequent::instant now) override;

 private:
  void take(std::string_view octets);
  void read_header(std::string_view header);
  void end(stream& connection, std::string_view failure);

  static constexpr std::size_t longest_header = 65'536;
  std::string request_;
  std::size_t asked_ = 0;  // octets of the request that the connection has taken
  std::string header_{};
  bool in_body_ = false;
  std::FILE* file_;
  http_outcome& outcome_;
};

}  // namespace tun_host
