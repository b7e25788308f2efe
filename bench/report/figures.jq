# The results in a few lines, for the README.

def places($n): if . == null then "?" else pow(10; $n) as $k | (. * $k | round) / $k | tostring end;
def number: if . == null then "?" elif . >= 100 then round | tostring
    | [match("(\\d+?)(?=(\\d{3})*$)"; "g").string] | join(",") else places(1) end;
def times: "\(.median | places(1))x (\(.min | places(1)) to \(.max | places(1)))";
def ratio($phase; $of; $to): [.ratios[] | select(.phase == $phase and .of == $of and .to == $to) | .ratio][0];
def line($name; $phase): . as $all | (.phases[$phase] // {}) as $p
    | if $p["croquis-postgres"] == null then empty else
    "| \($name) | \($p["croquis-postgres"].per_s.median | number) | \($p["croquis-sqlite"].per_s.median | number) | \($p.peer.per_s.median | number) | \($all | ratio($phase; "croquis-postgres"; "peer") | if . then times else "?" end) | \($all | ratio($phase; "croquis-postgres"; "peer-tuned") | if . then times else "?" end) |"
    end;
def memory($party): [.memory[] | select(.party == $party)] | sort_by(.stored) | map("\(.after_load_mib | places(0)) MiB with \(.stored | number) drawings stored")
    | join(", ");

"Measured by `bench/run` on \(.machine.cores) cores (\(.machine.cpu)), everything on them, \(.machine.connections) connections, commit \(.machine.commit)\(if .machine.quick then "; a quick run, whose figures mean little" else "" end). All tables: [docs/performance.md](docs/performance.md).",
"",
"| a second | Croquis, PostgreSQL | Croquis, SQLite | FastAPI + SQLAlchemy | Croquis to that | to its tuned form |",
"| --- | --- | --- | --- | --- | --- |",
line("Submit and Predict, stored durably"; "submit"),
line("list of 50, 1,000 stored"; "lists-small"),
line("list of 50, \(.machine.stored | number) stored"; "lists-large"),
line("picture, 304"; "images-304"),
"",
(if (.memory | length) > 0 then "Resident memory of the backend under load: on SQLite \(memory("croquis-sqlite")); on PostgreSQL \(memory("croquis-postgres")).\n" else empty end),
"![Submissions a second](docs/pictures/bench-submit.svg)",
"![Pages of the list a second, large store](docs/pictures/bench-lists-large.svg)"
