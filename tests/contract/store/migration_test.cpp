#include <algorithm>
#include <filesystem>

#include "contract/store/fixture.h"
#include "store/asking.h"
#include "store/migrations.h"

namespace croquis::store {
namespace {

/// A store as the first schema left it, with a row of every kind, then brought up to date.
class UpgradeContract : public StoreContract {
  protected:
    static constexpr const char* card = R"({"labels":["star","cat","unknown","heart"]})";

    void SetUp() override {
        url_ = GetParam().fresh(keeper_);
        sqlite_ = GetParam().name == "sqlite";
        take(steps().front());
        account("a1", "ada", 100);
        model("with-unknown", card, "live");
        model("without", R"({"labels":["star","heart"]})", "candidate");
        model("unreadable", "{not JSON", "retired");
    }

    std::span<const Migration> steps() const {
        return sqlite_ ? sqlite_migrations() : postgres_migrations();
    }
    void sql(const std::string& statement) { GetParam().sql(url_, statement); }

    /// Applies one step as migrate() does.
    void take(const Migration& step) {
        sql(sqlite_
                ? "CREATE TABLE schema_migration (version INTEGER PRIMARY KEY, name TEXT NOT "
                  "NULL, checksum TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT"
                : "CREATE TABLE schema_migration (version integer PRIMARY KEY, name text NOT "
                  "NULL, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())");
        sql(std::string(step.sql));
        sql("INSERT INTO schema_migration (version, name, checksum, applied_at) VALUES (" +
            std::to_string(step.version) + ", '" + std::string(step.name) + "', '" +
            checksum(step) + "', " + at(0) + ")");
    }

    /// `seconds` after a fixed moment, in the database's words.
    static Timestamp moment(int seconds) {
        return Timestamp(std::chrono::seconds(1'790'000'000 + seconds));
    }
    std::string at(int seconds) const { return sql_time(GetParam(), moment(seconds)); }
    std::string bytes(const std::string& hex) const {
        return sqlite_ ? "x'" + hex + "'" : "'\\x" + hex + "'";
    }
    static Uuid id(const std::string& two_digits) {
        return *Uuid::parse("019a0000-0000-7000-8000-0000000000" + two_digits);
    }
    std::string id_value(const std::string& two_digits) const {
        return sqlite_ ? "x'019a000000007000800000000000" + std::string("00") + two_digits + "'"
                       : "'" + to_string(id(two_digits)) + "'";
    }

    void account(const std::string& number, const std::string& name, int created) {
        sql("INSERT INTO account VALUES (" + id_value(number) + ", '" + name +
            "', 'hash', 'annotator', " + (sqlite_ ? "0" : "false") + ", " + at(created) + ")");
    }
    void model(const std::string& name, const std::string& labels, const std::string& state) {
        sql("INSERT INTO model (id, card, sha256, state, created_at, onnx) VALUES ('" + name +
            "', '" + labels + "', " + bytes(std::string(64, 'a')) + ", '" + state + "', " + at(0) +
            ", " + bytes("00") + ")");
    }

    struct Event {
        std::string from;
        std::string to;
        std::string by;
        int seconds = 0;
        std::string reason;
    };
    struct Old {
        std::string number;
        std::string predicted;
        float confidence = 0.5F;
        std::string model = "with-unknown";
        std::vector<float> probabilities = {0.5F, 0.25F, 0.125F, 0.125F};
        std::vector<Event> events = {};
    };

    /// As the first program wrote it.
    void drawing(const Old& old) {
        const auto* raw = reinterpret_cast<const std::uint8_t*>(old.probabilities.data());
        const auto probabilities = to_hex(BytesView(raw, old.probabilities.size() * sizeof(float)));
        const bool reviewed = !old.events.empty();
        content(old.number);
        sql("INSERT INTO drawing (id, " + std::string(sqlite_ ? "content, " : "") +
            "created_at, media_type, width, height, sha256, source, model, predicted_tag, "
            "confidence, confidence_step, probabilities, tag, version, tagged_by, tagged_at) "
            "VALUES (" +
            id_value(old.number) + ", " + (sqlite_ ? std::to_string(++contents_) + ", " : "") +
            at(200) + ", 'image/png', 10, 20, " + bytes(std::string(64, 'b')) + ", 'page', '" +
            old.model + "', '" + old.predicted + "', " + std::to_string(old.confidence) + ", " +
            std::to_string(static_cast<int>(old.confidence * 64)) + ", " + bytes(probabilities) +
            ", '" + (reviewed ? old.events.back().to : old.predicted) + "', " +
            std::to_string(old.events.size() + 1) + ", " +
            (reviewed ? "'" + old.events.back().by + "', " + at(old.events.back().seconds)
                      : "NULL, NULL") +
            ")");
        int version = 1;
        for (const auto& event : old.events)
            sql("INSERT INTO tag_event VALUES (" + id_value(old.number) + ", " +
                std::to_string(++version) + ", '" + event.from + "', '" + event.to + "', '" +
                event.by + "', " + at(event.seconds) + ", '" + event.reason + "')");
    }
    void content(const std::string& number) {
        if (sqlite_)
            sql("INSERT INTO drawing_content (image, strokes) VALUES (x'0102', '[]')");
        else
            sql("INSERT INTO drawing_content VALUES (" + id_value(number) + ", '\\x0102', '[]')");
    }

    void upgrade() {
        store_ = open_another();
        ASSERT_TRUE(store_);
        const auto applied = store_->migrate();
        ASSERT_TRUE(succeeded(applied));
        EXPECT_EQ(applied->size(), steps().size() - 1);
    }
    Drawing upgraded(const std::string& number) { return store_->drawing(id(number)).value(); }
    std::vector<TagEvent> history(const std::string& number) {
        return store_->history(id(number)).value();
    }
    bool waits_for_review(const std::string& number) {
        Query query;
        query.reviewed = false;
        const auto waiting = all_pages(query);
        return std::find(waiting.begin(), waiting.end(), id(number)) != waiting.end();
    }
    static std::vector<TagEventKind> kinds_of(const std::vector<TagEvent>& events) {
        std::vector<TagEventKind> kinds;
        for (const auto& event : events) kinds.push_back(event.kind);
        return kinds;
    }

    bool sqlite_ = false;
    int contents_ = 0;
};
INSTANTIATE_TEST_SUITE_P(Stores, UpgradeContract, testing::ValuesIn(kinds()), kind_name);

using testing::ElementsAre;
using enum TagEventKind;

TEST_P(UpgradeContract, KeepsWhatWasThere) {
    drawing({"01", "star"});
    drawing({"02", "star", 0.5F, "with-unknown", {0.5F}, {{"star", "heart", "ada", 300, "no!"}}});
    upgrade();
    const auto first = upgraded("01");
    EXPECT_EQ(first.tag, "star");
    EXPECT_EQ(first.version, 1);
    EXPECT_EQ(first.project, shapes_project);
    EXPECT_FALSE(first.tagged_by);
    EXPECT_FALSE(first.external_id);
    EXPECT_EQ(first.prediction.confidence, 0.5F);
    EXPECT_EQ(first.prediction.probabilities, (std::vector<float>{0.5F, 0.25F, 0.125F, 0.125F}));
    EXPECT_EQ(store_->image(first.id)->bytes, (Bytes{1, 2}));
    EXPECT_EQ(*store_->strokes(first.id), "[]");
    const auto second = upgraded("02");
    EXPECT_EQ(second.tag, "heart");
    EXPECT_EQ(second.tagged_by, "ada");
    EXPECT_EQ(second.tagged_by_id, id("a1"));
    EXPECT_EQ(second.tagged_at, moment(300));
    EXPECT_EQ(history("02").back().note, "no!");
    EXPECT_EQ(store_->live_model()->id, "with-unknown");
    EXPECT_EQ(store_->live_model()->kind, ModelKind::trunk);
    EXPECT_EQ(store_->live_model()->lineage, "{}");
    EXPECT_EQ(store_->models()->size(), 3u);
    EXPECT_EQ(store_->user_by_name("ada")->id, id("a1"));
    EXPECT_TRUE(store_->workers(now())->empty());
    EXPECT_TRUE(store_->duplicate_dismissals(shapes_project, 1)->empty());
    EXPECT_TRUE(succeeded(submit(make_submission())));
    EXPECT_TRUE(succeeded(store_->change_tag({first.id, "star", by_ada, now(), "", 1})));
}

TEST_P(UpgradeContract, OfTheStatesOfAModelThoseThatAreUsedAreLeft) {
    const auto states = std::string(sqlite_ ? "PRAGMA ignore_check_constraints = ON; " : "");
    if (!sqlite_) sql("ALTER TABLE model DROP CONSTRAINT model_state_check");
    for (const char* gone : {"shadow", "rejected"})
        sql(states + "INSERT INTO model (id, card, sha256, state, created_at, onnx) SELECT '" +
            gone + "', card, sha256, '" + gone + "', created_at, " + bytes("0102") +
            " FROM model WHERE id = 'without'");
    if (!sqlite_)
        sql("ALTER TABLE model ADD CONSTRAINT model_state_check CHECK (state <> '') NOT VALID");
    upgrade();
    EXPECT_EQ(store_->model("shadow")->state, ModelState::candidate);
    EXPECT_EQ(store_->model("rejected")->state, ModelState::retired);
    EXPECT_EQ(store_->model("without")->state, ModelState::candidate);
    EXPECT_EQ(store_->model("unreadable")->state, ModelState::retired);
    EXPECT_EQ(store_->model_onnx("shadow").value(), (Bytes{1, 2}));
    for (const char* gone : {"shadow", "rejected"}) {
        const auto move = std::string("UPDATE model SET state = '") + gone + "'";
        EXPECT_THROW(sql(move + " WHERE id = 'without'"), std::runtime_error);
    }
    // One is live in a project, as before, and what rests on a model still does.
    EXPECT_THROW(sql("UPDATE model SET state = 'live' WHERE id = 'without'"), std::runtime_error);
    ASSERT_TRUE(succeeded(store_->promote_model("without")));
    EXPECT_EQ(store_->model("with-unknown")->state, ModelState::retired);
}

TEST_P(UpgradeContract, DerivesTheKindOfEachEvent) {
    drawing({"01",
             "star",
             0.5F,
             "with-unknown",
             {0.5F},
             {{"star", "star", "ada", 300, "accepted"},
              {"star", "heart", "ada", 301, "corrected"},
              {"heart", "star", "ada", 302, "undone"},
              {"star", "line", "ada", 303, "a line, clearly"},
              {"line", "circle", "ada", 304, "undone"}}});
    upgrade();
    const auto events = history("01");
    EXPECT_THAT(kinds_of(events),
                ElementsAre(predicted, accepted, corrected, undone, corrected, corrected));
    EXPECT_EQ(events[3].undoes, 3);
    EXPECT_FALSE(events[4].undoes);
    std::vector<std::string> notes;
    for (const auto& event : events) notes.push_back(event.note);
    EXPECT_THAT(notes, ElementsAre("", "", "", "", "a line, clearly", "undone"));
}

TEST_P(UpgradeContract, WhatWasUndoneIsAsItWasBefore) {
    const Event corrected_by_ada{"star", "heart", "ada", 300, "corrected"};
    const Event undone_by_bob{"heart", "star", "bob", 301, "undone"};
    drawing({"01", "star", 0.5F, "with-unknown", {0.5F}, {corrected_by_ada, undone_by_bob}});
    drawing({"02",
             "star",
             0.5F,
             "with-unknown",
             {0.5F},
             {corrected_by_ada,
              {"heart", "line", "bob", 301, "corrected"},
              {"line", "heart", "bob", 302, "undone"}}});
    drawing({"03",
             "star",
             0.5F,
             "with-unknown",
             {0.5F},
             {corrected_by_ada,
              {"heart", "line", "bob", 301, "corrected"},
              {"line", "heart", "bob", 302, "undone"},
              {"heart", "star", "bob", 303, "undone"}}});
    upgrade();
    EXPECT_FALSE(upgraded("01").tagged_by);
    EXPECT_FALSE(upgraded("01").tagged_at);
    EXPECT_EQ(upgraded("01").version, 3);
    EXPECT_TRUE(waits_for_review("01"));
    EXPECT_EQ(upgraded("02").tagged_by, "ada");
    EXPECT_EQ(upgraded("02").tagged_by_id, id("a1"));
    EXPECT_EQ(upgraded("02").tagged_at, moment(300));
    EXPECT_FALSE(waits_for_review("02"));
    EXPECT_TRUE(waits_for_review("03"));
    const auto undone_now = store_->undo_tag({id("02"), by_bob, now(), 4});
    ASSERT_TRUE(succeeded(undone_now));
    EXPECT_EQ(undone_now->tag, "star");
    EXPECT_TRUE(waits_for_review("02"));
}

TEST_P(UpgradeContract, AnAccountYoungerThanTheEventIsAnotherPerson) {
    const auto by = [&](const std::string& name, int seconds) {
        return std::vector<Event>{{"star", "heart", name, seconds, "corrected"}};
    };
    drawing({"01", "star", 0.5F, "without", {0.5F, 0.5F}, by("ada", 50)});
    drawing({"02", "star", 0.5F, "without", {0.5F, 0.5F}, by("nobody", 300)});
    drawing({"03", "star", 0.5F, "without", {0.5F, 0.5F}, by("Ada", 300)});
    upgrade();
    for (const char* number : {"01", "02"}) {
        EXPECT_FALSE(upgraded(number).tagged_by_id);
        EXPECT_FALSE(history(number).back().by_id);
        EXPECT_TRUE(history(number).back().by);
    }
    EXPECT_EQ(history("03").back().by_id, id("a1"));
}

TEST_P(UpgradeContract, UnknownGetsTheConfidenceThatTheModelGaveIt) {
    const float exact = 0.1234567F;
    drawing({"01", "unknown", 0.84F, "with-unknown", {0.3F, 0.2F, exact, 0.1F}});
    drawing({"02", "unknown", 0.84F, "with-unknown", {0, 0, 1, 0}});
    drawing({"03", "unknown", 0.84F, "with-unknown", {0, 0, 1e-30F, 0}});
    drawing({"04", "unknown", 0.84F, "without", {0.16F, 0.15F}});
    drawing({"05", "unknown", 0.84F, "unreadable", {0.16F, 0.15F}});
    drawing({"06", "unknown", 0.84F, "never registered", {0.16F, 0.15F}});
    drawing({"07", "star", 0.84F, "with-unknown", {0.84F, 0, 0.1F, 0}});
    upgrade();
    EXPECT_EQ(upgraded("01").prediction.confidence, exact);
    EXPECT_EQ(upgraded("02").prediction.confidence, 1);
    EXPECT_EQ(upgraded("03").prediction.confidence, 0);
    EXPECT_EQ(upgraded("04").prediction.confidence, 0);
    EXPECT_EQ(upgraded("06").prediction.confidence, 0.84F);
    EXPECT_EQ(upgraded("07").prediction.confidence, 0.84F);
}

TEST_P(UpgradeContract, WhatIsStoredStandsInTheQueueByItsMargin) {
    std::vector<std::pair<int, Uuid>> expected;
    for (int i = 0; i < 24; ++i) {
        const float best = 0.3F + 0.02F * static_cast<float>(i);
        const std::vector<float> probabilities{0.1F, best, 1e-30F, 0.25F};
        const auto number = std::to_string(10 + i);
        drawing({number, "cat", best, "with-unknown", probabilities});
        expected.emplace_back(queue_place(id(number), probabilities), id(number));
    }
    upgrade();
    std::sort(expected.begin(), expected.end());
    Query query;
    query.order = Order::most_telling_first;
    const auto order = all_pages(query);
    ASSERT_EQ(order.size(), expected.size());
    for (std::size_t i = 0; i < order.size(); ++i) EXPECT_EQ(order[i], expected[i].second) << i;
}

TEST_P(UpgradeContract, AFileIsCopiedAsItWasBefore) {
    drawing({"01", "star"});
    store_ = open_another();
    const auto copied = store_->back_up_before_migration();
    ASSERT_TRUE(succeeded(copied));
    ASSERT_EQ(copied->has_value(), sqlite_);
    ASSERT_TRUE(succeeded(store_->migrate()));
    EXPECT_FALSE(store_->back_up_before_migration()->has_value());
    if (!sqlite_) return;
    const auto mode = std::filesystem::status(**copied).permissions();
    EXPECT_EQ(mode, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    EXPECT_FALSE(std::filesystem::exists(**copied + ".partial"));
    const auto copy = open_store("sqlite:" + **copied, {}, metrics_).value();
    EXPECT_EQ(*copy->schema_version(), 1);
    ASSERT_TRUE(succeeded(copy->migrate()));
    EXPECT_EQ(copy->drawing(id("01"))->tag, "star");
}

TEST_P(UpgradeContract, WhatTheLiveModelKnewStaysAssignable) {
    drawing({"01", "star"});
    upgrade();
    std::vector<std::string> names;
    for (const auto& label : *store_->labels(shapes_project)) names.push_back(label.name);
    EXPECT_EQ(names.size(), 18u);
    EXPECT_EQ(names.back(), "cat");
    EXPECT_TRUE(succeeded(store_->change_tag({id("01"), "cat", by_ada, now(), "", 1})));
}

}  // namespace
}  // namespace croquis::store
