#include "store/dismissing.h"

#include <algorithm>
#include <functional>

namespace croquis::store {
namespace {

constexpr std::size_t most_dismissals = 10'000;
constexpr std::size_t id_length = 36;
constexpr const char* select_dismissals =
    "SELECT d.id, d.project, d.drawings, d.dismissed_by, account.name FROM duplicate_dismissal AS "
    "d "
    "LEFT JOIN account ON account.id = d.dismissed_by WHERE d.project = $1 ";

}  // namespace

const std::string& dismissals_sql() {
    static const std::string sql = std::string(select_dismissals) + "ORDER BY d.id DESC LIMIT $2";
    return sql;
}

const std::string& same_dismissal_sql() {
    static const std::string sql = std::string(select_dismissals) + "AND d.drawings = $2";
    return sql;
}

std::string dismissed_text(const std::vector<Uuid>& drawings) {
    std::string text;
    for (const auto& drawing : drawings) {
        if (!text.empty()) text += ' ';
        text += to_string(drawing);
    }
    return text;
}

std::vector<Uuid> dismissed_in(std::string_view text) {
    std::vector<Uuid> drawings;
    for (std::size_t at = 0; at < text.size(); at += id_length + 1) {
        const auto drawing = Uuid::parse(text.substr(at, id_length));
        if (!drawing) throw Failure(ErrorKind::internal, "The store holds no list of drawings.");
        drawings.push_back(*drawing);
    }
    return drawings;
}

Result<void> check(const DuplicateDismissal& dismissal) {
    const auto& drawings = dismissal.drawings;
    if (drawings.size() < 2 || drawings.size() > most_dismissed)
        return Error{ErrorKind::invalid, "This must be a list of 2 to 5000 drawings.", "drawings"};
    if (std::adjacent_find(drawings.begin(), drawings.end(), std::greater_equal<>()) !=
        drawings.end())
        return Error{ErrorKind::invalid, "Each drawing can be named once.", "drawings"};
    return {};
}

Result<void> check_dismissal_limit(std::size_t limit) {
    if (limit >= 1 && limit <= most_dismissals) return {};
    return Error{ErrorKind::invalid, "1 to 10000 dismissals can be listed.", "limit"};
}

Failure no_dismissal() {
    return Failure(ErrorKind::not_found, "Nobody dismissed such duplicates here.");
}

}  // namespace croquis::store
