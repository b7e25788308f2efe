#pragma once

#include <vector>

#include "drawing/strokes.h"
#include "learning/synthesis/random.h"

/// What a sketch means to show, before a hand draws it.
namespace croquis::learning {

struct Vec {
    float x = 0;
    float y = 0;
};

inline Vec operator+(Vec a, Vec b) {
    return {a.x + b.x, a.y + b.y};
}
inline Vec operator-(Vec a, Vec b) {
    return {a.x - b.x, a.y - b.y};
}
inline Vec operator*(Vec a, float k) {
    return {a.x * k, a.y * k};
}

/// A line to be drawn: corner points joined by straight edges, or, where smooth, points close
/// together on a curve. x to the right, y downwards; a figure spans about -1…1.
struct Path {
    std::vector<Vec> points;
    bool closed = false;
    bool smooth = false;
};

using Figure = std::vector<Path>;

/// Turns by `angle` radians after stretching by sx and sy.
void transform(Figure& figure, float sx, float sy, float angle, Vec shift = {});

Path polygon(int corners, float turn);
Path arc(Vec centre, float rx, float ry, float from,
         float to);  ///< closed where it is a whole turn
Path segment(Vec a, Vec b);
Path box(float left, float top, float right, float bottom);

/// How a person draws today: from a careful pen on a tablet (care 1) to a hurried mouse (care 0).
struct Hand {
    float care = 1;
    float wobble = 0;          ///< slow drift off the line, in figure units
    float tremor = 0;          ///< fast shaking
    float bow = 0;             ///< straight edges bend by this part of their length
    float corner_error = 0;    ///< corners miss their place by this
    float shear = 0;           ///< the whole leans
    float keystone = 0;        ///< one end comes out smaller than the other, in both directions
    float rounding = 0;        ///< how much corners are cut, 0…1
    float gap = 0;             ///< of the outline: closing stops short (>0) or runs over (<0)
    float lift = 0;            ///< chance to lift the pen at a corner
    float miss = 0;            ///< a new stroke starts this far off where it should
    float hook = 0;            ///< chance of a hook at a stroke's end
    float retrace = 0;         ///< chance to draw a stroke again
    float overshoot = 0;       ///< a stroke ends this far past its corner, in figure units
    float unfinished = 0;      ///< this part of the way, at its end, is never drawn
    bool mouse_steps = false;  ///< positions snap to whole pixels of a coarse mouse
};

Hand random_hand(Random& random);
/// One of the hands that draw with this care, 0…1.
Hand random_hand(float care, Random& random);

/// Draws the figure by that hand.
drawing::Strokes draw(const Figure& figure, const Hand& hand, Random& random);

}  // namespace croquis::learning
