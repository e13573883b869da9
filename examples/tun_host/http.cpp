// HTTP/1.0 over a connection: what to do whenever something has happened to it.
#include "tun_host/http.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace tun_host {

namespace {

std::span<const std::uint8_t> octets_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string_view text_of(std::span<const std::uint8_t> octets) {
  return {reinterpret_cast<const char*>(octets.data()), octets.size()};
}

// The value of a header field, or nothing; names are compared without regard to case (RFC 1945 section 4.2).
std::optional<std::string_view> field(std::string_view header, std::string_view name) {
  const auto same = [](char a, char b) { return (a | 0x20) == (b | 0x20); };
  for (std::size_t line = header.find("\r\n"); line != std::string_view::npos; line = header.find("\r\n", line + 2)) {
    std::string_view rest = header.substr(line + 2);
    if (rest.size() <= name.size() || rest[name.size()] != ':') continue;
    if (!std::equal(name.begin(), name.end(), rest.begin(), same)) continue;
    rest.remove_prefix(name.size() + 1);
    rest = rest.substr(0, rest.find("\r\n"));
    while (!rest.empty() && (rest.front() == ' ' || rest.front() == '\t')) rest.remove_prefix(1);
    return rest;
  }
  return std::nullopt;
}

}  // namespace

void http_server::read_request(stream& connection) {
  std::array<std::uint8_t, 4'096> buffer;
  while (const auto got = connection.read(buffer)) {
    if (*got == 0) {
      answering_ = true;  // half-closed: there will be no more of the request
      break;
    }
    // After the request the rest of what the peer says is read and passed over, so that closing does not reset.
    if (!answering_) request_ += text_of(std::span(buffer).first(*got));
    if (request_.find("\r\n\r\n") != std::string::npos || request_.size() > longest_request) answering_ = true;
  }
}

void http_server::answer() {
  const bool get = request_.starts_with("GET ");
  const bool known = get || request_.starts_with("HEAD ");
  body_ = get ? file_.size() : 0;
  header_ =
      std::string("HTTP/1.0 ") + (known ? "200 OK" : "405 Method Not Allowed") +
      "\r\nContent-Type: application/octet-stream\r\nContent-Length: " + std::to_string(known ? file_.size() : 0) +
      "\r\n\r\n";
}

void http_server::progress(stream& connection, sequent::instant now) {
  read_request(connection);
  if (!answering_) return;
  if (header_.empty()) answer();
  while (written_ < header_.size() + body_) {
    const std::span<const std::uint8_t> left = written_ < header_.size()
                                                   ? octets_of(header_).subspan(written_)
                                                   : std::span(file_).subspan(written_ - header_.size());
    const auto taken = connection.write(left);
    if (!taken) return;  // no room at present, or the connection is gone
    written_ += *taken;
  }
  if (!finished_) {
    finished_ = true;
    (void)connection.shutdown();  // only a connection that is gone refuses, and then there is nothing to close
  }
  // The peer has everything. It closes as well, or the connection's own timer gives it up.
  if (connection.state() == sequent::connection_state::fin_wait_2 && !given_up_) {
    given_up_ = true;
    connection.close(now);
  }
}

void http_client::progress(stream& connection, sequent::instant) {
  while (asked_ < request_.size()) {
    const auto taken = connection.write(octets_of(request_).subspan(asked_));
    if (!taken) break;
    asked_ += *taken;
  }
  std::array<std::uint8_t, 65'536> buffer;
  for (;;) {
    const auto got = connection.read(buffer);
    if (!got) {
      if (got.why() != sequent::error::would_block) end(connection, describe(got.why()));
      return;
    }
    if (*got == 0) return end(connection, {});
    take(text_of(std::span(buffer).first(*got)));
  }
}

void http_client::take(std::string_view octets) {
  if (!in_body_) {
    header_ += octets;
    const std::size_t end = header_.find("\r\n\r\n");
    if (end == std::string::npos) {
      if (header_.size() > longest_header) outcome_.failure = "the response has no end of its header";
      return;
    }
    in_body_ = true;
    read_header(std::string_view(header_).substr(0, end + 2));
    octets = std::string_view(header_).substr(end + 4);
  }
  outcome_.received += octets.size();
  if (std::fwrite(octets.data(), 1, octets.size(), file_) != octets.size())
    outcome_.failure = "writing the file failed";
}

void http_client::read_header(std::string_view header) {
  const std::size_t code = header.find(' ');
  if (header.starts_with("HTTP/") && code != std::string_view::npos) {
    std::from_chars(header.data() + code + 1, header.data() + header.size(), outcome_.status);
  }
  if (const auto length = field(header, "Content-Length")) {
    std::uint64_t octets = 0;
    const auto [end, problem] = std::from_chars(length->data(), length->data() + length->size(), octets);
    if (problem == std::errc{}) outcome_.promised = octets;
  }
}

void http_client::end(stream& connection, std::string_view failure) {
  if (outcome_.over) return;
  outcome_.over = true;
  if (outcome_.failure.empty()) outcome_.failure = failure;
  (void)connection.shutdown();  // a connection that is gone refuses, and needs no closing
}

}  // namespace tun_host
