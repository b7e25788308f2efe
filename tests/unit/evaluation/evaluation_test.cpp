#include "learning/evaluation/evaluation.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>

#include "support/temp_folder.h"

namespace croquis::learning {
namespace {

/// Says "star" of everything, or fails.
class Starry : public recognition::Recognizer {
  public:
    explicit Starry(bool broken = false) : broken_(broken) {
        info_.id = "starry-1";
        info_.labels = {"star", "circle", "unknown"};
    }
    [[nodiscard]] const recognition::ModelInfo& info() const override { return info_; }
    Result<std::vector<recognition::Prediction>> recognise(
        std::span<const drawing::ModelInput> batch) override {
        if (broken_) return Error{ErrorKind::internal, "The engine failed."};
        most = std::max(most, batch.size());
        return std::vector<recognition::Prediction>(batch.size(),
                                                    {"star", 0.8F, {0.8F, 0.1F, 0.1F}});
    }
    [[nodiscard]] Result<std::unique_ptr<recognition::Recognizer>> clone() const override {
        return std::unique_ptr<recognition::Recognizer>(std::make_unique<Starry>(broken_));
    }
    std::size_t most = 0;  ///< inputs in one call

  private:
    recognition::ModelInfo info_;
    bool broken_;
};

std::string drawing_of(const std::string& word, int id) {
    return R"({"word":")" + word + R"(","key_id":")" + std::to_string(id) +
           R"(","drawing":[[[0,10,20],[0,30,5]]]})" + "\n";
}

class EvaluationTest : public testing::Test {
  protected:
    std::filesystem::path write(const std::string& name, const std::string& text) {
        std::ofstream(scratch.path() / name, std::ios::binary) << text;
        return scratch.path() / name;
    }
    testing_support::TempFolder scratch;
};

TEST_F(EvaluationTest, CountsWordsThatAreNoLabelsAsUnknown) {
    Starry model;
    const auto data = write("a.ndjson", drawing_of("star", 1) + drawing_of("circle", 2) +
                                            drawing_of("kangaroo <b>", 3) + "broken\n");
    const auto evaluation = evaluate(model, data, {});
    ASSERT_TRUE(evaluation);
    EXPECT_EQ(evaluation->report.shapes, 2U);
    EXPECT_EQ(evaluation->report.out_of_distribution, 1U);
    EXPECT_DOUBLE_EQ(evaluation->report.accuracy.part(), 0.5);
    EXPECT_EQ(evaluation->unreadable.size(), 1U);
    ASSERT_EQ(evaluation->failures.size(), 2U);
    EXPECT_EQ(evaluation->failures[0].outcome.label, "circle");
    EXPECT_EQ(evaluation->failures[1].outcome.label, "unknown");
    const auto written = to_json(*evaluation).at("failures").at(0);
    EXPECT_EQ(written.at("label"), "circle");
    EXPECT_EQ(written.at("predicted"), "star");
}

TEST_F(EvaluationTest, AsksInBatchesTheModelAccepts) {
    Starry model;
    std::string text;
    for (int i = 0; i < 200; ++i) text += drawing_of("star", i);
    const auto evaluation = evaluate(model, write("a.ndjson", text), {});
    ASSERT_TRUE(evaluation);
    EXPECT_EQ(evaluation->report.shapes, 200U);
    EXPECT_LE(model.most, 256U);
}

TEST_F(EvaluationTest, PassesOnTheModelsError) {
    Starry model(true);
    const auto evaluation = evaluate(model, write("a.ndjson", drawing_of("star", 1)), {});
    ASSERT_FALSE(evaluation);
    EXPECT_EQ(evaluation.error().kind, ErrorKind::internal);
}

TEST_F(EvaluationTest, ReportsTheSameThreeWays) {
    Starry model;
    DatasetOptions options;
    options.leave_out.insert("9");
    const auto data =
        write("a.ndjson", drawing_of("star", 1) + drawing_of("circle", 2) + drawing_of("star", 9));
    const auto evaluation = evaluate(model, data, options);
    ASSERT_TRUE(evaluation);
    const auto object = to_json(*evaluation);
    EXPECT_EQ(object.at("left_out").to_number<int>(), 1);
    EXPECT_DOUBLE_EQ(object.at("report").at("accuracy").as_double(), 0.5);
    EXPECT_NE(to_text(*evaluation).find("1 drawing is left out"), std::string::npos);
    const std::string page = to_html(*evaluation);
    EXPECT_NE(page.find("50.0 %"), std::string::npos);
    EXPECT_NE(page.find("data:image/png;base64,"), std::string::npos);
    for (const auto* outside : {"<script", "src=\"http", "href=\"http", "url("})
        EXPECT_EQ(page.find(outside), std::string::npos) << outside;
}

TEST_F(EvaluationTest, CountsOneAsOne) {
    Starry model;
    auto evaluation = evaluate(model, write("a.ndjson", drawing_of("star", 1) + "{}\n"), {});
    ASSERT_TRUE(evaluation);
    const auto says = [&](const std::string& text) {
        EXPECT_NE(to_text(*evaluation).find(text), std::string::npos) << to_text(*evaluation);
    };
    evaluation->not_one_label = 1;
    says("1 drawing is passed over: it has no label, or several\n");
    says("1 drawing cannot be read:\n");
    says("    1 drawing   confidence");
    evaluation->not_one_label = 2;
    evaluation->unreadable.emplace_back("another");
    says("2 drawings are passed over: they have no label, or several\n");
    says("2 drawings cannot be read:\n");
}

TEST_F(EvaluationTest, SaysWhatIsNotKnownToBeNew) {
    Starry model;
    auto evaluation = evaluate(model, write("a.ndjson", drawing_of("star", 1)), {});
    ASSERT_TRUE(evaluation);
    EXPECT_EQ(to_text(*evaluation).find("left out"), std::string::npos);
    evaluation->remark = "Nothing is known <of it>";
    EXPECT_NE(to_text(*evaluation).find("Nothing is known <of it>"), std::string::npos);
    EXPECT_NE(to_html(*evaluation).find("Nothing is known &lt;of it"), std::string::npos);
    EXPECT_EQ(to_json(*evaluation).at("remark"), "Nothing is known <of it>");
    DatasetOptions options;
    options.leave_out.insert("9");
    const auto none = evaluate(model, scratch.path() / "a.ndjson", options);
    EXPECT_NE(to_text(*none).find("0 drawings are left out"), std::string::npos);
}

TEST_F(EvaluationTest, MeasuresNoAccuracyWithoutAShape) {
    Starry model;
    const auto evaluation = evaluate(model, write("a.ndjson", drawing_of("kangaroo", 1)), {});
    ASSERT_TRUE(evaluation);
    const auto text = to_text(*evaluation);
    EXPECT_EQ(text.find("accuracy       "), std::string::npos);
    EXPECT_NE(text.find("rejection rate         0.0 %"), std::string::npos);
    EXPECT_NE(text.find("calibration error, all 0.800"), std::string::npos);
    EXPECT_EQ(to_html(*evaluation).find("<span>accuracy"), std::string::npos);
}

}  // namespace
}  // namespace croquis::learning
