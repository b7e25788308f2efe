#pragma once

#include <memory>
#include <optional>
#include <string>

#include "http/message.h"
#include "http/multipart.h"
#include "service/transfer/imports.h"

namespace croquis::api {

/// POST /imports: format, labels_as, new_labels, map (any number), pseudonym, path_column,
/// label_column, names_in, dry_run, filename. Errors: invalid (an unknown one, or its value).
Result<service::ImportRequest> read_import_query(const http::Request& request);

/// The body of an import, spooled while it comes: a file by itself, or a form with files called
/// `file` and the parameters of the query as its other fields. All functions block; not
/// thread-safe.
class ImportBody final : private http::MultipartReader::Sink {
  public:
    /// Errors: unsupported_media, with what is taken; malformed (a form's header).
    static Result<std::shared_ptr<ImportBody>> make(const http::Request& request,
                                                    service::ImportRequest asked,
                                                    std::shared_ptr<service::Upload> upload);

    Result<void> feed(std::string_view bytes);
    /// At the end of the body. Errors: malformed (a form that is cut short), invalid.
    Result<void> finish();
    [[nodiscard]] const service::ImportRequest& asked() const { return asked_; }
    [[nodiscard]] service::Upload& upload() { return *upload_; }

    ImportBody(service::ImportRequest asked, std::shared_ptr<service::Upload> upload,
               std::optional<http::MultipartReader> form)
        : asked_(std::move(asked)), upload_(std::move(upload)), form_(std::move(form)) {}

  private:
    Result<void> begin(const http::Part& part) override;
    Result<void> take(std::string_view bytes) override;
    Result<void> end() override;

    service::ImportRequest asked_;
    std::shared_ptr<service::Upload> upload_;
    std::optional<http::MultipartReader> form_;  ///< absent: the body is the file
    std::string field_;                          ///< of the form; empty within a file
    std::string value_;
};

}  // namespace croquis::api
