#include "service/transfer/import_record.h"

#include <algorithm>
#include <utility>

#include "core/characters.h"
#include "core/text.h"
#include "service/drawings/source.h"
#include "store/records.h"

namespace croquis::service {
namespace {

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

/// The same, but ids of that time lie in 32 parts by chance, each in the order of the records. What
/// is new then goes to a few places of the tables and indexes by id, where ids in no order have a
/// page of each written for every drawing; and some that follow each other are still from all over
/// the data, which may be sorted by its labels.
Uuid id_in_turn(const Arrival& arrival, std::string_view name) {
    constexpr std::uint32_t part_and_variant = 0xfe000000U;
    Uuid id = id_from(arrival.started_at, name);
    auto turn = static_cast<std::uint32_t>(arrival.number) & ~part_and_variant;
    turn |= (std::uint32_t{id.bytes[8]} << 24U) & part_and_variant;
    for (std::size_t i = 0; i < sizeof turn; ++i)
        id.bytes[8 + i] = static_cast<std::uint8_t>(turn >> (24 - 8 * i));
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

Result<void> check_texts(const dataset::Record& record) {
    static const std::string nobody;
    const std::string& reviewer = record.reviewed ? record.reviewed->by : nobody;
    for (const auto* text : {&record.external_id, &record.file_name, &record.pseudonym, &reviewer})
        if (!is_utf8(*text) || has_control_characters(*text))
            return Error{ErrorKind::invalid, "A name or id holds control characters."};
    if (record.external_id.size() > max_import_id_bytes)
        return Error{ErrorKind::invalid, "The id has more than 512 bytes."};
    if (record.file_name.size() > max_file_name_bytes)
        return Error{ErrorKind::invalid, "The file's name has more than 1024 bytes."};
    if (record.pseudonym.size() > max_import_id_bytes)
        return Error{ErrorKind::invalid, "The pseudonym has more than 512 bytes."};
    if (reviewer.size() > max_import_id_bytes)
        return Error{ErrorKind::invalid, "The reviewer's name has more than 512 bytes."};
    return {};
}

/// Its id, its external id and its time.
void name(store::DrawingImport& import, const dataset::Record& record,
          const std::optional<Uuid>& job, const Arrival& arrival) {
    auto& submission = import.submission;
    submission.import_job = job;
    const auto drawn = record.created_at.value_or(arrival.started_at);
    submission.created_at = std::clamp(drawn, Timestamp(), arrival.started_at);
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
    submission.id = record.created_at ? id_from(submission.created_at, *submission.external_id)
                                      : id_in_turn(arrival, *submission.external_id);
}

}  // namespace

Result<PendingImport> pending_of(dataset::Record record, ImportLabels& labels,
                                 const ImportOptions& options, const Arrival& arrival) {
    if (const auto valid = check_texts(record); !valid) return valid.error();
    PendingImport pending;
    const auto label = labels.choose(record);
    if (!label) return label.error();
    pending.label = *label;
    auto& submission = pending.import.submission;
    pending.is_drawn = record.image.empty();
    if (!pending.is_drawn) {
        submission.image = std::move(record.image);
        submission.sha256 = sha256(submission.image);
    }
    submission.strokes = record.strokes;
    submission.project = options.project;
    submission.source = is_source(record.source) ? record.source : std::string(import_source);
    submission.file_name = unless_empty(record.file_name);
    submission.pseudonym =
        unless_empty(record.pseudonym.empty() ? options.pseudonym : record.pseudonym);
    name(pending.import, record, options.job, arrival);
    pending.record = std::move(record);
    return pending;
}

void tell_apart_by_bytes(store::Submission& submission) {
    constexpr std::size_t digits = 12;
    *submission.external_id += "#" + to_hex(submission.sha256).substr(0, digits);
    submission.id = id_from(submission.created_at, *submission.external_id);
}

}  // namespace croquis::service
