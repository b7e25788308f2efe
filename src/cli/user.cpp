#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <array>
#include <iostream>
#include <optional>

#include "cli/commands.h"
#include "core/bytes.h"
#include "identity/identity.h"

namespace croquis::cli {
namespace {

constexpr int max_password_bytes = 1024;

/// OpenSSL asks on the terminal without echo, twice, and gives the echo back on Ctrl+C too.
Result<std::string> ask_for_password() {
    std::array<char, max_password_bytes + 2> typed{};
    const int outcome =
        EVP_read_pw_string(typed.data(), static_cast<int>(typed.size()), "Password: ", 1);
    std::string password(typed.data());
    OPENSSL_cleanse(typed.data(), typed.size());
    if (outcome != 0)
        return Error{ErrorKind::invalid, "The two passwords differ, or none was given.",
                     "password"};
    return password;
}

/// From a terminal asked for twice, unseen; from a pipe the first line. Never from the command
/// line, where other users of the machine could read it.
Result<std::string> read_password() {
    if (isatty(STDIN_FILENO) != 0) return ask_for_password();
    std::string line;
    if (!std::getline(std::cin, line))
        return Error{ErrorKind::invalid, "Standard input holds no password.", "password"};
    if (line.ends_with('\r')) line.pop_back();
    return line;
}

struct Users {
    Metrics metrics;
    std::unique_ptr<store::Store> store;
    std::unique_ptr<identity::Identity> identity;
};

Result<std::unique_ptr<Users>> open_users(const CLI::App& command, const server::Config& config) {
    auto users = std::make_unique<Users>();
    auto store = open_for(command, config, users->metrics);
    if (!store) return store.error();
    users->store = std::move(*store);
    identity::IdentityOptions options;
    options.secret = to_base64(random_bytes(32));  // this command signs no token
    users->identity = std::make_unique<identity::Identity>(*users->store, std::move(options));
    return users;
}

struct UserArguments {
    std::string name;
    std::string role = "annotator";
};

Result<void> add(Users& users, const UserArguments& arguments) {
    const auto role = identity::parse_role(arguments.role);
    if (!role) return role.error();
    const auto password = read_password();
    if (!password) return password.error();
    const auto added = users.identity->add_user(arguments.name, *password, *role, {});
    if (!added) return added.error();
    std::cout << "added " << added->name << " as " << identity::to_string(added->role) << '\n';
    return {};
}

Result<void> list(Users& users, const UserArguments&) {
    const auto all = users.store->users();
    if (!all) return all.error();
    if (all->empty()) std::cerr << "none yet: `croquis user add NAME` adds one\n";
    for (const auto& user : *all)
        std::cout << fmt::format(
            "{:<24} {:<10} {:<9} since {}\n", user.name, identity::to_string(user.role),
            user.disabled ? "disabled" : "enabled", to_rfc3339(user.created_at));
    return {};
}

Result<void> set_password(Users& users, const UserArguments& arguments) {
    const auto user = users.store->user_by_name(arguments.name);
    if (!user) return user.error();
    const auto password = read_password();
    if (!password) return password.error();
    const auto set = users.identity->change_user(user->id, {{}, {}, *password}, {});
    if (!set) return set.error();
    std::cout << user->name << " has a new password; earlier sign-ins have ended\n";
    return {};
}

Result<void> change(Users& users, const std::string& name, std::optional<store::Role> role,
                    std::optional<bool> disabled) {
    const auto user = users.store->user_by_name(name);
    if (!user) return user.error();
    const auto changed = users.identity->change_user(user->id, {role, disabled, {}}, {});
    if (!changed) return changed.error();
    std::cout << fmt::format("{} is {}, {}\n", changed->name, identity::to_string(changed->role),
                             changed->disabled ? "disabled" : "enabled");
    return {};
}

Result<void> set_role(Users& users, const UserArguments& arguments) {
    const auto role = identity::parse_role(arguments.role);
    if (!role) return role.error();
    return change(users, arguments.name, *role, std::nullopt);
}

Result<void> disable(Users& users, const UserArguments& arguments) {
    return change(users, arguments.name, std::nullopt, true);
}

Result<void> enable(Users& users, const UserArguments& arguments) {
    return change(users, arguments.name, std::nullopt, false);
}

Result<void> remove(Users& users, const UserArguments& arguments) {
    const auto user = users.store->user_by_name(arguments.name);
    if (!user) return user.error();
    if (const auto gone = users.identity->delete_user(user->id, {}); !gone) return gone.error();
    std::cout << "removed " << user->name << '\n';
    return {};
}

using UserVerb = Result<void> (*)(Users&, const UserArguments&);

/// Adds `croquis user VERB`.
CLI::App& add_verb(CLI::App& command, const char* name, const char* help, UserVerb work,
                   const std::shared_ptr<UserArguments>& arguments, Context& context) {
    auto* verb = command.add_subcommand(name, help);
    const auto config = own_settings(*verb, server::Settings::store, context);
    verb->callback([=, &context] {
        auto users = open_users(*verb, *config);
        const auto done = users ? work(**users, *arguments) : Result<void>(users.error());
        context.exit_code = done ? success : report(done.error());
    });
    return *verb;
}

void add_name(CLI::App& verb, UserArguments& arguments) {
    verb.add_option("NAME", arguments.name, "User name")->required();
}

CLI::Option* add_role(CLI::App& verb, UserArguments& arguments) {
    return verb.add_option("--role", arguments.role, "What the user may do")
        ->check(CLI::IsMember({"annotator", "admin"}));
}

}  // namespace

void add_user(CLI::App& program, Context& context) {
    auto* command = program.add_subcommand("user", "Add, list and change those who may sign in");
    command->require_subcommand(1);
    auto arguments = std::make_shared<UserArguments>();
    const auto verb = [&](const char* name, const char* help, UserVerb work) -> CLI::App& {
        return add_verb(*command, name, help, work, arguments, context);
    };
    auto& adding = verb("add", "Add a user; the password is asked for, or read from a pipe", add);
    add_name(adding, *arguments);
    add_role(adding, *arguments)->capture_default_str();
    verb("list", "List users", list);
    add_name(verb("password", "Set a user's password, as add does", set_password), *arguments);
    auto& role = verb("role", "Set a user's role", set_role);
    add_name(role, *arguments);
    add_role(role, *arguments)->required();
    add_name(verb("disable", "Refuse a user's sign-ins", disable), *arguments);
    add_name(verb("enable", "Allow them again", enable), *arguments);
    add_name(verb("remove", "Remove a user; the history keeps the name", remove), *arguments);
}

}  // namespace croquis::cli
