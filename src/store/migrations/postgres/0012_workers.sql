-- The processes that do jobs: workers, and the servers that do some themselves. Each renews its row, and takes it away
-- where it ends; one that was killed is there until expires_at. The id is the lease_owner of the jobs that it is at. A
-- handful of rows, each changed every few seconds and in no index but its own, so that what is written takes no more room.
CREATE TABLE worker (
    id         uuid PRIMARY KEY,
    name       text NOT NULL,
    process    text NOT NULL CHECK (process IN ('server', 'worker')),
    version    text NOT NULL,
    kinds      text NOT NULL, -- ,import,retag,teach,
    since      timestamptz NOT NULL,
    seen_at    timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
