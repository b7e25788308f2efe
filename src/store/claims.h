#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "store/asking.h"
#include "store/model.h"

/// How drawings are claimed, decided alike over both databases. The SQL is read by both.
namespace croquis::store {

inline constexpr int first_claim_column = 24;

inline constexpr const char* forget_expired_claims = "DELETE FROM claim WHERE expires_at <= $1";

/// Those of a holder whose drawings do not wait any more.
const std::string& forget_done_claims();
/// What a holder has: columns of the drawing, then, from first_claim_column on, asked, probability
/// and expires_at.
const std::string& held_statement();
/// The groups of people whose opinions of a drawing wait for another's, in the column answered_by.
/// They are found by as many steps along an index as there are groups. Parameters: project, or the
/// job where only what it brought is asked for.
const std::string& groups_statement(bool of_import);
/// Of those groups, the ones whose drawings this account is asked about: those that it is not of,
/// or all where the project wants one opinion. Nobody's group comes first.
std::vector<std::string> asking_groups(std::vector<std::string> groups, const Uuid& account,
                                       int opinions_wanted);
/// The next of one group's drawings that nobody holds: columns of the drawing. Parameters: project,
/// the group where it is not nobody's, then the job where only what it brought is asked for, limit.
const std::string& waiting_statement(Asked asked, bool of_nobody, bool of_import);

/// Of the candidates of all groups, the first `count` of the queue that were not passed over.
std::vector<Drawing> not_passed(std::vector<Drawing> candidates, const ClaimRequest& request,
                                std::size_t count);

/// Those of ClaimRequest::first that the queue would ask the account about and nobody holds, of a
/// list of ids or of one alone: columns of the drawing. Parameters: the ids or the id, project, the
/// account as answerer() writes it, then the job where only what it brought is asked for.
const std::string& first_statement(bool of_list, bool of_import);
/// The `count` to ask about: the first ones as the request lists them, without those passed over,
/// then the others.
std::vector<Drawing> with_first(std::vector<Drawing> first, std::vector<Drawing> others,
                                const ClaimRequest& request, std::size_t count);

/// One question: what is taken of each part of the queue, where there is enough of both.
struct Questions {
    std::size_t random = 0;
    std::size_t by_margin = 0;
};
Questions questions(std::size_t count, std::size_t random_waiting, std::size_t margin_waiting,
                    std::uint64_t seed);

/// The drawings asked about: those by margin in the order of the queue, in which what is held is
/// given again, those at random strewn evenly among them.
std::vector<ClaimedDrawing> mixed(std::vector<Drawing> by_margin, std::vector<Drawing> random,
                                  const ClaimRequest& request);

}  // namespace croquis::store
