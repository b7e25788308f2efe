#pragma once

#include <optional>
#include <string>

#include "store/audit_store.h"
#include "store/duplicate_store.h"
#include "store/labelling.h"
#include "store/list_query.h"
#include "store/person_store.h"
#include "store/tagging.h"

/// What is written down of a change, alike over both databases.
namespace croquis::store {

AuditEvent audit_of(const Drawing& before, const TagWrite& write);
AuditEvent audit_of_added(const Project& project, const Author& by);
AuditEvent audit_of_changed(const Project& project, const ProjectChange& change, const Author& by);
AuditEvent audit_of_added(int project, const std::string& label, const Author& by);
AuditEvent audit_of_changed(int project, const std::string& label, const LabelChange& change,
                            const Author& by);
/// Of a retired label that is in use again.
AuditEvent audit_of_offered_again(int project, const std::string& label, const Author& by);
/// Of one step of a merge; none of those that go on with it.
std::optional<AuditEvent> audit_of_merge(int project, const LabelMerge& merge,
                                         const Labels& before);
AuditEvent audit_of(const DuplicateDismissal& dismissal);
AuditEvent audit_of_restored(const Uuid& dismissal, int project, const Author& by);
AuditEvent audit_of(const PolicyRollBack& how);
AuditEvent audit_of_promotion(const std::string& model, int project,
                              const std::optional<std::string>& before, const Promotion& how);
/// `sha256`: of its bytes.
AuditEvent audit_of_removed_model(const std::string& model, int project, const Sha256& sha256,
                                  const Author& by);
std::optional<AuditEvent> audit_of_started(const Job& job);
/// `job` is the new one.
std::optional<AuditEvent> audit_of_retried(const Job& job, const Author& by);
/// `by`: none is the operator.
AuditEvent audit_of_user(AuditAction action, const User& user, const std::optional<Author>& by);
std::vector<AuditEvent> audits_of_changed(const User& user, const AccountChange& change,
                                          const std::optional<Author>& by);

/// In the order in which both stores read them.
inline constexpr const char* audit_columns =
    "id, actor, actor_id, action, project, subject, details, "
    "(SELECT slug FROM project WHERE project.id = audit_event.project)";
inline constexpr const char* insert_audit_sql =
    "INSERT INTO audit_event (id, at, actor, actor_id, action, project, subject, details) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
/// Errors: invalid (limit).
Result<ListStatement> audit_statement(const AuditQuery& query);

/// The condition that what $1 did is nobody's who has an account; `id` is a column.
std::string without_account(const char* id);
/// Of a PersonQuery's pseudonym, after and limit, in this order: the drawings of that pseudonym,
/// and the ids of those whose histories have the name with nobody's account behind it.
const std::string& drawn_by_sql();
const std::string& tagged_by_sql();
/// Takes the words away with which somebody of this name, who has no account, marked a drawing.
/// Parameters: the name; then the condition on the drawing's id, which is the caller's.
const std::string& forget_flag_sql();
Result<void> check(const PersonQuery& query);

}  // namespace croquis::store
