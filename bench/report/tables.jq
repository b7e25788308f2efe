# The results as tables for a terminal (which are Markdown too).

def places($n): if . == null then "" else pow(10; $n) as $k | (. * $k | round) / $k | tostring end;
def number: if . == null then "" elif . >= 100 then round | tostring
    | [match("(\\d+?)(?=(\\d{3})*$)"; "g").string] | join(",") else places(2) end;
def spread: if . == null then "" else "\(.median | number) (\(.min | number) to \(.max | number))" end;
def times: "\(.median | places(2))x (\(.min | places(2)) to \(.max | places(2)))";
def percent: if . == null then "" else "\(. * 100 | round)%" end;
def row: "| " + join(" | ") + " |";
def table($head): [($head | row), ($head | map("---") | row), .[]] | join("\n");
def section($title; $body): if ($body // "" | length) == 0 then empty else "\n### \($title)\n\n\($body)" end;
def rows($head; f): if length == 0 then "" else map(f | row) | table($head) end;
def imported: group_by(.party) | rows(["store", "drawings", "a second, median", "most memory, MiB"];
    [.[0].party, (map(.stored) | max | number), (map(.per_s) | sort | .[length / 2 | floor] | number), (map(.peak_mib) | max | places(0))]);
def parties($phase; $head; f): (.phases[$phase] // {}) | to_entries | rows(["party"] + $head; [.key] + (.value | f));
def failures: [((.statuses // {}) | to_entries[] | select((.key | tonumber) >= 400) | "\(.value | number) of \(.key)"),
    (if (.errors // 0) > 0 then "\(.errors | number) lost connections" else empty end)] | if length == 0 then "none" else join(", ") end;
def throughput: [(.per_s | spread), (.p50_ms.median? | places(2)), (.p99_ms.median? | places(2)),
    (.server_cpu_us.median? | places(1)), (.postgres_cpu_us.median? | places(1)), (.load_cpu_us.median? | places(1)), failures];
def throughput_head: ["per second, median (min to max)", "p50 ms", "p99 ms", "server CPU µs", "PostgreSQL CPU µs",
    "load CPU µs", "failures"];

. as $all |
"\(.machine.cpu), \(.machine.cores) cores, \(.machine.kernel), PostgreSQL \(.machine.postgresql); commit \(.machine.commit), \(.machine.date), \(.machine.connections) connections, drawings as a \(.machine.drawings) gives them\(if .machine.quick then ", a quick run: to see that it works, not how fast" else "" end)\(if (.runs | length) > 1 then "; measured in \(.runs | length) runs" else "" end). CPU is a request's.",
section("Submit and Predict: submissions a second, stored durably"; parties("submit"; throughput_head; throughput)),
section("Ratios, round by round"; .ratios | rows(["what", "of", "to", "ratio, median (min to max)"];
    [.phase, .of, .to, (.ratio | times)])),
section("The peer's workers and connections, tried before";
    [.phases | to_entries[] | select(.key | startswith("workers-")) | (.key | ltrimstr("workers-")) as $p
        | .value | to_entries[] | {party: $p, set: .key, per_s: .value.per_s.median}]
    | rows(["party", "workers and connections of each", "submissions a second"]; [.party, .set, (.per_s | number)])),
section("CPU µs of a submission, by stage"; .stages | rows(
    ["store", "HTTP and sockets", "parse", "decode", "normalise", "infer", "store", "answer", "other threads", "server, all", "PostgreSQL", "recognised together", "stored together"];
    [.party, (.http, .parse, .decode, .normalise, .infer, .store, .answer, .rest, .all, .postgres, .recognised_together,
     .stored_together | places(1))])),
section("What 20 times the peer would take, CPU µs a submission (server, PostgreSQL and load)"; .budget | rows(
    ["store", "the cores have", "taken", "so at most", "the least", "so at most"];
    [.party, (.us, .taken | places(1)), "\(.reached | places(1))x", (.least | places(1)), "\(.least_reached | places(1))x"])),
section("List, 50 a page, 1,000 drawings stored: pages a second"; parties("lists-small"; throughput_head; throughput)),
section("List, 50 a page, \(.machine.stored | number) drawings stored: pages a second"; parties("lists-large"; throughput_head; throughput)),
section("Latency of a submission: 20 a second"; parties("latency-unloaded"; ["p50 ms", "p99 ms"]; [(.p50_ms | spread), (.p99_ms | spread)])),
section("Latency of a submission: 70% of the capacity, Poisson arrivals";
    parties("latency-loaded"; ["per second", "p50 ms", "p99 ms"]; [(.per_s | spread), (.p50_ms | spread), (.p99_ms | spread)])),
section("p99 at 70% of the capacity to the unloaded median"; .under_load | rows(["party", "ratio"]; [.party, (.ratio | times)])),
section("The machine's own pauses, and what they do at 70% of the capacity"; .pauses | rows(
    ["party", "cores busy", "a core stands still by itself, of the time", "longest pause ms", "felt by submissions, of the time, up to"];
    [.party, (.busy | percent), "\(.still * 100 | places(2))%", (.longest_ms | places(1)),
     (.felt | if . == null then "all" else "\(. * 100 | places(1))%" end)])),
section("Imports of the same pictures, model included: drawings a second"; .imports // [] | imported),
section("Imports of strokes, drawn and looked at: drawings a second"; .imports_of_strokes // [] | imported),
section("Ten annotators at one queue: answers a second"; (.queue // [] | group_by(.party)) | rows(
    ["store", "a second, median", "a claim of four, µs", "drawings that two were given"];
    [.[0].party, (map(.per_s) | sort | .[length / 2 | floor] | number),
     (map(.claim_us) | sort | .[length / 2 | floor] | number), (map(.met) | add | tostring)])),
section("Latency of a submission at half the capacity, alone"; parties("import-without"; ["p50 ms", "p99 ms"]; [(.p50_ms | spread), (.p99_ms | spread)])),
section("Latency of a submission at half the capacity, beside an import"; parties("import-with"; ["p50 ms", "p99 ms"]; [(.p50_ms | spread), (.p99_ms | spread)])),
section("Images, from the cache's question (304)"; parties("images-304"; throughput_head; throughput)),
section("Images, whole (200)"; parties("images-200"; throughput_head; throughput)),
section("Resident memory, MiB"; .memory | rows(["store", "drawings stored", "after start", "after load"];
    [.party, (.stored | number), (.idle_mib | places(0)), (.after_load_mib | places(0))])),
section("Bytes a drawing, with pictures of 3,000 bytes, \(.machine.stored | number) stored"; .sizes
    | group_by(.party) | map(. + [{party: .[0].party, part: "together", bytes: (map(.bytes) | add)}]) | add // []
    | rows(["store", "table, index or file", "bytes"]; [.party, .part, (.bytes | number)])),
section("Backends behind HAProxy: CPU µs a submission"; .scale | rows(
    ["route", "backends", "per second", "p50 ms", "backends", "PostgreSQL", "HAProxy", "pgbouncer"];
    [.route, (.backends | tostring), (.per_s | number), (.p50_ms | places(2)), (.backend_cpu_us | places(1)),
     (.postgres_cpu_us | places(1)), (.haproxy_cpu_us | places(1)), (.pgbouncer_cpu_us | places(1))])),
section("Overload: ten times the capacity"; [.overload | to_entries[] | select(.value | type == "object")] | rows(
    ["load", "sent a second", "served a second", "p99 ms", "refused (503)", "p99 ms of refusals", "without Retry-After", "unanswered"];
    [.key, (.value.rate | number), (.value.per_s | number), (.value.latency_ms.p99? | places(1)),
     (.value.statuses["503"] // 0 | number), (.value.refused_latency_ms.p99? | places(1)),
     (.value.refusals_without_retry_after | number), (.value.unanswered | number)])),
section("Overload: resident memory of the backend, MiB"; if .overload["memory-before"] then
    [{b: .overload["memory-before"], a: .overload["memory-after"]}]
    | rows(["before", "after"]; [(.b | places(0)), (.a | places(0))]) else "" end),
section("Inference by engine and cores"; .inference | rows(
    ["engine", "cores", "drawings a second", "of linear", "GFLOP/s", "of the measured peak of 32-bit floats", "of that of bytes"];
    [.engine, (.cores | tostring), (.per_s | number), (.of_linear | percent), (.flops / 1e9 | places(1)), (.of_peak | percent),
     (.of_byte_peak | percent)])),
section("The model's arithmetic"; if .arithmetic == null then "" else [.arithmetic
    | (. + {name: "32-bit floats", core: .core_peak_flops, all: .all_cores_peak_flops, us: .limit_us}),
      (select(.byte_limit_us) | . + {name: "bytes", core: .core_peak_byte_ops, all: .all_cores_peak_byte_ops, us: .byte_limit_us})]
    | rows(
    ["model", "MFLOP a drawing", "arithmetic", "a core's measured peak, G/s", "all cores', G/s", "µs a drawing at a core's peak"];
    [.model, (.model_flops / 1e6 | places(2)), .name, (.core / 1e9 | places(1)), (.all / 1e9 | places(1)), (.us | places(1))]) end),
section("Generators against the bare responder: requests a second, and CPU µs of the generator";
    [(.phases.generators // {}) | to_entries[] | .key as $k | {party: $k, per_s: .value.per_s.median,
        cpu: ([$all.lines[] | select(.phase == "generators" and .party == $k) | .own_cpu_us // .usage.load.cpu_us][0])}]
    | rows(["generator", "per second", "its CPU µs"]; [.party, (.per_s | number), (.cpu | places(1))])),
section("Teaching and retagging, without the store"; (.learning // []) | rows(
    ["what", "time", "a second", "accuracy, cross-validated"];
    [(.name | sub("/real_time$"; "")), "\(.real_time | places(2)) \(.time_unit)", (.items_per_second | number), (.accuracy | percent)])),
section("Functions, on one core"; [.functions[] | select(.name | startswith("infer_on_cores") | not)] | rows(
    ["function", "CPU time", "times the limit of 32-bit floats", "times that of bytes"];
    [.name, "\(.cpu_time | places(2)) \(.time_unit)", (.times_limit // null | places(2)), (.times_byte_limit // null | places(2))]))
