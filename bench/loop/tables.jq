# What bench/loop/run measured, as Markdown.

def places($n): pow(10; $n) as $k | (. * $k | round) / $k | tostring;
def spread($n): "\(.mean | places($n)) (\(.low | places($n)) to \(.high | places($n)))";
def percent: {mean: (.mean * 100), low: (.low * 100), high: (.high * 100)} | spread(1);
def row: "| " + join(" | ") + " |";

. as $all |
"\(.model), \(.embedding) numbers a drawing, \(.seeds) seeds; commit \($commit), \($machine). In brackets: where 95 of 100 means over other seeds lie.",
(.sets | to_entries[] | .key as $n | .value as $set |
    "",
    "### \($set.set): \($set.labels) labels, \($set.drawings) drawings",
    "",
    "All that may be learnt from gives \($set.all_labels | percent) %.",
    "",
    (["order", "answers until 90 % of that", "of those that random order needs", "runs that got there", "every drawing counted as an answer", "of random order's"] | row),
    ([range(6) | "---"] | row),
    ($set.strategies[] | [.strategy, (.goal.answers | spread(0)), "\(.goal.of_random | spread(2))x", "\(.goal.reached) of \($all.seeds)",
        (.goal_by_drawing.answers | spread(0)), "\(.goal_by_drawing.of_random | spread(2))x"] | row),
    "",
    "![\($set.set)](pictures/loop-\($n + 1).svg)")
