#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "store/model.h"

namespace croquis::store {

/// A drawing that a person reviewed, beside what the model had said of it.
struct RecentReview {
    Timestamp at;
    std::string tag;
    std::string predicted_tag;
    float confidence = 0;
    std::string model;
    std::optional<Basis> basis;
};

/// What one person reviewed on one day.
struct DayOfAnswers {
    std::int64_t day = 0;  ///< since 1970-01-01, in UTC
    std::string by;        ///< the name at the time
    std::int64_t answers = 0;
};

/// The drawings of a tag that people reviewed.
struct ReviewedCount {
    std::string tag;
    std::int64_t reviewed = 0;
    std::int64_t judging = 0;  ///< of those, what judges models
    std::int64_t before = 0;   ///< of the others, whose tag was set by the moment asked about
};

/// What one of several people said of a drawing, the last word.
struct GivenOpinion {
    Uuid drawing;
    Uuid by;
    std::string tag;  ///< of a label that was merged since, the other
};

/// What a model says of a drawing.
struct PredictedTag {
    std::string tag;
    float confidence = 0;
};

/// A stretch of time whose predictions are looked at.
struct PredictedQuery {
    std::string model;
    Timestamp from;
    Timestamp until;
    std::size_t limit = 5000;  ///< drawings looked at, 1…20000: the newest of that time
};

/// Drawings that judge, were reviewed in one way, and by nobody one by one.
struct Rechecked {
    std::int64_t waiting = 0;   ///< picked at random, to be asked about once more
    std::int64_t others = 0;    ///< not picked
    std::int64_t answered = 0;  ///< asked about once more
    std::int64_t agreed = 0;    ///< of those, the tag was said again
};

/// By how they had been reviewed: along with others, or by an import.
struct RecheckCounts {
    Rechecked in_bulk;
    Rechecked imported;
};

/// What says how model and people do. Thread-safe, as Store says.
class QualityStore {
  public:
    /// The last reviews of drawings that are shown, newest first. Errors: invalid (limit: 1 to
    /// 50000).
    virtual Result<std::vector<RecentReview>> recent_reviews(int project, std::size_t limit) = 0;
    /// By day and then by name.
    virtual Result<std::vector<DayOfAnswers>> answers_since(int project, Timestamp since) = 0;
    virtual Result<std::vector<PredictedTag>> predicted_between(int project,
                                                                const PredictedQuery& query) = 0;
    /// Drawings that people reviewed and that are shown, by tag in alphabetical order. Reads all of
    /// them: ask seldom.
    virtual Result<std::vector<ReviewedCount>> reviewed_counts(int project, Timestamp moment) = 0;
    /// Drawings that wait for review: that the queue would ask `account` about, where it is given;
    /// that `import_job` brought, where that is. Where counting takes long, as of a while ago: of
    /// up to twenty times as long.
    virtual Result<std::int64_t> count_waiting(int project, const std::optional<Uuid>& account = {},
                                               const std::optional<Uuid>& import_job = {}) = 0;
    /// What people said of drawings that two or more gave their opinions of, one drawing's after
    /// another's: of those among the newest 10,000 reviewed, and of what waits or is disputed since
    /// then, of which 10,000 more are looked at. Which those are does not rest on whether people
    /// agreed.
    virtual Result<std::vector<GivenOpinion>> opinions(int project) = 0;
    /// Of the newest 20,000 reviewed drawings that are shown. An answer that was taken back counts
    /// for nothing.
    virtual Result<RecheckCounts> recheck_counts(int project) = 0;

  protected:
    ~QualityStore() = default;
};

}  // namespace croquis::store
