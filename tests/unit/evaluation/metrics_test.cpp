#include "learning/evaluation/metrics.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cmath>

namespace croquis::learning {
namespace {

const std::vector<std::string> order{"circle", "ellipse", "square", "star", "unknown"};

Outcome said(std::string truth, std::string answer, float confidence) {
    return {"id", std::move(truth), std::move(answer), confidence};
}

Interval interval_of(std::size_t some, std::size_t all) {
    return Share{some, all}.interval();
}

/// Worked out by hand below.
Report example() {
    return measure({said("circle", "circle", 0.95F), said("circle", "ellipse", 0.55F),
                    said("circle", "star", 0.91F), said("star", "star", 0.85F),
                    said("star", "unknown", 0.6F), said("unknown", "unknown", 0.9F),
                    said("unknown", "circle", 0.45F), said("unknown", "unknown", 0.7F)},
                   order);
}

TEST(Metrics, CountsShapesAndOthersApart) {
    const Report report = example();
    EXPECT_EQ(report.shapes, 5U);
    EXPECT_EQ(report.out_of_distribution, 3U);
    EXPECT_DOUBLE_EQ(report.accuracy.part(), 2.0 / 5);
    EXPECT_DOUBLE_EQ(report.merged_accuracy.part(), 3.0 / 5);
    EXPECT_DOUBLE_EQ(report.rejected_shapes.part(), 1.0 / 5);
    EXPECT_DOUBLE_EQ(report.rejected_ood.part(), 2.0 / 3);
}

TEST(Metrics, FillsTheConfusionMatrixInTheModelsOrder) {
    const Report report = example();
    EXPECT_EQ(report.labels, (std::vector<std::string>{"circle", "ellipse", "star", "unknown"}));
    const std::vector<std::vector<std::size_t>> expected{
        {1, 1, 1, 0}, {0, 0, 0, 0}, {0, 0, 1, 1}, {1, 0, 0, 2}};
    EXPECT_EQ(report.confusion, expected);
    EXPECT_DOUBLE_EQ(report.scores[0].precision, 1.0 / 2);
    EXPECT_DOUBLE_EQ(report.scores[0].recall, 1.0 / 3);
    EXPECT_DOUBLE_EQ(report.scores[1].recall, 0);
    EXPECT_DOUBLE_EQ(report.scores[3].precision, 2.0 / 3);
}

TEST(Metrics, ExpectedCalibrationErrorMatchesTheSum) {
    // Answered shapes: bin 0.5-0.6 one at 0.55 wrong; 0.8-0.9 one at 0.85 right; 0.9-1 two at
    // 0.95 right and 0.91 wrong: (|0.55-0| + |0.85-1| + 2 |0.93-0.5|) / 4.
    EXPECT_NEAR(example().calibration_error, (0.55 + 0.15 + 2 * 0.43) / 4, 1e-6);
}

TEST(Metrics, ReliabilityOfAllAnswersHoldsThatOfUnknown) {
    // Beside those above: 0.6 "unknown" of a star, wrong; 0.9 and 0.7 right; 0.45 circle of none.
    // Bins: 0.4 |0.45|, 0.5 |0.55|, 0.6 |0.6|, 0.7 |0.7-1|, 0.8 |0.85-1|, 0.9 |0.92-2/3| thrice.
    const auto report = example();
    const double sum = 0.45 + 0.55 + 0.6 + 0.3 + 0.15 + (2.76 - 2);
    EXPECT_NEAR(report.calibration_error_all, sum / 8, 1e-6);
    const auto others = measure({said("unknown", "circle", 0.99F)}, order);
    EXPECT_EQ(others.calibration_error, 0);
    EXPECT_NEAR(others.calibration_error_all, 0.99, 1e-6);
}

TEST(Metrics, WhatNoDrawingTellsIsNotZero) {
    const auto report = measure({said("unknown", "circle", 0.9F)}, order);
    const auto text = to_text(report);
    EXPECT_EQ(text.find("accuracy       "), std::string::npos) << text;
    EXPECT_NE(text.find("circle            0     0.0 %        -\n"), std::string::npos) << text;
    EXPECT_NE(text.find("unknown           1         -    0.0 %\n"), std::string::npos) << text;
}

TEST(Metrics, IntervalsAreTheExactOnes) {
    // Of none right in n the bound solves (1 - p)^n = 0.025; of 8 in 10 it is 0.4439 to 0.9748 in
    // the tables of Clopper and Pearson (1934).
    EXPECT_DOUBLE_EQ(interval_of(0, 10).low, 0);
    EXPECT_NEAR(interval_of(0, 10).high, 1 - std::pow(0.025, 0.1), 1e-9);
    EXPECT_NEAR(interval_of(8, 10).low, 0.4439, 1e-4);
    EXPECT_NEAR(interval_of(8, 10).high, 0.9748, 1e-4);
    EXPECT_DOUBLE_EQ(interval_of(10, 10).high, 1);
    EXPECT_EQ(example().accuracy.interval().low, interval_of(2, 5).low);
    EXPECT_EQ(example().rejected_ood.interval().high, interval_of(2, 3).high);
    EXPECT_EQ(measure({}, order).accuracy.interval().high, 1);
}

TEST(Metrics, PutsFullConfidenceIntoTheLastBin) {
    const Report report = measure({said("star", "star", 1.0F), said("star", "star", 0.0F)}, order);
    EXPECT_EQ(report.reliability.back().drawings, 1U);
    EXPECT_EQ(report.reliability.front().drawings, 1U);
}

TEST(Metrics, MostSureMistakesComeFirst) {
    const Report report = example();
    ASSERT_EQ(report.wrong.size(), 4U);
    EXPECT_FLOAT_EQ(report.wrong.front().confidence, 0.91F);
    EXPECT_FLOAT_EQ(report.wrong.back().confidence, 0.45F);
}

TEST(Metrics, NothingMeasuredIsAllZero) {
    const Report report = measure({}, order);
    EXPECT_EQ(report.shapes, 0U);
    EXPECT_EQ(report.accuracy.part(), 0);
    EXPECT_EQ(report.calibration_error, 0);
    EXPECT_TRUE(report.labels.empty());
}

TEST(Metrics, ReportsTheSameAsJsonTextAndPictures) {
    const Report report = example();
    const auto object = to_json(report);
    EXPECT_EQ(object.at("shapes").to_number<int>(), 5);
    EXPECT_DOUBLE_EQ(object.at("accuracy").as_double(), 0.4);
    EXPECT_EQ(object.at("confusion").as_array().size(), 4U);
    EXPECT_NE(to_text(report).find("40.0 %"), std::string::npos);
    const auto interval = interval_of(2, 5);
    const auto& given = object.at("intervals_95").at("accuracy").as_array();
    EXPECT_DOUBLE_EQ(given[0].as_double(), interval.low);
    EXPECT_DOUBLE_EQ(given[1].as_double(), interval.high);
    EXPECT_NE(to_text(report).find(to_text(interval)), std::string::npos);
    EXPECT_GT(object.at("calibration_error_by_chance").at("most").as_double(),
              object.at("calibration_error_by_chance").at("mean").as_double());
    EXPECT_NE(confusion_svg(report).find("ellipse"), std::string::npos);
    EXPECT_NE(reliability_svg(report.reliability).find("calibration error 0.390"),
              std::string::npos);
    EXPECT_DOUBLE_EQ(object.at("calibration_error_all").as_double(), report.calibration_error_all);
    EXPECT_EQ(object.at("reliability_all").as_array().size(), reliability_bins);
    EXPECT_NE(to_text(report).find("calibration error, all"), std::string::npos);
}

TEST(Metrics, TextFitsATerminal) {
    std::vector<Outcome> outcomes;
    for (const auto& a : order)
        for (const auto& b : order) outcomes.push_back(said(a, b, 0.5F));
    const std::string text = to_text(measure(outcomes, order));
    std::size_t width = 0;
    for (const char c : text) {
        width = c == '\n' ? 0 : width + 1;
        EXPECT_LE(width, 100U);
    }
}

}  // namespace
}  // namespace croquis::learning
