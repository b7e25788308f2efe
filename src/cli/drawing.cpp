#include <algorithm>
#include <iostream>

#include "cli/commands.h"
#include "core/text.h"
#include "identity/security_log.h"
#include "server/open.h"
#include "service/jobs/job_kinds.h"
#include "store/store.h"

/// Hiding, showing and deleting drawings from the command line.
namespace croquis::cli {
namespace {

/// Changed in one transaction.
constexpr std::size_t changed_at_once = 200;

using Ids = std::vector<Uuid>;

struct DrawingArguments {
    std::vector<std::string> ids;
    std::string import_job;
    bool sure = false;
};

Result<Ids> read_ids(const std::vector<std::string>& texts) {
    Ids ids;
    for (const auto& text : texts) {
        const auto id = Uuid::parse(text);
        if (!id) return Error{ErrorKind::invalid, text + " is no drawing's id.", "ID"};
        ids.push_back(*id);
    }
    return ids;
}

const char* word_of(store::Visibility visibility) {
    switch (visibility) {
        case store::Visibility::shown:
            return "shown";
        case store::Visibility::hidden:
            return "hidden";
        case store::Visibility::deleted:
            break;
    }
    return "deleted";
}

/// Says of each what became of it, or only of those that stay as they are; how many were changed.
Result<std::size_t> change_some(store::Store& store, const Ids& ids, store::Visibility to,
                                bool tell_all = true) {
    std::vector<store::VisibilityChange> changes;
    const auto by = store::operator_author();
    for (const auto& id : ids)
        changes.push_back({id, to, by, now(), store::VersionCondition::any()});
    const auto results = store.change_visibility(changes);
    if (!results) return results.error();
    std::size_t done = 0;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        const auto& result = (*results)[i];
        if (result) ++done;
        if (result && !tell_all) continue;
        (result ? std::cout : std::cerr)
            << to_string(ids[i]) << ": " << (result ? word_of(to) : result.error().detail) << '\n';
    }
    return done;
}

/// Says in the log how many it were, and to whoever started it whether they are all.
int told(std::size_t done, std::size_t all, store::Visibility to) {
    identity::tell(identity::Event::drawing_withdrawn, {},
                   {{"by", "operator"}, {word_of(to), std::to_string(done)}});
    return done == all ? success : done == 0 ? failed : partly_failed;
}

int change(store::Store& store, const std::vector<std::string>& texts, store::Visibility to) {
    const auto ids = read_ids(texts);
    if (!ids) return report(ids.error());
    std::size_t done = 0;
    for (std::size_t from = 0; from < ids->size(); from += changed_at_once) {
        const auto until = std::min(from + changed_at_once, ids->size());
        const Ids some(ids->begin() + static_cast<std::ptrdiff_t>(from),
                       ids->begin() + static_cast<std::ptrdiff_t>(until));
        const auto changed = change_some(store, some, to);
        if (!changed) return report(changed.error());
        done += *changed;
    }
    return told(done, ids->size(), to);
}

/// The drawings that an import stored, however many: it is read as it is changed.
int change_imported(store::Store& store, const std::string& text, store::Visibility to) {
    const auto job = import_named(store, text);
    if (!job) return report(job.error());
    store::Query query;
    query.project = job->project;
    query.import_job = job->id;
    query.audience = store::Audience::annotators;
    query.order = store::Order::oldest_first;
    query.limit = changed_at_once;
    std::size_t all = 0;
    std::size_t done = 0;
    do {
        const auto page = store.list(query);
        if (!page) return report(page.error());
        Ids ids;
        for (const auto& drawing : page->drawings) ids.push_back(drawing.id);
        const auto changed = change_some(store, ids, to, false);
        if (!changed) return report(changed.error());
        all += ids.size();
        done += *changed;
        query.after = page->next;
    } while (query.after);
    std::cout << counted(done, "drawing is", "drawings are") << ' ' << word_of(to) << '\n';
    return told(done, all, to);
}

int change(store::Store& store, const DrawingArguments& arguments, store::Visibility to) {
    if (arguments.import_job.empty()) return change(store, arguments.ids, to);
    if (to == store::Visibility::deleted && !arguments.sure)
        return report(
            Error{ErrorKind::invalid, "This cannot be undone: say so with --yes.", "--yes"});
    return change_imported(store, arguments.import_job, to);
}

}  // namespace

Result<store::Job> import_named(store::JobStore& store, const std::string& id,
                                std::optional<int> project) {
    const auto parsed = Uuid::parse(id);
    auto job = parsed ? store.job(*parsed) : Result<store::Job>(Error{ErrorKind::not_found, {}});
    if (!job && job.error().kind != ErrorKind::not_found) return job;
    if (!job || job->kind != service::import_kind)
        return Error{ErrorKind::invalid, id + " is no import's id; `croquis job list` has them.",
                     "--import"};
    if (project && job->project != *project)
        return Error{ErrorKind::invalid, id + " is an import into another project.", "--import"};
    return job;
}

void add_drawing(CLI::App& program, Context& context) {
    auto* command = program.add_subcommand("drawing", "Hide, show and delete drawings");
    command->require_subcommand(1);
    auto given = std::make_shared<DrawingArguments>();
    const auto verb = [&](const char* name, const char* help, store::Visibility to) {
        auto* added = command->add_subcommand(name, help);
        const auto config = own_settings(*added, server::Settings::store, context);
        auto* which = added->add_option_group("Which drawings (ids or an import)");
        which->require_option(1);
        which->add_option("ID", given->ids, "Ids, as the API and the page's address have them");
        auto* import = which->add_option(
            "--import", given->import_job,
            "Instead of single ones, all that the import of this id stored; `croquis job list` has "
            "the id");
        if (to == store::Visibility::deleted)
            added->add_flag("--yes", given->sure, "With --import: it cannot be undone")
                ->needs(import);
        added->callback([=, &context] {
            Metrics metrics;
            auto store = server::open_existing(*config, metrics);
            context.exit_code = store ? change(**store, *given, to) : report(store.error());
        });
    };
    verb("delete", "Delete for good: picture, strokes, predictions, embeddings, tags",
         store::Visibility::deleted);
    verb("hide", "Show them to annotators alone", store::Visibility::hidden);
    verb("show", "Show hidden ones again", store::Visibility::shown);
}

}  // namespace croquis::cli
