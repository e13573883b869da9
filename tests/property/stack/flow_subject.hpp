// The demultiplexer beside a map: both are told the same, and must say the same.
// covers: demultiplexing
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sequent/stack/flow_table.hpp"
#include "tests/property/drawn.hpp"

namespace sequent::property {

/// A hash that is as bad as the drawn case wants it, so that collisions, long runs and wraps come up in small tables.
struct poor_hash {
  std::uint32_t shape = 0;
  std::uint64_t operator()(std::uint64_t key) const {
    switch (shape % 4) {
      case 0: return key % 4;                   // nearly everything collides, tags too
      case 1: return (key % 4) | key << 16;     // the place collides, tags do not
      case 2: return 0xffff'fffcu + (key % 8);  // around the wrap
      default: return key * 0x9e37'79b9'7f4a'7c15u >> 32;
    }
  }
};

/// Drives a table (the real one or a broken one) of `Slots` slots.
template <class Table, std::size_t Slots>
class flow_subject {
 public:
  explicit flow_subject(std::uint32_t shape) : table_(inline_slots<flow_slot, Slots>{}, poor_hash{shape}) {}

  /// Makes one step; returns what is wrong after it, or an empty string.
  std::string apply(const step& s) {
    const std::uint16_t key = s[1] % 300;
    switch (s[0] % 8) {
      case 6:
      case 7: return erase(key, s[2]);
      case 5:
        if (s[2] % 64 == 63) {
          table_.clear();
          model_.clear();
        }
        return compare();
      default: return insert(key);
    }
  }

 private:
  [[nodiscard]] std::optional<u32> find(std::uint16_t key, std::size_t& compared) const {
    return table_.find(key, [&](u32 index) {
      ++compared;
      return names_[index];
    });
  }

  std::string insert(std::uint16_t key) {
    if (model_.contains(key)) return compare();
    u32 index = 0;
    while (used(index)) ++index;
    names_[index] = key;
    const bool in = table_.insert(key, index);
    if (in) model_.emplace(key, index);
    if (in && model_.size() > table_.most()) return "more keys than most()";
    // No entry can be longest_probe from home in a table that has no more slots than that.
    if (!in && model_.size() < table_.most()) return "refused with room left";
    return compare();
  }

  std::string erase(std::uint16_t key, std::uint16_t other) {
    const auto at = model_.find(key);
    // Under an index that stands for a key with another hash nothing is erased.
    const u32 another = other % Slots;
    if (!used(another) || table_.tag_of(names_[another]) != table_.tag_of(key)) {
      if (table_.erase(key, another)) return "something was erased that was not there";
    }
    if (at == model_.end()) return compare();
    if (!table_.erase(key, at->second)) return "a key that is there was not erased";
    model_.erase(at);
    return compare();
  }

  [[nodiscard]] bool used(u32 index) const {
    for (const auto& [key, held] : model_) {
      if (held == index) return true;
    }
    return false;
  }

  [[nodiscard]] std::string compare() const {
    if (table_.size() != model_.size()) return "size() is wrong";
    if (table_.furthest() > table_.longest_probe) return "an entry is too far from home";
    for (std::uint16_t key = 0; key != 300; ++key) {
      std::size_t compared = 0;
      const auto found = find(key, compared);
      const auto expected = model_.find(key);
      if (found.has_value() != (expected != model_.end()) || (found && *found != expected->second)) {
        return "find is wrong about " + std::to_string(key);
      }
      // Keys are compared only where all 32 bits of the hash agree.
      std::size_t alike = 0;
      for (const auto& [other, index] : model_) alike += table_.tag_of(other) == table_.tag_of(key) ? 1u : 0u;
      if (compared > alike) return "keys were compared whose tags differ";
      if (alike != 0 && !table_.candidate(table_.tag_of(key))) return "no candidate for a tag that is there";
    }
    return {};
  }

  Table table_;
  std::map<std::uint16_t, u32> model_;
  std::array<std::uint16_t, Slots> names_{};
};

}  // namespace sequent::property
