#include "store/group_commit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <stdexcept>
#include <string>

namespace croquis::store {
namespace {

using testing::ElementsAre;

/// Where batches come to: keeps the sources of what is in each, and holds each commit for as long
/// as it is closed.
class Commits {
  public:
    GroupCommit::Answers operator()(GroupCommit::Batch& batch) {
        std::unique_lock lock(mutex_);
        std::string sources;
        for (const auto& each : batch) sources += each.source;
        batches_.push_back(sources);
        ++begun_;
        changed_.notify_all();
        changed_.wait(lock, [&] { return open_; });
        if (fault_) throw std::runtime_error("the disk is gone");
        GroupCommit::Answers answers;
        for (const auto& each : batch) {
            Drawing drawing;
            drawing.source = each.source;
            answers.emplace_back(SubmitResult{drawing, false});
        }
        if (loses_one_) answers.pop_back();
        return answers;
    }
    void open() {
        set([&] { open_ = true; });
    }
    void close() {
        set([&] { open_ = false; });
    }
    void fail(bool fault) {
        set([&] { fault_ = fault; });
    }
    void lose_one() {
        set([&] { loses_one_ = true; });
    }
    /// Waits until so many commits have begun.
    void wait_for(std::size_t begun) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return begun_ >= begun; });
    }
    std::vector<std::string> batches() {
        const std::lock_guard lock(mutex_);
        return batches_;
    }

  private:
    template <class Change>
    void set(Change change) {
        const std::lock_guard lock(mutex_);
        change();
        changed_.notify_all();
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::string> batches_;
    std::size_t begun_ = 0;
    bool open_ = true;
    bool fault_ = false;
    bool loses_one_ = false;
};

class GroupCommitTest : public testing::Test {
  protected:
    static StoreOptions options() {
        StoreOptions options;
        options.max_batch = 3;
        options.queue_capacity = 5;
        options.linger = std::chrono::microseconds(0);
        return options;
    }
    std::unique_ptr<GroupCommit> made(const StoreOptions& options) {
        return std::make_unique<GroupCommit>(
            1, options, metrics_,
            [this](std::size_t, GroupCommit::Batch& batch) { return commits_(batch); });
    }
    static std::future<Result<SubmitResult>> submit(GroupCommit& to, const std::string& source) {
        auto promise = std::make_shared<std::promise<Result<SubmitResult>>>();
        Submission submission;
        submission.source = source;
        to.submit(std::move(submission),
                  [promise](auto answer) { promise->set_value(std::move(answer)); });
        return promise->get_future();
    }
    /// Submits "a" alone and, while it is being committed, the rest one after another.
    std::vector<std::future<Result<SubmitResult>>> submit_behind(GroupCommit& to,
                                                                 const std::string& rest) {
        commits_.close();
        const auto before = commits_.batches().size();
        std::vector<std::future<Result<SubmitResult>>> answers;
        answers.push_back(submit(to, "a"));
        commits_.wait_for(before + 1);
        for (const char source : rest) answers.push_back(submit(to, std::string(1, source)));
        return answers;
    }
    /// One that lingers without end, whose last batch had company: "a" and "bc" are committed.
    std::unique_ptr<GroupCommit> lingering() {
        auto patient = options();
        patient.linger = std::chrono::hours(1);
        auto group = made(patient);
        auto answers = submit_behind(*group, "bc");
        commits_.open();
        for (auto& each : answers) EXPECT_TRUE(each.get());
        return group;
    }

    Metrics metrics_;
    Commits commits_;
};

TEST_F(GroupCommitTest, AnIdleWriterTakesTheFirstAtOnce) {
    const auto group = made(options());
    EXPECT_EQ(submit(*group, "a").get().value().drawing.source, "a");
    EXPECT_EQ(submit(*group, "b").get().value().drawing.source, "b");
    EXPECT_THAT(commits_.batches(), ElementsAre("a", "b"));
}

TEST_F(GroupCommitTest, WhatComesMeanwhileSharesCommitsUpToTheirMost) {
    const auto group = made(options());
    auto answers = submit_behind(*group, "bcdef");
    commits_.open();
    std::string answered;
    for (auto& each : answers) answered += each.get().value().drawing.source;
    EXPECT_EQ(answered, "abcdef");
    EXPECT_THAT(commits_.batches(), ElementsAre("a", "bcd", "ef"));
}

TEST_F(GroupCommitTest, OneMoreThanTheQueueHoldsIsRefusedAtOnce) {
    const auto group = made(options());
    auto answers = submit_behind(*group, "bcdef");
    const auto refused = submit(*group, "g").get();
    EXPECT_EQ(refused.error().kind, ErrorKind::unavailable);
    commits_.open();
    for (auto& each : answers) EXPECT_TRUE(each.get());
}

TEST_F(GroupCommitTest, AFailureIsToldToAllOfTheBatchAndTheNextOneIsStored) {
    const auto group = made(options());
    auto answers = submit_behind(*group, "bc");
    commits_.fail(true);
    commits_.open();
    for (auto& each : answers) EXPECT_FALSE(each.get());
    commits_.fail(false);
    EXPECT_TRUE(submit(*group, "d").get());
}

TEST_F(GroupCommitTest, AnswersThatAreNotOneForEachAreTakenForAFault) {
    const auto group = made(options());
    commits_.lose_one();
    EXPECT_EQ(submit(*group, "a").get().error().kind, ErrorKind::internal);
}

TEST_F(GroupCommitTest, AHandlerThatThrowsLeavesTheOthersTheirAnswers) {
    const auto group = made(options());
    commits_.close();
    auto first = submit(*group, "a");
    commits_.wait_for(1);
    group->submit({}, [](const auto&) { throw std::runtime_error("gone"); });
    auto after = submit(*group, "c");
    commits_.open();
    EXPECT_TRUE(first.get());
    EXPECT_TRUE(after.get());
}

TEST_F(GroupCommitTest, WhereTheLastHadCompanyASmallBatchWaitsUntilItIsFull) {
    const auto group = lingering();
    auto waits = submit(*group, "d");
    auto waits_too = submit(*group, "e");
    auto fills = submit(*group, "f");
    EXPECT_TRUE(waits.get());
    EXPECT_TRUE(waits_too.get());
    EXPECT_TRUE(fills.get());
    EXPECT_THAT(commits_.batches(), ElementsAre("a", "bc", "def"));
}

TEST_F(GroupCommitTest, StopCommitsWhatWaitsAndRefusesWhatComes) {
    const auto group = lingering();
    auto lingers = submit(*group, "d");
    group->stop();
    EXPECT_TRUE(lingers.get());
    EXPECT_THAT(commits_.batches(), ElementsAre("a", "bc", "d"));
    EXPECT_EQ(submit(*group, "e").get().error().kind, ErrorKind::unavailable);
    EXPECT_EQ(group->run([]() -> Result<int> { return 1; }).error().kind, ErrorKind::unavailable);
}

TEST_F(GroupCommitTest, AJobHasTheWritersConnectionToItself) {
    const auto group = made(options());
    auto answers = submit_behind(*group, "bcdef");
    auto job = std::async(std::launch::async,
                          [&] { return group->run([]() -> Result<int> { return 7; }); });
    EXPECT_NE(job.wait_for(std::chrono::milliseconds(20)), std::future_status::ready);
    commits_.open();
    EXPECT_EQ(job.get().value(), 7);
    for (auto& each : answers) EXPECT_TRUE(each.get());
}

}  // namespace
}  // namespace croquis::store
