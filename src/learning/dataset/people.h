#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "drawing/image.h"
#include "drawing/normalise.h"
#include "drawing/strokes.h"

/// Drawings by people, of the sets that docs/data.md lists. None of them comes with the project.
namespace croquis::learning {

/// What a drawing may be used for.
enum class Use {
    learn,  ///< the network learns from it
    judge,  ///< kept from training: the confidence is calibrated on it, and it measures
};

/// One drawing: strokes, or where the set has only pixels, a picture of dark ink on white paper.
struct PersonsDrawing {
    std::string id;        ///< as its set numbers it
    std::string source;    ///< the set: its folder's name
    std::string category;  ///< what its author meant, spelled alike in all sets; empty: not known
    std::string label;     ///< among shape_labels(); empty: so like a shape that it teaches neither
    std::string hand;      ///< whose it is, as PeopleSet::hands says; empty where its set does not
    Use use = Use::learn;
    bool doubtful = false;  ///< nobody has looked whether it is a shape after all
    drawing::Strokes strokes;
    drawing::Image picture;  ///< 0 x 0 where there are strokes
};

/// What is known of a set beside its drawings; docs/data.md says more.
struct PeopleSet {
    std::string_view source;
    std::string_view licence;
    std::string_view from;   ///< who published it, and where
    std::string_view hands;  ///< what PersonsDrawing::hand tells apart; empty where nothing is told
    std::string_view people;  ///< what is known of who drew, beyond that
};

/// The set of this name; nothing where it is none of those that read_people() names.
const PeopleSet* people_set(std::string_view source);

/// What PersonsDrawing::hand tells apart in the set: PeopleSet::hands; empty where nothing is told
/// or the set is not known.
std::string_view hands_of(std::string_view source);
/// "2 people": so many of those, or "2 hands" where nobody says what they are.
std::string counted_hands(std::string_view source, std::size_t count);

/// A file that was read.
struct PeopleFile {
    std::string name;  ///< below the folder
    std::string sha256;
    std::size_t drawings = 0;
};

struct People {
    std::vector<PersonsDrawing> drawings;
    std::vector<PeopleFile> files;
    /// Categories of which nothing at all is learnt: they measure what the embedding makes of what
    /// it never saw.
    std::vector<std::string> unseen;
};

/// How many of Quick, Draw!'s categories are kept unseen, as far as it has twice as many.
inline constexpr std::size_t unseen_categories = 40;

/// Reads what there is of the sets below `folder`. Every drawing has one use for good, by a hash of
/// its id or of its author; sets whose licence does not say that they may be learnt from, and
/// unseen categories, only judge. Drawings that several files hold are read once; those that the
/// game did not recognise are left out. Errors: not_found (no set there), malformed.
Result<People> read_people(const std::filesystem::path& folder);

/// One name for the sets that hold the same drawings by the same people: who learnt from one has
/// met the others. Quick, Draw!'s forms, in strokes and at 28 pixels, are "quickdraw"; any other
/// set is its own.
std::string_view origin_of(std::string_view source);

/// Keeps from training all drawings of the set `source` and of those of the same origin, so that
/// they show how a model does on people that it never met. How many there are; 0 where there is no
/// such set.
std::size_t leave_out(People& people, std::string_view source);

/// The drawing as a model sees it: strokes as the page's canvas and pen show them. A drawing that
/// shows nothing is invalid.
Result<drawing::ModelInput> to_input(const PersonsDrawing& drawn);

}  // namespace croquis::learning
