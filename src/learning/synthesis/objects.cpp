#include "learning/synthesis/distractors.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace croquis::learning {
namespace {

/// As corners_of() reads them. An outline that ends where it began is closed.
constexpr std::array<std::string_view, 33> things{
    "1128687111 72939566",                          // cup
    "0629799606 4640 408545",                       // boat
    "305053646929243330",                           // bottle
    "40230797735040 47495957",                      // bell
    "2029 257579",                                  // chair
    "0393 1319 8389",                               // table
    "02439298490802 4349",                          // book
    "30021423297973849260514130",                   // shirt
    "0797 27326277",                                // hat
    "12189896554212",                               // shoe
    "4944 20246460 4440",                           // fork
    "4061635434232140 4449",                        // spoon
    "1078 7018 78988969 18092928",                  // scissors
    "0574957605 44305064 46395966",                 // aeroplane
    "4149 43100445 451848 53809455 558858",         // butterfly
    "0913807628 0980",                              // leaf
    "3339696333 4341505243",                        // candle
    "244974 242150727424",                          // ice cream
    "051240829505 35396965",                        // mushroom
    "1282881812 1238526882",                        // drum
    "03334537170503 55639395876755 4555",           // glasses
    "4049 2262 0618497886",                         // anchor
    "09419909 4139 4169",                           // tent
    "0353570703 5484969757 1829382718 6879887768",  // lorry
    "15437493864715 150614 4749 5759",              // bird
    "3060633330 2474782824 2405 7495 3839 6869",    // robot
    "09022224444252547472929909",                   // castle
    "1484891914 2421406164",                        // padlock
    "36133060836636 36396966",                      // light bulb
    "1019 1081738514",                              // flag
    "402328686340 260928 668968",                   // rocket
    "2019394459796020",                             // trousers
    "037395770703 7377",                            // pencil
};

Path outline(std::vector<Vec> corners, float miss, bool smooth, Random& random) {
    const auto& first = corners.front();
    const auto& last = corners.back();
    const bool closed = corners.size() > 2 && first.x == last.x && first.y == last.y;
    if (closed) corners.pop_back();
    for (auto& corner : corners) {
        corner.x = corner.x / 4.5F - 1 + random.normal(miss);
        corner.y = corner.y / 4.5F - 1 + random.normal(miss);
    }
    return {std::move(corners), closed, smooth};
}

}  // namespace

std::vector<std::vector<Vec>> corners_of(std::string_view digits) {
    std::vector<std::vector<Vec>> lines;
    while (!digits.empty()) {
        const auto end = std::min(digits.find(' '), digits.size());
        auto& line = lines.emplace_back();
        for (std::size_t i = 0; i + 1 < end; i += 2)
            line.push_back(
                {static_cast<float>(digits[i] - '0'), static_cast<float>(digits[i + 1] - '0')});
        digits.remove_prefix(std::min(end + 1, digits.size()));
    }
    return lines;
}

Figure outlined_thing(Random& random) {
    const auto thing =
        things[static_cast<std::size_t>(random.integer(0, static_cast<int>(things.size()) - 1))];
    const float miss = random.uniform(0.02F, 0.12F);
    const bool smooth = random.chance(0.15F);
    Figure figure;
    for (auto& corners : corners_of(thing))
        figure.push_back(outline(std::move(corners), miss, smooth, random));
    transform(figure, (random.chance(0.5F) ? -1.0F : 1.0F) * random.uniform(0.6F, 1),
              random.uniform(0.6F, 1), 0);
    return figure;
}

}  // namespace croquis::learning
