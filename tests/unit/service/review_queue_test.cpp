#include "service/review/review_queue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "service/models/registry.h"
#include "unit/service/use_cases.h"

namespace croquis::service {
namespace {

class ReviewQueueTest : public UseCasesTest {};

TEST_F(ReviewQueueTest, AsksAboutTypicalDrawingsFirstOnceTheyAreFound) {
    ASSERT_TRUE(enrol_own_model(*store_, models / "shapes.onnx"));
    WorkerPool analyses(1, 4);
    ReviewQueue queue(*store_, workers_, &analyses);
    for (int seed = 1; seed <= 12; ++seed) stored(seed);
    PageClaim request;
    request.holder = Uuid::v7();
    request.limit = 1;
    ASSERT_TRUE(ask(queue.claim(request, marie_)));
    while (analyses.load() > 0) std::this_thread::yield();
    const auto typical = first_questions(*store_, store::shapes_project).value();
    ASSERT_FALSE(typical.empty());
    request.limit = std::min<std::size_t>(1 + typical.size(), 4);
    const auto claimed = ask(queue.claim(request, marie_)).value();
    std::size_t others = 0;
    for (const auto& [drawing, claim] : claimed.drawings) {
        const bool is_first = std::count(typical.begin(), typical.end(), drawing.id) != 0;
        if (claim.asked == store::Asked::margin && !is_first) ++others;
    }
    EXPECT_LE(others, 1U);  // that of the first claim
    analyses.stop();
}

}  // namespace
}  // namespace croquis::service
