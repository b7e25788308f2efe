#include <fmt/format.h>

#include <algorithm>
#include <iostream>

#include "cli/commands.h"
#include "identity/security_log.h"
#include "server/open.h"
#include "store/store.h"

/// Hiding, showing and deleting drawings from the command line.
namespace croquis::cli {
namespace {

/// Changed in one transaction.
constexpr std::size_t changed_at_once = 200;

using Ids = std::vector<Uuid>;

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

/// Says of each what became of it; how many were changed.
Result<std::size_t> change_some(store::Store& store, const Ids& ids, store::Visibility to) {
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
        (result ? std::cout : std::cerr)
            << to_string(ids[i]) << ": " << (result ? word_of(to) : result.error().detail) << '\n';
    }
    return done;
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
    identity::tell(identity::Event::drawing_withdrawn, {},
                   {{"by", "operator"}, {word_of(to), std::to_string(done)}});
    return done == ids->size() ? success : done == 0 ? failed : partly_failed;
}

}  // namespace

void add_drawing(CLI::App& program, Context& context) {
    auto* command = program.add_subcommand("drawing", "Hide, show and delete drawings");
    command->require_subcommand(1);
    auto ids = std::make_shared<std::vector<std::string>>();
    const auto verb = [&](const char* name, const char* help, store::Visibility to) {
        auto* added = command->add_subcommand(name, help);
        const auto config = own_settings(*added, server::Settings::store, context);
        added->add_option("ID", *ids, "Ids, as the API and the page's address have them")
            ->required();
        added->callback([=, &context] {
            Metrics metrics;
            auto store = server::open_migrated(*config, metrics);
            context.exit_code = store ? change(**store, *ids, to) : report(store.error());
        });
    };
    verb("delete", "Delete for good: picture, strokes, predictions, embeddings, tags",
         store::Visibility::deleted);
    verb("hide", "Show them to annotators alone", store::Visibility::hidden);
    verb("show", "Show hidden ones again", store::Visibility::shown);
}

}  // namespace croquis::cli
