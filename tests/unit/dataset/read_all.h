#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "learning/dataset/reader.h"
#include "support/temp_folder.h"
#include "unit/dataset/archives.h"

namespace croquis::dataset {

/// Everything that a reader gave.
struct Read {
    std::vector<Record> records;
    std::vector<std::string> rejected;  ///< place: why
    std::vector<std::string> remarks;
    Labels labels_without_drawing;
    std::size_t litter = 0;
    std::string format;
    std::string error;

    /// file name=label, or several with + (given) or | (disagreed), or nothing.
    [[nodiscard]] std::vector<std::string> labels() const {
        std::vector<std::string> all;
        for (const auto& record : records)
            all.push_back(
                record.file_name + "=" +
                fmt::format("{}", fmt::join(record.labels, record.disagreed ? "|" : "+")));
        return all;
    }
};

class ReaderTest : public testing::Test {
  protected:
    std::filesystem::path path(const std::string& name) const { return folder_.path() / name; }
    void file(const std::string& name, const std::string& bytes) { write_file(path(name), bytes); }

    Read read(const std::string& name, const ReadOptions& options = {}) {
        Read all;
        auto reader = open_reader(path(name), options);
        if (!reader) {
            all.error = reader.error().detail;
            return all;
        }
        for (;;) {
            auto item = (*reader)->next();
            if (!item) all.error = item.error().detail;
            if (!item || !*item) break;
            if (auto* record = std::get_if<Record>(&**item))
                all.records.push_back(std::move(*record));
            else if (const auto* bad = std::get_if<Rejected>(&**item))
                all.rejected.push_back(bad->place + ": " + bad->reason);
            else
                all.remarks.push_back(std::get<Remark>(**item).text);
        }
        all.labels_without_drawing = (*reader)->labels_without_drawing();
        all.litter = (*reader)->litter();
        all.format = (*reader)->format();
        return all;
    }

  private:
    testing_support::TempFolder folder_;
};

}  // namespace croquis::dataset
