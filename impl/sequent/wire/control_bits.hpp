// The control bits of a TCP header (RFC 9293 section 3.1).
#pragma once

#include "sequent/base/word.hpp"

namespace sequent {

/// The eight control bits, kept as they stand in octet 13 of the header. Kept as a word rather than as eight bools so
/// that a proof decides only the bits that a path looks at.
template <word W = u32>
class control_bits {
 public:
  static constexpr u32 fin_bit = 0x01, syn_bit = 0x02, rst_bit = 0x04, psh_bit = 0x08;
  static constexpr u32 ack_bit = 0x10, urg_bit = 0x20, ece_bit = 0x40, cwr_bit = 0x80;

  constexpr control_bits() noexcept = default;
  /// Bits as they stand in the header; anything above the eighth is dropped.
  constexpr explicit control_bits(W bits) noexcept : bits_(bits & W(0xffu)) {}

  [[nodiscard]] constexpr bool fin() const noexcept { return has(fin_bit); }
  [[nodiscard]] constexpr bool syn() const noexcept { return has(syn_bit); }
  [[nodiscard]] constexpr bool rst() const noexcept { return has(rst_bit); }
  [[nodiscard]] constexpr bool psh() const noexcept { return has(psh_bit); }
  [[nodiscard]] constexpr bool ack() const noexcept { return has(ack_bit); }
  [[nodiscard]] constexpr bool urg() const noexcept { return has(urg_bit); }
  [[nodiscard]] constexpr bool ece() const noexcept { return has(ece_bit); }
  [[nodiscard]] constexpr bool cwr() const noexcept { return has(cwr_bit); }

  /// On a SYN or SYN,ACK: its sender can do ECN. ECE and CWR on a SYN, ECE alone on a SYN,ACK, since some hosts only
  /// reflect the bits of the SYN (RFC 3168 section 6.1.1.2).
  [[nodiscard]] constexpr bool sets_up_ecn() const noexcept {
    return (bits_ & W(ece_bit | cwr_bit)) == W(ack() ? u32{ece_bit} : ece_bit | cwr_bit);
  }

  /// How many octets of sequence space the bits themselves occupy: one for SYN, one for FIN (section 3.4).
  [[nodiscard]] constexpr W length() const noexcept { return ((bits_ >> W(1u)) & W(1u)) + (bits_ & W(1u)); }

  /// These bits and one more.
  [[nodiscard]] constexpr control_bits with(u32 bit) const noexcept { return control_bits(bits_ | W(bit)); }
  /// These bits without one.
  [[nodiscard]] constexpr control_bits without(u32 bit) const noexcept { return control_bits(bits_ & W(~bit)); }

  /// As in the header.
  [[nodiscard]] constexpr W wire() const noexcept { return bits_; }

  friend constexpr bool operator==(control_bits a, control_bits b) noexcept { return a.bits_ == b.bits_; }

 private:
  [[nodiscard]] constexpr bool has(u32 bit) const noexcept { return !((bits_ & W(bit)) == W(0u)); }
  W bits_{};
};

}  // namespace sequent
