#include "service/transfer/import_dry_run.h"

#include "store/records.h"
#include "store/transfer_rules.h"

namespace croquis::service {
namespace {

/// After a dry run has given the drawing the tag `before`: empty for none, absent where two
/// disagreed.
store::ImportOutcome outcome_after(const std::optional<std::string>& before,
                                   const std::optional<store::ImportedTag>& tag) {
    using store::ImportOutcome;
    if (!before || !tag || tag->to == *before) return ImportOutcome::there_already;
    return before->empty() ? ImportOutcome::labelled : ImportOutcome::disputed;
}

}  // namespace

Result<store::ImportOutcome> ImportDryRun::outcome_of(const PendingImport& pending) {
    using store::ImportOutcome;
    const auto& import = pending.import;
    const auto key = store::key_of(import);
    const auto name = key.id ? to_string(*key.id) : key.external_id;
    const auto seen = seen_.find(name);
    auto outcome = pending.was_there ? ImportOutcome::there_already : ImportOutcome::stored;
    if (seen != seen_.end()) {
        outcome = outcome_after(seen->second, import.tag);
    } else if (pending.was_there && store::may_write(*pending.there, import)) {
        const auto events = store_.history(pending.there->id, store::Audience::annotators);
        if (!events) return events.error();
        const auto done = store::reimport(*pending.there, *events, import);
        if (!done) return done.error();
        outcome = done->outcome;
    }
    if (outcome == ImportOutcome::disputed)
        seen_[name] = std::nullopt;
    else if (outcome == ImportOutcome::stored || outcome == ImportOutcome::labelled)
        seen_[name] = import.tag ? import.tag->to : std::string();
    return outcome;
}

}  // namespace croquis::service
