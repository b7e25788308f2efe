#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "learning/dataset/people.h"
#include "learning/training/options.h"

namespace croquis::learning {

/// How a network came about. On a processor, the same of all this gives the same network.
struct Making {
    TrainingOptions training;
    TrainingResult result = {};
    int threads = 1;
    bool resumed = false;  ///< it went on from a checkpoint, which says less than this does
    std::string begun_with =
        {};  ///< SHA-256 of the model whose convolutions it began with, or empty
    std::size_t whitened_by =
        0;  ///< samples that whiten() had; 0: the embedding is as it was learnt
    std::vector<PeopleFile> files = {};  ///< people's drawings that were read
};

/// The program that runs, its LibTorch and the date.
boost::json::object program_now();

/// With program_now().
boost::json::object to_json(const Making& making);
/// What to_json() wrote, but for the program. Throws what Boost.JSON throws where something is
/// missing or of another type.
Making making_from(const boost::json::object& written);

/// The command that gives it again, as far as it is known.
std::string command_of(const Making& making);

}  // namespace croquis::learning
