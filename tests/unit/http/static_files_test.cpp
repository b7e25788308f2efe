#include "http/static_files.h"

#include <gtest/gtest.h>

#include <fstream>

#include "support/served_http.h"
#include "support/temp_folder.h"

namespace croquis::http {
namespace {

namespace fs = std::filesystem;
using testing_support::HttpPeer;
using testing_support::Served;
using testing_support::TempFolder;

void write(const fs::path& path, const std::string& text) {
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
}

class StaticFiles : public testing::Test {
  protected:
    StaticFiles() {
        const auto root = folder_.path() / "dist";
        write(root / "index.html", "<!doctype html>page");
        write(root / "favicon.svg", "<svg/>");
        write(root / "assets/app-3f2a.js", "console.log(1)");
        write(root / "assets/app-3f2a.js.br", "as brotli");
        write(root / "assets/app-3f2a.js.gz", "as gzip");
        write(root / "only.gz", "a file of its own");
        write(folder_.path() / "secret.txt", "secret");
        fs::create_symlink(folder_.path() / "secret.txt", root / "link.txt");
        write(root / ".env", "secret");
        write(root / ".env.gz", "secret");
        write(root / ".git/config", "secret");
        write(root / "assets/.hidden/a.js", "secret");
        write(root / "assets/.a.js.swp", "secret");
        write(root / ".well-known/security.txt", "Contact");
        write(root / ".well-known/.notes", "secret");
        write(root / "plain.js", "plain");
        fs::create_symlink(folder_.path() / "secret.txt", root / "plain.js.br");
        fs::create_directory_symlink(folder_.path(), root / "up");
        auto router = static_files(root, "index.html");
        EXPECT_TRUE(router);
        served_ = std::make_unique<Served>(std::move(*router));
    }
    auto get(const std::string& target, const std::string& headers = "") {
        return HttpPeer(served_->port()).get(target, headers);
    }

    TempFolder folder_;
    std::unique_ptr<Served> served_;
};

TEST_F(StaticFiles, ServesFilesByNameAndType) {
    const auto page = get("/");
    EXPECT_EQ(page.body, "<!doctype html>page");
    EXPECT_EQ(page.header("Content-Type"), "text/html; charset=utf-8");
    EXPECT_EQ(page.header("Cache-Control"), "no-cache");
    EXPECT_EQ(get("/index.html").body, page.body);
    EXPECT_EQ(get("/favicon.svg").header("Content-Type"), "image/svg+xml");
    EXPECT_EQ(get("/only.gz").body, "a file of its own");
}

TEST_F(StaticFiles, LetsHashedNamesBeKeptForEver) {
    EXPECT_EQ(get("/assets/app-3f2a.js").header("Cache-Control"),
              "public, max-age=31536000, immutable");
}

TEST_F(StaticFiles, PicksTheEncodingThatTheClientTakes) {
    struct Case {
        const char* accepted;
        const char* body;
        const char* encoding;
    };
    for (const Case& c :
         {Case{"", "console.log(1)", ""}, Case{"gzip", "as gzip", "gzip"},
          Case{"gzip, deflate, br", "as brotli", "br"}, Case{"BR", "as brotli", "br"},
          Case{"br;q=0, gzip;q=0.5", "as gzip", "gzip"}, Case{"*", "as brotli", "br"},
          Case{"br;q=0, *", "as gzip", "gzip"}, Case{"identity", "console.log(1)", ""},
          Case{"*;q=0", "console.log(1)", ""}, Case{";;;", "console.log(1)", ""}}) {
        const auto answer =
            get("/assets/app-3f2a.js", std::string("Accept-Encoding: ") + c.accepted + "\r\n");
        EXPECT_EQ(answer.body, c.body) << c.accepted;
        EXPECT_EQ(answer.header("Content-Encoding"), c.encoding) << c.accepted;
        EXPECT_EQ(answer.header("Content-Type"), "text/javascript; charset=utf-8");
        EXPECT_EQ(answer.header("Vary"), "Accept-Encoding");
    }
}

TEST_F(StaticFiles, TagsEachEncodingByItself) {
    const auto plain = get("/assets/app-3f2a.js").header("ETag");
    const auto brotli = get("/assets/app-3f2a.js", "Accept-Encoding: br\r\n").header("ETag");
    EXPECT_NE(plain, brotli);
    EXPECT_EQ(get("/assets/app-3f2a.js", "If-None-Match: " + plain + "\r\n").status, 304);
    EXPECT_EQ(get("/assets/app-3f2a.js", "Accept-Encoding: br\r\nIf-None-Match: " + plain + "\r\n")
                  .status,
              200);
}

TEST_F(StaticFiles, FallsBackForPagesButNotForFiles) {
    EXPECT_EQ(get("/drawings/7").body, "<!doctype html>page");
    EXPECT_EQ(get("/missing.js").status, 404);
    EXPECT_EQ(get("/assets/missing.css").status, 404);
    EXPECT_EQ(get("/v1.2/page").body, "<!doctype html>page") << "a dot in a folder's name";
}

TEST_F(StaticFiles, NeverLeavesTheFolder) {
    for (const char* path : {"/../secret.txt", "/%2e%2e/secret.txt", "/..%2Fsecret.txt",
                             "/assets/../../secret.txt", "/link.txt", "//etc/passwd.txt"}) {
        const auto answer = get(path);
        EXPECT_EQ(answer.status, 404) << path;
        EXPECT_EQ(answer.body.find("secret\n"), std::string::npos);
    }
}

TEST_F(StaticFiles, NeverServesWhatIsHiddenNorThePageInItsPlace) {
    for (const char* path :
         {"/.env", "/%2eenv", "/.env.gz", "/.git/config", "/%2Egit/config", "/.git%2fconfig",
          "/.git", "/assets/.hidden/a.js", "/assets/.a.js.swp", "/assets/%2ehidden%2fa.js",
          "/.well-known/.notes", "//.env", "/./.env", "/up/secret.txt", "/drawings/.hidden"}) {
        const auto answer = get(path, "Accept-Encoding: gzip, br\r\n");
        EXPECT_EQ(answer.status, 404) << path;
        EXPECT_EQ(answer.body.find("secret\n"), std::string::npos) << path;
    }
    EXPECT_EQ(get("/.well-known/security.txt").body, "Contact");
}

TEST_F(StaticFiles, ReadsNoCompressedNeighbourThroughALink) {
    EXPECT_EQ(get("/plain.js", "Accept-Encoding: br\r\n").body, "plain");
}

TEST(StaticFilesUnderAPath, LeadThere) {
    const TempFolder folder;
    write(folder.path() / "index.html",
          "<head><link rel=\"icon\" href=\"/icon.svg\"><script src=\"/assets/a.js\"></script>"
          "<a href=\"//other/x\" data-x=\"/x\"></a><a href=\"https://other/\"></a></head>");
    write(folder.path() / "index.html.gz", "compressed without it");
    write(folder.path() / "assets/a.js", "const x = ' src=\"/y';");
    write(folder.path() / "assets/a.js.gz", "compressed");
    auto router = static_files(folder.path(), "index.html", "/a/b");
    ASSERT_TRUE(router);
    Served served(std::move(*router));
    const auto get = [&](const char* path) {
        return HttpPeer(served.port()).get(path, "Accept-Encoding: gzip\r\n");
    };
    const auto page = get("/");
    EXPECT_EQ(page.body,
              "<head><meta name=\"croquis-base\" content=\"/a/b\"><link rel=\"icon\" "
              "href=\"/a/b/icon.svg\"><script src=\"/a/b/assets/a.js\"></script><a "
              "href=\"//other/x\" data-x=\"/x\"></a><a href=\"https://other/\"></a></head>");
    EXPECT_FALSE(page.has("Content-Encoding"));
    EXPECT_EQ(get("/drawings/7").body, page.body);
    EXPECT_EQ(get("/assets/a.js").body, "compressed") << "scripts stay as they are";
}

TEST_F(StaticFiles, SaysWhereTheFolderIsMissing) {
    const auto router = static_files(folder_.path() / "nowhere", "");
    ASSERT_FALSE(router);
    EXPECT_EQ(router.error().kind, ErrorKind::not_found);
}

}  // namespace
}  // namespace croquis::http
