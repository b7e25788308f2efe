// The whole store in one file, and back, on every kind of store.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <thread>

#include "contract/store/fixture.h"
#include "core/digest.h"
#include "store/backup.h"
#include "store/migrations.h"
#include "support/postgres.h"
#include "support/temp_folder.h"

namespace croquis::store {
namespace {

namespace fs = std::filesystem;

const ShowProgress silently = [](const char*, std::uint64_t, std::uint64_t) {};

std::string contents(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

void write(const fs::path& file, const std::string& bytes) {
    std::ofstream(file, std::ios::binary) << bytes;
}

void write_digest_of(const fs::path& file) {
    write(file.string() + ".sha256", to_hex(sha256(as_bytes(contents(file)))) + "  backup\n");
}

/// What a run of `work` in a process of its own, which ends itself while `doing` goes on, leaves.
template <class Work>
void killed_while(const std::string& doing, const Work& work) {
    const pid_t child = fork();
    if (child == 0) {
        static_cast<void>(work([&](const char* now, std::uint64_t, std::uint64_t) {
            if (now == doing) kill(getpid(), SIGKILL);
        }));
        _exit(3);
    }
    int how = 0;
    ASSERT_EQ(waitpid(child, &how, 0), child);
    ASSERT_TRUE(WIFSIGNALED(how)) << "it came to its end with " << WEXITSTATUS(how);
}

/// A store with something in it.
class BackupContract : public StoreContract {
  protected:
    void SetUp() override {
        StoreContract::SetUp();
        fill();
        file_ = folder_.path() / "backup";
    }

    /// Enough for several steps of the copy.
    void fill() {
        add_user("ada", Role::admin);
        for (int n = 0; n < 30; ++n) {
            auto submission = make_submission();
            submission.image = random_bytes(300'000);
            submission.sha256 = sha256(submission.image);
            const auto drawing = stored(std::move(submission));
            if (n % 3 != 0) continue;
            EXPECT_TRUE(
                succeeded(store_->change_tag({drawing.id, "square", by_ada, now(), "a word", 1})));
            LabelChange choice;
            choice.example = drawing.id;
            EXPECT_TRUE(succeeded(store_->change_label(shapes_project, "square", choice)));
        }
    }

    Result<BackupContents> back_up() { return store::back_up(url_, file_, silently); }
    std::string fresh() { return GetParam().fresh(other_keeper_); }
    std::string made_fresh() {
        auto url = fresh();
        EXPECT_TRUE(succeeded(open(url)->migrate()));
        return url;
    }
    std::unique_ptr<Store> open(const std::string& url) {
        auto store = open_store(url, {}, metrics_);
        return std::move(*store);
    }

    /// One that is not gone yet.
    static Worker worker_that_died() {
        Worker worker;
        worker.id = Uuid::v7();
        worker.name = "here:1";
        worker.since = worker.seen_at = now();
        worker.expires_at = now() + std::chrono::hours(1);
        return worker;
    }

    /// Everything that a store's lists say, as text.
    std::string told_by(Store& store) {
        std::string told;
        Query query;
        query.limit = 200;
        const auto page = store.list(query);
        if (!page) return page.error().detail;
        for (const auto& drawing : page->drawings) {
            told += to_string(drawing.id) + " " + drawing.tag + " " +
                    drawing.tagged_by.value_or("-") + " " + to_rfc3339(drawing.created_at) + " " +
                    to_hex(sha256(store.image(drawing.id)->bytes)) + "\n";
            for (const auto& event : *store.history(drawing.id))
                told += "  " + event.from + ">" + event.to + " " + event.note + "\n";
        }
        for (const auto& user : *store.users()) told += user.name + user.password_hash + "\n";
        for (const auto& label : *store.labels(shapes_project))
            told += label.name + (label.example ? to_string(*label.example) : "") + "\n";
        for (const auto& each : *store.duplicate_dismissals(shapes_project, 100))
            told += to_string(each.id) + " " + std::to_string(each.drawings.size()) + "\n";
        return told;
    }

    testing_support::TempFolder folder_;
    fs::path file_;
    std::shared_ptr<void> other_keeper_;
};

TEST_P(BackupContract, HoldsWhatTheStoreHeldAndComesBack) {
    DuplicateDismissal dismissal;
    const auto page = store_->list({});
    for (const auto& drawing : page->drawings) dismissal.drawings.push_back(drawing.id);
    std::sort(dismissal.drawings.begin(), dismissal.drawings.end());
    ASSERT_TRUE(succeeded(store_->dismiss_duplicates(dismissal)));
    const auto before = told_by(*store_);
    std::vector<std::string> done;
    const auto made = store::back_up(url_, file_, [&](const char* doing, auto, auto) {
        if (done.empty() || done.back() != doing) done.emplace_back(doing);
    });
    ASSERT_TRUE(succeeded(made));
    EXPECT_THAT(done, testing::ElementsAre("copy", "check", "digest"));
    EXPECT_EQ(made->rows.at("drawing"), 30);
    EXPECT_EQ(made->rows.at("account"), 1);
    EXPECT_EQ(made->schema, *store_->schema_version());
    EXPECT_EQ(fs::status(file_).permissions(), fs::perms::owner_read | fs::perms::owner_write);
    EXPECT_EQ(contents(file_.string() + ".sha256"),
              to_hex(sha256(as_bytes(contents(file_)))) + "  backup\n");

    const auto url = fresh();
    ASSERT_TRUE(succeeded(restore(url, file_, false, silently)));
    const auto restored = open(url);
    EXPECT_TRUE(restored->migrate()->empty());
    EXPECT_EQ(told_by(*restored), before);
    EXPECT_TRUE(succeeded(submit_to(*restored, make_submission()).get()));
    EXPECT_TRUE(succeeded(restored->add_project({0, "next", "Next"})));
}

TEST_P(BackupContract, IsOfOneMomentWhileTheStoreIsWrittenTo) {
    std::atomic<bool> over{false};
    std::thread writer([&] {
        while (!over) {
            auto submission = make_submission();
            submission.image = random_bytes(20'000);
            submission.sha256 = sha256(submission.image);
            const auto drawing = stored(std::move(submission));
            EXPECT_TRUE(succeeded(store_->change_tag({drawing.id, "star", by_ada, now(), "", 1})));
        }
    });
    const auto made = back_up();
    over = true;
    writer.join();
    ASSERT_TRUE(succeeded(made));
    EXPECT_TRUE(succeeded(check_backup(url_, file_, silently)));
    const auto url = fresh();
    ASSERT_TRUE(succeeded(restore(url, file_, false, silently)));
    const auto restored = open(url);
    const auto page = restored->list({});
    EXPECT_EQ(made->rows.at("drawing"), made->rows.at("drawing_content"));
    for (const auto& drawing : page->drawings) EXPECT_TRUE(succeeded(restored->image(drawing.id)));
}

TEST_P(BackupContract, HasNoSignInsNoClaimsAndNoWorkers) {
    const auto user = add_user("bob");
    ASSERT_TRUE(succeeded(store_->add_refresh_token(
        {sha256(as_bytes("token")), user.id, Uuid::v7(), now() + std::chrono::hours(1)},
        user.password_hash)));
    ClaimRequest request;
    request.holder = Uuid::v7();
    request.account = user.id;
    request.at = now();
    request.until = now() + std::chrono::minutes(2);
    ASSERT_TRUE(succeeded(store_->claim(request)));
    ASSERT_TRUE(succeeded(store_->renew_worker(worker_that_died())));
    const auto made = back_up();
    ASSERT_TRUE(succeeded(made));
    for (const char* table : not_backed_up)
        EXPECT_TRUE(!made->rows.contains(table) || made->rows.at(table) == 0) << table;
    EXPECT_EQ(contents(file_).find(as_text(sha256(as_bytes("token")))), std::string::npos);
}

/// A table that is added must not be forgotten: both databases have the same.
TEST_P(BackupContract, HasEveryTable) {
    const auto tables_of = [](const BackupContents& made) {
        std::set<std::string> tables(std::begin(not_backed_up), std::end(not_backed_up));
        for (const auto& [table, rows] : made.rows) tables.insert(table);
        return tables;
    };
    const auto made = back_up();
    ASSERT_TRUE(succeeded(made));
    std::shared_ptr<void> keeper;
    const auto sqlite = kinds().front().fresh(keeper);
    ASSERT_TRUE(succeeded(open(sqlite)->migrate()));
    const auto all = store::back_up(sqlite, folder_.path() / "all", silently);
    ASSERT_TRUE(succeeded(all));
    EXPECT_EQ(tables_of(*made), tables_of(*all));
}

TEST_P(BackupContract, OverwritesNoFile) {
    write(file_, "mine");
    EXPECT_TRUE(failed_with(back_up(), ErrorKind::conflict, "FILE"));
    EXPECT_EQ(contents(file_), "mine");
}

TEST_P(BackupContract, SaysThatThereIsNoFolderForIt) {
    const auto made = store::back_up(url_, folder_.path() / "none" / "backup", silently);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().kind, ErrorKind::not_found);
    EXPECT_THAT(made.error().detail, testing::StartsWith("There is no folder "));
}

TEST_P(BackupContract, AStoreThatHoldsSomethingIsReplacedOnlyWhenTold) {
    ASSERT_TRUE(succeeded(back_up()));
    const auto before = told_by(*store_);
    const auto url = made_fresh();
    {
        const auto other = open(url);
        ASSERT_TRUE(succeeded(submit_to(*other, make_submission()).get()));
    }
    EXPECT_TRUE(failed_with(restore(url, file_, false, silently), ErrorKind::conflict, "store"));
    EXPECT_EQ(open(url)->list({})->drawings.size(), 1U);
    ASSERT_TRUE(succeeded(restore(url, file_, true, silently)));
    EXPECT_EQ(told_by(*open(url)), before);
}

TEST_P(BackupContract, AFreshStoreIsEmpty) {
    ASSERT_TRUE(succeeded(back_up()));
    EXPECT_TRUE(succeeded(restore(made_fresh(), file_, false, silently)));
    // Also where its server was killed.
    const auto url = made_fresh();
    ASSERT_TRUE(succeeded(open(url)->renew_worker(worker_that_died())));
    EXPECT_TRUE(succeeded(restore(url, file_, false, silently)));
    EXPECT_TRUE(open(url)->workers(now())->empty());
}

TEST_P(BackupContract, AStoreThatIsOpenIsNotRestoredInto) {
    ASSERT_TRUE(succeeded(back_up()));
    const auto before = told_by(*store_);
    EXPECT_TRUE(failed_with(restore(url_, file_, true, silently), ErrorKind::unavailable, "store"));
    EXPECT_EQ(told_by(*store_), before);
}

TEST_P(BackupContract, ADamagedOneIsRefused) {
    ASSERT_TRUE(succeeded(back_up()));
    const auto whole = contents(file_);
    const auto url = fresh();
    auto flipped = whole;
    flipped[flipped.size() / 2] ^= 1;
    write(file_, flipped);
    EXPECT_TRUE(failed_with(restore(url, file_, false, silently), ErrorKind::malformed, "FILE"));
    write(file_, whole.substr(0, whole.size() / 2));
    EXPECT_TRUE(failed_with(restore(url, file_, false, silently), ErrorKind::malformed, "FILE"));
    // Even where somebody made the digest anew.
    write_digest_of(file_);
    EXPECT_FALSE(restore(url, file_, false, silently).has_value());
    write(file_, whole);
    fs::remove(file_.string() + ".sha256");
    EXPECT_TRUE(failed_with(restore(url, file_, false, silently), ErrorKind::malformed, "FILE"));
    EXPECT_EQ(*open(url)->schema_version(), 0);
    write(file_, "something else");
    EXPECT_TRUE(failed_with(restore(url, file_, false, silently), ErrorKind::invalid, "FILE"));
    EXPECT_TRUE(failed_with(restore(url, folder_.path() / "none", false, silently),
                            ErrorKind::not_found, "FILE"));
}

TEST_P(BackupContract, OfAnotherKindOfStoreIsRefused) {
    ASSERT_TRUE(succeeded(back_up()));
    for (const auto& other : kinds()) {
        const bool same = (other.name == "sqlite") == (GetParam().name == "sqlite");
        if (same) continue;
        std::shared_ptr<void> keeper;
        const auto done = restore(other.fresh(keeper), file_, false, silently);
        ASSERT_TRUE(failed_with(done, ErrorKind::invalid, "FILE"));
        EXPECT_THAT(done.error().detail, testing::HasSubstr("SQLite"));
    }
}

TEST_P(BackupContract, OfANewerSchemaIsRefused) {
    const auto newer =
        "INSERT INTO schema_migration (version, name, checksum, applied_at) VALUES (9999, 'later', "
        "'x', " +
        sql_time(GetParam(), now()) + ")";
    const auto url = fresh();
    if (GetParam().name == "sqlite") {
        ASSERT_TRUE(succeeded(back_up()));
        GetParam().sql("sqlite:" + file_.string(), newer);
    } else {
        GetParam().sql(url_, newer);
        ASSERT_EQ(
            std::system(
                ("pg_dump --format=custom '--file=" + file_.string() + "' '" + url_ + "'").c_str()),
            0);
    }
    write_digest_of(file_);
    const auto done = restore(url, file_, false, silently);
    ASSERT_TRUE(failed_with(done, ErrorKind::conflict));
    EXPECT_THAT(done.error().detail, testing::HasSubstr("newer"));
    EXPECT_EQ(*open(url)->schema_version(), 0);
}

TEST_P(BackupContract, KilledInTheMiddleLeavesNoFileOfThatName) {
    store_.reset();
    for (const char* doing : {"copy", "check", "digest"}) {
        killed_while(doing,
                     [&](const ShowProgress& show) { return store::back_up(url_, file_, show); });
        EXPECT_FALSE(fs::exists(file_)) << doing;
    }
    ASSERT_TRUE(succeeded(back_up()));
    EXPECT_TRUE(succeeded(check_backup(url_, file_, silently)));
    for (const auto& left : fs::directory_iterator(folder_.path()))
        EXPECT_THAT(left.path().filename().string(), testing::AnyOf("backup", "backup.sha256"));
}

TEST_P(BackupContract, ARestorationThatIsKilledLeavesTheStoreAsItWas) {
    ASSERT_TRUE(succeeded(back_up()));
    const auto url = made_fresh();
    ASSERT_TRUE(succeeded(submit_to(*open(url), make_submission()).get()));
    const auto before = told_by(*open(url));
    store_.reset();
    killed_while("restore",
                 [&](const ShowProgress& show) { return restore(url, file_, true, show); });
    EXPECT_EQ(told_by(*open(url)), before);
}

TEST_P(BackupContract, ThereIsNothingToBackUpWhereThereIsNoStore) {
    const auto url = fresh();
    EXPECT_TRUE(failed_with(store::back_up(url, file_, silently), ErrorKind::not_found, "store"));
    EXPECT_FALSE(fs::exists(file_));
}

std::vector<Kind> without_pooler() {
    auto all = kinds();
    std::erase_if(all, [](const Kind& kind) { return kind.name == "pgbouncer"; });
    return all;
}

INSTANTIATE_TEST_SUITE_P(Stores, BackupContract, testing::ValuesIn(without_pooler()), kind_name);

}  // namespace
}  // namespace croquis::store
