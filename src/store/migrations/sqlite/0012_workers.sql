-- The processes that do jobs: here the server alone. It renews its row, and takes it away where it ends; one that was
-- killed is there until expires_at. The id is the lease_owner of the jobs that it is at.
CREATE TABLE worker (
    id         BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    name       TEXT NOT NULL,
    process    TEXT NOT NULL CHECK (process IN ('server', 'worker')),
    version    TEXT NOT NULL,
    kinds      TEXT NOT NULL, -- ,import,retag,teach,
    since      INTEGER NOT NULL,
    seen_at    INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
