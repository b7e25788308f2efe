// What people say of drawings that are nearly the same is kept until they take it back.
#include <algorithm>
#include <future>

#include "contract/store/fixture.h"

namespace croquis::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class DismissalsContract : public StoreContract {
  protected:
    std::vector<Uuid> drawn(int count) {
        std::vector<Uuid> drawings;
        for (int i = 0; i < count; ++i) drawings.push_back(stored(make_submission()).id);
        std::sort(drawings.begin(), drawings.end());
        return drawings;
    }
    DuplicateDismissal dismissed(std::vector<Uuid> drawings, const std::optional<Author>& by) {
        DuplicateDismissal dismissal;
        dismissal.drawings = std::move(drawings);
        dismissal.by = by;
        const auto kept = store_->dismiss_duplicates(dismissal);
        EXPECT_TRUE(succeeded(kept));
        return kept ? *kept : dismissal;
    }
    std::vector<Uuid> kept(int project = shapes_project) {
        std::vector<Uuid> ids;
        for (const auto& each : store_->duplicate_dismissals(project, 100).value())
            ids.push_back(each.id);
        return ids;
    }
    std::vector<AuditEvent> told(AuditAction action) {
        AuditQuery query;
        query.action = action;
        return store_->audit(query).value();
    }
};
INSTANTIATE_TEST_SUITE_P(Stores, DismissalsContract, testing::ValuesIn(kinds()), kind_name);

TEST_P(DismissalsContract, AreKeptWithWhoSaidItAndWhen) {
    const auto marie = add_user("marie", Role::annotator);
    const auto drawings = drawn(3);
    const auto first = dismissed({drawings[0], drawings[1]}, Author{marie.id, "marie"});
    const auto second = dismissed(drawings, std::nullopt);
    const auto all = store_->duplicate_dismissals(shapes_project, 100);
    ASSERT_TRUE(succeeded(all));
    ASSERT_EQ(all->size(), 2U);
    EXPECT_EQ(all->at(0).id, second.id);
    EXPECT_FALSE(all->at(0).by);
    EXPECT_EQ(all->at(1).drawings, first.drawings);
    ASSERT_TRUE(all->at(1).by);
    EXPECT_EQ(all->at(1).by->name, "marie");
    EXPECT_EQ(all->at(1).by->id, marie.id);
    EXPECT_EQ(store_->duplicate_dismissals(shapes_project, 1)->size(), 1U);
    EXPECT_TRUE(failed_with(store_->duplicate_dismissals(shapes_project, 0), ErrorKind::invalid));
    const auto events = told(AuditAction::duplicates_dismissed);
    ASSERT_EQ(events.size(), 2U);
    EXPECT_EQ(events[0].by->name, "operator");
    EXPECT_EQ(events[1].subject, to_string(first.id));
    EXPECT_EQ(events[1].details, R"({"count":2,"drawings":[")" + to_string(drawings[0]) + R"(",")" +
                                     to_string(drawings[1]) + R"("]})");
}

TEST_P(DismissalsContract, AreSaidOnceOfTheSameDrawings) {
    const auto drawings = drawn(2);
    const auto first = dismissed(drawings, by_ada);
    EXPECT_EQ(dismissed(drawings, std::nullopt).id, first.id);
    EXPECT_THAT(kept(), ElementsAre(first.id));
    EXPECT_EQ(told(AuditAction::duplicates_dismissed).size(), 1U);
}

TEST_P(DismissalsContract, AreTakenBackInTheirProjectAlone) {
    const auto dismissal = dismissed(drawn(2), by_ada);
    const auto birds = store_->add_project({0, "birds", "Birds"}, by_ada).value().id;
    EXPECT_THAT(kept(birds), IsEmpty());
    EXPECT_TRUE(
        failed_with(store_->restore_duplicates(dismissal.id, birds, by_ada), ErrorKind::not_found));
    ASSERT_TRUE(succeeded(store_->restore_duplicates(dismissal.id, shapes_project, by_ada)));
    EXPECT_THAT(kept(), IsEmpty());
    EXPECT_TRUE(failed_with(store_->restore_duplicates(dismissal.id, shapes_project, by_ada),
                            ErrorKind::not_found));
    const auto events = told(AuditAction::duplicates_restored);
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].subject, to_string(dismissal.id));
}

TEST_P(DismissalsContract, AreOfDrawingsThatAreThere) {
    DuplicateDismissal dismissal;
    const auto refused = [&](std::vector<Uuid> drawings, ErrorKind kind) {
        dismissal.drawings = std::move(drawings);
        EXPECT_TRUE(failed_with(store_->dismiss_duplicates(dismissal), kind));
    };
    const auto drawings = drawn(2);
    refused({}, ErrorKind::invalid);
    refused({drawings[0]}, ErrorKind::invalid);
    refused({drawings[0], drawings[0]}, ErrorKind::invalid);
    refused({drawings[1], drawings[0]}, ErrorKind::invalid);
    refused(std::vector<Uuid>(most_dismissed + 1), ErrorKind::invalid);
    refused({drawings[0], Uuid::v7()}, ErrorKind::not_found);
    const auto gone = store_->change_visibility(
        {{drawings[1], Visibility::deleted, by_ada, now(), VersionCondition::any()}});
    ASSERT_TRUE(succeeded(gone));
    refused(drawings, ErrorKind::not_found);
    dismissal.project = store_->add_project({0, "birds", "Birds"}, by_ada).value().id;
    refused({drawings[0], stored(make_submission()).id}, ErrorKind::not_found);
    EXPECT_THAT(kept(), IsEmpty());
}

TEST_P(DismissalsContract, AreOfAsManyDrawingsAsAreCompared) {
    std::vector<std::future<Result<SubmitResult>>> many;  // waiting together, they share commits
    DuplicateDismissal dismissal;
    while (dismissal.drawings.size() < most_dismissed) {
        for (int i = 0; i < 1000; ++i) many.push_back(submit_async(make_submission()));
        for (auto& each : many) dismissal.drawings.push_back(each.get()->drawing.id);
        many.clear();
    }
    std::sort(dismissal.drawings.begin(), dismissal.drawings.end());
    const auto kept_one = store_->dismiss_duplicates(dismissal);
    ASSERT_TRUE(succeeded(kept_one));
    ASSERT_EQ(kept().size(), 1U);
    EXPECT_EQ(store_->duplicate_dismissals(shapes_project, 1)->front().drawings,
              dismissal.drawings);
    EXPECT_EQ(store_->dismiss_duplicates(dismissal)->id, kept_one->id);
}

TEST_P(DismissalsContract, AreNobodysOnceTheAccountIsGone) {
    const auto ada = add_user("ada", Role::admin);
    const auto marie = add_user("marie", Role::annotator);
    const auto dismissal = dismissed(drawn(2), Author{marie.id, "marie"});
    ASSERT_TRUE(succeeded(store_->delete_user(marie.id, ada.id)));
    const auto all = store_->duplicate_dismissals(shapes_project, 100);
    ASSERT_TRUE(succeeded(all));
    ASSERT_EQ(all->size(), 1U);
    EXPECT_EQ(all->front().id, dismissal.id);
    EXPECT_FALSE(all->front().by);
}

}  // namespace
}  // namespace croquis::store
