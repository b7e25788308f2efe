#include "store/claims.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <tuple>
#include <utility>

#include "store/list_query.h"
#include "store/records.h"
#include "store/tagging.h"

namespace croquis::store {
namespace {

ClaimedDrawing claimed(Drawing drawing, Asked asked, const ClaimRequest& request) {
    Claim claim{drawing.id, request.account, asked, std::nullopt, request.until};
    if (asked == Asked::random) claim.probability = judging_part;
    return {std::move(drawing), claim};
}

/// The claims are few: both databases read them once and then walk along the index of the queue.
std::string make_waiting_statement(Asked asked, bool of_nobody, bool of_import) {
    // An import's drawings have an index of their own, which the sign keeps the project's from.
    // SQLite numbers parameters as they appear.
    const int job = of_nobody ? 2 : 3;
    return fmt::format(
        "SELECT {} FROM drawing WHERE {}project = $1 AND {}{} AND disputed IS NOT TRUE "
        "AND queue_place {} {}{} AND id NOT IN (SELECT drawing FROM claim) AND {} "
        "ORDER BY queue_place, id LIMIT ${}",
        drawing_columns, of_import ? "+" : "", of_nobody ? unanswered : answered,
        of_nobody ? "" : " AND answered_by = $2",
        asked == Asked::margin ? "<" : ">=", first_judging_place,
        of_import ? fmt::format(" AND import_job = ${}", job) : "", shown,
        of_import ? job + 1 : job);
}

std::string make_first_statement(bool of_list, bool of_import) {
    return fmt::format(
        "SELECT {} FROM drawing WHERE id = {} AND project = $2 AND tagged_by IS NULL AND {} "
        "AND queue_place < {} {}AND id NOT IN (SELECT drawing FROM claim) AND {}",
        drawing_columns, of_list ? "ANY ($1)" : "$1", asks("$2", "$3"), first_judging_place,
        of_import ? "AND import_job = $4 " : "", shown);
}

void sort_by_place(std::vector<Drawing>& drawings) {
    const auto place = [](const Drawing& drawing) {
        return std::pair(queue_place(drawing.id, drawing.prediction.probabilities), drawing.id);
    };
    std::sort(drawings.begin(), drawings.end(),
              [&](const Drawing& a, const Drawing& b) { return place(a) < place(b); });
}

bool is_passed(const Drawing& drawing, const ClaimRequest& request) {
    return std::find(request.passed.begin(), request.passed.end(), drawing.id) !=
           request.passed.end();
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

const std::string& groups_statement(bool of_import) {
    const auto make = [](const char* of) {
        const auto next = [&](const char* behind) {
            return fmt::format(
                "SELECT min(answered_by) FROM drawing WHERE tagged_by IS NULL AND answered_by <> "
                "'' "
                "AND {} AND answered_by > {}",
                of, behind);
        };
        return fmt::format(
            "WITH RECURSIVE found (people) AS (SELECT * FROM ({}) AS first UNION ALL "
            "SELECT ({}) FROM found WHERE people IS NOT NULL) "
            "SELECT people FROM found WHERE people IS NOT NULL",
            next("''"), next("found.people"));
    };
    static const auto of_project = make("disputed IS NOT TRUE AND project = $1");
    static const auto of_job = make("import_job IS NOT NULL AND import_job = $1");
    return of_import ? of_job : of_project;
}

std::vector<std::string> asking_groups(std::vector<std::string> groups, const Uuid& account,
                                       int opinions_wanted) {
    const auto own = answerer(account);
    if (opinions_wanted > 1)
        std::erase_if(groups, [&](const std::string& people) {
            return people.find(own) != std::string::npos;
        });
    groups.insert(groups.begin(), std::string());
    return groups;
}

const std::string& waiting_statement(Asked asked, bool of_nobody, bool of_import) {
    static const auto made = [] {
        std::map<std::tuple<Asked, bool, bool>, std::string> all;
        for (const auto part : {Asked::margin, Asked::random})
            for (const bool nobody : {false, true})
                for (const bool import : {false, true})
                    all.emplace(std::tuple(part, nobody, import),
                                make_waiting_statement(part, nobody, import));
        return all;
    }();
    return made.at({asked, of_nobody, of_import});
}

std::vector<Drawing> not_passed(std::vector<Drawing> candidates, const ClaimRequest& request,
                                std::size_t count) {
    std::erase_if(candidates, [&](const Drawing& drawing) { return is_passed(drawing, request); });
    sort_by_place(candidates);
    if (candidates.size() > count) candidates.resize(count);
    return candidates;
}

const std::string& first_statement(bool of_list, bool of_import) {
    static const auto made = [] {
        std::map<std::pair<bool, bool>, std::string> all;
        for (const bool list : {false, true})
            for (const bool import : {false, true})
                all.emplace(std::pair(list, import), make_first_statement(list, import));
        return all;
    }();
    return made.at({of_list, of_import});
}

std::vector<Drawing> with_first(std::vector<Drawing> first, std::vector<Drawing> others,
                                const ClaimRequest& request, std::size_t count) {
    std::erase_if(first, [&](const Drawing& drawing) { return is_passed(drawing, request); });
    const auto place = [&](const Drawing& drawing) {
        return std::find(request.first.begin(), request.first.end(), drawing.id);
    };
    std::sort(first.begin(), first.end(),
              [&](const Drawing& a, const Drawing& b) { return place(a) < place(b); });
    const auto is_same = [](const Drawing& a, const Drawing& b) { return a.id == b.id; };
    first.erase(std::unique(first.begin(), first.end(), is_same), first.end());
    const auto is_there = [&](const Drawing& drawing) {
        return std::any_of(first.begin(), first.end(),
                           [&](const Drawing& each) { return each.id == drawing.id; });
    };
    std::erase_if(others, is_there);
    std::move(others.begin(), others.end(), std::back_inserter(first));
    if (first.size() > count) first.resize(count);
    return first;
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
    sort_by_place(by_margin);
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
