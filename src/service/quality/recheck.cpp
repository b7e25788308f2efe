#include "service/quality/recheck.h"

#include <utility>

#include "service/quality/quality.h"
#include "store/asking.h"

namespace croquis::service {
namespace {

namespace json = boost::json;

RecheckFindings findings_of(const store::Rechecked& counts) {
    return {{static_cast<std::size_t>(counts.agreed), static_cast<std::size_t>(counts.answered)},
            counts.waiting,
            counts.others};
}

const char* word_of(RecheckVerdict verdict) {
    switch (verdict) {
        case RecheckVerdict::good:
            return "good";
        case RecheckVerdict::bad:
            return "bad";
        default:
            return "undecided";
    }
}

json::object findings_json(const RecheckFindings& findings, bool judges) {
    return {{"agreement", service::to_json(findings.agreed)},
            {"waiting", findings.waiting},
            {"others", findings.others},
            {"verdict", word_of(findings.verdict())},
            {"judges", judges}};
}

}  // namespace

RecheckVerdict RecheckFindings::verdict() const {
    if (agreed.all < fewest_rechecked) return RecheckVerdict::undecided;
    const auto interval = agreed.interval();
    if (interval.low >= recheck_level) return RecheckVerdict::good;
    return interval.high < recheck_level ? RecheckVerdict::bad : RecheckVerdict::undecided;
}

bool JudgingReviews::independent(const store::EmbeddedDrawing& drawing) const {
    if (!drawing.basis) return in_bulk;
    if (drawing.basis == store::Basis::own) return imported || !drawing.imported;
    return drawing.basis == store::Basis::random;
}

Result<Recheck> measure_recheck(store::QualityStore& store, int project) {
    const auto counts = store.recheck_counts(project);
    if (!counts) return counts.error();
    return Recheck{findings_of(counts->in_bulk), findings_of(counts->imported)};
}

JudgingReviews judged_by(const Recheck& recheck) {
    return {recheck.in_bulk.verdict() == RecheckVerdict::good,
            recheck.imported.verdict() != RecheckVerdict::bad};
}

Result<JudgingReviews> judging_reviews(store::QualityStore& store, int project) {
    const auto recheck = measure_recheck(store, project);
    if (!recheck) return recheck.error();
    return judged_by(*recheck);
}

json::object to_json(const Recheck& recheck) {
    const auto judging = judged_by(recheck);
    return {{"level", recheck_level},
            {"fewest", fewest_rechecked},
            {"probability", store::recheck_probability},
            {"in_bulk", findings_json(recheck.in_bulk, judging.in_bulk)},
            {"imported", findings_json(recheck.imported, judging.imported)}};
}

}  // namespace croquis::service
