#include "service/similarity/suspects.h"

#include <boost/json/array.hpp>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "core/decimal.h"
#include "learning/adaptation/neighbours.h"
#include "service/drawings/drawing_brief.h"
#include "service/models/embedded_drawings.h"

namespace croquis::service {
namespace {

using Suspicions = SuspectBoard::Suspicions;

/// Reviewed drawings with stored embeddings, as suspects_among() takes them.
struct ReviewedRows {
    std::vector<Uuid> drawings;
    std::vector<std::string> tags;
    std::vector<int> labels;
    std::optional<learning::PackedRows> rows;
};

/// Whether somebody said once more, of this drawing alone, that the tag which people had given it
/// is right.
bool is_confirmed(const std::vector<store::TagEvent>& history) {
    using store::TagEventKind;
    std::set<int> undone;
    for (const auto& event : history)
        if (event.undoes) undone.insert(*event.undoes);
    bool tagged = false;
    bool confirmed = false;
    for (const auto& event : history) {
        if (undone.contains(event.version)) continue;
        if (event.kind == TagEventKind::accepted) {
            confirmed = confirmed || (tagged && !event.bulk);
            tagged = true;
        } else if (event.kind == TagEventKind::corrected || event.kind == TagEventKind::imported ||
                   event.kind == TagEventKind::adjudicated) {
            confirmed = false;
            tagged = true;
        }
    }
    return confirmed;
}

Result<ReviewedRows> reviewed_rows(store::Store& store, int project, const std::string& trunk) {
    ReviewedRows reviewed;
    std::map<std::string, int> place;
    const auto take = [&](const std::vector<store::EmbeddedDrawing>& page) -> Result<bool> {
        for (const auto& drawing : page) {
            if (!drawing.embedding || reviewed.labels.size() >= most_suspects_among) continue;
            const auto& numbers = drawing.embedding->numbers;
            if (!reviewed.rows) reviewed.rows.emplace(numbers.size());
            if (numbers.size() != reviewed.rows->width()) continue;
            const auto [at, fresh] =
                place.emplace(drawing.tag, static_cast<int>(reviewed.tags.size()));
            if (fresh) reviewed.tags.push_back(drawing.tag);
            reviewed.labels.push_back(at->second);
            reviewed.drawings.push_back(drawing.id);
            reviewed.rows->add(numbers);
        }
        return reviewed.labels.size() < most_suspects_among;
    };
    if (const auto read = read_reviewed(store, project, trunk, take); !read) return read.error();
    return reviewed;
}

Result<Suspicions> suspicions_in(store::Store& store, int project, const std::string& trunk) {
    const auto reviewed = reviewed_rows(store, project, trunk);
    if (!reviewed) return reviewed.error();
    Suspicions suspicions;
    if (!reviewed->rows) return suspicions;
    const auto tag = [&](int label) { return reviewed->tags[static_cast<std::size_t>(label)]; };
    for (const auto& suspect :
         learning::suspects_among(*reviewed->rows, reviewed->labels, reviewed->tags.size()))
        suspicions.push_back({reviewed->drawings[suspect.row], tag(reviewed->labels[suspect.row]),
                              tag(suspect.suggested), suspect.suggest, suspect.given});
    return suspicions;
}

/// Nothing where it is suspected no more.
Result<std::optional<store::Drawing>> still_suspected(store::Store& store,
                                                      const SuspectBoard::Suspicion& suspicion) {
    auto drawing = store.drawing(suspicion.drawing, store::Audience::annotators);
    if (!drawing && drawing.error().kind == ErrorKind::not_found)
        return std::optional<store::Drawing>();
    if (!drawing) return drawing.error();
    if (!drawing->tagged_by || drawing->tag != suspicion.tag)
        return std::optional<store::Drawing>();
    const auto history = store.history(drawing->id, store::Audience::annotators);
    if (!history && history.error().kind != ErrorKind::not_found) return history.error();
    if (!history || is_confirmed(*history)) return std::optional<store::Drawing>();
    return std::optional(std::move(*drawing));
}

Result<std::vector<SuspectedMistake>> still_suspected(store::Store& store,
                                                      const Suspicions& suspicions,
                                                      std::size_t limit) {
    std::vector<SuspectedMistake> mistakes;
    for (const auto& suspicion : suspicions) {
        if (mistakes.size() == limit) break;
        auto drawing = still_suspected(store, suspicion);
        if (!drawing) return drawing.error();
        if (*drawing)
            mistakes.push_back(
                {std::move(**drawing), suspicion.suggested, suspicion.suggest, suspicion.given});
    }
    return mistakes;
}

Result<void> check_suspects_limit(std::size_t limit) {
    if (limit >= 1 && limit <= most_suspects_listed) return {};
    return Error{ErrorKind::invalid, "1 to 200 drawings can be listed.", "limit"};
}

/// When somebody last reviewed a drawing of the project; empty where nobody did.
Result<std::string> last_review_in(store::Store& store, int project) {
    const auto last = store.recent_reviews(project, 1);
    if (!last) return last.error();
    return last->empty() ? std::string() : to_rfc3339(last->front().at);
}

}  // namespace

Result<std::vector<SuspectedMistake>> SuspectBoard::of(store::Store& store, int project,
                                                       const std::string& trunk,
                                                       std::size_t limit) {
    if (const auto valid = check_suspects_limit(limit); !valid) return valid.error();
    const auto last_review = last_review_in(store, project);
    if (!last_review) return last_review.error();
    const auto suspicions = board_.of(project, trunk, *last_review,
                                      [&] { return suspicions_in(store, project, trunk); });
    if (!suspicions) return suspicions.error();
    return still_suspected(store, **suspicions, limit);
}

boost::json::object to_json(const std::vector<SuspectedMistake>& mistakes) {
    boost::json::array suspects;
    for (const auto& mistake : mistakes) {
        auto told = brief_of(mistake.drawing);
        told["suggested"] = mistake.suggested;
        told["suggest"] = shortest_decimal(mistake.suggest);
        told["given"] = shortest_decimal(mistake.given);
        suspects.push_back(std::move(told));
    }
    return {{"suspects", std::move(suspects)}};
}

}  // namespace croquis::service
