#include "service/transfer.h"

namespace croquis::service {
namespace {

constexpr std::size_t page_size = 100;

bool is_asked_for(const store::Drawing& drawing, const ExportOptions& options) {
    if (options.reviewed && *options.reviewed != drawing.tagged_by.has_value()) return false;
    if (options.source && *options.source != drawing.source) return false;
    return !options.tagged_by || options.tagged_by == drawing.tagged_by;
}

dataset::Exported to_exported(store::Drawing&& drawing, store::Transfer::Content&& content) {
    dataset::Exported exported;
    exported.id = drawing.id;
    exported.created_at = drawing.created_at;
    exported.image = std::move(content.image);
    exported.media_type = std::move(drawing.media_type);
    exported.strokes = std::move(content.strokes);
    exported.label = std::move(drawing.tag);
    if (drawing.tagged_by) exported.reviewed = {std::move(*drawing.tagged_by), drawing.tagged_at};
    exported.prediction = {std::move(drawing.prediction.tag), drawing.prediction.confidence,
                           std::move(drawing.prediction.model)};
    exported.external_id = drawing.external_id.value_or("");
    exported.file_name = drawing.file_name.value_or("");
    exported.pseudonym = drawing.pseudonym.value_or("");
    exported.source = std::move(drawing.source);
    return exported;
}

Result<void> write_page(std::vector<store::Drawing> drawings, store::Transfer& transfer,
                        dataset::DatasetWriter& writer, ExportReport& report) {
    std::vector<Uuid> ids;
    ids.reserve(drawings.size());
    for (const auto& drawing : drawings) ids.push_back(drawing.id);
    auto contents = transfer.contents(ids);
    if (!contents) return contents.error();
    for (std::size_t i = 0; i < drawings.size(); ++i) {
        auto& content = (*contents)[i];
        if (!content) continue;  // withdrawn meanwhile
        const auto written = writer.add(to_exported(std::move(drawings[i]), std::move(*content)));
        if (!written) return written.error();
        ++(*written ? report.written : report.left_out);
    }
    return {};
}

}  // namespace

Result<ExportReport> export_drawings(store::Store& store, store::Transfer& transfer,
                                     dataset::ZipWriter::Sink& sink, const ExportOptions& options,
                                     const std::function<void(std::size_t)>& progress) {
    auto writer = dataset::make_writer(options.format, sink, options.project);
    if (!writer) return writer.error();
    store::Query query;
    query.order = store::Order::oldest_first;
    query.limit = page_size;
    query.tag = options.tag;
    query.from = options.from;
    query.until = options.until;
    ExportReport report;
    do {
        auto page = store.list(query);
        if (!page) return page.error();
        query.after = page->next;
        std::erase_if(page->drawings,
                      [&](const auto& drawing) { return !is_asked_for(drawing, options); });
        const auto done = write_page(std::move(page->drawings), transfer, **writer, report);
        if (!done) return done.error();
        if (progress) progress(report.written);
    } while (query.after);
    auto manifest = (*writer)->finish();
    if (!manifest) return manifest.error();
    report.manifest = std::move(*manifest);
    return report;
}

}  // namespace croquis::service
