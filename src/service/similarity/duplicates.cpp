#include "service/similarity/duplicates.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "core/decimal.h"
#include "drawing/decode.h"
#include "drawing/normalise.h"
#include "learning/adaptation/duplicates.h"
#include "service/drawings/drawing_brief.h"
#include "service/models/embedded_drawings.h"
#include "store/asking.h"

namespace croquis::service {
namespace {

namespace json = boost::json;

using Member = DuplicateBoard::Member;
using MemberGroup = DuplicateBoard::Group;

Member member_of(const store::Drawing& drawing, float similarity) {
    return {drawing.id, similarity, drawing.sha256, drawing.tag, drawing.tagged_by.has_value()};
}

/// Drawings of one and the same file, the oldest first, and what the network sees in it.
struct OnePicture {
    std::vector<const store::Drawing*> drawings;
    const store::Embedding* embedding = nullptr;
};

Result<DrawingsById> newest_shown(store::Store& store, int project) {
    DrawingsById newest;
    store::Query query;
    query.project = project;
    const auto read = read_pages(store, query, [&](std::vector<store::Drawing>& page) {
        for (auto& drawing : page)
            if (newest.size() < most_duplicates_among)
                newest.emplace(drawing.id, std::move(drawing));
        return newest.size() < most_duplicates_among;
    });
    if (!read) return read.error();
    return newest;
}

/// In the order of their oldest drawings.
std::vector<OnePicture> pictures_of(const DrawingsById& drawings,
                                    const std::vector<DrawingWithEmbedding>& embedded) {
    std::vector<OnePicture> pictures;
    std::map<Sha256, std::size_t> place;
    for (const auto& [id, drawing] : drawings) {
        const auto [at, fresh] = place.emplace(drawing.sha256, pictures.size());
        if (fresh) pictures.emplace_back();
        pictures[at->second].drawings.push_back(&drawing);
    }
    for (const auto& [drawing, embedding] : embedded)
        pictures[place.at(drawing->sha256)].embedding = &embedding;
    return pictures;
}

/// Pictures as they are compared, each read when it is first asked for.
class ComparedPictures {
  public:
    explicit ComparedPictures(store::Store& store) : store_(store) {}

    /// -1…1; nothing where one of the two cannot be read, or too many were.
    std::optional<float> similarity(const store::Drawing& a, const store::Drawing& b) {
        const auto first = row_of(a);
        const auto second = first ? row_of(b) : std::nullopt;
        return second ? std::optional(rows_.similarity(*first, *second)) : std::nullopt;
    }

    /// What the store could not do, after which nothing more is read.
    [[nodiscard]] const std::optional<Error>& failure() const { return failure_; }

  private:
    std::optional<std::size_t> row_of(const store::Drawing& drawing) {
        const auto known = places_.find(drawing.id);
        if (known != places_.end()) return known->second;
        return places_[drawing.id] = read(drawing);
    }

    std::optional<std::size_t> read(const store::Drawing& drawing) {
        const auto size = std::int64_t{drawing.width} * drawing.height;
        if (failure_ || pixels_ + size > most_duplicate_pixels) return std::nullopt;
        pixels_ += size;
        const auto image = store_.image(drawing.id);
        if (!image && image.error().kind != ErrorKind::not_found) failure_ = image.error();
        if (!image) return std::nullopt;
        const auto decoded = drawing::decode(image->bytes, drawing::unlimited);
        if (!decoded) return std::nullopt;
        const auto input = drawing::normalise(decoded->image);
        if (!input) return std::nullopt;
        rows_.add(learning::blurred(*input));
        return rows_.size() - 1;
    }

    store::Store& store_;
    learning::PackedRows rows_{learning::blurred_size};
    std::map<Uuid, std::optional<std::size_t>> places_;
    std::int64_t pixels_ = 0;
    std::optional<Error> failure_;
};

void add_members(MemberGroup& group, const OnePicture& picture, float similarity) {
    for (const auto* drawing : picture.drawings) group.push_back(member_of(*drawing, similarity));
}

/// Of pictures that the network saw: which of them those are that are nearly the same.
Result<std::vector<learning::NearlySame>> nearly_same_among(store::Store& store,
                                                            const std::vector<OnePicture>& pictures,
                                                            const std::vector<std::size_t>& seen) {
    if (seen.empty()) return std::vector<learning::NearlySame>();
    learning::PackedRows rows(pictures[seen[0]].embedding->numbers.size());
    for (const auto i : seen) rows.add(pictures[i].embedding->numbers);
    ComparedPictures compared(store);
    const auto drawing = [&](std::size_t row) -> const store::Drawing& {
        return *pictures[seen[row]].drawings.front();
    };
    auto groups = learning::nearly_same(
        rows, least_alike_to_network, [&](std::size_t first, const learning::Neighbour& other) {
            const auto alike = compared.similarity(drawing(first), drawing(other.row));
            return alike ? *alike >= least_alike_as_pictures
                         : other.similarity >= least_alike_unseen;
        });
    if (compared.failure()) return *compared.failure();
    return groups;
}

/// Pictures that are nearly the same, and then what several drawings share and is like no other.
Result<std::vector<MemberGroup>> groups_among(store::Store& store,
                                              const std::vector<OnePicture>& pictures) {
    std::vector<std::size_t> seen;
    for (std::size_t i = 0; i < pictures.size(); ++i)
        if (pictures[i].embedding != nullptr) seen.push_back(i);
    const auto found = nearly_same_among(store, pictures, seen);
    if (!found) return found.error();
    std::vector<MemberGroup> groups;
    std::set<std::size_t> grouped;
    for (const auto& [first, others] : *found) {
        auto& group = groups.emplace_back();
        add_members(group, pictures[seen[first]], 1);
        grouped.insert(seen[first]);
        for (const auto& [row, similarity] : others) {
            add_members(group, pictures[seen[row]], similarity);
            grouped.insert(seen[row]);
        }
    }
    for (std::size_t i = 0; i < pictures.size(); ++i) {
        if (pictures[i].drawings.size() < 2 || grouped.contains(i)) continue;
        add_members(groups.emplace_back(), pictures[i], 1);
    }
    return groups;
}

bool contradicts(const MemberGroup& group) {
    const std::string* tag = nullptr;
    for (const auto& member : group) {
        if (!member.reviewed) continue;
        if (tag != nullptr && *tag != member.tag) return true;
        tag = &member.tag;
    }
    return false;
}

/// Of the same kind and size those of the newest drawing first.
void sort_groups(std::vector<MemberGroup>& groups) {
    const auto rank = [](const MemberGroup& group) {
        const auto newest = std::max_element(
            group.begin(), group.end(),
            [](const Member& a, const Member& b) { return a.drawing < b.drawing; });
        return std::tuple(contradicts(group), group.size(), newest->drawing);
    };
    std::sort(groups.begin(), groups.end(),
              [&](const MemberGroup& a, const MemberGroup& b) { return rank(a) > rank(b); });
}

Result<DuplicateBoard::Found> find_duplicates(store::Store& store, int project,
                                              const std::string& trunk) {
    DuplicateBoard::Found found;
    found.as_of = now();
    const auto newest = newest_shown(store, project);
    if (!newest) return newest.error();
    const auto embedded = with_embeddings(store, *newest, trunk);
    if (!embedded) return embedded.error();
    found.looked_at = newest->size();
    auto groups = groups_among(store, pictures_of(*newest, *embedded));
    if (!groups) return groups.error();
    found.groups = std::move(*groups);
    sort_groups(found.groups);
    return found;
}

/// As many of the group's drawings as are listed, as they are now. Those that are shown no more
/// leave the group.
Result<std::vector<Duplicate>> read_members(store::Store& store, int project, MemberGroup& group) {
    std::vector<Duplicate> drawings;
    for (auto member = group.begin();
         member != group.end() && drawings.size() < most_of_duplicates;) {
        auto drawing = store.drawing(member->drawing, {store::Audience::everyone, project});
        if (!drawing && drawing.error().kind != ErrorKind::not_found) return drawing.error();
        if (!drawing) {
            member = group.erase(member);
            continue;
        }
        *member = member_of(*drawing, member->similarity);
        drawings.push_back({std::move(*drawing), member->similarity});
        ++member;
    }
    return drawings;
}

DuplicateGroup described_group(const MemberGroup& members) {
    DuplicateGroup group;
    group.size = members.size();
    group.same_picture = std::all_of(members.begin(), members.end(), [&](const Member& member) {
        return member.sha256 == members.front().sha256;
    });
    std::map<std::string, std::size_t> tags;
    for (const auto& member : members) {
        if (!member.reviewed) continue;
        ++tags[member.tag];
        ++(store::judges(member.drawing) ? group.judging : group.learning);
    }
    group.tags.assign(tags.begin(), tags.end());
    std::stable_sort(group.tags.begin(), group.tags.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    return group;
}

bool is_dismissed(const DismissedDuplicates& dismissed, const MemberGroup& group) {
    if (group.size() < 2) return false;
    std::vector<Uuid> others;
    for (std::size_t i = 1; i < group.size(); ++i) others.push_back(group[i].drawing);
    return dismissed.settle(group.front().drawing, others);
}

/// The group, of which these drawings are listed.
DuplicateGroup listed_group(DuplicateGroup group, const MemberGroup& members,
                            std::vector<Duplicate> drawings) {
    for (std::size_t i = drawings.size(); i < members.size(); ++i)
        group.others.push_back(members[i].drawing);
    group.drawings = std::move(drawings);
    return group;
}

/// Reads what is listed, and counts all.
Result<Duplicates> told(store::Store& store, int project, DuplicateBoard::Found found,
                        std::size_t limit) {
    const auto dismissed = DismissedDuplicates::of(store, project);
    if (!dismissed) return dismissed.error();
    Duplicates duplicates;
    duplicates.as_of = found.as_of;
    duplicates.looked_at = found.looked_at;
    for (auto& members : found.groups) {
        std::vector<Duplicate> drawings;
        bool is_none = is_dismissed(*dismissed, members);
        if (duplicates.listed.size() < limit && !is_none) {
            const auto before = members.size();
            auto read = read_members(store, project, members);
            if (!read) return read.error();
            drawings = std::move(*read);
            // Without those that are shown no more it may be one that was dismissed.
            is_none = members.size() < before && is_dismissed(*dismissed, members);
        }
        if (members.size() < 2) continue;
        if (is_none) {
            ++duplicates.dismissed;
            continue;
        }
        auto group = described_group(members);
        ++duplicates.groups;
        duplicates.drawings += group.size;
        duplicates.contradicting += group.contradicts() ? 1 : 0;
        duplicates.crossing += group.crosses() ? 1 : 0;
        duplicates.judging += group.crosses() ? group.judging : 0;
        if (duplicates.listed.size() == limit) continue;
        duplicates.listed.push_back(listed_group(std::move(group), members, std::move(drawings)));
    }
    std::stable_partition(duplicates.listed.begin(), duplicates.listed.end(),
                          [](const DuplicateGroup& group) { return group.contradicts(); });
    return duplicates;
}

/// What is another once somebody drew or reviewed something.
Result<std::string> last_change_in(store::Store& store, int project) {
    const auto reviewed = store.recent_reviews(project, 1);
    if (!reviewed) return reviewed.error();
    store::Query query;
    query.project = project;
    query.limit = 1;
    const auto newest = store.list(query);
    if (!newest) return newest.error();
    return (reviewed->empty() ? std::string() : to_rfc3339(reviewed->front().at)) + ' ' +
           (newest->drawings.empty() ? std::string() : to_string(newest->drawings.front().id));
}

}  // namespace

Result<Duplicates> DuplicateBoard::of(store::Store& store, int project, const std::string& trunk,
                                      std::size_t limit) {
    if (limit < 1 || limit > most_duplicate_groups)
        return Error{ErrorKind::invalid, "1 to 50 groups can be listed.", "limit"};
    const auto last_change = last_change_in(store, project);
    if (!last_change) return last_change.error();
    const auto found = board_.of(project, trunk, *last_change,
                                 [&] { return find_duplicates(store, project, trunk); });
    if (!found) return found.error();
    return told(store, project, **found, limit);
}

json::object summary_of(const DuplicateGroup& group) {
    json::array tags;
    for (const auto& [tag, drawings] : group.tags)
        tags.push_back(json::object{{"tag", tag}, {"drawings", drawings}});
    json::array others;
    for (const auto& other : group.others) others.emplace_back(to_string(other));
    return {{"size", group.size},
            {"same_picture", group.same_picture},
            {"contradicts", group.contradicts()},
            {"others", std::move(others)},
            {"tags", std::move(tags)},
            {"learning", group.learning},
            {"judging", group.judging}};
}

json::object summary_of(const Duplicates& duplicates) {
    return {{"as_of", to_rfc3339(duplicates.as_of)},
            {"looked_at", duplicates.looked_at},
            {"found", duplicates.groups},
            {"drawings", duplicates.drawings},
            {"contradicting", duplicates.contradicting},
            {"crossing", duplicates.crossing},
            {"judging", duplicates.judging},
            {"dismissed", duplicates.dismissed}};
}

json::object to_json(const Duplicates& duplicates) {
    json::array groups;
    for (const auto& group : duplicates.listed) {
        json::array drawings;
        for (const auto& [drawing, similarity] : group.drawings) {
            auto told = brief_of(drawing);
            told["similarity"] = shortest_decimal(similarity);
            told["judges"] = store::judges(drawing.id);
            drawings.push_back(std::move(told));
        }
        auto told = summary_of(group);
        told["drawings"] = std::move(drawings);
        groups.push_back(std::move(told));
    }
    auto told = summary_of(duplicates);
    told["groups"] = std::move(groups);
    return told;
}

}  // namespace croquis::service
