#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace croquis {

/// What is run: the program's name, found in PATH, and its arguments, which others on the machine
/// can read; NAME=VALUE for its environment beside this program's, which they cannot.
struct ChildCommand {
    std::vector<std::string> words;
    std::vector<std::string> environment = {};
    bool takes_input = false;   ///< by write(); else it has nothing to read
    bool gives_output = false;  ///< by read(); else what it writes is dropped
};

/// Another program, run as a child of this one, and killed with this object. Nothing waits for it
/// without end. All functions block; not thread-safe.
class ChildProcess {
  public:
    using Wait = std::chrono::milliseconds;

    /// Errors: not_found where there is no such program; unavailable.
    static Result<ChildProcess> start(const ChildCommand& command);
    ChildProcess(ChildProcess&& other) noexcept;
    ChildProcess& operator=(ChildProcess&&) = delete;
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;
    ~ChildProcess();

    /// What it writes next, in `buffer`; empty at the end. Errors: unavailable (nothing came).
    Result<std::string_view> read(std::span<char> buffer, Wait most);
    /// Errors: unavailable (it takes no more).
    Result<void> write(std::string_view bytes, Wait most);
    void close_input();
    /// Its exit status, 128 and the signal where one ended it; nothing where it still runs then.
    std::optional<int> wait(Wait most);
    /// Asks it to end; wait() says when it has.
    void terminate();
    /// The end of what it wrote to standard error, without line ends at either end.
    [[nodiscard]] std::string said() const;

  private:
    ChildProcess() = default;
    bool ready(int descriptor, short events, Wait most) const;

    pid_t pid_ = -1;
    int input_ = -1;
    int output_ = -1;
    int errors_ = -1;  ///< a file without a name, so that it never waits for a reader
    std::optional<int> status_;
};

}  // namespace croquis
