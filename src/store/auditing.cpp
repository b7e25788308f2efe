#include "store/auditing.h"

#include <spdlog/fmt/fmt.h>

#include <array>
#include <boost/json.hpp>
#include <chrono>

#include "store/records.h"

namespace croquis::store {
namespace {

namespace json = boost::json;

struct ActionWord {
    AuditAction action;
    std::string_view word;
};

constexpr std::array action_words{
    ActionWord{AuditAction::drawing_deleted, "drawing.deleted"},
    ActionWord{AuditAction::drawing_hidden, "drawing.hidden"},
    ActionWord{AuditAction::drawing_shown, "drawing.shown"},
    ActionWord{AuditAction::drawing_withdrawn, "drawing.withdrawn"},
    ActionWord{AuditAction::label_added, "label.added"},
    ActionWord{AuditAction::label_changed, "label.changed"},
    ActionWord{AuditAction::label_retired, "label.retired"},
    ActionWord{AuditAction::label_merged, "label.merged"},
    ActionWord{AuditAction::project_added, "project.added"},
    ActionWord{AuditAction::project_changed, "project.changed"},
    ActionWord{AuditAction::project_archived, "project.archived"},
    ActionWord{AuditAction::duplicates_dismissed, "duplicates.dismissed"},
    ActionWord{AuditAction::duplicates_restored, "duplicates.restored"},
    ActionWord{AuditAction::model_promoted, "model.promoted"},
    ActionWord{AuditAction::model_rolled_back, "model.rolled_back"},
    ActionWord{AuditAction::model_removed, "model.removed"},
    ActionWord{AuditAction::import_started, "import.started"},
    ActionWord{AuditAction::export_started, "export.started"},
    ActionWord{AuditAction::user_added, "user.added"},
    ActionWord{AuditAction::user_changed, "user.changed"},
    ActionWord{AuditAction::user_deleted, "user.deleted"},
    ActionWord{AuditAction::password_changed, "password.changed"},
    ActionWord{AuditAction::person_exported, "person.exported"},
    ActionWord{AuditAction::person_erased, "person.erased"},
};

constexpr std::size_t most_on_a_page = 200;
constexpr std::size_t most_of_a_person = 1000;

AuditEvent event(AuditAction action, std::string subject, const std::optional<Author>& by,
                 const json::object& details = {}, std::optional<int> project = {}) {
    AuditEvent made;
    made.by = by;
    made.action = action;
    made.project = project;
    made.subject = std::move(subject);
    made.details = json::serialize(details);
    return made;
}

template <class T>
json::value value_or_null(const std::optional<T>& value) {
    return value ? json::value(*value) : json::value();
}

AuditAction action_of(const TagWrite& write) {
    switch (write.drawing.visibility) {
        case Visibility::shown:
            return AuditAction::drawing_shown;
        case Visibility::hidden:
            return AuditAction::drawing_hidden;
        case Visibility::deleted:
            break;
    }
    return write.event.by ? AuditAction::drawing_deleted : AuditAction::drawing_withdrawn;
}

}  // namespace

std::string_view to_string(AuditAction action) {
    for (const auto& each : action_words)
        if (each.action == action) return each.word;
    return "";
}

Result<AuditAction> audit_action_from(std::string_view text) {
    std::string known;
    for (const auto& each : action_words) {
        if (each.word == text) return each.action;
        known.append(known.empty() ? "" : ", ").append(each.word);
    }
    return Error{ErrorKind::invalid, "An action is one of " + known + ".", "action"};
}

AuditEvent audit_of(const Drawing& before, const TagWrite& write) {
    json::object details;
    if (write.drawing.visibility == Visibility::deleted) details["sha256"] = to_hex(before.sha256);
    std::optional<Author> by;
    if (write.event.by) by = Author{write.event.by_id, *write.event.by};
    return event(action_of(write), to_string(before.id), by, details, before.project);
}

AuditEvent audit_of_added(const Project& project, const Author& by) {
    return event(AuditAction::project_added, project.slug, by, {{"name", project.name}},
                 project.id);
}

AuditEvent audit_of_changed(const Project& project, const ProjectChange& change, const Author& by) {
    json::object details;
    if (change.name) details["name"] = *change.name;
    if (change.guidelines) details["guidelines"] = true;
    if (change.who_draws) details["who_draws"] = to_string(*change.who_draws);
    if (change.who_browses) details["who_browses"] = to_string(*change.who_browses);
    if (change.opinions_wanted) details["opinions_wanted"] = *change.opinions_wanted;
    if (change.retention_days) details["retention_days"] = value_or_null(*change.retention_days);
    const bool archived = change.archived_at && *change.archived_at;
    if (change.archived_at) details["archived"] = archived;
    if (change.rolls_back) details["rolls_back"] = *change.rolls_back;
    if (change.teach_after) details["teach_after"] = value_or_null(*change.teach_after);
    if (change.promotes_better) details["promotes_better"] = *change.promotes_better;
    return event(archived ? AuditAction::project_archived : AuditAction::project_changed,
                 project.slug, by, details, project.id);
}

AuditEvent audit_of_added(int project, const std::string& label, const Author& by) {
    return event(AuditAction::label_added, label, by, {}, project);
}

AuditEvent audit_of_changed(int project, const std::string& label, const LabelChange& change,
                            const Author& by) {
    json::object details;
    boost::system::error_code not_json;
    if (change.titles) details["titles"] = json::parse(*change.titles, not_json);
    if (change.colour) details["colour"] = value_or_null(*change.colour);
    if (change.key) details["key"] = value_or_null(*change.key);
    if (change.place) details["position"] = *change.place;
    if (change.example)
        details["example"] = *change.example ? json::value(to_string(**change.example)) : nullptr;
    if (change.retired) details["retired"] = *change.retired;
    const bool retired = change.retired.value_or(false);
    return event(retired ? AuditAction::label_retired : AuditAction::label_changed, label, by,
                 details, project);
}

AuditEvent audit_of_offered_again(int project, const std::string& label, const Author& by) {
    LabelChange change;
    change.retired = false;
    return audit_of_changed(project, label, change, by);
}

std::optional<AuditEvent> audit_of_merge(int project, const LabelMerge& merge,
                                         const Labels& before) {
    if (label_named(before, merge.from).retired) return std::nullopt;
    return event(AuditAction::label_merged, merge.from, merge.by, {{"into", merge.into}}, project);
}

AuditEvent audit_of(const DuplicateDismissal& dismissal) {
    constexpr std::size_t most_named = 24;
    json::array named;
    for (const auto& drawing : dismissal.drawings)
        if (named.size() < most_named) named.emplace_back(to_string(drawing));
    return event(AuditAction::duplicates_dismissed, to_string(dismissal.id),
                 dismissal.by.value_or(operator_author()),
                 {{"count", dismissal.drawings.size()}, {"drawings", std::move(named)}},
                 dismissal.project);
}

AuditEvent audit_of_restored(const Uuid& dismissal, int project, const Author& by) {
    return event(AuditAction::duplicates_restored, to_string(dismissal), by, {}, project);
}

AuditEvent audit_of(const PolicyRollBack& how) {
    boost::system::error_code not_json;
    return event(AuditAction::model_rolled_back, how.to, policy_author(),
                 {{"before", how.from}, {"why", json::parse(how.why, not_json)}}, how.project);
}

AuditEvent audit_of_promotion(const std::string& model, int project,
                              const std::optional<std::string>& before, const Promotion& how) {
    return event(how.roll_back ? AuditAction::model_rolled_back : AuditAction::model_promoted,
                 model, how.by, {{"before", value_or_null(before)}}, project);
}

AuditEvent audit_of_removed_model(const std::string& model, int project, const Sha256& sha256,
                                  const Author& by) {
    return event(AuditAction::model_removed, model, by, {{"sha256", to_hex(sha256)}}, project);
}

std::optional<AuditEvent> audit_of_started(const Job& job) {
    if (job.kind != "import") return std::nullopt;
    return event(AuditAction::import_started, to_string(job.id),
                 job.created_by.value_or(operator_author()), {}, job.project);
}

std::optional<AuditEvent> audit_of_retried(const Job& job, const Author& by) {
    auto started = audit_of_started(job);
    if (!started) return std::nullopt;
    started->by = by;
    json::object details;
    if (const auto before = retried_by(job)) details["retries"] = croquis::to_string(*before);
    started->details = json::serialize(details);
    return started;
}

AuditEvent audit_of_user(AuditAction action, const User& user, const std::optional<Author>& by) {
    json::object details;
    if (action == AuditAction::user_added) details["role"] = to_string(user.role);
    return event(action, user.name, by.value_or(operator_author()), details);
}

std::vector<AuditEvent> audits_of_changed(const User& user, const AccountChange& change,
                                          const std::optional<Author>& by) {
    std::vector<AuditEvent> events;
    json::object details;
    if (change.role) details["role"] = to_string(*change.role);
    if (change.disabled) details["disabled"] = *change.disabled;
    if (!details.empty())
        events.push_back(
            event(AuditAction::user_changed, user.name, by.value_or(operator_author()), details));
    if (change.password_hash)
        events.push_back(audit_of_user(AuditAction::password_changed, user, by));
    return events;
}

Result<ListStatement> audit_statement(const AuditQuery& query) {
    if (query.limit < 1 || query.limit > most_on_a_page)
        return Error{ErrorKind::invalid, "A page has 1 to 200 events.", "limit"};
    ListStatement statement;
    std::string where = "true";
    const auto require = [&](const char* condition, const Value& value) {
        statement.values.push_back(value);
        where += fmt::format(" AND {} ${}", condition, statement.values.size());
    };
    if (query.actor) require("actor =", *query.actor);
    if (query.action) require("action =", std::string(to_string(*query.action)));
    if (query.subject) require("subject =", *query.subject);
    // The bounds on the id say nothing new; they let the primary key find the stretch.
    if (query.since) {
        require("at >=", *query.since);
        require("id >=", lowest_id_at(*query.since));
    }
    if (query.until) {
        require("at <", *query.until);
        require("id <", lowest_id_at(*query.until + std::chrono::seconds(1)));
    }
    if (query.after) require("id <", *query.after);
    statement.sql = fmt::format("SELECT {} FROM audit_event WHERE {} ORDER BY id DESC LIMIT {}",
                                audit_columns, where, query.limit);
    return statement;
}

std::string without_account(const char* id) {
    return fmt::format("({0} IS NULL OR NOT EXISTS (SELECT 1 FROM account WHERE account.id = {0}))",
                       id);
}

const std::string& drawn_by_sql() {
    static const std::string sql = fmt::format(
        "SELECT {} FROM drawing WHERE pseudonym = $1 AND id > $2 AND {} ORDER BY id LIMIT $3",
        drawing_columns, not_deleted);
    return sql;
}

const std::string& tagged_by_sql() {
    static const std::string sql = fmt::format(
        "SELECT DISTINCT drawing FROM tag_event WHERE tagged_by = $1 AND drawing > $2 AND {} "
        "ORDER BY drawing LIMIT $3",
        without_account("user_id"));
    return sql;
}

const std::string& forget_flag_sql() {
    static const std::string sql = fmt::format(
        "UPDATE drawing SET flag = '' WHERE flag <> '' AND EXISTS (SELECT 1 FROM tag_event AS said "
        "WHERE said.drawing = drawing.id AND said.kind = 'flagged' AND said.note = drawing.flag "
        "AND said.tagged_by = $1 AND {}) AND ",
        without_account("said.user_id"));
    return sql;
}

Result<void> check(const PersonQuery& query) {
    if (query.limit >= 1 && query.limit <= most_of_a_person) return {};
    return Error{ErrorKind::invalid, "A stretch has 1 to 1000 drawings.", "limit"};
}

}  // namespace croquis::store
