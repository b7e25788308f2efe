#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "learning/dataset/reader.h"
#include "recognition/batcher.h"
#include "service/transfer/import_options.h"
#include "store/transfer.h"

/// What an import has under way.
namespace croquis::service {

/// A drawing on its way: what the data says, and what the model said.
struct PendingImport {
    dataset::Record record;
    store::DrawingImport import;
    std::optional<std::string> label;  ///< of the project
    bool is_drawn = false;             ///< the picture is drawn here, of the strokes
    /// Of one that is: what the model sees in it.
    std::optional<recognition::PreparedPicture> prepared;
    std::optional<Error> undrawable;      ///< why it cannot be
    std::optional<store::Drawing> there;  ///< what is stored under its key
    bool was_there = false;               ///< and that is this drawing
    Result<recognition::RecognitionResult> recognised = Error{};

    /// Here, for good.
    [[nodiscard]] bool was_deleted() const {
        return there && there->visibility == store::Visibility::deleted;
    }
};

/// Drawings that are looked at and stored together.
class ImportChunk {
  public:
    explicit ImportChunk(std::size_t most) : most_(most) {}
    ImportChunk(const ImportChunk&) = delete;
    ImportChunk& operator=(const ImportChunk&) = delete;
    /// The batcher may still look at its pictures.
    ~ImportChunk();

    void add(PendingImport pending);
    [[nodiscard]] bool full() const;
    [[nodiscard]] bool empty() const { return pending_.empty(); }
    [[nodiscard]] std::vector<std::unique_ptr<PendingImport>>& drawings() { return pending_; }

    /// Has the batcher look at all that are not stored yet.
    void recognise(recognition::Batcher& batcher, const ImportOptions& options);
    /// Waits until all are looked at; gives up those that were not begun where it is stopped.
    void wait(const std::function<bool()>& is_stopped);

  private:
    class Looking;

    const std::size_t most_;
    std::vector<std::unique_ptr<PendingImport>> pending_;
    std::size_t bytes_ = 0;
    std::shared_ptr<Looking> looking_;
};

}  // namespace croquis::service
