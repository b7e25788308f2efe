#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "contract/store/fixture.h"
#include "store/records.h"

namespace croquis::store {
namespace {

using namespace std::chrono_literals;

class JobsContract : public StoreContract {
  protected:
    Job job_of(const std::string& kind = "teach", Timestamp due = start_) {
        Job job;
        job.id = Uuid::v7();
        job.kind = kind;
        job.parameters = R"({"a":1})";
        job.created_by = by_ada;
        job.created_at = start_;
        job.due_at = due;
        return job;
    }
    Job added(const std::string& kind = "teach", Timestamp due = start_) {
        return store_->add_job(job_of(kind, due), OpenAtOnce::any).value();
    }
    std::optional<Job> claimed(const std::string& owner, Timestamp at = start_) {
        const auto job = store_->claim_job({"teach", "retag"}, {owner, at + 10s}, at);
        EXPECT_TRUE(succeeded(job));
        return job ? *job : std::nullopt;
    }
    JobState state(const Uuid& id) { return store_->job(id)->state; }

    static inline const Timestamp start_ = now();
};
INSTANTIATE_TEST_SUITE_P(Stores, JobsContract, testing::ValuesIn(kinds()), kind_name);

TEST_P(JobsContract, GivesAWorkerOnlyWhatItKnows) {
    const auto job = added("import");
    EXPECT_FALSE(claimed("a"));
    const auto taken = store_->claim_job({"impor", "import"}, {"b", start_ + 10s}, start_);
    ASSERT_TRUE(taken && *taken);
    EXPECT_EQ((*taken)->id, job.id);
    EXPECT_FALSE(store_->claim_job({}, {"c", start_ + 1h}, start_ + 1h).value());
}

TEST_P(JobsContract, GivesBackWhatWasQueued) {
    const auto asked = job_of();
    const auto queued = store_->add_job(asked, OpenAtOnce::any);
    ASSERT_TRUE(succeeded(queued));
    const auto read = store_->job(asked.id);
    ASSERT_TRUE(succeeded(read));
    EXPECT_EQ(read->kind, "teach");
    EXPECT_EQ(read->parameters, asked.parameters);
    EXPECT_EQ(read->state, JobState::queued);
    EXPECT_EQ(read->progress, 0);
    EXPECT_EQ(read->attempts, 0);
    ASSERT_TRUE(read->created_by);
    EXPECT_EQ(read->created_by->id, by_ada.id);
    EXPECT_EQ(read->created_by->name, "ada");
    EXPECT_EQ(read->created_at, start_);
    EXPECT_FALSE(read->started_at);
    EXPECT_TRUE(failed_with(store_->job(Uuid::v7()), ErrorKind::not_found));
}

TEST_P(JobsContract, PagesNewestFirst) {
    std::vector<Uuid> ids;
    for (int i = 0; i < 5; ++i) ids.insert(ids.begin(), added().id);
    const auto first = store_->jobs(3, std::nullopt);
    ASSERT_TRUE(succeeded(first));
    ASSERT_EQ(first->size(), 3U);
    EXPECT_EQ(first->front().id, ids.front());
    const auto rest = store_->jobs(200, first->back().id);
    ASSERT_EQ(rest->size(), 2U);
    EXPECT_EQ(rest->back().id, ids.back());
    for (const std::size_t limit : {0, 201})
        EXPECT_TRUE(failed_with(store_->jobs(limit, {}), ErrorKind::invalid, "limit"));
}

TEST_P(JobsContract, OneOpenJobOfAKindIsEnoughWhereAsked) {
    const auto first = *store_->add_job(job_of(), OpenAtOnce::one);
    EXPECT_EQ(store_->add_job(job_of(), OpenAtOnce::one)->id, first.id);
    EXPECT_NE(store_->add_job(job_of("retag"), OpenAtOnce::one)->id, first.id);
    ASSERT_TRUE(claimed("a"));
    EXPECT_EQ(store_->add_job(job_of(), OpenAtOnce::one)->id, first.id);
    ASSERT_TRUE(succeeded(store_->finish_job(first.id, "a", {}, start_)));
    EXPECT_NE(store_->add_job(job_of(), OpenAtOnce::one)->id, first.id);
}

TEST_P(JobsContract, IsClaimedOnceAndFinishedByItsOwner) {
    const auto job = added();
    const auto mine = claimed("a", start_ + 1s);
    ASSERT_TRUE(mine);
    EXPECT_EQ(mine->id, job.id);
    EXPECT_EQ(mine->state, JobState::running);
    EXPECT_EQ(mine->attempts, 1);
    EXPECT_EQ(mine->started_at, start_ + 1s);
    EXPECT_FALSE(claimed("b", start_ + 2s));
    EXPECT_TRUE(failed_with(store_->finish_job(job.id, "b", {}, now()), ErrorKind::conflict));
    EXPECT_TRUE(
        failed_with(store_->renew_job(job.id, {"b", start_ + 9s}, 0.5F), ErrorKind::conflict));
    EXPECT_FALSE(*store_->renew_job(job.id, {"a", start_ + 20s}, 0.5F));
    EXPECT_EQ(store_->job(job.id)->progress, 0.5F);
    EXPECT_FALSE(store_->job(job.id)->detail);
    ASSERT_TRUE(succeeded(store_->renew_job(job.id, {"a", start_ + 20s}, 0.5F, R"({"loss":1})")));
    ASSERT_TRUE(succeeded(store_->renew_job(job.id, {"a", start_ + 20s}, 0.5F)));
    EXPECT_EQ(store_->job(job.id)->detail, R"({"loss":1})");
    EXPECT_FALSE(claimed("b", start_ + 19s));
    ASSERT_TRUE(succeeded(
        store_->finish_job(job.id, "a", {JobState::succeeded, R"({"b":2})", {}}, start_ + 3s)));
    const auto ended = *store_->job(job.id);
    EXPECT_EQ(ended.state, JobState::succeeded);
    EXPECT_EQ(ended.result, R"({"b":2})");
    EXPECT_EQ(ended.progress, 1);
    EXPECT_EQ(ended.finished_at, start_ + 3s);
    EXPECT_TRUE(failed_with(store_->finish_job(job.id, "a", {}, now()), ErrorKind::conflict));
    EXPECT_FALSE(claimed("b", start_ + 1h));
}

TEST_P(JobsContract, WhoeverDiedLosesItToAnother) {
    const auto job = added();
    ASSERT_TRUE(claimed("dead"));
    EXPECT_FALSE(claimed("b", start_ + 9s));
    const auto taken = claimed("b", start_ + 10s);
    ASSERT_TRUE(taken);
    EXPECT_EQ(taken->attempts, 2);
    EXPECT_TRUE(
        failed_with(store_->renew_job(job.id, {"dead", start_ + 99s}, 1), ErrorKind::conflict));
    EXPECT_TRUE(failed_with(store_->finish_job(job.id, "dead", {}, now()), ErrorKind::conflict));
    ASSERT_TRUE(claimed("c", start_ + 20s));
    // What ended its worker three times is not tried again.
    EXPECT_FALSE(claimed("d", start_ + 30s));
    EXPECT_EQ(state(job.id), JobState::failed);
    EXPECT_FALSE(store_->job(job.id)->error->empty());
}

TEST_P(JobsContract, TheLongestDueComesFirstAndNoneTooEarly) {
    const auto later = added("teach", start_ + 5s);
    const auto sooner = added("retag", start_ + 1s);
    EXPECT_FALSE(claimed("w", start_));
    EXPECT_EQ(claimed("w", start_ + 6s)->id, sooner.id);
    EXPECT_EQ(claimed("w", start_ + 6s)->id, later.id);
}

TEST_P(JobsContract, CancelsAtOnceWhatIsQueuedAndAsksWhatRuns) {
    const auto queued = added();
    EXPECT_EQ(store_->cancel_job(queued.id, start_)->state, JobState::cancelled);
    EXPECT_FALSE(claimed("a"));
    EXPECT_TRUE(failed_with(store_->cancel_job(queued.id, start_), ErrorKind::conflict));
    EXPECT_TRUE(failed_with(store_->cancel_job(Uuid::v7(), start_), ErrorKind::not_found));

    const auto running = added();
    ASSERT_TRUE(claimed("a"));
    const auto asked = store_->cancel_job(running.id, start_);
    EXPECT_EQ(asked->state, JobState::running);
    EXPECT_TRUE(asked->cancel_requested);
    EXPECT_TRUE(*store_->renew_job(running.id, {"a", start_ + 10s}, 0.25F));
    ASSERT_TRUE(
        succeeded(store_->finish_job(running.id, "a", {JobState::cancelled, {}, {}}, start_)));
    EXPECT_EQ(state(running.id), JobState::cancelled);
    EXPECT_EQ(store_->job(running.id)->progress, 0.25F);

    // Its worker is gone: there is nobody to ask.
    const auto silent = added();
    ASSERT_TRUE(claimed("a"));
    EXPECT_TRUE(store_->cancel_job(silent.id, start_ + 9s)->cancel_requested);
    EXPECT_EQ(store_->cancel_job(silent.id, start_ + 10s)->state, JobState::cancelled);

    // Asked to stop, and died instead.
    const auto dead = added();
    ASSERT_TRUE(claimed("a"));
    ASSERT_TRUE(succeeded(store_->cancel_job(dead.id, start_)));
    EXPECT_FALSE(claimed("b", start_ + 1h));
    EXPECT_EQ(state(dead.id), JobState::cancelled);
}

TEST_P(JobsContract, RetriesWhatFailedOrWasCancelledOnceAtATime) {
    const auto first = added("import");
    const JobRetry retry{Uuid::v7(), Author{Uuid::v7(), "grace"}, false, start_ + 5s};
    EXPECT_TRUE(failed_with(store_->retry_job(Uuid::v7(), retry), ErrorKind::not_found));
    EXPECT_EQ(store_->retry_job(first.id, retry).error().code, "job_under_way");
    ASSERT_TRUE(succeeded(store_->cancel_job(first.id, start_)));
    EXPECT_FALSE(store_->open_retry(first.id)->has_value());
    const auto second = store_->retry_job(first.id, retry);
    ASSERT_TRUE(succeeded(second));
    EXPECT_EQ(second->id, retry.as);
    EXPECT_EQ(second->kind, "import");
    EXPECT_EQ(second->state, JobState::queued);
    EXPECT_EQ(second->project, first.project);
    EXPECT_EQ(second->created_at, start_ + 5s);
    ASSERT_TRUE(second->created_by);
    EXPECT_EQ(second->created_by->name, "ada") << "what it stores is the word of the first";
    EXPECT_EQ(retried_by(*second), first.id);
    EXPECT_THAT(second->parameters, testing::HasSubstr(R"("a":1)"));
    EXPECT_FALSE(retried_by(first));
    ASSERT_TRUE(store_->open_retry(first.id)->has_value());
    EXPECT_EQ((*store_->open_retry(first.id))->id, second->id);

    const JobRetry again{Uuid::v7(), by_ada, false, start_};
    EXPECT_EQ(store_->retry_job(first.id, again).error().code, "job_under_way");
    EXPECT_EQ(store_->retry_job(second->id, again).error().code, "job_under_way");
    ASSERT_TRUE(succeeded(store_->cancel_job(second->id, start_)));
    EXPECT_EQ(retried_by(*store_->retry_job(second->id, again)), second->id);
    const auto audit = store_->audit({});
    ASSERT_TRUE(succeeded(audit));
    const auto& told = audit->at(1);
    EXPECT_EQ(told.subject, croquis::to_string(second->id));
    ASSERT_TRUE(told.by);
    EXPECT_EQ(told.by->name, "grace") << "who asked for it";
    EXPECT_THAT(told.details, testing::HasSubstr(croquis::to_string(first.id)));
}

TEST_P(JobsContract, RetriesNothingThatSucceededOrThatAnotherDoes) {
    const auto done = added();
    ASSERT_TRUE(claimed("a"));
    ASSERT_TRUE(succeeded(store_->finish_job(done.id, "a", {}, start_)));
    const JobRetry retry{Uuid::v7(), by_ada, true, start_};
    EXPECT_EQ(store_->retry_job(done.id, retry).error().code, "job_succeeded");
    const auto failed = added();
    ASSERT_TRUE(claimed("a"));
    ASSERT_TRUE(
        succeeded(store_->finish_job(failed.id, "a", {JobState::failed, {}, "no room"}, start_)));
    const auto other = added();
    EXPECT_EQ(store_->retry_job(failed.id, retry).error().code, "job_under_way");
    ASSERT_TRUE(succeeded(store_->cancel_job(other.id, start_)));
    EXPECT_TRUE(succeeded(store_->retry_job(failed.id, retry)));
}

TEST_P(JobsContract, OfManyWhoRetryAJobOneDoes) {
    const auto job = added("import");
    ASSERT_TRUE(succeeded(store_->cancel_job(job.id, start_)));
    std::atomic<int> queued{0};
    std::vector<std::jthread> people;
    for (int i = 0; i < 4; ++i)
        people.emplace_back([&] {
            const auto done = store_->retry_job(job.id, {Uuid::v7(), by_ada, false, start_});
            queued += done ? 1 : 0;
        });
    people.clear();
    EXPECT_EQ(queued, 1);
}

TEST_P(JobsContract, CountsWhatHasNotEndedByKind) {
    EXPECT_TRUE(store_->open_jobs(start_)->empty());
    added("import", start_ + 1s);
    added("teach", start_ + 3s);
    added("teach", start_ + 2s);
    const auto ended = added("retag");
    ASSERT_TRUE(succeeded(store_->cancel_job(ended.id, start_)));
    auto open = store_->open_jobs(start_ + 5s);
    ASSERT_TRUE(succeeded(open));
    ASSERT_EQ(open->size(), 2U);
    EXPECT_EQ((*open)["teach"].waiting, 2);
    EXPECT_EQ((*open)["teach"].running, 0);
    EXPECT_EQ((*open)["teach"].waiting_since, start_ + 2s);
    EXPECT_EQ((*open)["import"].waiting_since, start_ + 1s);
    EXPECT_EQ(store_->open_jobs(start_ + 2s)->at("teach").waiting, 1) << "one is not due yet";

    const auto taken = claimed("a", start_ + 5s);
    ASSERT_TRUE(taken);
    EXPECT_EQ(taken->lease_until, start_ + 15s);
    open = store_->open_jobs(start_ + 6s);
    EXPECT_EQ((*open)["teach"].waiting, 1);
    EXPECT_EQ((*open)["teach"].running, 1);
    EXPECT_EQ((*open)["teach"].waiting_since, start_ + 3s);
    // Whoever had it has fallen silent: it waits again, since its lease ended.
    ASSERT_TRUE(claimed("b", start_ + 6s));
    open = store_->open_jobs(start_ + 15s);
    EXPECT_EQ((*open)["teach"].waiting, 1);
    EXPECT_EQ((*open)["teach"].running, 1);
    EXPECT_EQ((*open)["teach"].waiting_since, start_ + 15s);
}

TEST_P(JobsContract, ManyWorkersTakeEachJobOnce) {
    std::vector<Uuid> ids;
    for (int i = 0; i < 20; ++i) ids.push_back(added().id);
    std::vector<std::vector<Uuid>> taken(4);
    std::vector<std::thread> workers;
    for (std::size_t w = 0; w < taken.size(); ++w)
        workers.emplace_back([&, w] {
            const auto owner = std::to_string(w);
            while (const auto job =
                       store_->claim_job({"teach", "retag"}, {owner, start_ + 1h}, start_).value())
                taken[w].push_back(job->id);
        });
    for (auto& worker : workers) worker.join();
    std::vector<Uuid> all;
    for (const auto& each : taken) all.insert(all.end(), each.begin(), each.end());
    EXPECT_THAT(all, testing::UnorderedElementsAreArray(ids));
}

TEST_P(JobsContract, ManyPressesMakeOneJob) {
    std::vector<std::thread> people;
    for (int i = 0; i < 8; ++i)
        people.emplace_back(
            [&] { EXPECT_TRUE(succeeded(store_->add_job(job_of(), OpenAtOnce::one))); });
    for (auto& person : people) person.join();
    EXPECT_EQ(store_->jobs(200, {})->size(), 1U);
}

class JobsAfterReviews : public JobsContract {
  protected:
    /// Somebody says of a new drawing what it is.
    Uuid reviewed(Timestamp at) {
        const auto drawing = stored(make_submission());
        EXPECT_TRUE(succeeded(store_->change_tag({drawing.id, "star", by_ada, at, "", 1})));
        return drawing.id;
    }
    JobAfterReviews after(std::size_t reviews, Timestamp created = start_) {
        auto job = job_of("teach", created);
        job.created_at = created;
        const auto counted = store_->add_job_after_reviews(job, reviews);
        EXPECT_TRUE(succeeded(counted));
        return counted ? *counted : JobAfterReviews();
    }
    std::size_t missing(std::size_t reviews, Timestamp created = start_) {
        const auto counted = after(reviews, created);
        EXPECT_FALSE(counted.queued);
        return counted.missing;
    }
    void do_claimed(Timestamp from, JobState end = JobState::succeeded) {
        const auto job = claimed("a", from);
        ASSERT_TRUE(job);
        ASSERT_TRUE(succeeded(store_->finish_job(job->id, "a", {end}, from + 1s)));
    }
};
INSTANTIATE_TEST_SUITE_P(Stores, JobsAfterReviews, testing::ValuesIn(kinds()), kind_name);

TEST_P(JobsAfterReviews, CountsFromTheLastOfItsKind) {
    EXPECT_EQ(missing(2), 2U);
    stored(make_submission());
    reviewed(start_ - 1h);
    EXPECT_EQ(missing(2), 1U);
    reviewed(start_ + 1s);
    const auto first = after(2, start_ + 2s);
    ASSERT_TRUE(first.queued);
    EXPECT_EQ(first.queued->parameters, R"({"a":1})");
    EXPECT_EQ(first.missing, 2U);
    // What is reviewed before it begins is learnt from.
    reviewed(start_ + 3s);
    EXPECT_EQ(missing(1), 1U) << "one is open";
    do_claimed(start_ + 4s);
    EXPECT_EQ(missing(2), 2U);
    reviewed(start_ + 5s);
    EXPECT_EQ(missing(2), 1U);
    // As many as were looked at are all that is known of.
    reviewed(start_ + 6s);
    EXPECT_TRUE(after(1, start_ + 7s).queued);
    EXPECT_EQ(store_->jobs(10, {})->size(), 2U);
}

TEST_P(JobsAfterReviews, CountsFromAJobThatCameWithItsModel) {
    const Bytes onnx{1, 2, 3};
    const Model model{"taught", "{}", sha256(onnx), ModelState::candidate, start_};
    const auto begun = [&](Timestamp at) {
        BegunJob made{job_of(), {"a", at + 10s}};
        made.job.created_at = made.job.started_at.emplace(at);
        return made;
    };
    reviewed(start_ + 1s);
    reviewed(start_ + 3s);
    const auto first = begun(start_ + 2s);
    ASSERT_TRUE(succeeded(store_->add_model_by(first, model, onnx)));
    EXPECT_EQ(store_->model_onnx("taught").value(), onnx);
    EXPECT_EQ(missing(1), 1U) << "one is open";
    const auto running = store_->job(first.job.id).value();
    EXPECT_EQ(running.state, JobState::running);
    EXPECT_EQ(running.started_at, start_ + 2s);
    EXPECT_EQ(running.attempts, 1);
    ASSERT_TRUE(succeeded(store_->finish_job(first.job.id, "a", {}, start_ + 4s)));
    EXPECT_EQ(missing(2), 1U);
    // The same drawings and tags, taught again, are the same model.
    const auto second = begun(start_ + 5s);
    ASSERT_TRUE(succeeded(store_->add_model_by(second, model, onnx)));
    ASSERT_TRUE(succeeded(store_->finish_job(second.job.id, "a", {}, start_ + 6s)));
    EXPECT_EQ(store_->models()->size(), 1U);
    EXPECT_EQ(missing(2), 2U);
    // Neither without the other: this job is there.
    auto other = model;
    other.id = "other";
    EXPECT_FALSE(store_->add_model_by(second, other, onnx));
    EXPECT_TRUE(failed_with(store_->model("other"), ErrorKind::not_found));
}

TEST_P(JobsAfterReviews, CountsFromTheLastThatBeganWhicheverWasQueuedLast) {
    const auto waiting = after(0, start_ + 1s);
    ASSERT_TRUE(waiting.queued);
    BegunJob begun{job_of(), {"b", start_ + 1min}};
    begun.job.created_at = begun.job.started_at.emplace(start_ + 2s);
    const Model model{"taught", "{}", sha256(Bytes{1}), ModelState::candidate, start_};
    ASSERT_TRUE(succeeded(store_->add_model_by(begun, model, Bytes{1})));
    ASSERT_TRUE(succeeded(store_->finish_job(begun.job.id, "b", {}, start_ + 3s)));
    reviewed(start_ + 4s);
    EXPECT_EQ(missing(1), 1U) << "the other one is open";
    do_claimed(start_ + 5s);
    EXPECT_EQ(missing(1), 1U);
}

TEST_P(JobsAfterReviews, CountsWhatStandsOnceADrawing) {
    const auto drawing = reviewed(start_ + 1s);
    ASSERT_TRUE(succeeded(store_->change_tag({drawing, "heart", by_bob, start_ + 2s, "", 2})));
    EXPECT_EQ(missing(2), 1U);
    ASSERT_TRUE(succeeded(store_->undo_tag({drawing, by_bob, start_ + 3s, 3})));
    ASSERT_TRUE(succeeded(store_->undo_tag({drawing, by_ada, start_ + 4s, 4})));
    EXPECT_EQ(missing(2), 2U);
}

TEST_P(JobsAfterReviews, CountsEachProjectByItself) {
    Project birds;
    birds.slug = birds.name = "birds";
    birds.created_at = start_;
    const int other = store_->add_project(birds)->id;
    reviewed(start_ + 1s);
    auto job = job_of();
    job.project = other;
    EXPECT_FALSE(store_->add_job_after_reviews(job, 1)->queued);
    // Nor does another kind count from the teaching of the other project, or from its own.
    ASSERT_TRUE(succeeded(store_->add_job(job, OpenAtOnce::any)));
    added("retag");
    EXPECT_TRUE(after(1, start_ + 2s).queued);
}

TEST_P(JobsAfterReviews, FollowsAJobThatFailedOrWasCancelledAsAnyOther) {
    reviewed(start_ + 1s);
    ASSERT_TRUE(after(1, start_ + 2s).queued);
    do_claimed(start_ + 3s, JobState::failed);
    EXPECT_EQ(missing(1), 1U);
    reviewed(start_ + 4s);
    const auto second = after(1, start_ + 5s);
    ASSERT_TRUE(second.queued);
    ASSERT_TRUE(succeeded(store_->cancel_job(second.queued->id, start_ + 6s)));
    EXPECT_EQ(missing(1), 1U);
}

TEST_P(JobsAfterReviews, AnotherProcessAndALaterOneCountTheSame) {
    reviewed(start_ + 1s);
    reviewed(start_ + 2s);
    const auto other = open_another();
    EXPECT_EQ(other->add_job_after_reviews(job_of(), 3)->missing, 1U);
    store_->stop();
    store_ = open_another();
    EXPECT_EQ(missing(3), 1U);
    reviewed(start_ + 3s);
    EXPECT_TRUE(other->add_job_after_reviews(job_of(), 3)->queued);
    EXPECT_EQ(missing(3), 3U);
}

}  // namespace
}  // namespace croquis::store
