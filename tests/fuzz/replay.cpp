#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "fuzz/target.h"

/// Runs every file of a folder through a fuzz target, without libFuzzer. A target that finds
/// something wrong ends the program.
int main(int count, char** arguments) {
    namespace fs = std::filesystem;
    if (count != 2 || !fs::is_directory(arguments[1])) {
        std::fputs("replay: needs the folder of the target's corpus\n", stderr);
        return 64;
    }
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(arguments[1])) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    for (const auto& file : files) {
        std::ifstream in(file, std::ios::binary);
        const std::vector<char> bytes(std::istreambuf_iterator<char>(in), {});
        std::printf("%s\n", file.filename().c_str());
        std::fflush(stdout);
        LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    }
    const bool any = !files.empty();
    if (!any) std::fputs("replay: the corpus is empty\n", stderr);
    return any ? 0 : 1;
}
