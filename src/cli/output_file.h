#pragma once

#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <ostream>

#include "cli/interruption.h"
#include "core/bytes.h"
#include "core/error.h"
#include "core/new_file.h"

namespace croquis::cli {

/// What a command writes: a file that is there whole at the end or not at all, whatever ends the
/// command before. "-" is standard output, and what is no file (a pipe, a terminal) is written as
/// it is. Errors: unavailable ("output").
class OutputFile {
  public:
    explicit OutputFile(std::filesystem::path path,
                        NewFile::Readers readers = NewFile::Readers::as_usual);

    Result<void> write(BytesView bytes);
    /// Gives the file its name. Once, at the end.
    Result<void> keep();

  private:
    [[nodiscard]] Error failed() const;

    const std::filesystem::path path_;
    std::optional<GoneIfInterrupted> unfinished_;
    std::optional<NewFile> made_;  ///< a file
    std::ofstream file_;           ///< of what is not standard output
};

/// Errors: as above.
Result<void> write_output(const std::filesystem::path& path, BytesView bytes);

}  // namespace croquis::cli
