#pragma once

#include <boost/json/array.hpp>
#include <string_view>
#include <vector>

#include "api/codec/query_parameters.h"
#include "api/codec/serialisation.h"
#include "api/routes/guard.h"

namespace croquis::api {

/// A page of what is listed newest first, under `name`; where it is full, `next` leads on.
template <class Item>
http::Response newest_page(std::string_view name, const std::vector<Item>& items,
                           std::size_t limit) {
    boost::json::array listed;
    for (const auto& item : items) listed.push_back(to_json(item));
    boost::json::value next;
    if (items.size() == limit) next = write_cursor(store::Order::newest_first, {items.back().id});
    return no_store(http::json_response(
        200, boost::json::object{{name, std::move(listed)}, {"next", std::move(next)}}));
}

}  // namespace croquis::api
