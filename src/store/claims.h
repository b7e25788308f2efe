#pragma once

#include <string>
#include <vector>

#include "store/asking.h"
#include "store/model.h"

/// How drawings are claimed, decided alike over both databases. The SQL is read by both.
namespace croquis::store {

/// What a database does for a claim, within one transaction beside which no other claims drawings
/// of the project. All functions throw Failure.
class ClaimRows {
  public:
    ClaimRows() = default;
    ClaimRows(const ClaimRows&) = delete;
    ClaimRows& operator=(const ClaimRows&) = delete;
    virtual ~ClaimRows() = default;

    /// Deletes claims that have expired, those of the holder that `forget_done` finds, and those of
    /// drawings that were passed over.
    virtual void let_go(const std::string& forget_done) = 0;
    /// What the holder has, which lasts until the request's `until` from now on.
    virtual std::vector<ClaimedDrawing> renewed() = 0;
    /// How many people the project asks about a drawing, from 1.
    virtual int opinions_wanted() = 0;
    /// The rows of groups_statement().
    virtual std::vector<std::string> groups() = 0;
    /// At most `limit` rows of waiting_statement() of the group; "" is nobody's.
    virtual std::vector<Drawing> waiting(Asked asked, const std::string& people,
                                         std::size_t limit) = 0;
    /// The rows of first_statement().
    virtual std::vector<Drawing> asked_first() = 0;
    /// At most `limit` rows of recheck_statement().
    virtual std::vector<Drawing> rechecks(std::size_t limit) = 0;
    virtual void hold(const Claim& claim) = 0;
};

/// What ClaimStore::claim gives.
std::vector<ClaimedDrawing> claim_of_queue(ClaimRows& rows, const ClaimRequest& request);
/// What ClaimStore::claim_recheck gives.
std::vector<ClaimedDrawing> claim_of_rechecks(ClaimRows& rows, const ClaimRequest& request);

inline constexpr int first_claim_column = 24;

inline constexpr const char* forget_expired_claims = "DELETE FROM claim WHERE expires_at <= $1";

/// What a holder has: columns of the drawing, then, from first_claim_column on, asked, probability
/// and expires_at.
const std::string& held_statement();
/// The groups of people whose opinions of a drawing wait for another's, in the column answered_by.
/// They are found by as many steps along an index as there are groups. Parameters: project, or the
/// job where only what it brought is asked for.
const std::string& groups_statement(bool of_import);
/// The next of one group's drawings that nobody holds: columns of the drawing. Parameters: project,
/// the group where it is not nobody's, then the job where only what it brought is asked for, limit.
const std::string& waiting_statement(Asked asked, bool of_nobody, bool of_import);

/// Those of ClaimRequest::first that the queue would ask the account about and nobody holds, of a
/// list of ids or of one alone: columns of the drawing. Parameters: the ids or the id, project, the
/// account as answerer() writes it, then the job where only what it brought is asked for.
const std::string& first_statement(bool of_list, bool of_import);

}  // namespace croquis::store
