// What a stack keeps of those who are no connections: records of the SYN queue and of TIME-WAIT, and what they owe.
#pragma once

#include <cstdint>
#include <span>

#include "sequent/connection.hpp"
#include "sequent/stack/half_open.hpp"
#include "sequent/stack/time_wait.hpp"
#include "sequent/tables/index_list.hpp"
#include "sequent/wire/flow.hpp"

namespace sequent::stack_records {

inline constexpr u32 nobody = list_links::nobody;

/// What a record has yet to send: each kind once, however often it was asked for. It is made when it leaves.
struct debt {
  list_links line{};                    ///< its place among all that owe an answer
  sequence_number<u32> reset_number{};  ///< of the RST
  sequence_number<u32> reset_echo{};    ///< its TSecr, if it has timestamps
  bool syn_ack = false;
  bool fast_open = false;  ///< the SYN,ACK carries a cookie (RFC 7413)
  bool ack = false;
  bool reset = false;
  bool reset_stamped = false;
};

/// A connection in the SYN queue. One whose SYN ended TIME-WAIT keeps the record, in case the SYN was an old one
/// (MAY-2).
struct half_open_slot {
  half_open<u32> block{};
  flow path{};
  syn_ack_history past{};
  u32 listening = nobody;
  u32 listener_generation = 0;
  u32 former = nobody;  ///< the record of TIME-WAIT whose place it has taken
  std::uint8_t retries = 0;
  debt owes{};
};

/// A connection in TIME-WAIT that nobody knows any more.
struct time_wait_slot {
  time_wait<u32> block{};
  flow path{};
  list_links age{};
  u32 successor = nobody;  ///< the record of the SYN queue that its flow leads to meanwhile
  debt owes{};
};

/// An answer of no connection and no record: a cookie, a RST, or that of an orphan which has given way.
struct waiting_reply {
  flow path{};
  segment<u32> header{};
  debt owes{};
  std::uint8_t service = 0;
  bool gives_up = false;  ///< the RST of a connection: it tells its clock
};

/// A segment on its way in.
struct arrival {
  const segment<u32>& header;
  std::span<const std::uint8_t> text;
  flow path;
  instant now;
  ecn_codepoint mark;
};

}  // namespace sequent::stack_records
