#include "store/claims.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <tuple>
#include <utility>

#include "store/list_query.h"
#include "store/recheck.h"
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

/// Those of a holder whose drawings do not wait any more. Parameters: holder, account.
const std::string& forget_done_claims() {
    static const std::string sql = fmt::format(
        "DELETE FROM claim WHERE holder = $1 AND account = $2 AND NOT EXISTS (SELECT 1 FROM "
        "drawing WHERE id = claim.drawing AND tagged_by IS NULL AND disputed IS NOT TRUE AND {})",
        shown);
    return sql;
}

/// Of the groups, the ones whose drawings this account is asked about: those that it is not of, or
/// all where the project wants one opinion. Nobody's group comes first.
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

/// Of the candidates of all groups, the first `count` of the queue that were not passed over.
std::vector<Drawing> not_passed(std::vector<Drawing> candidates, const ClaimRequest& request,
                                std::size_t count) {
    std::erase_if(candidates, [&](const Drawing& drawing) { return is_passed(drawing, request); });
    sort_by_place(candidates);
    if (candidates.size() > count) candidates.resize(count);
    return candidates;
}

/// The `count` to ask about: the first ones as the request lists them, without those passed over,
/// then the others.
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

/// One question: what is taken of each part of the queue, where there is enough of both.
struct Questions {
    std::size_t random = 0;
    std::size_t by_margin = 0;
};

Questions questions(std::size_t count, std::size_t random_waiting, std::size_t margin_waiting,
                    std::uint64_t seed) {
    Questions asked;
    asked.random = std::min(random_questions(count, seed), random_waiting);
    asked.by_margin = std::min(count - asked.random, margin_waiting);
    asked.random = std::min(count - asked.by_margin, random_waiting);
    return asked;
}

/// The drawings asked about: those by margin in the order of the queue, in which what is held is
/// given again, those at random strewn evenly among them.
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

/// Of the candidates for a request, how many are read: those passed over are among them.
std::size_t candidates(const ClaimRequest& request, std::size_t count) {
    return count + request.passed.size();
}

std::vector<Drawing> waiting(ClaimRows& rows, const ClaimRequest& request, Asked asked,
                             const std::vector<std::string>& groups, std::size_t count) {
    std::vector<Drawing> drawings;
    for (const auto& people : groups) {
        auto found = rows.waiting(asked, people, candidates(request, count));
        std::move(found.begin(), found.end(), std::back_inserter(drawings));
    }
    return not_passed(std::move(drawings), request, count);
}

/// The next `count` of the queue.
std::vector<ClaimedDrawing> next_of_queue(ClaimRows& rows, const ClaimRequest& request,
                                          std::size_t count) {
    const auto groups = asking_groups(rows.groups(), request.account, rows.opinions_wanted());
    auto random = waiting(rows, request, Asked::random, groups, count);
    auto by_margin = with_first(
        rows.asked_first(), waiting(rows, request, Asked::margin, groups, count), request, count);
    const auto asked = questions(count, random.size(), by_margin.size(), request.seed);
    random.resize(asked.random);
    by_margin.resize(asked.by_margin);
    return mixed(std::move(by_margin), std::move(random), request);
}

/// The next `count` that nobody looked at one by one.
std::vector<ClaimedDrawing> next_rechecks(ClaimRows& rows, const ClaimRequest& request,
                                          std::size_t count) {
    std::vector<ClaimedDrawing> next;
    for (auto& drawing : not_passed(rows.rechecks(candidates(request, count)), request, count)) {
        const Claim claim{drawing.id, request.account, Asked::random, recheck_probability,
                          request.until};
        next.push_back({std::move(drawing), claim});
    }
    return next;
}

using Next = std::vector<ClaimedDrawing> (*)(ClaimRows& rows, const ClaimRequest& request,
                                             std::size_t count);

/// What the holder has and still waits, and as many of the next as there is room for.
std::vector<ClaimedDrawing> claimed_by(ClaimRows& rows, const ClaimRequest& request,
                                       const std::string& forget_done, Next next) {
    rows.let_go(forget_done);
    auto held = rows.renewed();
    if (held.size() >= request.limit) return held;
    for (auto& each : next(rows, request, request.limit - held.size())) {
        rows.hold(each.claim);
        held.push_back(std::move(each));
    }
    return held;
}

}  // namespace

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

std::vector<ClaimedDrawing> claim_of_queue(ClaimRows& rows, const ClaimRequest& request) {
    return claimed_by(rows, request, forget_done_claims(), next_of_queue);
}

std::vector<ClaimedDrawing> claim_of_rechecks(ClaimRows& rows, const ClaimRequest& request) {
    return claimed_by(rows, request, forget_rechecked_claims(), next_rechecks);
}

}  // namespace croquis::store
