-- A model is a trunk (a whole network) or a head taught on a trunk's embeddings.
ALTER TABLE model
    ADD COLUMN kind    text NOT NULL DEFAULT 'trunk' CHECK (kind IN ('trunk', 'head')),
    ADD COLUMN parent  text REFERENCES model (id),  -- the model that it was made from: a head's trunk
    ADD COLUMN lineage text NOT NULL DEFAULT '{}',  -- JSON: data set's digest, seed, parameters, who, when
    ADD COLUMN metrics text NOT NULL DEFAULT '{}',  -- JSON: on the frozen split
    DROP CONSTRAINT model_state_check,
    ADD CONSTRAINT model_state_check CHECK (state IN ('candidate', 'shadow', 'live', 'retired', 'rejected'));

-- A project holds drawings, and has the labels that they may be given. Guidelines are Markdown.
CREATE TABLE project (
    id              integer PRIMARY KEY,
    slug            text COLLATE "C" NOT NULL UNIQUE,
    name            text NOT NULL,
    guidelines      text NOT NULL DEFAULT '',
    who_draws       text NOT NULL DEFAULT 'everyone' CHECK (who_draws IN ('everyone', 'link', 'users')),
    who_browses     text NOT NULL DEFAULT 'everyone' CHECK (who_browses IN ('everyone', 'link', 'users')),
    opinions_wanted integer NOT NULL DEFAULT 1 CHECK (opinions_wanted > 0),
    retention_days  integer CHECK (retention_days > 0),  -- NULL: for ever
    live_model      text REFERENCES model (id),          -- NULL: the live one of the registry
    archived_at     timestamptz,
    created_at      timestamptz NOT NULL
);
INSERT INTO project (id, slug, name, created_at) VALUES (1, 'shapes', 'Shapes', now());

-- What a drawing may be tagged with, whichever model is live. One that drawings carry is retired, not deleted.
CREATE TABLE label (
    project  integer NOT NULL REFERENCES project (id),
    name     text COLLATE "C" NOT NULL,
    position integer NOT NULL,
    titles   text NOT NULL DEFAULT '{}',  -- JSON: by language
    colour   text,                        -- #rrggbb
    key      text,                        -- pressed to give it
    retired  boolean NOT NULL DEFAULT false,
    PRIMARY KEY (project, name)
);
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

-- The labels on a model's card, in order; none where it cannot be read.
CREATE FUNCTION pg_temp.labels_of(card text) RETURNS TABLE (name text, place integer) AS $$
BEGIN
    RETURN QUERY SELECT listed.value, listed.ordinality::integer - 1
        FROM json_array_elements_text(card::json -> 'labels') WITH ORDINALITY AS listed;
EXCEPTION WHEN data_exception THEN
END
$$ LANGUAGE plpgsql;

-- Until now the live model's labels were what could be given: they stay so.
INSERT INTO label (project, name, position)
    SELECT 1, listed.name, 17 + listed.place FROM model, pg_temp.labels_of(model.card) AS listed
    WHERE model.state = 'live' AND listed.name IS NOT NULL
    ON CONFLICT DO NOTHING;

-- tagged_by_id is the user who tagged_by names, NULL where the account was gone when this was added. Hidden is
-- kept and not shown; deleted is a row without content that says there was one.
ALTER TABLE drawing
    ADD COLUMN project      integer NOT NULL DEFAULT 1,
    ADD COLUMN external_id  text COLLATE "C",
    ADD COLUMN file_name    text,
    ADD COLUMN pseudonym    text,
    ADD COLUMN tagged_by_id uuid,
    ADD COLUMN withdrawn    text CHECK (withdrawn IN ('hidden', 'deleted'));
-- Neither is written to by a submission.
CREATE UNIQUE INDEX drawing_by_external_id ON drawing (project, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX drawing_withdrawn ON drawing (tag) WHERE withdrawn IS NOT NULL;

-- The note is a person's words; what happened is the kind. An undone event names the version that it undoes.
ALTER TABLE tag_event RENAME COLUMN reason TO note;
ALTER TABLE tag_event
    ADD COLUMN kind    text NOT NULL DEFAULT 'corrected'
        CHECK (kind IN ('accepted', 'corrected', 'undone', 'imported', 'adjudicated', 'withdrawn')),
    ADD COLUMN user_id uuid,
    ADD COLUMN undoes  integer;
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
CREATE FUNCTION pg_temp.float_at(bytes bytea, place integer) RETURNS double precision AS $$
DECLARE
    bits bigint := get_byte(bytes, 4 * place) + (get_byte(bytes, 4 * place + 1)::bigint << 8)
        + (get_byte(bytes, 4 * place + 2)::bigint << 16) + (get_byte(bytes, 4 * place + 3)::bigint << 24);
BEGIN
    RETURN CASE WHEN bits >> 23 >= 127 THEN 1
                WHEN bits >> 23 < 90 THEN 0
                ELSE ((bits & 8388607) | 8388608) / (1::bigint << (150 - (bits >> 23)::integer))::double precision END;
END
$$ LANGUAGE plpgsql;
UPDATE drawing SET confidence = probability, confidence_step = floor(probability * 64)
    FROM (
        SELECT unsure.id, CASE WHEN place IS NULL THEN 0
                               ELSE pg_temp.float_at(probabilities, place) END AS probability
        FROM drawing AS unsure JOIN (
            SELECT model.id AS model, (
                SELECT listed.place FROM pg_temp.labels_of(model.card) AS listed WHERE listed.name = 'unknown')
                AS place
            FROM model) AS unknown_label ON unknown_label.model = unsure.model
        WHERE predicted_tag = 'unknown' AND (place IS NULL OR length(probabilities) >= 4 * place + 4)) AS answer
    WHERE drawing.id = answer.id;
DROP FUNCTION pg_temp.float_at;
DROP FUNCTION pg_temp.labels_of;

-- What models other than the one in `drawing` say of a drawing. The present prediction stands in its drawing, so that
-- a list reads one row a drawing and a submission writes none here; it moves here when another model's takes its place.
CREATE TABLE prediction (
    drawing       uuid NOT NULL,
    model         text COLLATE "C" NOT NULL,
    tag           text COLLATE "C" NOT NULL,
    confidence    real NOT NULL CHECK (confidence BETWEEN 0 AND 1),
    probabilities bytea NOT NULL,
    predicted_at  timestamptz NOT NULL,
    PRIMARY KEY (drawing, model)
);

-- By trunk first: all of one are read in a row, and new ones go to one end. Number k is scale * the k-th signed byte.
CREATE TABLE embedding (
    trunk   text COLLATE "C" NOT NULL,
    drawing uuid NOT NULL,
    scale   real NOT NULL,
    vector  bytea NOT NULL,
    PRIMARY KEY (trunk, drawing)
) WITH (toast_tuple_target = 8160);

ALTER TABLE embedding ALTER COLUMN vector SET STORAGE EXTERNAL;

-- Work in the background. A running job belongs to lease_owner until lease_expires_at; then another may take it.
CREATE TABLE job (
    id               uuid PRIMARY KEY,
    project          integer REFERENCES project (id),
    kind             text NOT NULL,
    parameters       text NOT NULL DEFAULT '{}',
    state            text NOT NULL DEFAULT 'queued'
        CHECK (state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
    progress         real NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 1),
    cancel_requested boolean NOT NULL DEFAULT false,
    lease_owner      text,
    lease_expires_at timestamptz,
    attempts         integer NOT NULL DEFAULT 0,
    result           text,
    error            text,
    log              text NOT NULL DEFAULT '',
    created_by       text,
    created_by_id    uuid,
    created_at       timestamptz NOT NULL,
    due_at           timestamptz NOT NULL,
    started_at       timestamptz,
    finished_at      timestamptz
);

CREATE INDEX job_open ON job (due_at) WHERE state IN ('queued', 'running');

-- Otherwise nothing is known of the new columns until much of a large table has changed.
ANALYZE drawing;
