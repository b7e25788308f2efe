#include "service/people/audit.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <iostream>

#include "cli/commands.h"
#include "cli/options.h"

/// Who did what.
namespace croquis::cli {
namespace {

namespace json = boost::json;

constexpr std::size_t listed_at_once = 200;

struct AuditArguments {
    std::string actor, action, subject, since, until;
    std::size_t limit = 50;
    bool all = false;
    bool as_json = false;
    bool subjects = false;
};

Result<store::AuditQuery> query_of(const AuditArguments& arguments) {
    store::AuditQuery query;
    if (!arguments.actor.empty()) query.actor = arguments.actor;
    if (!arguments.subject.empty()) query.subject = arguments.subject;
    if (!arguments.action.empty()) {
        const auto action = store::audit_action_from(arguments.action);
        if (!action) return action.error();
        query.action = *action;
    }
    const auto since = moment(arguments.since, "--since");
    if (!since) return since.error();
    query.since = *since;
    const auto until = moment(arguments.until, "--until");
    if (!until) return until.error();
    query.until = *until;
    return query;
}

std::string line_of(const store::AuditEvent& event, const AuditArguments& arguments) {
    if (arguments.subjects) return event.subject;
    const auto at = to_rfc3339(time_of(event.id));
    const std::string_view by = event.by ? std::string_view(event.by->name) : "-";
    const std::string project = event.project_slug.value_or("-");
    if (!arguments.as_json)
        return fmt::format("{}  {:<18} {:<16} {:<12} {}{}", at, to_string(event.action), by,
                           project, event.subject,
                           event.details == "{}" ? "" : "  " + event.details);
    return json::serialize(
        json::object{{"id", to_string(event.id)},
                     {"at", at},
                     {"actor", event.by ? json::value(by) : json::value()},
                     {"action", to_string(event.action)},
                     {"project", event.project_slug ? json::value(project) : json::value()},
                     {"subject", event.subject},
                     {"details", json::parse(event.details)}});
}

Result<void> show(store::Store& store, const AuditArguments& arguments) {
    auto query = query_of(arguments);
    if (!query) return query.error();
    std::size_t left = arguments.limit;
    while (arguments.all || left > 0) {
        query->limit = arguments.all ? listed_at_once : std::min(left, listed_at_once);
        const auto page = service::list_audit(store, *query);
        if (!page) return page.error();
        for (const auto& event : *page) std::cout << line_of(event, arguments) << '\n';
        if (page->size() < query->limit) break;
        left -= std::min(left, page->size());
        query->after = page->back().id;
    }
    return {};
}

}  // namespace

void add_audit(CLI::App& program, Context& context) {
    auto* command = program.add_subcommand("audit", "Show who did what, newest first");
    const auto given = std::make_shared<AuditArguments>();
    command->add_option("--actor", given->actor,
                        "Only what this user did (or operator, retention)");
    command->add_option("--action", given->action, "Only this, as drawing.deleted");
    command->add_option("--subject", given->subject,
                        "Only about this: a drawing's id, a label, a project, a model, a user");
    command->add_option("--since", given->since, "Not before, as 2026-11-24T14:07:00Z");
    command->add_option("--until", given->until, "Before");
    command->add_option("--limit", given->limit, "At most so many")
        ->check(wrong_limit)
        ->capture_default_str();
    command->add_flag("--all", given->all, "All of them");
    auto* as_json = command->add_flag("--json", given->as_json, "A JSON object a line");
    command
        ->add_flag("--subjects", given->subjects,
                   "Their subjects alone, as other commands take them")
        ->excludes(as_json);
    do_on_store(*command, context, [given](store::Store& store) { return show(store, *given); });
}

}  // namespace croquis::cli
