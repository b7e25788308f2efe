#include "service/reasons.h"

#include <gtest/gtest.h>

#include <string>

namespace croquis::service {
namespace {

/// The code, and the parameters as NAME=VALUE.
std::string told(std::string_view sentence) {
    const auto reason = reason_of(sentence);
    if (!reason) return "none";
    std::string text(reason->code);
    for (const auto& [name, value] : reason->parameters)
        text += " " + std::string(name) + "=" + value;
    return text;
}

TEST(Reasons, ASentenceIsItsCode) {
    EXPECT_EQ(told("Links are not followed."), "link_not_followed");
    EXPECT_EQ(told("The work failed; the server's log says why."), "work_failed");
}

TEST(Reasons, WhatVariesIsAParameter) {
    EXPECT_EQ(told("\"sun\" is not one of the project's labels."), "unknown_label label=sun");
    EXPECT_EQ(
        told("\"Sun\" is not one of the project's labels (\"sun\" is: map one to the other)."),
        "unknown_label_alike label=Sun alike=sun");
    EXPECT_EQ(told("The columns \"a\" and \"b\" could both be meant: say which with path_column."),
              "which_column one=a other=b parameter=path_column");
    EXPECT_EQ(told("The picture is 4000 x 8 pixels; a side has at most 2048."),
              "picture_too_large width=4000 height=8 most=2048");
    EXPECT_EQ(told("line 7: quotes that do not end"), "quotes_do_not_end line=7");
}

TEST(Reasons, TheMoreExactSentenceComesFirst) {
    EXPECT_EQ(told("There is no image 5."), "no_image image=5");
    EXPECT_EQ(told("There is no tasks.json."), "no_such_file file=tasks.json");
}

TEST(Reasons, AFileBeforeTheSentenceIsAParameter) {
    EXPECT_EQ(told("a/1.png: Its picture is not among the files."), "picture_missing file=a/1.png");
    EXPECT_EQ(told("a: b.png: Several files could be meant by b.png: x/b.png, y/b.png."),
              "which_picture name=b.png one=x/b.png other=y/b.png file=a: b.png");
}

TEST(Reasons, WhatAnImportAddsIsAParameter) {
    EXPECT_EQ(
        told("The store is busy just now; try again shortly. 64 drawings were stored before."),
        "store_busy stored=64");
    EXPECT_EQ(told("t.csv: There is no column \"x\". With the format imagefolder the folders are "
                   "the labels."),
              "no_column column=x file=t.csv instead=imagefolder");
}

TEST(Reasons, OtherSentencesHaveNone) {
    for (const auto* sentence : {"", ".", ": ", "Links are not followed", "MLflow is away.",
                                 "drawings were stored before.", " 1 drawings were stored before.",
                                 "There is no .", "\"\" is not one of the project's labels."})
        EXPECT_EQ(told(sentence), "none") << sentence;
}

TEST(Reasons, TakesTextOfAnyKind) {
    for (const auto& sentence :
         {std::string(100'000, ':'), std::string(100'000, '"'), std::string("\xff\xfe: \0", 5)})
        EXPECT_EQ(told(sentence), "none");
    std::string colons;
    for (int i = 0; i < 300; ++i) colons += "a: ";
    EXPECT_EQ(told(colons), "none");
}

}  // namespace
}  // namespace croquis::service
