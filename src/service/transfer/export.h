#pragma once

#include <boost/json/fwd.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "learning/dataset/writer.h"
#include "service/projects/projects.h"
#include "store/store.h"
#include "store/transfer.h"

/// Data out, for the API and the command line alike.
namespace croquis::service {

struct ExportOptions : store::Filters {
    dataset::Format format = dataset::Format::image_folder;
    std::string project = shapes_slug;  ///< its slug, which the manifest names
    int project_id = store::shapes_project;
    std::optional<bool> judging;  ///< only those kept back to judge models, or only the others
};

/// The filters that are used, as the API's parameters are called.
boost::json::object filters_of(const ExportOptions& options);

struct ExportReport {
    std::size_t written = 0;
    std::size_t left_out = 0;  ///< that the format cannot carry
    std::string manifest;      ///< JSON
};

/// Writes drawings, oldest first, some at a time. Memory does not grow with their number. Not
/// thread-safe.
class Exporter {
  public:
    /// The store, the connection and the sink must outlive it. Errors: invalid (the format is read
    /// and not written).
    static Result<std::unique_ptr<Exporter>> make(store::Store& store, store::Transfer& transfer,
                                                  dataset::ZipWriter::Sink& sink,
                                                  ExportOptions options);
    ~Exporter();
    Exporter(const Exporter&) = delete;
    Exporter& operator=(const Exporter&) = delete;

    /// Writes a few drawings more; false once everything is written, the manifest too. Errors:
    /// those of the sink and the store.
    Result<bool> step();
    [[nodiscard]] const ExportReport& report() const;

  private:
    class Impl;
    explicit Exporter(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

/// All of it at once. Errors: those of Exporter.
Result<ExportReport> export_drawings(store::Store& store, store::Transfer& transfer,
                                     dataset::ZipWriter::Sink& sink, const ExportOptions& options,
                                     const std::function<void(std::size_t written)>& progress);

/// "imagefolder.zip" and the like: what the file of a format is called.
std::string file_name_of(dataset::Format format, const std::string& project);
/// application/zip or application/x-ndjson.
std::string media_type_of(dataset::Format format);

}  // namespace croquis::service
