// The program as a person or a script runs it: what it prints, where, and its exit status.
#include "unit/cli/program.h"

#include <gmock/gmock.h>

#include <boost/json.hpp>

#include "core/bytes.h"
#include "drawing/decode.h"
#include "drawing/strokes.h"
#include "support/folders.h"
#include "support/http_peer.h"
#include "support/onnx_builder.h"

namespace croquis::cli {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const drawing::Strokes square{{{0, 0}, {100, 0}, {100, 100}, {0, 100}, {0, 0}}};

std::string png_of(const drawing::Strokes& strokes) {
    const auto png = drawing::encode_png(drawing::rasterise(strokes, 256, drawing::Pen{}, 16));
    return std::string(as_text(png.value()));
}

/// A small network that the registry takes, for three labels.
std::string small_model() {
    testing_support::OnnxBuilder builder;
    auto at = builder.conv("image", 1, 4, 3, 2);
    at = builder.apply("Relu", {at});
    at = builder.flatten(builder.apply("GlobalAveragePool", {at}));
    builder.output(builder.gemm(at, 4, 3), 3);
    return builder.model.SerializeAsString();
}

// --- the program itself

using Usage = ProgramTest;

TEST_F(Usage, EveryCommandExplainsItself) {
    const auto all = croquis({"--help"});
    EXPECT_EQ(all.status, 0);
    EXPECT_THAT(all.out, HasSubstr("Exit status: 0 done"));
    for (const char* command : {"serve", "worker", "portal", "predict", "evaluate", "model", "job",
                                "user", "migrate", "doctor"}) {
        EXPECT_THAT(all.out, HasSubstr(command));
        const auto help = croquis({command, "--help"});
        EXPECT_EQ(help.status, 0) << command;
        EXPECT_THAT(help.out, HasSubstr("Usage: croquis " + std::string(command)));
        EXPECT_THAT(help.err, IsEmpty()) << command;
    }
    EXPECT_THAT(croquis({"serve", "--help"}).out, HasSubstr("CROQUIS_PORT"));
}

TEST_F(Usage, WhatIsWrongWithTheCommandLineIs64) {
    const std::vector<std::vector<std::string>> wrong{
        {},
        {"dance"},
        {"serve", "--prot", "1"},
        {"serve", "--port", "x"},
        {"serve", "--port", "65536"},
        {"serve", "--config"},
        {"predict"},
        {"model"},
        {"model", "add", "x.onnx"},
        {"model", "add", "x.onnx", "--labels", "l", "--card", "c"},
        {"user", "add"},
        {"drawing", "delete"},
        {"drawing", "hide", "--yes"},
        {"drawing", "delete", "019a5c1e-7b1a-7c3e-9d35-0a8f6c2b4e11", "--import", "x"},
        {"user", "add", "ada", "--role", "queen"},
        {"evaluate"},
        {"evaluate", "--data", "x", "--map", "oval"},
        {"evaluate", "--data", "x", "--few-shot", "5"},
        {"evaluate", "--data", "x", "--few-shot", "1,5"},
        {"evaluate", "--data", "x", "--few-shot", "5,5x"},
    };
    for (const auto& arguments : wrong) {
        const auto outcome = croquis(arguments);
        EXPECT_EQ(outcome.status, 64) << testing::PrintToString(arguments);
        EXPECT_THAT(outcome.err, Not(IsEmpty())) << testing::PrintToString(arguments);
        EXPECT_THAT(outcome.out, IsEmpty()) << testing::PrintToString(arguments);
    }
}

TEST_F(Usage, JobsAreLeftToWorkersOnPostgresqlAlone) {
    const auto worker = croquis({"worker", "--store", "sqlite:jobs.db"});
    EXPECT_EQ(worker.status, 64);
    EXPECT_THAT(worker.err, HasSubstr("On SQLite the server's own worker does the jobs"));
    const auto serve =
        croquis({"serve", "--demo", "--store", "sqlite:jobs.db"}, "", {"CROQUIS_NO_JOBS=true"});
    EXPECT_EQ(serve.status, 64);
    EXPECT_THAT(serve.err, HasSubstr("On SQLite the server does the jobs itself"));
    EXPECT_FALSE(std::filesystem::exists(path("jobs.db")));
}

TEST_F(Usage, WhatIsNotThereIsNamed) {
    for (const auto& [arguments, see] :
         std::vector<std::pair<std::vector<std::string>, std::string>>{
             {{"servee"}, "there is no command \"servee\"; see `croquis --help`"},
             {{"user", "rol"}, "there is no command \"rol\"; see `croquis user --help`"},
             {{"export", "--formt", "csv"},
              "there is no option \"--formt\"; see `croquis export --help`"},
             {{"export", "csv"}, "\"csv\" belongs to no option; see `croquis export --help`"},
             {{"audit", "--limit", "-3"}, "It is a number from 1 on, not \"-3\""}}) {
        const auto outcome = croquis(arguments);
        EXPECT_EQ(outcome.status, 64);
        EXPECT_THAT(outcome.err, HasSubstr(see));
    }
    EXPECT_THAT(croquis({"user"}).err, HasSubstr("A subcommand is required"));
}

TEST_F(Usage, AStoreThatIsNotThereIsNotMadeByLookingAtIt) {
    for (const auto& arguments :
         std::vector<std::vector<std::string>>{{"export", "--format", "csv", "--output", "x.zip"},
                                               {"label", "list"},
                                               {"job", "list"},
                                               {"user", "list"},
                                               {"audit"},
                                               {"person", "erase", "ada", "--yes"},
                                               {"drawing", "hide", "x"},
                                               {"teach"},
                                               {"embed"}}) {
        auto words = arguments;
        words.insert(words.end(), {"--store", "sqlite:mistyped.db"});
        const auto outcome = croquis(words);
        EXPECT_EQ(outcome.status, 1) << arguments.front();
        EXPECT_THAT(outcome.err, HasSubstr("There is no store sqlite:mistyped.db"));
        EXPECT_THAT(outcome.out, IsEmpty());
    }
    EXPECT_FALSE(std::filesystem::exists(path("mistyped.db")));
    EXPECT_FALSE(std::filesystem::exists(path("x.zip")));
}

TEST_F(Usage, AWrongEnvironmentOrFileIs64) {
    EXPECT_EQ(croquis({"serve", "--print-config"}, "", {"CROQUIS_PORT=x"}).status, 64);
    write("wrong.toml", "[server]\nprot = 1\n");
    const auto outcome = croquis({"serve", "--print-config", "--config", "wrong.toml"});
    EXPECT_EQ(outcome.status, 64);
    EXPECT_THAT(outcome.err, HasSubstr("server.prot"));
    EXPECT_EQ(croquis({"serve", "--print-config", "--config", "none.toml"}).status, 64);
}

TEST_F(Usage, FlagThenEnvironmentThenFile) {
    write("croquis.toml", "[server]\nport = 1\nworkers = 11\nmax_requests = 21\n");
    // The environment holds for every command; it must not come back over a flag.
    const auto shown =
        croquis({"serve", "--port", "3", "--store", "sqlite:flag.db", "--print-config"}, "",
                {"CROQUIS_CONFIG=croquis.toml", "CROQUIS_PORT=2", "CROQUIS_WORKERS=12",
                 "CROQUIS_STORE=sqlite:environment.db"});
    EXPECT_EQ(shown.status, 0) << shown.err;
    EXPECT_THAT(shown.out, HasSubstr("port = 3\n"));
    EXPECT_THAT(shown.out, HasSubstr("workers = 12\n"));
    EXPECT_THAT(shown.out, HasSubstr("max_requests = 21\n"));
    EXPECT_THAT(shown.out, HasSubstr("\"sqlite:flag.db\""));
}

TEST_F(Usage, PrintedConfigurationIsAFileThatGivesTheSame) {
    const auto first =
        croquis({"serve", "--demo", "--portal", "--log-format", "json", "--print-config"});
    write("printed.toml", first.out);
    const auto second = croquis({"serve", "--config", "printed.toml", "--print-config"});
    EXPECT_EQ(second.status, 0) << second.err;
    EXPECT_EQ(second.out, first.out);
    EXPECT_THAT(first.out, HasSubstr("demo = true"));
}

TEST_F(Usage, PrintedConfigurationMasksSecrets) {
    const auto shown = croquis({"serve", "--print-config"}, "",
                               {"CROQUIS_SECRET=topsecret", "CROQUIS_PREVIOUS_SECRET=topsecret",
                                "CROQUIS_STORE=postgresql://u:topsecret@h/d"});
    EXPECT_EQ(shown.status, 0) << shown.err;
    EXPECT_THAT(shown.out, Not(HasSubstr("topsecret")));
    EXPECT_THAT(shown.out, HasSubstr("postgresql://u@h/d"));
}

// --- predict

using Predict = ProgramTest;

TEST_F(Predict, SaysWhichShapeAPictureShows) {
    write("square.png", png_of(square));
    const auto text = croquis({"predict", "square.png"});
    EXPECT_EQ(text.status, 0) << text.err;
    EXPECT_THAT(text.out, testing::StartsWith("square.png: square "));
    EXPECT_THAT(text.out, Not(HasSubstr("\033")));
}

TEST_F(Predict, ReadsStandardInputAndWritesAnObjectALine) {
    write("square.png", png_of(square));
    const auto outcome = croquis({"predict", "--json", "-", "square.png"}, png_of(square));
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    std::istringstream lines(outcome.out);
    std::vector<boost::json::object> answers;
    for (std::string line; std::getline(lines, line);)
        answers.push_back(boost::json::parse(line).as_object());
    ASSERT_EQ(answers.size(), 2U);
    EXPECT_EQ(answers[0].at("file"), "-");
    EXPECT_EQ(answers[0].at("tag"), "square");
    EXPECT_EQ(answers[1].at("tag"), "square");
    EXPECT_EQ(answers[0].at("probabilities"), answers[1].at("probabilities"));
    double sum = 0;
    for (const auto& [label, probability] : answers[0].at("probabilities").as_object())
        sum += probability.to_number<double>();
    EXPECT_NEAR(sum, 1, 1e-4);
}

TEST_F(Predict, SaysWhatItCannotRead) {
    write("square.png", png_of(square));
    write("torn.png", png_of(square).substr(0, 100));
    write("text.png", "not a picture");
    write("empty.png", "");
    write("large.png", std::string(3 * 1024 * 1024, 'x'));
    const auto some = croquis({"predict", "square.png", "torn.png", "none.png", "."});
    EXPECT_EQ(some.status, 2);
    EXPECT_THAT(some.out, HasSubstr("square.png: square"));
    EXPECT_THAT(some.err, HasSubstr("torn.png: "));
    EXPECT_THAT(some.err, HasSubstr("none.png: "));
    const auto none = croquis({"predict", "text.png", "empty.png", "large.png"});
    EXPECT_EQ(none.status, 1);
    EXPECT_THAT(none.out, IsEmpty());
    EXPECT_THAT(none.err, HasSubstr("large.png: "));
}

TEST_F(Predict, WithoutAModelFails) {
    write("square.png", png_of(square));
    const auto outcome = croquis({"predict", "--model", "none.onnx", "square.png"});
    EXPECT_EQ(outcome.status, 1);
    EXPECT_THAT(outcome.err, HasSubstr("none.onnx"));
}

// --- evaluate

class Evaluate : public ProgramTest {
  protected:
    static std::string line(const std::string& id, const std::string& word,
                            const std::string& recognized = "true") {
        return R"({"key_id":")" + id + R"(","word":")" + word + R"(","recognized":)" + recognized +
               R"(,"drawing":[[[0,100,100,0,0],[0,0,100,100,0]]]})" + "\n";
    }
};

TEST_F(Evaluate, PrintsTablesAndWritesJsonAndAPage) {
    write("data.ndjson", line("a", "square") + line("b", "box"));
    const auto outcome = croquis({"evaluate", "--data", "data.ndjson", "--map", "box=square",
                                  "--json", "out.json", "--html", "out.html"});
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr("square"));
    EXPECT_THAT(outcome.out, HasSubstr("100.0"));
    EXPECT_THAT(outcome.err, IsEmpty());  // no progress bar where there is no terminal
    const auto json = boost::json::parse(contents(path("out.json"))).as_object();
    EXPECT_EQ(json.at("report").at("shapes"), 2);
    EXPECT_THAT(contents(path("out.html")), HasSubstr("</html>"));
}

TEST_F(Evaluate, JsonOnStandardOutputStandsAlone) {
    write("data.ndjson", line("a", "square"));
    const auto outcome = croquis({"evaluate", "--data", "data.ndjson", "--json", "-"});
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_EQ(boost::json::parse(outcome.out).at("left_out"), 0);
}

TEST_F(Evaluate, LeavesOutWhatTheModelHasSeenAndSaysSo) {
    auto card =
        boost::json::parse(contents(testing_support::source_folder() + "/models/shapes.json"))
            .as_object();
    card["training"] = {{"ids", {"seen"}}};
    write("mine.onnx", contents(testing_support::source_folder() + "/models/shapes.onnx"));
    write("mine.json", boost::json::serialize(card));
    write("data.ndjson", line("seen", "square") + line("unseen", "square"));
    const auto outcome =
        croquis({"evaluate", "--data", "data.ndjson", "--model", "mine.onnx", "--json", "-"});
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    const auto json = boost::json::parse(outcome.out);
    EXPECT_EQ(json.at("left_out"), 1);
    EXPECT_EQ(json.at("report").at("shapes"), 1);
    EXPECT_THAT(croquis({"evaluate", "--data", "data.ndjson", "--model", "mine.onnx"}).out,
                HasSubstr("1 drawing is left out"));
    const auto all = croquis({"evaluate", "--data", "data.ndjson", "--model", "mine.onnx",
                              "--with-learnt", "--json", "-"});
    EXPECT_EQ(boost::json::parse(all.out).at("report").at("shapes"), 2);
    EXPECT_THAT(std::string(boost::json::parse(all.out).at("remark").as_string()),
                HasSubstr("is not left out"));
}

TEST_F(Evaluate, WithoutTheListOfWhatTheModelLearntItIsRefused) {
    const auto models = testing_support::source_folder() + "/models";
    const auto card = boost::json::parse(contents(models + "/shapes.json"));
    const std::string list(card.at("training").at("ids_file").as_string());
    write("mine.onnx", contents(models + "/shapes.onnx"));
    write("mine.json", boost::json::serialize(card));
    const auto ids = contents(models + "/" + list);
    write("data.ndjson", line(ids.substr(0, ids.find('\n')), "square") + line("new", "square"));
    const std::vector<std::string> command{"evaluate", "--data", "data.ndjson", "--model",
                                           "mine.onnx"};
    const auto with = [&](std::vector<std::string> more) {
        more.insert(more.begin(), command.begin(), command.end());
        return croquis(more);
    };
    const auto missing = with({});
    EXPECT_EQ(missing.status, 1);
    EXPECT_THAT(missing.err, HasSubstr("There is no " + list));
    EXPECT_THAT(missing.err, HasSubstr("--with-learnt measures on all drawings"));
    write(list, ids.substr(ids.find('\n') + 1));
    const auto altered = with({});
    EXPECT_EQ(altered.status, 1);
    EXPECT_THAT(altered.err, HasSubstr("its SHA-256 is another"));
    EXPECT_THAT(with({"--with-learnt"}).out, HasSubstr("is not left out"));
    const auto elsewhere = with({"--learnt", models + "/" + list});
    EXPECT_EQ(elsewhere.status, 0) << elsewhere.err;
    EXPECT_THAT(elsewhere.out, HasSubstr("1 drawing is left out"));
}

TEST_F(Evaluate, ACardWithoutAListIsRemarkedUpon) {
    const auto models = testing_support::source_folder() + "/models";
    auto card = boost::json::parse(contents(models + "/shapes.json")).as_object();
    card.erase("training");
    write("mine.onnx", contents(models + "/shapes.onnx"));
    write("mine.json", boost::json::serialize(card));
    write("data.ndjson", line("a", "square"));
    const auto outcome = croquis({"evaluate", "--data", "data.ndjson", "--model", "mine.onnx"});
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr("does not list what it has learnt from"));
}

TEST_F(Evaluate, TakesWhatTheGameDidNotRecogniseOnlyWithAll) {
    write("data.ndjson", line("a", "square") + line("b", "square", "false"));
    const auto shapes = [&](const std::vector<std::string>& flags) {
        std::vector<std::string> arguments{"evaluate", "--data", "data.ndjson", "--json", "-"};
        arguments.insert(arguments.end(), flags.begin(), flags.end());
        return boost::json::parse(croquis(arguments).out).at("report").at("shapes").as_int64();
    };
    EXPECT_EQ(shapes({}), 1);
    EXPECT_EQ(shapes({"--all"}), 2);
}

TEST_F(Evaluate, NamesWordsThatAreNoLabels) {
    write("data.ndjson", line("a", " Square ") + line("b", "blob") + line("c", "blob"));
    const auto some = croquis({"evaluate", "--data", "data.ndjson", "--json", "out.json"});
    EXPECT_EQ(some.status, 0) << some.err;
    EXPECT_THAT(some.out, HasSubstr("not among the model's labels: \"blob\" (2)\n"));
    const auto json = boost::json::parse(contents(path("out.json")));
    EXPECT_EQ(json.at("report").at("shapes"), 1);
    EXPECT_EQ(json.at("other_words").at("blob"), 2);
    write("none.ndjson", line("a", "blob"));
    const auto none = croquis({"evaluate", "--data", "none.ndjson"});
    EXPECT_THAT(none.out, HasSubstr("no drawing has one of the model's labels\n"));
    EXPECT_THAT(none.out, Not(HasSubstr("shapes  ")));
}

TEST_F(Evaluate, MeasuresAModelOfTheRegistry) {
    write("data.ndjson", line("a", "square"));
    const auto models = testing_support::source_folder() + "/models";
    const auto added =
        croquis({"model", "add", models + "/shapes.onnx", "--card", models + "/shapes.json"});
    ASSERT_EQ(added.status, 0) << added.err;
    const auto id = added.out.substr(6, added.out.find(' ', 6) - 6);
    const auto named =
        croquis({"evaluate", "--data", "data.ndjson", "--registered", id, "--json", "-"});
    EXPECT_EQ(named.status, 0) << named.err;
    EXPECT_EQ(boost::json::parse(named.out).at("model").as_string(), id);
    const auto unknown = croquis({"evaluate", "--data", "data.ndjson", "--registered", "none"});
    EXPECT_EQ(unknown.status, 1);
    EXPECT_THAT(unknown.err, HasSubstr("There is no model"));
}

TEST_F(Evaluate, MeasuresFewShotsOnAnyWords) {
    std::string data;
    for (int i = 0; i < 8; ++i)
        for (const std::string word : {"blob", "box"})
            data += R"({"key_id":")" + word + std::to_string(i) + R"(","word":")" + word +
                    R"(","drawing":[[[0,)" + (word == "box" ? "100,100,0,0" : "100,50,30,20") +
                    R"(],[0,0,100,)" + std::to_string(90 + i) + R"(,0]]]})" + "\n";
    write("data.ndjson", data);
    const auto shown = croquis({"evaluate", "--data", "data.ndjson", "--few-shot", "2,3"});
    EXPECT_EQ(shown.status, 0) << shown.err;
    EXPECT_THAT(shown.out, HasSubstr("2 ways, 3 shots: "));
    const auto few = croquis({"evaluate", "--data", "data.ndjson", "--few-shot", "3,3"});
    EXPECT_EQ(few.status, 1);
    EXPECT_THAT(few.err, HasSubstr("2 categories have 8 drawings or more"));
}

TEST_F(Evaluate, UnreadableDataIsSaid) {
    write("data.ndjson", line("a", "square") + "{broken\n");
    const auto some = croquis({"evaluate", "--data", "data.ndjson"});
    EXPECT_EQ(some.status, 2);
    EXPECT_THAT(some.out, HasSubstr("data.ndjson:2"));
    EXPECT_EQ(croquis({"evaluate", "--data", "none"}).status, 1);
    const auto unwritable =
        croquis({"evaluate", "--data", "data.ndjson", "--html", "none/out.html"});
    EXPECT_EQ(unwritable.status, 1);
    EXPECT_THAT(unwritable.err, HasSubstr("none/out.html"));
}

// --- model

using Model = ProgramTest;

TEST_F(Model, IsAddedListedShownAndUsed) {
    ASSERT_EQ(croquis({"migrate"}).status, 0);
    write("my model.onnx", small_model());
    write("labels.txt",
          "\xef\xbb\xbf"
          "cat \r\ndog\n\n\thouse\n");
    const auto none = croquis({"model", "list"});
    EXPECT_EQ(none.status, 0) << none.err;
    EXPECT_THAT(none.out, testing::ContainsRegex("^shapes-[0-9a-f]+ +live "));
    const auto added = croquis({"model", "add", "my model.onnx", "--labels", "labels.txt"});
    ASSERT_EQ(added.status, 0) << added.err;
    ASSERT_THAT(added.out, testing::StartsWith("added my-model-"));
    const auto id = added.out.substr(6, added.out.find(' ', 6) - 6);
    EXPECT_THAT(croquis({"model", "list"}).out, HasSubstr("candidate"));
    const auto shown = croquis({"model", "show", id});
    EXPECT_THAT(shown.out, HasSubstr("candidate"));
    EXPECT_THAT(shown.out, HasSubstr(R"(["cat","dog","house"])"));
    const auto refused = croquis({"model", "use", id});
    EXPECT_EQ(refused.status, 1);
    EXPECT_THAT(refused.err, HasSubstr("of the project's labels: arrow, "));
    EXPECT_THAT(croquis({"model", "list"}).out, HasSubstr("candidate"));
    EXPECT_EQ(croquis({"model", "use", id, "--yes"}).status, 0);
    const auto after = croquis({"model", "list"}).out;
    EXPECT_THAT(after, HasSubstr("live"));
    EXPECT_THAT(after, Not(HasSubstr("candidate")));
    const auto again = croquis({"model", "add", "my model.onnx", "--labels", "labels.txt"});
    EXPECT_EQ(again.status, 1);
}

TEST_F(Model, TheShippedOneIsKnownWhereNoServerRan) {
    ASSERT_EQ(croquis({"migrate"}).status, 0);
    std::filesystem::copy_file(path("croquis.db"), path("listed.db"));
    const auto listed = croquis({"model", "list", "--store", "sqlite:listed.db"}).out;
    const auto shipped = listed.substr(0, listed.find(' '));
    ASSERT_THAT(shipped, testing::StartsWith("shapes-"));
    const auto removed = croquis({"model", "remove", shipped});
    EXPECT_EQ(removed.status, 1);
    EXPECT_THAT(removed.err, HasSubstr("is live"));
    write("small.onnx", small_model());
    write("labels.txt", "cat\ndog\nhouse\n");
    const auto added = croquis(
        {"model", "add", "small.onnx", "--labels", "labels.txt", "--store", "sqlite:own.db"});
    const auto own = added.out.substr(6, added.out.find(' ', 6) - 6);
    const auto used = croquis({"model", "use", own, "--yes", "--store", "sqlite:own.db"});
    EXPECT_EQ(used.status, 0) << used.err;
    const auto back = croquis({"model", "rollback", "--store", "sqlite:own.db"});
    EXPECT_EQ(back.status, 0) << back.err;
    EXPECT_THAT(back.out, testing::StartsWith(shipped + " is live again"));
}

TEST_F(Model, IsSavedBesideItsCardAndNotUnderIt) {
    ASSERT_EQ(croquis({"migrate"}).status, 0);
    const auto listed = croquis({"model", "list"}).out;
    const auto shipped = listed.substr(0, listed.find(' '));
    for (const char* wrong : {"own.json", "-"}) {
        const auto refused = croquis({"model", "save", shipped, wrong});
        EXPECT_EQ(refused.status, 1) << wrong;
        EXPECT_THAT(refused.err, HasSubstr("(FILE)")) << wrong;
        EXPECT_THAT(refused.out, IsEmpty()) << wrong;
    }
    EXPECT_FALSE(std::filesystem::exists(path("own.json")));
    EXPECT_EQ(croquis({"model", "save", shipped, "own.onnx"}).status, 0);
    EXPECT_TRUE(std::filesystem::exists(path("own.json")));
}

TEST_F(Model, TheShippedOneCanBeAddedWithItsCard) {
    const auto added =
        croquis({"model", "add", testing_support::source_folder() + "/models/shapes.onnx", "--card",
                 testing_support::source_folder() + "/models/shapes.json"});
    EXPECT_EQ(added.status, 0) << added.err;
}

TEST_F(Model, AHostileOrBrokenFileIsRefusedWithAReason) {
    const auto good = small_model();
    write("labels.txt", "cat\ndog\nhouse\n");
    write("random.onnx",
          std::string("\x08\x06\xff\xff\xff\xff\xff\x7f", 8) + std::string(999, '\xee'));
    write("torn.onnx", good.substr(0, good.size() / 2));
    write("empty.onnx", "");
    write("text.onnx", "ONNX, honestly");
    for (const char* file :
         {"random.onnx", "torn.onnx", "empty.onnx", "text.onnx", "none.onnx", "."}) {
        const auto outcome = croquis({"model", "add", file, "--labels", "labels.txt"});
        EXPECT_EQ(outcome.status, 1) << file;
        EXPECT_THAT(outcome.err, testing::StartsWith("croquis: error: ")) << file;
    }
    EXPECT_THAT(croquis({"model", "list"}).out, Not(HasSubstr("candidate")));
}

TEST_F(Model, LabelsMustFitTheOutputs) {
    write("small.onnx", small_model());
    write("two.txt", "cat\ndog\n");
    write("twice.txt", "cat\ndog\ncat\n");
    write("binary.txt", "cat\n\xff\xfe\nhouse\n");
    for (const char* labels : {"two.txt", "twice.txt", "binary.txt", "none.txt"}) {
        const auto outcome = croquis({"model", "add", "small.onnx", "--labels", labels});
        EXPECT_EQ(outcome.status, 1) << labels;
        EXPECT_THAT(outcome.err, testing::StartsWith("croquis: error: ")) << labels;
    }
}

TEST_F(Model, OneThatIsNotThereCanBeNeitherShownNorUsed) {
    ASSERT_EQ(croquis({"migrate"}).status, 0);
    EXPECT_EQ(croquis({"model", "show", "none"}).status, 1);
    EXPECT_EQ(croquis({"model", "use", "none"}).status, 1);
}

// --- job: what is queued by a server is in tests/contract/api/workers.test.mjs

using BackgroundJobs = ProgramTest;

TEST_F(BackgroundJobs, ThoseThatAreNotThereAreSaidNotToBe) {
    ASSERT_EQ(croquis({"migrate"}).status, 0);
    const auto listed = croquis({"job", "list", "--open"});
    EXPECT_EQ(listed.status, 0);
    EXPECT_THAT(listed.out, IsEmpty());
    EXPECT_THAT(listed.err, HasSubstr("none is waiting or running"));
    EXPECT_THAT(croquis({"job", "list"}).err, HasSubstr("none yet"));
    const auto workers = croquis({"job", "workers"});
    EXPECT_EQ(workers.status, 0);
    EXPECT_THAT(workers.out, IsEmpty());
    for (const char* verb : {"show", "cancel", "retry"}) {
        const auto gone = croquis({"job", verb, "0190a6c0-0000-7000-8000-000000000000"});
        EXPECT_EQ(gone.status, 1);
        EXPECT_THAT(gone.err, HasSubstr("There is no job with this id."));
        EXPECT_THAT(croquis({"job", verb, "first"}).err, HasSubstr("`croquis job list` has them"));
    }
}

// --- user

using User = ProgramTest;

TEST_F(User, IsAddedWithThePasswordFromAPipe) {
    const auto added = croquis({"user", "add", "ada"}, "correct horse battery\n");
    EXPECT_EQ(added.status, 0) << added.err;
    EXPECT_EQ(added.out, "added ada as annotator\n");
    EXPECT_THAT(added.err, HasSubstr("security: event=account_added request=- client=local "
                                     "by=operator user=ada role=annotator"));
    EXPECT_THAT(added.err, Not(HasSubstr("battery")));
    EXPECT_EQ(croquis({"user", "add", "root", "--role", "admin"}, "another good one").status, 0);
    const auto list = croquis({"user", "list"}).out;
    EXPECT_THAT(list, HasSubstr("ada"));
    EXPECT_THAT(list, HasSubstr("admin"));
    const auto twice = croquis({"user", "add", "Ada"}, "correct horse battery\n");
    EXPECT_EQ(twice.status, 1);
    EXPECT_THAT(twice.err, HasSubstr("(name)"));
}

TEST_F(User, NeedsAPasswordWorthTheName) {
    ASSERT_EQ(croquis({"migrate"}).status, 0);
    for (const char* password :
         {"", "short\n", "\n", "123456789012\n", "aaaaaaaaaaaa\n", "            \n"}) {
        const auto outcome = croquis({"user", "add", "ada"}, password);
        EXPECT_EQ(outcome.status, 1) << password;
        EXPECT_THAT(outcome.err, HasSubstr("(password)")) << password;
    }
    const auto listed = croquis({"user", "list"});
    EXPECT_THAT(listed.out, IsEmpty());
    EXPECT_THAT(listed.err, HasSubstr("none yet: `croquis user add NAME` adds one"));
}

TEST_F(User, CanBeChangedAndRemovedButNotTheLastAdmin) {
    ASSERT_EQ(croquis({"user", "add", "ada"}, "correct horse battery").status, 0);
    ASSERT_EQ(croquis({"user", "add", "root", "--role", "admin"}, "another good one").status, 0);
    EXPECT_EQ(croquis({"user", "password", "ada"}, "battery horse correct").status, 0);
    EXPECT_EQ(croquis({"user", "disable", "ada"}).out, "ada is annotator, disabled\n");
    EXPECT_EQ(croquis({"user", "enable", "ada"}).out, "ada is annotator, enabled\n");
    EXPECT_EQ(croquis({"user", "disable", "root"}).status, 1);
    EXPECT_EQ(croquis({"user", "remove", "root"}).status, 1);
    EXPECT_EQ(croquis({"user", "role", "ada", "--role", "admin"}).out, "ada is admin, enabled\n");
    EXPECT_EQ(croquis({"user", "remove", "root"}).status, 0);
    EXPECT_EQ(croquis({"user", "remove", "root"}).status, 1);
    EXPECT_THAT(croquis({"user", "list"}).out, Not(HasSubstr("root")));
}

// --- migrate

using Migrate = ProgramTest;

TEST_F(Migrate, BringsSqliteUpToDateOnce) {
    const std::vector<std::string> store{"--store", "sqlite:new.db"};
    const auto before = croquis({"migrate", "--show", "--store", "sqlite:new.db"});
    EXPECT_EQ(before.status, 0) << before.err;
    EXPECT_THAT(before.out, HasSubstr("schema version 0"));
    EXPECT_FALSE(std::filesystem::exists(path("new.db")));
    const auto first = croquis({"migrate", "--store", "sqlite:new.db"});
    EXPECT_EQ(first.status, 0) << first.err;
    EXPECT_THAT(first.out, HasSubstr("applied 0001"));
    const auto second = croquis({"migrate", "--store", "sqlite:new.db"});
    EXPECT_EQ(second.status, 0) << second.err;
    EXPECT_THAT(second.out, Not(HasSubstr("applied")));
    EXPECT_THAT(second.out, HasSubstr("schema version "));
}

TEST_F(Migrate, FailsOnAStoreThatIsNone) {
    write("text.db", std::string(5000, 'x'));
    const std::pair<const char*, int> stores[]{{"sqlite:text.db", 1},
                                               {"sqlite:none/new.db", 1},
                                               {"postgresql://127.0.0.1:1/croquis", 1},
                                               {"mysql://db", 64},
                                               {"sqlite:", 64}};
    for (const auto& [store, status] : stores) {
        const auto outcome = croquis({"migrate", "--store", store});
        EXPECT_EQ(outcome.status, status) << store;
        EXPECT_THAT(outcome.err, testing::StartsWith("croquis: error: ")) << store;
    }
}

// --- doctor and serve

class Serve : public ProgramTest {
  protected:
    /// Free ports, a page and a good secret: what doctor has nothing to say against.
    std::vector<std::string> healthy(const std::string& command) {
        std::filesystem::create_directories(path("page"));
        write("page/index.html", "<!doctype html>");
        write("secret", "Zk3vYb8qLw1NfXr5Tj7Hd2Ms9Pc4Ga6E\n");
        return {command,
                "--port",
                "0",
                "--portal-port",
                "0",
                "--max-connections",
                "100",
                "--web-root",
                path("page").string(),
                "--secret-file",
                path("secret").string()};
    }
};

TEST_F(Serve, DoctorFindsNothingWrongWithWhatIsRight) {
    const auto before = croquis(healthy("doctor"));
    EXPECT_EQ(before.status, 0) << before.out << before.err;
    EXPECT_THAT(before.out, HasSubstr("will be made at the first start"));
    EXPECT_FALSE(std::filesystem::exists(path("croquis.db")));
    ASSERT_EQ(croquis({"migrate"}).status, 0);
    const auto after = croquis(healthy("doctor"));
    EXPECT_EQ(after.status, 0) << after.out << after.err;
    EXPECT_THAT(after.out, HasSubstr("the newest"));
    EXPECT_THAT(after.out, HasSubstr("says of a square: square"));
    EXPECT_THAT(after.out, Not(HasSubstr("\033")));
}

TEST_F(Serve, DoctorFindsEachFault) {
    write("text.db", std::string(5000, 'x'));
    const auto wrong = [&](const std::vector<std::string>& flags, const std::string& line) {
        auto arguments = healthy("doctor");
        arguments.insert(arguments.end(), flags.begin(), flags.end());
        const auto outcome = croquis(arguments);
        EXPECT_EQ(outcome.status, 1) << line;
        EXPECT_THAT(outcome.out, HasSubstr("FAIL " + line));
    };
    wrong({"--store", "sqlite:text.db"}, "store");
    wrong({"--model", "none.onnx"}, "model");
    wrong({"--web-root", "none"}, "page");
    wrong({"--secret", "another one"}, "secret");
    wrong({"--secret-file", "none"}, "secret");
    write("short", "too short\n");
    wrong({"--secret-file", "short"}, "secret");
    write("open", std::string(40, 'x') + "0123456789");
    std::filesystem::permissions(path("open"), std::filesystem::perms(0644));
    wrong({"--secret-file", "open"}, "secret        open holds a secret");
    ASSERT_EQ(croquis({"migrate"}).status, 0);
    std::filesystem::permissions(path("croquis.db"), std::filesystem::perms(0644));
    wrong({}, "store         Others can read or change croquis.db");
    wrong({"--address", "203.0.113.1"}, "API port");
    wrong({"--max-connections", "1000000"}, "open files");
}

/// The port of the line of `text` that has `name`: "  Draw here     http://localhost:8501".
std::uint16_t port_of(const std::string& text, const std::string& name) {
    const auto line = text.find(name);
    const auto colon = text.find("localhost:", line);
    EXPECT_NE(colon, std::string::npos) << text;
    return static_cast<std::uint16_t>(std::stoi(text.substr(colon + 10)));
}

TEST_F(Serve, SaysWhereToClickTakesUpAPromotionAndStopsWhenTold) {
    write("small.onnx", small_model());
    write("labels.txt", "cat\ndog\nhouse\n");
    const auto store = "sqlite:" + path("croquis.db").string();
    auto arguments = healthy("serve");
    arguments.insert(arguments.end(), {"--demo", "--portal", "--store", store});
    Running server(path(""), arguments);
    const auto said = server.out_with("Ctrl+C");
    EXPECT_THAT(said, HasSubstr("admin / admin"));
    testing_support::HttpPeer page(port_of(said, "Draw here"));
    EXPECT_EQ(page.get("/").body, "<!doctype html>");
    EXPECT_EQ(page.get("/readyz").status, 200);
    testing_support::HttpPeer api(port_of(said, "API and docs"));
    EXPECT_THAT(api.get("/api/v1/public/model").body, HasSubstr("shapes"));

    const auto added =
        croquis({"model", "add", "small.onnx", "--labels", "labels.txt", "--store", store});
    ASSERT_EQ(added.status, 0) << added.err;
    const auto id = added.out.substr(6, added.out.find(' ', 6) - 6);
    EXPECT_EQ(croquis({"model", "use", id, "--yes", "--store", store}).status, 0);
    server.err_with(id + " was promoted");
    const auto live = [&] { return api.get("/api/v1/public/model").body; };
    while (live().find(id) == std::string::npos)
        std::this_thread::sleep_for(std::chrono::milliseconds(20));

    EXPECT_EQ(server.stop(SIGTERM), 0);
    // The demo's account is in the store now: without --demo it is refused.
    auto earnest = healthy("serve");
    earnest.insert(earnest.end(), {"--store", store});
    const auto refused = croquis(earnest);
    EXPECT_EQ(refused.status, 1);
    EXPECT_THAT(refused.err, HasSubstr("admin"));
    earnest[0] = "doctor";
    EXPECT_THAT(croquis(earnest).out, HasSubstr("FAIL secret"));
}

/// `text` without its lines but the one that has `word`, and that without the spaces before it.
std::string line_with(const std::string& text, const std::string& word) {
    const auto at = text.find(word);
    if (at == std::string::npos) return {};
    const auto start = text.find_last_of('\n', at) + 1;
    const auto line = text.substr(start, text.find('\n', at) - start);
    return line.substr(line.find_first_not_of(' '));
}

TEST_F(Serve, ATeacherGetsFromTheDemoToAClassByWhatIsPrinted) {
    const auto store = "sqlite:" + path("class.db").string();
    auto demo = healthy("serve");
    demo.insert(demo.end(), {"--demo", "--store", store});
    {
        Running server(path(""), demo);
        EXPECT_THAT(server.out_with("Ctrl+C"), HasSubstr("admin / admin"));
        EXPECT_EQ(server.stop(SIGTERM), 0);
    }
    auto earnest = healthy("serve");
    earnest.insert(earnest.end(), {"--store", store});
    const auto refused = croquis(earnest);
    EXPECT_EQ(refused.status, 1);
    const auto command = line_with(refused.err, "user password admin");
    EXPECT_THAT(command, testing::EndsWith("--store " + store));
    EXPECT_THAT(command, Not(HasSubstr("(")));
    EXPECT_THAT(refused.err, HasSubstr("user remove admin"));
    const auto line = "echo 'a password of their own' | " + command + " >/dev/null";
    ASSERT_EQ(std::system(line.c_str()), 0) << line;
    Running server(path(""), earnest);
    const auto said = server.out_with("Ctrl+C");
    EXPECT_THAT(said, Not(HasSubstr("no account")));
    EXPECT_EQ(server.stop(SIGTERM), 0);
}

TEST_F(Serve, SaysThatAStoreHasNoAccountAndHowToAddOne) {
    const auto store = "sqlite:" + path("second class.db").string();
    auto arguments = healthy("serve");
    arguments.insert(arguments.end(), {"--store", store});
    Running server(path(""), arguments);
    const auto said = server.out_with("Ctrl+C");
    EXPECT_THAT(said, HasSubstr("no account"));
    EXPECT_THAT(line_with(said, "user add NAME"),
                testing::EndsWith("user add NAME --role admin --store '" + store + "'"));
    EXPECT_EQ(server.stop(SIGTERM), 0);
}

TEST_F(Serve, DoctorBesideARunningServerHasNothingAgainstItsPorts) {
    auto arguments = healthy("serve");
    const auto store = "sqlite:" + path("croquis.db").string();
    arguments.insert(arguments.end(), {"--demo", "--portal", "--store", store});
    Running server(path(""), arguments);
    const auto said = server.out_with("Ctrl+C");
    auto doctor = healthy("doctor");
    doctor[2] = std::to_string(port_of(said, "API and docs"));
    doctor[4] = std::to_string(port_of(said, "Draw here"));
    doctor.insert(doctor.end(), {"--demo", "--store", store});
    const auto outcome = croquis(doctor);
    EXPECT_EQ(outcome.status, 0) << outcome.out;
    EXPECT_THAT(outcome.out, HasSubstr(doctor[2] + ": a croquis serves there"));
    EXPECT_THAT(outcome.out, HasSubstr(doctor[4] + ": a croquis serves there"));
}

TEST_F(Serve, APortThatIsTakenIsNamedByItsSetting) {
    auto first = healthy("serve");
    first.insert(first.end(),
                 {"--demo", "--portal", "--store", "sqlite:" + path("first.db").string()});
    Running server(path(""), first);
    const auto taken = std::to_string(port_of(server.out_with("Ctrl+C"), "API and docs"));
    for (const auto& [place, setting] :
         {std::pair<std::size_t, std::string>{2, "(port)"}, {4, "(portal_port)"}}) {
        auto second = healthy("serve");
        second.insert(second.end(), {"--demo", "--portal", "--store", "sqlite:second.db"});
        second[place] = taken;
        const auto outcome = croquis(second);
        EXPECT_EQ(outcome.status, 1);
        EXPECT_THAT(outcome.err, HasSubstr(taken));
        EXPECT_THAT(outcome.err, HasSubstr(setting));
    }
    auto third = healthy("serve");
    third.insert(third.end(), {"--demo", "--metrics-port", taken, "--store", "sqlite:third.db"});
    EXPECT_THAT(croquis(third).err, HasSubstr("(metrics_port)"));
}

TEST_F(Serve, StartsFromAPrintedConfiguration) {
    auto arguments = healthy("serve");
    arguments.insert(arguments.end(),
                     {"--portal", "--store", "sqlite:" + path("printed.db").string()});
    arguments.emplace_back("--print-config");
    const auto printed = croquis(arguments, "", {"CROQUIS_PREVIOUS_SECRET=topsecret"});
    ASSERT_EQ(printed.status, 0) << printed.err;
    write("printed.toml", printed.out);
    Running server(path(""), {"serve", "--config", path("printed.toml").string()});
    EXPECT_THAT(server.out_with("Ctrl+C"), HasSubstr("Draw here"));
    EXPECT_EQ(server.stop(SIGTERM), 0);
}

TEST_F(Serve, PassesOverTheAddressOfAService) {
    ASSERT_EQ(croquis({"migrate"}).status, 0);
    const auto shown =
        croquis({"serve", "--print-config"}, "", {"CROQUIS_PORT=tcp://10.96.0.17:8000"});
    EXPECT_EQ(shown.status, 0) << shown.err;
    EXPECT_THAT(shown.out, HasSubstr("port = 8000\n"));
    EXPECT_THAT(shown.err, HasSubstr("CROQUIS_PORT"));
    EXPECT_THAT(croquis({"serve"}, "", {"CROQUIS_PORT=x"}).err, HasSubstr("CROQUIS_PORT"));
    EXPECT_EQ(croquis({"user", "list"}, "", {"CROQUIS_PORT=x"}).status, 0)
        << "another command's variable";
}

TEST_F(Serve, RefusesToStartWithoutASecretOrWithTheDemosPassword) {
    const auto without = croquis({"serve", "--port", "0"});
    EXPECT_EQ(without.status, 64);
    EXPECT_THAT(without.err, HasSubstr("--demo"));
    EXPECT_EQ(croquis({"serve", "--port", "0", "--secret-file", "none"}).status, 64);
    auto guessable = healthy("serve");
    write("secret", std::string(40, 'a'));
    EXPECT_EQ(croquis(guessable).status, 64);
}

TEST_F(Serve, ADemoThatOthersReachNeedsASecondWord) {
    for (const char* address : {"0.0.0.0", "::", "203.0.113.1"}) {
        auto arguments = healthy("serve");
        arguments.insert(arguments.end(), {"--demo", "--address", address});
        const auto refused = croquis(arguments);
        EXPECT_EQ(refused.status, 64) << address;
        EXPECT_THAT(refused.err, HasSubstr("--demo-anywhere"));
        EXPECT_FALSE(std::filesystem::exists(path("croquis.db")));
    }
    auto arguments = healthy("serve");
    arguments.insert(arguments.end(), {"--demo", "--demo-anywhere", "--address", "0.0.0.0",
                                       "--store", "sqlite:" + path("croquis.db").string()});
    Running server(path(""), arguments);
    EXPECT_THAT(server.out_with("Ctrl+C"), HasSubstr("admin / admin"));
}

TEST_F(Serve, ItsFilesAreItsOwnersAlone) {
    const auto mode = [&](const char* name) {
        return static_cast<unsigned>(std::filesystem::status(path(name)).permissions());
    };
    auto serve = healthy("serve");
    serve.insert(serve.end(), {"--store", "sqlite:" + path("croquis.db").string()});
    ASSERT_EQ(croquis({"migrate"}).status, 0);
    EXPECT_EQ(mode("croquis.db"), 0600u);
    std::filesystem::permissions(path("croquis.db"), std::filesystem::perms(0664));
    {
        Running server(path(""), serve);
        server.err_with("could be read or changed by others (0664)");
        server.out_with("Ctrl+C");
        EXPECT_EQ(mode("croquis.db"), 0600u);
        EXPECT_EQ(server.stop(SIGTERM), 0);
    }
    std::filesystem::permissions(path("secret"), std::filesystem::perms(0640));
    const auto refused = croquis(serve);
    EXPECT_EQ(refused.status, 64);
    EXPECT_THAT(refused.err, HasSubstr("chmod 600"));
}

TEST_F(Serve, SaysWhatKeepsItFromStarting) {
    const auto failing = [&](const std::vector<std::string>& flags, const std::string& reason,
                             int status = 1) {
        auto arguments = healthy("serve");
        arguments.insert(arguments.end(), flags.begin(), flags.end());
        const auto outcome = croquis(arguments);
        EXPECT_EQ(outcome.status, status) << reason;
        EXPECT_THAT(outcome.err, HasSubstr(reason));
    };
    failing({"--address", "203.0.113.1"}, "203.0.113.1");
    failing({"--model", "none.onnx"}, "none.onnx");
    failing({"--store", "mysql://db"}, "sqlite:", 64);
    failing({"--portal", "--web-root", "none"}, "none");
    EXPECT_EQ(croquis({"portal", "--web-root", "none", "--portal-port", "0"}).status, 1);
    EXPECT_EQ(croquis({"portal", "--web-root", "page", "--portal-port", "0", "--backend-url",
                       "gopher://x"})
                  .status,
              64);
}

}  // namespace
}  // namespace croquis::cli
