#pragma once

#include <opencv2/core.hpp>
#include <optional>

namespace croquis::drawing {

/// Whether `depth` (CV_8UC1: how dark each pixel is beside its paper; nothing is ink below
/// `noise`) may hold what ruled, squared or dotted paper has printed on it: a glance at the edges
/// of `box`, outside of which there is no ink. It takes a microsecond and says no of what is drawn
/// on a canvas.
bool may_be_ruled(const cv::Mat& depth, const cv::Rect& box);

/// The same ink without what is printed on the paper: ruled, squared and Seyès paper with its
/// margin, up to five degrees askew, and dots. Reduced to at most 1280 pixels a side. Nothing of
/// paper that is plain. Bounded by the pixels, whatever they show: a ruled page takes some 15 ms
/// and 40 MiB while it runs, the worst that was found 60 ms, and what is larger its reduction too.
///
/// Ruling lines are thin, straight, evenly spaced and run across the page, however dark they are
/// (D. Lopresti and E. Kavallieratou, "Ruling Line Removal in Handwritten Page Images", ICPR 2010).
/// Their slope is the one along which the sums of rows differ most from each to the next (W. Postl,
/// US patent 4,723,297, 1988; D. Bloomberg, G. Kopec and L. Dasari, "Measuring document image skew
/// and orientation", SPIE 2422, 1995). What is darker on a line than the line is was drawn on it;
/// where a pen is no darker, its stroke is closed across the line from what is on either side
/// (after D. Bloomberg, "Removing dark lines from a light pencil drawing", leptonica.org).
std::optional<cv::Mat> without_ruling(const cv::Mat& depth);

/// The ink of a photograph without the creases of its page: up to three thin straight lines in each
/// direction, up to five degrees askew, that run from edge to edge of the picture and are fainter
/// than what is drawn. Nothing where there is none. As bounded as without_ruling().
std::optional<cv::Mat> without_creases(const cv::Mat& depth);

}  // namespace croquis::drawing
