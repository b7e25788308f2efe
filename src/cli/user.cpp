#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <iostream>

#include "cli/commands.h"
#include "cli/open.h"
#include "core/bytes.h"
#include "identity/identity.h"

namespace croquis::cli {
namespace {

/// Turns the terminal's echo off for as long as it lives.
class NoEcho {
  public:
    NoEcho() {
        if (tcgetattr(STDIN_FILENO, &before_) != 0) return;
        termios quiet = before_;
        quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        changed_ = tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) == 0;
    }
    ~NoEcho() {
        if (changed_) tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    }
    NoEcho(const NoEcho&) = delete;
    NoEcho& operator=(const NoEcho&) = delete;

  private:
    termios before_{};
    bool changed_ = false;
};

std::string ask(const std::string& prompt) {
    std::cerr << prompt << std::flush;
    std::string line;
    {
        const NoEcho quiet;
        std::getline(std::cin, line);
    }
    std::cerr << '\n';
    return line;
}

/// From a terminal asked twice, unseen; from a pipe the first line. Never from the command line,
/// where other users of the machine could read it.
Result<std::string> read_password() {
    if (isatty(STDIN_FILENO) == 0) {
        std::string line;
        std::getline(std::cin, line);
        return line;
    }
    const std::string first = ask("Password: ");
    if (ask("Again: ") != first)
        return Error{ErrorKind::invalid, "The two passwords differ.", "password"};
    return first;
}

struct Users {
    Metrics metrics;
    std::unique_ptr<store::Store> store;
    std::unique_ptr<identity::Identity> identity;
};

Result<std::unique_ptr<Users>> open_users(const Config& config) {
    auto users = std::make_unique<Users>();
    auto store = open_quietly(config, users->metrics);
    if (!store) return store.error();
    users->store = std::move(*store);
    if (const auto migrated = users->store->migrate(); !migrated) return migrated.error();
    identity::IdentityOptions options;
    options.secret = to_base64(random_bytes(32));  // this command signs no token
    users->identity = std::make_unique<identity::Identity>(*users->store, std::move(options));
    return users;
}

Result<void> add(Users& users, const std::string& name, const std::string& role) {
    const auto parsed = identity::parse_role(role);
    if (!parsed) return parsed.error();
    const auto password = read_password();
    if (!password) return password.error();
    const auto added = users.identity->add_user(name, *password, *parsed);
    if (!added) return added.error();
    std::cout << "added " << added->name << " as " << identity::to_string(added->role) << '\n';
    return {};
}

Result<void> list(Users& users) {
    const auto all = users.store->users();
    if (!all) return all.error();
    for (const auto& user : *all)
        std::cout << fmt::format(
            "{:<24} {:<10} {:<9} since {}\n", user.name, identity::to_string(user.role),
            user.disabled ? "disabled" : "enabled", to_rfc3339(user.created_at));
    return {};
}

Result<void> set_password(Users& users, const std::string& name) {
    const auto user = users.store->user_by_name(name);
    if (!user) return user.error();
    const auto password = read_password();
    if (!password) return password.error();
    return users.identity->set_password(user->id, *password);
}

Result<void> set_role(Users& users, const std::string& name, const std::string& role) {
    const auto parsed = identity::parse_role(role);
    if (!parsed) return parsed.error();
    const auto user = users.store->user_by_name(name);
    if (!user) return user.error();
    const auto changed = users.identity->change_user(user->id, *parsed, std::nullopt);
    if (!changed) return changed.error();
    return {};
}

Result<void> set_disabled(Users& users, const std::string& name, bool disabled) {
    const auto user = users.store->user_by_name(name);
    if (!user) return user.error();
    const auto changed = users.identity->change_user(user->id, std::nullopt, disabled);
    if (!changed) return changed.error();
    return {};
}

Result<void> remove(Users& users, const std::string& name) {
    const auto user = users.store->user_by_name(name);
    if (!user) return user.error();
    return users.identity->delete_user(user->id);
}

struct Arguments {
    std::string name;
    std::string role = "annotator";
};

}  // namespace

void add_user(CLI::App& program, Context& context) {
    auto* command = program.add_subcommand("user", "Add, list and change those who may sign in");
    command->require_subcommand(1);
    auto arguments = std::make_shared<Arguments>();
    const auto verb = [&](const char* name, const char* help, auto work) {
        auto* sub = command->add_subcommand(name, help);
        add_settings(*sub, Settings::store, context.config);
        sub->callback([=, &context] {
            auto users = open_users(context.config);
            const auto done = users ? work(**users, *arguments) : Result<void>(users.error());
            context.exit_code = done ? success : report(done.error());
        });
        return sub;
    };
    const auto named = [&](CLI::App* sub) {
        sub->add_option("NAME", arguments->name, "User name")->required();
        return sub;
    };
    const auto with_role = [&](CLI::App* sub) {
        return sub->add_option("--role", arguments->role, "annotator or admin")
            ->capture_default_str();
    };
    with_role(named(verb("add", "Add a user; the password is asked for, or read from a pipe",
                         [](Users& u, const Arguments& a) { return add(u, a.name, a.role); })));
    verb("list", "List users", [](Users& u, const Arguments&) { return list(u); });
    named(verb("password", "Set a user's password",
               [](Users& u, const Arguments& a) { return set_password(u, a.name); }));
    with_role(named(verb("role", "Set a user's role", [](Users& u, const Arguments& a) {
        return set_role(u, a.name, a.role);
    })))->required();
    named(verb("disable", "Refuse a user's sign-ins",
               [](Users& u, const Arguments& a) { return set_disabled(u, a.name, true); }));
    named(verb("enable", "Allow them again",
               [](Users& u, const Arguments& a) { return set_disabled(u, a.name, false); }));
    named(verb("remove", "Remove a user; the history keeps the name",
               [](Users& u, const Arguments& a) { return remove(u, a.name); }));
}

}  // namespace croquis::cli
