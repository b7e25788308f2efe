#include "http/router.h"

#include <algorithm>
#include <array>
#include <map>
#include <stdexcept>

#include "http/refusals.h"

namespace croquis::http {

std::string_view to_string(Method method) {
    static constexpr std::array<std::string_view, 7> names{"GET",   "HEAD",   "POST",   "PUT",
                                                           "PATCH", "DELETE", "OPTIONS"};
    return names[static_cast<std::size_t>(method)];
}

namespace {

std::vector<std::string> split(std::string_view path) {
    std::vector<std::string> parts;
    if (path == "/") return parts;
    while (!path.empty()) {
        path.remove_prefix(1);  // the slash
        const auto end = std::min(path.find('/'), path.size());
        parts.emplace_back(path.substr(0, end));
        path.remove_prefix(end);
    }
    return parts;
}

/// What a method of a path leads to.
struct Way {
    Handler handler;
    std::optional<std::uint64_t> streams;
};

struct Endpoint {
    std::string path;
    std::size_t index = 0;
    std::map<Method, Way> handlers;
};

/// One segment's choices: a fixed name, a parameter (with the suffix that a custom verb adds), or
/// the rest.
struct Node {
    struct Parameter {
        std::string name;
        std::string suffix;
        std::unique_ptr<Node> next;
    };
    std::map<std::string, std::unique_ptr<Node>, std::less<>> fixed;
    std::vector<Parameter> parameters;
    std::string rest_name;
    std::unique_ptr<Node> rest;
    Endpoint endpoint;

    Node& child(const std::string& segment);
    const Node* find(const std::vector<std::string>& segments, std::size_t at,
                     Request& request) const;
};

Node& Node::child(const std::string& segment) {
    if (segment.empty() || segment.front() != '{') {
        auto& next = fixed[segment];
        if (!next) next = std::make_unique<Node>();
        return *next;
    }
    const auto close = segment.find('}');
    if (close == std::string::npos)
        throw std::logic_error("a route's parameter is not closed: " + segment);
    const std::string name = segment.substr(1, close - 1);
    if (name.ends_with('*')) {
        rest_name = name.substr(0, name.size() - 1);
        if (!rest) rest = std::make_unique<Node>();
        return *rest;
    }
    const std::string suffix = segment.substr(close + 1);
    for (auto& parameter : parameters)
        if (parameter.name == name && parameter.suffix == suffix) return *parameter.next;
    parameters.push_back({name, suffix, std::make_unique<Node>()});
    std::stable_sort(
        parameters.begin(), parameters.end(),
        [](const Parameter& a, const Parameter& b) { return a.suffix.size() > b.suffix.size(); });
    return *std::find_if(parameters.begin(), parameters.end(), [&](const Parameter& p) {
                return p.name == name && p.suffix == suffix;
            })->next;
}

const Node* Node::find(const std::vector<std::string>& segments, std::size_t at,
                       Request& request) const {
    if (at == segments.size()) return endpoint.handlers.empty() ? nullptr : this;
    const std::string& segment = segments[at];
    if (const auto next = fixed.find(segment); next != fixed.end())
        if (const Node* found = next->second->find(segments, at + 1, request)) return found;
    for (const auto& parameter : parameters) {
        if (segment.size() <= parameter.suffix.size() || !segment.ends_with(parameter.suffix))
            continue;
        const Node* found = parameter.next->find(segments, at + 1, request);
        if (found == nullptr) continue;
        request.parameters[parameter.name] =
            segment.substr(0, segment.size() - parameter.suffix.size());
        return found;
    }
    if (!rest) return nullptr;
    std::string remaining;
    for (std::size_t i = at; i < segments.size(); ++i)
        remaining.append(i == at ? "" : "/").append(segments[i]);
    request.parameters[rest_name] = std::move(remaining);
    return rest.get();
}

std::string allowed(const Endpoint& endpoint) {
    std::string names;
    for (const auto& [method, handler] : endpoint.handlers)
        names.append(names.empty() ? "" : ", ").append(to_string(method));
    if (endpoint.handlers.contains(Method::get) && !endpoint.handlers.contains(Method::head))
        names.append(", HEAD");
    return endpoint.handlers.contains(Method::options) ? names : names.append(", OPTIONS");
}

}  // namespace

struct Router::Impl {
    Node root;
    std::size_t route_count = 1;  // the first is "(none)"
    struct Route {
        Method method;
        std::string path;
        Way way;
    };

    void add(Method method, std::string_view path, Way way);
    std::vector<Route> routes;
};

Router::Router() : impl_(std::make_unique<Impl>()) {}
Router::~Router() = default;
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;

void Router::Impl::add(Method method, std::string_view path, Way way) {
    Node* node = &root;
    for (const auto& segment : split(path)) node = &node->child(segment);
    if (node->endpoint.handlers.empty()) node->endpoint.index = route_count++;
    node->endpoint.path = path;
    if (!node->endpoint.handlers.emplace(method, way).second)
        throw std::logic_error("a route is added twice: " + std::string(path));
    routes.push_back({method, std::string(path), std::move(way)});
}

void Router::add(Method method, std::string_view path, Handler handler) {
    impl_->add(method, path, {std::move(handler), std::nullopt});
}

void Router::add_streaming(Method method, std::string_view path, Handler handler,
                           std::uint64_t max_body_bytes) {
    impl_->add(method, path, {std::move(handler), max_body_bytes});
}

void Router::mount(std::string_view prefix, Router other) {
    for (auto& route : other.impl_->routes)
        impl_->add(route.method,
                   std::string(prefix) + (route.path == "/" && !prefix.empty() ? "" : route.path),
                   std::move(route.way));
}

std::vector<std::string> Router::routes() const {
    std::vector<std::string> names;
    for (const auto& route : impl_->routes)
        names.push_back(std::string(to_string(route.method)).append(" ").append(route.path));
    std::sort(names.begin(), names.end());
    return names;
}

Router::Match Router::match(Request& request) const {
    const Node* node = impl_->root.find(request.segments, 0, request);
    Match match;
    match.route = "(none)";
    if (node == nullptr) return match;
    match.route = node->endpoint.path;
    match.route_index = node->endpoint.index;
    const auto& handlers = node->endpoint.handlers;
    const auto handler = handlers.find(request.method);
    if (handler != handlers.end()) {
        match.handler = &handler->second.handler;
        match.streams = handler->second.streams;
        return match;
    }
    const auto get = handlers.find(Method::get);
    if (request.method == Method::head && get != handlers.end())
        match.handler = &get->second.handler;
    else
        match.allow = allowed(node->endpoint);
    return match;
}

Response Router::without_handler(const Match& match, Method method) {
    if (match.allow.empty()) return problem_of(refusals::address_not_found);
    Response response =
        method == Method::options ? no_content() : problem_of(refusals::method_not_taken);
    response.set("Allow", match.allow);
    return response;
}

std::size_t Router::route_count() const {
    return impl_->route_count;
}

boost::asio::awaitable<Response> Router::handle(Request& request, std::string& route) const {
    const Match found = match(request);
    route = found.route;
    if (found.handler == nullptr) co_return without_handler(found, request.method);
    co_return co_await (*found.handler)(request);
}

}  // namespace croquis::http
