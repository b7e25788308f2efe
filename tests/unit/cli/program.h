#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/folders.h"
#include "support/temp_folder.h"

namespace croquis::cli {

/// What a run of the program left.
struct Outcome {
    int status = -1;
    std::string out;
    std::string err;
};

inline std::string quoted(const std::string& word) {
    std::string text = "'";
    for (const char c : word) text += c == '\'' ? "'\\''" : std::string(1, c);
    return text + "'";
}

inline std::string contents(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// The real program, running until it is told to stop (or the test ends).
class Running {
  public:
    Running(const std::filesystem::path& folder, const std::vector<std::string>& arguments)
        : out_(folder / "server-out"), err_(folder / "server-err") {
        std::vector<std::string> words{testing_support::program_folder() + "/croquis"};
        words.insert(words.end(), arguments.begin(), arguments.end());
        std::vector<char*> argv;
        for (auto& word : words) argv.push_back(word.data());
        argv.push_back(nullptr);
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        const auto to = [&](int descriptor, const std::filesystem::path& file) {
            posix_spawn_file_actions_addopen(&actions, descriptor, file.c_str(),
                                             O_WRONLY | O_CREAT | O_TRUNC, 0600);
        };
        to(STDOUT_FILENO, out_);
        to(STDERR_FILENO, err_);
        EXPECT_EQ(posix_spawn(&pid_, argv[0], &actions, nullptr, argv.data(), environ), 0);
        posix_spawn_file_actions_destroy(&actions);
    }
    ~Running() {
        if (pid_ > 0) stop(SIGKILL);
    }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

    /// Standard output, once `text` is in it; what there is where the program ended before.
    std::string out_with(const std::string& text) { return wait_for(out_, text); }
    std::string err_with(const std::string& text) { return wait_for(err_, text); }

    /// The exit status; -1 where a signal ended it.
    int stop(int signal) {
        kill(pid_, signal);
        int ended = 0;
        waitpid(std::exchange(pid_, 0), &ended, 0);
        return WIFEXITED(ended) ? WEXITSTATUS(ended) : -1;
    }

  private:
    std::string wait_for(const std::filesystem::path& file, const std::string& text) const {
        for (;;) {
            siginfo_t ended{};
            const bool over =
                waitid(P_PID, static_cast<id_t>(pid_), &ended, WEXITED | WNOHANG | WNOWAIT) == 0 &&
                ended.si_pid == pid_;
            auto said = contents(file);
            if (over || said.find(text) != std::string::npos) return said;
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
    }

    std::filesystem::path out_;
    std::filesystem::path err_;
    pid_t pid_ = 0;
};

/// Runs the real program in a folder of its own, with nothing of Croquis in its environment but
/// what a test sets.
class ProgramTest : public testing::Test {
  protected:
    /// `input` goes to standard input; `environment` are NAME=VALUE. Standard output is read again
    /// where it goes to the file "out".
    Outcome croquis(const std::vector<std::string>& arguments, const std::string& input = "",
                    const std::vector<std::string>& environment = {},
                    const std::string& output = "out") {
        write("in", input);
        std::string line = "cd " + quoted(path("").string()) +
                           " && env -i PATH=\"$PATH\" ASAN_OPTIONS=\"$ASAN_OPTIONS\"";
        for (const auto& variable : environment) line += " " + quoted(variable);
        line += " " + quoted(testing_support::program_folder() + "/croquis");
        for (const auto& argument : arguments) line += " " + quoted(argument);
        const int ended = std::system((line + " <in >" + output + " 2>err").c_str());
        return {WIFEXITED(ended) ? WEXITSTATUS(ended) : -1,
                output == "out" ? contents(path(output)) : "", contents(path("err"))};
    }

    std::filesystem::path path(const std::string& name) const { return folder_.path() / name; }

    void write(const std::string& name, const std::string& bytes) {
        std::ofstream(path(name), std::ios::binary) << bytes;
        std::filesystem::permissions(path(name), std::filesystem::perms(0600));
    }

  private:
    testing_support::TempFolder folder_;
};

}  // namespace croquis::cli
