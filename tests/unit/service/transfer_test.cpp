#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <set>

#include "core/characters.h"
#include "learning/dataset/open_tree.h"
#include "service/transfer/export.h"
#include "service/transfer/import.h"
#include "service/transfer/import_pictures.h"
#include "support/folders.h"
#include "support/temp_folder.h"
#include "unit/dataset/archives.h"

namespace croquis::service {
namespace {

namespace fs = std::filesystem;
using dataset::Format;
using dataset::make_zip;
using dataset::picture;
using dataset::write_file;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

class TextSink final : public dataset::ZipWriter::Sink {
  public:
    Result<void> write(BytesView bytes) override {
        if (text.size() + bytes.size() > room)
            return Error{ErrorKind::unavailable, "The disk is full."};
        text += as_text(bytes);
        return {};
    }
    std::string text;
    std::size_t room = std::size_t{1} << 30U;
};

/// A store of its own.
struct Place {
    explicit Place(const fs::path& file) {
        store = store::open_store("sqlite:" + file.string(), {}, metrics).value();
        store->migrate().value();
        transfer = store::open_transfer("sqlite:" + file.string()).value();
    }

    std::vector<store::Drawing> drawings() const {
        store::Query query;
        query.limit = 200;
        query.order = store::Order::oldest_first;
        return store->list(query).value().drawings;
    }

    Metrics metrics;
    std::unique_ptr<store::Store> store;
    std::unique_ptr<store::Transfer> transfer;
};

class TransferTest : public testing::Test {
  protected:
    static void SetUpTestSuite() {
        auto model = recognition::load_recognizer(
            fs::path(testing_support::source_folder() + "/models/shapes.onnx"));
        metrics = std::make_unique<Metrics>();
        batcher = std::make_unique<recognition::Batcher>(std::move(model.value()),
                                                         recognition::BatcherOptions{}, *metrics);
    }
    static void TearDownTestSuite() {
        batcher.reset();
        metrics.reset();
    }

    fs::path path(const std::string& name) const { return folder_.path() / name; }

    Result<ImportReport> bring(Place& place, const std::string& name,
                               const ImportOptions& options = {}) {
        problems.clear();
        auto reader = dataset::open_reader(path(name), {});
        if (!reader) return reader.error();
        ImportEvents events;
        events.problem = [this](const std::string& where, const std::string& text, bool) {
            problems.push_back(where + ": " + text);
        };
        return import_drawings(**reader, *place.store, *place.transfer, *batcher, options, events);
    }

    static std::string written(Place& place, const ExportOptions& options) {
        TextSink sink;
        const auto done = export_drawings(*place.store, *place.transfer, sink, options, {});
        EXPECT_TRUE(done) << (done ? "" : done.error().detail);
        return sink.text;
    }

    static inline std::unique_ptr<Metrics> metrics;
    static inline std::unique_ptr<recognition::Batcher> batcher;
    std::vector<std::string> problems;

  private:
    testing_support::TempFolder folder_;
};

TEST_F(TransferTest, AFolderALabelComesInOnceHoweverOftenItIsImported) {
    write_file(path("d/circle/1.png"), picture(1));
    write_file(path("d/star/2.png"), picture(2));
    write_file(path("d/loose.png"), picture(3));
    write_file(path("d/star/bad.png"), picture(4).substr(0, 60));
    Place place(path("a.db"));
    const auto first = bring(place, "d").value();
    EXPECT_EQ(first.records, 4U);
    EXPECT_EQ(first.stored, 3U);
    EXPECT_EQ(first.rejected, 1U);
    EXPECT_EQ(first.reviewed, 2U);
    EXPECT_THAT(first.labels, ElementsAre(Pair("circle", 1), Pair("star", 1)));
    EXPECT_THAT(problems, ElementsAre(HasSubstr("star/bad.png: The PNG picture is damaged")));
    const auto again = bring(place, "d").value();
    EXPECT_EQ(again.stored, 0U);
    EXPECT_EQ(again.already_there, 3U);
    EXPECT_EQ(again.rejected, 1U);
    const auto drawings = place.drawings();
    ASSERT_EQ(drawings.size(), 3U);
    std::set<std::string> tags;
    for (const auto& drawing : drawings) {
        EXPECT_EQ(drawing.source, "import");
        if (drawing.tagged_by) tags.insert(*drawing.file_name + " " + drawing.tag);
        if (!drawing.tagged_by) {
            EXPECT_EQ(drawing.tag, drawing.prediction.tag);
        }
        EXPECT_EQ(drawing.prediction.model, first.model);
    }
    EXPECT_THAT(tags, ElementsAre("1.png circle", "2.png star"));
}

TEST_F(TransferTest, ASourceIsKeptWhereASubmissionMightHaveIt) {
    write_file(path("d/images/1.png"), picture(1));
    write_file(path("d/images/2.png"), picture(2));
    const auto line = [](const char* file, const char* source) {
        return std::string(file) + ",circle," + to_string(Uuid::v7()) + "," + source + "\n";
    };
    write_file(path("d/labels.csv"), "path,label,croquis_id,source\n" +
                                         line("images/1.png", "tablet-2") +
                                         line("images/2.png", "-tablet"));
    Place place(path("a.db"));
    ASSERT_EQ(bring(place, "d").value().stored, 2U);
    std::set<std::string> sources;
    for (const auto& drawing : place.drawings()) sources.insert(drawing.source);
    EXPECT_THAT(sources, ElementsAre("import", "tablet-2"));
}

TEST_F(TransferTest, LabelsTheProjectLacksAreRefusedMappedOrMade) {
    write_file(path("d/Circle/1.png"), picture(1));
    write_file(path("d/boat/2.png"), picture(2));
    fs::create_directories(path("d/plane"));
    Place place(path("a.db"));
    auto report = bring(place, "d").value();
    EXPECT_EQ(report.stored, 0U);
    EXPECT_EQ(report.rejected, 2U);
    EXPECT_THAT(problems, ElementsAre(HasSubstr("(\"circle\" is: map one to the other)"),
                                      HasSubstr("\"boat\" is not one of the project's labels.")));
    ImportOptions options;
    options.map["Circle"] = "circle";
    options.make_labels = true;
    options.dry_run = true;
    report = bring(place, "d", options).value();
    EXPECT_EQ(report.stored, 2U);
    EXPECT_THAT(report.new_labels, ElementsAre("boat", "plane"));
    EXPECT_THAT(problems, IsEmpty());
    options.map.clear();
    EXPECT_THAT(bring(place, "d", options).value().new_labels,
                ElementsAre("Circle", "boat", "plane"));
    EXPECT_THAT(problems, ElementsAre(HasSubstr("Circle: a label of its own beside \"circle\"")));
    options.map["Circle"] = "circle";
    EXPECT_THAT(place.drawings(), IsEmpty());
    const auto labels = place.store->labels(store::shapes_project).value().size();
    options.dry_run = false;
    EXPECT_EQ(bring(place, "d", options).value().stored, 2U);
    EXPECT_EQ(place.store->labels(store::shapes_project).value().size(), labels + 2);
    EXPECT_EQ(place.drawings().size(), 2U);
}

TEST_F(TransferTest, AProjectGetsAsManyLabelsAsItTakesAndTheRestComesIn) {
    for (int number = 1; number < 5; ++number)
        write_file(path(fmt::format("d/new {}/{}.png", number, number)), picture(number));
    write_file(path("d/circle/5.png"), picture(5));
    write_file(path("d/old/6.png"), picture(6));
    fs::create_directories(path("d/empty"));
    Place place(path("a.db"));
    std::vector<std::string> names{"old"};
    const auto there = place.store->labels(store::shapes_project)->size();
    for (auto number = there + 1; number < store::max_labels - 1; ++number)
        names.push_back(fmt::format("label {}", number));
    ASSERT_TRUE(place.transfer->add_labels(store::shapes_project, names));
    store::LabelChange retiring;
    retiring.retired = true;
    ASSERT_TRUE(place.store->change_label(store::shapes_project, "old", retiring));
    ImportOptions options;
    options.make_labels = true;
    for (const bool dry_run : {true, false}) {
        options.dry_run = dry_run;
        const auto report = bring(place, "d", options).value();
        EXPECT_EQ(report.stored, 3U);
        EXPECT_THAT(report.new_labels, ElementsAre("new 1", "old"));
        EXPECT_THAT(problems, Contains(HasSubstr("A project has at most 1000 labels.")).Times(4));
    }
    EXPECT_EQ(place.store->labels(store::shapes_project)->size(), store::max_labels);
}

TEST_F(TransferTest, ADrawingWithManyLabelsIsToldInASentence) {
    write_file(path("d/1.png"), picture(1));
    std::string said = "{\"images\": [{\"id\": 1, \"file_name\": \"1.png\"}], \"categories\": [";
    std::string given;
    for (int number = 0; number < 30; ++number) {
        const auto* const comma = number == 0 ? "" : ",";
        said += fmt::format(R"({}{{"id": {}, "name": "c{}"}})", comma, number, number);
        given += fmt::format(R"({}{{"image_id": 1, "category_id": {}}})", comma, number);
    }
    write_file(path("d/coco.json"), said + "], \"annotations\": [" + given + "]}");
    Place place(path("a.db"));
    EXPECT_EQ(bring(place, "d/coco.json").value().stored, 1U);
    EXPECT_THAT(problems, ElementsAre(HasSubstr(", c18, c19 and 10 more; it comes without")));
}

TEST_F(TransferTest, WhatALabelIsWorthIsChosen) {
    write_file(path("d/star/1.png"), picture(1));
    Place suggested(path("a.db"));
    ImportOptions options;
    options.labels_as = LabelsAs::suggested;
    EXPECT_EQ(bring(suggested, "d", options).value().suggested, 1U);
    const auto drawing = suggested.drawings().at(0);
    EXPECT_EQ(drawing.tag, "star");
    EXPECT_EQ(drawing.tagged_by, std::nullopt);
    EXPECT_EQ(drawing.prediction.model, "import");
    Place ignored(path("b.db"));
    options.labels_as = LabelsAs::ignored;
    bring(ignored, "d", options).value();
    EXPECT_NE(ignored.drawings().at(0).prediction.model, "import");
    EXPECT_EQ(ignored.drawings().at(0).tagged_by, std::nullopt);
}

TEST_F(TransferTest, OnePictureUnderTwoLabelsGoesToReview) {
    write_file(path("d/circle/1.png"), picture(1));
    write_file(path("d/star/same.png"), picture(1));
    Place place(path("a.db"));
    const auto report = bring(place, "d").value();
    EXPECT_EQ(report.stored, 1U);
    EXPECT_EQ(report.disputed, 1U);
    EXPECT_EQ(report.reviewed, 0U);
    EXPECT_EQ(place.drawings().at(0).tagged_by, std::nullopt);
    EXPECT_EQ(bring(place, "d").value().disputed, 0U);
    EXPECT_EQ(place.drawings().at(0).version, 3);
}

TEST_F(TransferTest, WhatAnEarlierImportLabelledIsNoneOfThisOnesWhenItIsDisputed) {
    write_file(path("d/circle/1.png"), picture(1));
    write_file(path("e/star/same.png"), picture(1));
    write_file(path("e/star/2.png"), picture(2));
    Place place(path("a.db"));
    EXPECT_EQ(bring(place, "d").value().reviewed, 1U);
    const auto report = bring(place, "e").value();
    EXPECT_EQ(report.disputed, 1U);
    EXPECT_EQ(report.reviewed, 1U);
}

TEST_F(TransferTest, ALabelThatIsDisputedLaterInTheDataIsNotCounted) {
    write_file(path("d/circle/1.png"), picture(1));
    write_file(path("e/circle/1.png"), picture(1));
    write_file(path("e/star/same.png"), picture(1));
    Place place(path("a.db"));
    ImportOptions unlabelled;
    unlabelled.labels_as = LabelsAs::ignored;
    bring(place, "d", unlabelled).value();
    for (const bool dry : {true, false}) {
        ImportOptions options;
        options.dry_run = dry;
        const auto report = bring(place, "e", options).value();
        EXPECT_EQ(report.labelled, 0U);
        EXPECT_EQ(report.disputed, 1U);
    }
}

/// Label Studio's tasks of an export, with this label for each drawing.
std::string annotated(std::string tasks, const std::string& label) {
    const std::string none = R"("annotations":[])";
    const std::string one = R"("annotations":[{"result":[{"from_name":"choice","to_name":"image",)"
                            R"("type":"choices","value":{"choices":[")" +
                            label + R"("]}}]}])";
    for (auto at = tasks.find(none); at != std::string::npos; at = tasks.find(none, at + 1))
        tasks.replace(at, none.size(), one);
    return tasks;
}

TEST_F(TransferTest, LabelsOfDrawingsThatAreThereLand) {
    for (int i = 1; i <= 3; ++i)
        write_file(path("d/circle/" + std::to_string(i) + ".png"), picture(i));
    Place place(path("a.db"));
    ImportOptions ignoring;
    ignoring.labels_as = LabelsAs::ignored;
    EXPECT_EQ(bring(place, "d", ignoring).value().reviewed, 0U);
    const auto eves = place.drawings().at(0).id;
    ASSERT_TRUE(place.store->change_tag(
        {eves, "heart", {Uuid::v7(), "eve"}, now(), "", store::VersionCondition::any()}));
    ImportOptions options;
    options.by = "zoe";
    for (const bool dry_run : {true, true, false}) {
        options.dry_run = dry_run;
        const auto report = bring(place, "d", options).value();
        EXPECT_EQ(report.stored, 0U);
        EXPECT_EQ(report.already_there, 3U);
        EXPECT_EQ(report.labelled, 2U);
        EXPECT_EQ(report.kept, 1U);
        EXPECT_THAT(problems, IsEmpty());
    }
    for (const bool dry_run : {true, false}) {
        options.dry_run = dry_run;
        const auto again = bring(place, "d", options).value();
        EXPECT_EQ(again.labelled, 0U);
        EXPECT_EQ(again.kept, 1U);
    }
    for (const auto& drawing : place.drawings()) {
        EXPECT_EQ(drawing.tag, drawing.id == eves ? "heart" : "circle");
        EXPECT_EQ(drawing.tagged_by, drawing.id == eves ? "eve" : "zoe");
        EXPECT_EQ(drawing.version, 2);
    }
}

TEST_F(TransferTest, WhatIsAnnotatedInAnExportComesBack) {
    Place place(path("a.db"));
    for (int i = 1; i <= 4; ++i) write_file(path("d/" + std::to_string(i) + ".png"), picture(i));
    bring(place, "d").value();
    ExportOptions all;
    all.format = Format::label_studio;
    write_file(path("x.zip"), written(place, all));
    const auto tree = dataset::open_tree(path("x.zip")).value();
    auto cursor = tree->open().value();
    while (const auto entry = cursor->next().value()) {
        const std::string bytes(as_text(cursor->read(1'000'000).value()));
        write_file(path("x/" + entry->path),
                   entry->path == "tasks.json" ? annotated(bytes, "heart") : bytes);
    }
    const auto report = bring(place, "x").value();
    EXPECT_EQ(report.labelled, 4U);
    for (const auto& drawing : place.drawings()) EXPECT_EQ(drawing.tag, "heart");
}

/// An export's file with each label `from` made `to`, and what else is in it.
void edit(const fs::path& archive, const fs::path& into, const std::string& name,
          const std::string& from, const std::string& to) {
    const auto tree = dataset::open_tree(archive).value();
    auto cursor = tree->open().value();
    while (const auto entry = cursor->next().value()) {
        std::string bytes(as_text(cursor->read(1'000'000).value()));
        for (auto at = bytes.find(from); entry->path == name && at != std::string::npos;
             at = bytes.find(from, at + to.size()))
            bytes.replace(at, from.size(), to);
        write_file(into / entry->path, bytes);
    }
}

TEST_F(TransferTest, LabelsThatAreEditedInAnExportComeBack) {
    for (const auto& [format, name] : {std::pair{Format::hugging_face, "metadata.jsonl"},
                                       std::pair{Format::coco, "annotations.json"}}) {
        const std::string word(to_string(format));
        Place place(path(word + ".db"));
        for (int i = 1; i <= 3; ++i)
            write_file(path(word + "/" + std::to_string(i) + ".png"), picture(i));
        bring(place, word).value();
        ExportOptions all;
        all.format = format;
        write_file(path("x.zip"), written(place, all));
        EXPECT_EQ(bring(place, "x.zip").value().labelled, 0U) << word;  // the model's, still
        // Each line's label, and not the one beside it that says what it was.
        const auto tag = place.drawings().front().tag;
        if (format == Format::hugging_face)
            edit(path("x.zip"), path("e" + word), name, R"(","label":")" + tag + "\",\"croquis\"",
                 R"(","label":"heart","croquis")");
        else
            edit(path("x.zip"), path("e" + word), name, "\"name\":\"" + tag + "\"",
                 R"("name":"heart")");
        const auto report = bring(place, "e" + word).value();
        EXPECT_GT(report.labelled, 0U) << word;
        for (const auto& drawing : place.drawings()) {
            if (!drawing.tagged_by) continue;
            EXPECT_EQ(drawing.tag, "heart") << word;
            EXPECT_EQ(drawing.tagged_by, "import") << word;
        }
    }
}

TEST_F(TransferTest, ALabelThatIsEditedIsInNobodysName) {
    Place first(path("a.db"));
    write_file(path("d/star/1.png"), picture(1));
    ImportOptions ada;
    ada.by = "ada";
    bring(first, "d", ada).value();
    ExportOptions all;
    all.format = Format::hugging_face;
    write_file(path("x.zip"), written(first, all));
    edit(path("x.zip"), path("e"), "metadata.jsonl", R"("label":"star","croquis")",
         R"("label":"heart","croquis")");
    Place second(path("b.db"));
    ASSERT_EQ(bring(second, "e").value().reviewed, 1U);
    EXPECT_EQ(second.drawings().at(0).tag, "heart");
    EXPECT_EQ(second.drawings().at(0).tagged_by, "import");
    Place third(path("c.db"));
    ASSERT_EQ(bring(third, "x.zip").value().reviewed, 1U);
    EXPECT_EQ(third.drawings().at(0).tagged_by, "ada");
}

/// Otherwise an answer of the API that repeats it would be no JSON, and PostgreSQL would refuse it
/// with all that comes in the same transaction.
TEST_F(TransferTest, AReviewersNameIsTextOfSomeLength) {
    Place first(path("a.db"));
    write_file(path("d/star/1.png"), picture(1));
    ImportOptions ada;
    ada.by = "ada";
    bring(first, "d", ada).value();
    ExportOptions options;
    options.format = Format::csv;
    write_file(path("x.zip"), written(first, options));
    int count = 0;
    const auto signed_by = [&](const std::string& name) {
        const auto number = std::to_string(++count);
        edit(path("x.zip"), path("x" + number), "labels.csv", ",ada,", "," + name + ",");
        Place other(path(number + ".db"));
        const auto report = bring(other, "x" + number).value();
        if (report.rejected > 0) return std::string("rejected");
        return other.drawings().at(0).tagged_by.value();
    };
    EXPECT_EQ(signed_by("\xc3\x89va"), "\xc3\x89va");
    EXPECT_EQ(signed_by(std::string(512, 'a')), std::string(512, 'a'));
    EXPECT_EQ(signed_by(std::string(513, 'a')), "rejected");
    EXPECT_THAT(problems, ElementsAre(HasSubstr("The reviewer's name has more than 512 bytes.")));
    EXPECT_EQ(signed_by("a\xff"), "rejected");
    EXPECT_EQ(signed_by("a\x1b[31m"), "rejected");
}

TEST_F(TransferTest, WhatIsSuggestedIsALabelsName) {
    Place first(path("a.db"));
    write_file(path("d/1.png"), picture(1));
    bring(first, "d").value();
    const auto said = first.drawings().at(0).tag;
    ExportOptions options;
    options.format = Format::csv;
    write_file(path("x.zip"), written(first, options));
    int count = 0;
    const auto suggested = [&](const std::string& label) {
        const auto number = std::to_string(++count);
        edit(path("x.zip"), path("x" + number), "labels.csv", "," + said + ",", "," + label + ",");
        Place other(path(number + ".db"));
        EXPECT_EQ(bring(other, "x" + number).value().stored, 1U);
        return other.drawings().at(0).tag;
    };
    EXPECT_EQ(suggested("boat"), "boat") << "its own model's";
    EXPECT_EQ(suggested(std::string(64, 'a')), std::string(64, 'a'));
    EXPECT_EQ(suggested(std::string(65, 'a')), said);
    EXPECT_EQ(suggested("a\x01z"), said);
    EXPECT_EQ(suggested("a\xff"), said);
    for (const auto& problem : problems) EXPECT_TRUE(is_utf8(problem)) << problem;
}

TEST_F(TransferTest, APseudonymIsTextOfSomeLength) {
    write_file(path("d/1.png"), picture(1));
    Place place(path("a.db"));
    ImportOptions options;
    for (const auto& wrong : {std::string(513, 'p'), std::string("p\xff"), std::string("p\n")}) {
        options.pseudonym = wrong;
        const auto refused = bring(place, "d", options);
        ASSERT_FALSE(refused) << wrong;
        EXPECT_EQ(refused.error().field, "pseudonym");
    }
    options.pseudonym = std::string(512, 'p');
    EXPECT_EQ(bring(place, "d", options).value().stored, 1U);
}

TEST_F(TransferTest, ADryRunForeseesTwoLabelsOfOnePicture) {
    write_file(path("d/circle/1.png"), picture(1));
    write_file(path("d/star/same.png"), picture(1));
    write_file(path("d/star/too.png"), picture(1));
    Place place(path("a.db"));
    ImportOptions options;
    options.dry_run = true;
    const auto dry = bring(place, "d", options).value();
    EXPECT_EQ(dry.disputed, 1U);
    EXPECT_EQ(dry.reviewed, 0U);
    EXPECT_EQ(dry.already_there, 2U);
    const auto done = bring(place, "d").value();
    EXPECT_EQ(done.disputed, 1U);
    EXPECT_EQ(done.reviewed, 0U);
    EXPECT_EQ(done.already_there, 2U);
}

TEST_F(TransferTest, UnknownLabelsAreCountedByWord) {
    std::string lines;
    const auto line = [&](int id, const std::string& word) {
        lines += R"({"key_id":")" + std::to_string(id) + R"(","word":")" + word +
                 R"(","drawing":[[[0,90],[0,9]]]})" + "\n";
    };
    line(0, "Circle");
    for (int i = 1; i <= 3; ++i) line(i, "sun");
    for (int i = 0; i < 105; ++i) line(10 + i, "w" + std::to_string(i));
    write_file(path("x.ndjson"), lines);
    Place place(path("a.db"));
    const auto report = bring(place, "x.ndjson").value();
    EXPECT_EQ(report.rejected, 109U);
    EXPECT_EQ(problems.size(), 109U);
    ASSERT_EQ(report.unknown_labels.size(), max_unknown_labels);
    EXPECT_EQ(report.unknown_labels.at("sun").drawings, 3U);
    EXPECT_EQ(report.unknown_labels.at("sun").alike, std::nullopt);
    EXPECT_EQ(report.unknown_labels.at("Circle").alike, "circle");
    EXPECT_EQ(report.unknown_labels_left_out, 7U);
    ImportOptions making;
    making.make_labels = true;
    EXPECT_THAT(bring(place, "x.ndjson", making).value().unknown_labels, IsEmpty());
}

TEST_F(TransferTest, OneIdForTwoDrawingsKeepsBoth) {
    const std::string head = R"({"key_id":"7","word":"line","drawing":)";
    write_file(path("x.ndjson"), head + "[[[0,90],[0,9]]]}\n" + head + "[[[0,90],[9,0]]]}\n");
    Place place(path("a.db"));
    EXPECT_EQ(bring(place, "x.ndjson").value().stored, 2U);
    EXPECT_EQ(bring(place, "x.ndjson").value().already_there, 2U);
    EXPECT_EQ(place.drawings().size(), 2U);
}

TEST_F(TransferTest, StrokesThatAnotherReleaseDrewOtherwiseAreThereAlready) {
    const std::string head = R"({"word": "line", "key_id": "77", "drawing": )";
    write_file(path("x.ndjson"), head + "[[[0,90],[0,9]]]}\n");
    write_file(path("y.ndjson"), head + "[[[0,90],[9,0]]]}\n");
    Place here(path("a.db"));
    bring(here, "x.ndjson").value();
    const auto drawn = here.drawings().at(0);
    store::DrawingImport other;
    auto& submission = other.submission;
    submission.id = drawn.id;
    submission.created_at = drawn.created_at;
    submission.external_id = drawn.external_id;
    submission.strokes = here.store->strokes(drawn.id).value();
    const auto png = picture(1);
    submission.image.assign(png.begin(), png.end());
    submission.sha256 = sha256(submission.image);
    submission.prediction = drawn.prediction;
    Place there(path("b.db"));
    ASSERT_TRUE(there.transfer->add({other}));
    ImportOptions trying;
    trying.dry_run = true;
    EXPECT_EQ(bring(there, "x.ndjson", trying).value().already_there, 1U);
    const auto again = bring(there, "x.ndjson").value();
    EXPECT_EQ(again.already_there, 1U);
    EXPECT_EQ(again.labelled, 1U);
    EXPECT_THAT(problems, IsEmpty());
    EXPECT_EQ(there.store->image(drawn.id).value().bytes, submission.image);
    EXPECT_EQ(bring(there, "y.ndjson").value().stored, 1U);
}

TEST_F(TransferTest, OnlyStrokesThatAreNotThereAreDrawn) {
    const std::string head = R"({"word": "line", "key_id": ")";
    write_file(path("x.ndjson"), head + R"(7", "drawing": [[[0,90],[0,9]]]})" + "\n" + head +
                                     R"(8", "drawing": [[[0,90],[9,0]]]})" + "\n");
    Place place(path("a.db"));
    bring(place, "x.ndjson").value();
    auto chunk = std::make_unique<ImportChunk>(3);
    const auto add = [&](const std::string& id, const std::string& strokes) {
        PendingImport pending;
        pending.is_drawn = true;
        pending.import.submission.external_id = id;
        pending.import.submission.strokes = strokes;
        pending.there = place.transfer->find({store::key_of(pending.import)}).value().front();
        chunk->add(std::move(pending));
    };
    add("7", "[[[0,90.0],[0,9]]]");  // written otherwise
    add("8", "[[[0,90],[0,9]]]");
    add("9", "[[[0,90],[0,9]]]");
    ASSERT_TRUE(find_by_strokes(*place.transfer, *chunk));
    chunk = PictureDrawing(std::move(chunk), 2).wait();
    const auto& drawings = chunk->drawings();
    const std::vector expected{true, false, false};
    for (std::size_t i = 0; i < expected.size(); ++i) {
        EXPECT_EQ(drawings[i]->was_there, expected[i]) << i;
        EXPECT_EQ(drawings[i]->import.submission.image.empty(), expected[i]) << i;
    }
    EXPECT_EQ(drawings[0]->import.submission.sha256, drawings[0]->there->sha256);
}

/// A transfer that others come between: `before_adding` is done once all is found, and told how
/// many drawings are added.
class Interrupted final : public store::Transfer {
  public:
    Interrupted(store::Transfer& transfer, std::function<void(std::size_t)> before_adding)
        : transfer_(transfer), before_adding_(std::move(before_adding)) {}

    Result<std::vector<std::optional<store::Drawing>>> find(
        const std::vector<store::ImportKey>& keys) override {
        return transfer_.find(keys);
    }
    Result<std::vector<std::optional<std::string>>> strokes(
        const std::vector<Uuid>& drawings) override {
        return transfer_.strokes(drawings);
    }
    Result<std::vector<Result<store::ImportOutcome>>> add(
        const std::vector<store::DrawingImport>& drawings) override {
        before_adding_(drawings.size());
        return transfer_.add(drawings);
    }
    Result<void> add_labels(int project, const std::vector<std::string>& names,
                            const store::Author& by) override {
        return transfer_.add_labels(project, names, by);
    }
    Result<std::vector<std::optional<Content>>> contents(
        const std::vector<Uuid>& drawings) override {
        return transfer_.contents(drawings);
    }

  private:
    store::Transfer& transfer_;
    const std::function<void(std::size_t)> before_adding_;
};

TEST_F(TransferTest, WhatIsDeletedWhileItComesAgainIsNotStoredInPart) {
    write_file(path("d/circle/1.png"), picture(1));
    write_file(path("x.ndjson"), R"({"word":"line","key_id":"7","drawing":[[[0,90],[0,9]]]})");
    for (const std::string name : {"d", "x.ndjson"}) {
        Place place(path(name + ".db"));
        bring(place, name).value();
        const auto id = place.drawings().at(0).id;
        Interrupted transfer(*place.transfer, [&](std::size_t) {
            ASSERT_TRUE(place.store->change_visibility(
                {{id, store::Visibility::deleted, store::operator_author(), now(),
                  store::VersionCondition::any()}}));
        });
        const auto reader = dataset::open_reader(path(name), {}).value();
        std::string said;
        ImportEvents events;
        events.problem = [&](const std::string&, const std::string& text, bool) { said = text; };
        const auto report =
            import_drawings(*reader, *place.store, transfer, *batcher, {}, events).value();
        EXPECT_EQ(report.stored, 0U) << name;
        EXPECT_EQ(report.rejected, 1U) << name;
        EXPECT_THAT(said, HasSubstr("was deleted here for good"));
        EXPECT_THAT(place.drawings(), IsEmpty());
        EXPECT_EQ(bring(place, name).value().stored, 1U);
    }
}

TEST_F(TransferTest, ATransactionStoresAsManyDrawingsAsAreSaidWhenItsTurnComes) {
    std::string lines;
    for (int i = 0; i < 20; ++i)
        lines += R"({"word": "line", "key_id": ")" + std::to_string(i) + R"(", "drawing": [[[0,)" +
                 std::to_string(i + 9) + "],[0,90]]]}\n";
    write_file(path("x.ndjson"), lines);
    Place place(path("x.db"));
    std::vector<std::size_t> sizes;
    Interrupted transfer(*place.transfer, [&](std::size_t added) { sizes.push_back(added); });
    ImportEvents events;
    std::size_t next = 2;
    events.at_once = [&] { return next++; };
    const auto reader = dataset::open_reader(path("x.ndjson"), {}).value();
    EXPECT_EQ(import_drawings(*reader, *place.store, transfer, *batcher, {}, events).value().stored,
              20U);
    EXPECT_THAT(sizes, ElementsAre(2, 3, 4, 5, 6));
}

TEST_F(TransferTest, StrokesAreDrawnByAnyNumberOfThreadsAlike) {
    std::string lines;
    for (int i = 0; i < 40; ++i)
        lines += R"({"word": "line", "key_id": ")" + std::to_string(i) + R"(", "drawing": [[[0,)" +
                 (i % 13 == 7 ? "9000000" : std::to_string(i + 9)) + "],[0,90]]]}\n";
    write_file(path("x.ndjson"), lines);
    std::vector<Sha256> drawn_by_one;
    for (const std::size_t threads : {0, 1, 3, 64}) {
        Place place(path(std::to_string(threads) + ".db"));
        ImportOptions options;
        options.drawing_threads = threads;
        options.at_once = 16;
        const auto report = bring(place, "x.ndjson", options).value();
        EXPECT_EQ(report.stored, 37U);
        EXPECT_EQ(report.rejected, 3U);
        EXPECT_THAT(problems,
                    ElementsAre(HasSubstr(":8: "), HasSubstr(":21: "), HasSubstr(":34: ")));
        std::vector<Sha256> drawn;
        for (const auto& drawing : place.drawings()) drawn.push_back(drawing.sha256);
        if (threads == 0) drawn_by_one = drawn;
        EXPECT_EQ(drawn, drawn_by_one) << threads;
    }
}

TEST_F(TransferTest, AnExportComesIntoAnotherProjectOfTheStoreToo) {
    write_file(path("d/circle/1.png"), picture(1));
    write_file(path("d/star/2.png"), picture(2));
    Place place(path("a.db"));
    bring(place, "d").value();
    const auto before = place.drawings();
    ExportOptions all;
    all.format = Format::csv;
    write_file(path("all.zip"), written(place, all));
    ImportOptions copy;
    copy.project = place.store->add_project({0, "copy", "Copy"})->id;
    copy.make_labels = true;
    copy.map["circle"] = "star";  // in the copy alone
    const auto first = bring(place, "all.zip", copy).value();
    EXPECT_EQ(first.stored, 2U);
    EXPECT_EQ(first.disputed, 0U);
    EXPECT_EQ(bring(place, "all.zip", copy).value().already_there, 2U);
    const auto after = place.drawings();
    ASSERT_EQ(after.size(), before.size());
    for (std::size_t i = 0; i < before.size(); ++i) {
        EXPECT_EQ(after[i].version, before[i].version);
        EXPECT_EQ(after[i].tag, before[i].tag);
    }
}

TEST_F(TransferTest, SaysOfWhatWasDeletedThatItWas) {
    write_file(path("d/circle/1.png"), picture(1));
    write_file(path("d/star/2.png"), picture(2));
    Place place(path("a.db"));
    bring(place, "d").value();
    ExportOptions all;
    all.format = Format::csv;
    write_file(path("all.zip"), written(place, all));
    const auto gone = place.drawings().front().id;
    ASSERT_TRUE(
        place.store->change_visibility({{gone, store::Visibility::deleted, store::operator_author(),
                                         now(), store::VersionCondition::any()}}));
    for (const bool dry_run : {true, false}) {
        ImportOptions options;
        options.dry_run = dry_run;
        const auto again = bring(place, "all.zip", options).value();
        EXPECT_EQ(again.rejected, 1U);
        EXPECT_EQ(again.already_there, 1U);
        EXPECT_THAT(problems, ElementsAre(HasSubstr("This drawing was deleted here for good")));
    }
}

TEST_F(TransferTest, StrokesAreKeptAndTheTimeAndTheId) {
    write_file(path("x.ndjson"),
               R"({"key_id":"5","word":"line","timestamp":"2017-03-01 20:41:36.70725 UTC",)"
               R"("drawing":[[[0,90],[0,9],[0,5]]]})");
    Place place(path("a.db"));
    ImportOptions options;
    options.pseudonym = "class 4b";
    bring(place, "x.ndjson", options).value();
    const auto drawing = place.drawings().at(0);
    EXPECT_EQ(to_rfc3339(drawing.created_at), "2017-03-01T20:41:36.707250Z");
    EXPECT_EQ(drawing.external_id, "5");
    EXPECT_EQ(drawing.pseudonym, "class 4b");
    EXPECT_EQ(drawing.media_type, "image/png");
    EXPECT_EQ(place.store->strokes(drawing.id).value(), "[[[0,90],[0,9],[0,5]]]");
}

TEST_F(TransferTest, WhatBringsNoTimeHasIdsInFewRunsThatGoThroughTheData) {
    constexpr int count = 190;
    constexpr int parts = 32;
    std::string lines;
    for (int i = 0; i < count; ++i)
        lines += R"({"word": "line", "key_id": ")" + std::to_string(i) + R"(", "drawing": [[[0,)" +
                 std::to_string(i + 9) + "],[0,90]]]}\n";
    write_file(path("x.ndjson"), lines);
    Place place(path("a.db"));
    ImportOptions options;
    options.at_once = 16;
    bring(place, "x.ndjson", options).value();
    const auto drawings = place.drawings();
    ASSERT_EQ(drawings.size(), std::size_t{count});
    int runs = 1;
    int before = -1;
    for (const auto& drawing : drawings) {
        const int number = std::stoi(drawing.external_id.value());
        runs += number < before ? 1 : 0;
        before = number;
    }
    EXPECT_LE(runs, parts);  // in no order, half of them begin one
    EXPECT_GT(runs, parts / 2);
}

TEST_F(TransferTest, WhatBringsATimeHasOneIdInEveryStore) {
    write_file(path("x.ndjson"),
               R"({"key_id":"5","word":"line","timestamp":"2017-03-01 20:41:36.70725 UTC",)"
               R"("drawing":[[[0,90],[0,9]]]})");
    std::set<Uuid> ids;
    for (const std::string name : {"a.db", "b.db"}) {
        Place place(path(name));
        bring(place, "x.ndjson").value();
        ids.insert(place.drawings().at(0).id);
    }
    EXPECT_EQ(ids.size(), 1U);
}

/// A store with drawings of every kind.
void fill(Place& place) {
    const auto add = [&](int number, const std::string& strokes, const std::string& name,
                         const std::optional<std::string>& tag) {
        store::DrawingImport import;
        auto& submission = import.submission;
        submission.id = Uuid::v7();
        submission.created_at = now();
        const auto bytes = picture(number);
        submission.image = Bytes(bytes.begin(), bytes.end());
        submission.sha256 = sha256(submission.image);
        submission.media_type = "image/png";
        submission.width = 24;
        submission.height = 20;
        submission.strokes = strokes;
        submission.source = "page";
        submission.prediction = {
            "old-model-1", "circle", 0.1F * static_cast<float>(number), {0.5F}};
        if (!name.empty()) submission.file_name = name;
        if (number % 2 == 0) submission.external_id = "e" + std::to_string(number);
        if (tag) import.tag = store::ImportedTag{*tag, "ada", std::nullopt, now()};
        ASSERT_TRUE(place.transfer->add({import}).value().front());
    };
    const std::string strokes = "[[[0,90.5],[0,9],[0,5]]]";
    add(1, strokes, "", std::nullopt);
    add(2, strokes, "my folder/drawing, \"one\".png", "star");
    add(3, "", "my folder/drawing, \"one\".png", "star");
    const std::vector<std::string> own{"a*b? \xc3\xa9", "A*B? \xc3\x89", "unknown"};
    ASSERT_TRUE(place.transfer->add_labels(store::shapes_project, own));
    add(4, strokes, "x.png", own[0]);
    add(5, strokes, "x.png", own[1]);
    add(6, "", "CON.png", "unknown");
}

TEST_F(TransferTest, WhatIsExportedImportsIntoAnEmptyStoreAndExportsTheSameBytes) {
    Place first(path("a.db"));
    fill(first);
    for (const auto format : {Format::image_folder, Format::csv, Format::quickdraw, Format::coco,
                              Format::label_studio, Format::hugging_face}) {
        const std::string name(to_string(format));
        const std::string file = name + (format == Format::quickdraw ? ".ndjson" : ".zip");
        ExportOptions options;
        options.format = format;
        const auto bytes = written(first, options);
        ASSERT_FALSE(bytes.empty());
        EXPECT_EQ(written(first, options), bytes) << name;  // twice the same
        write_file(path(file), bytes);
        Place second(path(name + ".db"));
        ImportOptions importing;
        importing.make_labels = true;
        const auto report = bring(second, file, importing);
        ASSERT_TRUE(report) << report.error().detail;
        EXPECT_EQ(report->stored, format == Format::quickdraw ? 4U : 6U) << name;
        EXPECT_THAT(problems, Each(HasSubstr("differs in case alone"))) << name;
        EXPECT_EQ(bring(second, file, importing).value().stored, 0U) << name;
        EXPECT_EQ(written(second, options), bytes) << name;
    }
}

TEST_F(TransferTest, HowALabelCameAboutIsExportedAndComesBack) {
    Place first(path("a.db"));
    fill(first);
    const auto all = first.drawings();
    const store::Author ada{std::nullopt, "ada"};
    const auto change = [&](const store::Drawing& drawing, const std::string& tag) {
        ASSERT_TRUE(
            first.store->change_tag({drawing.id, tag, ada, now(), "a word", drawing.version}));
    };
    change(all.at(0), "square");
    change(all.at(1), all.at(1).tag);
    for (const auto format : {Format::csv, Format::hugging_face, Format::quickdraw}) {
        const std::string name(to_string(format));
        const std::string file = name + (format == Format::quickdraw ? ".ndjson" : ".zip");
        ExportOptions options;
        options.format = format;
        const auto bytes = written(first, options);
        if (format == Format::quickdraw) {
            EXPECT_THAT(bytes, HasSubstr(R"("kind":"corrected","bulk":false)"));
            EXPECT_THAT(bytes, HasSubstr(R"("kind":"accepted","bulk":false)"));
            EXPECT_THAT(bytes, HasSubstr(R"("kind":"imported","bulk":false)"));
        }
        write_file(path(file), bytes);
        Place second(path(name + ".db"));
        ImportOptions importing;
        importing.make_labels = true;
        ASSERT_TRUE(bring(second, file, importing));
        const auto events =
            second.store->history(all.at(0).id, store::Audience::annotators).value();
        EXPECT_EQ(events.back().kind, store::TagEventKind::imported) << name;
        EXPECT_EQ(events.back().note, "corrected") << name;
        EXPECT_EQ(written(second, options), bytes) << name;
    }
}

TEST_F(TransferTest, AnImageFolderHasAFolderALabelOnEverySystem) {
    Place place(path("a.db"));
    fill(place);
    write_file(path("x.zip"), written(place, {}));
    const auto tree = dataset::open_tree(path("x.zip")).value();
    auto cursor = tree->open().value();
    std::set<std::string> folded;
    std::string manifest;
    std::string sums;
    for (;;) {
        const auto entry = cursor->next().value();
        if (!entry) break;
        EXPECT_EQ(entry->refused, "");
        EXPECT_EQ(entry->path.find_first_of(":*?\"<>|\\"), std::string::npos) << entry->path;
        std::string lower = entry->path;
        for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        EXPECT_TRUE(folded.insert(lower).second) << entry->path;
        if (entry->path == "manifest.json") manifest = as_text(cursor->read(100'000).value());
        if (entry->path == "SHA256SUMS") sums = as_text(cursor->read(100'000).value());
    }
    EXPECT_EQ(folded.size(), 9U);
    EXPECT_THAT(manifest, HasSubstr(R"("drawings":6)"));
    EXPECT_THAT(manifest, HasSubstr(R"("reviewed":5)"));
    EXPECT_THAT(manifest, HasSubstr(R"("star":2)"));
    EXPECT_THAT(manifest, HasSubstr(R"("old-model-1":6)"));
    EXPECT_THAT(sums, HasSubstr(to_hex(sha256(as_bytes(picture(1)))) + "  circle/"));
}

TEST_F(TransferTest, WholeNumbersOfStrokesAreWrittenPlainlyHoweverTheyCame) {
    ExportOptions options;
    options.format = Format::quickdraw;
    std::vector<std::string> written_texts;
    for (const std::string given : {"2880", "2880.0", "2.88E3", "288e1"}) {
        write_file(path("x.ndjson"),
                   R"({"key_id":"5","word":"line","timestamp":"2017-03-01 20:41:36 UTC",)"
                   R"("drawing":[[[0,)" +
                       given + R"(],[0,9.5],[-0.0,5]]]})");
        Place place(path(given + ".db"));
        bring(place, "x.ndjson").value();
        const auto text = written(place, options);
        EXPECT_THAT(text, HasSubstr(R"("drawing":[[[0,2880],[0,9.5E0],[0,5]]])")) << given;
        written_texts.push_back(text.substr(text.find("drawing"), 40));
        write_file(path("y.ndjson"), text);
        const auto again = bring(place, "y.ndjson").value();
        EXPECT_EQ(again.already_there, 1U) << given;
        EXPECT_EQ(again.rejected, 0U) << given;
    }
    EXPECT_THAT(written_texts, Each(written_texts.front()));
}

TEST_F(TransferTest, StrokesThatTheExportWritesOtherwiseAreThereAlready) {
    Place place(path("a.db"));
    fill(place);
    ExportOptions options;
    options.format = Format::quickdraw;
    write_file(path("x.ndjson"), written(place, options));
    const auto again = bring(place, "x.ndjson").value();
    EXPECT_EQ(again.already_there, 4U);
    EXPECT_EQ(again.rejected, 0U) << problems.front();
}

TEST_F(TransferTest, AManifestSaysWhatWasAskedForAndHasTheLabelsThatAreRetired) {
    Place place(path("a.db"));
    fill(place);
    store::LabelChange retired;
    retired.retired = true;
    ASSERT_TRUE(place.store->change_label(store::shapes_project, "star", retired, {}));
    ExportOptions options;
    options.format = Format::quickdraw;
    const auto manifest_of = [&] {
        TextSink sink;
        const auto done = export_drawings(*place.store, *place.transfer, sink, options, {});
        return boost::json::parse(done.value().manifest).as_object();
    };
    const auto all = manifest_of();
    EXPECT_FALSE(all.contains("chosen"));
    const auto text = boost::json::serialize(all.at("label_set"));
    EXPECT_THAT(text, HasSubstr(R"("square","squiggle","star","triangle")"));
    options.reviewed = true;
    options.min_confidence = 0.35F;
    options.judging = false;
    options.tag = "heart";
    options.file_name = store::name_filter("birds/*");
    options.external_id = store::name_filter("7");
    options.flagged = true;
    options.disputed = false;
    options.imported = false;
    options.import_job = Uuid::parse("019a5c1e-7b1a-7c3e-9d35-0a8f6c2b4e11").value();
    const auto none = manifest_of();
    EXPECT_EQ(none.at("chosen"),
              boost::json::parse(
                  R"({"tag":"heart","reviewed":true,"min_confidence":0.35,"split":"learn",)"
                  R"("disputed":false,"flagged":true,"imported":false,)"
                  R"("import":"019a5c1e-7b1a-7c3e-9d35-0a8f6c2b4e11",)"
                  R"("external_id":"7","file_name":"birds/*"})"));
    EXPECT_EQ(boost::json::serialize(none.at("label_set")).find("star"), std::string::npos);
}

TEST_F(TransferTest, OnlyWhatIsAskedForIsExported) {
    Place place(path("a.db"));
    fill(place);
    const auto lines = [&](const ExportOptions& options) {
        const auto text = written(place, options);
        return std::count(text.begin(), text.end(), '\n');
    };
    ExportOptions options;
    options.format = Format::quickdraw;
    EXPECT_EQ(lines(options), 4);
    options.reviewed = true;
    EXPECT_EQ(lines(options), 3);
    options.tag = "star";
    EXPECT_EQ(lines(options), 1);
    options.tagged_by = "eve";
    EXPECT_EQ(lines(options), 0);
    options = {};
    options.format = Format::quickdraw;
    options.tagged_since = now() - std::chrono::hours(1);
    EXPECT_EQ(lines(options), 3);
    options.tagged_since = now() + std::chrono::hours(1);
    EXPECT_EQ(lines(options), 0);
    options.tagged_since.reset();
    options.source = "import";
    EXPECT_EQ(lines(options), 0);
    options.source.reset();
    options.until = now() - std::chrono::hours(1);
    EXPECT_EQ(lines(options), 0);
    options.until.reset();
    options.min_confidence = 0.35F;
    EXPECT_EQ(lines(options), 2) << "of 0.1, 0.2, 0.4 and 0.5";
    options.max_confidence = 0.45F;
    EXPECT_EQ(lines(options), 1);
    options.min_confidence.reset();
    options.max_confidence.reset();
    options.disagreement = true;
    EXPECT_EQ(lines(options), 3) << "a person said otherwise";
    options.disagreement = false;
    EXPECT_EQ(lines(options), 1) << "nobody did";
    options.disagreement.reset();
    options.judging = true;
    const auto judged = lines(options);
    options.judging = false;
    EXPECT_EQ(judged + lines(options), 4);
    options.judging.reset();
    const auto page = place.store->list({}).value();
    for (const auto& drawing : page.drawings)
        ASSERT_TRUE(place.store->change_flags(
            {{drawing.id, "odd", {std::nullopt, "ada"}, now(), store::VersionCondition::any()}}));
    for (auto* filter :
         {&options.flagged, &options.disputed, &options.imported, &options.reviewed}) {
        *filter = true;
        const auto those = lines(options);
        *filter = false;
        EXPECT_EQ(those + lines(options), 4);
        filter->reset();
    }
    options.flagged = true;
    EXPECT_EQ(lines(options), 4);
    options.import_job = Uuid::v7();
    EXPECT_EQ(lines(options), 0);
}

TEST_F(TransferTest, AManifestHasTheLabelSetAndADigestOfThePictures) {
    Place place(path("a.db"));
    fill(place);
    for (const auto format : {Format::coco, Format::label_studio, Format::hugging_face}) {
        ExportOptions options;
        options.format = format;
        write_file(path("x.zip"), written(place, options));
        const auto tree = dataset::open_tree(path("x.zip")).value();
        auto cursor = tree->open().value();
        std::map<std::string, std::string> files;
        while (const auto entry = cursor->next().value())
            files[entry->path] = as_text(cursor->read(1'000'000).value());
        EXPECT_THAT(files["manifest.json"], HasSubstr(R"("label_set":["A*B? )"));
        EXPECT_THAT(files["manifest.json"],
                    HasSubstr(to_hex(sha256(as_bytes(files["SHA256SUMS"])))));
        EXPECT_EQ(files.contains("annotations.json"), format == Format::coco);
        EXPECT_EQ(files.contains("tasks.json"), format == Format::label_studio);
        EXPECT_EQ(files.contains("label_config.xml"), format == Format::label_studio);
        EXPECT_EQ(files.contains("metadata.jsonl"), format == Format::hugging_face);
    }
}

TEST_F(TransferTest, CocoHasABoxOfTheInkForWhatLearnsDetection) {
    Place place(path("a.db"));
    fill(place);
    ExportOptions options;
    options.format = Format::coco;
    write_file(path("x.zip"), written(place, options));
    const auto tree = dataset::open_tree(path("x.zip")).value();
    auto cursor = tree->open().value();
    std::size_t boxes = 0;
    while (const auto entry = cursor->next().value()) {
        if (entry->path != "annotations.json") continue;
        const auto bytes = cursor->read(1'000'000).value();
        const auto all = boost::json::parse(as_text(bytes)).at("annotations").as_array();
        for (const auto& each : all) {
            const auto box = boost::json::value_to<std::vector<int>>(each.at("bbox"));
            ASSERT_EQ(box.size(), 4U);
            EXPECT_GT(box[2], 10);
            EXPECT_LE(box[0] + box[2], 24);
            EXPECT_LE(box[1] + box[3], 24);
            EXPECT_EQ(each.at("area").as_int64(), box[2] * box[3]);
            EXPECT_EQ(each.at("iscrowd").as_int64(), 0);
            EXPECT_EQ(each.at("segmentation").as_array().at(0).as_array().size(), 8U);
            ++boxes;
        }
    }
    EXPECT_EQ(boxes, 6U);
}

TEST_F(TransferTest, ALabelThatNoneMayHaveIsABadRecord) {
    const std::string strokes = R"(","drawing":[[[0,90],[0,9]]]})"
                                "\n";
    const auto line = [&](int id, const std::string& word) {
        return R"({"key_id":")" + std::to_string(id) + R"(","word":")" + word + strokes;
    };
    write_file(path("x.ndjson"), line(1, std::string(64, 'x')) + line(2, std::string(65, 'x')) +
                                     line(3, "a/b") + line(4, "a:b") + line(5, ".."));
    Place place(path("a.db"));
    ImportOptions options;
    options.make_labels = true;
    const auto report = bring(place, "x.ndjson", options).value();
    EXPECT_EQ(report.stored, 1U);
    EXPECT_EQ(report.rejected, 4U);
    EXPECT_THAT(problems, testing::Each(HasSubstr("A label's name has 1 to 64 bytes")));
    EXPECT_THAT(report.new_labels, ElementsAre(std::string(64, 'x')));
}

TEST_F(TransferTest, FewInFlightComeToTheSame) {
    for (int i = 0; i < 30; ++i)
        write_file(path("d/circle/" + std::to_string(i) + ".png"), picture(i));
    Place place(path("a.db"));
    ImportOptions options;
    options.in_flight = 2;
    options.at_once = 7;
    options.asker = "import";
    EXPECT_EQ(bring(place, "d", options).value().stored, 30U);
}

/// What the batcher has no room for is not the drawing's fault.
TEST_F(TransferTest, WaitsForRoomInTheBatcher) {
    recognition::BatcherOptions small;
    small.queue_capacity = 1;
    auto model = recognition::load_recognizer(
        fs::path(testing_support::source_folder() + "/models/shapes.onnx"));
    recognition::Batcher crowded(std::move(model.value()), small, *metrics);
    for (int i = 0; i < 20; ++i)
        write_file(path("d/circle/" + std::to_string(i) + ".png"), picture(i));
    Place place(path("a.db"));
    auto reader = dataset::open_reader(path("d"), {}).value();
    const auto report =
        import_drawings(*reader, *place.store, *place.transfer, crowded, {}, {}).value();
    EXPECT_EQ(report.stored, 20U);
    EXPECT_EQ(report.rejected, 0U);
}

TEST_F(TransferTest, StopsWhereItIsToldTo) {
    for (int i = 0; i < 30; ++i)
        write_file(path("d/circle/" + std::to_string(i) + ".png"), picture(i));
    Place place(path("a.db"));
    auto reader = dataset::open_reader(path("d"), {}).value();
    ImportOptions options;
    options.at_once = 5;
    ImportEvents events;
    std::size_t stored = 0;
    events.progress = [&](std::uint64_t, std::uint64_t, const ImportReport& so_far) {
        stored = so_far.stored;
    };
    events.is_stopped = [&] { return stored >= 10; };
    const auto done =
        import_drawings(*reader, *place.store, *place.transfer, *batcher, options, events);
    ASSERT_FALSE(done);
    EXPECT_GE(place.drawings().size(), 10U);
    EXPECT_LT(place.drawings().size(), 30U);
    EXPECT_EQ(bring(place, "d").value().stored, 30U - stored);
    EXPECT_EQ(place.drawings().size(), 30U);
}

TEST_F(TransferTest, EndsWhereTheProjectIsArchivedMeanwhile) {
    for (int i = 1; i <= 20; ++i) write_file(path("d/" + std::to_string(i) + ".png"), picture(i));
    Place place(path("a.db"));
    store::Project birds;
    birds.slug = birds.name = "birds";
    birds.created_at = now();
    ImportOptions options;
    options.project = place.store->add_project(birds)->id;
    options.at_once = 1;
    options.project_looked_at_every = std::chrono::milliseconds(0);
    auto reader = dataset::open_reader(path("d"), {}).value();
    ImportEvents events;
    events.progress = [&](std::uint64_t, std::uint64_t, const ImportReport& report) {
        if (report.stored != 3) return;
        store::ProjectChange archiving;
        archiving.archived_at = std::optional(now());
        EXPECT_TRUE(place.store->change_project("birds", archiving));
    };
    const auto ended =
        import_drawings(*reader, *place.store, *place.transfer, *batcher, options, events);
    ASSERT_FALSE(ended);
    EXPECT_EQ(ended.error().code, "project_archived");
    store::Query query;
    query.project = options.project;
    query.audience = store::Audience::annotators;
    EXPECT_THAT(place.store->list(query)->drawings, testing::SizeIs(testing::Lt(20U)));
}

TEST_F(TransferTest, ShowsHowFarItIsWhereNothingIsStored) {
    write_file(path("d/nobody-knows-it/1.png"), picture(1));
    Place place(path("a.db"));
    auto reader = dataset::open_reader(path("d"), {}).value();
    std::size_t read = 0;
    ImportEvents events;
    events.progress = [&](std::uint64_t, std::uint64_t, const ImportReport& so_far) {
        read = so_far.records;
        EXPECT_EQ(so_far.stored, 0U);
    };
    EXPECT_TRUE(import_drawings(*reader, *place.store, *place.transfer, *batcher, {}, events));
    EXPECT_EQ(read, 1U);
}

TEST_F(TransferTest, AnOutputThatFailsEndsTheExport) {
    Place place(path("a.db"));
    fill(place);
    TextSink sink;
    sink.room = 300;
    const auto done = export_drawings(*place.store, *place.transfer, sink, {}, {});
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().detail, "The disk is full.");
}

TEST_F(TransferTest, WhatCameBeforeTheDamageIsKept) {
    std::vector<dataset::Member> members;
    for (int i = 0; i < 5; ++i)
        members.push_back({"circle/" + std::to_string(i) + ".png", picture(i)});
    make_zip(path("ok.zip"), members);
    {
        dataset::TarGz tar(path("cut.tar.gz"));
        for (const auto& member : members) tar.add(member.name, member.bytes);
        tar.add("circle/9.png", std::string(as_text(random_bytes(200'000))));
    }
    fs::resize_file(path("cut.tar.gz"), fs::file_size(path("cut.tar.gz")) - 100'000);
    Place place(path("a.db"));
    const auto cut = bring(place, "cut.tar.gz");
    ASSERT_FALSE(cut);
    EXPECT_THAT(cut.error().detail, HasSubstr("damaged or cut short"));
    EXPECT_EQ(place.drawings().size(), 5U);
    EXPECT_EQ(bring(place, "ok.zip").value().already_there, 5U);
}

}  // namespace
}  // namespace croquis::service
