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

# Of one party to another, round by round, so that what the machine did meanwhile falls out.
def ratio($lines; $phase; $a; $b):
    [$lines[] | select(.phase == $phase)] | group_by(.round)
    | map((map(select(.party == $a))[0].per_s) as $x | (map(select(.party == $b))[0].per_s) as $y
        | if $x and $y and $y > 0 then $x / $y else null end)
    | spread;

. as $lines
| ($lines | group_by(.phase) | map({key: .[0].phase, value: (by_party | map_values(measured))}) | from_entries) as $phases
| {
    machine: $machine,
    phases: $phases,
    ratios: ([
        ("submit" | . as $p | ("croquis-postgres", "croquis-sqlite") as $a
            | ("peer", "peer-tuned", "pgbench-one", "pgbench-batch", "bare") as $b | {phase: $p, of: $a, to: $b}),
        (("lists-small", "lists-large") as $p | ("croquis-postgres", "croquis-sqlite") as $a
            | ("peer", "peer-tuned") as $b | {phase: $p, of: $a, to: $b})
    ] | map(. + {ratio: ratio($lines; .phase; .of; .to)}) | map(select(.ratio != null))),
    workers: ([$lines[] | select(.phase == "workers" and .workers) | .workers][0]),
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
    lines: $lines
}
