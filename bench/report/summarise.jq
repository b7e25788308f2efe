# From the measurements of one run (an array of lines) to its results: for each phase and party the median and
# the spread, and for each round the ratios to the other parties of that round.

def median: sort | if length == 0 then null elif length % 2 == 1 then .[length / 2 | floor]
    else (.[length / 2 - 1] + .[length / 2]) / 2 end;
def spread: map(select(. != null)) | if length == 0 then null else {median: median, min: min, max: max, rounds: length} end;
def by_party: group_by(.party) | map({key: .[0].party, value: .}) | from_entries;

def measured: {
    per_s: map(.per_s) | spread,
    p50_ms: map(.latency_ms.p50?) | spread,
    p99_ms: map(.latency_ms.p99?) | spread,
    server_cpu_us: map(.usage.server.cpu_us?) | spread,
    postgres_cpu_us: map(.usage.postgres.cpu_us?) | spread,
    load_cpu_us: map(.usage.load.cpu_us?) | spread,
    server_rss_mib: map(.usage.server.rss_mib?) | spread,
    threads_us: (map(.usage.server.threads_us? // {} | to_entries[]) | group_by(.key)
        | map({key: .[0].key, value: (map(.value) | median)}) | from_entries),
    statuses: (map(.statuses? // {} | to_entries[]) | group_by(.key)
        | map({key: .[0].key, value: (map(.value) | add)}) | from_entries),
    errors: (map(.connection_errors? // {} | to_entries[]) | map(.value) | add // 0),
    rows: map(.rows?) | spread
} | with_entries(select(.value != null and .value != {}));

# All CPU microseconds that a request took of the machine: the server's, the database's and the load's.
def cpu_us: .server_cpu_us.median + (.postgres_cpu_us.median? // 0) + .load_cpu_us.median;

# Of one measurement to another, round by round, so that what the machine did meanwhile falls out. Each is
# {phase, party}; `of` takes the figure out of a line.
def ratio($lines; $a; $b; of): [$lines[]] | group_by(.round)
    | map((map(select(.phase == $a.phase and .party == $a.party))[0] | of) as $x
        | (map(select(.phase == $b.phase and .party == $b.party))[0] | of) as $y
        | if $x and $y and $y > 0 then $x / $y else null end)
    | spread;

def compared($lines; $phase; $a; $b):
    {phase: $phase, of: $a, to: $b,
     ratio: ratio($lines; {phase: $phase, party: $a}; {phase: $phase, party: $b}; .per_s)};

# The p99 at 70% of the capacity to the median of an unloaded server, of the same round.
def under_load($lines; $party): [$lines[] | select(.party == $party)] | group_by(.round)
    | map((map(select(.phase == "latency-loaded"))[0].latency_ms.p99?) as $x
        | (map(select(.phase == "latency-unloaded"))[0].latency_ms.p50?) as $y
        | if $x and $y and $y > 0 then $x / $y else null end)
    | spread;

# What the machine's own pauses do at 70% of the capacity: after one of t, what came meanwhile is made up for by the
# time that the cores have to spare, so that submissions can wait for as long as t / (1 - busy).
def pauses($lines; $phases):
    [$lines[] | select(.phase == "pauses")] as $seen
    | if ($seen | length) == 0 then [] else
        ($seen | map(.ms_per_s) | add / length / 1000) as $still
        | ($seen | map(.longest_ms) | max) as $longest
        | $phases["latency-loaded"] // {} | to_entries | map((.value | cpu_us * .per_s.median / ($machine.cores * 1e6)) as $busy
            | {party: .key, busy: $busy, still: $still, longest_ms: $longest,
               felt: (if $busy < 1 then $still / (1 - $busy) else null end)})
      end;

# CPU microseconds of a submission, by stage. The threads' CPU is measured; that of the recognition threads is
# divided as the server's own clocks divide their time, that of the network thread by what the bare responder
# uses for the same requests and what reading one takes when timed alone.
def stages($lines; $phases; $party):
    ($phases.submit[$party]? // null) as $submit
    | [$lines[] | select(.phase == "stages" and .party == $party) | .stages] as $clocks
    | if $submit == null or ($clocks | length) == 0 then null else
        ([$lines[] | select(.phase == "functions") | .benchmarks[] | select(.name == (if $machine.drawings == "page" then "read_request/grey_256" else "read_request/rgba_280" end))
            | .cpu_time / 1000][0]) as $parse
        | ($clocks | {decode: map(.decode_s) | add, normalise: map(.normalise_s) | add, infer: map(.infer_s) | add}) as $c
        | ($c | [.decode + .normalise + .infer, 1e-9] | max) as $sum
        | ($submit.threads_us.recognition // 0) as $recognition
        | ($submit.threads_us.network // 0) as $network
        | ($phases.submit.bare.server_cpu_us.median // 0) as $http
        | {party: $party, http: $http, parse: $parse, decode: ($recognition * $c.decode / $sum),
           normalise: ($recognition * $c.normalise / $sum), infer: ($recognition * $c.infer / $sum),
           store: ($submit.threads_us.store // 0),
           answer: ($network - $http - ($parse // 0)),
           rest: ($submit.server_cpu_us.median - $network - $recognition - ($submit.threads_us.store // 0)),
           all: $submit.server_cpu_us.median, postgres: ($submit.postgres_cpu_us.median? // null),
           load: ($submit.load_cpu_us.median? // null),
           recognised_together: ([$lines[] | select(.phase == "stages" and .party == $party) | .recognised_together] | median),
           stored_together: ([$lines[] | select(.phase == "stages" and .party == $party) | .stored_together] | median)}
      end;

# What the cores that an engine ran on can do a second.
def peak($context; $operations): $context[(if .cores == 1 then "core_peak_" else "all_cores_peak_" end) + $operations];

# Inference by engine and cores, and how near it is to what the cores can multiply.
def inference($lines): [$lines[] | select(.phase == "functions")][0] as $functions
    | if $functions == null then [] else
        [$functions.benchmarks[] | select(.name | startswith("infer_on_cores/"))
            | {engine: (.name | split("/")[1]), cores: .threads, per_s: .items_per_second}]
        | group_by(.engine) | map((map(select(.cores == 1))[0].per_s) as $one | map(. + {of_linear: (.per_s / $one / .cores),
            flops: (.per_s * $functions.context.model_flops),
            peak: peak($functions.context; "flops"),
            byte_peak: (if .engine | endswith("_int8") then peak($functions.context; "byte_ops") else null end)}
            | . + {of_peak: (.flops / .peak),
                of_byte_peak: (if (.byte_peak // 0) > 0 then .flops / .byte_peak else null end)})) | add // []
      end;

# What 20 times the peer would take: the CPU time that the cores have for each of so many submissions, what one
# takes, and the least that it could: what the bare responder, the database and the load take, one request to read,
# and the model at the peak of the cheapest arithmetic.
def budget($lines; $phases; $stages):
    ($phases.submit.peer.per_s.median? // null) as $peer
    | [$lines[] | select(.phase == "functions") | .context | .byte_limit_us // .limit_us][0] as $model
    | if $peer == null or $model == null then [] else
        ($machine.cores * 1e6) as $cores
        | $stages | map({party, us: ($cores / (20 * $peer)), taken: (.party as $p | $phases.submit[$p] | cpu_us),
            least: (.http + (.parse // 0) + $model + (.postgres // .store) + .load)}
            | . + {reached: ($cores / .taken / $peer), least_reached: ($cores / .least / $peer)})
      end;

. as $lines
| ($lines | group_by(.phase) | map({key: .[0].phase, value: (by_party | map_values(measured))}) | from_entries) as $phases
| (["croquis-postgres", "croquis-sqlite"] | map(stages($lines; $phases; .)) | map(select(. != null))) as $stages
| {
    machine: $machine,
    runs: ([$lines[].run] | unique),
    phases: $phases,
    ratios: ([
        (("croquis-postgres", "croquis-sqlite") as $a
            | ("peer", "peer-tuned", "pgbench-one", "pgbench-batch", "bare") as $b | compared($lines; "submit"; $a; $b)),
        compared($lines; "submit"; "croquis-sqlite"; "croquis-postgres"),
        (("lists-small", "lists-large", "images-304", "images-200") as $p | ("croquis-postgres", "croquis-sqlite") as $a
            | ("peer", "peer-tuned") as $b | compared($lines; $p; $a; $b)),
        (("croquis-postgres", "croquis-sqlite", "peer", "peer-tuned") as $a | {phase: "lists", of: "\($a), large store",
            to: "\($a), 1,000", ratio: ratio($lines; {phase: "lists-large", party: $a}; {phase: "lists-small", party: $a}; .per_s)})
        , (("croquis-postgres", "croquis-sqlite") as $a | {phase: "import", of: "\($a), imported",
            to: "\($a), submitted", ratio: ratio($lines; {phase: "import", party: $a}; {phase: "import-submit", party: $a}; .per_s)}),
        (("croquis-postgres", "croquis-sqlite") as $a | {phase: "import of strokes", of: "\($a), imported",
            to: "\($a), submitted", ratio: ratio($lines; {phase: "import-strokes", party: $a}; {phase: "import-submit", party: $a}; .per_s)}),
        (("croquis-postgres", "croquis-sqlite") as $a | {phase: "p99 of submissions", of: "\($a), beside an import",
            to: "\($a), alone", ratio: ratio($lines; {phase: "import-with", party: $a}; {phase: "import-without", party: $a}; .latency_ms.p99)})
    ] | map(select(.ratio != null))),
    queue: [$lines[] | select(.phase == "queue") | {party, per_s, met, claim_us}],
    imports: [$lines[] | select(.phase == "import") | {party, stored, per_s, peak_mib}],
    imports_of_strokes: [$lines[] | select(.phase == "import-strokes") | {party, stored, per_s, peak_mib}],
    under_load: (["croquis-postgres", "croquis-sqlite", "peer", "bare"] | map({party: ., ratio: under_load($lines; .)})
        | map(select(.ratio != null))),
    pauses: pauses($lines; $phases),
    best: [$lines[] | select(.phase == "workers") | {party, workers, connections}],
    stages: $stages,
    budget: budget($lines; $phases; $stages),
    inference: inference($lines),
    arithmetic: ([$lines[] | select(.phase == "functions") | .context][0]),
    sizes: [$lines[] | select(.phase == "size") | . as $size | .bytes | to_entries | sort_by(.key)[]
        | {party: $size.party, part: .key, bytes: (.value / $size.stored)}]
        | group_by([.party, .part]) | map(last),  # lists and memory, where they were run apart, both fill a store
    memory: [$lines[] | select(.phase == "memory") | {party, stored, idle_mib, after_load_mib}],
    scale: [$lines[] | select(.phase | startswith("scale-")) | {
        route: (.phase | ltrimstr("scale-")), backends: (.party | ltrimstr("backends-") | tonumber), per_s,
        p50_ms: .latency_ms.p50, p99_ms: .latency_ms.p99,
        backend_cpu_us: ([.usage | to_entries[] | select(.key | startswith("backend")) | .value.cpu_us] | add),
        postgres_cpu_us: .usage.postgres.cpu_us, haproxy_cpu_us: .usage.haproxy.cpu_us,
        pgbouncer_cpu_us: .usage.pgbouncer.cpu_us}],
    overload: ([$lines[] | select(.phase | startswith("overload-")) | {key: (.phase | ltrimstr("overload-")), value:
        (if .mib then .mib else {rate, per_s, statuses, latency_ms, refused_latency_ms, refusals_without_retry_after,
            connection_errors, unsent, unanswered, timeline} end)}] | from_entries),
    functions: [$lines[] | select(.phase == "functions") | .benchmarks[]],
    learning: [$lines[] | select(.phase == "learning") | .benchmarks[]],
    lines: $lines
}
