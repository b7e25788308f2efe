-- Times are microseconds since 1970 in UTC; ids and digests are raw bytes.

-- The pictures stand apart, so that a page of the list reads only what it shows.
CREATE TABLE drawing_content (
    id      INTEGER PRIMARY KEY,
    image   BLOB NOT NULL,
    strokes TEXT NOT NULL
) STRICT;

-- Clustered on the id: version 7 ids grow with time, so the newest drawings are its last pages.
CREATE TABLE drawing (
    id            BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    content       INTEGER NOT NULL,
    created_at    INTEGER NOT NULL,
    media_type    TEXT NOT NULL,
    width         INTEGER NOT NULL,
    height        INTEGER NOT NULL,
    sha256        BLOB NOT NULL CHECK (length(sha256) = 32),
    source        TEXT NOT NULL,
    model         TEXT NOT NULL,
    predicted_tag TEXT NOT NULL,
    confidence    REAL NOT NULL CHECK (confidence BETWEEN 0 AND 1),
    confidence_step INTEGER NOT NULL,
    probabilities BLOB NOT NULL,
    tag           TEXT NOT NULL,
    version       INTEGER NOT NULL DEFAULT 1,
    tagged_by     TEXT,
    tagged_at     INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX drawing_by_tag ON drawing (tag, id);
-- The review queue must not wade through what is reviewed; both together make the whole order. The order is by
-- steps of 1/64, within which new entries go to one end: with exact confidences each submission would write to a
-- page of its own, which costs more than the rest of the submission.
CREATE INDEX drawing_unreviewed ON drawing (confidence_step, id) WHERE tagged_by IS NULL;
CREATE INDEX drawing_reviewed ON drawing (confidence_step, id) WHERE tagged_by IS NOT NULL;

-- What people did. The first entry of every history is the prediction, and is not repeated here.
CREATE TABLE tag_event (
    drawing  BLOB NOT NULL REFERENCES drawing (id),
    version  INTEGER NOT NULL CHECK (version > 1),
    from_tag TEXT NOT NULL,
    to_tag   TEXT NOT NULL,
    tagged_by TEXT NOT NULL,
    tagged_at INTEGER NOT NULL,
    reason   TEXT NOT NULL,
    PRIMARY KEY (drawing, version)
) STRICT, WITHOUT ROWID;

-- In the order of arrival (rowid), so that the oldest are found without another index.
CREATE TABLE idempotency_key (
    id         INTEGER PRIMARY KEY,
    key        TEXT NOT NULL UNIQUE,
    digest     BLOB NOT NULL CHECK (length(digest) = 32),
    drawing    BLOB NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE account (
    id            BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    name          TEXT NOT NULL UNIQUE COLLATE NOCASE,
    password_hash TEXT NOT NULL,
    role          TEXT NOT NULL CHECK (role IN ('annotator', 'admin')),
    disabled      INTEGER NOT NULL CHECK (disabled IN (0, 1)),
    created_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE refresh_token (
    digest     BLOB NOT NULL PRIMARY KEY CHECK (length(digest) = 32),
    account    BLOB NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    family     BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    used       INTEGER NOT NULL DEFAULT 0 CHECK (used IN (0, 1))
) STRICT, WITHOUT ROWID;

CREATE INDEX refresh_token_by_family ON refresh_token (family);
CREATE INDEX refresh_token_by_account ON refresh_token (account);

CREATE TABLE model (
    row        INTEGER PRIMARY KEY,
    id         TEXT NOT NULL UNIQUE,
    card       TEXT NOT NULL,
    sha256     BLOB NOT NULL CHECK (length(sha256) = 32),
    state      TEXT NOT NULL CHECK (state IN ('candidate', 'live', 'retired')),
    created_at INTEGER NOT NULL,
    onnx       BLOB NOT NULL
) STRICT;

CREATE UNIQUE INDEX model_live ON model (state) WHERE state = 'live';
