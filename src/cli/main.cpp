#include <sodium.h>

#include <iostream>

#include "cli/commands.h"

int main(int argc, char** argv) {
    if (sodium_init() < 0) {
        std::cerr << "croquis: error: libsodium cannot start\n";
        return croquis::cli::failed;
    }
    try {
        return croquis::cli::run_program(argc, argv);
    } catch (const std::exception& thrown) {
        std::cerr << "croquis: error: " << thrown.what() << '\n';
        return croquis::cli::failed;
    }
}
