#include "service/transfer/import_storing.h"

#include <utility>

namespace croquis::service {

ImportStoring::ImportStoring(store::Transfer& transfer, std::unique_ptr<ImportChunk> chunk,
                             std::vector<PendingImport*> drawings)
    : chunk_(std::move(chunk)), drawings_(std::move(drawings)) {
    imports_.reserve(drawings_.size());
    for (auto* pending : drawings_) imports_.push_back(std::move(pending->import));
    outcomes_ = std::async(std::launch::async,
                           [this, &transfer]() -> Outcomes { return transfer.add(imports_); });
}

ImportStoring::Outcomes ImportStoring::wait() {
    auto outcomes = outcomes_.get();
    for (std::size_t i = 0; i < drawings_.size(); ++i)
        drawings_[i]->import = std::move(imports_[i]);
    return outcomes;
}

}  // namespace croquis::service
