#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/error.h"
#include "learning/dataset/people.h"
#include "learning/evaluation/failures.h"
#include "learning/evaluation/metrics.h"
#include "learning/training/calibration.h"
#include "learning/training/few_shot.h"
#include "learning/training/training.h"

namespace croquis::learning {

struct Measured {
    Report report;
    std::vector<Failure> failures;  ///< most sure first
};

/// How it did on the drawings of one source that were kept from training.
struct SourceMeasured {
    std::string source;
    Measured measured;
    Calibration calibration;  ///< fitted without this source
};

struct Counts {
    std::size_t learnt = 0;
    std::size_t judged = 0;
};

/// All that the model card says; nothing in it is typed by hand.
struct Card {
    std::string name;
    TrainingOptions training;
    TrainingResult result;
    std::string begun_with;  ///< SHA-256 of the model whose convolutions it began with, or empty
    std::int64_t multiply_accumulates = 0;
    std::size_t categories = 0;  ///< of the wide classifier
    Calibration calibration;
    std::map<std::string, float> activations;  ///< the largest that each tensor became, by name
    std::vector<PeopleFile> files;             ///< people's drawings that were read
    std::map<std::string, Counts> counts;      ///< of these, by source
    /// Drawings learnt from, not to be evaluated on: ids of strokes, fingerprints of pictures.
    std::vector<std::string> learnt;
    std::vector<std::string> unseen;           ///< categories of which nothing was learnt
    std::vector<SourceMeasured> sources;
    Measured people;  ///< all the sources together, each as it stands in `sources`
    std::vector<FewShot> few_shot;
    Measured synthetic;
    Measured careful;
};

/// How a network that was trained without any drawing of a source does on all of that source.
struct LeftOut {
    std::string source;                ///< what was asked about
    std::vector<std::string> without;  ///< the sources of its origin, all of them left out
    TrainingOptions training;
    Report report;
};

/// Writes it to `folder`/left-out/SOURCE.json, from where write_model() puts it on the card.
Result<void> write_left_out(const std::filesystem::path& folder, const LeftOut& left_out);

/// Writes NAME.onnx, NAME.json (what serving reads, and all the figures), NAME.md for people, and
/// the pictures in card/.
Result<void> write_model(const std::filesystem::path& folder, const std::string& onnx,
                         const Card& card);

}  // namespace croquis::learning
