// The audit log is written with what it tells of, and what is kept of a person can be forgotten.
#include <algorithm>

#include "contract/store/fixture.h"

namespace croquis::store {
namespace {

Label named(const std::string& name) {
    Label label;
    label.name = name;
    label.titles = "{}";
    return label;
}

class AuditContract : public StoreContract {
  protected:
    std::vector<AuditEvent> log(AuditQuery query = {}) {
        const auto events = store_->audit(query);
        EXPECT_TRUE(succeeded(events));
        return events ? *events : std::vector<AuditEvent>();
    }
    /// "action subject by" of each, newest first.
    std::vector<std::string> told(const AuditQuery& query = {}) {
        std::vector<std::string> lines;
        for (const auto& event : log(query))
            lines.push_back(std::string(to_string(event.action)) + " " + event.subject + " " +
                            (event.by ? event.by->name : "-"));
        return lines;
    }
    void make_visible(const Drawing& drawing, Visibility to, int version) {
        const auto done = store_->change_visibility({{drawing.id, to, by_ada, now(), version}});
        ASSERT_TRUE(succeeded(done));
        EXPECT_TRUE(succeeded(done->front()));
    }
};

TEST_P(AuditContract, TellsOfWhatIsHiddenShownAndDeleted) {
    const auto drawing = stored(make_submission());
    const auto id = to_string(drawing.id);
    EXPECT_TRUE(log().empty());
    make_visible(drawing, Visibility::hidden, 1);
    make_visible(drawing, Visibility::shown, 2);
    make_visible(drawing, Visibility::deleted, 3);
    EXPECT_THAT(told(), testing::ElementsAre("drawing.deleted " + id + " ada",
                                             "drawing.shown " + id + " ada",
                                             "drawing.hidden " + id + " ada"));
    const auto deleted = log().front();
    EXPECT_EQ(deleted.by->id, by_ada.id);
    EXPECT_EQ(deleted.details, R"({"sha256":")" + to_hex(drawing.sha256) + R"("})");
    EXPECT_EQ(deleted.project, shapes_project);
    EXPECT_EQ(deleted.project_slug, "shapes");
}

TEST_P(AuditContract, ARefusedChangeIsNotTold) {
    const auto drawing = stored(make_submission());
    const auto refused =
        store_->change_visibility({{drawing.id, Visibility::deleted, by_ada, now(), 7}});
    ASSERT_TRUE(succeeded(refused));
    EXPECT_TRUE(failed_with(refused->front(), ErrorKind::precondition_failed));
    EXPECT_TRUE(failed_with(store_->add_label(shapes_project, named("circle"), {}, by_ada),
                            ErrorKind::conflict));
    const auto ada = add_user("ada", Role::admin);
    EXPECT_TRUE(failed_with(store_->delete_user(ada.id, ada.id), ErrorKind::conflict));
    EXPECT_THAT(told(), testing::ElementsAre("user.added ada operator"));
}

TEST_P(AuditContract, TellsOfWhatIsTakenBackByWhoeverDrewIt) {
    auto submission = make_submission();
    submission.withdrawal = sha256(as_bytes("token"));
    const auto drawing = stored(std::move(submission));
    ASSERT_TRUE(
        succeeded(store_->withdraw({drawing.id, sha256(as_bytes("token")), now(), std::nullopt})));
    EXPECT_THAT(told(), testing::ElementsAre("drawing.withdrawn " + to_string(drawing.id) + " -"));
}

TEST_P(AuditContract, TellsOfLabelsAndProjects) {
    const auto birds = store_->add_project({0, "birds", "Birds"}, by_ada);
    ASSERT_TRUE(succeeded(birds));
    ProjectChange change;
    change.retention_days = std::optional(30);
    ASSERT_TRUE(succeeded(store_->change_project("birds", change, by_ada)));
    change = {};
    change.archived_at = std::optional(now());
    ASSERT_TRUE(succeeded(store_->change_project("birds", change, by_bob)));
    for (const char* name : {"owl", "penguin"})
        ASSERT_TRUE(succeeded(store_->add_label(birds->id, named(name), {}, by_ada)));
    LabelChange renamed;
    renamed.titles = R"({"fr":"chouette"})";
    ASSERT_TRUE(succeeded(store_->change_label(birds->id, "owl", renamed, by_ada)));
    ASSERT_TRUE(succeeded(store_->merge_label(birds->id, {"owl", "penguin", by_bob, now(), 10})));
    ASSERT_TRUE(succeeded(store_->merge_label(birds->id, {"owl", "penguin", by_bob, now(), 10})));
    LabelChange retired;
    retired.retired = true;
    ASSERT_TRUE(succeeded(store_->change_label(birds->id, "penguin", retired, by_ada)));
    EXPECT_THAT(told(),
                testing::ElementsAre("label.retired penguin ada", "label.merged owl bob",
                                     "label.changed owl ada", "label.added penguin ada",
                                     "label.added owl ada", "project.archived birds bob",
                                     "project.changed birds ada", "project.added birds ada"));
    const auto events = log();
    EXPECT_EQ(events[1].details, R"({"into":"penguin"})");
    EXPECT_EQ(events[2].details, R"({"titles":{"fr":"chouette"}})");
    EXPECT_EQ(events[2].project_slug, "birds");
    EXPECT_EQ(events[6].details, R"({"retention_days":30})");
}

TEST_P(AuditContract, TellsOfModelsThatBecomeLive) {
    for (const char* id : {"m1", "m2"})
        ASSERT_TRUE(succeeded(
            store_->add_model({id, "{}", {}, ModelState::candidate, now()}, random_bytes(8))));
    ASSERT_TRUE(succeeded(store_->promote_model("m1", {by_ada})));
    ASSERT_TRUE(succeeded(store_->promote_model("m2", {by_ada})));
    ASSERT_TRUE(succeeded(store_->promote_model("m2", {by_ada})));
    ASSERT_TRUE(succeeded(store_->promote_model("m1", {by_bob, true})));
    EXPECT_THAT(told(), testing::ElementsAre("model.rolled_back m1 bob", "model.promoted m2 ada",
                                             "model.promoted m1 ada"));
    EXPECT_EQ(log().front().details, R"({"before":"m2"})");
}

TEST_P(AuditContract, TellsOfAccountsAndKeepsNoSecret) {
    const auto ada = add_user("ada", Role::admin);
    const User bob{Uuid::v7(), "bob", "$argon2id$old", Role::annotator, false, now()};
    ASSERT_TRUE(succeeded(store_->add_user(bob, ada.id)));
    AccountChange change;
    change.role = Role::admin;
    change.password_hash = "$argon2id$new";
    ASSERT_TRUE(succeeded(store_->change_user(bob.id, change, ada.id)));
    ASSERT_TRUE(succeeded(store_->renew_password(
        "$argon2id$new", "$argon2id$own",
        {sha256(as_bytes("t")), bob.id, Uuid::v7(), now() + std::chrono::hours(1)})));
    ASSERT_TRUE(succeeded(store_->rehash_password(bob.id, "$argon2id$own", "$argon2id$more")));
    ASSERT_TRUE(succeeded(store_->delete_user(bob.id, ada.id)));
    EXPECT_THAT(told(), testing::ElementsAre("user.deleted bob ada", "password.changed bob bob",
                                             "password.changed bob ada", "user.changed bob ada",
                                             "user.added bob ada", "user.added ada operator"));
    for (const auto& event : log())
        EXPECT_EQ(event.details.find("argon2"), std::string::npos) << event.details;
}

TEST_P(AuditContract, TellsOfImportsThatStart) {
    Job job;
    job.id = Uuid::v7();
    job.kind = "import";
    job.created_by = by_ada;
    job.created_at = job.due_at = now();
    const auto added = store_->add_job(job, OpenAtOnce::any);
    ASSERT_TRUE(succeeded(added));
    EXPECT_EQ(added->project_slug, "shapes");
    job.id = Uuid::v7();
    job.kind = "teach";
    ASSERT_TRUE(succeeded(store_->add_job(job, OpenAtOnce::any)));
    EXPECT_THAT(told(), testing::ElementsAre("import.started " + to_string(added->id) + " ada"));
    AuditEvent exported;
    exported.by = by_bob;
    exported.action = AuditAction::export_started;
    exported.subject = "shapes";
    ASSERT_TRUE(succeeded(store_->record(exported)));
    EXPECT_EQ(told().front(), "export.started shapes bob");
}

TEST_P(AuditContract, IsReadPageByPageAndFiltered) {
    std::vector<Timestamp> times;
    for (int n = 0; n < 5; ++n) {
        times.push_back(now());
        ASSERT_TRUE(succeeded(store_->add_label(shapes_project, named("label" + std::to_string(n)),
                                                {}, n % 2 == 0 ? by_ada : by_bob)));
    }
    AuditQuery query;
    query.limit = 2;
    std::vector<std::string> subjects;
    for (;;) {
        const auto page = log(query);
        for (const auto& event : page) subjects.push_back(event.subject);
        if (page.size() < query.limit) break;
        query.after = page.back().id;
    }
    EXPECT_THAT(subjects, testing::ElementsAre("label4", "label3", "label2", "label1", "label0"));
    query = {};
    query.actor = "bob";
    EXPECT_EQ(log(query).size(), 2U);
    query = {};
    query.subject = "label2";
    EXPECT_EQ(log(query).size(), 1U);
    query.action = AuditAction::label_retired;
    EXPECT_TRUE(log(query).empty());
    query = {};
    query.since = times[1];
    query.until = times[3];
    EXPECT_THAT(told(query),
                testing::ElementsAre("label.added label2 ada", "label.added label1 bob"));
    for (const std::size_t wrong : {std::size_t{0}, std::size_t{201}}) {
        query = {};
        query.limit = wrong;
        EXPECT_TRUE(failed_with(store_->audit(query), ErrorKind::invalid, "limit"));
    }
}

TEST_P(AuditContract, APersonsDrawingsAreFoundByPseudonym) {
    for (int n = 0; n < 3; ++n) {
        auto submission = make_submission();
        submission.pseudonym = n == 1 ? "lou" : "sam";
        stored(std::move(submission));
    }
    const auto found = store_->drawings_drawn_by({"sam"});
    ASSERT_TRUE(succeeded(found));
    ASSERT_EQ(found->size(), 2U);
    EXPECT_EQ(store_->drawings_drawn_by({"sam", found->front().id})->size(), 1U);
    make_visible(found->front(), Visibility::hidden, 1);
    EXPECT_EQ(store_->drawings_drawn_by({"sam"})->size(), 2U);
    make_visible(found->front(), Visibility::deleted, 2);
    EXPECT_EQ(store_->drawings_drawn_by({"sam"})->size(), 1U);
    EXPECT_TRUE(store_->drawings_drawn_by({"nobody"})->empty());
    EXPECT_TRUE(
        failed_with(store_->drawings_drawn_by({"sam", {}, 0}), ErrorKind::invalid, "limit"));
}

TEST_P(AuditContract, ANameIsForgottenButNotWhatWasSaid) {
    const auto account = add_user("sam");
    const Author without{std::nullopt, "sam"};
    const Author with{account.id, "sam"};
    const auto mine = stored(make_submission());
    const auto theirs = stored(make_submission());
    ASSERT_TRUE(succeeded(store_->change_tag({mine.id, "square", without, now(), "my word", 1})));
    ASSERT_TRUE(succeeded(store_->change_tag({theirs.id, "square", with, now(), "", 1})));
    const auto said = store_->said_by({"sam"});
    ASSERT_TRUE(succeeded(said));
    ASSERT_EQ(said->size(), 1U);
    EXPECT_EQ(said->front().drawing, mine.id);
    EXPECT_EQ(said->front().event.to, "square");
    EXPECT_EQ(store_->forget_name("sam", {mine.id, theirs.id}).value(), 1U);
    EXPECT_TRUE(store_->said_by({"sam"})->empty());

    const auto left = store_->drawing(mine.id);
    EXPECT_EQ(left->tag, "square");
    EXPECT_EQ(left->tagged_by, forgotten_name);
    const auto event = store_->history(mine.id)->back();
    EXPECT_EQ(event.by, forgotten_name);
    EXPECT_EQ(event.note, "");
    EXPECT_EQ(event.to, "square");
    // An account's word stays its own.
    EXPECT_EQ(store_->drawing(theirs.id)->tagged_by, "sam");
    EXPECT_EQ(store_->history(theirs.id)->back().by, "sam");
}

TEST_P(AuditContract, AForgottenNameIsTakenOutOfTheParametersOfJobs) {
    const auto queued = [&](const std::string& parameters) {
        Job job;
        job.id = Uuid::v7();
        job.kind = "import";
        job.parameters = parameters;
        job.created_at = job.due_at = now();
        return store_->add_job(job, OpenAtOnce::any).value().id;
    };
    const auto sams = queued(R"({"pseudonym":"Sam Ö./?","map":{"Rond":"circle"}})");
    const std::string others = R"({"pseudonym":"Zoé"})";
    const auto zoes = queued(others);
    const auto none = queued("{}");
    ASSERT_TRUE(succeeded(store_->forget_name("Sam Ö./?", {})));
    const auto left = store_->job(sams)->parameters;
    EXPECT_THAT(left, testing::Not(testing::HasSubstr("Sam")));
    EXPECT_THAT(left, testing::HasSubstr("Rond"));
    EXPECT_EQ(store_->job(zoes)->parameters, others);
    EXPECT_EQ(store_->job(none)->parameters, "{}");
}

INSTANTIATE_TEST_SUITE_P(Stores, AuditContract, testing::ValuesIn(kinds()), kind_name);

}  // namespace
}  // namespace croquis::store
