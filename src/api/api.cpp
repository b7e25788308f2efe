#include "api/api.h"

#include "api/answers.h"

namespace croquis::api {

Result<http::Router> backend_router(annotation::Annotation& annotation,
                                    identity::Identity& identity, store::Store& store,
                                    WorkerPool& workers,
                                    const std::filesystem::path& swagger_folder,
                                    const ApiOptions& options) {
    auto router = service_routes(store, workers, swagger_folder, options);
    if (!router) return router.error();
    router->mount(public_base, public_api(annotation, workers, options));
    router->mount(annotator_base,
                  annotator_api(annotation, identity, store, workers, options.base_path));
    return router;
}

}  // namespace croquis::api
