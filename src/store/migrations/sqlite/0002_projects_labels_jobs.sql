-- A model is a trunk (a whole network) or a head taught on a trunk's embeddings. SQLite cannot change a CHECK.
CREATE TABLE model_next (
    row        INTEGER PRIMARY KEY,
    id         TEXT NOT NULL UNIQUE,
    kind       TEXT NOT NULL DEFAULT 'trunk' CHECK (kind IN ('trunk', 'head')),
    parent     TEXT REFERENCES model (id),  -- the model that it was made from: a head's trunk
    lineage    TEXT NOT NULL DEFAULT '{}',  -- JSON: data set's digest, seed, parameters, who, when
    metrics    TEXT NOT NULL DEFAULT '{}',  -- JSON: on the frozen split
    card       TEXT NOT NULL,
    sha256     BLOB NOT NULL CHECK (length(sha256) = 32),
    state      TEXT NOT NULL CHECK (state IN ('candidate', 'shadow', 'live', 'retired', 'rejected')),
    created_at INTEGER NOT NULL,
    onnx       BLOB NOT NULL
) STRICT;
INSERT INTO model_next (row, id, card, sha256, state, created_at, onnx)
    SELECT row, id, card, sha256, state, created_at, onnx FROM model;
DROP TABLE model;
ALTER TABLE model_next RENAME TO model;
CREATE UNIQUE INDEX model_live ON model (state) WHERE state = 'live';

-- A project holds drawings, and has the labels that they may be given. Guidelines are Markdown.
CREATE TABLE project (
    id              INTEGER PRIMARY KEY,
    slug            TEXT NOT NULL UNIQUE,
    name            TEXT NOT NULL,
    guidelines      TEXT NOT NULL DEFAULT '',
    who_draws       TEXT NOT NULL DEFAULT 'everyone' CHECK (who_draws IN ('everyone', 'link', 'users')),
    who_browses     TEXT NOT NULL DEFAULT 'everyone' CHECK (who_browses IN ('everyone', 'link', 'users')),
    opinions_wanted INTEGER NOT NULL DEFAULT 1 CHECK (opinions_wanted > 0),
    retention_days  INTEGER CHECK (retention_days > 0),  -- NULL: for ever
    live_model      TEXT REFERENCES model (id),          -- NULL: the live one of the registry
    archived_at     INTEGER,
    created_at      INTEGER NOT NULL
) STRICT;
INSERT INTO project (id, slug, name, created_at)
    VALUES (1, 'shapes', 'Shapes', CAST(strftime('%s', 'now') AS INTEGER) * 1000000);

-- What a drawing may be tagged with, whichever model is live. One that drawings carry is retired, not deleted.
CREATE TABLE label (
    project  INTEGER NOT NULL REFERENCES project (id),
    name     TEXT NOT NULL,
    position INTEGER NOT NULL,
    titles   TEXT NOT NULL DEFAULT '{}',  -- JSON: by language
    colour   TEXT,                        -- #rrggbb
    key      TEXT,                        -- pressed to give it
    retired  INTEGER NOT NULL DEFAULT 0 CHECK (retired IN (0, 1)),
    PRIMARY KEY (project, name)
) STRICT, WITHOUT ROWID;
INSERT INTO label (project, name, position, titles, colour, key) VALUES
    (1, 'circle', 0, '{"en":"circle","fr":"cercle"}', '#d24141', '1'),
    (1, 'ellipse', 1, '{"en":"ellipse","fr":"ellipse"}', '#2dbe57', '2'),
    (1, 'square', 2, '{"en":"square","fr":"carré"}', '#9641d2', '3'),
    (1, 'rectangle', 3, '{"en":"rectangle","fr":"rectangle"}', '#beac2d', '4'),
    (1, 'triangle', 4, '{"en":"triangle","fr":"triangle"}', '#41bad2', '5'),
    (1, 'diamond', 5, '{"en":"diamond","fr":"losange"}', '#be2d7b', '6'),
    (1, 'pentagon', 6, '{"en":"pentagon","fr":"pentagone"}', '#65d241', '7'),
    (1, 'hexagon', 7, '{"en":"hexagon","fr":"hexagone"}', '#332dbe', '8'),
    (1, 'octagon', 8, '{"en":"octagon","fr":"octogone"}', '#d27241', '9'),
    (1, 'star', 9, '{"en":"star","fr":"étoile"}', '#2dbe88', '0'),
    (1, 'heart', 10, '{"en":"heart","fr":"cœur"}', '#c641d2', 'h'),
    (1, 'arrow', 11, '{"en":"arrow","fr":"flèche"}', '#a0be2d', 'a'),
    (1, 'cross', 12, '{"en":"cross","fr":"croix"}', '#4189d2', 'c'),
    (1, 'line', 13, '{"en":"line","fr":"ligne"}', '#be2d4b', 'l'),
    (1, 'zigzag', 14, '{"en":"zigzag","fr":"zigzag"}', '#41d24d', 'z'),
    (1, 'squiggle', 15, '{"en":"squiggle","fr":"gribouillis"}', '#632dbe', 's'),
    (1, 'unknown', 16, '{"en":"unknown","fr":"inconnu"}', '#808080', 'n');
-- Until now the live model's labels were what could be given: they stay so.
INSERT INTO label (project, name, position)
    SELECT 1, listed.value, 17 + listed.key
    FROM model, json_each(CASE WHEN json_valid(model.card) THEN model.card ELSE '{}' END, '$.labels') AS listed
    WHERE model.state = 'live' AND listed.type = 'text'
    ON CONFLICT DO NOTHING;

-- tagged_by_id is the user who tagged_by names, NULL where the account was gone when this was added. Hidden is
-- kept and not shown; deleted is a row without content that says there was one.
ALTER TABLE drawing ADD COLUMN project INTEGER NOT NULL DEFAULT 1;
ALTER TABLE drawing ADD COLUMN external_id TEXT;
ALTER TABLE drawing ADD COLUMN file_name TEXT;
ALTER TABLE drawing ADD COLUMN pseudonym TEXT;
ALTER TABLE drawing ADD COLUMN tagged_by_id BLOB CHECK (length(tagged_by_id) = 16);
ALTER TABLE drawing ADD COLUMN withdrawn TEXT CHECK (withdrawn IN ('hidden', 'deleted'));
-- Neither is written to by a submission.
CREATE UNIQUE INDEX drawing_by_external_id ON drawing (project, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX drawing_withdrawn ON drawing (tag) WHERE withdrawn IS NOT NULL;

-- The note is a person's words; what happened is the kind. An undone event names the version that it undoes.
ALTER TABLE tag_event RENAME COLUMN reason TO note;
ALTER TABLE tag_event ADD COLUMN kind TEXT NOT NULL DEFAULT 'corrected'
    CHECK (kind IN ('accepted', 'corrected', 'undone', 'imported', 'adjudicated', 'withdrawn'));
ALTER TABLE tag_event ADD COLUMN user_id BLOB CHECK (length(user_id) = 16);
ALTER TABLE tag_event ADD COLUMN undoes INTEGER;
UPDATE tag_event SET kind = 'accepted' WHERE from_tag = to_tag;
UPDATE tag_event AS undo SET kind = 'undone', undoes = (
        SELECT max(done.version) FROM tag_event AS done
        WHERE done.drawing = undo.drawing AND done.version < undo.version AND done.note <> 'undone'
            AND done.from_tag = undo.to_tag AND done.to_tag = undo.from_tag)
    WHERE undo.note = 'undone' AND EXISTS (
        SELECT 1 FROM tag_event AS done
        WHERE done.drawing = undo.drawing AND done.version < undo.version AND done.note <> 'undone'
            AND done.from_tag = undo.to_tag AND done.to_tag = undo.from_tag);
UPDATE tag_event SET note = '' WHERE note = kind;
-- An account of that name which is younger than the event is another person's.
UPDATE tag_event SET user_id = (
    SELECT account.id FROM account
    WHERE lower(account.name) = lower(tag_event.tagged_by) AND account.created_at <= tag_event.tagged_at);
UPDATE drawing SET tagged_by_id = (
        SELECT last.user_id FROM tag_event AS last WHERE last.drawing = drawing.id AND last.version = drawing.version)
    WHERE tagged_by IS NOT NULL;

-- What was undone counted as reviewed by whoever undid it. It goes back to what stood before: to the person whose
-- change still stands, or to the model and so into the review queue.
CREATE TEMP TABLE undone_drawing AS
    SELECT drawing.id AS id, drawing.tag AS tag, drawing.predicted_tag AS predicted_tag, (
        SELECT max(done.version) FROM tag_event AS done
        WHERE done.drawing = drawing.id AND done.kind <> 'undone' AND NOT EXISTS (
            SELECT 1 FROM tag_event AS undo WHERE undo.drawing = done.drawing AND undo.undoes = done.version)
        ) AS standing
    FROM tag_event AS last JOIN drawing ON drawing.id = last.drawing AND drawing.version = last.version
    WHERE last.kind = 'undone';
UPDATE drawing SET tagged_by = NULL, tagged_by_id = NULL, tagged_at = NULL
    WHERE id IN (SELECT id FROM undone_drawing WHERE standing IS NULL AND tag = predicted_tag);
UPDATE drawing SET (tagged_by, tagged_by_id, tagged_at) = (
        SELECT done.tagged_by, done.user_id, done.tagged_at
        FROM undone_drawing JOIN tag_event AS done ON done.drawing = undone_drawing.id AND done.version = standing
        WHERE undone_drawing.id = drawing.id)
    WHERE id IN (
        SELECT undone_drawing.id
        FROM undone_drawing JOIN tag_event AS done ON done.drawing = undone_drawing.id AND done.version = standing
        WHERE done.to_tag = undone_drawing.tag);
DROP TABLE undone_drawing;

-- The confidence of "unknown" was one less the best shape's probability. It is the probability that the model gives
-- to "unknown", as of any other tag: 0 where the model has no such label. Floats are read out of their bytes.
CREATE TEMP TABLE unknown_label AS
    SELECT model.id AS model, (
        SELECT listed.key FROM json_each(model.card, '$.labels') AS listed WHERE listed.value = 'unknown') AS position
    FROM model WHERE json_valid(model.card);
CREATE TEMP TABLE unknown_bits AS
    SELECT drawing.id AS id, CASE WHEN position IS NULL THEN 0 ELSE (
        WITH digit (place, text) AS (VALUES (1, 16), (2, 1), (3, 4096), (4, 256), (5, 1048576), (6, 65536),
                                            (7, 268435456), (8, 16777216))
        SELECT sum(text * instr('123456789ABCDEF', substr(hex(substr(probabilities, 4 * position + 1, 4)), place, 1)))
        FROM digit) END AS bits
    FROM drawing JOIN unknown_label ON unknown_label.model = drawing.model
    WHERE predicted_tag = 'unknown' AND (position IS NULL OR length(probabilities) >= 4 * position + 4);
CREATE UNIQUE INDEX temp.unknown_bits_by_id ON unknown_bits (id);
UPDATE drawing SET confidence = (
        SELECT CASE WHEN bits >> 23 >= 127 THEN 1.0
                    WHEN bits >> 23 < 90 THEN 0.0
                    ELSE ((bits & 8388607) | 8388608) * 1.0 / (1 << (150 - (bits >> 23))) END
        FROM unknown_bits WHERE unknown_bits.id = drawing.id)
    WHERE id IN (SELECT id FROM unknown_bits);
UPDATE drawing SET confidence_step = CAST(confidence * 64 AS INTEGER) WHERE id IN (SELECT id FROM unknown_bits);
DROP TABLE unknown_bits;
DROP TABLE unknown_label;

-- What models other than the one in `drawing` say of a drawing. The present prediction stands in its drawing, so that
-- a list reads one row a drawing and a submission writes none here; it moves here when another model's takes its place.
CREATE TABLE prediction (
    drawing       BLOB NOT NULL CHECK (length(drawing) = 16),
    model         TEXT NOT NULL,
    tag           TEXT NOT NULL,
    confidence    REAL NOT NULL CHECK (confidence BETWEEN 0 AND 1),
    probabilities BLOB NOT NULL,
    predicted_at  INTEGER NOT NULL,
    PRIMARY KEY (drawing, model)
) STRICT, WITHOUT ROWID;

-- By trunk first: all of one are read in a row, and new ones go to one end. Number k is scale * the k-th signed byte.
CREATE TABLE embedding (
    trunk   TEXT NOT NULL,
    drawing BLOB NOT NULL CHECK (length(drawing) = 16),
    scale   REAL NOT NULL,
    vector  BLOB NOT NULL,
    PRIMARY KEY (trunk, drawing)
) STRICT, WITHOUT ROWID;

-- Work in the background. A running job belongs to lease_owner until lease_expires_at; then another may take it.
CREATE TABLE job (
    id               BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    project          INTEGER REFERENCES project (id),
    kind             TEXT NOT NULL,
    parameters       TEXT NOT NULL DEFAULT '{}',
    state            TEXT NOT NULL DEFAULT 'queued'
        CHECK (state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
    progress         REAL NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 1),
    cancel_requested INTEGER NOT NULL DEFAULT 0 CHECK (cancel_requested IN (0, 1)),
    lease_owner      TEXT,
    lease_expires_at INTEGER,
    attempts         INTEGER NOT NULL DEFAULT 0,
    result           TEXT,
    error            TEXT,
    log              TEXT NOT NULL DEFAULT '',
    created_by       TEXT,
    created_by_id    BLOB CHECK (length(created_by_id) = 16),
    created_at       INTEGER NOT NULL,
    due_at           INTEGER NOT NULL,
    started_at       INTEGER,
    finished_at      INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX job_open ON job (due_at) WHERE state IN ('queued', 'running');
