#include "service/training/teaching.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cmath>
#include <fstream>
#include <future>
#include <initializer_list>
#include <iterator>
#include <numbers>
#include <numeric>
#include <set>

#include "drawing/decode.h"
#include "drawing/normalise.h"
#include "drawing/strokes.h"
#include "learning/dataset/fingerprint.h"
#include "recognition/recognizer.h"
#include "service/quality/drift.h"
#include "service/training/learnt.h"
#include "service/training/remaking.h"
#include "service/training/retagging.h"
#include "service/training/retraining.h"
#include "service/training/training_jobs.h"
#include "store/asking.h"
#include "support/folders.h"
#include "support/temp_folder.h"
#include "unit/service/submitted.h"

namespace croquis::service {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string shipped(const char* name) {
    std::ifstream file(testing_support::source_folder() + "/models/" + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// A spiral, a comb or a pair of rings: shapes that the shipped model has no label for.
drawing::Strokes figure(int kind, int seed) {
    const auto stretch = static_cast<float>(1 + 0.02 * seed);
    drawing::Stroke first;
    drawing::Stroke second;
    for (int i = 0; i <= 60; ++i) {
        const double turn = 2 * std::numbers::pi * i / 60;
        const double out = kind == 0 ? 10.0 + 1.5 * i : 45;
        if (kind == 1) {
            first.push_back({static_cast<float>(3 * i) * stretch, i % 4 < 2 ? 0.0F : 80.0F, 0});
            continue;
        }
        const double turns = kind == 0 ? 3 : 1;
        const auto x = static_cast<float>(out * std::cos(turns * turn));
        const auto y = static_cast<float>(out * std::sin(turns * turn));
        first.push_back({x * stretch, y, 0});
        if (kind == 2) second.push_back({x * stretch + 110, y, 0});
    }
    return second.empty() ? drawing::Strokes{first} : drawing::Strokes{first, second};
}

drawing::Image picture(int kind, int seed) {
    return drawing::rasterise(figure(kind, seed), 120, drawing::Pen{}, 10);
}

template <class Counts>
std::size_t sum(const Counts& counts) {
    return std::accumulate(counts.begin(), counts.end(), std::size_t{0});
}

class TeachingTest : public testing::Test {
  protected:
    void SetUp() override {
        ASSERT_TRUE(store_->migrate());
        const auto onnx = shipped("shapes.onnx");
        store::Model model;
        model.card = shipped("shapes.json");
        model.id = recognition::load_recognizer(as_bytes(onnx), model.card).value()->info().id;
        model.sha256 = sha256(as_bytes(onnx));
        model.created_at = now();
        ASSERT_TRUE(store_->add_model(model, as_bytes(onnx)));
        ASSERT_TRUE(store_->promote_model(model.id));
        shipped_id_ = model.id;
    }

    /// Stores a drawing that a model took for a line.
    store::Drawing stored(int kind, int seed, int project = store::shapes_project) {
        auto submission = picture_submission(drawing::encode_png(picture(kind, seed)).value(),
                                             {shipped_id_, "line", 0.5F, {}});
        submission.project = project;
        return submitted(*store_, std::move(submission));
    }
    /// One whose picture cannot be read, as an earlier program may have left it.
    store::Drawing unreadable() {
        return submitted(*store_, submission_of({1, 2, 3}, {shipped_id_, "line", 0.5F, {}}));
    }
    /// Drawings without an embedding of the live model's trunk.
    std::size_t missing() {
        const auto trunk = Trunk::of_live_model(*store_).value();
        return store_->stretch({trunk.id(), std::nullopt, {}, 5000})->drawings.size();
    }
    store::Drawing now_is(const store::Drawing& drawing) {
        return store_->drawing(drawing.id).value();
    }
    /// As somebody who was asked by the queue.
    void review(const store::Drawing& drawing, const std::string& tag) {
        store::ClaimRequest asked;
        asked.holder = asked.account = marie_;
        asked.limit = 50;
        asked.at = now();
        asked.until = asked.at + std::chrono::minutes(2);
        ASSERT_TRUE(store_->claim(asked));
        review_unasked(drawing, tag);
    }
    void review_unasked(const store::Drawing& drawing, const std::string& tag) {
        const auto changed =
            store_->change_tag({drawing.id, tag, {marie_, "marie"}, now(), "", drawing.version});
        ASSERT_TRUE(changed) << changed.error().detail;
    }
    void review_many(int each) {
        const char* tags[] = {"circle", "zigzag", "heart"};  // any labels of the project will do
        for (int seed = 0; seed < each; ++seed)
            for (int kind = 0; kind < 3; ++kind) review(stored(kind, seed), tags[kind]);
    }

    int add_project(const char* slug, std::initializer_list<const char*> tags) {
        store::Project project;
        project.slug = project.name = slug;
        project.created_at = now();
        const int id = store_->add_project(project)->id;
        for (const char* tag : tags)
            EXPECT_TRUE(store_->add_label(id, {tag, "{}", {}, {}, false}, {}));
        return id;
    }
    void retire_all_but(const std::set<std::string>& kept) {
        for (const auto& label : store_->labels(store::shapes_project).value())
            if (!kept.contains(label.name)) {
                store::LabelChange change;
                change.retired = true;
                EXPECT_TRUE(store_->change_label(store::shapes_project, label.name, change, {}));
            }
    }

    testing_support::TempFolder folder_;
    Metrics metrics_;
    std::unique_ptr<store::Store> store_ =
        store::open_store("sqlite:" + (folder_.path() / "croquis.db").string(), {}, metrics_)
            .value();
    std::string shipped_id_;
    Uuid marie_ = Uuid::v7();
};

TEST_F(TeachingTest, MakesACandidateThatAnswersWhatPeopleSaid) {
    review_many(16);
    const auto teaching = teach(*store_, {"marie", {}});
    ASSERT_TRUE(teaching) << teaching.error().detail;
    std::size_t seen = 0;
    for (const auto& label : teaching->labels) {
        seen += label.learnt + label.judging;
        EXPECT_EQ(label.given, 16U) << label.label;
        EXPECT_LE(label.learnt, label.given);
    }
    EXPECT_EQ(teaching->labels.size(), 3U);
    EXPECT_EQ(seen, 48U);
    EXPECT_THAT(teaching->too_few, IsEmpty());
    EXPECT_GT(teaching->accuracy.part(), 0.9);

    const auto listed = store_->model(teaching->model.id);
    ASSERT_TRUE(listed);
    EXPECT_EQ(listed->state, store::ModelState::candidate);
    EXPECT_EQ(listed->kind, store::ModelKind::head);
    EXPECT_EQ(listed->parent, shipped_id_);
    const auto model =
        recognition::load_recognizer(store_->model_onnx(listed->id).value(), listed->card).value();
    EXPECT_THAT(model->info().labels, ElementsAre("circle", "heart", "zigzag"));
    const auto unseen = drawing::normalise(picture(1, 40)).value();
    EXPECT_EQ(model->recognise(std::span(&unseen, 1)).value().front().tag, "zigzag");
}

TEST_F(TeachingTest, TheCardKeepsWhatLaterDrawingsAreHeldAgainst) {
    const auto trunk = Trunk::of_live_model(*store_).value();
    const auto png = drawing::encode_png(picture(0, 50)).value();
    std::size_t next = 0;
    /// A drawing that the network sees in this way.
    const auto seen = [&](const store::Prediction& said, int at) {
        auto submission = picture_submission(png, said);
        submission.embedding = store::Embedding{trunk.id(), 0.01F, {}};
        for (std::size_t i = 0; i < trunk.info().embedding; ++i)
            submission.embedding->numbers.push_back(
                static_cast<std::int8_t>(at + static_cast<int>((i * 7 + next++) % 11)));
        return submitted(*store_, std::move(submission));
    };
    const auto drift = [&] {
        return measure_drift(*store_, store::shapes_project,
                             store_->live_model(store::shapes_project).value(),
                             now() + std::chrono::hours(1))
            .value();
    };
    EXPECT_FALSE(drift().training);  // of the shipped model
    for (int i = 0; i < 180; ++i)
        review(seen({shipped_id_, "line", 0.5F, {}}, i % 2 * 50), i % 2 == 0 ? "circle" : "heart");
    const auto teaching = teach(*store_, {"marie", {}});
    ASSERT_TRUE(teaching) << teaching.error().detail;
    ASSERT_TRUE(store_->promote_model(teaching->model.id));
    EXPECT_EQ(drift().training.value().tags.now, 0U);
    for (int i = 0; i < 30; ++i) seen({teaching->model.id, "circle", 0.05F, {}}, 100);
    const auto measured = drift();
    EXPECT_EQ(measured.tags.reference, 0U);  // it has said nothing of drawings from before
    ASSERT_TRUE(measured.training);
    std::size_t learnt = 0;
    for (const auto& label : teaching->labels) learnt += label.learnt;
    const auto& [tags, confidence, embeddings] = *measured.training;
    for (const auto* each : {&tags, &confidence, &embeddings}) {
        EXPECT_EQ(each->reference, learnt);
        EXPECT_EQ(each->now, 30U);
        EXPECT_TRUE(each->is_beyond_chance());
    }
}

TEST(TrainingReference, IsReadAsItWasWritten) {
    TrainingReference reference{"trunk", {}, {{0.25F, 1e-7F}, {1, 2}, {0.5F}, {3, 4}}};
    reference.answers.add("circle", 0.95F);
    reference.answers.add("circle", 1);
    reference.answers.add("unknown", 0);
    const auto card = [](const boost::json::value& told) {
        return boost::json::serialize(boost::json::object{{"reference", told}});
    };
    auto written = to_json(reference);
    const auto read = reference_in(card(written));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->trunk, "trunk");
    EXPECT_EQ(read->answers.tags, reference.answers.tags);
    EXPECT_EQ(read->answers.confidence,
              (std::array<std::size_t, 10>{1, 0, 0, 0, 0, 0, 0, 0, 0, 2}));
    EXPECT_EQ(read->embeddings.mean, reference.embeddings.mean);
    EXPECT_EQ(read->embeddings.counts, reference.embeddings.counts);
    written["embeddings"].as_object()["spread"] = {1, 0};
    EXPECT_FALSE(reference_in(card(written)));
    written["embeddings"] = "odd";
    EXPECT_FALSE(reference_in(card(written)));
    for (const char* other : {"", "{}", "[]", R"({"reference": {}})"})
        EXPECT_FALSE(reference_in(other));
}

TEST_F(TeachingTest, WhatAModelWasTaughtFromIsKnownByKeyAndPicture) {
    review_many(16);
    const auto named = [&](bool judging) {
        auto submission = picture_submission(drawing::encode_png(picture(0, 30)).value(),
                                             {shipped_id_, "line", 0.5F, {}});
        submission.id = drawing_id(judging);
        submission.external_id = judging ? "judges" : "teaches";
        return submitted(*store_, std::move(submission));
    };
    const auto teaches = named(false);
    review(teaches, "circle");
    review_unasked(named(true), "circle");
    const auto teaching = teach(*store_, {"marie", {}});
    ASSERT_TRUE(teaching) << teaching.error().detail;
    std::vector<std::string> cards;
    const auto learnt = learnt_by(*store_, teaching->model, [&](const std::string& card) {
        cards.push_back(card);
        return Result<learning::Learnt>({{"by the trunk"}, "The trunk's remark"});
    });
    ASSERT_TRUE(learnt) << learnt.error().detail;
    // What the network below the head has learnt from is learnt too.
    EXPECT_THAT(cards, ElementsAre(store_->model(shipped_id_)->card));
    EXPECT_TRUE(learnt->drawings.contains("by the trunk"));
    EXPECT_THAT(learnt->remark, testing::StartsWith("The trunk's remark; The model was made from"));
    EXPECT_TRUE(learnt->drawings.contains("teaches"));
    EXPECT_FALSE(learnt->drawings.contains("judges"));
    EXPECT_TRUE(learnt->drawings.contains(to_string(teaches.id)));
    EXPECT_TRUE(
        learnt->drawings.contains(learning::fingerprint(learning::dark_on_light(picture(0, 30)))));
    // The network itself has learnt nothing here.
    const auto own = learnt_by(*store_, store_->model(shipped_id_).value(),
                               [](const std::string&) { return learning::Learnt{}; });
    EXPECT_TRUE(own->drawings.empty() && own->remark.empty());
    // Without its list nothing is said.
    EXPECT_FALSE(learnt_by(*store_, teaching->model, [](const std::string&) {
        return Result<learning::Learnt>(Error{ErrorKind::not_found, "no list"});
    }));
}

TEST_F(TeachingTest, TakesATrainedNetworkThatKnowsAllLabelsAsItIs) {
    review_many(16);
    const auto onnx = shipped("shapes.onnx");
    const TrainedNetwork trained{
        Bytes(onnx.begin(), onnx.end()), shipped("shapes.json"), {{"steps", 100}}};
    const auto made = teach_trained(*store_, trained, {"marie", {}});
    ASSERT_TRUE(made) << made.error().detail;
    const auto listed = store_->model(made->model.id).value();
    EXPECT_EQ(listed.kind, store::ModelKind::trunk);
    EXPECT_EQ(listed.parent, shipped_id_);
    const auto lineage = boost::json::parse(listed.lineage).as_object();
    EXPECT_EQ(lineage.at("steps"), 100);
    EXPECT_EQ(lineage.at("by"), "marie");
    // The same network answers as the live one does, which was told to have said "line".
    EXPECT_GT(made->gate.answers.all(), 0U);
    EXPECT_EQ(made->accuracy.all, 0U);
    const auto reference = reference_in(made->model.card);
    ASSERT_TRUE(reference);
    EXPECT_EQ(reference->trunk, Trunk::of_live_model(*store_)->id());
    std::size_t learnt = 0;
    for (const auto& label : made->labels) learnt += label.learnt;
    EXPECT_TRUE(reference->embeddings.counts.empty());  // they are few
    // What it says of those that it learnt from would be too good.
    EXPECT_EQ(sum(reference->answers.confidence), 48 - learnt);
}

TEST_F(TeachingTest, TeachesAHeadOnATrainedNetworkThatDoesNotKnowALabel) {
    ASSERT_TRUE(
        store_->add_label(store::shapes_project, {"comb", "{}", std::nullopt, std::nullopt}, {}));
    for (int seed = 0; seed < 16; ++seed)
        for (int kind = 0; kind < 2; ++kind)
            review(stored(kind, seed), kind == 0 ? "circle" : "comb");
    const auto onnx = shipped("shapes.onnx");
    const TrainedNetwork trained{Bytes(onnx.begin(), onnx.end()), shipped("shapes.json"), {}};
    const auto made = teach_trained(*store_, trained, {});
    ASSERT_TRUE(made) << made.error().detail;
    const auto listed = store_->model(made->model.id).value();
    EXPECT_EQ(listed.kind, store::ModelKind::trunk);
    EXPECT_EQ(listed.parent, shipped_id_);
    const auto model =
        recognition::load_recognizer(store_->model_onnx(listed.id).value(), listed.card).value();
    EXPECT_THAT(model->info().labels, ElementsAre("circle", "comb"));
    EXPECT_EQ(made->gate.answers.only_live, 0U);
    EXPECT_EQ(made->gate.answers.only_candidate, made->gate.answers.all());
}

TEST_F(TeachingTest, AHeadOnATrainedNetworkIsMadeAgainWithIt) {
    ASSERT_TRUE(
        store_->add_label(store::shapes_project, {"comb", "{}", std::nullopt, std::nullopt}, {}));
    for (int seed = 0; seed < 16; ++seed)
        for (int kind = 0; kind < 2; ++kind)
            review(stored(kind, seed), kind == 0 ? "circle" : "comb");
    const auto onnx = shipped("shapes.onnx");
    TrainedNetwork trained{Bytes(onnx.begin(), onnx.end()), shipped("shapes.json"), {}};
    trained.lineage = {{"seed", 1},
                       {"threads", 2},
                       {"steps", 100},
                       {"quick", false},
                       {"sketches", true},
                       {"begun_with", nullptr},
                       {"as_of", to_rfc3339(now())},
                       {"drawings", 24},
                       {"tags", {"circle", "comb"}},
                       {"data_sha256", "0"},
                       {"network_sha256", to_hex(sha256(trained.onnx))},
                       {"made", making_in(trained.card)}};
    const auto made = teach_trained(*store_, trained, {});
    ASSERT_TRUE(made) << made.error().detail;
    const auto listed = store_->model(made->model.id).value();
    const auto lineage = lineage_of_trained(listed).value();
    EXPECT_EQ(lineage.plan.threads, 2U);
    EXPECT_FALSE(lineage.plan.request.from_live);
    EXPECT_EQ(lineage_of_trained(store_->model(shipped_id_).value()).error().code, "not_taught");
    auto earlier = listed;
    earlier.lineage = R"({"program":"croquis-train 0.1.0","seed":1,"steps":100,"quick":false,)"
                      R"("sketches":true,"begun_with":null,"drawings":24,"data_sha256":"0"})";
    EXPECT_EQ(lineage_of_trained(earlier).error().code, "trained_before");
    earlier.lineage = "";
    EXPECT_EQ(lineage_of_trained(earlier).error().code, "not_taught");

    auto remaking = remaking_of(*store_, listed, lineage, {{}, true}).value();
    ASSERT_TRUE(compare_trained(*store_, lineage, trained, {}, remaking));
    ASSERT_TRUE(remaking.again);
    EXPECT_TRUE(remaking.again->has_head);
    EXPECT_GT(remaking.again->numbers, 0U);
    EXPECT_TRUE(remaking.is_same());
    EXPECT_THAT(remaking.otherwise, IsEmpty());

    trained.onnx.push_back(0);
    auto card = boost::json::parse(trained.card).as_object();
    card["training"].as_object()["commit"] = "another";
    card["training"].as_object()["whitened_by"] = 8192;
    trained.card = boost::json::serialize(card);
    ASSERT_TRUE(compare_trained(*store_, lineage, trained, {}, remaking));
    EXPECT_FALSE(remaking.is_same());
    EXPECT_FALSE(remaking.again->has_head);
    ASSERT_EQ(remaking.otherwise.size(), 2U);
    EXPECT_EQ(remaking.otherwise.front().what, "commit");
    EXPECT_EQ(remaking.otherwise.front().now, "another");
    EXPECT_EQ(remaking.otherwise.back().what, "whitened_by");
    EXPECT_EQ(remaking.otherwise.back().then, "65536");
    EXPECT_EQ(remaking.otherwise.back().now, "8192");
}

TEST_F(TeachingTest, NeverLearnsFromWhatJudges) {
    std::size_t judging = 0;
    std::size_t all = 0;
    for (int seed = 0; seed < 16; ++seed)
        for (int kind = 0; kind < 2; ++kind, ++all) {
            const auto drawing = stored(kind, seed);
            judging += store::judges(drawing.id) ? 1 : 0;
            // What judges says the opposite: a head that learnt from it would be torn.
            review(drawing, (kind == 0) != store::judges(drawing.id) ? "circle" : "zigzag");
        }
    const auto teaching = teach(*store_, {});
    ASSERT_TRUE(teaching) << teaching.error().detail;
    std::size_t learnt = 0;
    for (const auto& label : teaching->labels) learnt += label.learnt;
    EXPECT_EQ(learnt, all - judging);
    EXPECT_EQ(teaching->accuracy.all, learnt);
    EXPECT_EQ(teaching->accuracy.some, learnt);
    EXPECT_EQ(teaching->gate.answers.all(), judging);
    EXPECT_EQ(teaching->gate.answers.only_candidate, 0U);
}

TEST_F(TeachingTest, JudgesOnlyByReviewsThatTheModelHadNoHandIn) {
    // Tags that the live model knows, given where it had said "line", and nobody was asked at
    // random.
    for (int seed = 0; seed < 16; ++seed)
        for (int kind = 0; kind < 2; ++kind)
            review_unasked(stored(kind, seed), kind == 0 ? "circle" : "zigzag");
    const auto none = teach(*store_, {});
    ASSERT_TRUE(none) << none.error().detail;
    EXPECT_EQ(none->gate.answers.all(), 0U);
    EXPECT_EQ(none->gate.verdict, learning::Verdict::undecided);
    // Nor do those that it cannot answer, while what it gets right does not count.
    ASSERT_TRUE(store_->add_label(store::shapes_project, {"spiral", "{}", {}, {}, false}, {}));
    for (int seed = 0; seed < 16; ++seed) review_unasked(stored(0, 50 + seed), "spiral");
    EXPECT_EQ(teach(*store_, {})->gate.answers.all(), 0U);
}

TEST_F(TeachingTest, JudgesByEveryReviewWhereTheModelKnowsNoLabel) {
    const int marks = add_project("marks", {"spiral", "comb"});
    const char* tags[] = {"spiral", "comb"};
    std::size_t judging = 0;
    for (int seed = 0; seed < 16; ++seed)
        for (int kind = 0; kind < 2; ++kind) {
            const auto drawing = stored(kind, seed, marks);
            judging += store::judges(drawing.id) ? 1 : 0;
            review_unasked(drawing, tags[kind]);
        }
    const auto taught = teach(*store_, {"marie", {}, marks});
    ASSERT_TRUE(taught) << taught.error().detail;
    EXPECT_EQ(taught->gate.answers.all(), judging);
    EXPECT_THAT(taught->gate.lost, IsEmpty());
}

/// Seventeen labels are in use, the candidate knows three of them and what it does not know.
TEST_F(TeachingTest, IsNotBetterWhereItLosesLabelsInUse) {
    review_many(40);
    const auto taught = teach(*store_, {}).value();
    ASSERT_GT(taught.gate.answers.only_candidate, 12U);
    EXPECT_EQ(taught.gate.verdict, learning::Verdict::uneven);
    EXPECT_EQ(taught.gate.lost.size(), 13U);
    EXPECT_THAT(taught.gate.lost, testing::Contains("line"));
    EXPECT_THAT(taught.gate.lost, testing::Not(testing::Contains("heart")));
    EXPECT_THAT(taught.gate.lost, testing::Not(testing::Contains("unknown")));
    std::vector<std::string> judged;
    for (const auto& label : taught.gate.labels) judged.push_back(label.label);
    EXPECT_THAT(judged, ElementsAre("circle", "heart", "zigzag"));
    EXPECT_EQ(to_json(taught).at("gate").at("verdict").as_string(), "uneven");
}

TEST_F(TeachingTest, IsBetterWhereItKeepsEveryLabelInUse) {
    retire_all_but({"circle", "zigzag", "heart"});
    review_many(40);
    const auto taught = teach(*store_, {}).value();
    EXPECT_EQ(taught.gate.verdict, learning::Verdict::better);
    EXPECT_THAT(taught.gate.lost, IsEmpty());
    // Its answers are other projects' too, until they have a model of their own.
    add_project("marks", {"star", "comb"});
    const auto missed = teach(*store_, {}).value();
    EXPECT_EQ(missed.gate.verdict, learning::Verdict::uneven);
    EXPECT_THAT(missed.gate.lost, ElementsAre("star"));
}

TEST_F(TeachingTest, GivesTheSameModelAgainAndGoesOnFromATaughtOne) {
    review_many(12);
    const auto first = teach(*store_, {});
    ASSERT_TRUE(first) << first.error().detail;
    const auto again = teach(*store_, {});
    ASSERT_TRUE(again) << again.error().detail;
    EXPECT_EQ(again->model.id, first->model.id);
    ASSERT_TRUE(store_->promote_model(first->model.id));
    const auto next = teach(*store_, {});
    ASSERT_TRUE(next) << next.error().detail;
    EXPECT_EQ(next->model.parent, first->model.id);
    EXPECT_EQ(next->accuracy.some, first->accuracy.some);
}

TEST_F(TeachingTest, AModelMadeAgainFromItsLineageIsTheSame) {
    review_many(16);
    const auto first = teach(*store_, {"marie", {}}).value();
    // What comes later is none of it.
    for (int seed = 16; seed < 24; ++seed) review(stored(0, seed), "star");
    const auto again = remake(*store_, {first.model.id});
    ASSERT_TRUE(again) << again.error().detail;
    EXPECT_TRUE(again->is_same());
    EXPECT_EQ(again->found, again->learnt);
    EXPECT_THAT(again->changed, IsEmpty());
    EXPECT_EQ(again->again->differing, 0U);
    EXPECT_GT(again->again->numbers, 0U);

    // Of one that was taught on a taught one, too, and whichever is live.
    ASSERT_TRUE(store_->promote_model(first.model.id));
    const auto second = teach(*store_, {"marie", {}}).value();
    ASSERT_TRUE(store_->promote_model(shipped_id_));
    EXPECT_TRUE(remake(*store_, {second.model.id})->is_same());
    EXPECT_TRUE(remake(*store_, {first.model.id})->is_same());
    const auto lineage = boost::json::parse(second.model.lineage).as_object();
    EXPECT_TRUE(lineage.contains("program"));
    EXPECT_TRUE(lineage.contains("as_of"));
}

TEST_F(TeachingTest, SaysWhatChangedSinceAModelWasTaught) {
    review_many(16);
    const auto taught = teach(*store_, {}).value();
    const auto drawings = store_->reviewed_drawings({"", 1000, {}})->drawings;
    std::vector<Uuid> learnt;
    for (const auto& drawing : drawings)
        if (!store::judges(drawing.id) && drawing.tag == "circle") learnt.push_back(drawing.id);
    ASSERT_GT(learnt.size(), 4U);
    const auto is_now = [&](const Uuid& id) { return store_->drawing(id).value(); };
    review_unasked(is_now(learnt[0]), "heart");
    ASSERT_TRUE(store_->undo_tag({learnt[1], {marie_, "marie"}, now(), is_now(learnt[1]).version}));
    const auto withdraw = [&](const Uuid& id, store::Visibility to) {
        const std::vector<store::VisibilityChange> changes{
            {id, to, store::operator_author(), now(), is_now(id).version}};
        ASSERT_TRUE(store_->change_visibility(changes)->front());
    };
    withdraw(learnt[2], store::Visibility::hidden);

    const auto again = remake(*store_, {taught.model.id}).value();
    EXPECT_TRUE(again.is_same());
    ASSERT_EQ(again.changed.size(), 3U);
    const auto change_of = [&](const Uuid& id) {
        return *std::find_if(again.changed.begin(), again.changed.end(),
                             [&](const auto& each) { return each.drawing == id; });
    };
    EXPECT_EQ(change_of(learnt[0]).then, "circle");
    EXPECT_EQ(change_of(learnt[0]).now, "heart");
    EXPECT_FALSE(change_of(learnt[1]).is_reviewed);
    EXPECT_TRUE(change_of(learnt[2]).is_hidden);

    withdraw(learnt[3], store::Visibility::deleted);
    const auto without = remake(*store_, {taught.model.id}).value();
    EXPECT_FALSE(without.same_drawings);
    EXPECT_FALSE(without.is_same());
    EXPECT_EQ(without.found + 1, without.learnt);
    EXPECT_THAT(without.deleted, ElementsAre(learnt[3]));
    ASSERT_TRUE(without.again);
    EXPECT_FALSE(without.again->is_same());
    EXPECT_GT(without.again->differing, 0U);
}

TEST_F(TeachingTest, SaysThatAnotherModelIsNotWhatItsLineageMakes) {
    review_many(16);
    const auto taught = teach(*store_, {}).value();
    // The same drawings, and another network under the name.
    const auto trunk = Trunk::of_live_model(*store_).value();
    auto layer = *recognition::head_of(*store_->model_onnx(taught.model.id), 3).value();
    layer.weights.front() += 0.5F;
    const auto onnx = recognition::with_head(trunk.onnx(), trunk.info().labels.size(), layer);
    auto forged = taught.model;
    auto card = boost::json::parse(forged.card).as_object();
    card["name"] = "forged";
    card["sha256"] = to_hex(sha256(*onnx));
    forged.card = boost::json::serialize(card);
    forged.id = recognition::load_recognizer(*onnx, forged.card).value()->info().id;
    forged.sha256 = sha256(*onnx);
    ASSERT_TRUE(store_->add_model(forged, *onnx));
    const auto again = remake(*store_, {forged.id}).value();
    EXPECT_TRUE(again.same_drawings);
    EXPECT_FALSE(again.is_same());
    EXPECT_EQ(again.again->differing, 1U);
    EXPECT_NEAR(again.again->furthest, 0.5, 0.001);
    // What was not taught has no lineage to be made from.
    EXPECT_EQ(remake(*store_, {shipped_id_}).error().code, "not_taught");
    EXPECT_EQ(remake(*store_, {"none"}).error().kind, ErrorKind::not_found);
}

TEST_F(TeachingTest, TellsHowFarMakingAgainIs) {
    review_many(16);
    const auto taught = teach(*store_, {}).value();
    std::vector<RemakeProgress> told;
    RemakeRequest request{taught.model.id};
    request.progress = [&](const RemakeProgress& progress) { told.push_back(progress); };
    const auto steps = [&] {
        std::vector<RemakeStep> met;
        for (const auto& progress : told)
            if (met.empty() || met.back() != progress.step) met.push_back(progress.step);
        return met;
    };
    ASSERT_TRUE(remake(*store_, request)->is_same());
    EXPECT_THAT(steps(), ElementsAre(RemakeStep::reading_reviewed));

    // Where one is gone all are read, with their histories.
    const auto drawings = store_->reviewed_drawings({"", 1000, {}})->drawings;
    const auto gone = std::find_if(drawings.begin(), drawings.end(),
                                   [](const auto& drawing) { return !store::judges(drawing.id); });
    const std::vector<store::VisibilityChange> withdrawn{{gone->id, store::Visibility::deleted,
                                                          store::operator_author(), now(),
                                                          store_->drawing(gone->id)->version}};
    ASSERT_TRUE(store_->change_visibility(withdrawn)->front());
    told.clear();
    ASSERT_FALSE(remake(*store_, request)->is_same());
    EXPECT_THAT(steps(), ElementsAre(RemakeStep::reading_reviewed, RemakeStep::reading_all));
    EXPECT_EQ(told.back().done, 47U);
    EXPECT_EQ(told.back().all, 47U);
    double before = 0;
    for (const auto& progress : told) {
        EXPECT_GE(progress.part(), before);
        before = progress.part();
    }
    EXPECT_LT(before, 1);

    request.is_stopped = [] { return true; };
    EXPECT_EQ(remake(*store_, request).error().kind, ErrorKind::unavailable);
}

TEST_F(TeachingTest, WhatNobodyAskedForIsPromotedByThePolicy) {
    retire_all_but({"circle", "zigzag", "heart"});
    review_many(40);
    ASSERT_TRUE(
        queue_teaching(*store_, {}, store::shapes_project, AfterTeaching::promote_if_better));
    const auto claimed =
        store_->claim_job({teach_kind}, {"here", now() + std::chrono::hours(1)}, now()).value();
    ASSERT_TRUE(claimed);
    jobs::Task task(*claimed);
    const auto result = works(*store_).at(teach_kind)(task);
    ASSERT_TRUE(result) << result.error().detail;
    EXPECT_TRUE(boost::json::parse(*result).at("promoted").as_bool());
    store::AuditQuery query;
    query.action = store::AuditAction::model_promoted;
    const auto told = store_->audit(query).value();
    ASSERT_FALSE(told.empty());
    ASSERT_TRUE(told.front().by);
    EXPECT_EQ(told.front().by->name, "policy");
}

TEST_F(TeachingTest, WhatIsTaughtHereAndNowCountsAsAJobDoes) {
    const auto missing = [&](std::size_t reviews) {
        return queue_teaching_after_reviews(*store_, store::shapes_project, reviews,
                                            AfterTeaching::keep)
            .value()
            .missing;
    };
    review_many(16);
    EXPECT_EQ(missing(60), 60U - 48U);
    for (int times = 0; times < 2; ++times) {  // the second time it is the same model
        const auto taught = teach_now(*store_, {}, AfterTeaching::keep);
        ASSERT_TRUE(taught) << taught.error().detail;
        EXPECT_FALSE(taught->promoted);
        EXPECT_EQ(missing(60), 60U);
        const auto job = store_->jobs(1, {})->front();
        EXPECT_EQ(job.kind, teach_kind);
        EXPECT_EQ(job.state, store::JobState::succeeded);
        EXPECT_FALSE(job.created_by);
        const auto result = boost::json::parse(job.result.value());
        EXPECT_EQ(result.at("model").as_string(), taught->teaching.model.id);
        EXPECT_FALSE(result.at("promoted").as_bool());
        review(stored(0, 20 + times), "circle");
        EXPECT_EQ(missing(60), 59U);
    }
    // What was not taught counts for nothing.
    EXPECT_FALSE(teach_now(*store_, {"", {}, add_project("marks", {"comb"})}, AfterTeaching::keep));
    EXPECT_EQ(store_->jobs(10, {})->size(), 2U);
}

TEST_F(TeachingTest, MakingAgainIsAJobOneAtATime) {
    review_many(16);
    const auto first = teach(*store_, {}).value().model.id;
    for (int seed = 16; seed < 20; ++seed) review(stored(0, seed), "circle");
    const auto second = teach(*store_, {}).value().model.id;
    const auto queue = [&](const std::string& id, int project = store::shapes_project) {
        return queue_remake(*store_, {}, project, id);
    };
    const auto job = queue(first).value();
    EXPECT_EQ(queue(first).value().id, job.id);
    EXPECT_EQ(queue(second).error().code, "remake_open");
    EXPECT_EQ(queue(shipped_id_).error().code, "not_taught");
    EXPECT_EQ(queue("none").error().kind, ErrorKind::not_found);
    EXPECT_EQ(queue(first, add_project("marks", {"comb"})).error().kind, ErrorKind::not_found);

    const auto claimed =
        store_->claim_job({remake_kind}, {"here", now() + std::chrono::hours(1)}, now()).value();
    ASSERT_TRUE(claimed);
    jobs::Task task(*claimed);
    const auto result = works(*store_).at(remake_kind)(task);
    ASSERT_TRUE(result) << result.error().detail;
    const auto told = boost::json::parse(*result).as_object();
    EXPECT_EQ(told.at("model").as_string(), first);
    EXPECT_TRUE(told.at("same").as_bool());
}

TEST_F(TeachingTest, AJobTellsOfTheFirstDrawingsThatChanged) {
    Remaking remaking;
    for (std::size_t i = 0; i < most_changed_told + 2; ++i) {
        remaking.changed.push_back({Uuid::v7(), "circle", "star"});
        remaking.deleted.push_back(Uuid::v7());
    }
    const auto told = to_json(remaking, most_changed_told);
    for (const char* list : {"changed", "deleted"}) {
        EXPECT_EQ(told.at(list).as_array().size(), most_changed_told);
        EXPECT_EQ(told.at(std::string(list) + "_all").to_number<std::size_t>(),
                  most_changed_told + 2);
        EXPECT_EQ(to_json(remaking).at(list).as_array().size(), most_changed_told + 2);
    }
}

TEST_F(TeachingTest, SaysWhatIsMissing) {
    EXPECT_EQ(teach(*store_, {}).error().kind, ErrorKind::invalid);
    for (int seed = 0; seed < 12; ++seed) review(stored(0, seed), "circle");
    const auto one_label = teach(*store_, {});
    ASSERT_FALSE(one_label);
    EXPECT_EQ(one_label.error().field, "drawings");
    EXPECT_EQ(store_->models()->size(), 1U);
}

TEST_F(TeachingTest, TakesWhatWasUndoneForUnreviewed) {
    review_many(12);
    const auto before = teach(*store_, {}).value();
    store::Query query;
    query.limit = 200;
    const auto page = store_->list(query).value();
    const auto undone = store_->undo_tag(
        {page.drawings.front().id, {Uuid::v7(), "marie"}, now(), page.drawings.front().version});
    ASSERT_TRUE(undone) << undone.error().detail;
    const auto after = teach(*store_, {}).value();
    std::size_t all = 0;
    // Which drawings judge is by chance, so a label may be left with too few to learn from.
    for (const auto* labels : {&after.labels, &after.too_few})
        for (const auto& label : *labels) all += label.learnt + label.judging;
    EXPECT_EQ(all, 35U);
}

TEST_F(TeachingTest, StoresTheEmbeddingsThatItNeeds) {
    review_many(12);
    stored(0, 30);
    EXPECT_EQ(missing(), 37U);
    std::size_t looked_at = 0;
    TeachRequest request;
    request.control.progress = [&](std::size_t, std::size_t all) { looked_at = all; };
    const auto first = teach(*store_, request);
    ASSERT_TRUE(first) << first.error().detail;
    EXPECT_EQ(looked_at, 36U);
    EXPECT_EQ(missing(), 1U);
    looked_at = 0;
    EXPECT_EQ(teach(*store_, request)->model.id, first->model.id);
    EXPECT_EQ(looked_at, 0U);
    // The head's network has the same trunk.
    ASSERT_TRUE(store_->promote_model(first->model.id));
    EXPECT_EQ(missing(), 1U);
}

TEST_F(TeachingTest, LeavesOutAndNamesWhatCannotBeRead) {
    review_many(12);
    const auto broken = unreadable();
    review(broken, "circle");
    const auto teaching = teach(*store_, {});
    ASSERT_TRUE(teaching) << teaching.error().detail;
    ASSERT_EQ(teaching->unreadable.size(), 1U);
    EXPECT_EQ(teaching->unreadable.front().drawing, broken.id);
    EXPECT_FALSE(teaching->unreadable.front().why.empty());
    EXPECT_EQ(to_json(*teaching).at("unreadable").as_array().size(), 1U);
}

TEST_F(TeachingTest, StopsWhereItIsTold) {
    review_many(12);
    TeachRequest request;
    request.control.is_stopped = [] { return true; };
    EXPECT_EQ(teach(*store_, request).error().kind, ErrorKind::unavailable);
    EXPECT_EQ(store_->models()->size(), 1U);
}

TEST_F(TeachingTest, EmbedsWhatIsMissingAndGoesOn) {
    for (int seed = 0; seed < 70; ++seed) stored(seed % 3, seed);
    unreadable();
    EmbedRequest request;
    int batches = 0;
    request.control.is_stopped = [&] { return ++batches > 1; };
    EXPECT_EQ(embed_missing(*store_, request).error().kind, ErrorKind::unavailable);
    EXPECT_EQ(missing(), 71U - most_looked_at);
    const auto rest = embed_missing(*store_, {});
    ASSERT_TRUE(rest) << rest.error().detail;
    EXPECT_EQ(rest->added, 70U - most_looked_at);
    EXPECT_EQ(rest->had_one, most_looked_at);
    EXPECT_EQ(rest->unreadable.size(), 1U);
    EXPECT_EQ(embed_missing(*store_, {})->added, 0U);
}

TEST_F(TeachingTest, RetagsWhatNobodyReviewed) {
    review_many(24);
    const auto with_embedding = stored(1, 40);
    ASSERT_TRUE(embed_missing(*store_, {}));
    const auto without = stored(0, 41);
    const auto said = stored(1, 42);
    review(said, "heart");
    unreadable();
    const auto taught = teach(*store_, {});
    ASSERT_TRUE(taught) << taught.error().detail;
    ASSERT_TRUE(store_->promote_model(taught->model.id));
    const auto model = recognition::load_recognizer(store_->model_onnx(taught->model.id).value(),
                                                    taught->model.card)
                           .value();
    const auto answer = [&](int kind, int seed) {
        const auto input = drawing::normalise(picture(kind, seed)).value();
        return model->recognise(std::span(&input, 1)).value().front().tag;
    };
    const auto retagged = retag(*store_, {});
    ASSERT_TRUE(retagged) << retagged.error().detail;
    EXPECT_EQ(retagged->changed, 2U);
    EXPECT_EQ(retagged->by_embedding, 1U);
    EXPECT_EQ(retagged->unreadable.size(), 1U);
    EXPECT_EQ(now_is(with_embedding).tag, answer(1, 40));
    EXPECT_EQ(now_is(with_embedding).prediction.model, taught->model.id);
    EXPECT_EQ(now_is(with_embedding).prediction.probabilities.size(), 3U);
    EXPECT_EQ(now_is(without).tag, answer(0, 41));
    EXPECT_EQ(now_is(said).tag, "heart");
    EXPECT_EQ(now_is(said).prediction.model, shipped_id_);
    EXPECT_EQ(retag(*store_, {})->changed, 0U);
}

TEST_F(TeachingTest, TeachesAndRetagsWithinAProject) {
    store::Project project;
    project.slug = project.name = "marks";
    project.created_at = now();
    const int marks = store_->add_project(project)->id;
    const char* tags[] = {"spiral", "comb"};
    for (const char* tag : tags)
        ASSERT_TRUE(store_->add_label(marks, {tag, "{}", {}, {}, false}, {}));
    for (int seed = 0; seed < 16; ++seed)
        for (int kind = 0; kind < 2; ++kind) review(stored(kind, seed, marks), tags[kind]);
    const auto waiting = stored(1, 40, marks);
    const auto elsewhere = stored(1, 41);
    EXPECT_EQ(teach(*store_, {}).error().kind, ErrorKind::invalid);  // of the first project's none
    const auto taught = teach(*store_, {"marie", {}, marks});
    ASSERT_TRUE(taught) << taught.error().detail;
    EXPECT_EQ(store_->model(taught->model.id)->project, marks);
    EXPECT_EQ(taught->model.parent, shipped_id_);
    ASSERT_TRUE(store_->promote_model(taught->model.id));
    EXPECT_EQ(store_->live_model()->id, shipped_id_);
    RetagRequest request;
    request.project = marks;
    const auto retagged = retag(*store_, request);
    ASSERT_TRUE(retagged) << retagged.error().detail;
    EXPECT_EQ(retagged->changed, 1U);
    EXPECT_EQ(now_is(waiting).tag, "comb");
    EXPECT_EQ(now_is(waiting).prediction.model, taught->model.id);
    EXPECT_EQ(now_is(elsewhere).tag, "line");
    EXPECT_EQ(Trunk::of_live_model(*store_, marks)->id(), Trunk::of_live_model(*store_)->id());
    const auto next = teach(*store_, {"marie", {}, marks});
    ASSERT_TRUE(next) << next.error().detail;
    EXPECT_EQ(next->model.parent, taught->model.id);
}

TEST_F(TeachingTest, TheGeneralModelRetagsInProjectsWithoutAModel) {
    store::Project project;
    project.slug = project.name = "marks";
    project.created_at = now();
    const int marks = store_->add_project(project)->id;
    ASSERT_TRUE(store_->add_label(marks, {"zigzag", "{}", {}, {}, false}, {}));
    review_many(16);
    const auto known = stored(1, 40, marks);
    const auto strange = stored(0, 41, marks);
    const auto taught = teach(*store_, {});
    ASSERT_TRUE(taught) << taught.error().detail;
    ASSERT_TRUE(store_->promote_model(taught->model.id));
    const auto retagged = retag(*store_, {});
    ASSERT_TRUE(retagged) << retagged.error().detail;
    EXPECT_EQ(retagged->changed, 2U);
    EXPECT_EQ(now_is(known).tag, "zigzag");
    EXPECT_EQ(now_is(strange).tag, "unknown");
    EXPECT_EQ(now_is(strange).prediction.model, taught->model.id);
}

TEST_F(TeachingTest, TellsHowManyMoreWouldSettleItByHowMuchTheModelsDisagree) {
    review_many(16);
    const auto taught = teach(*store_, {}).value();
    ASSERT_TRUE(store_->promote_model(taught.model.id));
    // The same model against itself, as it were: it hardly disagrees.
    const auto again = teach(*store_, {}).value();
    EXPECT_EQ(again.gate.verdict, learning::Verdict::undecided);
    EXPECT_GT(again.judging_needed, 0U);
    EXPECT_LT(again.judging_needed, learning::drawings_needed(0.02, 0.08));
}

TEST_F(TeachingTest, IsNotJudgedByWhatWasAnsweredTogether) {
    review_many(16);
    const auto before = teach(*store_, {}).value().gate.answers.all();
    // Labels that the live model cannot answer would judge, one by one.
    std::vector<store::TagChange> together;
    for (int seed = 100; seed < 140; ++seed) {
        const auto drawing = stored(seed % 3, seed);
        together.push_back({drawing.id,
                            "zigzag",
                            {marie_, "marie"},
                            now(),
                            "",
                            drawing.version,
                            std::nullopt,
                            true});
    }
    ASSERT_TRUE(store_->change_tags(together));
    std::size_t judging = 0;
    for (const auto& change : together) judging += store::judges(change.drawing) ? 1 : 0;
    ASSERT_GT(judging, 0U);
    EXPECT_EQ(teach(*store_, {}).value().gate.answers.all(), before);
}

TEST(Judges, KeepsAboutOneInFour) {
    int kept = 0;
    for (int i = 0; i < 4000; ++i) kept += store::judges(Uuid::v7()) ? 1 : 0;
    EXPECT_GT(kept, 850);
    EXPECT_LT(kept, 1150);
}

TEST(TeachingJson, SaysWhatTheGateFound) {
    Teaching teaching;
    teaching.model.id = "taught-1";
    teaching.gate = learning::compare({90, 12, 0, 2});
    const auto json = to_json(teaching);
    EXPECT_EQ(json.at("gate").at("verdict").as_string(), "better");
    EXPECT_EQ(json.at("gate").at("drawings").to_number<int>(), 104);
}

}  // namespace
}  // namespace croquis::service
