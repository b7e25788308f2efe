#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "core/metrics.h"
#include "store/store.h"

namespace croquis::store {

/// A kind of store under test: how to get the URL of an empty database of its own.
struct Kind {
    std::string name;
    /// Returns the URL; what it owns goes with the returned keeper.
    std::function<std::string(std::shared_ptr<void>& keeper)> fresh;
    /// Runs SQL on the database behind a URL, past the store.
    std::function<void(const std::string& url, const std::string& statement)> sql;
};

inline void PrintTo(const Kind& kind, std::ostream* out) {
    *out << kind.name;
}

/// The kinds that this machine can run.
std::vector<Kind> kinds();
/// Those of kinds() behind a pooler of connections: none where PgBouncer is not installed.
std::vector<Kind> pooled_kinds();

inline std::string kind_name(const testing::TestParamInfo<Kind>& info) {
    return info.param.name;
}

/// A submission with every field set, unlike any other.
Submission make_submission(const std::string& tag = "circle", float confidence = 0.5F);

/// Two people.
inline const Author by_ada{Uuid::v7(), "ada"};
inline const Author by_bob{Uuid::v7(), "bob"};

/// Another process's moment in time, in microseconds since 1970 or as PostgreSQL writes it.
std::string sql_time(const Kind& kind, Timestamp time);

/// Every test of the contract gets an empty, migrated store.
class StoreContract : public testing::TestWithParam<Kind> {
  protected:
    void SetUp() override;

    /// Another store on the same database, as another process would have it.
    std::unique_ptr<Store> open_another(const StoreOptions& options = {});

    std::future<Result<SubmitResult>> submit_async(Submission submission);
    Result<SubmitResult> submit(Submission submission);
    /// Submits and expects success.
    Drawing stored(Submission submission);
    User add_user(const std::string& name, Role role = Role::annotator);
    std::vector<Uuid> all_pages(Query query, std::vector<std::size_t>* sizes = nullptr);

    std::shared_ptr<void> keeper_;
    std::string url_;
    Metrics metrics_;
    std::unique_ptr<Store> store_;
};

std::future<Result<SubmitResult>> submit_to(Store& store, Submission submission);

/// GoogleTest's view of "it failed, and in this way".
template <class T>
testing::AssertionResult failed_with(const Result<T>& result, ErrorKind kind,
                                     const std::string& field = {}) {
    if (result.has_value()) return testing::AssertionFailure() << "it succeeded";
    const Error& error = result.error();
    if (error.kind == kind && (field.empty() || error.field == field) && !error.detail.empty())
        return testing::AssertionSuccess();
    return testing::AssertionFailure()
           << to_string(error.kind) << " at '" << error.field << "': " << error.detail;
}

template <class T>
testing::AssertionResult succeeded(const Result<T>& result) {
    if (result.has_value()) return testing::AssertionSuccess();
    return testing::AssertionFailure()
           << to_string(result.error().kind) << ": " << result.error().detail;
}

}  // namespace croquis::store
