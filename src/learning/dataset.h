#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/error.h"
#include "drawing/normalise.h"

namespace croquis::learning {

/// A drawing whose label somebody knows.
struct Example {
    std::string id;    ///< key_id, or the file's path
    std::string word;  ///< what it is said to be, after mapping: a label, or any other word
    drawing::ModelInput input{};
};

struct DatasetOptions {
    std::map<std::string, std::string> map;  ///< words to labels: oval → ellipse
    bool only_recognized =
        true;  ///< of Quick, Draw! files: leave out what the game did not recognise
    std::set<std::string> leave_out;  ///< ids that a model has seen
};

struct Dataset {
    std::vector<Example> examples;
    std::size_t left_out = 0;             ///< because of leave_out
    std::vector<std::string> unreadable;  ///< "file:line: why"; never silently dropped
};

/// Reads, by what the path is: an .ndjson file of strokes in Quick, Draw!'s form or a folder of
/// them; a folder of folders of pictures, a folder a label; a .csv file of path,label lines, paths
/// relative to it. Errors: not_found, unsupported_media (none of these), invalid (not one readable
/// drawing).
Result<Dataset> load_dataset(const std::filesystem::path& path, const DatasetOptions& options);

}  // namespace croquis::learning
