#include "api/problems.h"
#include "api/routes/annotator_routes.h"
#include "service/drawings/sketches.h"

namespace croquis::api {
namespace {

using http::Method;
using http::Request;
using identity::Principal;

Error refused(const char* why, std::string_view code) {
    return {ErrorKind::conflict, why, {}, 0, code};
}

/// Free again however the request ends.
class Turn {
  public:
    explicit Turn(std::atomic<bool>& taken) : taken_(taken), mine_(!taken.exchange(true)) {}
    ~Turn() {
        if (mine_) taken_ = false;
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    [[nodiscard]] bool mine() const { return mine_; }

  private:
    std::atomic<bool>& taken_;
    const bool mine_;
};

Answer sketch(AnnotatorContext& api, Request&, const Principal&) {
    if (!api.demo) co_return problem(refused("This server is no demo.", "not_a_demo"));
    const Turn turn(api.sketching);
    if (!turn.mine()) co_return problem(refused("They are being stored already.", "not_empty"));
    const auto stored = co_await service::store_sketches(api.submissions, api.catalogue,
                                                         api.workers, service::sketches_of_demo);
    if (!stored) co_return problem(stored.error());
    co_return no_store(
        http::json_response(201, boost::json::object{{"stored", service::sketches_of_demo}}));
}

}  // namespace

void add_demo_routes(http::Router& router, const Guard& guard) {
    add_route(router, Method::post, "/drawings:sketch", guard.admin(sketch));
}

}  // namespace croquis::api
