#include <fmt/format.h>

#include <iostream>

#include "cli/commands.h"
#include "cli/interruption.h"
#include "cli/terminal.h"
#include "core/new_file.h"
#include "store/backup.h"

/// The whole store in one file, and back.
namespace croquis::cli {
namespace {

constexpr double mebibyte = 1024.0 * 1024.0;

/// A bar for each thing that is done.
class Bars {
  public:
    store::ShowProgress show() {
        return [this](const char* doing, std::uint64_t done, std::uint64_t all) {
            if (doing_ != doing) {
                doing_ = doing;
                bar_.reset();
                bar_ = std::make_unique<ProgressBar>(doing_);
            }
            bar_->show(done, all);
        };
    }

  private:
    std::string doing_;
    std::unique_ptr<ProgressBar> bar_;
};

void say(const std::string& file, const char* what, const store::BackupContents& contents) {
    std::cout << fmt::format("{}: {}, {:.1f} MiB, schema {}\n", file, what,
                             static_cast<double>(contents.bytes) / mebibyte, contents.schema);
    for (const auto& [table, rows] : contents.rows)
        if (rows > 0) std::cout << fmt::format("  {} {}\n", table, rows);
    std::cout << "  sha256 " << to_hex(contents.digest) << '\n';
}

int told(const std::string& file, const char* what, const Result<store::BackupContents>& done) {
    if (!done) return report(done.error());
    say(file, what, *done);
    return success;
}

}  // namespace

void add_backup(CLI::App& program, Context& context) {
    auto* command =
        program.add_subcommand("backup", "Write the whole store to a file, while it is served");
    auto file = std::make_shared<std::string>();
    command
        ->add_option("FILE", *file,
                     "The backup to write, of the owner alone; its digest goes into FILE.sha256. "
                     "There must be no such file yet")
        ->required();
    command->footer(
        "The store as it is at one moment: drawings, tags, models, accounts, jobs; neither "
        "sign-ins nor\nwhat the review queue shows to whom. It is read again and counted before it "
        "has its name.\nSQLite: a database. PostgreSQL: an archive of pg_dump, which must be "
        "installed\n(package postgresql-client); connect to PostgreSQL itself, not to a pooler.\n"
        "Exit status: 0 written and checked, 1 failed (no FILE is left), 64 wrong usage.");
    const auto config = own_settings(*command, server::Settings::store, context);
    command->callback([=, &context] {
        const auto made = [&] {
            const GoneIfInterrupted unfinished(NewFile::unfinished(*file));
            Bars bars;
            return store::back_up(config->store, *file, bars.show());
        }();
        context.exit_code = told(*file, "written and checked", made);
    });
}

void add_restore(CLI::App& program, Context& context) {
    auto* command =
        program.add_subcommand("restore", "Put a backup into the store, whole or not at all");
    auto file = std::make_shared<std::string>();
    command->add_option("FILE", *file, "What `croquis backup` wrote, with FILE.sha256 beside it")
        ->required();
    auto replace = std::make_shared<bool>(false);
    command->add_flag("--replace", *replace, "Delete what the store holds; else it must be empty");
    auto only_check = std::make_shared<bool>(false);
    command->add_flag("--check", *only_check, "Read the backup whole and change nothing");
    command->footer(
        "Stop what serves the store first. What was deleted after the backup was made is there "
        "again: the\noperator guide says how to delete it anew. Everyone signs in again.\n"
        "Exit status: 0 restored (or whole), 1 failed (the store is as it was), 64 wrong usage.");
    const auto config = own_settings(*command, server::Settings::store, context);
    command->callback([=, &context] {
        const auto done = [&] {
            Bars bars;
            return *only_check ? store::check_backup(config->store, *file, bars.show())
                               : store::restore(config->store, *file, *replace, bars.show());
        }();
        context.exit_code = told(*file, *only_check ? "whole" : "restored", done);
    });
}

}  // namespace croquis::cli
