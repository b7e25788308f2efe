#include "learning/dataset/people.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cctype>
#include <map>
#include <set>

#include "core/bytes.h"
#include "core/files.h"
#include "drawing/decode.h"
#include "learning/dataset/archive.h"
#include "learning/dataset/dataset.h"
#include "learning/dataset/fingerprint.h"
#include "learning/dataset/json_fields.h"
#include "learning/dataset/symbols.h"
#include "learning/synthesis/sketcher.h"

namespace croquis::learning {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

/// A larger file of drawings is not read.
constexpr std::uintmax_t max_people_bytes = std::uintmax_t{4} << 30U;

/// Quick, Draw!'s categories that some set of letters and signs has too: they cannot be unseen.
constexpr auto also_signs = std::to_array<std::string_view>(
    {"bowtie", "cell phone", "clock", "lightning", "moon", "skull", "smiley face", "sun",
     "telephone", "umbrella", "alarm clock", "fish", "scorpion"});

constexpr std::string_view game_from =
    "Google, \"The Quick, Draw! Dataset\", github.com/googlecreativelab/quickdraw-dataset";

constexpr auto sets = std::to_array<PeopleSet>({
    {"quickdraw", "CC BY 4.0", game_from, "", "players of the game, not told apart"},
    {"quickdraw-28px", "CC BY 4.0", game_from, "", "players of the game, not told apart"},
    {"detexify", "ODbL 1.0, as kirel/detexify-data states", "github.com/kirel/detexify-data",
     "runs of up to a hundred numbers", "each run is mostly by one hand"},
    {"hds", "CC BY 4.0", "\"Hand-drawn Shapes (HDS) Dataset\", 2022, Francois Robert", "people",
     ""},
    {"omniglot", "MIT", "github.com/brendenlake/omniglot", "",
     "twenty people, who also drew what was learnt from; the copy has them shuffled"},
    {"tu-berlin-40", "not stated by the copy",
     "Eitz, Hays, Alexa 2012, cybertron.cg.tu-berlin.de/eitz/projects/classifysketch", "",
     "people not told apart"},
});

/// A number that is the same everywhere and for ever (FNV-1a, 64 bits), to deal drawings out by.
std::uint64_t lot(std::string_view text) {
    std::uint64_t hash = 0xcbf29ce484222325ULL;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    hash ^= hash >> 32U;  // its last bits alone are poor
    return hash * 0x9e3779b97f4a7c15ULL >> 16U;
}

Use one_in(std::uint64_t parts, std::string_view key) {
    return lot(key) % parts == 0 ? Use::judge : Use::learn;
}

bool is_shape(std::string_view word) {
    const auto& labels = shape_labels();
    return std::find(labels.begin(), labels.end() - 1, word) != labels.end() - 1;
}

class Reader {
  public:
    explicit Reader(fs::path folder) : folder_(std::move(folder)) {}

    Result<People> run() {
        auto done = quick_draw();
        if (done) done = pictures_of("quickdraw-28px", &Reader::small_picture);
        if (done) done = strokes_of("detexify", "shapes.ndjson.gz", &Reader::sign);
        if (done) done = strokes_of("detexify", "symbols.ndjson.gz", &Reader::sign);
        if (done) done = pictures_of("hds", &Reader::paper_picture);
        if (done) done = strokes_of("omniglot", "characters.ndjson.gz", &Reader::character);
        if (done) done = pictures_of("tu-berlin-40", &Reader::careful_picture);
        if (done) done = lines_of("project/drawings.ndjson");
        if (done) done = lines_of("project-alone/drawings.ndjson");
        if (!done) return done.error();
        if (people_.drawings.empty())
            return Error{ErrorKind::not_found,
                         "There are no drawings by people in " + folder_.string() + ".", "people"};
        keep_unseen();
        return std::move(people_);
    }

  private:
    using Take = void (Reader::*)(PersonsDrawing&, const json::object&);
    using Name = void (Reader::*)(PersonsDrawing&, const std::string& file);

    static void quick_draw_label(PersonsDrawing& drawn, const std::string& word) {
        drawn.category = word;
        drawn.label = is_shape(word) ? word : "unknown";
    }

    void game(PersonsDrawing& drawn, const json::object& object) {
        quick_draw_label(drawn, dataset::text_in(object, "word"));
        drawn.source = "quickdraw";  // both forms are the same drawings
        drawn.use = is_shape(drawn.category) ? one_in(5, drawn.id) : Use::learn;
    }

    /// People draw several signs in a row, and the numbers run on: what stands close together is
    /// likely of one hand, and stays on one side.
    void sign(PersonsDrawing& drawn, const json::object& object) {
        const auto word = dataset::text_in(object, "word");
        const auto symbol = dataset::text_in(object, "symbol");
        drawn.label = is_shape(word) ? word : std::string(label_of_symbol(word));
        drawn.category = is_shape(drawn.label) ? drawn.label : sign_name(word);
        const auto number = drawn.id.substr(drawn.id.find(':') + 1);
        const auto run = number.substr(0, number.size() - std::min<std::size_t>(number.size(), 2));
        drawn.hand = "detexify:" + run;
        drawn.use = one_in(8, run);
    }

    void character(PersonsDrawing& drawn, const json::object&) {
        drawn.label = "unknown";
        drawn.doubtful = true;  // among fifty alphabets are rings, strokes and crosses
        drawn.use = drawn.id.find(":train:") == std::string::npos ? Use::judge : Use::learn;
    }

    void small_picture(PersonsDrawing& drawn, const std::string& file) {
        quick_draw_label(drawn, file.substr(0, file.find('/')));
        drawn.use = is_shape(drawn.category) ? one_in(5, file) : Use::learn;
    }

    void paper_picture(PersonsDrawing& drawn, const std::string& file) {
        quick_draw_label(drawn, file.substr(0, file.find('/')));
        const auto person = file.substr(file.find('/') + 1, 3);
        drawn.hand = "hds:" + person;
        drawn.use = person == "u09" || person == "u10" ? Use::judge : Use::learn;
    }

    void careful_picture(PersonsDrawing& drawn, const std::string& file) {
        drawn.category = file.substr(0, file.find('/'));
        drawn.label = "unknown";
        drawn.use = Use::judge;  // the copy says nothing of a licence
    }

    /// What people said of a project's drawings. What is no shape is nothing else to whoever tells
    /// shapes alone; the wide classifier tells it apart.
    void reviewed(PersonsDrawing& drawn, const json::object& object) {
        const auto word = dataset::text_in(object, "word");
        drawn.label = is_shape(word) ? word : "unknown";
        if (word != "unknown") drawn.category = word;
        drawn.use = one_in(5, drawn.id);
    }

    /// Strokes, or where there are none a picture in base64.
    static Result<void> read_drawing(const json::object& object, PersonsDrawing& into) {
        if (const auto* drawing = object.if_contains("drawing")) {
            auto strokes = drawing::strokes_from_json(*drawing);
            if (!strokes) return strokes.error();
            into.strokes = std::move(*strokes);
            return {};
        }
        const auto file = from_base64(dataset::text_in(object, "picture"));
        if (!file) return file.error();
        const auto decoded = drawing::decode(*file);
        if (!decoded) return decoded.error();
        into.picture = dark_on_light(decoded->image);
        return {};
    }

    Result<void> add_line(const std::string& source, std::string_view line, Take take) {
        json::error_code failed;
        const auto value = json::parse(line, failed);
        const auto* object = failed ? nullptr : value.if_object();
        if (object == nullptr || !(object->contains("drawing") || object->contains("picture")))
            return Error{ErrorKind::malformed, "a line is no drawing"};
        const auto* recognised = object->if_contains("recognized");
        if (recognised != nullptr && recognised->is_bool() && !recognised->get_bool()) return {};
        PersonsDrawing drawn;
        drawn.id = dataset::text_in(*object, "key_id");
        drawn.source = source;
        if (const auto read = read_drawing(*object, drawn); !read) return read.error();
        if (!met_.insert(drawn.id).second) return {};
        (this->*take)(drawn, *object);
        people_.drawings.push_back(std::move(drawn));
        return {};
    }

    Result<void> add_lines(const std::string& source, BytesView content, Take take) {
        std::string_view rest(reinterpret_cast<const char*>(content.data()), content.size());
        while (!rest.empty()) {
            const auto end = std::min(rest.find('\n'), rest.size());
            if (end > 0)
                if (auto done = add_line(source, rest.substr(0, end), take); !done) return done;
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
        return {};
    }

    /// Notes what a file gave, and puts its name before what went wrong in it.
    template <class Read>
    Result<void> from_file(const std::string& name, const Read& read) {
        const auto path = folder_ / name;
        const auto text = read_file(path, max_people_bytes, "people");
        if (!text) return text.error();
        const BytesView content = as_bytes(*text);
        const auto before = people_.drawings.size();
        if (const Result<void> done = read(path, content); !done)
            return Error{done.error().kind, fmt::format("{}: {}", name, done.error().detail),
                         "people"};
        people_.files.push_back({name, to_hex(sha256(content)), people_.drawings.size() - before});
        return {};
    }

    Result<void> quick_draw() {
        std::vector<std::string> names;
        std::error_code failed;
        for (const auto& entry : fs::directory_iterator(folder_ / "quickdraw", failed))
            if (entry.path().extension() == ".ndjson")
                names.push_back("quickdraw/" + entry.path().filename().string());
        std::sort(names.begin(), names.end());
        for (const auto& name : names) {
            auto done = from_file(name, [this](const fs::path&, BytesView content) {
                return add_lines("quickdraw", content, &Reader::game);
            });
            if (!done) return done;
        }
        return strokes_of("quickdraw-345", "drawings.ndjson.gz", &Reader::game);
    }

    Result<void> lines_of(const std::string& name) {
        if (!fs::exists(folder_ / name)) return {};
        return from_file(name, [&](const fs::path&, BytesView content) {
            return add_lines(name.substr(0, name.find('/')), content, &Reader::reviewed);
        });
    }

    Result<void> strokes_of(const std::string& source, const std::string& file, Take take) {
        const auto name = source + "/" + file;
        if (!fs::exists(folder_ / name)) return {};
        return from_file(name, [&](const fs::path& path, BytesView) {
            return dataset::read_archive(path, [&](const std::string&, BytesView content) {
                return add_lines(source, content, take);
            });
        });
    }

    Result<void> pictures_of(const std::string& source, Name take) {
        const auto name = source + "/drawings.tar.gz";
        if (!fs::exists(folder_ / name)) return {};
        return from_file(name, [&](const fs::path& path, BytesView) {
            return dataset::read_archive(path, [&](const std::string& file, BytesView content) {
                return add_picture(source, file, content, take);
            });
        });
    }

    Result<void> add_picture(const std::string& source, const std::string& file, BytesView content,
                             Name take) {
        const auto decoded = drawing::decode(content);
        if (!decoded || decoded->image.channels != 1)
            return Error{ErrorKind::malformed, file + " is not a grey picture"};
        PersonsDrawing drawn;
        drawn.id = source + "/" + file;
        drawn.source = source;
        drawn.picture = dark_on_light(decoded->image);
        (this->*take)(drawn, file);
        people_.drawings.push_back(std::move(drawn));
        return {};
    }

    /// Of Quick, Draw!'s objects those whose names come first by lot.
    void keep_unseen() {
        std::map<std::uint64_t, std::string> by_lot;
        for (const auto& drawn : people_.drawings)
            if (drawn.source.starts_with("quickdraw") && drawn.label == "unknown" &&
                std::find(also_signs.begin(), also_signs.end(), drawn.category) == also_signs.end())
                by_lot.emplace(lot(drawn.category), drawn.category);
        const auto count = std::min(unseen_categories, by_lot.size() / 2);
        std::set<std::string> unseen;
        for (const auto& named : by_lot)
            if (unseen.size() < count) unseen.insert(named.second);
        for (auto& drawn : people_.drawings)
            if (unseen.contains(drawn.category)) drawn.use = Use::judge;
        people_.unseen.assign(unseen.begin(), unseen.end());
    }

    fs::path folder_;
    People people_;
    std::set<std::string> met_;  ///< ids
};

}  // namespace

Result<People> read_people(const fs::path& folder) {
    return Reader(folder).run();
}

const PeopleSet* people_set(std::string_view source) {
    const auto* found = std::find_if(sets.begin(), sets.end(),
                                     [&](const PeopleSet& set) { return set.source == source; });
    return found == sets.end() ? nullptr : found;
}

std::string_view hands_of(std::string_view source) {
    const auto* set = people_set(source);
    return set == nullptr ? std::string_view() : set->hands;
}

std::string counted_hands(std::string_view source, std::size_t count) {
    const auto told = hands_of(source);
    return fmt::format("{} {}", count, told.empty() ? "hands" : told);
}

std::string_view origin_of(std::string_view source) {
    constexpr auto game = std::to_array<std::string_view>({"quickdraw-345", "quickdraw-28px"});
    return std::find(game.begin(), game.end(), source) == game.end() ? source : "quickdraw";
}

std::size_t leave_out(People& people, std::string_view source) {
    std::size_t count = 0;
    for (auto& drawn : people.drawings) {
        if (origin_of(drawn.source) != origin_of(source)) continue;
        drawn.use = Use::judge;
        ++count;
    }
    return count;
}

Result<drawing::ModelInput> to_input(const PersonsDrawing& drawn) {
    if (drawn.strokes.empty()) return drawing::normalise(drawn.picture);
    auto example = to_example({drawn.id, drawn.category, drawn.strokes});
    if (!example) return example.error();
    return example->input;
}

}  // namespace croquis::learning
