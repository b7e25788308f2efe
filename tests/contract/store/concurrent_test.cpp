// What several callers, or several processes, do to one store at once. Its own program: the
// ThreadSanitizer build runs it.
#include <algorithm>
#include <atomic>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <latch>
#include <set>

#include "contract/store/fixture.h"

namespace croquis::store {
namespace {

constexpr std::size_t callers = 8;

/// Runs `work(i)` on `callers` threads that start together.
template <class Work>
void together(Work work) {
    boost::asio::thread_pool pool(callers);
    std::latch start(callers);
    for (std::size_t i = 0; i < callers; ++i)
        boost::asio::post(pool, [&, i] {
            start.arrive_and_wait();
            work(i);
        });
    pool.join();
}

class ConcurrentStore : public StoreContract {
  protected:
    void SetUp() override {
        StoreContract::SetUp();
        second_ = open_another();
        ASSERT_TRUE(second_);
    }
    /// Half of the callers come through another process's store.
    Store& store_of(std::size_t caller) { return caller % 2 == 0 ? *store_ : *second_; }

    std::unique_ptr<Store> second_;
};
INSTANTIATE_TEST_SUITE_P(Stores, ConcurrentStore, testing::ValuesIn(kinds()), kind_name);

TEST_P(ConcurrentStore, EverySubmissionIsAnsweredOnceAndStoredOnce) {
    constexpr std::size_t each = 100;
    std::atomic<std::size_t> answered{0};
    std::atomic<std::size_t> succeeded_count{0};
    together([&](std::size_t caller) {
        for (std::size_t i = 0; i < each; ++i)
            store_of(caller).submit(make_submission(), [&](const Result<Submitted>& answer) {
                ++answered;
                if (answer) ++succeeded_count;
            });
    });
    store_->stop();
    second_->stop();
    EXPECT_EQ(answered, callers * each);
    EXPECT_EQ(succeeded_count, callers * each);
    Query query;
    query.limit = 200;
    const auto ids = all_pages(query);
    EXPECT_EQ(std::set<Uuid>(ids.begin(), ids.end()).size(), callers * each);
}

TEST_P(ConcurrentStore, OneKeyFromManyCallersIsStoredOnce) {
    constexpr int keys = 20;
    std::vector<std::vector<Result<Submitted>>> answers(callers);
    together([&](std::size_t caller) {
        std::vector<std::future<Result<Submitted>>> waiting;
        for (int key = 0; key < keys; ++key) {
            auto submission = make_submission();
            submission.idempotency_key = "key-" + std::to_string(key);
            waiting.push_back(submit_to(store_of(caller), std::move(submission)));
        }
        for (auto& each : waiting) answers[caller].push_back(each.get());
    });
    for (std::size_t key = 0; key < keys; ++key) {
        std::set<Uuid> ids;
        int fresh = 0;
        for (const auto& of_caller : answers) {
            ASSERT_TRUE(succeeded(of_caller[key]));
            ids.insert(of_caller[key]->drawing.id);
            if (!of_caller[key]->replayed) ++fresh;
        }
        EXPECT_EQ(ids.size(), 1u) << key;
        EXPECT_EQ(fresh, 1) << key;
    }
    EXPECT_EQ(store_->list({})->drawings.size(), static_cast<std::size_t>(keys));
}

TEST_P(ConcurrentStore, OneOfManyChangesToOneVersionWins) {
    constexpr std::array<std::string_view, callers> tags{"star", "heart",   "arrow",   "cross",
                                                         "line", "hexagon", "octagon", "zigzag"};
    const auto sent = make_submission();
    stored(sent);
    std::atomic<int> won{0};
    std::atomic<int> stale{0};
    together([&](std::size_t caller) {
        const auto changed = store_of(caller).change_tag(
            {sent.id, std::string(tags.at(caller)), by_ada, now(), "", 1});
        if (changed) ++won;
        if (failed_with(changed, ErrorKind::precondition_failed)) ++stale;
    });
    EXPECT_EQ(won, 1);
    EXPECT_EQ(stale, static_cast<int>(callers) - 1);
    const auto events = store_->history(sent.id);
    ASSERT_EQ(events->size(), 2u);
    EXPECT_EQ(events->back().to, store_->drawing(sent.id)->tag);
    EXPECT_EQ(store_->drawing(sent.id)->version, 2);
}

TEST_P(ConcurrentStore, AStolenTokenRacedEndsItsFamily) {
    const auto ada = add_user("ada");
    const auto digest = [](const std::string& text) { return sha256(as_bytes(text)); };
    ASSERT_TRUE(succeeded(store_->add_refresh_token(
        {digest("t1"), ada.id, Uuid::v7(), now() + std::chrono::hours(1)})));
    std::atomic<int> rotated{0};
    const auto rotate = [&](Store& store, const std::string& from, const std::string& to) {
        RefreshToken next;
        next.digest = digest(to);
        next.expires_at = now() + std::chrono::hours(1);
        return store.rotate_refresh_token(digest(from), next, now());
    };
    together([&](std::size_t caller) {
        if (rotate(store_of(caller), "t1", "next-" + std::to_string(caller))) ++rotated;
    });
    EXPECT_EQ(rotated, 1);
    for (std::size_t caller = 0; caller < callers; ++caller)
        EXPECT_TRUE(failed_with(rotate(*store_, "next-" + std::to_string(caller), "later"),
                                ErrorKind::unauthenticated));
}

TEST_P(ConcurrentStore, OneOfManyUsersGetsAName) {
    std::atomic<int> added{0};
    together([&](std::size_t caller) {
        const User user{Uuid::v7(), caller % 2 == 0 ? "ada" : "ADA", "h", Role::annotator, false,
                        now()};
        if (store_of(caller).add_user(user)) ++added;
    });
    EXPECT_EQ(added, 1);
    EXPECT_EQ(store_->users()->size(), 1u);
}

TEST_P(ConcurrentStore, ExactlyOneModelIsLiveAfterManyPromotions) {
    for (std::size_t i = 0; i < callers; ++i)
        ASSERT_TRUE(succeeded(store_->add_model(
            {"m" + std::to_string(i), "{}", Sha256{}, ModelState::candidate, now()}, Bytes{1})));
    together([&](std::size_t caller) {
        EXPECT_TRUE(succeeded(store_of(caller).promote_model("m" + std::to_string(caller))));
    });
    const auto models = *store_->models();
    EXPECT_EQ(std::count_if(models.begin(), models.end(),
                            [](const Model& m) { return m.state == ModelState::live; }),
              1);
}

TEST_P(ConcurrentStore, ReadersSeeWholeSortedPagesWhileOthersWrite) {
    together([&](std::size_t caller) {
        for (int i = 0; i < 20; ++i) {
            if (caller % 2 == 0) {
                EXPECT_TRUE(succeeded(submit_to(*store_, make_submission()).get()));
                continue;
            }
            const auto page = second_->list({});
            ASSERT_TRUE(succeeded(page));
            EXPECT_TRUE(
                std::is_sorted(page->drawings.begin(), page->drawings.end(),
                               [](const Drawing& a, const Drawing& b) { return a.id > b.id; }));
            for (const auto& drawing : page->drawings)
                EXPECT_TRUE(succeeded(second_->image(drawing.id)));
            EXPECT_TRUE(succeeded(second_->tag_counts()));
        }
    });
}

TEST_P(ConcurrentStore, WhatWasAnsweredIsSeenByTheNextRead) {
    together([&](std::size_t caller) {
        for (int i = 0; i < 10; ++i) {
            const auto sent = make_submission();
            EXPECT_TRUE(succeeded(submit_to(store_of(caller), sent).get()));
            EXPECT_TRUE(succeeded(store_of(caller + 1).drawing(sent.id)));
        }
    });
}

TEST_P(ConcurrentStore, StoppingWhileOthersSubmitLosesNoAnswer) {
    std::atomic<std::size_t> answered{0};
    std::atomic<std::size_t> stored_count{0};
    together([&](std::size_t caller) {
        for (int i = 0; i < 50; ++i) {
            store_->submit(make_submission(), [&](const Result<Submitted>& answer) {
                ++answered;
                if (answer) ++stored_count;
            });
            if (caller == 0 && i == 25) store_->stop();
        }
    });
    store_->stop();
    EXPECT_EQ(answered, callers * 50);
    EXPECT_EQ(all_pages({}).size(), stored_count);
}

TEST_P(ConcurrentStore, APoolerThatNobodyMentionedIsNoticed) {
    if (GetParam().name != "pgbouncer") GTEST_SKIP() << "there is no pooler here";
    url_ = url_.substr(0, url_.find("&croquis_prepared"));
    store_ = open_another();
    second_ = open_another();
    const auto sent = make_submission();
    stored(sent);
    together([&](std::size_t caller) {
        for (int i = 0; i < 20; ++i) {
            EXPECT_TRUE(succeeded(store_of(caller).drawing(sent.id)));
            EXPECT_TRUE(succeeded(store_of(caller).list({})));
        }
    });
}

class ConcurrentMigrations : public StoreContract {
  protected:
    void SetUp() override { url_ = GetParam().fresh(keeper_); }
};
INSTANTIATE_TEST_SUITE_P(Stores, ConcurrentMigrations, testing::ValuesIn(kinds()), kind_name);

TEST_P(ConcurrentMigrations, ManyProcessesStartingAtOnceApplyEachStepOnce) {
    std::atomic<std::size_t> applied{0};
    together([&](std::size_t) {
        const auto store = open_another();
        ASSERT_TRUE(store);
        const auto names = store->migrate();
        ASSERT_TRUE(succeeded(names));
        applied += names->size();
    });
    const auto store = open_another();
    EXPECT_EQ(applied, static_cast<std::size_t>(*store->schema_version()));
    EXPECT_GT(applied, 0u);
}

}  // namespace
}  // namespace croquis::store
