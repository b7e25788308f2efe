// `croquis import` and `croquis export` as a person or a script runs them.
#include <gmock/gmock.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <sstream>

#include "core/bytes.h"
#include "drawing/decode.h"
#include "drawing/strokes.h"
#include "unit/cli/program.h"

namespace croquis::cli {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class TransferProgram : public ProgramTest {
  protected:
    void picture(const std::string& name, float at) {
        std::filesystem::create_directories(path(name).parent_path());
        const drawing::Strokes strokes{{{0, 0}, {100, at}, {50, 80}, {at / 2, 20}}};
        const auto png = drawing::encode_png(drawing::rasterise(strokes, 64, drawing::Pen{2}, 4));
        write(name, std::string(as_text(png.value())));
    }

    /// As many different drawings.
    std::string lines(int count) {
        std::string text;
        for (int i = 0; i < count; ++i)
            text += R"({"word":"line","key_id":")" + std::to_string(i + 1) +
                    R"(","drawing":[[[0,)" + std::to_string(50 + i) + R"(],[0,9]]]})" + "\n";
        return text;
    }
};

TEST_F(TransferProgram, ImportSaysWhatItDidAndNamesWhatItCouldNot) {
    picture("d/circle/1.png", 10);
    picture("d/star/2.png", 20);
    write("d/star/3.png", "no picture");
    const auto dry = croquis({"import", "d", "--store", "sqlite:a.db", "--dry-run"});
    EXPECT_EQ(dry.status, 2);
    EXPECT_THAT(dry.out, HasSubstr("to store       2"));
    const auto done = croquis({"import", "d", "--store", "sqlite:a.db", "--json"});
    EXPECT_EQ(done.status, 2);
    EXPECT_THAT(done.out, HasSubstr(R"("stored":2,"already_there":0,"rejected":1)"));
    EXPECT_THAT(done.err, HasSubstr("croquis: star/3.png: It is neither PNG, JPEG nor WebP."));
    std::filesystem::remove(path("d/star/3.png"));
    const auto again = croquis({"import", "d", "--store", "sqlite:a.db", "--json"});
    EXPECT_EQ(again.status, 0);
    EXPECT_THAT(again.out, HasSubstr(R"("stored":0,"already_there":2,"rejected":0)"));
    EXPECT_THAT(again.err, IsEmpty());
}

/// What a program writes there is not written into a file.
class Terminal {
  public:
    Terminal() : ours_(posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK)) {
        EXPECT_EQ(grantpt(ours_), 0);
        EXPECT_EQ(unlockpt(ours_), 0);
        name_ = ptsname(ours_);  // NOLINT(concurrency-mt-unsafe): no other thread asks
        programs_ = open(name_.c_str(), O_RDWR | O_NOCTTY);
    }
    ~Terminal() {
        close(programs_);
        close(ours_);
    }
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] std::string written() const {
        std::string text(std::size_t{64} << 10U, '\0');
        const auto size = read(ours_, text.data(), text.size());
        text.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
        return text;
    }

  private:
    int ours_;
    int programs_ = -1;  ///< kept open: what was written stays there to be read
    std::string name_;
};

TEST_F(TransferProgram, OnATerminalABarSaysHowFarAnImportIsAndIsWipedBeforeASentence) {
    picture("d/circle/1.png", 10);
    write("d/circle/2.png", "no picture");
    const Terminal terminal;
    std::string command = quoted(testing_support::program_folder() + "/croquis");
    for (const auto& word : {std::string("import"), path("d").string(), std::string("--store"),
                             "sqlite:" + path("a.db").string()})
        command += " " + quoted(word);
    // NOLINTNEXTLINE(cert-env33-c,concurrency-mt-unsafe): a shell, to write to the terminal
    EXPECT_NE(std::system((command + " >/dev/null 2>" + terminal.name()).c_str()), 0);
    const auto text = terminal.written();
    EXPECT_THAT(text, HasSubstr("\r\033[Kcroquis: circle/2.png: It is neither PNG"));
    EXPECT_THAT(text,
                HasSubstr("\r\033[KImporting [##############################] 100 %, 2 records"));
}

TEST_F(TransferProgram, WhatWasImportedIsLookedAtInAStoreThatWasNeverServed) {
    write("d.ndjson", lines(12));
    ASSERT_EQ(croquis({"import", "d.ndjson", "--store", "sqlite:new.db"}).status, 0);
    const std::vector<std::vector<std::string>> commands{{"project", "map", "shapes"},
                                                         {"project", "clusters", "shapes"},
                                                         {"project", "suspects", "shapes"},
                                                         {"project", "duplicates", "shapes"},
                                                         {"project", "quality", "shapes"},
                                                         {"project", "drift", "shapes"},
                                                         {"project", "recheck", "shapes"},
                                                         {"model", "list"},
                                                         {"model", "retag"},
                                                         {"embed"}};
    for (auto command : commands) {
        std::filesystem::copy_file(path("new.db"), path("a.db"),
                                   std::filesystem::copy_options::overwrite_existing);
        command.insert(command.end(), {"--store", "sqlite:a.db"});
        const auto done = croquis(command);
        EXPECT_EQ(done.status, 0) << command[0] << ' ' << command[1] << ": " << done.err;
    }
    const auto listed = croquis({"model", "list", "--store", "sqlite:new.db"});
    EXPECT_THAT(listed.out, testing::ContainsRegex("^shapes-[0-9a-f]+ +live "));
}

TEST_F(TransferProgram, ATeachingStandsAmongTheJobs) {
    for (int i = 0; i < 12; ++i)
        for (const char* label : {"circle", "star"})
            picture(std::string("d/") + label + "/" + std::to_string(i) + ".png",
                    static_cast<float>(label[0] == 'c' ? 3 * i : 60 + 3 * i));
    ASSERT_EQ(croquis({"import", "d", "--store", "sqlite:a.db"}).status, 0);
    for (int times = 1; times <= 2; ++times) {
        const auto taught = croquis({"teach", "--store", "sqlite:a.db"});
        ASSERT_EQ(taught.status, 0) << taught.err;
        const auto jobs = croquis({"job", "list", "--store", "sqlite:a.db"});
        std::istringstream all(jobs.out);
        int succeeded = 0;
        for (std::string line; std::getline(all, line);)
            succeeded += line.find("teach") != std::string::npos &&
                                 line.find("succeeded") != std::string::npos
                             ? 1
                             : 0;
        EXPECT_EQ(succeeded, times) << jobs.out;
    }
}

TEST_F(TransferProgram, AnUnknownLabelIsSaidOnce) {
    for (int i = 0; i < 3; ++i) picture("d/sun/" + std::to_string(i) + ".png", 10.0F * i);
    picture("d/Star/1.png", 5);
    picture("d/full moon/1.png", 7);
    const auto done = croquis({"import", "d", "--store", "sqlite:a.db", "--dry-run"});
    EXPECT_EQ(done.status, 2);
    EXPECT_EQ(done.err,
              "croquis: Star: 1 drawing; --new-labels make, or --map Star=star\n"
              "croquis: full moon: 1 drawing; --new-labels make, or --map 'full moon=LABEL'\n"
              "croquis: sun: 3 drawings; --new-labels make, or --map sun=LABEL\n");
    const auto as_json = croquis({"import", "d", "--store", "sqlite:a.db", "--json"});
    EXPECT_THAT(as_json.out, HasSubstr(R"("unknown_labels":{"Star":1,"full moon":1,"sun":3})"));
}

TEST_F(TransferProgram, ALabelForWhatIsThereIsCounted) {
    picture("d/circle/1.png", 10);
    const auto import = [&](std::vector<std::string> more) {
        more.insert(more.begin(), {"import", "d", "--store", "sqlite:a.db"});
        return croquis(more);
    };
    ASSERT_EQ(import({"--labels-as", "ignore"}).status, 0);
    const auto done = import({});
    EXPECT_EQ(done.status, 0);
    EXPECT_THAT(done.out, HasSubstr("there already  1"));
    EXPECT_THAT(done.out, HasSubstr("labelled       1"));
    EXPECT_THAT(import({"--json"}).out, HasSubstr(R"("labelled":0,"kept":0)"));
}

TEST_F(TransferProgram, TheLargestPictureCanBeSaid) {
    std::filesystem::create_directories(path("d/circle"));
    write("d/circle/1.png", std::string(2000, 'x'));
    const auto small =
        croquis({"import", "d", "--store", "sqlite:a.db", "--max-image-bytes", "1024"});
    EXPECT_THAT(small.err, HasSubstr("1024 bytes"));
    const auto large = croquis({"import", "d", "--store", "sqlite:a.db"});
    EXPECT_THAT(large.err, HasSubstr("neither PNG, JPEG nor WebP"));
}

TEST_F(TransferProgram, ExportWritesAWholeFileOrNone) {
    picture("d/circle/1.png", 10);
    ASSERT_EQ(croquis({"import", "d", "--store", "sqlite:a.db"}).status, 0);
    const auto done = croquis(
        {"export", "--store", "sqlite:a.db", "--format", "imagefolder", "--output", "x.zip"});
    EXPECT_EQ(done.status, 0);
    EXPECT_THAT(done.out, HasSubstr(R"("drawings":1)"));
    EXPECT_THAT(contents(path("x.zip")), HasSubstr("circle/1.png"));
    EXPECT_FALSE(std::filesystem::exists(path("x.zip.partial")));
    ASSERT_EQ(croquis({"import", "x.zip", "--store", "sqlite:b.db"}).status, 0);
    ASSERT_EQ(croquis({"export", "--store", "sqlite:b.db", "--format", "imagefolder", "--output",
                       "y.zip"})
                  .status,
              0);
    EXPECT_EQ(contents(path("y.zip")), contents(path("x.zip")));
    const auto nowhere = croquis({"export", "--store", "sqlite:a.db", "--format", "csv", "--output",
                                  "no/such/folder/x.zip"});
    EXPECT_EQ(nowhere.status, 1);
    EXPECT_THAT(nowhere.err, HasSubstr("Cannot write no/such/folder/x.zip"));
}

TEST_F(TransferProgram, ATaughtModelIsMadeAgainFromWhatIsLeftOfItsDrawings) {
    for (int i = 0; i < 14; ++i)
        for (const std::string word : {"circle", "star"})
            picture("d/" + word + "/" + std::to_string(i) + ".png",
                    static_cast<float>(word == "star" ? 5 + i : 95 - i));
    ASSERT_EQ(croquis({"import", "d", "--store", "sqlite:a.db"}).status, 0);
    const auto taught = croquis({"teach", "--store", "sqlite:a.db", "--json"});
    ASSERT_EQ(taught.status, 0) << taught.err;
    const auto found = taught.out.find("taught-");
    const auto id = taught.out.substr(found, taught.out.find('"', found) - found);
    const auto remake = [&](std::vector<std::string> more = {}) {
        more.insert(more.begin(), {"model", "remake", id, "--store", "sqlite:a.db"});
        return croquis(more);
    };
    const auto same = remake();
    EXPECT_EQ(same.status, 0) << same.err;
    EXPECT_THAT(same.out, HasSubstr("Made again: the same to the byte"));
    EXPECT_THAT(remake({"--json"}).out, HasSubstr(R"("same":true)"));

    // What has another tag since is taken as it was, and named.
    ASSERT_EQ(croquis({"label", "merge", "star", "circle", "--store", "sqlite:a.db"}).status, 0);
    const auto merged = remake();
    EXPECT_EQ(merged.status, 0) << merged.out;
    EXPECT_THAT(merged.out, HasSubstr("changed since; taken here as they were then"));
    EXPECT_THAT(merged.out, HasSubstr("star then, circle now"));
    EXPECT_THAT(merged.out, HasSubstr("the same to the byte"));

    // Of what is gone nothing can be made; the first of those is as good as any.
    const auto at = merged.out.find("\n  ") + 3;
    const auto drawing = merged.out.substr(at, 36);
    ASSERT_EQ(croquis({"drawing", "delete", drawing, "--store", "sqlite:a.db"}).status, 0);
    const auto less = remake();
    EXPECT_EQ(less.status, 2) << less.out;
    EXPECT_THAT(less.out, HasSubstr("1 drawing that it learnt from is gone"));
    EXPECT_THAT(less.out, HasSubstr("audit log"));
    EXPECT_THAT(less.out, HasSubstr("\n  " + drawing + "\n"));
    EXPECT_THAT(less.out, HasSubstr("it differs"));
    EXPECT_EQ(croquis({"model", "remake", "none", "--store", "sqlite:a.db"}).status, 1);
}

TEST_F(TransferProgram, ShowsWhatAProjectsDrawingsLookLikeToTheModel) {
    for (int i = 0; i < 14; ++i)
        for (const std::string word : {"circle", "star"})
            picture("d/" + word + "/" + std::to_string(i) + ".png",
                    static_cast<float>(word == "star" ? 5 + i : 95 - i));
    // A star by its name that looks like a circle, and some that wait.
    picture("d/star/wrong.png", 88.5F);
    for (int i = 0; i < 5; ++i)
        picture("rest/x/" + std::to_string(i) + ".png", 94.5F - static_cast<float>(i));
    ASSERT_EQ(croquis({"import", "d", "--store", "sqlite:a.db"}).status, 0);
    ASSERT_EQ(croquis({"import", "rest", "--labels-as", "ignore", "--store", "sqlite:a.db"}).status,
              0);
    // As a server does at its start, this makes the shipped model live.
    ASSERT_EQ(croquis({"embed", "--store", "sqlite:a.db"}).status, 0);
    const auto project = [&](std::vector<std::string> words) {
        words.insert(words.begin(), "project");
        words.insert(words.end(), {"--store", "sqlite:a.db"});
        return croquis(words);
    };
    const auto map = project({"map", "shapes"});
    EXPECT_EQ(map.status, 0) << map.err;
    EXPECT_THAT(map.out, HasSubstr("no more different than by chance"));
    EXPECT_EQ(std::count(map.out.begin(), map.out.end(), '\n'), 35);
    EXPECT_THAT(project({"map", "shapes", "--json"}).out, HasSubstr(R"("points":[{"id":")"));

    const auto first = map.out.substr(map.out.find('\n') + 1, 36);
    const auto similar = project({"similar", "shapes", first, "--limit", "3"});
    EXPECT_EQ(similar.status, 0) << similar.err;
    EXPECT_EQ(std::count(similar.out.begin(), similar.out.end(), '\n'), 3);
    EXPECT_THAT(similar.out, testing::Not(HasSubstr(first)));
    EXPECT_THAT(project({"similar", "shapes", first, "--json"}).out, HasSubstr("\"similarity\":"));
    EXPECT_EQ(project({"similar", "shapes", "00000000-0000-7000-8000-000000000000"}).status, 1);
    EXPECT_EQ(project({"similar", "shapes", "first"}).status, 1);

    const auto suspects = project({"suspects", "shapes"});
    EXPECT_EQ(suspects.status, 0) << suspects.err;
    EXPECT_THAT(suspects.out, testing::ContainsRegex("  star +circle +[0-9]+ %"));
    const auto suspects_json = project({"suspects", "shapes", "--json"}).out;
    EXPECT_THAT(suspects_json, HasSubstr(R"("suggested":"circle")"));

    const auto clusters = project({"clusters", "shapes"});
    EXPECT_EQ(clusters.status, 0) << clusters.err;
    EXPECT_THAT(clusters.out, HasSubstr("drawings that wait are in clusters; listed: 1"));
    EXPECT_THAT(project({"clusters", "shapes", "--json"}).out, HasSubstr(R"("looked_at":)"));

    const std::vector<std::pair<std::string, std::string>> members{{"quality", "calibration"},
                                                                   {"drift", "confidence"},
                                                                   {"recheck", "in_bulk"},
                                                                   {"duplicates", "groups"}};
    for (const auto& [verb, member] : members) {
        const auto told = project({verb, "shapes", "--json"});
        ASSERT_EQ(told.status, 0) << verb << ": " << told.err;
        EXPECT_TRUE(boost::json::parse(told.out).as_object().contains(member)) << told.out;
    }
    EXPECT_EQ(project({"duplicates", "shapes", "--json", "--dismissed"}).status, 64);

    for (const char* verb : {"clusters", "suspects", "map", "drift", "recheck", "agreement"})
        EXPECT_EQ(project({verb, "none"}).status, 1) << verb;
    EXPECT_EQ(project({"agreement", "shapes"}).status, 1);
    EXPECT_EQ(project({"change", "shapes", "--opinions", "2"}).status, 0);
    EXPECT_THAT(project({"agreement", "shapes"}).out, HasSubstr("with 0 opinions of 0 people"));
    const auto agreement = project({"agreement", "shapes", "--json"}).out;
    EXPECT_TRUE(boost::json::parse(agreement).as_object().contains("alpha")) << agreement;
    EXPECT_EQ(project({"clusters", "shapes", "--limit", "51"}).status, 64);
    EXPECT_EQ(project({"suspects", "shapes", "--limit", "0"}).status, 64);
    EXPECT_EQ(project({"similar", "shapes"}).status, 64);
}

TEST_F(TransferProgram, GoesBackToTheModelBeforeRetagsAndQueuesATraining) {
    for (int i = 0; i < 14; ++i)
        for (const std::string word : {"circle", "star"})
            picture("d/" + word + "/" + std::to_string(i) + ".png",
                    static_cast<float>(word == "star" ? 5 + i : 95 - i));
    picture("rest/thing/1.png", 50);
    const auto on_store = [&](std::vector<std::string> words) {
        words.insert(words.end(), {"--store", "sqlite:a.db"});
        return croquis(words);
    };
    ASSERT_EQ(on_store({"import", "d"}).status, 0);
    ASSERT_EQ(on_store({"import", "rest", "--labels-as", "ignore"}).status, 0);
    const auto early = on_store({"model", "rollback"});
    EXPECT_EQ(early.status, 1);
    EXPECT_THAT(early.err, HasSubstr("No model was live before"));
    const auto taught = on_store({"teach", "--json"});
    ASSERT_EQ(taught.status, 0) << taught.err;
    const auto found = taught.out.find("taught-");
    const auto id = taught.out.substr(found, taught.out.find('"', found) - found);
    ASSERT_EQ(on_store({"model", "use", id, "--yes"}).status, 0);
    const auto retagged = on_store({"model", "retag"});
    EXPECT_EQ(retagged.status, 0) << retagged.err;
    EXPECT_THAT(retagged.out, HasSubstr("1 drawing has the answer of " + id));
    EXPECT_THAT(on_store({"model", "retag"}).out, HasSubstr("0 drawings"));
    const auto back = on_store({"model", "rollback"});
    EXPECT_EQ(back.status, 0) << back.err;
    EXPECT_THAT(back.out, HasSubstr("shapes-"));
    EXPECT_THAT(back.out, HasSubstr("is live again"));

    const auto queued = on_store({"model", "train", "--steps", "100", "--from", "nothing"});
    EXPECT_EQ(queued.status, 0) << queued.err;
    EXPECT_THAT(queued.out, HasSubstr("queued as"));
    EXPECT_THAT(on_store({"job", "list"}).out, HasSubstr("train"));
    EXPECT_EQ(on_store({"model", "train", "--steps", "9"}).status, 64);
    EXPECT_EQ(on_store({"model", "retag", "--project", "none"}).status, 1);
}

TEST_F(TransferProgram, AProjectSaysWhenItIsTaught) {
    const auto change = [&](std::vector<std::string> words) {
        words.insert(words.begin(), {"project", "change", "shapes", "--store", "sqlite:a.db"});
        return croquis(words).status;
    };
    ASSERT_EQ(croquis({"migrate", "--store", "sqlite:a.db"}).status, 0);
    EXPECT_EQ(change({"--teach-after", "50", "--promote-better", "yes"}), 0);
    EXPECT_THAT(croquis({"audit", "--store", "sqlite:a.db"}).out, HasSubstr("teach_after"));
    EXPECT_EQ(change({"--teach-after", "server"}), 0);
    for (const char* wrong : {"x", "-1", "100001", "0x10", "1e3", "5 "})
        EXPECT_EQ(change({"--teach-after", wrong}), 64);
    EXPECT_EQ(change({"--promote-better", "perhaps"}), 64);
}

TEST_F(TransferProgram, GuidelinesAreAFileOfText) {
    ASSERT_EQ(croquis({"migrate", "--store", "sqlite:a.db"}).status, 0);
    write("rules.md", "Two wings.");
    std::filesystem::create_directory(path("folder"));
    const auto change = [&](const char* file) {
        return croquis(
            {"project", "change", "shapes", "--guidelines", file, "--store", "sqlite:a.db"});
    };
    EXPECT_EQ(change("rules.md").status, 0);
    for (const char* wrong : {"folder", "none.md", "/dev/zero"}) {
        const auto refused = change(wrong);
        EXPECT_EQ(refused.status, 1) << wrong;
        EXPECT_THAT(refused.err, HasSubstr("(guidelines)")) << wrong;
    }
}

/// A name that is no text would make an answer of the API that repeats it no JSON.
TEST_F(TransferProgram, WhatIsToldOfAnImportIsText) {
    picture("f\xff\x1b[31m/circle/1.png", 10);
    const std::string store = "sqlite:a.db";
    EXPECT_EQ(croquis({"import", "f\xff\x1b[31m", "--store", store}).status, 0);
    const auto told = croquis({"audit", "--subjects", "--store", store});
    EXPECT_EQ(told.out, "f\xef\xbf\xbd\x1b[31m\n");
    for (const char* filter : {"--tag", "--source", "--tagged-by", "--external-id", "--file-name"})
        EXPECT_EQ(croquis({"export", "--format", "csv", "--output", "x.zip", filter, "\xff",
                           "--store", store})
                      .status,
                  64)
            << filter;
    EXPECT_EQ(croquis({"import", "f\xff\x1b[31m", "--pseudonym", "\xff", "--store", store}).status,
              1);
    EXPECT_EQ(croquis({"label", "rename", "circle", "\xff", "--store", store}).status, 1);
    EXPECT_THAT(croquis({"label", "list", "--store", store}).out, HasSubstr("fr: cercle"));
}

/// A name in an archive of somebody else's may hold what makes a terminal do something.
TEST_F(TransferProgram, NamesThatOthersChoseChangeNothingOfATerminal) {
    std::filesystem::create_directories(path("d/circle"));
    write("d/circle/\x1b]0;x\x07\xc2\x9b.png", "no picture");
    write("d/circle/\xc3\xa9.png", "no picture");
    const auto done = croquis({"import", "d", "--store", "sqlite:a.db"});
    EXPECT_EQ(done.status, 2);
    EXPECT_THAT(done.err, HasSubstr("croquis: circle/\\x1b]0;x\\x07\\xc2\\x9b.png: It is neither"));
    EXPECT_THAT(done.err, HasSubstr("croquis: circle/\xc3\xa9.png: It is neither"));
    const auto evaluated =
        croquis({"evaluate", "--data", "d", "--with-learnt", "--json", "e.json"});
    EXPECT_EQ(evaluated.status, 1);
    EXPECT_THAT(evaluated.out + evaluated.err, testing::Not(HasSubstr("\x1b")));
    const auto predicted = croquis({"predict", "d/circle/\x1b]0;x\x07\xc2\x9b.png"});
    EXPECT_EQ(predicted.status, 1);
    EXPECT_THAT(predicted.err, HasSubstr("\\x1b]0;x"));
}

TEST_F(TransferProgram, WhatCannotBeWrittenToStandardOutputIsAFailure) {
    picture("d/circle/1.png", 10);
    const std::string store = "sqlite:a.db";
    ASSERT_EQ(croquis({"import", "d", "--store", store}).status, 0);
    for (const auto& words :
         {std::vector<std::string>{"audit", "--all", "--subjects"}, {"label", "list"}}) {
        auto command = words;
        command.insert(command.end(), {"--store", store});
        EXPECT_EQ(croquis(command).status, 0);
        const auto full = croquis(command, "", {}, "/dev/full");
        EXPECT_EQ(full.status, 1) << words.front();
        EXPECT_THAT(full.err, HasSubstr("standard output"));
    }
    EXPECT_EQ(croquis({"serve", "--print-config"}, "", {}, "/dev/full").status, 1);
}

TEST_F(TransferProgram, WrongUsageIsSaidSo) {
    for (const char* wrong : {"nan", "1.1", "-0.1", "x"})
        EXPECT_EQ(croquis({"export", "--format", "csv", "--output", "x.zip", "--min-confidence",
                           wrong, "--store", "sqlite:a.db"})
                      .status,
                  64)
            << wrong;
    EXPECT_EQ(croquis({"import"}).status, 64);
    EXPECT_EQ(croquis({"import", "d", "--labels-as", "gold"}).status, 64);
    EXPECT_EQ(croquis({"import", "d", "--map", "x"}).status, 64);
    EXPECT_EQ(croquis({"export", "--format", "imagefolder"}).status, 64);
    const auto both =
        croquis({"export", "--format", "csv", "--output", "x.zip", "--flagged", "--not-flagged"});
    EXPECT_EQ(both.status, 64);
    EXPECT_THAT(both.err, HasSubstr("--flagged excludes --not-flagged"));
    const auto nothing = croquis({"import", "nothing", "--store", "sqlite:a.db"});
    EXPECT_EQ(nothing.status, 1);
    EXPECT_THAT(nothing.err, HasSubstr("There is no nothing. (path)"));
    for (const char* id : {"7", "019a5c1e-7b1a-7c3e-9d35-0a8f6c2b4e11"}) {
        const auto job = croquis({"export", "--format", "csv", "--output", "x.zip", "--import", id,
                                  "--store", "sqlite:a.db"});
        EXPECT_EQ(job.status, 1);
        EXPECT_THAT(job.err, HasSubstr(std::string(id) + " is no import's id; `croquis job list`"));
        EXPECT_FALSE(std::filesystem::exists(path("x.zip")));
    }
    write("x.ndjson", lines(1));
    const auto nobody = croquis({"import", "x.ndjson", "--store", "sqlite:a.db", "--as", "nobody"});
    EXPECT_EQ(nobody.status, 1);
    EXPECT_THAT(nobody.err, HasSubstr("There is no user nobody; `croquis user list`"));
    for (const char* command : {"import", "export"})
        EXPECT_EQ(croquis({command, "--help"}).status, 0);
}

TEST_F(TransferProgram, WhatIsCutOffLeavesNoHalves) {
    constexpr int count = 3000;
    write("x.ndjson", lines(count));
    const std::string store = "sqlite:" + path("a.db").string();
    ASSERT_EQ(croquis({"migrate", "--store", store}).status, 0);
    {
        Running running(path(""), {"import", path("x.ndjson").string(), "--store", store});
        const auto log = path("a.db-wal");
        std::error_code none;
        const auto written = [&] {
            const auto size = std::filesystem::file_size(log, none);
            return none ? std::uintmax_t{0} : size;
        };
        // Two transactions at least: one writes some 600 kB.
        while (written() < 1'500'000) std::this_thread::sleep_for(std::chrono::milliseconds(5));
        EXPECT_EQ(running.stop(SIGKILL), -1);
    }
    const auto stored = [&] {
        const auto out =
            croquis({"export", "--store", store, "--format", "ndjson", "--output", "-"});
        EXPECT_EQ(out.status, 0);
        return std::count(out.out.begin(), out.out.end(), '\n');
    };
    const auto before = stored();
    EXPECT_GT(before, 0);
    EXPECT_LT(before, count);
    const auto rest = croquis({"import", "x.ndjson", "--store", store, "--json"});
    EXPECT_EQ(rest.status, 0);
    EXPECT_THAT(rest.out, HasSubstr("\"already_there\":" + std::to_string(before) + ","));
    EXPECT_EQ(stored(), count);

    // An export that is interrupted leaves nothing that looks like one, or holds what one would.
    for (const int signal : {SIGINT, SIGTERM}) {
        const auto partial = path("x.zip.partial");
        Running running(path(""), {"export", "--store", store, "--format", "csv", "--output",
                                   path("x.zip").string()});
        while (!std::filesystem::exists(partial) && !std::filesystem::exists(path("x.zip")))
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        EXPECT_EQ(running.stop(signal), -1);
        EXPECT_FALSE(std::filesystem::exists(partial));
        EXPECT_FALSE(std::filesystem::exists(path("x.zip")));
    }
}

}  // namespace
}  // namespace croquis::cli
