#pragma once

#include <cstddef>
#include <functional>
#include <string>

/// What is asked of the making again of a model, and how far it is.
namespace croquis::service {

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

}  // namespace croquis::service
