#include "contract/store/fixture.h"

#include <sqlite3.h>

#include <atomic>
#include <filesystem>
#include <stdexcept>

#include "support/pgbouncer.h"
#include "support/postgres.h"
#include "support/temp_folder.h"

namespace croquis::store {
namespace {

void run_on_sqlite(const std::string& url, const std::string& statement) {
    sqlite3* database = nullptr;
    char* message = nullptr;
    sqlite3_open(url.substr(std::string("sqlite:").size()).c_str(), &database);
    const int code = sqlite3_exec(database, statement.c_str(), nullptr, nullptr, &message);
    const std::string wrong = message == nullptr ? "" : message;
    sqlite3_free(message);
    sqlite3_close(database);
    if (code != SQLITE_OK) throw std::runtime_error(statement + ": " + wrong);
}

Kind sqlite_kind() {
    return {"sqlite",
            [](std::shared_ptr<void>& keeper) {
                auto folder = std::make_shared<testing_support::TempFolder>();
                keeper = folder;
                return "sqlite:" + (folder->path() / "store.db").string();
            },
            run_on_sqlite};
}

/// Nothing crashes here, so nothing need be flushed.
testing_support::Postgres& postgres() {
    static const auto server = testing_support::Postgres::shared();
    return *server;
}

constexpr std::string_view unprepared = "&croquis_prepared=off";

/// libpq does not know the store's own option.
void run_on_postgres(const std::string& url, const std::string& statement) {
    postgres().sql(url.substr(0, url.find(unprepared)), statement);
}

testing_support::PgBouncer& pgbouncer() {
    static testing_support::PgBouncer pooler(postgres());
    return pooler;
}

Kind postgres_kind() {
    return {"postgres", [](std::shared_ptr<void>&) { return postgres().new_database(); },
            run_on_postgres};
}

Kind pgbouncer_kind() {
    return {"pgbouncer",
            [](std::shared_ptr<void>&) {
                const auto direct = postgres().new_database();
                const auto name = direct.substr(direct.rfind("/test_") + 1);
                return pgbouncer().url(name.substr(0, name.find('?'))) + std::string(unprepared);
            },
            run_on_postgres};
}

}  // namespace

std::vector<Kind> kinds() {
    if (!testing_support::PgBouncer::installed()) return {sqlite_kind(), postgres_kind()};
    return {sqlite_kind(), postgres_kind(), pgbouncer_kind()};
}

std::vector<Kind> pooled_kinds() {
    if (!testing_support::PgBouncer::installed()) return {};
    return {pgbouncer_kind()};
}

std::string sql_time(const Kind& kind, Timestamp time) {
    return kind.name == "sqlite" ? std::to_string(time.time_since_epoch().count())
                                 : "'" + to_rfc3339(time) + "'";
}

Submission make_submission(const std::string& tag, float confidence) {
    static std::atomic<int> count{0};
    const int n = ++count;
    Submission submission;
    submission.id = Uuid::v7();
    submission.created_at = now();
    submission.image = random_bytes(64);
    submission.media_type = n % 2 == 0 ? "image/png" : "image/webp";
    submission.width = 100 + n;
    submission.height = 50 + n;
    submission.sha256 = sha256(submission.image);
    submission.strokes = R"([[[1,2],[3,4]]])";
    submission.source = "page";
    submission.prediction = {
        "croquis-test-1", tag, confidence, {confidence, 1 - confidence, 0.125F}};
    return submission;
}

std::future<Result<SubmitResult>> submit_to(Store& store, Submission submission) {
    auto promise = std::make_shared<std::promise<Result<SubmitResult>>>();
    auto future = promise->get_future();
    store.submit(std::move(submission),
                 [promise](Result<SubmitResult> result) { promise->set_value(std::move(result)); });
    return future;
}

void StoreContract::SetUp() {
    url_ = GetParam().fresh(keeper_);
    store_ = open_another();
    ASSERT_TRUE(store_);
    ASSERT_TRUE(succeeded(store_->migrate()));
}

std::unique_ptr<Store> StoreContract::open_another(const StoreOptions& options) {
    auto opened = open_store(url_, options, metrics_);
    EXPECT_TRUE(succeeded(opened));
    return opened ? std::move(*opened) : nullptr;
}

std::future<Result<SubmitResult>> StoreContract::submit_async(Submission submission) {
    return submit_to(*store_, std::move(submission));
}

Result<SubmitResult> StoreContract::submit(Submission submission) {
    return submit_async(std::move(submission)).get();
}

Drawing StoreContract::stored(Submission submission) {
    auto result = submit(std::move(submission));
    EXPECT_TRUE(succeeded(result));
    return result ? result->drawing : Drawing{};
}

User StoreContract::add_user(const std::string& name, Role role) {
    const User user{Uuid::v7(), name, "$argon2id$v=19$of-" + name, role, false, now()};
    EXPECT_TRUE(succeeded(store_->add_user(user, std::nullopt)));
    return user;
}

std::vector<Uuid> StoreContract::all_pages(Query query, std::vector<std::size_t>* sizes) {
    std::vector<Uuid> ids;
    for (;;) {
        const auto page = store_->list(query);
        EXPECT_TRUE(succeeded(page));
        if (!page) return ids;
        if (sizes != nullptr) sizes->push_back(page->drawings.size());
        for (const auto& drawing : page->drawings) ids.push_back(drawing.id);
        if (!page->next) return ids;
        query.after = page->next;
    }
}

}  // namespace croquis::store
