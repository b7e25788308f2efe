#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "service/models/trunk.h"
#include "service/training/learnt_then.h"
#include "service/training/remake_request.h"
#include "store/store.h"

/// Makes a model again from its lineage: whether it is what it says that it is.
namespace croquis::service {

/// Of what a training rests on besides drawings and parameters, what is not as it was.
struct MadeOtherwise {
    std::string what;  ///< "commit", "libtorch", "threads" …, as the card of croquis-train calls it
    std::string then;
    std::string now;
};

/// The registered model and the one made again.
struct Remake {
    bool has_head = true;  ///< false: a trained network as it is; what is said of a head is nothing
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
    std::vector<MadeOtherwise> otherwise = {};
    /// Where some are gone: what the audit log says was deleted since and may have been learnt
    /// from.
    std::vector<Uuid> deleted;
    std::optional<Remake> again;  ///< nothing where too few are left to teach it

    [[nodiscard]] bool is_same() const { return same_drawings && again && again->is_same(); }
};

/// Teaches the model again on the drawings that it was taught on, each with the tag that it had
/// then, on its own trunk and as any is taught here, and compares the two. Changes nothing but
/// stored embeddings that are missing. Blocks for seconds, for longer where drawings changed since.
/// Errors: not_found (the model, or the one that it was taught on); conflict (code not_taught);
/// unavailable where it was stopped; those of the store and of recognition::with_head.
Result<Remaking> remake(store::Store& store, const RemakeRequest& request);

/// The head of a model taught again on this network, as the part of its lineage says that teach()
/// wrote. Errors: as remake().
Result<Remaking> remake_head(store::Store& store, const store::Model& model,
                             const boost::json::object& written, Trunk& trunk,
                             const RemakeRequest& request);

/// Code not_taught: nothing says how the model was made.
Error not_taught(const std::string& id);

/// Whether its lineage says how it was taught. Errors: conflict (code not_taught).
Result<void> check_taught(const store::Model& model);

/// Drawings that changed, or were deleted, of which a job's result tells.
inline constexpr std::size_t most_changed_told = 100;

/// As the command line shows it and a job keeps it, with at most so many drawings of either list.
boost::json::object to_json(const Remaking& remaking,
                            std::size_t most = std::numeric_limits<std::size_t>::max());

}  // namespace croquis::service
