#include "service/transfer/export.h"

#include <algorithm>
#include <boost/json/object.hpp>
#include <string>
#include <utility>

#include "core/decimal.h"
#include "store/asking.h"
#include "store/records.h"

namespace croquis::service {
namespace {

namespace json = boost::json;

constexpr std::size_t export_page_size = 100;
/// A picture may have two megabytes.
constexpr std::size_t pictures_at_once = 16;

dataset::Exported to_exported(store::Drawing&& drawing, store::Transfer::Content&& content) {
    dataset::Exported exported;
    exported.id = drawing.id;
    exported.created_at = drawing.created_at;
    exported.image = std::move(content.image);
    exported.media_type = std::move(drawing.media_type);
    exported.width = drawing.width;
    exported.height = drawing.height;
    exported.strokes = std::move(content.strokes);
    exported.label = std::move(drawing.tag);
    if (drawing.tagged_by) {
        const auto said = content.said.value_or(store::Said{});
        exported.reviewed = {std::move(*drawing.tagged_by), drawing.tagged_at,
                             std::string(store::to_string(said.kind)), said.bulk};
    }
    exported.prediction = {std::move(drawing.prediction.tag), drawing.prediction.confidence,
                           std::move(drawing.prediction.model)};
    exported.external_id = drawing.external_id.value_or("");
    exported.file_name = drawing.file_name.value_or("");
    exported.pseudonym = drawing.pseudonym.value_or("");
    exported.source = std::move(drawing.source);
    return exported;
}

store::Query query_of(const ExportOptions& options) {
    store::Query query;
    static_cast<store::Filters&>(query) = static_cast<const store::Filters&>(options);
    query.order = store::Order::oldest_first;
    query.limit = export_page_size;
    query.project = options.project_id;
    return query;
}

}  // namespace

json::object filters_of(const ExportOptions& options) {
    json::object chosen;
    const auto put = [&](const char* name, const auto& value) {
        if (value) chosen[name] = *value;
    };
    const auto put_time = [&](const char* name, const std::optional<Timestamp>& time) {
        if (time) chosen[name] = to_rfc3339(*time);
    };
    const auto put_name = [&](const char* name, const std::optional<store::NameFilter>& filter) {
        if (filter) chosen[name] = store::to_string(*filter);
    };
    // As it was given.
    const auto put_share = [&](const char* name, const std::optional<float>& share) {
        if (share) chosen[name] = shortest_decimal(*share);
    };
    put("tag", options.tag);
    put("reviewed", options.reviewed);
    put("tagged_by", options.tagged_by);
    put_time("tagged_since", options.tagged_since);
    put("source", options.source);
    put_time("from", options.from);
    put_time("until", options.until);
    put_share("min_confidence", options.min_confidence);
    put_share("max_confidence", options.max_confidence);
    if (options.judging) chosen["split"] = *options.judging ? "judge" : "learn";
    put("disagreement", options.disagreement);
    put("disputed", options.disputed);
    put("flagged", options.flagged);
    put("imported", options.imported);
    if (options.import_job) chosen["import"] = to_string(*options.import_job);
    put_name("external_id", options.external_id);
    put_name("file_name", options.file_name);
    put("name_contains", options.name_contains);
    return chosen;
}

class Exporter::Impl {
  public:
    Impl(store::Store& store, store::Transfer& transfer,
         std::unique_ptr<dataset::DatasetWriter> writer, ExportOptions options)
        : store_(store),
          transfer_(transfer),
          writer_(std::move(writer)),
          options_(std::move(options)),
          query_(query_of(options_)) {}

    Result<bool> step() {
        if (done_) return false;
        if (next_ == page_.size() && !last_page_) {
            if (const auto read = read_page(); !read) return read.error();
        } else if (next_ < page_.size()) {
            if (const auto written = write_some(); !written) return written.error();
        } else {
            auto manifest = writer_->finish();
            if (!manifest) return manifest.error();
            report_.manifest = std::move(*manifest);
            done_ = true;
        }
        return true;
    }

    [[nodiscard]] const ExportReport& report() const { return report_; }

  private:
    Result<void> read_page() {
        auto page = store_.list(query_);
        if (!page) return page.error();
        query_.after = page->next;
        last_page_ = !page->next;
        page_ = std::move(page->drawings);
        if (options_.judging)
            std::erase_if(page_, [&](const auto& drawing) {
                return store::judges(drawing.id) != *options_.judging;
            });
        next_ = 0;
        return {};
    }

    Result<void> write_some() {
        const auto end = std::min(next_ + pictures_at_once, page_.size());
        std::vector<Uuid> ids;
        for (auto i = next_; i < end; ++i) ids.push_back(page_[i].id);
        auto contents = transfer_.contents(ids);
        if (!contents) return contents.error();
        for (auto& content : *contents) {
            auto& drawing = page_[next_++];
            if (!content) continue;  // withdrawn meanwhile
            const auto written = writer_->add(to_exported(std::move(drawing), std::move(*content)));
            if (!written) return written.error();
            ++(*written ? report_.written : report_.left_out);
        }
        return {};
    }

    store::Store& store_;
    store::Transfer& transfer_;
    std::unique_ptr<dataset::DatasetWriter> writer_;
    const ExportOptions options_;
    store::Query query_;
    std::vector<store::Drawing> page_;
    std::size_t next_ = 0;  ///< of page_
    bool last_page_ = false;
    bool done_ = false;
    ExportReport report_;
};

Exporter::Exporter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Exporter::~Exporter() = default;

Result<std::unique_ptr<Exporter>> Exporter::make(store::Store& store, store::Transfer& transfer,
                                                 dataset::ZipWriter::Sink& sink,
                                                 ExportOptions options) {
    dataset::DatasetName name{options.project, {}, filters_of(options)};
    const auto labels = store.labels(options.project_id);
    if (!labels) return labels.error();
    for (const auto& label : *labels)
        if (!label.retired) name.labels.push_back(label.name);
    // Another store may have the same labels in another order.
    std::sort(name.labels.begin(), name.labels.end());
    auto writer = dataset::make_writer(options.format, sink, name);
    if (!writer) return writer.error();
    return std::unique_ptr<Exporter>(new Exporter(
        std::make_unique<Impl>(store, transfer, std::move(*writer), std::move(options))));
}

Result<bool> Exporter::step() {
    return impl_->step();
}

const ExportReport& Exporter::report() const {
    return impl_->report();
}

Result<ExportReport> export_drawings(store::Store& store, store::Transfer& transfer,
                                     dataset::ZipWriter::Sink& sink, const ExportOptions& options,
                                     const std::function<void(std::size_t)>& progress) {
    const auto exporter = Exporter::make(store, transfer, sink, options);
    if (!exporter) return exporter.error();
    for (;;) {
        const auto more = (*exporter)->step();
        if (!more) return more.error();
        if (!*more) return (*exporter)->report();
        if (progress) progress((*exporter)->report().written);
    }
}

std::string file_name_of(dataset::Format format, const std::string& project) {
    const bool lines = format == dataset::Format::quickdraw;
    return dataset::safe_file_name(project) + (lines ? ".ndjson" : ".zip");
}

std::string media_type_of(dataset::Format format) {
    return format == dataset::Format::quickdraw ? "application/x-ndjson" : "application/zip";
}

}  // namespace croquis::service
