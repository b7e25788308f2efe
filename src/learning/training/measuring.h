#pragma once

#include <map>
#include <string>

#include "learning/dataset/people.h"
#include "learning/training/calibration.h"
#include "learning/training/card.h"
#include "learning/training/network.h"

/// What a network is measured by: sketches that it never trained on, and people's drawings that
/// only judge.
namespace croquis::learning {

inline constexpr std::uint64_t held_out_seed = 0x4d595df4d0f33173ULL;  ///< far from any typed seed
inline constexpr float unknown_below = 0.4F;  ///< less sure than this is no answer

/// Sketches by careful hands that no training has had; fewer of them where it is to be `quick`.
Judged judged_careful(Network& network, bool quick);
/// People's drawings that only judge, by their source.
std::map<std::string, Judged> judged_people(Network& network, const People& people);

/// What a network says of all that it is measured by.
struct Judgement {
    Judged sketches;  ///< of all kinds, never trained on
    Judged careful;
    std::map<std::string, Judged> people;  ///< by source
};

Judgement judge_all(Network& network, const People& people, bool quick);

/// The largest that each tensor of the network becomes on any of the samples, by its name in ONNX:
/// by this an engine rounds them to 8 bits. The network is in eval mode afterwards.
std::map<std::string, float> activations_of(Network& network, const Samples& samples);

/// On people's drawings and careful sketches; without people's, sketches of all kinds must do.
Calibration calibrate(const Judgement& judgement);

/// For each source what all that have another origin give, so that the source says what a stranger
/// gets.
std::map<std::string, Calibration> calibrate_without(const Judgement& judgement);

/// Puts what is measured on the card, with the calibrations that it has. Prints the figures of the
/// sources.
void measure(const Judgement& judgement, const People& people, ModelCard& card);

/// Which drawings were learnt from, how many judge, and what is unseen.
void note_people(const People& people, ModelCard& card);

}  // namespace croquis::learning
