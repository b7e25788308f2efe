#include "service/import_pictures.h"

#include <algorithm>
#include <future>
#include <utility>
#include <vector>

#include "drawing/image.h"
#include "drawing/sanitise.h"
#include "drawing/strokes.h"

namespace croquis::service {
namespace {

Result<Bytes> picture_of(const std::string& strokes) {
    const auto parsed = drawing::parse_strokes(strokes);
    if (!parsed) return parsed.error();
    return drawing::encode_png(drawing::on_canvas(*parsed));
}

void draw_one(PendingImport& pending) {
    auto& submission = pending.import.submission;
    auto picture = picture_of(submission.strokes);
    if (!picture) {
        pending.undrawable = picture.error();
        return;
    }
    submission.image = std::move(*picture);
    submission.sha256 = sha256(submission.image);
}

/// Another release may have drawn the same strokes in other bytes, or written them otherwise.
Result<bool> has_strokes(store::Store& store, const Uuid& id, const std::string& strokes) {
    const auto stored = store.strokes(id, store::Audience::annotators);
    if (!stored && stored.error().kind != ErrorKind::not_found) return stored.error();
    if (!stored) return false;
    return *stored == strokes || drawing::plain_strokes(*stored) == drawing::plain_strokes(strokes);
}

Result<bool> is_kept_as(BytesView image, const Sha256& digest) {
    const auto kept = drawing::sanitised(image);
    return kept && sha256(*kept) == digest;
}

}  // namespace

void draw_pictures(ImportChunk& chunk, std::size_t threads) {
    std::vector<PendingImport*> undrawn;
    for (const auto& pending : chunk.drawings())
        if (pending->is_drawn) undrawn.push_back(pending.get());
    threads = std::max<std::size_t>(1, threads);
    const auto draw_from = [&](std::size_t first) {
        for (std::size_t i = first; i < undrawn.size(); i += threads) draw_one(*undrawn[i]);
    };
    std::vector<std::future<void>> others;
    for (std::size_t i = 1; i < std::min(threads, undrawn.size()); ++i)
        others.push_back(std::async(std::launch::async, draw_from, i));
    draw_from(0);
    for (auto& other : others) other.get();
}

Result<bool> is_picture_of(store::Store& store, const store::Drawing& found,
                           PendingImport& pending) {
    auto& submission = pending.import.submission;
    if (found.sha256 == submission.sha256) return true;
    auto same = pending.is_drawn ? has_strokes(store, found.id, submission.strokes)
                                 : is_kept_as(submission.image, found.sha256);
    if (same && *same) submission.sha256 = found.sha256;
    return same;
}

}  // namespace croquis::service
