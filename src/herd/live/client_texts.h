#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "herd/base/time.h"
#include "herd/store/partition.h"

namespace herd::live {

/// What subscribers are told of clients, made once for all of them and kept for a while.
class ClientTexts {
 public:
  using Id = std::uint32_t;

  /// Views are valid until the next put() or sweep().
  struct Text {
    std::string_view json;  ///< the client as append_client_json() has it; empty if it is forgotten
    std::string_view name;  ///< the JSON string of its id
  };

  /// Texts are kept this long, and for half of that at least, unless they become too many.
  static constexpr Duration kept_max = second;
  /// In bytes of text; then those older than half of it go.
  static constexpr std::size_t bytes_max = std::size_t{16} << 20U;

  /// Makes the texts of a client as it is held now; those made before are gone.
  void put(Id id, const store::Partition::Held& held);
  /// The client has changed, and nobody wanted to know.
  void drop(Id id);

  std::optional<Text> find(Id id) const;

  /// To be called now and then; `now` is a steady time.
  void sweep(Duration now);

 private:
  struct Place {
    std::size_t begin = 0;
    std::uint32_t json_size = 0;  // 0: there is only the name
    std::uint32_t name_size = 0;
  };
  struct Generation {
    std::string text;
    boost::unordered_flat_map<Id, Place> places;
  };

  static std::optional<Text> find(const Generation& generation, Id id);
  void age();

  Generation young_;
  Generation old_;
  Duration aged_at_ = 0;
};

}  // namespace herd::live
