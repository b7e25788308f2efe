#include <fmt/format.h>

#include <boost/json/serialize.hpp>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "core/text.h"
#include "service/models/trunk.h"
#include "service/similarity/clusters.h"
#include "service/similarity/drawing_map.h"
#include "service/similarity/similar.h"
#include "service/similarity/suspects.h"

/// What a project's drawings look like to the model: clusters, likely mistakes, neighbours, the
/// map.
namespace croquis::cli {
namespace {

struct LookArguments {
    std::string slug;
    std::string drawing;
    std::size_t limit = 0;
    bool json = false;
};

const char* reviewed_text(const store::Drawing& drawing) {
    return drawing.tagged_by ? "reviewed" : "unreviewed";
}

void print(const service::DrawingClusters& all) {
    std::cout << fmt::format(
        "{} in clusters; listed: {}\n",
        counted(all.looked_at, "drawing that waits is", "drawings that wait are"),
        all.clusters.size());
    for (const auto& cluster : all.clusters) {
        std::cout << fmt::format("\n{}: {} {}\n", counted(cluster.size, "drawing", "drawings"),
                                 cluster.suggested, cluster.suggested_of);
        for (const auto& drawing : cluster.drawings)
            std::cout << fmt::format("  {}  {}\n", to_string(drawing.id), drawing.tag);
        if (cluster.size > cluster.drawings.size())
            std::cout << fmt::format("  and {} more\n", cluster.size - cluster.drawings.size());
    }
}

/// The shares are of the nearest reviewed drawings.
void print(const std::vector<service::SuspectedMistake>& mistakes) {
    if (mistakes.empty()) {
        std::cout << "none\n";
        return;
    }
    std::cout << fmt::format("{:<36}  {:<24}  {:<24}  {}\n", "drawing", "tag", "look-alikes say",
                             "of them, and its own tag");
    for (const auto& [drawing, suggested, suggest, given] : mistakes)
        std::cout << fmt::format("{}  {:<24}  {:<24}  {:.0f} % {:.0f} %\n", to_string(drawing.id),
                                 drawing.tag, suggested, 100 * suggest, 100 * given);
}

void print(const std::vector<service::SimilarDrawing>& similar) {
    for (const auto& [drawing, similarity] : similar)
        std::cout << fmt::format("{}  {:.3f}  {:<10}  {}\n", to_string(drawing.id), similarity,
                                 reviewed_text(drawing), drawing.tag);
    if (similar.empty()) std::cout << "none\n";
}

void print(const service::DrawingMap& map) {
    const auto& drift = map.drift;
    std::cout << fmt::format(
        "{} from before the live model's promotion, {} since: {} (distance {:.3f}, p {:.3f})\n",
        counted(drift.first, "drawing", "drawings"), drift.second,
        drift.is_beyond_chance() ? "they look otherwise beyond chance"
                                 : "no more different than by chance",
        drift.distance, drift.p_value);
    for (const auto& [drawing, at] : map.drawings)
        std::cout << fmt::format("{}  {:>6.3f}  {:>6.3f}  {:<10}  {}\n", to_string(drawing.id),
                                 at[0], at[1], reviewed_text(drawing), drawing.tag);
}

Result<service::DrawingClusters> clusters_of(store::Store& store, int project,
                                             const std::string& trunk,
                                             const LookArguments& arguments) {
    return service::clusters_to_review(store, project, trunk, arguments.limit);
}

Result<std::vector<service::SuspectedMistake>> suspects_of(store::Store& store, int project,
                                                           const std::string& trunk,
                                                           const LookArguments& arguments) {
    return service::SuspectBoard().of(store, project, trunk, arguments.limit);
}

Result<std::vector<service::SimilarDrawing>> similar_of(store::Store& store, int project,
                                                        const std::string& trunk,
                                                        const LookArguments& arguments) {
    const auto drawing = Uuid::parse(arguments.drawing);
    if (!drawing) return drawing.error();
    return service::similar_drawings(store, project, trunk, *drawing, arguments.limit);
}

Result<service::DrawingMap> map_of(store::Store& store, int project, const std::string& trunk,
                                   const LookArguments&) {
    return service::map_drawings(store, project, trunk);
}

template <class Found>
using Find = Result<Found> (*)(store::Store&, int project, const std::string& trunk,
                               const LookArguments&);

template <class Found>
Result<void> show(store::Store& store, const LookArguments& arguments, Find<Found> find) {
    const auto project = project_named(store, arguments.slug);
    if (!project) return project.error();
    const auto trunk = service::trunk_in(store, project->id);
    if (!trunk) return trunk.error();
    const auto found = find(store, project->id, *trunk, arguments);
    if (!found) return found.error();
    if (arguments.json)
        std::cout << boost::json::serialize(service::to_json(*found)) << '\n';
    else
        print(*found);
    return {};
}

/// A verb about a project, and what its other options fill.
struct LookVerb {
    CLI::App* verb;
    std::shared_ptr<LookArguments> arguments;

    void lists(const char* what, std::size_t usual, std::size_t most) const {
        arguments->limit = usual;
        verb->add_option("--limit", arguments->limit, what)
            ->check(CLI::Range(std::size_t{1}, most))
            ->capture_default_str();
    }
};

template <class Found>
LookVerb add_verb(CLI::App& project, Context& context, const char* name, const char* help,
                  Find<Found> find) {
    auto arguments = std::make_shared<LookArguments>();
    auto* verb = project.add_subcommand(name, help);
    verb->add_option("SLUG", arguments->slug, "As list shows it")->required();
    verb->add_flag("--json", arguments->json, "Print it as JSON");
    do_with_live_model(*verb, context,
                       [=](store::Store& store) { return show<Found>(store, *arguments, find); });
    return {verb, arguments};
}

}  // namespace

void add_project_look_alikes(CLI::App& project, Context& context) {
    add_verb(project, context, "clusters",
             "Drawings that wait for review, those together that the model sees alike", clusters_of)
        .lists("Clusters that are listed, the largest first", 12, service::most_clusters);
    add_verb(project, context, "suspects",
             "Likely mistakes: reviewed drawings whose nearest look-alikes have another tag",
             suspects_of)
        .lists("Drawings that are listed, the likeliest first", 50, service::most_suspects_listed);
    const auto similar =
        add_verb(project, context, "similar",
                 "The drawings that the model sees most alike to one of the project", similar_of);
    similar.verb->add_option("DRAWING", similar.arguments->drawing, "Its id")->required();
    similar.lists("Drawings that are listed", 12, service::most_similar);
    add_verb(project, context, "map",
             "Where the newest drawings lie on the plane on which the model's embeddings differ "
             "most, and whether those since the promotion look otherwise",
             map_of);
}

}  // namespace croquis::cli
