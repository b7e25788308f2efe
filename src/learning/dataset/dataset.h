#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/error.h"
#include "drawing/normalise.h"
#include "drawing/strokes.h"

namespace croquis::learning {

/// A drawing whose label somebody knows.
struct Example {
    std::string id;    ///< key_id, or the file's path
    std::string word;  ///< what it is said to be, after mapping: a label, or any other word
    drawing::ModelInput input{};
};

/// A drawing as its author's pen went.
struct LabelledDrawing {
    std::string id;    ///< key_id, or nothing
    std::string word;  ///< as the file says it
    drawing::Strokes strokes;
};

/// As the page's canvas and pen show it, normalised like any other picture. A drawing that shows
/// nothing is invalid.
Result<Example> to_example(LabelledDrawing drawn);

struct DatasetOptions {
    std::map<std::string, std::string> map;  ///< words to labels: oval → ellipse
    std::vector<std::string> labels;  ///< the model's; a word that means one becomes that label
    bool only_recognized =
        true;  ///< of Quick, Draw! files: leave out what the game did not recognise
    /// What a model has learnt from: ids, and pictures by their fingerprint(), also those that are
    /// drawn from strokes as the page's canvas shows them.
    std::set<std::string> leave_out;
};

struct Dataset {
    std::vector<Example> examples;
    std::size_t left_out = 0;             ///< because of leave_out
    std::size_t not_one_label = 0;        ///< drawings without a label, or with several
    std::vector<std::string> unreadable;  ///< "file:line: why"; never silently dropped
};

/// Reads, by what the path is: an .ndjson file of strokes in Quick, Draw!'s form or a folder of
/// them; a folder of folders of pictures, a folder a label; a .csv file of path,label lines, paths
/// relative to it; an archive or another file that open_reader() reads; a folder of archives, where
/// one whose pictures lie in no folder is named after their label. A CSV may have a head that names
/// its columns ("path" or "file" or "image", "label" or "class" or "tag"), in any order; without
/// one the last column is the label; it may be in UTF-16. Words and labels are the same where they
/// differ in case (A to Z) or in spaces around them. Errors: not_found, unsupported_media (none of
/// these), invalid (not one readable drawing, or all of them are left out) and those of
/// open_reader().
Result<Dataset> load_dataset(const std::filesystem::path& path, const DatasetOptions& options);

}  // namespace croquis::learning
