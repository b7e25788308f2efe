#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/digest.h"
#include "core/error.h"
#include "store/store.h"

/// Makes a taught model again from its lineage: whether it is what it says that it is.
namespace croquis::service {

/// The digest of drawings and tags that a lineage names, in the order of their ids.
class LearntDigest {
  public:
    void add(const Uuid& drawing, std::string_view tag);
    /// Once, at the end.
    Sha256 finish() { return digest_.finish(); }

  private:
    Sha256Digest digest_;
};

/// A drawing that the model learnt from, and that would not be learnt from like that today.
struct ChangedSince {
    Uuid drawing;
    std::string then;         ///< its tag when the model was taught
    std::string now;          ///< its tag
    bool is_reviewed = true;  ///< now; its review may have been taken back
    bool is_hidden = false;
};

/// The registered model and the one made again.
struct Remake {
    std::size_t numbers = 0;  ///< weights and biases of the head
    std::size_t differing = 0;
    float furthest = 0;  ///< the largest difference of two of them
    bool same_labels = true;
    double strength = 0;  ///< of the regularisation
    double strength_again = 0;
    float temperature = 0;
    float temperature_again = 0;
    float unknown_below = 0;
    float unknown_below_again = 0;
    bool same_network = false;  ///< the whole ONNX file, byte by byte

    [[nodiscard]] bool is_same() const {
        return same_network && same_labels && differing == 0 && temperature == temperature_again &&
               unknown_below == unknown_below_again;
    }
};

struct Remaking {
    store::Model model;
    Timestamp as_of;             ///< when its drawings were read
    std::size_t learnt = 0;      ///< drawings, as the lineage says
    std::size_t found = 0;       ///< drawings that the store says were there to learn from
    bool same_drawings = false;  ///< they and their tags have the lineage's digest
    std::vector<ChangedSince> changed;
    /// Where some are gone: what the audit log says was deleted since and may have been learnt
    /// from.
    std::vector<Uuid> deleted;
    std::optional<Remake> again;  ///< nothing where too few are left to teach it

    [[nodiscard]] bool is_same() const { return same_drawings && again && again->is_same(); }
};

struct RemakeRequest {
    std::string id;
    /// Called now and then with how many of the drawings without an embedding have been looked at.
    /// May be empty.
    std::function<void(std::size_t done, std::size_t all)> progress = {};
    /// Ends the work early where it says so. May be empty.
    std::function<bool()> is_stopped = {};
};

/// Teaches the model again on the drawings that it was taught on, each with the tag that it had
/// then, on its own trunk and as any is taught here, and compares the two. Changes nothing but
/// stored embeddings that are missing. Blocks for seconds, for longer where drawings changed since.
/// Errors: not_found (the model, or the one that it was taught on); invalid ("model") for one that
/// was not taught; unavailable where it was stopped; those of the store and of
/// recognition::with_head.
Result<Remaking> remake(store::Store& store, const RemakeRequest& request);

/// As the command line shows it.
boost::json::object to_json(const Remaking& remaking);

}  // namespace croquis::service
