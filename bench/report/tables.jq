# The results as tables for a terminal (which are Markdown too).

def places($n): if . == null then "" else pow(10; $n) as $k | (. * $k | round) / $k | tostring end;
def number: if . == null then "" elif . >= 100 then round | tostring
    | [match("(\\d+?)(?=(\\d{3})*$)"; "g").string] | join(",") else places(2) end;
def spread: if . == null then "" else "\(.median | number) (\(.min | number) to \(.max | number))" end;
def row: "| " + join(" | ") + " |";
def table($head): [($head | row), ($head | map("---") | row), .[]] | join("\n");
def section($title; $body): if ($body | length) == 0 then empty else "\n### \($title)\n\n\($body)" end;
def parties($phase; $head; f): (.phases[$phase] // {}) | to_entries
    | if length == 0 then "" else map([.key] + (.value | f) | row) | table(["party"] + $head) end;

"\(.machine.cpu), \(.machine.cores) cores, \(.machine.kernel), PostgreSQL \(.machine.postgresql); commit \(.machine.commit), \(.machine.date)\(if .machine.quick then ", a quick run" else "" end)",
section("Submit and Predict: submissions a second, stored durably";
    parties("submit"; ["per second, median (min to max)", "p50 ms", "p99 ms", "server CPU µs", "PostgreSQL CPU µs", "load CPU µs"];
        [(.per_s | spread), (.p50_ms.median | places(2)), (.p99_ms.median | places(2)), (.server_cpu_us.median | places(1)),
         (.postgres_cpu_us.median | places(1)), (.load_cpu_us.median | places(1))])),
section("Ratios, round by round";
    if (.ratios | length) == 0 then "" else .ratios | map([.phase, .of, .to,
        "\(.ratio.median | places(2))x (\(.ratio.min | places(2)) to \(.ratio.max | places(2)))"] | row)
        | table(["what", "of", "to", "ratio, median (min to max)"]) end),
section("List, 50 a page, 1,000 drawings stored: pages a second";
    parties("lists-small"; ["per second", "p50 ms", "p99 ms", "server CPU µs"];
        [(.per_s | spread), (.p50_ms.median | places(2)), (.p99_ms.median | places(2)), (.server_cpu_us.median | places(1))])),
section("List, 50 a page, the large store: pages a second";
    parties("lists-large"; ["per second", "p50 ms", "p99 ms", "server CPU µs"];
        [(.per_s | spread), (.p50_ms.median | places(2)), (.p99_ms.median | places(2)), (.server_cpu_us.median | places(1))])),
section("Latency of a submission: 20 a second";
    parties("latency-unloaded"; ["p50 ms", "p99 ms"]; [(.p50_ms | spread), (.p99_ms | spread)])),
section("Latency of a submission: 70% of the capacity, Poisson arrivals";
    parties("latency-loaded"; ["per second", "p50 ms", "p99 ms"]; [(.per_s | spread), (.p50_ms | spread), (.p99_ms | spread)])),
section("Images, from the cache's question (304)";
    parties("images-304"; ["per second", "p50 ms", "server CPU µs"];
        [(.per_s | spread), (.p50_ms.median | places(2)), (.server_cpu_us.median | places(1))])),
section("Images, whole (200)";
    parties("images-200"; ["per second", "p50 ms", "server CPU µs"];
        [(.per_s | spread), (.p50_ms.median | places(2)), (.server_cpu_us.median | places(1))])),
section("Resident memory, MiB";
    if (.memory | length) == 0 then "" else .memory | map([.party, (.stored | number), (.idle_mib | places(0)),
        (.after_load_mib | places(0))] | row) | table(["party", "stored", "after start", "after load"]) end),
section("Backends behind HAProxy: CPU µs a submission";
    if (.scale | length) == 0 then "" else .scale | map([.route, (.backends | tostring), (.per_s | number), (.p50_ms | places(2)),
        (.backend_cpu_us | places(1)), (.postgres_cpu_us | places(1)), (.haproxy_cpu_us | places(1)),
        (.pgbouncer_cpu_us | places(1))] | row)
        | table(["route", "backends", "per second", "p50 ms", "backends", "PostgreSQL", "HAProxy", "pgbouncer"]) end),
section("Overload: ten times the capacity";
    if .overload == {} then "" else .overload | to_entries | map(select(.value | type == "object") | [.key,
        (.value.rate | number), (.value.per_s | number), (.value.latency_ms.p99 | places(1)), (.value.statuses["503"] // 0 | number),
        (.value.refused_latency_ms.p99? | places(1)), (.value.refusals_without_retry_after | number)] | row)
        | table(["load", "sent a second", "served a second", "p99 ms", "refused (503)", "p99 ms of refusals", "without Retry-After"]) end),
section("Generators against the bare responder";
    parties("generators"; ["per second"]; [(.per_s | spread)])),
section("Functions";
    if (.functions | length) == 0 then "" else .functions | map([.name, "\(.real_time | places(2)) \(.time_unit)"] | row)
        | table(["function", "time"]) end)
