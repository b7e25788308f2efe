#pragma once

#include <boost/json/fwd.hpp>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/error.h"
#include "learning/dataset/dataset.h"
#include "learning/evaluation/failures.h"
#include "learning/evaluation/metrics.h"
#include "recognition/recognizer.h"

namespace croquis::learning {

/// How a model did on drawings whose labels are known.
struct Evaluation {
    std::string model;  ///< ModelInfo::id
    std::string data;   ///< the path that was read
    Report report;
    std::size_t known_learnt = 0;   ///< DatasetOptions::leave_out: how many it names
    std::size_t left_out = 0;       ///< drawings skipped because the model has learnt from them
    std::string remark;             ///< Learnt::remark, or whatever else is to be said
    std::size_t not_one_label = 0;  ///< drawings passed over: without a label, or with several
    std::vector<std::string> unreadable;             ///< "file:line: why"
    std::vector<Misclassified> failures;             ///< most sure first, at most 96
    std::map<std::string, std::size_t> other_words;  ///< no label of the model's, and how often
};

using Progress = std::function<void(std::size_t done, std::size_t all)>;

/// Asks the model about every drawing of `data` (see load_dataset). Words that are not among its
/// labels count as "unknown". `progress` is told, now and then, how many of all drawings are done.
/// Errors: those of load_dataset and of the model.
Result<Evaluation> evaluate(recognition::Recognizer& model, const std::filesystem::path& data,
                            const DatasetOptions& options, const Progress& progress = {});

/// What the model makes of each drawing: ModelInfo::embedding numbers a row. Errors: the model's.
Result<std::vector<float>> embeddings_of(recognition::Recognizer& model,
                                         const std::vector<Example>& examples,
                                         const Progress& progress = {});

boost::json::object to_json(const Evaluation& evaluation);
/// Tables for a terminal of 100 columns.
std::string to_text(const Evaluation& evaluation);
/// One page that needs nothing else: figures, confusion matrix, reliability diagram, failures.
std::string to_html(const Evaluation& evaluation);

}  // namespace croquis::learning
