#include "service/transfer/import_pictures.h"

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "drawing/decode.h"
#include "drawing/image.h"
#include "drawing/normalise.h"
#include "drawing/sanitise.h"
#include "drawing/strokes.h"

namespace croquis::service {
namespace {

/// What is stored may have long strokes.
constexpr std::size_t compared_at_once = 64;

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
bool are_same(const std::string& some, const std::string& others) {
    return some == others || drawing::plain_strokes(some) == drawing::plain_strokes(others);
}

bool is_kept_as(BytesView image, const Sha256& digest) {
    const auto kept = drawing::sanitised(image);
    return kept && sha256(*kept) == digest;
}

using Drawings = std::span<PendingImport* const>;

Result<void> compare_strokes(store::Transfer& transfer, Drawings drawings) {
    std::vector<Uuid> ids;
    for (const auto* pending : drawings) ids.push_back(pending->there->id);
    const auto stored = transfer.strokes(ids);
    if (!stored) return stored.error();
    for (std::size_t i = 0; i < ids.size(); ++i) {
        auto& pending = *drawings[i];
        auto& submission = pending.import.submission;
        const auto& strokes = (*stored)[i];
        pending.was_there = strokes && are_same(*strokes, submission.strokes);
        if (pending.was_there) submission.sha256 = pending.there->sha256;
    }
    return {};
}

}  // namespace

Result<void> find_by_strokes(store::Transfer& transfer, ImportChunk& chunk) {
    std::vector<PendingImport*> found;
    for (const auto& pending : chunk.drawings())
        if (pending->is_drawn && pending->there && !pending->was_deleted())
            found.push_back(pending.get());
    for (Drawings rest = found; !rest.empty();) {
        const auto some = rest.first(std::min(compared_at_once, rest.size()));
        if (auto compared = compare_strokes(transfer, some); !compared) return compared;
        rest = rest.subspan(some.size());
    }
    return {};
}

PictureDrawing::PictureDrawing(std::unique_ptr<ImportChunk> chunk, std::size_t threads)
    : chunk_(std::move(chunk)) {
    for (const auto& pending : chunk_->drawings())
        if (pending->is_drawn && !pending->was_there && !pending->was_deleted())
            undrawn_.push_back(pending.get());
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

bool is_stored_picture(PendingImport& pending) {
    auto& digest = pending.import.submission.sha256;
    const auto& stored = pending.there->sha256;
    if (digest == stored) return true;
    if (pending.is_drawn || !is_kept_as(pending.import.submission.image, stored)) return false;
    digest = stored;
    return true;
}

}  // namespace croquis::service
