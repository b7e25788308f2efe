#include "service/reasons.h"

#include <gtest/gtest.h>

#include <boost/json/object.hpp>
#include <optional>
#include <string>

namespace croquis::service {
namespace {

/// The code, and the parameters as NAME=VALUE.
std::string told(const std::optional<Reason>& reason) {
    if (!reason) return "none";
    std::string text(reason->code);
    for (const auto& [name, value] : reason->parameters)
        text += " " + std::string(name) + "=" + value;
    return text;
}

std::string told(std::string_view sentence) {
    return told(reason_of(sentence));
}

std::string refused(std::string_view sentence) {
    return told(refusal_of(sentence));
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
    EXPECT_EQ(told("quotes that do not end"), "quotes_do_not_end");
}

TEST(Reasons, OneIsCountedAsOne) {
    EXPECT_EQ(told("The archive has more than 1 entry."), "archive_too_many_entries count=1");
    EXPECT_EQ(told("1 shape was passed over: tags alone are labels."),
              "shapes_passed_over count=1");
    EXPECT_EQ(told("1 annotation that is no label was passed over."),
              "annotations_passed_over count=1");
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
    EXPECT_EQ(told("The store is busy just now; try again shortly. 1 drawing was stored before."),
              "store_busy stored=1");
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

TEST(Refusals, SayWhatIsTakenInNumbers) {
    EXPECT_EQ(refused("This is a number from 1 to 10."), "out_of_range minimum=1 maximum=10");
    EXPECT_EQ(refused("Guidelines have at most 32768 bytes."), "too_long maximum=32768");
    EXPECT_EQ(refused("This has more than 1,024 bytes."), "too_long maximum=1024");
    EXPECT_EQ(refused("1 to 200 drawings can be changed at once."),
              "wrong_count minimum=1 maximum=200");
    EXPECT_EQ(refused("This has more than many bytes."), "none");
}

TEST(Refusals, SayWhatIsTakenInWords) {
    EXPECT_EQ(refused("This is everyone, link or users."),
              "not_one_of allowed=everyone, link, users");
    EXPECT_EQ(refused("This must be true or false."), "not_one_of allowed=true, false");
    EXPECT_EQ(refused("An action is one of user.added, user.changed."),
              "not_one_of allowed=user.added, user.changed");
    EXPECT_EQ(refused("This is missing."), "missing");
    EXPECT_EQ(refused("This is not the one."), "none");
    EXPECT_EQ(refused("This is no address of a server."), "none");
    EXPECT_EQ(refused("This is a, or b."), "none");
    EXPECT_EQ(refused("This is  or ."), "none");
}

TEST(Refusals, AreAlsoOfWhoAsksOfWhatIsThereAndOfTheServer) {
    EXPECT_EQ(refused("The token has expired."), "token_expired");
    EXPECT_EQ(refused("There is no drawing with this id."), "no_drawing");
    EXPECT_EQ(refused("The server is at its limit; try again shortly."), "server_full");
    EXPECT_EQ(refused("The server cannot keep the upload: No space left on device."),
              "upload_not_kept message=No space left on device");
    EXPECT_EQ(told("The token has expired."), "none");
}

TEST(Refusals, AreAlsoWhatRecordsAreRejectedWith) {
    EXPECT_EQ(refused("The picture is 4000 x 8 pixels; a side has at most 2048."),
              "picture_too_large width=4000 height=8 most=2048");
    EXPECT_EQ(refused("a/1.png: Its picture is not among the files."), "none");
    EXPECT_EQ(told(reason_of("This is missing.")), "none");
}

TEST(Reasons, ParametersAreShort) {
    const auto reason =
        reason_of("\"" + std::string(400, 'x') + "é\" is not one of the project's labels.");
    ASSERT_TRUE(reason);
    const auto parameters = parameters_of(*reason);
    EXPECT_EQ(parameters.at("label").as_string(), std::string(300, 'x') + "…");
    EXPECT_EQ(shortened(std::string(299, 'x') + "é"), std::string(299, 'x') + "…");
    EXPECT_EQ(shortened("é"), "é");
}

}  // namespace
}  // namespace croquis::service
