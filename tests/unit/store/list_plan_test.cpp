#include <gtest/gtest.h>

#include <string>
#include <variant>

#include "core/metrics.h"
#include "store/list_query.h"
#include "store/sqlite/connection.h"
#include "store/store.h"
#include "support/temp_folder.h"

/// How SQLite reads lists: a list that is sorted, or that walks over everything, is slow only where
/// there is much, where no other test would see it.
namespace croquis::store {
namespace {

class ListPlan : public testing::Test {
  protected:
    ListPlan() {
        const auto store = open_store("sqlite:" + file_, {}, metrics_);
        EXPECT_TRUE(store);
        EXPECT_TRUE((*store)->migrate());
    }

    std::string plan_of(const Query& query, bool few_are_named = false) const {
        const auto statement = list_statement(query, few_are_named);
        EXPECT_TRUE(statement);
        return plan_of(statement->sql);
    }

    std::string plan_of(const std::string& sql) const {
        sqlite::Connection connection(file_, sqlite::Mode::read_only);
        auto rows = connection.prepare("EXPLAIN QUERY PLAN " + sql);
        std::string plan;
        while (rows.step()) plan += rows.text(3) + "\n";
        return plan;
    }

  private:
    testing_support::TempFolder folder_;
    const std::string file_ = (folder_.path() / "croquis.db").string();
    Metrics metrics_;
};

TEST_F(ListPlan, WhatAPersonReviewedSinceIsReadAlongTheIndexOfTheirReviews) {
    for (const auto order : {Order::newest_first, Order::oldest_first}) {
        Query query;
        query.order = order;
        query.tagged_since = now();
        const auto anyone = plan_of(query);
        EXPECT_NE(anyone.find("USING INDEX drawing_reviewed_by_id (project=?"), std::string::npos)
            << anyone;
        query.tagged_by = "ada";
        const auto ada = plan_of(query);
        EXPECT_NE(ada.find("USING INDEX drawing_by_reviewer (project=? AND tagged_by=?"),
                  std::string::npos)
            << ada;
        query.import_job = Uuid::v7();
        query.tag = "star";
        for (const auto& plan : {anyone, ada, plan_of(query)}) {
            EXPECT_EQ(plan.find("TEMP B-TREE"), std::string::npos) << plan;
            EXPECT_EQ(plan.find("SCAN drawing"), std::string::npos) << plan;
        }
    }
}

TEST_F(ListPlan, NamesAreFoundAlongTheirIndex) {
    const auto expect_index = [&](const Query& query, const std::string& index) {
        const auto counted = plan_of(named_statement(query).value().sql);
        for (const auto& plan : {counted, plan_of(query, true)}) {
            EXPECT_NE(plan.find("INDEX " + index), std::string::npos) << plan;
            EXPECT_EQ(plan.find("SCAN drawing"), std::string::npos) << plan;
        }
    };
    for (const auto order : {Order::newest_first, Order::oldest_first, Order::most_telling_first}) {
        Query query;
        query.order = order;
        query.tag = "star";
        query.after = Query::Cursor{Uuid::v7(), 7};
        query.import_job = Uuid::v7();
        query.file_name = name_filter("birds/*");
        expect_index(query, "drawing_by_file_name (project=? AND file_name>? AND file_name<?)");
        query.file_name = name_filter("birds/1.png");
        expect_index(query, "drawing_by_file_name (project=? AND file_name=?)");
        query.file_name = name_filter("1.png");
        expect_index(query, "drawing_by_last_name (project=? AND <expr>=?)");
        query.file_name = name_filter("1*");
        expect_index(query, "drawing_by_last_name (project=? AND <expr>>? AND <expr><?)");
        query.external_id = name_filter("scan-*");
        expect_index(query,
                     "drawing_by_external_id (project=? AND external_id>? AND external_id<?)");
    }
    Query many;
    many.file_name = name_filter("1.png");
    const auto plan = plan_of(many);
    EXPECT_NE(plan.find("drawing_by_last_name (project=? AND <expr>=?)"), std::string::npos)
        << plan;
    EXPECT_EQ(plan.find("TEMP B-TREE"), std::string::npos) << plan;
}

/// Nothing finds a part of a name but looking; a page looks at so many drawings, in the list's
/// order.
TEST_F(ListPlan, APartOfANameIsLookedForAlongTheListAndNoFurther) {
    for (const auto order : {Order::newest_first, Order::oldest_first, Order::most_telling_first}) {
        Query query;
        query.order = order;
        query.name_contains = "scan";
        const auto plan = plan_of(query);
        EXPECT_EQ(plan.find("TEMP B-TREE"), std::string::npos) << plan;
        EXPECT_EQ(plan.find("SCAN drawing"), std::string::npos) << plan;
        const auto sql = list_statement(query)->sql;
        EXPECT_NE(sql.find(" LIMIT " + std::to_string(most_looked_at) + ") AS looked_through"),
                  std::string::npos)
            << sql;
    }
}

}  // namespace
}  // namespace croquis::store
