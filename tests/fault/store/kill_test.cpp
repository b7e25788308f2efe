// What was answered as stored is there after the process, or the database server, was killed.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <future>
#include <mutex>
#include <random>
#include <semaphore>
#include <set>

#include "fault/store/submission.h"
#include "support/folders.h"
#include "support/postgres.h"
#include "support/temp_folder.h"

namespace croquis::store {
namespace {

/// tests/fault/store/child.cpp, with its output.
class Child {
  public:
    explicit Child(const std::string& url) {
        const std::string program = testing_support::program_folder() + "/store_fault_child";
        int ends[2];
        if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe");
        process_ = fork();
        if (process_ == 0) {
            dup2(ends[1], STDOUT_FILENO);
            execl(program.c_str(), "store_fault_child", url.c_str(), nullptr);
            _exit(127);
        }
        close(ends[1]);
        output_ = fdopen(ends[0], "r");
    }
    ~Child() {
        kill_it();
        std::fclose(output_);
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    /// The next id that it printed; nothing once it has ended.
    std::optional<Uuid> next() {
        char line[64];
        if (std::fgets(line, sizeof line, output_) == nullptr) return std::nullopt;
        return Uuid::parse(std::string_view(line, 36)).value();
    }
    void kill_it() {
        if (process_ == 0) return;
        kill(process_, SIGKILL);
        waitpid(process_, nullptr, 0);
        process_ = 0;
    }

  private:
    pid_t process_ = 0;
    std::FILE* output_ = nullptr;
};

std::unique_ptr<Store> open(const std::string& url, const StoreOptions& options = {}) {
    static Metrics metrics;
    return open_store(url, options, metrics).value();
}

void expect_stored(Store& store, const Uuid& id) {
    const auto image = store.image(id);
    ASSERT_TRUE(image.has_value()) << to_string(id) << ": " << image.error().detail;
    EXPECT_EQ(sha256(image->bytes), image->sha256);
    EXPECT_TRUE(store.drawing(id).has_value());
}

/// Every drawing that the list shows has its picture: no half of a submission is there.
void expect_whole(Store& store) {
    Query query;
    query.limit = 200;
    for (;;) {
        const auto page = store.list(query);
        ASSERT_TRUE(page.has_value());
        for (const auto& drawing : page->drawings) expect_stored(store, drawing.id);
        if (!page->next) return;
        query.after = page->next;
    }
}

void kill_at_random_moments(const std::string& url) {
    std::mt19937 random(20261124);
    std::set<Uuid> printed;
    for (int round = 0; round < 5; ++round) {
        Child child(url);
        const int enough = std::uniform_int_distribution<int>(1, 1500)(random);
        for (int i = 0; i < enough; ++i) printed.insert(child.next().value());
        child.kill_it();
        while (const auto id = child.next()) printed.insert(*id);
        const auto store = open(url);
        for (const auto& id : printed) expect_stored(*store, id);
        expect_whole(*store);
    }
    EXPECT_GT(printed.size(), 5u);
}

TEST(KillTheProcess, SqliteHasEverythingThatWasAnswered) {
    const testing_support::TempFolder folder;
    kill_at_random_moments("sqlite:" + (folder.path() / "store.db").string());
}

TEST(KillTheProcess, PostgresHasEverythingThatWasAnswered) {
    testing_support::Postgres server;
    kill_at_random_moments(server.new_database());
}

/// What became of each of many submissions, every one with a key of its own.
class Ledger {
  public:
    void submit(Store& store, Submission submission) {
        places_.acquire();
        const auto kept = submission;
        store.submit(std::move(submission), [this, kept](Result<SubmitResult> answer) {
            {
                const std::scoped_lock lock(mutex_);
                if (answer)
                    stored_.push_back(kept);
                else
                    failed_.emplace_back(kept, answer.error().kind);
            }
            places_.release();
        });
    }
    void wait_for_all() {
        for (int i = 0; i < in_flight; ++i) places_.acquire();
        places_.release(in_flight);
    }
    std::size_t stored_count() {
        const std::scoped_lock lock(mutex_);
        return stored_.size();
    }
    [[nodiscard]] const auto& stored() const { return stored_; }
    [[nodiscard]] const auto& failed() const { return failed_; }

  private:
    static constexpr int in_flight = 64;
    std::counting_semaphore<> places_{in_flight};
    std::mutex mutex_;
    std::vector<Submission> stored_;
    std::vector<std::pair<Submission, ErrorKind>> failed_;
};

Submission keyed_submission() {
    auto submission = fault_submission();
    submission.idempotency_key = to_string(submission.id);
    return submission;
}

/// Submits while the server crashes, until a submission fails.
void submit_through_a_crash(Store& store, testing_support::Postgres& server, Ledger& ledger) {
    while (ledger.stored_count() < 300) ledger.submit(store, keyed_submission());
    auto crash = std::async(std::launch::async, [&] { server.crash(); });
    while (crash.wait_for(std::chrono::seconds(0)) != std::future_status::ready)
        ledger.submit(store, keyed_submission());
    ledger.submit(store, keyed_submission());
    ledger.wait_for_all();
}

TEST(CrashTheServer, NothingAnsweredIsLostAndTheStoreComesBackByItself) {
    testing_support::Postgres server;
    const auto url = server.new_database();
    const auto store = open(url);
    ASSERT_TRUE(store->migrate().has_value());
    std::size_t stored_so_far = 0;
    for (int round = 0; round < 3; ++round) {
        Ledger ledger;
        submit_through_a_crash(*store, server, ledger);
        EXPECT_FALSE(ledger.failed().empty());
        for (const auto& [submission, kind] : ledger.failed())
            EXPECT_EQ(kind, ErrorKind::unavailable);
        const auto down = store->list({});
        ASSERT_TRUE(down.has_error());
        EXPECT_EQ(down.error().kind, ErrorKind::unavailable);
        EXPECT_GT(down.error().retry_after_s, 0);

        server.start();
        EXPECT_TRUE(store->ping().has_value());
        for (const auto& submission : ledger.stored()) expect_stored(*store, submission.id);

        // Whether the commit of a failed one went through is unknown; its key makes a retry safe.
        Ledger retries;
        for (const auto& [submission, kind] : ledger.failed()) {
            auto again = submission;
            again.id = Uuid::v7();
            retries.submit(*store, again);
        }
        retries.wait_for_all();
        EXPECT_TRUE(retries.failed().empty());
        stored_so_far += ledger.stored().size() + ledger.failed().size();
        const auto counts = store->tag_counts();
        ASSERT_TRUE(counts.has_value());
        EXPECT_EQ(counts->at(0).drawings, static_cast<std::int64_t>(stored_so_far));
    }
    expect_whole(*store);
}

TEST(CrashTheServer, EveryKindOfCallIsUnavailableMeanwhileAndWorksAfterwards) {
    testing_support::Postgres server;
    const auto store = open(server.new_database());
    ASSERT_TRUE(store->migrate().has_value());
    const User ada{Uuid::v7(), "ada", "hash", Role::annotator, false, now()};
    ASSERT_TRUE(store->add_user(ada, std::nullopt).has_value());
    server.stop();
    const auto kind = [](const auto& result) {
        return result.has_error() ? result.error().kind : ErrorKind::internal;
    };
    EXPECT_EQ(kind(store->ping()), ErrorKind::unavailable);
    EXPECT_EQ(kind(store->user_by_name("ada")), ErrorKind::unavailable);
    EXPECT_EQ(kind(store->revoke_user_tokens(ada.id)), ErrorKind::unavailable);
    EXPECT_EQ(kind(store->change_tag({ada.id, "star", {ada.id, "ada"}, now(), "", 1})),
              ErrorKind::unavailable);
    EXPECT_EQ(kind(store->migrate()), ErrorKind::unavailable);
    server.start();
    EXPECT_TRUE(store->user_by_name("ada").has_value());
    EXPECT_TRUE(store->revoke_user_tokens(ada.id).has_value());
    EXPECT_EQ(kind(store->change_tag({ada.id, "star", {ada.id, "ada"}, now(), "", 1})),
              ErrorKind::not_found);
}

TEST(CrashTheServer, KilledBackendsAreReplaced) {
    testing_support::Postgres server;
    const auto url = server.new_database();
    const auto store = open(url);
    ASSERT_TRUE(store->migrate().has_value());
    for (int round = 0; round < 3; ++round) {
        std::promise<Result<SubmitResult>> answered;
        store->submit(fault_submission(),
                      [&](Result<SubmitResult> answer) { answered.set_value(std::move(answer)); });
        ASSERT_TRUE(answered.get_future().get().has_value());
        ASSERT_TRUE(store->list({}).has_value());
        EXPECT_EQ(store->list({})->drawings.size(), static_cast<std::size_t>(round) + 1);
        server.sql(url,
                   "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
                   "WHERE application_name = 'croquis'");
    }
}

}  // namespace
}  // namespace croquis::store
