#include "core/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "core/text.h"

namespace croquis {
namespace {

/// Of what it says, so much is kept.
constexpr off_t most_said = 4096;

Error cannot(const std::string& what, int error) {
    return {ErrorKind::unavailable, what + ": " + std::strerror(error)};
}

void close_one(int& descriptor) {
    if (descriptor >= 0) ::close(descriptor);
    descriptor = -1;
}

/// Two ends that are joined, both closed in children.
struct Ends {
    int ours = -1;
    int theirs = -1;
};

Result<Ends> joined_ends() {
    int both[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, both) != 0)
        return cannot("no pipe to a child", errno);
    return Ends{both[0], both[1]};
}

std::vector<char*> pointers(std::vector<std::string>& words) {
    std::vector<char*> pointers;
    pointers.reserve(words.size() + 1);
    for (auto& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    return pointers;
}

/// This program's, with the variables of `more` instead of its own.
std::vector<std::string> environment_with(const std::vector<std::string>& more) {
    std::vector<std::string> all = more;
    for (char** own = environ; *own != nullptr; ++own) {
        const std::string_view variable = *own;
        const auto name = variable.substr(0, variable.find('=') + 1);
        if (std::none_of(more.begin(), more.end(),
                         [&](const std::string& each) { return each.starts_with(name); }))
            all.emplace_back(variable);
    }
    return all;
}

/// Says to posix_spawn what the child's three files are.
class Files {
  public:
    Files() { posix_spawn_file_actions_init(&actions_); }
    Files(const Files&) = delete;
    Files& operator=(const Files&) = delete;
    ~Files() { posix_spawn_file_actions_destroy(&actions_); }

    void set(int number, int descriptor) {
        if (descriptor >= 0)
            posix_spawn_file_actions_adddup2(&actions_, descriptor, number);
        else
            posix_spawn_file_actions_addopen(&actions_, number, "/dev/null", O_RDWR, 0);
    }
    [[nodiscard]] const posix_spawn_file_actions_t* get() const { return &actions_; }

  private:
    posix_spawn_file_actions_t actions_{};
};

int spawn(const ChildCommand& command, const Files& files, pid_t& pid) {
    auto words = command.words;
    auto environment = environment_with(command.environment);
    return ::posix_spawnp(&pid, words.front().c_str(), files.get(), nullptr, pointers(words).data(),
                          pointers(environment).data());
}

}  // namespace

Result<ChildProcess> ChildProcess::start(const ChildCommand& command) {
    ChildProcess child;
    Ends in;
    Ends out;
    if (command.takes_input) {
        const auto ends = joined_ends();
        if (!ends) return ends.error();
        in = *ends;
        child.input_ = in.ours;
    }
    if (command.gives_output) {
        const auto ends = joined_ends();
        if (!ends) {
            close_one(in.theirs);
            return ends.error();
        }
        out = *ends;
        child.output_ = out.ours;
    }
    child.errors_ = ::memfd_create("croquis-child-errors", MFD_CLOEXEC);
    Files files;
    files.set(STDIN_FILENO, in.theirs);
    files.set(STDOUT_FILENO, out.theirs);
    files.set(STDERR_FILENO, child.errors_);
    const int failed = spawn(command, files, child.pid_);
    close_one(in.theirs);
    close_one(out.theirs);
    if (failed == 0) return child;
    child.pid_ = -1;
    if (failed == ENOENT)
        return Error{ErrorKind::not_found, command.words.front() + " is not installed."};
    return cannot("cannot run " + command.words.front(), failed);
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      input_(std::exchange(other.input_, -1)),
      output_(std::exchange(other.output_, -1)),
      errors_(std::exchange(other.errors_, -1)),
      status_(other.status_) {}

ChildProcess::~ChildProcess() {
    close_one(input_);
    close_one(output_);
    if (pid_ > 0 && !status_) {
        ::kill(pid_, SIGKILL);
        int ended = 0;
        ::waitpid(pid_, &ended, 0);
    }
    close_one(errors_);
}

bool ChildProcess::ready(int descriptor, short events, Wait most) const {
    const auto until = std::chrono::steady_clock::now() + most;
    for (;;) {
        const auto left = std::chrono::ceil<Wait>(until - std::chrono::steady_clock::now()).count();
        pollfd one{descriptor, events, 0};
        const int count = ::poll(&one, 1, static_cast<int>(std::max<std::int64_t>(left, 0)));
        if (count > 0) return true;
        if (count == 0 || errno != EINTR) return false;
    }
}

Result<std::string_view> ChildProcess::read(std::span<char> buffer, Wait most) {
    if (!ready(output_, POLLIN, most))
        return Error{ErrorKind::unavailable, "A child gives no answer."};
    const auto size = ::recv(output_, buffer.data(), buffer.size(), 0);
    if (size < 0) return cannot("cannot read from a child", errno);
    return std::string_view(buffer.data(), static_cast<std::size_t>(size));
}

Result<void> ChildProcess::write(std::string_view bytes, Wait most) {
    while (!bytes.empty()) {
        if (!ready(input_, POLLOUT, most))
            return Error{ErrorKind::unavailable, "A child takes nothing more."};
        const auto size = ::send(input_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (size < 0 && (errno == EAGAIN || errno == EINTR)) continue;
        if (size < 0) return cannot("cannot write to a child", errno);
        bytes.remove_prefix(static_cast<std::size_t>(size));
    }
    return {};
}

void ChildProcess::close_input() {
    close_one(input_);
}

std::optional<int> ChildProcess::wait(Wait most) {
    if (status_) return status_;
    // glibc's own function is not declared for C++.
    int handle = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
    const bool ended = handle >= 0 && ready(handle, POLLIN, most);
    close_one(handle);
    int how = 0;
    if (!ended || ::waitpid(pid_, &how, 0) != pid_) return std::nullopt;
    status_ = WIFEXITED(how) ? WEXITSTATUS(how) : 128 + WTERMSIG(how);
    return status_;
}

void ChildProcess::terminate() {
    if (pid_ > 0 && !status_) ::kill(pid_, SIGTERM);
}

std::string ChildProcess::said() const {
    const off_t size = ::lseek(errors_, 0, SEEK_END);
    std::string text(static_cast<std::size_t>(std::clamp<off_t>(size, 0, most_said)), '\0');
    const auto got =
        ::pread(errors_, text.data(), text.size(), std::max<off_t>(0, size - most_said));
    text.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    return std::string(trimmed(text));
}

}  // namespace croquis
