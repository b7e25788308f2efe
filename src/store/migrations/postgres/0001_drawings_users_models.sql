-- Clustered by arrival: version 7 ids grow with time, so the primary key grows at its end and a page of the
-- newest reads its last leaf. Probabilities are float32, little-endian, in the order of the model's labels.
CREATE TABLE drawing (
    id            uuid PRIMARY KEY,
    created_at    timestamptz NOT NULL,
    tagged_at     timestamptz,
    width         integer NOT NULL,
    height        integer NOT NULL,
    confidence    real NOT NULL CHECK (confidence BETWEEN 0 AND 1),
    confidence_step smallint NOT NULL,
    version       integer NOT NULL DEFAULT 1,
    media_type    text NOT NULL,
    source        text NOT NULL,
    model         text NOT NULL,
    predicted_tag text COLLATE "C" NOT NULL,
    tag           text COLLATE "C" NOT NULL,
    tagged_by     text,
    sha256        bytea NOT NULL,
    probabilities bytea NOT NULL
) WITH (autovacuum_vacuum_insert_scale_factor = 0.05);

CREATE INDEX drawing_by_tag ON drawing (tag, id);
-- The review queue must not wade through what is reviewed; both together make the whole order. The order is by
-- steps of 1/64, within which new entries go to one end: with exact confidences each submission would write to a
-- page of its own, which costs more than the rest of the submission.
CREATE INDEX drawing_unreviewed ON drawing (confidence_step, id) WHERE tagged_by IS NULL;
CREATE INDEX drawing_reviewed ON drawing (confidence_step, id) WHERE tagged_by IS NOT NULL;

-- The pictures stand apart, so that a page of the list and a change of tag touch small rows alone. A row goes
-- in with its drawing's and never without it, in one transaction; a foreign key would check that at the price of
-- a query a row. Up to 8 kB a picture stays in its row, as it is: it is compressed already.
CREATE TABLE drawing_content (
    drawing uuid PRIMARY KEY,
    image   bytea NOT NULL,
    strokes text NOT NULL
) WITH (toast_tuple_target = 8160);

ALTER TABLE drawing_content ALTER COLUMN image SET STORAGE EXTERNAL;

-- What people did. The first entry of every history is the prediction, and is not repeated here.
CREATE TABLE tag_event (
    drawing   uuid NOT NULL REFERENCES drawing (id),
    version   integer NOT NULL CHECK (version > 1),
    from_tag  text NOT NULL,
    to_tag    text NOT NULL,
    tagged_by text NOT NULL,
    tagged_at timestamptz NOT NULL,
    reason    text NOT NULL,
    PRIMARY KEY (drawing, version)
);

-- Rows come in the order of created_at and go in that order, which a block range index finds for next to nothing.
CREATE TABLE idempotency_key (
    key        text COLLATE "C" PRIMARY KEY,
    digest     bytea NOT NULL,
    drawing    uuid NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE INDEX idempotency_key_by_age ON idempotency_key USING brin (created_at) WITH (pages_per_range = 16, autosummarize = on);

CREATE TABLE account (
    id            uuid PRIMARY KEY,
    name          text COLLATE "C" NOT NULL,
    password_hash text NOT NULL,
    role          text NOT NULL CHECK (role IN ('annotator', 'admin')),
    disabled      boolean NOT NULL,
    created_at    timestamptz NOT NULL
);

CREATE UNIQUE INDEX account_by_name ON account (lower(name));

CREATE TABLE refresh_token (
    digest     bytea PRIMARY KEY,
    account    uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    family     uuid NOT NULL,
    expires_at timestamptz NOT NULL,
    used       boolean NOT NULL DEFAULT false
);

CREATE INDEX refresh_token_by_family ON refresh_token (family);
CREATE INDEX refresh_token_by_account ON refresh_token (account);

CREATE TABLE model (
    row        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id         text NOT NULL UNIQUE,
    card       text NOT NULL,
    sha256     bytea NOT NULL,
    state      text NOT NULL CHECK (state IN ('candidate', 'live', 'retired')),
    created_at timestamptz NOT NULL,
    onnx       bytea NOT NULL
);

ALTER TABLE model ALTER COLUMN onnx SET STORAGE EXTERNAL;

CREATE UNIQUE INDEX model_live ON model (state) WHERE state = 'live';
