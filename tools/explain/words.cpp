// How times, amounts, segments and citations read.
#include <fmt/format.h>

#include "tools/explain/narrator.hpp"

namespace sequent::explain {

std::string in_time(microseconds span) {
  if (span < 0) return "never";
  if (span < millisecond && span != 0) return fmt::format("{} us", span);
  if (span < second)
    return span % millisecond == 0 ? fmt::format("{} ms", span / millisecond)
                                   : fmt::format("{:.1f} ms", static_cast<double>(span) / 1e3);
  if (span < 120 * second) {
    std::string digits = fmt::format("{:.3f}", static_cast<double>(span) / 1e6);
    while (digits.back() == '0') digits.pop_back();
    if (digits.back() == '.') digits.pop_back();
    return digits + " s";
  }
  return span % (60 * second) == 0 ? fmt::format("{} min", span / (60 * second)) : fmt::format("{} s", span / second);
}

std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t i = digits.size(); i > 3;) digits.insert(i -= 3, ",");
  return digits;
}

std::string in_octets(std::size_t count) { return fmt::format("{} octet{}", grouped(count), count == 1 ? "" : "s"); }

std::string quoted(const std::string& text, std::size_t most) {
  std::string safe;
  for (const char c : text) safe += c >= ' ' && c < 127 ? c : '.';
  if (safe.size() > most) safe = safe.substr(0, most / 2) + "..." + safe.substr(safe.size() - most / 2);
  return '"' + safe + '"';
}

std::string label(const segment_facts& of) {
  if (!of.shown.empty()) return of.shown;
  std::string bits;
  const auto add = [&](bool set, const char* bit) {
    if (!set) return;
    if (!bits.empty()) bits += ',';
    bits += bit;
  };
  add(of.syn, "SYN");
  add(of.fin, "FIN");
  add(of.rst, "RST");
  add(of.has_ack && (of.syn || of.fin), "ACK");
  add(of.urg, "URG");
  add(of.ece, "ECE");
  add(of.cwr, "CWR");
  std::string text = bits;
  const auto say = [&](const std::string& more) { text += (text.empty() ? "" : " ") + more; };
  if (of.end() != of.seq || of.rst || !of.has_ack || of.tells_seq) say(fmt::format("SEQ={}", of.seq));
  if (of.has_ack) say(fmt::format("ACK={}", of.ack));
  if (!of.text.empty()) say(fmt::format("+{}", of.text.size()));
  std::string blocks;
  for (const number_range& each : of.sack)
    blocks += fmt::format("{}{{{}:{}}}", blocks.empty() ? "" : " ", each.first, each.second);
  if (!blocks.empty()) say("SACK=" + blocks);
  if (of.tells_window && of.has_ack) say(fmt::format("WND={}", of.window));
  if (of.cookie) say(*of.cookie == 0 ? "cookie?" : "cookie");
  if (of.marked) say("CE");
  return text;
}

std::string citation(const std::string& cite) {
  std::string text = cite;
  if (text.starts_with("rfc")) text = "RFC " + text.substr(3);
  if (const auto hash = text.find('#'); hash != std::string::npos) text[hash] = ' ';
  const auto slash = text.find('/');
  if (slash == std::string::npos) return text;
  std::string place = text.substr(slash + 1);
  text = text.substr(0, slash);
  for (const char* each : {"first", "second", "fourth", "fifth", "sixth", "seventh", "eighth"}) {
    const bool walk = text.ends_with("3.10.7.4");
    if (!place.starts_with(each) || !walk) continue;
    const std::string rest = place.substr(std::string(each).size());
    return text + ", " + each + " check" + (rest.starts_with('/') ? ", " + rest.substr(1) : rest);
  }
  return text + ", " + place;
}

}  // namespace sequent::explain
