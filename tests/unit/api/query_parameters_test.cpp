#include "api/codec/query_parameters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace croquis::api {
namespace {

using store::Order;
using testing::ElementsAre;

const auto an_id = Uuid::parse("019a5c1e-7b1a-7c3e-9d35-0a8f6c2b4e11").value();

http::Request asking(std::vector<std::pair<std::string, std::string>> query) {
    http::Request request;
    request.query = std::move(query);
    return request;
}

/// The field at fault, or "none".
template <class Answer>
std::string fault(const Answer& answer) {
    if (answer) return "none";
    EXPECT_EQ(answer.error().kind, ErrorKind::invalid);
    return answer.error().field;
}

TEST(Cursor, ComesBackAsItWas) {
    for (const auto order : {Order::newest_first, Order::oldest_first})
        EXPECT_EQ(read_cursor(order, write_cursor(order, {an_id, 5})).value().id, an_id);
    for (const int place : {0, 1, 255, 256, 32767}) {
        const auto text = write_cursor(Order::most_telling_first, {an_id, place});
        const auto read = read_cursor(Order::most_telling_first, text);
        ASSERT_TRUE(read) << place;
        EXPECT_EQ(read->id, an_id);
        EXPECT_EQ(read->place, place);
    }
}

TEST(Cursor, IsOfItsKindOfOrder) {
    const auto by_time = write_cursor(Order::newest_first, {an_id});
    const auto by_place = write_cursor(Order::most_telling_first, {an_id, 7});
    EXPECT_TRUE(read_cursor(Order::oldest_first, by_time));
    EXPECT_EQ(fault(read_cursor(Order::most_telling_first, by_time)), "cursor");
    EXPECT_EQ(fault(read_cursor(Order::newest_first, by_place)), "cursor");
}

TEST(Cursor, IsOneThatWasGiven) {
    const auto given = write_cursor(Order::most_telling_first, {an_id, 7});
    for (const auto& text : {std::string(), std::string("?"), given + "A", given + "=",
                             given.substr(1), given.substr(0, given.size() - 1)})
        EXPECT_EQ(fault(read_cursor(Order::most_telling_first, text)), "cursor") << text;
    Bytes past(1 + sizeof(Uuid::bytes), 3);
    past.insert(past.end(), {0x80, 0x00});
    EXPECT_EQ(fault(read_cursor(Order::most_telling_first, to_base64url(past))), "cursor");
}

TEST(ListQuery, HasAPageOfOneTo200) {
    for (const char* right : {"1", "200"})
        EXPECT_EQ(std::to_string(read_jobs_query(asking({{"limit", right}})).value().limit), right);
    for (const char* wrong : {"0", "201", "-1", "", "1.5", "ten", "1 ", "99999999999999999999"})
        EXPECT_EQ(fault(read_jobs_query(asking({{"limit", wrong}}))), "limit") << wrong;
    EXPECT_FALSE(read_jobs_query(asking({{"cursor", ""}})).value().after);
}

TEST(ListQuery, HasConfidencesFrom0To1) {
    const auto everyone = store::Audience::everyone;
    const auto query =
        read_list_query(asking({{"min_confidence", "0"}, {"max_confidence", "1"}}), everyone);
    EXPECT_EQ(query.value().min_confidence, 0.0F);
    EXPECT_EQ(query.value().max_confidence, 1.0F);
    for (const char* wrong : {"-0.1", "1.01", "nan", "inf", "", "half"})
        for (const char* name : {"min_confidence", "max_confidence"})
            EXPECT_EQ(fault(read_list_query(asking({{name, wrong}}), everyone)), name) << wrong;
}

TEST(ListQuery, HasTagsOfOneTo64Bytes) {
    const auto everyone = store::Audience::everyone;
    EXPECT_EQ(read_list_query(asking({{"tag", std::string(64, 'a')}}), everyone).value().tag,
              std::string(64, 'a'));
    for (const auto& wrong : {std::string(), std::string(65, 'a')})
        EXPECT_EQ(fault(read_list_query(asking({{"tag", wrong}}), everyone)), "tag");
}

TEST(ListQuery, ReadsWhatIsForAnnotatorsForThemAlone) {
    const auto request = asking({{"order", "most_telling_first"},
                                 {"reviewed", "true"},
                                 {"tagged_by", "marie"},
                                 {"tagged_since", "2026-11-24T14:07:00Z"}});
    const auto theirs = read_list_query(request, store::Audience::annotators).value();
    EXPECT_EQ(theirs.order, Order::most_telling_first);
    EXPECT_EQ(theirs.reviewed, true);
    EXPECT_EQ(theirs.tagged_by, "marie");
    EXPECT_TRUE(theirs.tagged_since);
    const auto open = read_list_query(request, store::Audience::everyone).value();
    EXPECT_EQ(open.order, Order::newest_first);
    EXPECT_FALSE(open.reviewed || open.tagged_by || open.tagged_since);
}

TEST(ListQuery, NamesTheParameterAtFault) {
    const std::vector<std::pair<std::string, std::string>> wrong{
        {"order", "best"}, {"reviewed", "perhaps"}, {"tagged_by", ""}, {"tagged_since", "today"},
        {"flagged", "1"},  {"from", "2026-11-24"},  {"until", "x"},    {"import", "7"},
        {"cursor", "x"}};
    for (const auto& parameter : wrong)
        EXPECT_EQ(fault(read_list_query(asking({parameter}), store::Audience::annotators)),
                  parameter.first);
}

Result<IfMatch> matching(const std::string& header) {
    http::Request request;
    if (!header.empty()) request.headers.emplace_back("if-match", header);
    return read_if_match(request);
}

TEST(ReadIfMatch, HoldsTheVersionsOfStrongTags) {
    EXPECT_THAT(matching("\"7\"").value().versions, ElementsAre(7));
    EXPECT_THAT(matching("\"7\", \"8\",\"9\"").value().versions, ElementsAre(7, 8, 9));
    EXPECT_THAT(matching("W/\"7\", \"8\"").value().versions, ElementsAre(8));
    for (const char* none : {"7", "\"\"", "\"7", "\"x\"", "W/\"7\"", ",", "\"7 \"", "\""})
        EXPECT_THAT(matching(none).value().versions, ElementsAre()) << none;
}

TEST(ReadIfMatch, MeetsAnyVersionByAStarAlone) {
    EXPECT_TRUE(condition_of(matching("*").value()).met_by(3));
    EXPECT_TRUE(condition_of(matching(" * ").value()).met_by(3));
    EXPECT_FALSE(condition_of(matching("\"*\"").value()).met_by(3));
    EXPECT_TRUE(condition_of(matching("\"2\", \"3\"").value()).met_by(3));
    EXPECT_FALSE(condition_of(matching("\"2\"").value()).met_by(3));
    EXPECT_FALSE(condition_of(matching("W/\"3\"").value()).met_by(3));
}

TEST(ReadIfMatch, IsNeededAndOf255BytesAtMost) {
    EXPECT_EQ(matching("").error().kind, ErrorKind::precondition_required);
    EXPECT_TRUE(matching('"' + std::string(253, '1') + '"'));
    EXPECT_EQ(fault(matching('"' + std::string(254, '1') + '"')), "If-Match");
}

}  // namespace
}  // namespace croquis::api
