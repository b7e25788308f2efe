#include "learning/dataset/writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cstdio>
#include <map>
#include <set>
#include <unordered_set>
#include <utility>

#include "core/build_info.h"
#include "core/characters.h"
#include "core/csv.h"
#include "core/digest.h"
#include "drawing/decode.h"
#include "drawing/ink_box.h"
#include "drawing/strokes.h"
#include "learning/dataset/text.h"

namespace croquis::dataset {
namespace {

namespace json = boost::json;

/// What is put aside until its size is known, on disk.
class Spool {
  public:
    Spool() : file_(std::tmpfile(), std::fclose) {}

    Result<void> append(std::string_view text) {
        if (!file_ || std::fwrite(text.data(), 1, text.size(), file_.get()) != text.size())
            return failed();
        size_ += text.size();
        return {};
    }

    [[nodiscard]] std::uint64_t size() const { return size_; }

    /// As one entry of a zip.
    Result<void> add_to(ZipWriter& zip, const std::string& path) {
        if (const auto begun = zip.begin(path, size_, ZipWriter::Packing::deflated); !begun)
            return begun.error();
        return append_to(zip);
    }

    /// As a part of the entry that was begun.
    Result<void> append_to(ZipWriter& zip) {
        return each_part([&zip](std::string_view part) { return zip.append(as_bytes(part)); });
    }

    Result<Sha256> digest() {
        Sha256Digest digest;
        const auto read = each_part([&digest](std::string_view part) -> Result<void> {
            digest.add(as_bytes(part));
            return {};
        });
        if (!read) return read.error();
        return digest.finish();
    }

  private:
    template <class Take>
    Result<void> each_part(Take take) {
        if (!file_ || std::fflush(file_.get()) != 0) return failed();
        std::rewind(file_.get());
        std::array<char, 65536> part{};
        for (;;) {
            const auto got = std::fread(part.data(), 1, part.size(), file_.get());
            if (got == 0) break;
            if (const auto taken = take(std::string_view(part.data(), got)); !taken)
                return taken.error();
        }
        if (std::ferror(file_.get()) != 0) return failed();
        return {};
    }

    static Error failed() {
        return {ErrorKind::unavailable, "There is no room for temporary files."};
    }

    std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
    std::uint64_t size_ = 0;
};

/// What a data set holds, in numbers.
class Summary {
  public:
    void add(const Exported& drawing) {
        ++drawings_;
        if (drawing.reviewed) ++reviewed_;
        ++labels_[drawing.label];
        ++models_[drawing.prediction.model];
        const auto changed = drawing.reviewed ? drawing.reviewed->at : std::nullopt;
        first_ = first_ ? std::min(*first_, drawing.created_at) : drawing.created_at;
        last_ = std::max(last_.value_or(drawing.created_at),
                         std::max(drawing.created_at, changed.value_or(drawing.created_at)));
    }
    void leave_out() { ++left_out_; }

    [[nodiscard]] json::object to_json(Format format, const DatasetName& name) const {
        json::object labels;
        for (const auto& [label, count] : labels_) labels[label] = count;
        json::object models;
        for (const auto& [model, count] : models_) models[model] = count;
        json::object manifest{
            {"format", to_string(format)}, {"program", std::string("croquis ") + version()},
            {"project", name.project},     {"drawings", drawings_},
            {"reviewed", reviewed_},       {"left_out", left_out_},
            {"labels", std::move(labels)}, {"models", std::move(models)}};
        // A drawing may carry one that is retired.
        std::set<std::string> known(name.labels.begin(), name.labels.end());
        for (const auto& [label, count] : labels_) known.insert(label);
        manifest["label_set"] = json::array(known.begin(), known.end());
        if (!name.chosen.empty()) manifest["chosen"] = name.chosen;
        manifest["oldest"] = first_ ? json::value(to_rfc3339(*first_)) : json::value();
        manifest["newest"] = last_ ? json::value(to_rfc3339(*last_)) : json::value();
        return manifest;
    }

  private:
    std::size_t drawings_ = 0;
    std::size_t reviewed_ = 0;
    std::size_t left_out_ = 0;
    std::map<std::string, std::size_t> labels_;
    std::map<std::string, std::size_t> models_;
    std::optional<Timestamp> first_;
    std::optional<Timestamp> last_;  ///< drawn or reviewed
};

std::string time_or_empty(const std::optional<Timestamp>& time) {
    return time ? to_rfc3339(*time) : std::string();
}

std::string share(const std::optional<float>& confidence) {
    return confidence ? fmt::format("{}", *confidence) : std::string();
}

std::string_view ending(std::string_view media_type) {
    if (media_type == "image/jpeg") return ".jpg";
    if (media_type == "image/webp") return ".webp";
    return ".png";
}

/// What an export adds to a record for the import of another Croquis, under "croquis".
json::object own_fields(const Exported& drawing) {
    json::object own{{"id", to_string(drawing.id)},
                     {"created_at", to_rfc3339(drawing.created_at)},
                     {"source", drawing.source},
                     {"label", drawing.label}};
    if (!drawing.external_id.empty()) own["external_id"] = drawing.external_id;
    if (!drawing.file_name.empty()) own["file_name"] = drawing.file_name;
    if (!drawing.pseudonym.empty()) own["pseudonym"] = drawing.pseudonym;
    if (drawing.reviewed)
        own["reviewed"] = json::object{{"by", drawing.reviewed->by},
                                       {"at", time_or_empty(drawing.reviewed->at)},
                                       {"kind", drawing.reviewed->kind},
                                       {"bulk", drawing.reviewed->bulk}};
    else
        own["reviewed"] = nullptr;
    own["prediction"] = json::object{{"label", drawing.prediction.label},
                                     {"confidence", drawing.prediction.confidence.value_or(0)},
                                     {"model", drawing.prediction.model}};
    return own;
}

/// The file beside the pictures that says what is on them.
class Listing {
  public:
    Listing() = default;
    Listing(const Listing&) = delete;
    Listing& operator=(const Listing&) = delete;
    virtual ~Listing() = default;

    virtual Result<void> add(const Exported& drawing, const std::string& path) = 0;
    virtual Result<void> finish(ZipWriter& zip) = 0;
};

/// labels.csv, with the labels as they are and everything else that is known.
class CsvListing final : public Listing {
  public:
    Result<void> add(const Exported& drawing, const std::string& path) override {
        if (first_) {
            first_ = false;
            if (const auto put = table_.append(
                    csv_row({"path", "label", "croquis_id", "external_id", "file_name",
                             "created_at", "source", "pseudonym", "reviewed", "tagged_by",
                             "tagged_at", "predicted", "confidence", "model", "kind", "bulk"}));
                !put)
                return put.error();
        }
        const bool reviewed = drawing.reviewed.has_value();
        return table_.append(csv_row(
            {path, drawing.label, to_string(drawing.id), drawing.external_id, drawing.file_name,
             to_rfc3339(drawing.created_at), drawing.source, drawing.pseudonym,
             reviewed ? "true" : "false", reviewed ? drawing.reviewed->by : "",
             reviewed ? time_or_empty(drawing.reviewed->at) : "", drawing.prediction.label,
             share(drawing.prediction.confidence), drawing.prediction.model,
             reviewed ? drawing.reviewed->kind : "",
             reviewed ? (drawing.reviewed->bulk ? "true" : "false") : ""}));
    }
    Result<void> finish(ZipWriter& zip) override { return table_.add_to(zip, "labels.csv"); }

  private:
    Spool table_;
    bool first_ = true;
};

/// Hugging Face's metadata.jsonl. Every line has the same members, as its reader wants it.
class MetadataListing final : public Listing {
  public:
    Result<void> add(const Exported& drawing, const std::string& path) override {
        return lines_.append(
            json::serialize(json::object{
                {"file_name", path}, {"label", drawing.label}, {"croquis", own_fields(drawing)}}) +
            "\n");
    }
    Result<void> finish(ZipWriter& zip) override { return lines_.add_to(zip, "metadata.jsonl"); }

  private:
    Spool lines_;
};

/// COCO's object: an annotation is a picture's label, with the box of its ink; one with a score is
/// the model's.
class CocoListing final : public Listing {
  public:
    explicit CocoListing(const std::vector<std::string>& labels) {
        for (const auto& label : labels) category_of(label);
    }

    Result<void> add(const Exported& drawing, const std::string& path) override {
        ++count_;
        const json::object image{{"id", count_},
                                 {"file_name", path},
                                 {"width", drawing.width},
                                 {"height", drawing.height},
                                 {"date_captured", to_rfc3339(drawing.created_at)},
                                 {"croquis", own_fields(drawing)}};
        json::object annotation{
            {"id", count_}, {"image_id", count_}, {"category_id", category_of(drawing.label)}};
        put_box(drawing, annotation);
        if (!drawing.reviewed)
            annotation["score"] = static_cast<double>(drawing.prediction.confidence.value_or(0));
        const char* comma = count_ == 1 ? "\n" : ",\n";
        if (const auto put = images_.append(comma + json::serialize(image)); !put)
            return put.error();
        return annotations_.append(comma + json::serialize(annotation));
    }

    Result<void> finish(ZipWriter& zip) override {
        json::array categories(categories_.size());
        for (const auto& [label, id] : categories_)
            categories[id - 1] = json::object{{"id", id}, {"name", label}, {"supercategory", ""}};
        const std::string head =
            "{\"info\":{\"description\":\"Written by croquis\"},\"licenses\":[],\"categories\":" +
            json::serialize(categories) + ",\"images\":[";
        const std::string middle = "\n],\"annotations\":[";
        const std::string end = "\n]}\n";
        const auto size =
            head.size() + images_.size() + middle.size() + annotations_.size() + end.size();
        if (const auto begun = zip.begin("annotations.json", size, ZipWriter::Packing::deflated);
            !begun)
            return begun.error();
        if (const auto put = zip.append(as_bytes(head)); !put) return put.error();
        if (const auto put = images_.append_to(zip); !put) return put.error();
        if (const auto put = zip.append(as_bytes(middle)); !put) return put.error();
        if (const auto put = annotations_.append_to(zip); !put) return put.error();
        return zip.append(as_bytes(end));
    }

  private:
    /// Where the drawing is: what detection is taught with cannot do without. Where no ink is
    /// found, it is the whole picture.
    static void put_box(const Exported& drawing, json::object& annotation) {
        const auto decoded = drawing::decode(drawing.image, drawing::unlimited);
        const auto found = decoded ? drawing::ink_box(decoded->image) : std::nullopt;
        const auto box = found.value_or(drawing::InkBox{0, 0, drawing.width, drawing.height});
        const int right = box.x + box.width;
        const int bottom = box.y + box.height;
        annotation["bbox"] = json::array{box.x, box.y, box.width, box.height};
        annotation["area"] = std::int64_t{box.width} * box.height;
        annotation["segmentation"] =
            json::array{json::array{box.x, box.y, right, box.y, right, bottom, box.x, bottom}};
        annotation["iscrowd"] = 0;
    }

    std::size_t category_of(const std::string& label) {
        return categories_.emplace(label, categories_.size() + 1).first->second;
    }

    Spool images_;
    Spool annotations_;
    std::map<std::string, std::size_t> categories_;
    std::size_t count_ = 0;
};

/// Label Studio's tasks and the labelling configuration that they go with.
class LabelStudioListing final : public Listing {
  public:
    explicit LabelStudioListing(const std::vector<std::string>& labels)
        : labels_(labels.begin(), labels.end()) {}

    Result<void> add(const Exported& drawing, const std::string& path) override {
        labels_.insert(drawing.label);
        json::array annotations;
        if (drawing.reviewed) {
            json::object annotation{{"result", json::array{choice(drawing.label)}},
                                    {"ground_truth", false}};
            if (drawing.reviewed->at) annotation["created_at"] = to_rfc3339(*drawing.reviewed->at);
            annotations.push_back(std::move(annotation));
        }
        json::array predictions;
        if (!drawing.prediction.label.empty())
            predictions.push_back(
                json::object{{"model_version", drawing.prediction.model},
                             {"score", drawing.prediction.confidence.value_or(0)},
                             {"result", json::array{choice(drawing.prediction.label)}}});
        const json::object task{{"data", json::object{{"image", path}}},
                                {"meta", json::object{{"croquis", own_fields(drawing)}}},
                                {"annotations", std::move(annotations)},
                                {"predictions", std::move(predictions)}};
        const char* before = std::exchange(first_, false) ? "[\n" : ",\n";
        return tasks_.append(before + json::serialize(task));
    }

    Result<void> finish(ZipWriter& zip) override {
        if (const auto put = tasks_.append(first_ ? "[]\n" : "\n]\n"); !put) return put.error();
        if (const auto put = tasks_.add_to(zip, "tasks.json"); !put) return put.error();
        std::string config =
            "<View>\n  <Image name=\"image\" value=\"$image\"/>\n"
            "  <Choices name=\"choice\" toName=\"image\">\n";
        for (const auto& label : labels_)
            config += "    <Choice value=\"" + escaped(label) + "\"/>\n";
        config += "  </Choices>\n</View>\n";
        return zip.add("label_config.xml", as_bytes(config), ZipWriter::Packing::deflated);
    }

  private:
    static json::object choice(const std::string& label) {
        return {{"from_name", "choice"},
                {"to_name", "image"},
                {"type", "choices"},
                {"value", json::object{{"choices", json::array{label}}}}};
    }

    static std::string escaped(const std::string& text) {
        std::string out;
        for (const char c : text) {
            if (c == '&')
                out += "&amp;";
            else if (c == '<')
                out += "&lt;";
            else if (c == '"')
                out += "&quot;";
            else
                out += c;
        }
        return out;
    }

    Spool tasks_;
    std::set<std::string> labels_;
    bool first_ = true;
};

std::unique_ptr<Listing> listing_of(Format format, const std::vector<std::string>& labels) {
    switch (format) {
        case Format::hugging_face:
            return std::make_unique<MetadataListing>();
        case Format::coco:
            return std::make_unique<CocoListing>(labels);
        case Format::label_studio:
            return std::make_unique<LabelStudioListing>(labels);
        default:
            return std::make_unique<CsvListing>();
    }
}

/// Pictures in a zip, by label or in one folder, and a listing of them.
class PictureWriter final : public DatasetWriter {
  public:
    PictureWriter(Format format, ZipWriter::Sink& sink, DatasetName name)
        : format_(format),
          name_(std::move(name)),
          zip_(sink),
          listing_(listing_of(format, name_.labels)) {}

    Result<bool> add(const Exported& drawing) override {
        const auto path = path_of(drawing);
        if (const auto put = listing_->add(drawing, path); !put) return put.error();
        if (const auto put =
                sums_.append(fmt::format("{}  {}\n", to_hex(sha256(drawing.image)), path));
            !put)
            return put.error();
        if (const auto put = zip_.add(path, drawing.image, ZipWriter::Packing::stored); !put)
            return put.error();
        summary_.add(drawing);
        return true;
    }

    Result<std::string> finish() override {
        auto about = summary_.to_json(format_, name_);
        const auto sums = sums_.digest();
        if (!sums) return sums.error();
        about["pictures_sha256"] = to_hex(*sums);
        const auto manifest = json::serialize(about) + "\n";
        if (const auto put = listing_->finish(zip_); !put) return put.error();
        if (const auto put = sums_.add_to(zip_, "SHA256SUMS"); !put) return put.error();
        if (const auto put =
                zip_.add("manifest.json", as_bytes(manifest), ZipWriter::Packing::deflated);
            !put)
            return put.error();
        if (const auto done = zip_.finish(); !done) return done.error();
        return manifest;
    }

  private:
    std::string path_of(const Exported& drawing) {
        const std::string folder =
            format_ == Format::image_folder ? folder_of(drawing.label) : "images";
        const auto own = tree_path(drawing.file_name);
        std::string name;
        for (std::string_view rest = own ? std::string_view(*own) : std::string_view();
             !rest.empty();) {
            const auto part = rest.substr(0, rest.find('/'));
            rest.remove_prefix(std::min(part.size() + 1, rest.size()));
            name += '/' + safe_file_name(std::string(part));
        }
        const std::string id = to_string(drawing.id);
        const auto end = ending(drawing.media_type);
        if (name.empty()) name = '/' + id;
        const auto had = extension(name);
        if (had != end && !(had == ".jpeg" && end == ".jpg")) name += end;
        auto path = folder + name;
        if (taken_.insert(std::hash<std::string>{}(case_folded(path))).second) return path;
        // Two drawings of one name: the second carries its id.
        return path.substr(0, path.size() - extension(path).size()) + "-" + id + extension(path);
    }

    /// Labels whose folders would be one on some system get two.
    std::string folder_of(const std::string& label) {
        if (const auto known = folders_.find(label); known != folders_.end()) return known->second;
        const auto safe = safe_file_name(label);
        auto folder = safe;
        for (int number = 2; !folded_folders_.insert(case_folded(folder)).second; ++number)
            folder = fmt::format("{}-{}", safe, number);
        folders_.emplace(label, folder);
        return folder;
    }

    Format format_;
    DatasetName name_;
    ZipWriter zip_;
    std::unique_ptr<Listing> listing_;
    Spool sums_;
    Summary summary_;
    std::map<std::string, std::string> folders_;
    std::set<std::string> folded_folders_;
    std::unordered_set<std::size_t> taken_;  ///< hashes of paths
};

class QuickdrawWriter final : public DatasetWriter {
  public:
    QuickdrawWriter(ZipWriter::Sink& sink, DatasetName name)
        : sink_(sink), name_(std::move(name)) {}

    Result<bool> add(const Exported& drawing) override {
        auto strokes = drawing::plain_strokes(drawing.strokes);
        if (!strokes.is_array() || strokes.get_array().empty()) {
            summary_.leave_out();
            return false;
        }
        const json::object line{{"word", drawing.label},
                                {"timestamp", timestamp(drawing.created_at)},
                                {"recognized", drawing.label == drawing.prediction.label},
                                {"key_id", key_of(drawing)},
                                {"drawing", std::move(strokes)},
                                {"croquis", own_fields(drawing)}};
        if (const auto put = sink_.write(as_bytes(json::serialize(line) + "\n")); !put)
            return put.error();
        summary_.add(drawing);
        return true;
    }

    Result<std::string> finish() override {
        return json::serialize(summary_.to_json(Format::quickdraw, name_)) + "\n";
    }

  private:
    /// As Quick, Draw! writes it: 2017-03-01 20:41:36.707250 UTC.
    static std::string timestamp(Timestamp time) {
        auto text = to_rfc3339(time);
        text[10] = ' ';
        text.pop_back();
        return text + " UTC";
    }

    /// Quick, Draw!'s ids are 64-bit numbers: its own where it is one, else 63 bits of the id's
    /// digest.
    static std::string key_of(const Exported& drawing) {
        const auto& own = drawing.external_id;
        const bool number = !own.empty() && own.size() <= 20 &&
                            own.find_first_not_of("0123456789") == std::string::npos;
        if (number) return own;
        const auto digest = sha256(drawing.id.bytes);
        std::uint64_t key = 0;
        for (std::size_t i = 0; i < 8; ++i) key = key << 8U | digest[i];
        return std::to_string(key >> 1U);
    }

    ZipWriter::Sink& sink_;
    DatasetName name_;
    Summary summary_;
};

/// Names that Windows keeps for devices, whatever their ending.
bool is_device(std::string_view name) {
    constexpr std::array devices{"con", "prn", "aux", "nul"};
    const auto bare = case_folded(name.substr(0, name.find('.')));
    if (std::find(devices.begin(), devices.end(), bare) != devices.end()) return true;
    return bare.size() == 4 && (bare.starts_with("com") || bare.starts_with("lpt")) &&
           bare[3] >= '0' && bare[3] <= '9';
}

}  // namespace

std::string safe_file_name(const std::string& name) {
    constexpr std::size_t max_bytes = 120;
    std::string safe;
    for (const char c : name) {
        const bool bad =
            is_control(c) || std::string_view("/\\:*?\"<>|").find(c) != std::string_view::npos;
        safe.push_back(bad ? '_' : c);
    }
    // Cut between characters, not within one, and without losing the ending.
    const std::string end = extension(safe);
    if (safe.size() > max_bytes) {
        const std::size_t fitting = max_bytes - std::min(end.size(), max_bytes / 2);
        safe = std::string(truncate_utf8(safe, fitting)) + (end.size() <= max_bytes / 2 ? end : "");
    }
    while (!safe.empty() && (safe.back() == '.' || safe.back() == ' ')) safe.back() = '_';
    if (safe.empty() || safe.front() == '.' || safe.front() == ' ') safe.insert(0, "_");
    if (is_device(safe)) safe.insert(0, "_");
    return safe;
}

bool can_be_written(Format format) {
    return format == Format::image_folder || format == Format::csv || format == Format::quickdraw ||
           format == Format::coco || format == Format::label_studio ||
           format == Format::hugging_face;
}

Result<std::unique_ptr<DatasetWriter>> make_writer(Format format, ZipWriter::Sink& sink,
                                                   const DatasetName& name) {
    switch (format) {
        case Format::image_folder:
        case Format::csv:
        case Format::coco:
        case Format::label_studio:
        case Format::hugging_face:
            return std::unique_ptr<DatasetWriter>(
                std::make_unique<PictureWriter>(format, sink, name));
        case Format::quickdraw:
            return std::unique_ptr<DatasetWriter>(std::make_unique<QuickdrawWriter>(sink, name));
        default:
            break;
    }
    return Error{ErrorKind::invalid,
                 fmt::format("The format {} is read and not written.", to_string(format)),
                 "format"};
}

}  // namespace croquis::dataset
