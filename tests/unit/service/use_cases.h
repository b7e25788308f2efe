#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>
#include <future>
#include <memory>
#include <string>

#include "service/drawings/catalogue.h"
#include "service/drawings/submissions.h"
#include "service/models/live_models.h"
#include "service/review/reviews.h"
#include "support/temp_folder.h"
#include "unit/service/shipped_model.h"

namespace croquis::service {

/// The use cases over a SQLite store and the shipped model, asked from two threads.
class UseCasesTest : public testing::Test {
  protected:
    void SetUp() override { ASSERT_TRUE(store_->migrate()); }
    /// One of the callers' threads may still be inside its call when its answer is here already.
    void TearDown() override { callers_.join(); }

    template <class T>
    std::future<T> start(boost::asio::awaitable<T> question) {
        return boost::asio::co_spawn(callers_, std::move(question), boost::asio::use_future);
    }
    template <class T>
    T ask(boost::asio::awaitable<T> question) {
        return start(std::move(question)).get();
    }
    std::future<Result<SubmitAnswer>> submit(int seed, const std::string& key = {}) {
        return start(submissions_.submit({square(seed), {}, "test", key, {}}));
    }
    store::Drawing stored(int seed) {
        auto answer = submit(seed).get();
        EXPECT_TRUE(answer) << answer.error().detail;
        return answer->drawing;
    }
    std::size_t count() {
        store::Query query;
        query.limit = 200;
        return ask(catalogue_.list(query)).value().drawings.size();
    }

    const identity::Principal marie_{Uuid::v7(), "marie", identity::Role::annotator, {}};
    testing_support::TempFolder folder_;
    Metrics metrics_;
    boost::asio::thread_pool callers_{2};  // ends after those that answer to it
    WorkerPool workers_{2, 1024};
    std::unique_ptr<store::Store> store_ =
        store::open_store("sqlite:" + (folder_.path() / "croquis.db").string(), {}, metrics_)
            .value();
    std::unique_ptr<recognition::Batcher> batcher_ = std::make_unique<recognition::Batcher>(
        recognition::load_recognizer(models / "shapes.onnx").value(), recognition::BatcherOptions{},
        metrics_);
    Projects projects_{*store_, workers_};
    ProjectModels project_models_{*store_, {}, metrics_};
    LiveModels models_{*store_, workers_, projects_, *batcher_, project_models_};
    Details details_{*store_, projects_, models_};
    Submissions submissions_{*store_, workers_, models_, details_, metrics_};
    Catalogue catalogue_{*store_, workers_, details_};
    Reviews reviews_{*store_, workers_, details_};
};

}  // namespace croquis::service
