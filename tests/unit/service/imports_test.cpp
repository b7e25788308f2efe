#include "service/transfer/imports.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <thread>

#include "service/jobs/retrying.h"
#include "support/folders.h"
#include "support/temp_folder.h"
#include "unit/dataset/archives.h"

namespace croquis::service {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using dataset::make_zip;
using dataset::picture;
using namespace std::chrono_literals;
using testing::HasSubstr;

class ImportsTest : public testing::Test {
  protected:
    ImportsTest() {
        url = "sqlite:" + path("a.db").string();
        store = store::open_store(url, {}, metrics).value();
        store->migrate().value();
        auto model = recognition::load_recognizer(
            fs::path(testing_support::source_folder() + "/models/shapes.onnx"));
        batcher = std::make_unique<recognition::Batcher>(std::move(model.value()),
                                                         recognition::BatcherOptions{}, metrics);
        spool = Spool::open(path("uploads"), 1 << 30);
        imports = std::make_unique<Imports>(*store, url, *batcher, spool);
    }

    fs::path path(const std::string& name) const { return folder_.path() / name; }

    static std::string text_of(const fs::path& file) {
        std::ifstream in(file, std::ios::binary);
        return std::string(std::istreambuf_iterator<char>(in), {});
    }

    /// A zip of so many circles.
    std::string circles(int count) {
        std::vector<dataset::Member> members;
        for (int i = 0; i < count; ++i)
            members.push_back({"circle/" + std::to_string(i) + ".png", picture(i)});
        make_zip(path("made.zip"), members);
        return text_of(path("made.zip"));
    }

    void put(Upload& upload, const std::string& name, const std::string& bytes,
             const std::string& media_type = "application/octet-stream") {
        ASSERT_TRUE(upload.begin(name, media_type));
        ASSERT_TRUE(upload.write(std::string_view(bytes).substr(0, bytes.size() / 2)));
        ASSERT_TRUE(upload.write(std::string_view(bytes).substr(bytes.size() / 2)));
        const auto ended = upload.end();
        ASSERT_TRUE(ended) << ended.error().detail;
    }

    store::Job queued(const std::string& name, const std::string& bytes,
                      const ImportRequest& request = {}, const std::string& media_type = "") {
        const auto upload = imports->begin_upload().value();
        put(*upload, name, bytes, media_type);
        return imports->queue(*upload, request, ada).value();
    }

    std::unique_ptr<jobs::Runner> runner() {
        jobs::RunnerOptions options{5ms, 5ms, 2s};
        options.on_ended = [this](const store::Job&) { imports->sweep(); };
        const auto work = [this](jobs::Task& task) { return imports->work(task); };
        return std::make_unique<jobs::Runner>(
            *store, std::map<std::string, jobs::Work>{{import_kind, work}}, options);
    }

    store::Job ended(const Uuid& id) {
        for (;;) {
            auto job = store->job(id).value();
            if (job.state != store::JobState::queued && job.state != store::JobState::running)
                return job;
            std::this_thread::sleep_for(5ms);
        }
    }

    store::Job done(const Uuid& id) {
        const auto running = runner();
        return ended(id);
    }

    /// Fails it as what happens to a server does.
    void failed(const Uuid& id) {
        const auto at = now();
        ASSERT_TRUE(store->claim_job({import_kind}, {"a server", at + 10s}, at));
        const store::JobOutcome outcome{store::JobState::failed, {}, "The disk is full."};
        ASSERT_TRUE(store->finish_job(id, "a server", outcome, at));
    }

    std::vector<store::Drawing> drawings() const {
        store::Query query;
        query.limit = 200;
        query.order = store::Order::oldest_first;
        return store->list(query).value().drawings;
    }

    static json::object result_of(const store::Job& job) {
        EXPECT_EQ(job.error.value_or(""), "");
        return json::parse(job.result.value_or("{}")).as_object();
    }

    Metrics metrics;
    std::string url;
    std::unique_ptr<store::Store> store;
    std::unique_ptr<recognition::Batcher> batcher;
    std::shared_ptr<Spool> spool;
    std::unique_ptr<Imports> imports;
    const store::Author ada{Uuid::v7(), "ada"};

  private:
    testing_support::TempFolder folder_;
};

TEST_F(ImportsTest, AJobBringsInWhatWasUploadedInItsAskersName) {
    const auto job = queued("my shapes.zip", circles(3));
    EXPECT_EQ(job.kind, import_kind);
    EXPECT_EQ(spool->kept().size(), 1U);
    const auto finished = done(job.id);
    const auto result = result_of(finished);
    EXPECT_EQ(result.at("stored").to_number<int>(), 3);
    EXPECT_EQ(result.at("reviewed").to_number<int>(), 3);
    EXPECT_EQ(result.at("format").as_string(), "imagefolder");
    ASSERT_EQ(drawings().size(), 3U);
    EXPECT_EQ(drawings().front().tagged_by, "ada");
    EXPECT_EQ(drawings().front().tag, "circle");
    EXPECT_FLOAT_EQ(finished.progress, 1);
    EXPECT_TRUE(spool->kept().empty()) << "the upload goes with the job";
}

TEST_F(ImportsTest, NamesEachBadRecordAndBringsInTheRest) {
    std::vector<dataset::Member> members{{"circle/good.png", picture(1)},
                                         {"circle/bad.png", picture(2).substr(0, 50)},
                                         {"boat/3.png", picture(3)}};
    make_zip(path("made.zip"), members);
    const auto result = result_of(done(queued("x.zip", text_of(path("made.zip"))).id));
    EXPECT_EQ(result.at("stored").to_number<int>(), 1);
    EXPECT_EQ(result.at("rejected").to_number<int>(), 2);
    const auto problems = json::serialize(result.at("problems"));
    EXPECT_THAT(problems, HasSubstr("circle/bad.png"));
    EXPECT_THAT(problems, HasSubstr("is not one of the project's labels"));
    EXPECT_EQ(result.at("problems_left_out").to_number<int>(), 0);
}

TEST_F(ImportsTest, NamesSoManyBadRecordsAndCountsTheRest) {
    std::string lines;
    for (int i = 0; i < 700; ++i) lines += "{broken\n";
    const auto result = result_of(done(queued("x.ndjson", lines).id));
    EXPECT_EQ(result.at("problems").as_array().size(), max_import_problems);
    EXPECT_EQ(result.at("problems_left_out").to_number<int>(), 200);
    EXPECT_EQ(result.at("rejected").to_number<int>(), 700);
}

TEST_F(ImportsTest, ADryRunStoresNothing) {
    ImportRequest request;
    request.options.dry_run = true;
    const auto result = result_of(done(queued("x.zip", circles(3), request).id));
    EXPECT_EQ(result.at("stored").to_number<int>(), 3);
    EXPECT_TRUE(result.at("dry_run").as_bool());
    EXPECT_TRUE(drawings().empty());
}

TEST_F(ImportsTest, WhatWasAskedReachesTheWork) {
    std::vector<dataset::Member> members{{"Rond/1.png", picture(1)}, {"boat/2.png", picture(2)}};
    make_zip(path("made.zip"), members);
    ImportRequest request;
    request.options.labels_as = LabelsAs::suggested;
    request.options.make_labels = true;
    request.options.map["Rond"] = "circle";
    request.options.pseudonym = "class 4b";
    const auto result = result_of(done(queued("x.zip", text_of(path("made.zip")), request).id));
    EXPECT_EQ(result.at("suggested").to_number<int>(), 2);
    EXPECT_EQ(json::serialize(result.at("new_labels")), R"(["boat"])");
    for (const auto& drawing : drawings()) {
        EXPECT_EQ(drawing.tagged_by, std::nullopt);
        EXPECT_EQ(drawing.pseudonym, "class 4b");
    }
}

TEST_F(ImportsTest, PicturesAreAsLargeAsTheServersMayBe) {
    drawing::DecodeLimits limits;
    limits.max_bytes = 50;
    imports = std::make_unique<Imports>(*store, url, *batcher, spool, limits);
    const auto result = result_of(done(queued("x.zip", circles(2)).id));
    EXPECT_EQ(result.at("rejected").to_number<int>(), 2);
    EXPECT_THAT(json::serialize(result.at("problems")), HasSubstr("50 bytes"));
}

TEST_F(ImportsTest, AFileIsKnownByItsNameOrItsMediaType) {
    const std::string line = R"({"key_id":"5","word":"line","drawing":[[[0,90],[0,9],[0,5]]]})"
                             "\n";
    EXPECT_EQ(result_of(done(queued("", line, {}, "application/x-ndjson").id))
                  .at("stored")
                  .to_number<int>(),
              1);
    EXPECT_EQ(result_of(done(queued("photo", picture(7), {}, "image/png").id))
                  .at("stored")
                  .to_number<int>(),
              1);
    const auto unknown = done(queued("notes.docx", "no data").id);
    EXPECT_EQ(unknown.state, store::JobState::failed);
    EXPECT_THAT(unknown.error.value_or(""), HasSubstr("none of what is read"));
    EXPECT_EQ(unknown.error.value_or("").find(path("uploads").string()), std::string::npos);
}

TEST_F(ImportsTest, SeveralFilesAreAFolder) {
    const auto upload = imports->begin_upload().value();
    put(*upload, "labels.csv", "path,label\n1.png,circle\n2.png,star\n");
    put(*upload, "1.png", picture(1));
    put(*upload, "2.png", picture(2));
    ASSERT_TRUE(upload->begin("2.png", ""));
    ASSERT_TRUE(upload->write("x"));
    EXPECT_EQ(upload->end().error().kind, ErrorKind::invalid) << "twice the same name";
    const auto job = imports->queue(*upload, {}, ada).value();
    const auto result = result_of(done(job.id));
    EXPECT_EQ(result.at("stored").to_number<int>(), 2);
    EXPECT_EQ(result.at("reviewed").to_number<int>(), 2);
}

TEST_F(ImportsTest, FoldersOfLabelsAreKeptAndNamesThatLeadElsewhereRefused) {
    const auto upload = imports->begin_upload().value();
    put(*upload, "shapes/circle/1.png", picture(1));
    put(*upload, "shapes\\star\\1.png", picture(2));
    put(*upload, "shapes/star/.DS_Store", "litter");
    put(*upload, "shapes/star/empty.png", "");
    for (const std::string name : {"../1.png", "shapes/../../1.png", "/etc/1.png", "C:\\1.png",
                                   "\\\\host\\1.png", "..\\1.png", "circle\n/1.png", "\xff.png"}) {
        const auto begun = upload->begin(name, "");
        ASSERT_FALSE(begun) << name;
        EXPECT_EQ(begun.error().kind, ErrorKind::invalid) << name;
        EXPECT_EQ(begun.error().field, "file") << name;
    }
    std::string deep;
    for (int i = 0; i < 16; ++i) deep += "d/";
    EXPECT_TRUE(upload->begin(deep + "x", ""));
    EXPECT_FALSE(upload->begin("d/" + deep + "x", ""));
    EXPECT_TRUE(upload->begin(std::string(255, 'd') + "/x", ""));
    EXPECT_FALSE(upload->begin(std::string(256, 'd') + "/x", ""));
    const auto result = result_of(done(imports->queue(*upload, {}, ada).value().id));
    EXPECT_EQ(result.at("format").as_string(), "imagefolder");
    EXPECT_EQ(result.at("stored").to_number<int>(), 2);
    EXPECT_EQ(json::serialize(result.at("labels")), R"({"circle":1,"star":1})");
    EXPECT_EQ(result.at("system_files").to_number<int>(), 1);
    EXPECT_THAT(json::serialize(result.at("problems")), HasSubstr("shapes/star/empty.png"));
}

TEST_F(ImportsTest, OneFolderIsALabelAsInAnArchive) {
    const auto upload = imports->begin_upload().value();
    put(*upload, "circle/1.png", picture(1));
    put(*upload, "circle/2.png", picture(2));
    const auto result = result_of(done(imports->queue(*upload, {}, ada).value().id));
    EXPECT_EQ(json::serialize(result.at("labels")), R"({"circle":2})");
}

TEST_F(ImportsTest, ATableIsReadWithTheArchiveBesideIt) {
    std::vector<dataset::Member> members{{"a/1.png", picture(1)}, {"b/1.png", picture(2)}};
    make_zip(path("made.zip"), members);
    const auto upload = imports->begin_upload().value();
    put(*upload, "media.zip", text_of(path("made.zip")));
    put(*upload, "labels.csv", "path,label\na/1.png,circle\nb/1.png,star\n");
    const auto result = result_of(done(imports->queue(*upload, {}, ada).value().id));
    EXPECT_EQ(result.at("format").as_string(), "csv");
    EXPECT_EQ(json::serialize(result.at("labels")), R"({"circle":1,"star":1})");
    const auto two = imports->begin_upload().value();
    put(*two, "a.zip", circles(1));
    put(*two, "b.zip", circles(2));
    const auto refused = done(imports->queue(*two, {}, ada).value().id);
    EXPECT_THAT(refused.error.value_or(""), HasSubstr("several archives"));
}

TEST_F(ImportsTest, SaysWhatIsAskedForInTheWordsOfARequest) {
    const auto asked = done(queued("x.csv", "path,class,category\n1.png,circle,round\n").id);
    EXPECT_EQ(asked.state, store::JobState::failed);
    EXPECT_THAT(asked.error.value_or(""), HasSubstr("label_column"));
    EXPECT_EQ(asked.error.value_or("").find("--"), std::string::npos) << *asked.error;
}

TEST_F(ImportsTest, ReadsNothingOfOtherUploads) {
    queued("secret.png", picture(1));
    const auto job =
        queued("x.csv", "path,label\nsecret.png,circle\n../secret.png,circle\n/etc/passwd,star\n");
    const auto running = runner();
    const auto result = result_of(ended(job.id));
    EXPECT_EQ(result.at("stored").to_number<int>(), 0);
    EXPECT_EQ(result.at("rejected").to_number<int>(), 3);
}

/// As after kill -9: what is stored is passed over, and the rest comes in once.
TEST_F(ImportsTest, AnInterruptedImportGoesOnWhereItWas) {
    const auto job = queued("x.zip", circles(180));
    {
        const auto first = runner();
        while (drawings().empty()) std::this_thread::sleep_for(1ms);
        first->stop();
    }
    const auto before = drawings().size();
    EXPECT_LT(before, 180U) << "it was too fast to be interrupted";
    EXPECT_EQ(store->job(job.id)->state, store::JobState::queued);
    EXPECT_EQ(spool->kept().size(), 1U) << "the upload is still needed";
    // As the next process does.
    imports =
        std::make_unique<Imports>(*store, url, *batcher, Spool::open(path("uploads"), 1 << 30));
    imports->sweep();
    const auto result = result_of(done(job.id));
    EXPECT_EQ(drawings().size(), 180U);
    EXPECT_EQ(result.at("already_there").to_number<std::size_t>(), before);
    EXPECT_EQ(result.at("stored").to_number<std::size_t>(), 180 - before);
}

TEST_F(ImportsTest, CancellingEndsItAndTakesTheUploadAway) {
    const auto job = queued("x.zip", circles(600));
    const auto running = runner();
    while (drawings().empty()) std::this_thread::sleep_for(1ms);
    ASSERT_TRUE(store->cancel_job(job.id, now()));
    EXPECT_EQ(ended(job.id).state, store::JobState::cancelled);
    while (!spool->kept().empty()) std::this_thread::sleep_for(5ms);
    EXPECT_GE(drawings().size(), 1U) << "what is stored stays";
}

TEST_F(ImportsTest, WhatFailedForAnotherReasonIsTriedAgainWithWhatWasUploaded) {
    const auto first = queued("x.zip", circles(3));
    failed(first.id);
    imports->sweep();
    EXPECT_EQ(spool->kept().size(), 1U);
    const store::Author root{Uuid::v7(), "root"};
    const auto second = retry_job(*store, *spool, first.id, root);
    ASSERT_TRUE(second) << second.error().detail;
    EXPECT_EQ(spool->kept(), std::vector<std::string>{to_string(second->id)});
    EXPECT_EQ(retry_job(*store, *spool, first.id, root).error().code, "job_under_way");
    EXPECT_EQ(result_of(done(second->id)).at("stored").to_number<int>(), 3);
    EXPECT_EQ(drawings().front().tagged_by, "ada") << "it is still hers";
    EXPECT_TRUE(spool->kept().empty());
    EXPECT_EQ(retry_job(*store, *spool, second->id, root).error().code, "job_succeeded");
    EXPECT_EQ(retry_job(*store, *spool, first.id, root).error().code, "upload_gone");
}

TEST_F(ImportsTest, WhatAdminsAloneMayAskForIsRetriedByNoOther) {
    const identity::Principal once_an_admin{*ada.id, ada.name, identity::Role::annotator, {}};
    ImportRequest plain;
    plain.options.names_from_data = false;
    ImportRequest with_names;
    with_names.options.names_from_data = true;
    ImportRequest with_labels = plain;
    with_labels.options.make_labels = true;
    for (const auto* request : {&with_names, &with_labels}) {
        const auto job = queued("x.zip", circles(1), *request);
        failed(job.id);
        const auto refused = retry_job(*store, *spool, job.id, once_an_admin);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().kind, ErrorKind::forbidden);
    }
    const auto job = queued("x.zip", circles(1), plain);
    failed(job.id);
    EXPECT_TRUE(retry_job(*store, *spool, job.id, once_an_admin));
}

TEST_F(ImportsTest, WhatFailsForWhatItIsOrIsCancelledIsNotKept) {
    const auto broken = queued("x.docx", "no data");
    EXPECT_EQ(done(broken.id).state, store::JobState::failed);
    EXPECT_TRUE(spool->kept().empty());
    EXPECT_EQ(retry_job(*store, *spool, broken.id, ada).error().code, "upload_gone");
    const auto cancelled = queued("x.zip", circles(1));
    ASSERT_TRUE(store->cancel_job(cancelled.id, now()));
    imports->sweep();
    EXPECT_EQ(retry_job(*store, *spool, cancelled.id, ada).error().code, "upload_gone");
    EXPECT_FALSE(store->open_retry(cancelled.id)->has_value());
}

TEST_F(ImportsTest, WhatIsKeptForAnotherTryGivesWayToWhatIsUploaded) {
    spool = Spool::open(path("uploads"), 1000);
    imports = std::make_unique<Imports>(*store, url, *batcher, spool);
    const auto first = queued("x.csv", std::string(900, 'x'));
    const auto upload = imports->begin_upload().value();
    ASSERT_TRUE(upload->begin("y.csv", ""));
    EXPECT_EQ(upload->write(std::string(900, 'y')).error().code, spool_is_full);
    failed(first.id);
    EXPECT_TRUE(upload->write(std::string(900, 'y')));
    EXPECT_TRUE(upload->end());
    EXPECT_EQ(retry_job(*store, *spool, first.id, ada).error().code, "upload_gone");
}

TEST_F(ImportsTest, DropsWhatIsNotQueued) {
    {
        const auto upload = imports->begin_upload().value();
        put(*upload, "x.zip", "bytes");
        EXPECT_EQ(spool->kept().size(), 1U);
        ASSERT_TRUE(upload->begin("y.zip", ""));
        ASSERT_TRUE(upload->write("half"));
    }
    EXPECT_TRUE(spool->kept().empty());
    EXPECT_TRUE(fs::is_empty(path("uploads")));
}

TEST_F(ImportsTest, TakesSoManyUploadsAtOnceAndNoEmptyOnes) {
    std::vector<std::shared_ptr<Upload>> uploads;
    for (std::size_t i = 0; i < Imports::at_once; ++i)
        uploads.push_back(imports->begin_upload().value());
    EXPECT_EQ(imports->begin_upload().error().kind, ErrorKind::unavailable);
    EXPECT_EQ(imports->queue(*uploads[0], {}, ada).error().field, "file");
    put(*uploads[0], "x.zip", "");
    EXPECT_EQ(imports->queue(*uploads[0], {}, ada).error().field, "file") << "nothing in it";
    uploads.pop_back();
    EXPECT_TRUE(imports->begin_upload());
}

TEST_F(ImportsTest, SaysThatTheUploadIsElsewhere) {
    const auto job = queued("x.zip", circles(1));
    spool->remove(to_string(job.id));
    const auto finished = done(job.id);
    EXPECT_EQ(finished.state, store::JobState::failed);
    EXPECT_THAT(finished.error.value_or(""), HasSubstr("share their folder of uploads"));
}

}  // namespace
}  // namespace croquis::service
