#pragma once

#include <cstddef>
#include <functional>

namespace croquis::service {

/// How long work tells how far it is, and is ended early.
struct WorkControl {
    /// Called now and then with how many of the drawings were looked at. May be empty.
    std::function<void(std::size_t done, std::size_t all)> progress = {};
    /// Ends the work where it says so, with the error stopped(). May be empty.
    std::function<bool()> is_stopped = {};

    void tell(std::size_t done, std::size_t all) const {
        if (progress) progress(done, all);
    }
    [[nodiscard]] bool ends() const { return is_stopped && is_stopped(); }
};

}  // namespace croquis::service
