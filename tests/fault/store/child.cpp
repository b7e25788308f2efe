// Submits for ever and prints the id of each drawing that was answered as stored: what the fault
// tests kill. Usage: store_fault_child URL
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <semaphore>

#include "fault/store/submission.h"

int main(int argc, char** argv) {
    using namespace croquis;
    using namespace croquis::store;
    if (argc != 2) return EXIT_FAILURE;
    Metrics metrics;
    auto opened = open_store(argv[1], {}, metrics);
    if (!opened || !(*opened)->migrate()) return EXIT_FAILURE;
    std::counting_semaphore<> places(64);
    for (;;) {
        places.acquire();
        auto submission = fault_submission();
        const auto id = submission.id;
        (*opened)->submit(std::move(submission), [&places, id](const Result<SubmitResult>& answer) {
            const std::string line = to_string(id) + "\n";
            // One write, so that a kill cannot leave half a line.
            if (answer && write(STDOUT_FILENO, line.data(), line.size()) < 0) std::abort();
            places.release();
        });
    }
}
