#include "service/transfer/import_pictures.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "drawing/decode.h"
#include "drawing/image.h"
#include "drawing/normalise.h"
#include "drawing/sanitise.h"
#include "drawing/strokes.h"

namespace croquis::service {
namespace {

/// The picture is at hand here: the batcher need not decode it.
Result<void> draw(PendingImport& pending) {
    auto& submission = pending.import.submission;
    const auto strokes = drawing::parse_strokes(submission.strokes);
    if (!strokes) return strokes.error();
    const auto picture = drawing::on_canvas(*strokes);
    const auto input = drawing::normalise(picture);
    if (!input) return input.error();
    auto file = drawing::encode_png(picture);
    if (!file) return file.error();
    submission.image = std::move(*file);
    submission.sha256 = sha256(submission.image);
    pending.prepared = {*input, drawing::MediaType::png, picture.width, picture.height};
    return {};
}

void draw_one(PendingImport& pending) {
    if (const auto drawn = draw(pending); !drawn) pending.undrawable = drawn.error();
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

PictureDrawing::PictureDrawing(std::unique_ptr<ImportChunk> chunk, std::size_t threads)
    : chunk_(std::move(chunk)) {
    for (const auto& pending : chunk_->drawings())
        if (pending->is_drawn) undrawn_.push_back(pending.get());
    const auto policy = threads == 0 ? std::launch::deferred : std::launch::async;
    const std::size_t parts = std::min(std::max<std::size_t>(1, threads), undrawn_.size());
    for (std::size_t first = 0; first < parts; ++first)
        parts_.push_back(std::async(policy, [this, first, parts] {
            for (std::size_t i = first; i < undrawn_.size(); i += parts) draw_one(*undrawn_[i]);
        }));
}

std::unique_ptr<ImportChunk> PictureDrawing::wait() {
    for (auto& part : parts_) part.get();
    return std::move(chunk_);
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
