#include "service/transfer/import.h"

#include <memory>
#include <utility>
#include <variant>

#include "core/characters.h"
#include "core/text.h"
#include "service/models/trunk.h"
#include "service/projects/projects.h"
#include "service/transfer/import_chunk.h"
#include "service/transfer/import_completion.h"
#include "service/transfer/import_dry_run.h"
#include "service/transfer/import_labels.h"
#include "service/transfer/import_pictures.h"
#include "service/transfer/import_record.h"
#include "service/transfer/import_storing.h"
#include "service/transfer/import_tally.h"
#include "store/transfer_rules.h"

namespace croquis::service {
namespace {

class Importer {
  public:
    Importer(dataset::RecordReader& reader, store::Store& store, store::Transfer& transfer,
             recognition::Batcher& batcher, const ImportOptions& options,
             const ImportEvents& events)
        : reader_(reader),
          store_(store),
          transfer_(transfer),
          batcher_(batcher),
          options_(options),
          events_(events),
          tally_(options, events),
          labels_(options, tally_),
          dry_run_(store) {}

    Result<ImportReport> run() {
        if (const auto fine = check_given_pseudonym(options_.pseudonym); !fine) return fine.error();
        auto& report = tally_.report();
        report.format = reader_.format();
        report.model = batcher_.model()->id;
        if (const auto known = labels_.read(store_); !known) return known.error();
        const auto project = project_that_takes_drawings();
        if (!project) return project.error();
        completion_.emplace(options_, labels_, tally_, started_at_, is_narrowed(*project));
        std::optional<Error> ended;
        for (bool more = true; more;) {
            if (is_stopped()) return stopped();
            if (const auto takes = look_at_project(); !takes) return takes.error();
            auto chunk = std::make_unique<ImportChunk>(at_once());
            const auto filled = fill(*chunk);
            more = filled && *filled;
            if (!filled) ended = filled.error();
            if (const auto advanced = advance(std::move(chunk)); !advanced) return advanced.error();
        }
        while (drawing_ || seen_ || storing_)
            if (const auto advanced = advance(nullptr); !advanced) return advanced.error();
        if (const auto made = labels_.make(transfer_, reader_.labels_without_drawing()); !made)
            return made.error();
        report.litter = reader_.litter();
        if (ended) return *ended;
        return std::move(report);
    }

  private:
    [[nodiscard]] bool is_stopped() const { return events_.is_stopped && events_.is_stopped(); }

    [[nodiscard]] std::size_t at_once() const {
        return events_.at_once ? events_.at_once() : options_.at_once;
    }

    /// Errors: not_found; those of takes_drawings().
    Result<store::Project> project_that_takes_drawings() {
        project_looked_at_ = std::chrono::steady_clock::now();
        auto projects = store_.projects();
        if (!projects) return projects.error();
        for (auto& project : *projects) {
            if (project.id != options_.project) continue;
            if (const auto takes = takes_drawings(project); !takes) return takes.error();
            return std::move(project);
        }
        return Error{ErrorKind::not_found, "There is no such project.", "project"};
    }

    /// Whether the project's labels narrow what the model says, for it is not its own.
    static bool is_narrowed(const store::Project& project) {
        return project.id != store::shapes_project && !project.live_model;
    }

    /// It may be archived meanwhile. Errors: those of project_that_takes_drawings().
    Result<void> look_at_project() {
        const auto passed = std::chrono::steady_clock::now() - project_looked_at_;
        if (passed < options_.project_looked_at_every) return {};
        const auto project = project_that_takes_drawings();
        return project ? Result<void>() : project.error();
    }

    /// False at the end of the data.
    Result<bool> fill(ImportChunk& chunk) {
        while (!chunk.full()) {
            if (is_stopped()) return stopped();
            auto item = reader_.next();
            if (!item) return item.error();
            if (!*item) return false;
            take(std::move(**item), chunk);
        }
        return true;
    }

    void take(dataset::Item item, ImportChunk& chunk) {
        if (auto* record = std::get_if<dataset::Record>(&item)) {
            const Arrival arrival{started_at_, tally_.report().records++};
            const std::string place = record->place;
            auto pending = pending_of(std::move(*record), labels_, options_, arrival);
            if (pending)
                chunk.add(std::move(*pending));
            else
                tally_.reject(place, pending.error());
        } else if (const auto* bad = std::get_if<dataset::Rejected>(&item)) {
            ++tally_.report().records;
            tally_.reject(bad->place, Error{ErrorKind::malformed, bad->reason});
        } else if (const auto& remark = std::get<dataset::Remark>(item); !remark.text.empty()) {
            tally_.remark(remark.place, remark.text);
        }
    }

    /// Takes each chunk a stage further. One is drawn, one looked at and one stored while the next
    /// is read.
    Result<void> advance(std::unique_ptr<ImportChunk> filled) {
        if (auto stored = end_storing(); !stored) return stored;
        if (filled)
            if (auto found = find(*filled); !found) return found;
        const auto drawing = std::move(drawing_);
        if (filled)
            drawing_ =
                std::make_unique<PictureDrawing>(std::move(filled), options_.drawing_threads);
        std::unique_ptr<ImportChunk> next;
        if (drawing) {
            next = end_drawing(*drawing);
            if (auto begun = look_at(*next); !begun) return begun;
        }
        auto seen = std::exchange(seen_, std::move(next));
        return seen ? begin_storing(std::move(seen)) : Result<void>();
    }

    /// Finds out what is stored already: that is neither drawn nor looked at again. What comes
    /// twice in the data may be on its way, which the store finds out.
    Result<void> find(ImportChunk& chunk) {
        if (chunk.empty()) return {};
        std::vector<store::ImportKey> keys;
        for (const auto& pending : chunk.drawings()) keys.push_back(store::key_of(pending->import));
        auto there = transfer_.find(keys);
        if (!there) return there.error();
        for (std::size_t i = 0; i < keys.size(); ++i)
            chunk.drawings()[i]->there = std::move((*there)[i]);
        return find_by_strokes(transfer_, chunk);
    }

    std::unique_ptr<ImportChunk> end_drawing(PictureDrawing& drawing) {
        auto chunk = drawing.wait();
        std::erase_if(chunk->drawings(), [&](const auto& pending) {
            if (pending->undrawable) tally_.reject(pending->record.place, *pending->undrawable);
            return pending->undrawable.has_value();
        });
        return chunk;
    }

    /// Has the model look at what is not stored already.
    Result<void> look_at(ImportChunk& chunk) {
        if (chunk.empty()) return {};
        if (auto made = labels_.make(transfer_); !made) return made;
        for (auto& pending : chunk.drawings())
            if (pending->there && !pending->was_there && !pending->was_deleted())
                pending->was_there = is_stored_picture(*pending);
        chunk.recognise(batcher_, options_);
        return {};
    }

    Result<void> begin_storing(std::unique_ptr<ImportChunk> chunk) {
        chunk->wait(events_.is_stopped);
        if (is_stopped()) return stopped();
        std::vector<PendingImport*> good;
        for (auto& pending : chunk->drawings()) {
            if (completion_->complete(*pending))
                good.push_back(pending.get());
            else
                tally_.reject(pending->record.place, pending->recognised.error());
        }
        if (options_.dry_run) return count_dry(good);
        if (good.empty()) {
            show_progress();
            return {};
        }
        if (auto made = labels_.make(transfer_); !made) return made;
        storing_ = std::make_unique<ImportStoring>(transfer_, std::move(chunk), std::move(good));
        return {};
    }

    Result<void> count_dry(const std::vector<PendingImport*>& good) {
        for (const auto* pending : good) {
            const auto outcome = dry_run_.outcome_of(*pending);
            if (!outcome)
                tally_.reject(pending->record.place, outcome.error());
            else
                tally_.count(*pending, *outcome);
        }
        show_progress();
        return {};
    }

    Result<void> end_storing() {
        const auto storing = std::move(storing_);
        if (!storing) return {};
        const auto outcomes = storing->wait();
        if (!outcomes) return outcomes.error();
        for (std::size_t i = 0; i < outcomes->size(); ++i) {
            auto& pending = *storing->drawings()[i];
            auto outcome = (*outcomes)[i];
            if (!outcome && is_other_drawing(outcome.error(), pending))
                outcome = add_beside(pending);
            if (!outcome && was_deleted_meanwhile(outcome.error(), pending))
                outcome = store::deleted_before();
            if (!outcome)
                tally_.reject(pending.record.place, outcome.error());
            else
                tally_.count(pending, *outcome);
        }
        show_progress();
        return {};
    }

    void show_progress() {
        if (events_.progress)
            events_.progress(reader_.position(), reader_.extent(), tally_.report());
    }

    static bool is_other_drawing(const Error& error, const PendingImport& pending) {
        return error.kind == ErrorKind::conflict && !pending.import.known_by_id &&
               pending.import.submission.external_id;
    }

    /// What was there came without its picture.
    static bool was_deleted_meanwhile(const Error& error, const PendingImport& pending) {
        return pending.was_there && error.kind == ErrorKind::invalid && error.field == "image";
    }

    Result<store::ImportOutcome> add_beside(PendingImport& pending) {
        tell_apart_by_bytes(pending.import.submission);
        const auto outcomes = transfer_.add({pending.import});
        if (!outcomes) return outcomes.error();
        return outcomes->front();
    }

    dataset::RecordReader& reader_;
    store::Store& store_;
    store::Transfer& transfer_;
    recognition::Batcher& batcher_;
    const ImportOptions& options_;
    const ImportEvents& events_;
    const Timestamp started_at_ = now();
    std::chrono::steady_clock::time_point project_looked_at_;
    ImportTally tally_;
    ImportLabels labels_;
    ImportDryRun dry_run_;
    std::optional<ImportCompletion> completion_;
    std::unique_ptr<PictureDrawing> drawing_;
    std::unique_ptr<ImportChunk> seen_;  ///< by the model, now
    std::unique_ptr<ImportStoring> storing_;
};

}  // namespace

Result<void> check_given_pseudonym(std::string_view pseudonym) {
    if (pseudonym.size() > max_import_id_bytes)
        return Error{ErrorKind::invalid, "A pseudonym has 1 to 512 bytes.", "pseudonym"};
    if (!is_utf8(pseudonym) || has_control_characters(pseudonym))
        return Error{ErrorKind::invalid, "A name or id holds control characters.", "pseudonym"};
    return {};
}

Result<ImportReport> import_drawings(dataset::RecordReader& reader, store::Store& store,
                                     store::Transfer& transfer, recognition::Batcher& batcher,
                                     const ImportOptions& options, const ImportEvents& events) {
    return Importer(reader, store, transfer, batcher, options, events).run();
}

}  // namespace croquis::service
