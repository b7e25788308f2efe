#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/digest.h"
#include "core/error.h"
#include "store/store.h"

/// Makes a model again from its lineage: whether it is what it says that it is.
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

/// What is done, in this order; the last two where what is reviewed today is not what the model
/// learnt from.
enum class RemakeStep {
    reading_reviewed,  ///< reviewed drawings, and the histories of those touched since
    looking,           ///< the network, at those without an embedding
    reading_all,       ///< every drawing that was ever tagged, with its history
    looking_again
};

/// How far it is: so many drawings of the step.
struct RemakeProgress {
    RemakeStep step = RemakeStep::reading_reviewed;
    std::size_t done = 0;
    std::size_t all = 0;

    /// Of the whole work, 0…1.
    [[nodiscard]] double part() const;
};

struct RemakeRequest {
    std::string id;
    /// Called now and then. May be empty.
    std::function<void(const RemakeProgress&)> progress = {};
    /// Ends the work early where it says so. May be empty.
    std::function<bool()> is_stopped = {};

    void tell(RemakeStep step, std::size_t done, std::size_t all) const;
};

/// Teaches the model again on the drawings that it was taught on, each with the tag that it had
/// then, on its own trunk and as any is taught here, and compares the two. Changes nothing but
/// stored embeddings that are missing. Blocks for seconds, for longer where drawings changed since.
/// Errors: not_found (the model, or the one that it was taught on); conflict (code not_taught);
/// unavailable where it was stopped; those of the store and of recognition::with_head.
Result<Remaking> remake(store::Store& store, const RemakeRequest& request);

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
