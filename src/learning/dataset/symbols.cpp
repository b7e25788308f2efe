#include "learning/dataset/symbols.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace croquis::learning {
namespace {

/// Arrows beyond the plain ones that the set of shapes lists: with two lines, two heads, a bend, a
/// closed head.
constexpr auto arrows = std::to_array<std::string_view>({"Downarrow",
                                                         "Leftarrow",
                                                         "Leftrightarrow",
                                                         "Longleftarrow",
                                                         "Longleftrightarrow",
                                                         "Longrightarrow",
                                                         "Lsh",
                                                         "MVRightarrow",
                                                         "Rightarrow",
                                                         "Rsh",
                                                         "Uparrow",
                                                         "Updownarrow",
                                                         "curvearrowleft",
                                                         "curvearrowright",
                                                         "dashleftarrow",
                                                         "dashrightarrow",
                                                         "leftarrowtriangle",
                                                         "leftrightarrow",
                                                         "leftrightarrowtriangle",
                                                         "longleftrightarrow",
                                                         "rightarrowtriangle",
                                                         "twoheadleftarrow",
                                                         "twoheadrightarrow",
                                                         "updownarrow",
                                                         "nearrow",
                                                         "swarrow"});

/// What looks like a shape, or nearly: rings and dots, filled shapes, short strokes and arcs,
/// daggers and x-like letters, letters that are a ring or a triangle, arrows that are more than
/// one.
constexpr auto look_alikes = std::to_array<std::string_view>({"LHD",
                                                              "RHD",
                                                              "DOWNarrow",
                                                              "LEFTarrow",
                                                              "RIGHTarrow",
                                                              "UParrow",
                                                              "Delta",
                                                              "Updelta",
                                                              "nabla",
                                                              "texthalflength",
                                                              "backprime",
                                                              "prime",
                                                              "textprimstress",
                                                              "textsecstress",
                                                              "textquotesingle",
                                                              "textquotestraightbase",
                                                              "textfractionsolidus",
                                                              "textthreequartersemdash",
                                                              "texttwelveudash",
                                                              "textblank",
                                                              "textdblhyphen",
                                                              "textdblhyphenchar",
                                                              "textbardbl",
                                                              "textbrokenbar",
                                                              "textdoublepipe",
                                                              "textdoublevertline",
                                                              "parallel",
                                                              "shortparallel",
                                                              "brokenvert",
                                                              "frown",
                                                              "smile",
                                                              "smallfrown",
                                                              "smallsmile",
                                                              "quotesinglbase",
                                                              "textcrb",
                                                              "approx",
                                                              "thickapprox",
                                                              "wr",
                                                              "leadsto",
                                                              "rightsquigarrow",
                                                              "leftrightsquigarrow",
                                                              "blacklozenge",
                                                              "blacksquare",
                                                              "blacktriangle",
                                                              "blacktriangledown",
                                                              "blacktriangleleft",
                                                              "blacktriangleright",
                                                              "diamondsuit",
                                                              "wasylozenge",
                                                              "bullet",
                                                              "textbullet",
                                                              "textopenbullet",
                                                              "textbigcircle",
                                                              "centerdot",
                                                              "cdot",
                                                              "cdotp",
                                                              "ldotp",
                                                              "textperiodcentered",
                                                              "circ",
                                                              "ocircle",
                                                              "newmoon",
                                                              "degree",
                                                              "textdegree",
                                                              "fullmoon",
                                                              "mathcal-lbrace-O-rbrace",
                                                              "mathscr-lbrace-O-rbrace",
                                                              "mathfrak-lbrace-o-rbrace",
                                                              "dag",
                                                              "dagger",
                                                              "textdagger",
                                                              "Cross",
                                                              "kreuz",
                                                              "maltese",
                                                              "chi",
                                                              "upchi",
                                                              "textchi",
                                                              "mathcal-lbrace-X-rbrace",
                                                              "mathscr-lbrace-X-rbrace",
                                                              "Rrightarrow",
                                                              "Lleftarrow",
                                                              "rightarrowtail",
                                                              "leftarrowtail",
                                                              "hookrightarrow",
                                                              "hookleftarrow",
                                                              "mapsto",
                                                              "longmapsto",
                                                              "mapsfrom",
                                                              "longmapsfrom",
                                                              "Mapsto",
                                                              "Mapsfrom",
                                                              "Longmapsto",
                                                              "Longmapsfrom",
                                                              "looparrowright",
                                                              "looparrowleft",
                                                              "multimap"});

std::string_view without_package(std::string_view symbol) {
    return symbol.substr(symbol.find(':') + 1);
}

bool contains(const auto& list, std::string_view name) {
    return std::find(list.begin(), list.end(), name) != list.end();
}

}  // namespace

std::string_view label_of_symbol(std::string_view symbol) {
    const auto name = without_package(symbol);
    if (contains(arrows, name)) return "arrow";
    if (contains(look_alikes, name) || name.find("harpoon") != name.npos) return "";
    return "unknown";
}

std::string sign_name(std::string_view symbol) {
    std::string name(without_package(symbol));
    if (name.find("-lbrace-") == name.npos) {
        if (symbol.starts_with("upgreek:"))
            name = name[0] == 'U'
                       ? std::string(1, static_cast<char>(std::toupper(name[2]))) + name.substr(3)
                       : name.substr(2);
        else if (name.starts_with("text") || (name.starts_with("math") && name.size() > 5))
            name = name.substr(4);
    }
    return "sign " + name;
}

}  // namespace croquis::learning
