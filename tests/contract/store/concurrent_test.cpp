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
            store_of(caller).submit(make_submission(), [&](const Result<SubmitResult>& answer) {
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

TEST_P(ConcurrentStore, AnnotatorsOnOneQueueNeverMeetAndLeaveNothingOut) {
    constexpr std::size_t annotators = 10;
    constexpr std::size_t drawings = 400;
    std::vector<std::future<Result<SubmitResult>>> sent;
    for (std::size_t i = 0; i < drawings; ++i) sent.push_back(submit_async(make_submission()));
    for (auto& each : sent) ASSERT_TRUE(succeeded(each.get()));
    std::vector<std::vector<Uuid>> reviewed(annotators);
    std::atomic<std::size_t> collisions{0};
    const auto annotate = [&](std::size_t who) {
        const Author by{Uuid::v7(), "annotator " + std::to_string(who)};
        ClaimRequest asked;
        asked.holder = Uuid::v7();
        asked.account = *by.id;
        asked.limit = 7;
        for (;;) {
            asked.seed = who;
            asked.at = now();
            asked.until = asked.at + std::chrono::minutes(2);
            const auto held = store_of(who).claim(asked);
            ASSERT_TRUE(succeeded(held));
            if (held->empty()) return;
            for (const auto& [drawing, claim] : *held) {
                const auto done = store_of(who).change_tag(
                    {drawing.id, std::nullopt, by, now(), "", drawing.version});
                if (!done) ++collisions;
                reviewed[who].push_back(drawing.id);
            }
        }
    };
    boost::asio::thread_pool pool(annotators);
    for (std::size_t who = 0; who < annotators; ++who)
        boost::asio::post(pool, [&, who] { annotate(who); });
    pool.join();
    std::set<Uuid> all;
    std::size_t count = 0;
    for (const auto& each : reviewed) {
        all.insert(each.begin(), each.end());
        count += each.size();
    }
    EXPECT_EQ(collisions, 0U);
    EXPECT_EQ(count, drawings);
    EXPECT_EQ(all.size(), drawings);
}

TEST_P(ConcurrentStore, OneKeyFromManyCallersIsStoredOnce) {
    constexpr int keys = 20;
    std::vector<std::vector<Result<SubmitResult>>> answers(callers);
    together([&](std::size_t caller) {
        std::vector<std::future<Result<SubmitResult>>> waiting;
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

TEST_P(ConcurrentStore, ATokenRacedWithinItsGraceGivesEachASuccessorAndLaterEndsAll) {
    const auto ada = add_user("ada");
    const auto digest = [](const std::string& text) { return sha256(as_bytes(text)); };
    ASSERT_TRUE(succeeded(store_->add_refresh_token(
        {digest("t1"), ada.id, Uuid::v7(), now() + std::chrono::hours(1)}, ada.password_hash)));
    const auto rotate = [&](Store& store, const std::string& from, const std::string& to,
                            Timestamp at = now()) {
        RefreshToken next;
        next.digest = digest(to);
        next.expires_at = at + std::chrono::hours(1);
        return store.rotate_refresh_token(digest(from), next, at);
    };
    together([&](std::size_t caller) {
        EXPECT_TRUE(succeeded(rotate(store_of(caller), "t1", "next-" + std::to_string(caller))));
    });
    std::atomic<int> refused{0};
    const auto late = now() + rotation_grace;
    together([&](std::size_t caller) {
        const auto again = rotate(store_of(caller), "t1", "late-" + std::to_string(caller), late);
        if (failed_with(again, ErrorKind::unauthenticated)) ++refused;
    });
    EXPECT_EQ(refused, static_cast<int>(callers));
    for (std::size_t caller = 0; caller < callers; ++caller)
        EXPECT_TRUE(failed_with(rotate(*store_, "next-" + std::to_string(caller), "later"),
                                ErrorKind::unauthenticated));
}

/// Each admin is disabled, demoted or deleted by a caller of its own, all at once and through two
/// stores: one enabled admin is left, and the caller whose turn came last is told so.
TEST_P(ConcurrentStore, OneAdminIsLeftWhateverIsDoneToAllOfThemAtOnce) {
    for (int round = 0; round < 5; ++round) {
        std::vector<User> admins;
        for (std::size_t i = 0; i < callers; ++i)
            admins.push_back(
                add_user("admin-" + std::to_string(round) + "-" + std::to_string(i), Role::admin));
        const auto own = "-" + std::to_string(round) + "-";
        for (const auto& user : *store_->users()) {
            if (user.name.find(own) != std::string::npos) continue;
            ASSERT_TRUE(succeeded(store_->delete_user(user.id, std::nullopt)));
        }
        std::atomic<int> refused{0};
        together([&](std::size_t caller) {
            auto& store = store_of(caller / 2);
            const auto& id = admins[caller].id;
            const auto kind = caller % 3;
            const bool done =
                kind == 0 ? store.delete_user(id, std::nullopt).has_value()
                : kind == 1
                    ? store.change_user(id, {{}, Role::annotator, {}}, std::nullopt).has_value()
                    : store.change_user(id, {{}, {}, true}, std::nullopt).has_value();
            if (!done) ++refused;
        });
        const auto left = *store_->users();
        EXPECT_EQ(std::count_if(left.begin(), left.end(),
                                [](const User& u) { return u.role == Role::admin && !u.disabled; }),
                  1);
        EXPECT_EQ(refused, 1);
    }
}

/// Admins who take one another's role at the same moment: whoever loses it changes nothing more.
TEST_P(ConcurrentStore, AdminsWhoDemoteOneAnotherAtOnceLeaveOne) {
    std::vector<User> admins;
    for (std::size_t i = 0; i < callers; ++i)
        admins.push_back(add_user("admin-" + std::to_string(i), Role::admin));
    std::atomic<int> forbidden{0};
    together([&](std::size_t caller) {
        const auto changed = store_of(caller).change_user(
            admins[(caller + 1) % callers].id, {{}, Role::annotator, {}}, admins[caller].id);
        if (failed_with(changed, ErrorKind::forbidden)) ++forbidden;
    });
    const auto all = *store_->users();
    const auto left =
        std::count_if(all.begin(), all.end(), [](const User& u) { return u.role == Role::admin; });
    EXPECT_EQ(left, forbidden);
    EXPECT_GE(left, 1);
}

TEST_P(ConcurrentStore, OneOfManyUsersGetsAName) {
    std::atomic<int> added{0};
    together([&](std::size_t caller) {
        const User user{Uuid::v7(), caller % 2 == 0 ? "ada" : "ADA", "h", Role::annotator, false,
                        now()};
        if (store_of(caller).add_user(user, std::nullopt)) ++added;
    });
    EXPECT_EQ(added, 1);
    EXPECT_EQ(store_->users()->size(), 1u);
}

TEST_P(ConcurrentStore, OneOfManyQueuesTheJobThatReviewsCallFor) {
    for (int i = 0; i < 3; ++i) {
        const auto drawing = submit_to(*store_, make_submission()).get().value().drawing;
        ASSERT_TRUE(succeeded(store_->change_tag({drawing.id, "star", by_ada, now(), "", 1})));
    }
    std::atomic<int> queued{0};
    together([&](std::size_t caller) {
        Job job;
        job.id = Uuid::v7();
        job.kind = "teach";
        job.created_at = job.due_at = now();
        const auto counted = store_of(caller).add_job_after_reviews(job, 3);
        EXPECT_TRUE(succeeded(counted));
        if (counted && counted->queued) ++queued;
    });
    EXPECT_EQ(queued, 1);
    EXPECT_EQ(store_->jobs(20, {})->size(), 1U);
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
            store_->submit(make_submission(), [&](const Result<SubmitResult>& answer) {
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

/// Only what stands behind a pooler, if one is installed.
class PooledStore : public ConcurrentStore {};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(PooledStore);
INSTANTIATE_TEST_SUITE_P(Stores, PooledStore, testing::ValuesIn(pooled_kinds()), kind_name);

TEST_P(PooledStore, NoticesAPoolerThatNobodyMentioned) {
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
