#include "service/annotation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>
#include <fstream>
#include <future>
#include <iterator>
#include <set>
#include <thread>

#include "drawing/decode.h"
#include "drawing/strokes.h"
#include "service/models.h"
#include "support/folders.h"
#include "support/temp_folder.h"
#include "unit/service/shipped_model.h"

namespace croquis::service {
namespace {

namespace asio = boost::asio;
using testing::AnyOf;
using testing::ElementsAre;

/// The shipped model under another name, so under another id.
store::Model renamed(const std::string& onnx, const std::string& name) {
    std::string card = file_text(models / "shapes.json");
    const std::string own = R"("name":"shapes")";
    card.replace(card.find(own), own.size(), R"("name":")" + name + '"');
    const auto loaded = recognition::load_recognizer(as_bytes(onnx), card).value();
    store::Model model;
    model.id = loaded->info().id;
    model.card = card;
    model.sha256 = sha256(as_bytes(onnx));
    model.created_at = now();
    return model;
}

/// The use cases over a SQLite store and the shipped model, asked from two threads.
class AnnotationTest : public testing::Test {
  protected:
    void SetUp() override {
        ASSERT_TRUE(store_->migrate());
        annotation_ = std::make_unique<Annotation>(*store_, *batcher_, workers_, metrics_);
    }
    /// One of the callers' threads may still be inside its call when its answer is here already.
    void TearDown() override { callers_.join(); }

    template <class T>
    std::future<T> ask(asio::awaitable<T> question) {
        return asio::co_spawn(callers_, std::move(question), asio::use_future);
    }
    std::future<Result<SubmitAnswer>> submit(int seed, const std::string& key = {}) {
        return ask(annotation_->submit({square(seed), {}, "test", key, {}}));
    }
    store::Drawing stored(int seed) {
        auto answer = submit(seed).get();
        EXPECT_TRUE(answer) << answer.error().detail;
        return answer->drawing;
    }
    std::size_t count() {
        store::Query query;
        query.limit = 200;
        return ask(annotation_->list(query)).get().value().drawings.size();
    }

    const identity::Principal marie_{Uuid::v7(), "marie", identity::Role::annotator, {}};
    testing_support::TempFolder folder_;
    Metrics metrics_;
    asio::thread_pool callers_{2};  // ends after those that answer to it
    WorkerPool workers_{2, 1024};
    std::unique_ptr<store::Store> store_ =
        store::open_store("sqlite:" + (folder_.path() / "croquis.db").string(), {}, metrics_)
            .value();
    std::unique_ptr<recognition::Batcher> batcher_ = std::make_unique<recognition::Batcher>(
        recognition::load_recognizer(models / "shapes.onnx").value(), recognition::BatcherOptions{},
        metrics_);
    std::unique_ptr<Annotation> annotation_;
};

TEST_F(AnnotationTest, StoresEachOfManySubmissionsAtOnce) {
    std::vector<std::future<Result<SubmitAnswer>>> answers;
    for (int i = 0; i < 60; ++i) answers.push_back(submit(i));
    std::set<Uuid> ids;
    for (auto& answer : answers) {
        const auto got = answer.get();
        ASSERT_TRUE(got) << got.error().detail;
        EXPECT_FALSE(got->replayed);
        EXPECT_EQ(got->drawing.tag, got->drawing.prediction.tag);
        ids.insert(got->drawing.id);
    }
    EXPECT_EQ(ids.size(), 60u);
    EXPECT_EQ(count(), 60u);
}

TEST_F(AnnotationTest, StoresAKeyOnceHoweverManySendItAtOnce) {
    std::vector<std::future<Result<SubmitAnswer>>> answers;
    for (int i = 0; i < 20; ++i) answers.push_back(submit(1, "the-same"));
    std::set<Uuid> ids;
    int fresh = 0;
    for (auto& answer : answers) {
        const auto got = answer.get();
        ASSERT_TRUE(got) << got.error().detail;
        fresh += got->replayed ? 0 : 1;
        ids.insert(got->drawing.id);
    }
    EXPECT_EQ(fresh, 1);
    EXPECT_EQ(ids.size(), 1u);
    const auto other = submit(2, "the-same").get();
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().kind, ErrorKind::conflict);
    EXPECT_EQ(count(), 1u);
}

TEST_F(AnnotationTest, LetsOneOfThoseWhoSawTheSameVersionChangeTheTag) {
    const auto drawing = stored(1);
    std::vector<std::future<Result<Detail>>> answers;
    for (const auto* tag : {"star", "heart", "line", "cross"})
        answers.push_back(ask(annotation_->change_tag(drawing.id, tag, "", 1, marie_)));
    int changed = 0;
    for (auto& answer : answers) {
        const auto got = answer.get();
        changed += got ? 1 : 0;
        if (got) continue;
        EXPECT_EQ(got.error().kind, ErrorKind::precondition_failed);
    }
    EXPECT_EQ(changed, 1);
    const auto events = ask(annotation_->history(drawing.id)).get().value();
    ASSERT_EQ(events.size(), 2u);
    EXPECT_EQ(events[1].by, "marie");
    EXPECT_EQ(events[1].by_id, marie_.user);
    EXPECT_EQ(events[1].kind, store::TagEventKind::corrected);
}

TEST_F(AnnotationTest, ChangesTheModelUnderLoadAndKnowsWhichOneAnswered) {
    const std::string onnx = file_text(models / "shapes.onnx");
    const auto next = renamed(onnx, "next");
    const auto first = renamed(onnx, "first");
    for (const auto& model : {first, next}) ASSERT_TRUE(store_->add_model(model, as_bytes(onnx)));
    ASSERT_TRUE(ask(annotation_->promote(first.id, {Uuid::v7(), "ada"})).get());
    std::vector<std::future<Result<SubmitAnswer>>> answers;
    for (int i = 0; i < 20; ++i) answers.push_back(submit(i));
    auto promoted = ask(annotation_->promote(next.id, {Uuid::v7(), "ada"}));
    for (int i = 20; i < 40; ++i) answers.push_back(submit(i));
    ASSERT_TRUE(promoted.get());
    for (auto& answer : answers) {
        const auto got = answer.get();
        ASSERT_TRUE(got) << got.error().detail;
        EXPECT_THAT(got->drawing.prediction.model, AnyOf(first.id, next.id));
        const auto seen = ask(annotation_->drawing(got->drawing.id)).get().value();
        EXPECT_EQ(seen.top.size(), 5u);
    }
    EXPECT_EQ(stored(50).prediction.model, next.id);
    EXPECT_EQ(store_->live_model().value().id, next.id);
    EXPECT_EQ(ask(annotation_->card(next.id)).get().value(), next.card);
    EXPECT_EQ(ask(annotation_->card("none")).get().value(), "");
}

TEST_F(AnnotationTest, KeepsItsModelWherePromotionFails) {
    const auto before = annotation_->model()->id;
    const auto promoted = ask(annotation_->promote("none", {Uuid::v7(), "ada"})).get();
    ASSERT_FALSE(promoted);
    EXPECT_EQ(promoted.error().kind, ErrorKind::not_found);
    EXPECT_EQ(annotation_->model()->id, before);
}

TEST_F(AnnotationTest, TakesWhatWasAcceptedOutOfTheQueue) {
    const auto kept = stored(1);
    const auto accepted = stored(2);
    const auto results =
        ask(annotation_->accept({{accepted.id, 1}, {Uuid::v7(), 1}}, marie_)).get();
    ASSERT_TRUE(results);
    ASSERT_EQ(results->size(), 2u);
    EXPECT_EQ(results->front().value().drawing.tagged_by, "marie");
    EXPECT_EQ(results->back().error().kind, ErrorKind::not_found);
    std::vector<Uuid> waiting;
    for (const auto& drawing : ask(annotation_->queue(50, {}, marie_)).get().value().drawings)
        waiting.push_back(drawing.id);
    EXPECT_THAT(waiting, ElementsAre(kept.id));
}

TEST_F(AnnotationTest, TakesBackWhatWasAccepted) {
    const auto first = stored(1);
    const auto second = stored(2);
    ASSERT_TRUE(ask(annotation_->accept({{first.id, 1}, {second.id, 1}}, marie_)).get());
    const auto undone =
        ask(annotation_->undo_each({{first.id, 2}, {second.id, 1}, {Uuid::v7(), 1}}, marie_)).get();
    ASSERT_TRUE(undone);
    ASSERT_EQ(undone->size(), 3u);
    EXPECT_FALSE((*undone)[0]->drawing.tagged_by);
    EXPECT_EQ((*undone)[0]->top.size(), 5u);
    EXPECT_EQ((*undone)[1].error().kind, ErrorKind::precondition_failed);
    EXPECT_EQ((*undone)[2].error().kind, ErrorKind::not_found);
    const auto waiting = ask(annotation_->queue(50, {}, marie_)).get().value().drawings;
    ASSERT_EQ(waiting.size(), 1u);
    EXPECT_EQ(waiting.front().id, first.id);
    const auto again = ask(annotation_->undo(first.id, 3, marie_)).get();
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, "nothing_to_undo");
}

TEST_F(AnnotationTest, RefusesMoreThanOneRequestMayChange) {
    for (const std::size_t count : {std::size_t{0}, max_at_once + 1}) {
        const std::vector<SeenDrawing> drawings(count, SeenDrawing{Uuid::v7(), 1});
        EXPECT_EQ(ask(annotation_->accept(drawings, marie_)).get().error().field, "drawings");
        EXPECT_EQ(ask(annotation_->undo_each(drawings, marie_)).get().error().field, "drawings");
    }
    const std::vector<SeenDrawing> most(max_at_once, SeenDrawing{Uuid::v7(), 1});
    EXPECT_EQ(ask(annotation_->accept(most, marie_)).get()->size(), max_at_once);
}

/// The shipped model whose labels have other names.
TEST_F(AnnotationTest, KeepsTheProjectsLabelsWhateverModelIsLive) {
    const auto before = stored(1);
    const auto names = [this] {
        std::vector<std::string> all;
        for (const auto& label : ask(annotation_->labels()).get().value())
            all.push_back(label.name);
        return all;
    };
    const auto labels = names();
    EXPECT_EQ(labels.size(), 17u);
    const std::string onnx = file_text(models / "shapes.onnx");
    auto other = renamed(onnx, "other");
    for (std::size_t at = 0; (at = other.card.find("\"square\"", at)) != std::string::npos; ++at)
        other.card.replace(at, 8, "\"carton\"");
    ASSERT_TRUE(store_->add_model(other, as_bytes(onnx)));
    ASSERT_TRUE(ask(annotation_->promote(other.id, {Uuid::v7(), "ada"})).get());
    EXPECT_EQ(names(), labels);
    // An old tag, a tag that only the new model knows on a drawing that has it, and on one that has
    // not.
    EXPECT_TRUE(ask(annotation_->change_tag(before.id, before.tag, "", 1, marie_)).get());
    EXPECT_TRUE(ask(annotation_->undo(before.id, 2, marie_)).get());
    const auto after = stored(2);
    ASSERT_EQ(after.tag, "carton");
    EXPECT_TRUE(ask(annotation_->accept({{after.id, 1}}, marie_)).get()->front());
    EXPECT_TRUE(ask(annotation_->change_tag(after.id, "star", "", 2, marie_)).get());
    EXPECT_TRUE(ask(annotation_->change_tag(after.id, "carton", "", 3, marie_)).get());
    const auto refused = ask(annotation_->change_tag(before.id, "carton", "", 3, marie_)).get();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "tag_not_assignable");
}

/// A PNG with a comment after its header.
Bytes commented(Bytes png, std::string_view comment) {
    Bytes chunk{0, 0, 0, static_cast<std::uint8_t>(comment.size()), 't', 'E', 'X', 't'};
    chunk.insert(chunk.end(), comment.begin(), comment.end());
    chunk.insert(chunk.end(), 4, 0);  // a sum that nobody looks at
    constexpr std::ptrdiff_t header_end = 8 + 25;
    png.insert(png.begin() + header_end, chunk.begin(), chunk.end());
    return png;
}

TEST_F(AnnotationTest, StoresThePictureWithoutWhatElseWasSent) {
    const auto sent = commented(square(1), "Author Marie");
    const auto first = ask(annotation_->submit({sent, {}, "test", "key", {}})).get();
    ASSERT_TRUE(first) << first.error().detail;
    const auto kept = ask(annotation_->image(first->drawing.id)).get();
    ASSERT_TRUE(kept);
    EXPECT_EQ(kept->bytes, square(1));
    EXPECT_EQ(kept->sha256, sha256(square(1)));
    EXPECT_EQ(first->drawing.sha256, sha256(square(1)));
    EXPECT_EQ(kept->media_type, "image/png");
    // The key stands for what was sent.
    EXPECT_TRUE(ask(annotation_->submit({sent, {}, "test", "key", {}})).get()->replayed);
    const auto other = ask(annotation_->submit({square(1), {}, "test", "key", {}})).get();
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().kind, ErrorKind::conflict);
}

TEST_F(AnnotationTest, PreviewsWithoutStoring) {
    const auto preview = ask(annotation_->preview(square(3))).get();
    ASSERT_TRUE(preview);
    EXPECT_EQ(preview->top.front().tag, preview->prediction.tag);
    EXPECT_EQ(count(), 0u);
}

TEST(BestOf, NamesTheMostProbableAtMostFive) {
    const std::vector<std::string> labels{"a", "b", "c", "d", "e", "f"};
    const auto top = best_of(labels, {0.1F, 0.3F, 0.05F, 0.25F, 0.2F, 0.1F});
    ASSERT_EQ(top.size(), 5u);
    EXPECT_EQ(top[0].tag, "b");
    EXPECT_EQ(top[1].tag, "d");
    EXPECT_EQ(top[2].tag, "e");
    EXPECT_TRUE(best_of(labels, {0.5F, 0.5F}).empty());
}

TEST_F(AnnotationTest, TeachesAfterSoManyReviews) {
    int woken = 0;
    annotation_ = std::make_unique<Annotation>(*store_, *batcher_, workers_, metrics_,
                                               recognition::BatcherOptions{},
                                               TeachingRhythm{3, [&] { ++woken; }});
    const identity::Principal marie{Uuid::v7(), "marie", identity::Role::annotator, {}};
    const auto jobs = [&] { return store_->jobs(10, std::nullopt)->size(); };
    const auto first = stored(1);
    ASSERT_TRUE(ask(annotation_->change_tag(first.id, "star", "", 1, marie)).get());
    // What is refused is no review.
    EXPECT_FALSE(ask(annotation_->change_tag(first.id, "star", "", 1, marie)).get());
    EXPECT_EQ(jobs(), 0U);
    const auto both = ask(annotation_->accept({{stored(2).id, 1}, {stored(3).id, 1}}, marie)).get();
    ASSERT_TRUE(both);
    EXPECT_EQ(jobs(), 1U);
    EXPECT_EQ(woken, 1);
    ASSERT_TRUE(ask(annotation_->change_tag(first.id, "heart", "", 2, marie)).get());
    EXPECT_EQ(jobs(), 1U);
}

TEST_F(AnnotationTest, AsksAboutTypicalDrawingsFirstOnceTheyAreFound) {
    ASSERT_TRUE(enrol_own_model(*store_, models / "shapes.onnx"));
    WorkerPool analyses(1, 4);
    annotation_ =
        std::make_unique<Annotation>(*store_, *batcher_, workers_, metrics_,
                                     recognition::BatcherOptions{}, TeachingRhythm{}, &analyses);
    for (int seed = 1; seed <= 12; ++seed) stored(seed);
    ClaimRequest request;
    request.holder = Uuid::v7();
    request.limit = 1;
    ASSERT_TRUE(ask(annotation_->claim(request, marie_)).get());
    while (analyses.load() > 0) std::this_thread::yield();
    const auto typical = first_questions(*store_, store::shapes_project).value();
    ASSERT_FALSE(typical.empty());
    request.limit = std::min<std::size_t>(1 + typical.size(), 4);
    const auto claimed = ask(annotation_->claim(request, marie_)).get().value();
    std::size_t others = 0;
    for (const auto& [drawing, claim] : claimed.drawings) {
        const bool is_first = std::count(typical.begin(), typical.end(), drawing.id) != 0;
        if (claim.asked == store::Asked::margin && !is_first) ++others;
    }
    EXPECT_LE(others, 1U);  // that of the first claim
    analyses.stop();
}

TEST_F(AnnotationTest, TeachesEachProjectAfterItsOwnReviews) {
    annotation_ = std::make_unique<Annotation>(*store_, *batcher_, workers_, metrics_,
                                               recognition::BatcherOptions{}, TeachingRhythm{2});
    store::Project birds;
    birds.slug = birds.name = "birds";
    birds.created_at = now();
    birds = store_->add_project(birds).value();
    const auto known =
        std::make_shared<const KnownProject>(KnownProject{birds, {"circle", "square"}});
    const auto review = [&](int seed, const ProjectRef& project, int of) {
        const auto drawn =
            ask(annotation_->submit({square(seed), {}, "test", {}, {}, {}, project})).get();
        ASSERT_TRUE(drawn) << drawn.error().detail;
        const auto all = ask(annotation_->accept({{drawn->drawing.id, 1}}, marie_, of)).get();
        ASSERT_TRUE(all);
        ASSERT_TRUE(all->front());
    };
    const auto jobs_of = [&](int project) {
        const auto jobs = store_->jobs(10, std::nullopt).value();
        return std::count_if(jobs.begin(), jobs.end(),
                             [&](const store::Job& job) { return job.project == project; });
    };
    review(1, nullptr, store::shapes_project);
    review(2, known, birds.id);
    EXPECT_EQ(jobs_of(birds.id), 0);
    review(3, nullptr, store::shapes_project);
    EXPECT_EQ(jobs_of(store::shapes_project), 1);
    EXPECT_EQ(jobs_of(birds.id), 0);
    review(4, known, birds.id);
    EXPECT_EQ(jobs_of(birds.id), 1);
}

}  // namespace
}  // namespace croquis::service
