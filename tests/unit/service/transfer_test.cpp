#include "service/transfer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

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
    EXPECT_THAT(place.drawings(), IsEmpty());
    const auto labels = place.store->labels(store::shapes_project).value().size();
    options.dry_run = false;
    EXPECT_EQ(bring(place, "d", options).value().stored, 2U);
    EXPECT_EQ(place.store->labels(store::shapes_project).value().size(), labels + 2);
    EXPECT_EQ(place.drawings().size(), 2U);
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
    EXPECT_EQ(place.drawings().at(0).tagged_by, std::nullopt);
    EXPECT_EQ(bring(place, "d").value().disputed, 0U);
    EXPECT_EQ(place.drawings().at(0).version, 3);
}

TEST_F(TransferTest, OneIdForTwoDrawingsKeepsBoth) {
    const std::string head = R"({"key_id":"7","word":"line","drawing":)";
    write_file(path("x.ndjson"), head + "[[[0,90],[0,9]]]}\n" + head + "[[[0,90],[9,0]]]}\n");
    Place place(path("a.db"));
    EXPECT_EQ(bring(place, "x.ndjson").value().stored, 2U);
    EXPECT_EQ(bring(place, "x.ndjson").value().already_there, 2U);
    EXPECT_EQ(place.drawings().size(), 2U);
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
        submission.width = submission.height = 24;
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
    add(4, strokes, "x.png", "a/b: \xc3\xa9");
    add(5, strokes, "x.png", "A/B: \xc3\x89");
    add(6, "", "CON.png", "unknown");
}

TEST_F(TransferTest, WhatIsExportedImportsIntoAnEmptyStoreAndExportsTheSameBytes) {
    Place first(path("a.db"));
    fill(first);
    for (const auto format : {Format::image_folder, Format::csv, Format::quickdraw}) {
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
        EXPECT_THAT(problems, IsEmpty()) << name;
        EXPECT_EQ(bring(second, file, importing).value().stored, 0U) << name;
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
    options.source = "import";
    EXPECT_EQ(lines(options), 0);
    options.source.reset();
    options.until = now() - std::chrono::hours(1);
    EXPECT_EQ(lines(options), 0);
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
