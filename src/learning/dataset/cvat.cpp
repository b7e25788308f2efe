#include <expat.h>
#include <fmt/format.h>

#include <array>
#include <istream>
#include <memory>
#include <set>
#include <sstream>
#include <utility>

#include "core/characters.h"
#include "core/text.h"
#include "learning/dataset/readers.h"
#include "learning/dataset/text.h"

/// CVAT's two formats of picture labels: "for images" (XML) and ImageNet's lists (txt).
namespace croquis::dataset {
namespace {

/// Reads elements as they come. A document type is refused, and with it entities of its own.
class CvatXml {
  public:
    explicit CvatXml(std::string name) : parser_(XML_ParserCreate(nullptr), XML_ParserFree) {
        table_.name = std::move(name);
        XML_SetUserData(parser_.get(), this);
        XML_SetElementHandler(parser_.get(), &CvatXml::started, &CvatXml::ended);
        XML_SetCharacterDataHandler(parser_.get(), &CvatXml::characters);
        XML_SetStartDoctypeDeclHandler(parser_.get(), &CvatXml::document_type);
    }

    Result<Table> read(std::istream& in) {
        std::array<char, 65536> part{};
        for (bool more = true; more;) {
            in.read(part.data(), part.size());
            more = static_cast<bool>(in);
            const auto got = static_cast<int>(in.gcount());
            if (XML_Parse(parser_.get(), part.data(), got, more ? 0 : 1) == XML_STATUS_ERROR) {
                if (table_.rows.empty()) return failed();
                table_.problems.add(Rejected{table_.name, failed().detail});
                break;
            }
        }
        if (video_) return Error{ErrorKind::unsupported_media, "It labels a video, not pictures."};
        for (const auto& label : declared_)
            if (!used_.contains(label)) table_.empty_labels.add(label);
        return std::move(table_);
    }

  private:
    /// Of the present event, from 1.
    [[nodiscard]] std::uint64_t line() const {
#if XML_MAJOR_VERSION > 2 || XML_MINOR_VERSION >= 9
        return XML_GetCurrentLineNumber64(parser_.get());
#else
        return XML_GetCurrentLineNumber(parser_.get());
#endif
    }

    Error failed() const {
        if (has_document_type_)
            return {ErrorKind::malformed,
                    fmt::format("line {}: a document type (DTD) is not read.", line())};
        return {ErrorKind::malformed,
                fmt::format("line {}: it is not XML: {}.", line(),
                            XML_ErrorString(XML_GetErrorCode(parser_.get())))};
    }

    static CvatXml& self(void* data) {
        return *static_cast<CvatXml*>(data);
    }

    static void XMLCALL document_type(void* data, const XML_Char*, const XML_Char*, const XML_Char*,
                                      int) {
        self(data).has_document_type_ = true;
        XML_StopParser(self(data).parser_.get(), XML_FALSE);
    }

    static void XMLCALL characters(void* data, const XML_Char* text, int size) {
        constexpr std::size_t longest = 1024;
        auto& all = self(data).text_;
        if (all.size() < longest) all.append(text, static_cast<std::size_t>(size));
    }

    static void XMLCALL started(void* data, const XML_Char* name, const XML_Char** attributes) {
        self(data).start(name, attributes);
    }

    static void XMLCALL ended(void* data, const XML_Char* name) {
        self(data).end(name);
    }

    static std::string attribute(const XML_Char** attributes, std::string_view name) {
        for (; *attributes != nullptr; attributes += 2)
            if (*attributes == name) return attributes[1];
        return {};
    }

    void start(std::string_view name, const XML_Char** attributes) {
        text_.clear();
        path_.emplace_back(name);
        if (name == "image") {
            begin_image(attributes);
        } else if (name == "track") {
            video_ = true;
        } else if (in_image_ && path_.size() == image_depth_ + 1) {
            if (name == "tag")
                add_tag(attributes);
            else
                ++shapes_;
        }
    }

    void begin_image(const XML_Char** attributes) {
        in_image_ = true;
        image_depth_ = path_.size();
        shapes_ = 0;
        row_ = Row();
        const auto name = attribute(attributes, "name");
        const auto subset = attribute(attributes, "subset");
        row_.picture = subset.empty() ? name : subset + "/" + name;
        row_.record.place = fmt::format("{}:{}", table_.name, line());
        const auto path = tree_path(name);
        refused_ = name.empty() ? "The image has no name." : path ? "" : path.error().detail;
    }

    /// What a model said ("auto") is a suggestion; what a person let stand ("semi-auto") is not.
    void add_tag(const XML_Char** attributes) {
        const auto label = to_label(attribute(attributes, "label"));
        if (!label || label->empty()) return;
        if (!declared_.empty() && !declared_.contains(*label) && undeclared_.insert(*label).second)
            table_.problems.add(Remark{
                row_.record.place, fmt::format("The label \"{}\" is not declared above.", *label)});
        used_.insert(*label);
        if (attribute(attributes, "source") == "auto")
            by_model_.push_back(*label);
        else
            row_.record.labels.add(*label);
    }

    void end(std::string_view name) {
        const bool in_label = path_.size() > 1 && path_[path_.size() - 2] == "label";
        if (name == "name" && in_label) declaring_ = to_label(text_).value_or("");
        if (name == "type" && in_label && text_ != "tag" && text_ != "any") declaring_.clear();
        if (name == "label" && !declaring_.empty()) declared_.insert(std::exchange(declaring_, {}));
        if (name == "image" && in_image_) end_image();
        path_.pop_back();
        text_.clear();
    }

    void end_image() {
        in_image_ = false;
        const auto& place = row_.record.place;
        if (shapes_ > 0)
            table_.problems.add(
                Remark{place, counted(shapes_, "shape was passed over: tags alone are labels.",
                                      "shapes were passed over: tags alone are labels.")});
        if (!by_model_.empty()) as_suggestions();
        if (refused_.empty())
            table_.rows.add(row_);
        else
            table_.problems.add(Rejected{place, refused_});
    }

    void as_suggestions() {
        table_.problems.add(Remark{row_.record.place,
                                   "A model made the tag: it is a "
                                   "suggestion."});
        for (auto& label : std::exchange(by_model_, {}))
            row_.record.suggestions.push_back({std::move(label), std::nullopt, {}});
    }

    std::unique_ptr<XML_ParserStruct, decltype(&XML_ParserFree)> parser_;
    Table table_;
    std::vector<std::string> path_;
    std::string text_;
    std::string declaring_;  ///< a label that may be a tag's
    std::set<std::string> declared_, undeclared_, used_;
    Row row_;
    std::vector<std::string> by_model_;  ///< labels of the present picture
    std::string refused_;
    std::size_t image_depth_ = 0;
    std::size_t shapes_ = 0;
    bool in_image_ = false;
    bool video_ = false;
    bool has_document_type_ = false;
};

/// `"my name".ext 0 2` as name and numbers; nothing where a number is none.
struct ListLine {
    std::string name;
    std::vector<std::string> numbers;
};

ListLine split(std::string_view line) {
    ListLine parts;
    if (line.starts_with('"')) {
        const auto close = line.find('"', 1);
        if (close != std::string_view::npos) {
            parts.name = line.substr(1, close - 1);
            line.remove_prefix(close + 1);
        }
    }
    const auto blank = std::min(line.find(' '), line.size());
    parts.name += line.substr(0, blank);
    std::istringstream rest{std::string(line.substr(blank))};
    for (std::string number; rest >> number;) parts.numbers.push_back(number);
    return parts;
}

}  // namespace

Result<Table> read_cvat_table(std::istream& in, std::string name) {
    return CvatXml(std::move(name)).read(in);
}

void read_imagenet_list(std::istream& in, const std::string& name,
                        const std::vector<std::string>& labels, Table& table) {
    std::string line;
    for (std::size_t number = 1; std::getline(in, line); ++number) {
        const auto text = trimmed(line);
        if (text.empty()) continue;
        const auto parts = split(text);
        Row row;
        row.picture = parts.name;
        row.record.place = fmt::format("{}:{}", name, number);
        std::string wrong = is_utf8(parts.name) ? "" : "The name is not UTF-8.";
        for (const auto& word : parts.numbers) {
            const bool digits =
                word.size() < 7 && word.find_first_not_of("0123456789") == std::string::npos;
            if (!digits || static_cast<std::size_t>(std::stoul(word)) >= labels.size())
                wrong = fmt::format("There is no label {} in synsets.txt.", word);
            else
                row.record.labels.add(labels[std::stoul(word)]);
        }
        if (wrong.empty())
            table.rows.add(row);
        else
            table.problems.add(Rejected{row.record.place, wrong});
    }
}

}  // namespace croquis::dataset
