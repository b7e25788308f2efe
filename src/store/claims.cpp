#include "store/claims.h"

#include <spdlog/fmt/fmt.h>

#include <array>
#include <utility>

#include "store/list_query.h"
#include "store/records.h"

namespace croquis::store {
namespace {

ClaimedDrawing claimed(Drawing drawing, Asked asked, const ClaimRequest& request) {
    Claim claim{drawing.id, request.account, asked, std::nullopt, request.until};
    if (asked == Asked::random) claim.probability = judging_part;
    return {std::move(drawing), claim};
}

}  // namespace

const std::string& forget_done_claims() {
    static const std::string sql = fmt::format(
        "DELETE FROM claim WHERE holder = $1 AND account = $2 AND NOT EXISTS (SELECT 1 FROM "
        "drawing WHERE id = claim.drawing AND tagged_by IS NULL AND disputed IS NOT TRUE AND {})",
        shown);
    return sql;
}

const std::string& held_statement() {
    static const std::string sql = fmt::format(
        "SELECT {}, c.asked, c.probability, c.expires_at FROM "
        "(SELECT drawing, asked, probability, expires_at FROM claim WHERE holder = $1 "
        "AND account = $2) AS c JOIN drawing ON id = c.drawing ORDER BY queue_place, id",
        drawing_columns);
    return sql;
}

/// The claims are few: both databases read them once and then walk along the index of the queue.
const std::string& waiting_statement(Asked asked, bool of_import) {
    // An import's drawings have an index of their own, which the sign keeps the project's from.
    const auto make = [](const char* part, const char* project, const char* rest) {
        return fmt::format(
            "SELECT {} FROM drawing WHERE tagged_by IS NULL AND {} AND queue_place {} {} "
            "AND {} = $1 AND id NOT IN (SELECT drawing FROM claim) AND {}{}",
            drawing_columns, shown, part, first_judging_place, project, asks("$1", "$2"), rest);
    };
    const auto both = [&](const char* part) {
        return std::array{
            make(part, "project", " ORDER BY queue_place, id LIMIT $3"),
            make(part, "+project", " AND import_job = $3 ORDER BY queue_place, id LIMIT $4")};
    };
    static const auto by_margin = both("<");
    static const auto random = both(">=");
    return (asked == Asked::margin ? by_margin : random)[of_import ? 1 : 0];
}

std::vector<Drawing> not_passed(std::vector<Drawing> candidates, const ClaimRequest& request,
                                std::size_t count) {
    std::erase_if(candidates, [&](const Drawing& drawing) {
        return std::find(request.passed.begin(), request.passed.end(), drawing.id) !=
               request.passed.end();
    });
    if (candidates.size() > count) candidates.resize(count);
    return candidates;
}

Questions questions(std::size_t count, std::size_t random_waiting, std::size_t margin_waiting,
                    std::uint64_t seed) {
    Questions asked;
    asked.random = std::min(random_questions(count, seed), random_waiting);
    asked.by_margin = std::min(count - asked.random, margin_waiting);
    asked.random = std::min(count - asked.by_margin, random_waiting);
    return asked;
}

std::vector<ClaimedDrawing> mixed(std::vector<Drawing> by_margin, std::vector<Drawing> random,
                                  const ClaimRequest& request) {
    std::vector<ClaimedDrawing> all;
    const std::size_t count = by_margin.size() + random.size();
    std::size_t strewn = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const bool due = (i + 1) * random.size() / count > strewn;
        if (due)
            all.push_back(claimed(std::move(random[strewn++]), Asked::random, request));
        else
            all.push_back(claimed(std::move(by_margin[i - strewn]), Asked::margin, request));
    }
    return all;
}

}  // namespace croquis::store
