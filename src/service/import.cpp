#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <deque>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "core/characters.h"
#include "core/hash_set.h"
#include "core/mutex.h"
#include "core/text.h"
#include "drawing/decode.h"
#include "drawing/image.h"
#include "drawing/sanitise.h"
#include "drawing/strokes.h"
#include "learning/dataset/text.h"
#include "recognition/label_name.h"
#include "service/labels.h"
#include "service/narrowing.h"
#include "service/projects.h"
#include "service/source.h"
#include "service/transfer.h"
#include "service/trunk.h"
#include "store/records.h"
#include "store/transfer_rules.h"

namespace croquis::service {
namespace {

namespace json = boost::json;
using dataset::Record;
using recognition::RecognitionResult;

constexpr std::size_t chunk_bytes = std::size_t{32} << 20U;
constexpr std::size_t max_id_bytes = 512;
constexpr std::size_t max_name_bytes = 1024;
constexpr std::string_view own_source = "import";
constexpr const char* unknown_label = "unknown_label";

/// A version 7 id of the given time whose other bits follow from `name`, so that the same drawing
/// has the same id in every store.
Uuid id_from(Timestamp time, std::string_view name) {
    Uuid id = store::lowest_id_at(time);
    const auto digest = sha256(as_bytes(name));
    for (std::size_t i = 8; i < id.bytes.size(); ++i) id.bytes[i] = digest[i];
    // The fraction of the millisecond, in 4,096ths: ids sort as their times do.
    constexpr std::int64_t ticks_per_milli = 4096;
    constexpr std::int64_t micros_per_milli = 1000;
    const auto micros = time.time_since_epoch().count() % micros_per_milli;
    const auto ticks = micros * ticks_per_milli / micros_per_milli;
    id.bytes[6] = static_cast<std::uint8_t>(0x70 | ticks >> 8);
    id.bytes[7] = static_cast<std::uint8_t>(ticks & 0xff);
    id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3fU) | 0x80U);
    return id;
}

/// Whether an id was made at `time`, as ids of this store are.
bool is_of_time(const Uuid& id, Timestamp time) {
    return (id.bytes[6] >> 4U) == 7 && id >= store::lowest_id_at(time - store::id_time_slack) &&
           id < store::lowest_id_at(time + store::id_time_slack);
}

std::optional<std::string> unless_empty(std::string text) {
    return text.empty() ? std::nullopt : std::optional(std::move(text));
}

/// A drawing on its way: what the data says, and what the model said.
struct Pending {
    Record record;
    store::DrawingImport import;
    std::optional<std::string> label;  ///< of the project
    bool is_drawn = false;             ///< the picture is drawn here, of the strokes
    std::optional<Error> undrawable;   ///< why it cannot be
    bool was_there = false;
    bool was_deleted = false;             ///< here, for good
    std::optional<store::Drawing> there;  ///< in a dry run
    Result<RecognitionResult> recognised = Error{};
};

/// Has the batcher look at drawings, so many at a time. Shared with what the batcher calls back,
/// which may still run when the last drawing is known.
class Looking : public std::enable_shared_from_this<Looking> {
  public:
    Looking(recognition::Batcher& batcher, const ImportOptions& options)
        : batcher_(batcher), in_flight_limit_(options.in_flight), asker_{options.asker, nullptr} {}

    void add(Pending* pending) {
        const MutexLock lock(mutex_);
        waiting_.push_back(pending);
        ++unfinished_;
    }

    /// Gives the batcher what it may have.
    void go_on() {
        while (Pending* const next = take()) {
            const auto done = [self = shared_from_this(), next](Result<RecognitionResult> found) {
                self->finish(next, std::move(found));
            };
            batcher_.recognise(next->import.submission.image, asker_, done);
        }
    }

    /// Waits until all are looked at; gives up those that were not begun where it is stopped.
    void wait(const std::function<bool()>& is_stopped) {
        constexpr std::chrono::milliseconds pause{20};
        constexpr std::chrono::milliseconds glance{200};
        MutexLock lock(mutex_);
        while (unfinished_ > 0) {
            // Where the batcher has no room, it may soon have some.
            const auto until = std::chrono::steady_clock::now() + (refused_ ? pause : glance);
            while (unfinished_ > 0 && changed_.wait_until(mutex_, until)) {
            }
            if (is_stopped && is_stopped()) give_up();
            if (!std::exchange(refused_, false)) continue;
            lock.unlock();
            go_on();
            lock.lock();
        }
    }

    void abandon() {
        wait([] { return true; });
    }

  private:
    Pending* take() {
        const MutexLock lock(mutex_);
        if (refused_ || waiting_.empty() || in_flight_ >= in_flight_limit_) return nullptr;
        ++in_flight_;
        Pending* const next = waiting_.front();
        waiting_.pop_front();
        return next;
    }

    void give_up() CROQUIS_REQUIRES(mutex_) {
        unfinished_ -= waiting_.size();
        waiting_.clear();
    }

    /// A refusal comes on the thread that asked, which then asks for no more; everything else on
    /// one of the batcher's.
    void finish(Pending* pending, Result<RecognitionResult> found) {
        const bool refused = !found && found.error().kind == ErrorKind::unavailable;
        {
            const MutexLock lock(mutex_);
            --in_flight_;
            if (refused) {
                waiting_.push_front(pending);
                refused_ = true;
                return;
            }
            pending->recognised = std::move(found);
            if (--unfinished_ == 0) changed_.notify_all();
        }
        go_on();
    }

    recognition::Batcher& batcher_;
    const std::size_t in_flight_limit_;
    const recognition::Asker asker_;
    Mutex mutex_;
    ConditionVariable changed_;
    std::deque<Pending*> waiting_ CROQUIS_GUARDED_BY(mutex_);
    std::size_t in_flight_ CROQUIS_GUARDED_BY(mutex_) = 0;
    std::size_t unfinished_ CROQUIS_GUARDED_BY(mutex_) = 0;
    bool refused_ CROQUIS_GUARDED_BY(mutex_) = false;  ///< not to be asked for a moment
};

/// Drawings that are looked at and stored together.
class Chunk {
  public:
    explicit Chunk(std::size_t most) : most_(most) {}
    Chunk(const Chunk&) = delete;
    Chunk& operator=(const Chunk&) = delete;
    /// The batcher may still look at its pictures.
    ~Chunk() {
        if (looking_) looking_->abandon();
    }

    void add(Pending pending) {
        bytes_ += pending.import.submission.image.size() + pending.import.submission.strokes.size();
        pending_.push_back(std::make_unique<Pending>(std::move(pending)));
    }

    [[nodiscard]] bool full() const { return pending_.size() >= most_ || bytes_ >= chunk_bytes; }
    [[nodiscard]] bool empty() const { return pending_.empty(); }
    [[nodiscard]] std::vector<std::unique_ptr<Pending>>& drawings() { return pending_; }

    /// Has the batcher look at all that are not stored yet.
    void recognise(recognition::Batcher& batcher, const ImportOptions& options) {
        looking_ = std::make_shared<Looking>(batcher, options);
        for (auto& pending : pending_)
            if (!pending->was_there && !pending->was_deleted) looking_->add(pending.get());
        looking_->go_on();
    }

    void wait(const std::function<bool()>& is_stopped) {
        if (looking_) looking_->wait(is_stopped);
    }

  private:
    const std::size_t most_;
    std::vector<std::unique_ptr<Pending>> pending_;
    std::size_t bytes_ = 0;
    std::shared_ptr<Looking> looking_;
};

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
          started_at_(now()) {}

    Result<ImportReport> run() {
        report_.format = reader_.format();
        report_.model = batcher_.model()->id;
        if (const auto known = read_labels(); !known) return known.error();
        if (const auto ready = read_project(); !ready) return ready.error();
        std::optional<Error> ended;
        for (bool more = true; more;) {
            if (is_stopped()) return stopped();
            auto chunk = std::make_unique<Chunk>(options_.at_once);
            const auto filled = fill(*chunk);
            more = filled && *filled;
            if (!filled) ended = filled.error();
            draw(*chunk);
            if (const auto begun = begin(*chunk); !begun) return begun.error();
            // While this chunk is looked at, the one before is stored.
            if (const auto stored = store_previous(); !stored) return stored.error();
            previous_ = std::move(chunk);
        }
        if (const auto stored = store_previous(); !stored) return stored.error();
        if (const auto made = make_labels(reader_.labels_without_drawing()); !made)
            return made.error();
        report_.litter = reader_.litter();
        if (ended) return *ended;
        return std::move(report_);
    }

  private:
    [[nodiscard]] bool is_stopped() const { return events_.is_stopped && events_.is_stopped(); }

    Result<void> read_labels() {
        auto labels = labels_in_use(store_, options_.project);
        if (!labels) return labels.error();
        known_labels_ = std::move(*labels);
        return {};
    }

    /// Whether the project takes drawings, and whether its model is its own.
    Result<void> read_project() {
        const auto projects = store_.projects();
        if (!projects) return projects.error();
        for (const auto& project : *projects) {
            if (project.id != options_.project) continue;
            narrows_ = project.id != store::shapes_project && !project.live_model;
            return takes_drawings(project);
        }
        return Error{ErrorKind::not_found, "There is no such project.", "project"};
    }

    /// False at the end of the data.
    Result<bool> fill(Chunk& chunk) {
        while (!chunk.full()) {
            if (is_stopped()) return stopped();
            auto item = reader_.next();
            if (!item) return item.error();
            if (!*item) return false;
            if (auto* record = std::get_if<Record>(&**item)) {
                ++report_.records;
                const std::string place = record->place;
                auto pending = prepare(std::move(*record));
                if (pending)
                    chunk.add(std::move(*pending));
                else
                    reject(place, pending.error());
            } else if (const auto* bad = std::get_if<dataset::Rejected>(&**item)) {
                ++report_.records;
                reject(bad->place, Error{ErrorKind::malformed, bad->reason});
            } else if (const auto& remark = std::get<dataset::Remark>(**item);
                       !remark.text.empty()) {
                say(remark.place, remark.text, false);
            }
        }
        return true;
    }

    void reject(const std::string& place, const Error& error) {
        ++report_.rejected;
        if (error.code != unknown_label || events_.unknown_labels_one_by_one)
            say(place, error.detail, true);
    }

    void say(const std::string& place, const std::string& text, bool rejected) const {
        if (events_.problem) events_.problem(place, text, rejected);
    }

    /// Draws what came as strokes alone.
    void draw(Chunk& chunk) {
        std::vector<Pending*> undrawn;
        for (const auto& pending : chunk.drawings())
            if (pending->is_drawn) undrawn.push_back(pending.get());
        const auto threads = std::max<std::size_t>(1, options_.drawing_threads);
        const auto draw_from = [&](std::size_t first) {
            for (std::size_t i = first; i < undrawn.size(); i += threads) draw_one(*undrawn[i]);
        };
        std::vector<std::future<void>> others;
        for (std::size_t i = 1; i < std::min(threads, undrawn.size()); ++i)
            others.push_back(std::async(std::launch::async, draw_from, i));
        draw_from(0);
        for (auto& other : others) other.get();
        std::erase_if(chunk.drawings(), [&](const auto& pending) {
            if (pending->undrawable) reject(pending->record.place, *pending->undrawable);
            return pending->undrawable.has_value();
        });
    }

    static void draw_one(Pending& pending) {
        auto& submission = pending.import.submission;
        auto picture = picture_of(submission.strokes);
        if (!picture) {
            pending.undrawable = picture.error();
            return;
        }
        submission.image = std::move(*picture);
        submission.sha256 = sha256(submission.image);
    }

    /// All of a drawing but what the model will say, and the picture of strokes.
    Result<Pending> prepare(Record record) {
        if (const auto valid = check_texts(record); !valid) return valid.error();
        Pending pending;
        const auto label = choose_label(record);
        if (!label) return label.error();
        pending.label = *label;
        auto& submission = pending.import.submission;
        pending.is_drawn = record.image.empty();
        if (!pending.is_drawn) {
            submission.image = std::move(record.image);
            submission.sha256 = sha256(submission.image);
        }
        submission.strokes = record.strokes;
        submission.project = options_.project;
        submission.source = is_source(record.source) ? record.source : std::string(own_source);
        submission.file_name = unless_empty(record.file_name);
        submission.pseudonym =
            unless_empty(record.pseudonym.empty() ? options_.pseudonym : record.pseudonym);
        name(pending.import, record);
        pending.record = std::move(record);
        return pending;
    }

    static Result<void> check_texts(const Record& record) {
        for (const auto* text : {&record.external_id, &record.file_name, &record.pseudonym})
            if (!is_utf8(*text) || has_control_characters(*text))
                return Error{ErrorKind::invalid, "A name or id holds control characters."};
        if (record.external_id.size() > max_id_bytes)
            return Error{ErrorKind::invalid, "The id has more than 512 bytes."};
        if (record.file_name.size() > max_name_bytes)
            return Error{ErrorKind::invalid, "The file's name has more than 1024 bytes."};
        if (record.pseudonym.size() > max_id_bytes)
            return Error{ErrorKind::invalid, "The pseudonym has more than 512 bytes."};
        return {};
    }

    static Result<Bytes> picture_of(const std::string& strokes) {
        const auto parsed = drawing::parse_strokes(strokes);
        if (!parsed) return parsed.error();
        return drawing::encode_png(drawing::on_canvas(*parsed));
    }

    /// Its id, its external id and its time.
    void name(store::DrawingImport& import, const Record& record) const {
        auto& submission = import.submission;
        submission.import_job = options_.job;
        const auto drawn = record.created_at.value_or(started_at_);
        submission.created_at = std::clamp(drawn, Timestamp(), started_at_);
        import.known_by_id = record.id && is_of_time(*record.id, submission.created_at);
        submission.external_id = unless_empty(record.external_id);
        if (import.known_by_id) {
            submission.id = *record.id;
            return;
        }
        if (!submission.external_id) {
            const auto digest =
                record.strokes.empty() ? submission.sha256 : sha256(as_bytes(record.strokes));
            submission.external_id = "sha256:" + to_hex(digest);
        }
        submission.id = id_from(submission.created_at, *submission.external_id);
    }

    [[nodiscard]] std::string mapped(const std::string& word) const {
        const auto found = options_.map.find(word);
        return found == options_.map.end() ? word : found->second;
    }

    /// The one label that the data gives, made known to the project where that was asked for.
    Result<std::optional<std::string>> choose_label(const Record& record) {
        std::vector<std::string> labels;
        for (const auto& word : record.labels)
            if (const auto label = mapped(word);
                std::find(labels.begin(), labels.end(), label) == labels.end())
                labels.push_back(label);
        if (options_.labels_as == LabelsAs::ignored || labels.empty())
            return std::optional<std::string>();
        if (labels.size() > 1) {
            say(record.place,
                fmt::format("{}: {}; it comes without a label, to be reviewed.",
                            record.disagreed ? "people or lines disagree" : "several labels",
                            fmt::join(labels, ", ")),
                false);
            return std::optional<std::string>();
        }
        if (const auto assignable = allow(labels.front()); !assignable) {
            if (assignable.error().code == unknown_label) count_unknown(labels.front());
            return assignable.error();
        }
        return std::optional(labels.front());
    }

    void count_unknown(const std::string& label) {
        auto& known = report_.unknown_labels;
        if (known.size() >= max_unknown_labels && !known.contains(label)) {
            ++report_.unknown_labels_left_out;
            return;
        }
        auto& counted = known[label];
        if (++counted.drawings == 1) counted.alike = known_alike(label);
    }

    /// Whether the project has the label, or shall have it.
    Result<void> allow(const std::string& label) {
        if (known_labels_.contains(label)) return {};
        if (const auto valid = recognition::check_label_name(label); !valid) return valid.error();
        if (options_.make_labels) {
            if (const auto known = known_alike(label))
                say(label,
                    fmt::format("a label of its own beside \"{}\", which differs in case alone: "
                                "map one to the other if they are one.",
                                *known),
                    false);
            known_labels_.insert(label);
            to_make_.push_back(label);
            report_.new_labels.push_back(label);
            return {};
        }
        return Error{
            ErrorKind::invalid,
            fmt::format("\"{}\" is not one of the project's labels{}.", label, alike(label)),
            {},
            0,
            unknown_label};
    }

    /// A label that differs in case alone.
    [[nodiscard]] std::optional<std::string> known_alike(const std::string& label) const {
        const auto folded = dataset::case_folded(label);
        for (const auto& known : known_labels_)
            if (dataset::case_folded(known) == folded) return known;
        return std::nullopt;
    }

    [[nodiscard]] std::string alike(const std::string& label) const {
        const auto known = known_alike(label);
        return known ? fmt::format(" (\"{}\" is: map one to the other)", *known) : std::string();
    }

    Result<void> make_labels(const std::vector<std::string>& more) {
        if (options_.make_labels)
            for (const auto& label : more)
                if (const auto allowed = allow(mapped(label)); !allowed)
                    say(label, allowed.error().detail, false);
        if (to_make_.empty() || options_.dry_run) return {};
        auto made = transfer_.add_labels(options_.project, to_make_);
        to_make_.clear();
        return made;
    }

    /// Finds out what is stored already, and has the model look at the rest.
    Result<void> begin(Chunk& chunk) {
        if (chunk.empty()) return {};
        if (auto made = make_labels({}); !made) return made;
        std::vector<store::ImportKey> keys;
        for (const auto& pending : chunk.drawings()) keys.push_back(store::key_of(pending->import));
        const auto there = transfer_.find(keys);
        if (!there) return there.error();
        for (std::size_t i = 0; i < keys.size(); ++i) {
            auto& pending = *chunk.drawings()[i];
            const auto& found = (*there)[i];
            pending.was_deleted = found && found->visibility == store::Visibility::deleted;
            if (found) {
                const auto same = is_picture_of(*found, pending);
                if (!same) return same.error();
                pending.was_there = *same;
            }
            if (options_.dry_run && pending.was_there) pending.there = *found;
        }
        chunk.recognise(batcher_, options_);
        return {};
    }

    /// Whether a stored drawing has this picture, as it is or as it is kept.
    Result<bool> is_picture_of(const store::Drawing& found, Pending& pending) const {
        auto& submission = pending.import.submission;
        if (found.sha256 == submission.sha256) return true;
        auto same = pending.is_drawn ? has_strokes(found.id, submission.strokes)
                                     : is_kept_as(submission.image, found.sha256);
        if (same && *same) submission.sha256 = found.sha256;
        return same;
    }

    /// Another release may have drawn the same strokes in other bytes, or written them otherwise.
    [[nodiscard]] Result<bool> has_strokes(const Uuid& id, const std::string& strokes) const {
        const auto stored = store_.strokes(id, store::Audience::annotators);
        if (!stored && stored.error().kind != ErrorKind::not_found) return stored.error();
        if (!stored) return false;
        return *stored == strokes ||
               drawing::plain_strokes(*stored) == drawing::plain_strokes(strokes);
    }

    static Result<bool> is_kept_as(BytesView image, const Sha256& digest) {
        const auto kept = drawing::sanitised(image);
        return kept && sha256(*kept) == digest;
    }

    Result<void> store_previous() {
        if (!previous_) return {};
        const auto chunk = std::move(previous_);
        chunk->wait(events_.is_stopped);
        if (is_stopped()) return stopped();
        std::vector<Pending*> good;
        for (auto& pending : chunk->drawings()) {
            if (complete(*pending))
                good.push_back(pending.get());
            else
                reject(pending->record.place, pending->recognised.error());
        }
        auto stored = options_.dry_run ? count_dry(good) : store_all(good);
        if (stored && events_.progress)
            events_.progress(reader_.position(), reader_.extent(), report_);
        return stored;
    }

    /// Fills in what the model said; false where it could not look.
    bool complete(Pending& pending) {
        if (pending.was_deleted) {
            pending.recognised = store::deleted_before();
            return false;
        }
        if (!pending.was_there) {
            if (!pending.recognised) return false;
            auto& submission = pending.import.submission;
            if (!pending.recognised->bare) {
                auto kept = drawing::sanitised(submission.image);
                if (!kept) {
                    pending.recognised = kept.error();
                    return false;
                }
                submission.image = std::move(*kept);
                submission.sha256 = sha256(submission.image);
            }
            submission.media_type = drawing::to_string(pending.recognised->media_type);
            submission.width = pending.recognised->width;
            submission.height = pending.recognised->height;
            submission.prediction = prediction_of(pending);
            submission.embedding =
                embedding_of(*pending.recognised->model, pending.recognised->prediction);
        } else {
            // It is there, so none of this is stored.
            pending.import.submission.prediction.tag = pending.label.value_or("");
        }
        if (pending.label && options_.labels_as == LabelsAs::reviewed)
            pending.import.tag = tag_of(pending);
        return true;
    }

    store::ImportedTag tag_of(const Pending& pending) {
        store::ImportedTag tag{*pending.label, options_.by, options_.by_id, started_at_};
        const auto& reviewed = pending.record.reviewed;
        if (!options_.names_from_data) {
            if (reviewed && !reviewed->by.empty()) pass_over_name(pending);
            return tag;
        }
        if (reviewed && !reviewed->by.empty()) {
            tag.by = reviewed->by;
            tag.by_id.reset();
        }
        if (reviewed && reviewed->at) tag.at = std::clamp(*reviewed->at, Timestamp(), started_at_);
        if (const auto kind = reviewed ? store::word_from(reviewed->kind) : std::nullopt)
            tag.said = store::Said{*kind, reviewed->bulk};
        return tag;
    }

    /// Told once: the names may be as many as the drawings.
    void pass_over_name(const Pending& pending) {
        if (pending.record.reviewed->by == options_.by || std::exchange(passed_over_name_, true))
            return;
        say(pending.record.place,
            fmt::format("the data says who reviewed it, which is taken from an admin's import "
                        "alone: this label, and all like it, are signed by {}.",
                        options_.by),
            false);
    }

    /// The suggestion of the data where there is one, else what the live model says.
    store::Prediction prediction_of(const Pending& pending) {
        const auto& live = *pending.recognised;
        auto prediction = to_stored(live.model->id, live.prediction);
        if (narrows_)
            prediction = narrowed(std::move(prediction), live.model->labels, known_labels_);
        const auto suggestion = suggestion_of(pending);
        if (!suggestion) return prediction;
        const bool same =
            suggestion->model == prediction.model && suggestion->label == prediction.tag;
        prediction.model = suggestion->model.empty() ? std::string(own_source) : suggestion->model;
        prediction.tag = suggestion->label;
        prediction.confidence =
            suggestion->confidence ? *suggestion->confidence : probability(live, suggestion->label);
        if (!same) prediction.probabilities = {prediction.confidence};
        return prediction;
    }

    std::optional<dataset::Suggestion> suggestion_of(const Pending& pending) {
        if (pending.label && options_.labels_as == LabelsAs::suggested)
            return dataset::Suggestion{*pending.label, std::nullopt, {}};
        if (options_.labels_as == LabelsAs::ignored || pending.record.suggestions.empty())
            return std::nullopt;
        auto suggestion = pending.record.suggestions.front();
        suggestion.label = mapped(suggestion.label);
        const bool fits =
            suggestion.model.size() <= max_id_bytes && !has_control_characters(suggestion.model);
        // A drawing's own model may have had labels that the project has not.
        if (!fits || (!pending.import.known_by_id && !allow(suggestion.label))) {
            say(pending.record.place,
                fmt::format(
                    "the suggestion \"{}\" is none of the project's labels and was dropped.",
                    suggestion.label),
                false);
            return std::nullopt;
        }
        return suggestion;
    }

    /// What the live model thinks of another's suggestion; 0 where it has no such label, so that
    /// the drawing is reviewed first.
    static float probability(const RecognitionResult& live, const std::string& label) {
        const auto& labels = live.model->labels;
        const auto at = std::find(labels.begin(), labels.end(), label);
        const auto index = static_cast<std::size_t>(at - labels.begin());
        return index < live.prediction.probabilities.size() ? live.prediction.probabilities[index]
                                                            : 0;
    }

    Result<void> count_dry(const std::vector<Pending*>& good) {
        for (const auto* pending : good) {
            const auto outcome = outcome_dry(*pending);
            if (!outcome)
                reject(pending->record.place, outcome.error());
            else
                count(*pending, *outcome);
        }
        return {};
    }

    /// What storing it would come to, after what came before it in this import.
    Result<store::ImportOutcome> outcome_dry(const Pending& pending) {
        using store::ImportOutcome;
        const auto& import = pending.import;
        const auto key = store::key_of(import);
        const auto name = key.id ? to_string(*key.id) : key.external_id;
        const auto seen = seen_dry_.find(name);
        auto outcome = pending.there ? ImportOutcome::there_already : ImportOutcome::stored;
        if (seen != seen_dry_.end()) {
            outcome = outcome_after(seen->second, import.tag);
        } else if (pending.there && store::may_write(*pending.there, import)) {
            const auto events = store_.history(pending.there->id, store::Audience::annotators);
            if (!events) return events.error();
            const auto done = store::reimport(*pending.there, *events, import);
            if (!done) return done.error();
            outcome = done->outcome;
        }
        if (outcome == ImportOutcome::disputed)
            seen_dry_[name] = std::nullopt;
        else if (outcome == ImportOutcome::stored || outcome == ImportOutcome::labelled)
            seen_dry_[name] = import.tag ? import.tag->to : std::string();
        return outcome;
    }

    /// After a dry run has given the drawing the tag `before`: empty for none, absent where two
    /// disagreed.
    static store::ImportOutcome outcome_after(const std::optional<std::string>& before,
                                              const std::optional<store::ImportedTag>& tag) {
        using store::ImportOutcome;
        if (!before || !tag || tag->to == *before) return ImportOutcome::there_already;
        return before->empty() ? ImportOutcome::labelled : ImportOutcome::disputed;
    }

    Result<void> store_all(const std::vector<Pending*>& good) {
        if (good.empty()) return {};
        if (auto made = make_labels({}); !made) return made;
        std::vector<store::DrawingImport> imports;
        imports.reserve(good.size());
        for (auto* pending : good) imports.push_back(std::move(pending->import));
        const auto outcomes = transfer_.add(imports);
        if (!outcomes) return outcomes.error();
        for (std::size_t i = 0; i < good.size(); ++i) {
            auto& pending = *good[i];
            pending.import = std::move(imports[i]);
            auto outcome = (*outcomes)[i];
            if (!outcome && is_other_drawing(outcome.error(), pending))
                outcome = add_beside(pending);
            if (!outcome)
                reject(pending.record.place, outcome.error());
            else
                count(pending, *outcome);
        }
        return {};
    }

    static bool is_other_drawing(const Error& error, const Pending& pending) {
        return error.kind == ErrorKind::conflict && !pending.import.known_by_id &&
               pending.import.submission.external_id;
    }

    /// Two data sets may use one id for two drawings: the second is known by its bytes too.
    Result<store::ImportOutcome> add_beside(Pending& pending) {
        constexpr std::size_t digits = 12;
        auto& submission = pending.import.submission;
        *submission.external_id += "#" + to_hex(submission.sha256).substr(0, digits);
        submission.id = id_from(submission.created_at, *submission.external_id);
        const auto outcomes = transfer_.add({pending.import});
        if (!outcomes) return outcomes.error();
        return outcomes->front();
    }

    void count(const Pending& pending, store::ImportOutcome outcome) {
        if (outcome != store::ImportOutcome::stored) {
            ++report_.already_there;
            if (outcome == store::ImportOutcome::labelled) {
                ++report_.labelled;
                labelled_here_.add(key_hash(pending));
            }
            if (outcome == store::ImportOutcome::kept) ++report_.kept;
            if (outcome != store::ImportOutcome::disputed) return;
            ++report_.disputed;
            // It was counted where its label came earlier in the same data.
            if (reviewed_here_.contains(key_hash(pending)))
                --report_.reviewed;
            else if (labelled_here_.contains(key_hash(pending)))
                --report_.labelled;
            say(pending.record.place,
                fmt::format("the same drawing came with another label than {}, here or earlier: it "
                            "waits for a review.",
                            pending.label.value_or("")),
                false);
            return;
        }
        ++report_.stored;
        if (pending.label) ++report_.labels[*pending.label];
        if (pending.label && options_.labels_as == LabelsAs::reviewed) {
            ++report_.reviewed;
            reviewed_here_.add(key_hash(pending));
        }
        const bool suggested = pending.label ? options_.labels_as == LabelsAs::suggested
                                             : !pending.record.suggestions.empty();
        if (suggested) ++report_.suggested;
        if (!pending.label && pending.record.labels.size() > 1) ++report_.several_labels;
    }

    /// Of what the drawing is known by.
    static std::uint64_t key_hash(const Pending& pending) {
        const auto key = store::key_of(pending.import);
        return std::hash<std::string>{}(key.id ? to_string(*key.id) : key.external_id);
    }

    dataset::RecordReader& reader_;
    store::Store& store_;
    store::Transfer& transfer_;
    recognition::Batcher& batcher_;
    const ImportOptions& options_;
    const ImportEvents& events_;
    const Timestamp started_at_;
    std::set<std::string> known_labels_;
    bool narrows_ = false;  ///< the model is not the project's own
    bool passed_over_name_ = false;
    std::vector<std::string> to_make_;
    std::map<std::string, std::optional<std::string>> seen_dry_;  ///< as outcome_after() has it
    std::unique_ptr<Chunk> previous_;
    HashSet reviewed_here_;  ///< drawings that are counted as reviewed
    HashSet labelled_here_;  ///< and as labelled
    ImportReport report_;
};

}  // namespace

json::object to_json(const ImportReport& report, bool dry_run) {
    json::object labels;
    for (const auto& [label, count] : report.labels) labels[label] = count;
    json::object unknown;
    for (const auto& [label, counted] : report.unknown_labels) unknown[label] = counted.drawings;
    return {{"format", report.format},
            {"model", report.model},
            {"dry_run", dry_run},
            {"records", report.records},
            {"stored", report.stored},
            {"already_there", report.already_there},
            {"rejected", report.rejected},
            {"reviewed", report.reviewed},
            {"suggested", report.suggested},
            {"several_labels", report.several_labels},
            {"labelled", report.labelled},
            {"kept", report.kept},
            {"disputed", report.disputed},
            {"system_files", report.litter},
            {"labels", std::move(labels)},
            {"new_labels", json::array(report.new_labels.begin(), report.new_labels.end())},
            {"unknown_labels", std::move(unknown)},
            {"unknown_labels_left_out", report.unknown_labels_left_out}};
}

Result<ImportReport> import_drawings(dataset::RecordReader& reader, store::Store& store,
                                     store::Transfer& transfer, recognition::Batcher& batcher,
                                     const ImportOptions& options, const ImportEvents& events) {
    return Importer(reader, store, transfer, batcher, options, events).run();
}

}  // namespace croquis::service
