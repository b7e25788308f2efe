#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/error.h"
#include "store/model.h"
#include "store/tagging.h"

namespace croquis::store {

/// A parameter of a statement.
using Value = std::variant<std::string, float, int, Uuid, Timestamp>;

/// One page as SQL that both databases read: parameter number n is written $n. SQLite takes $n for
/// a name and numbers parameters as they first appear: a statement names them in that order, or
/// what is bound to $2 is read as $1.
struct ListStatement {
    std::string sql;
    std::vector<Value> values;
};

/// The columns of a drawing, in the order in which both stores read them.
extern const char* const drawing_columns;

/// drawing_columns, and then how many opinions the drawing's project wants.
const std::string& tagging_columns();
inline constexpr int opinions_wanted_column = 24;

/// Selects the drawing with the id $1, for this audience.
const std::string& drawing_query(Audience audience);

/// Selects media type, digest of the picture and project of the drawing with the id $1, for this
/// audience.
const std::string& image_query(Audience audience);

/// What waits for a review has two indexes: what nobody said anything of yet, and what waits for
/// the opinions of others.
inline constexpr const char* unanswered = "tagged_by IS NULL AND answered_by = ''";
inline constexpr const char* answered = "tagged_by IS NULL AND answered_by <> ''";

/// The condition that the queue of a project would ask an account about a drawing that nobody
/// reviewed. The project is a parameter, and so is the account, as answerer() writes it.
std::string asks(const std::string& project, const std::string& account);

/// Drawings of the project $1 that are shown, by tag. The first half reads an index alone; few are
/// withdrawn.
extern const char* const tag_count_query;

/// Drawings that one page looks at, where no index finds those that are asked for.
inline constexpr std::size_t most_looked_at = 5000;

/// Counts the drawings with the name that is asked for, but no more than one above most_looked_at;
/// absent where no name is asked for.
std::optional<ListStatement> named_statement(const Query& query);
inline bool are_few(std::int64_t named) {
    return named <= static_cast<std::int64_t>(most_looked_at);
}

/// Behind drawing_columns.
inline constexpr int place_column = 24;
inline constexpr int looked_at_column = 25;

/// A row of a list.
struct Listed {
    Drawing drawing;
    int place = 0;           ///< its queue_place
    bool looked_at = false;  ///< it is not of the list: as far as it the list was looked through
};

/// Selects one drawing more than the page holds, to tell whether another page follows, and where
/// no index finds what is asked for, how far it looked. Where those with the name that is asked for
/// are few (named_statement), it looks through all of these and no others. Errors: invalid (limit).
Result<ListStatement> list_statement(const Query& query, bool few_are_named = false);

/// Cuts off what is too much and sets the cursor. A page that looked at as much as it may is the
/// shorter for it, or empty, and has a cursor all the same.
Page page_of(std::vector<Listed> rows, const Query& query);

/// Columns: drawing, opinion; what `told` said of these alone, the last one last. Absent where
/// there is nobody to be told, or nothing to tell.
std::optional<ListStatement> told_statement(const std::optional<Uuid>& told,
                                            const std::vector<Drawing>& drawings);

/// Takes the rows of told_statement().
class OwnOpinions {
  public:
    explicit OwnOpinions(LabelMerges merged) : merged_(std::move(merged)) {}
    void add(const Uuid& drawing, const std::string& opinion) {
        said_.insert_or_assign(drawing, after_merges(opinion, merged_));
    }
    void tell(std::vector<Drawing>& drawings) &&;

  private:
    const LabelMerges merged_;
    std::map<Uuid, std::string> said_;
};

}  // namespace croquis::store
