#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/digest.h"
#include "core/error.h"
#include "learning/adaptation/gate.h"
#include "learning/evaluation/metrics.h"
#include "store/store.h"

/// How a model of the registry does on the drawings that judge, at any time and beside any other.
namespace croquis::service {

/// Drawings that a report is about at most: the newest.
inline constexpr std::size_t most_judged = 2'000;
/// Reviewed drawings that are looked at for them.
inline constexpr std::size_t most_looked_at_to_judge = 10'000;
/// Wrong answers that are given, the surest.
inline constexpr std::size_t most_wrong_answers = 24;

struct ReportRequest {
    std::string model;
    int project = store::shapes_project;
    std::optional<std::string> against;  ///< another model, compared on the same drawings
    /// Leaves out drawings whose tag was set later.
    std::optional<Timestamp> as_of;
};

struct WrongAnswer {
    store::Drawing drawing;  ///< whose tag is what people say
    std::string tag;
    float confidence = 0;
};

/// Two models on the drawings that both answered, paired.
struct ComparedWith {
    std::string model;  ///< in the place of the gate's live one
    learning::GateResult gate;
};

struct ModelReport {
    std::string model;
    Timestamp as_of;
    Sha256 data{};              ///< of the judging drawings' ids and tags: names the data set
    std::size_t judging = 0;    ///< drawings
    bool is_complete = true;    ///< no more of them are there
    std::size_t seen = 0;       ///< left out: the model's card says that it has seen them
    std::size_t embedded = 0;   ///< answered by the last layer on stored embeddings
    std::size_t predicted = 0;  ///< answered when they were drawn or retagged
    learning::Report report;
    std::vector<WrongAnswer> wrong;
    std::optional<ComparedWith> comparison;
};

/// Judging drawings are those that store::judges picks, with a label of the project, whose review
/// did not depend on a model (service/quality/recheck.h). What the model answers comes from its
/// last layer on stored embeddings, else from what is stored of it as a prediction; no network is
/// run, and nothing is stored. Blocks for up to some seconds: call it from a worker. Errors:
/// not_found (a model, in this project); invalid ("against": the model itself); conflict (code
/// no_answers) where there are judging drawings and neither source has an answer of the model;
/// those of the store.
Result<ModelReport> report_on(store::Store& store, const ReportRequest& request);

/// How often a model is right about a label.
struct LabelShares {
    std::string label;
    learning::Share given;     ///< of the drawings that people gave it
    learning::Share answered;  ///< of those to which the model did
};
std::vector<LabelShares> shares_by_label(const learning::Report& report);

/// better, worse or undecided
std::string_view verdict_of(const ComparedWith& comparison);

/// As the API and the command line show it, but for the wrong answers.
boost::json::object to_json(const ModelReport& report);

}  // namespace croquis::service
