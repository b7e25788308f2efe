-- Several people are asked about a drawing, and people mark one for attention. SQLite cannot change a CHECK. An opinion
-- is what this person said where the project wants several: alone it changes nothing of the drawing.
CREATE TABLE tag_event_next (
    drawing     BLOB NOT NULL REFERENCES drawing (id),
    version     INTEGER NOT NULL CHECK (version > 1),
    from_tag    TEXT NOT NULL,
    to_tag      TEXT NOT NULL,
    tagged_by   TEXT,
    tagged_at   INTEGER NOT NULL,
    note        TEXT NOT NULL,
    kind        TEXT NOT NULL DEFAULT 'corrected' CHECK (kind IN (
        'accepted', 'corrected', 'undone', 'imported', 'adjudicated', 'merged', 'suggested', 'withdrawn', 'restored',
        'opinion', 'flagged', 'unflagged')),
    user_id     BLOB CHECK (length(user_id) = 16),
    undoes      INTEGER,
    asked       TEXT CHECK (asked IN ('margin', 'random')),
    probability REAL CHECK (probability BETWEEN 0 AND 1),
    bulk        INTEGER NOT NULL DEFAULT 0 CHECK (bulk IN (0, 1)),
    opinion     TEXT,
    PRIMARY KEY (drawing, version)
) STRICT, WITHOUT ROWID;
INSERT INTO tag_event_next (drawing, version, from_tag, to_tag, tagged_by, tagged_at, note, kind, user_id, undoes,
                            asked, probability, bulk)
    SELECT drawing, version, from_tag, to_tag, tagged_by, tagged_at, note, kind, user_id, undoes, asked, probability,
           bulk
    FROM tag_event;
DROP TABLE tag_event;
ALTER TABLE tag_event_next RENAME TO tag_event;
CREATE INDEX tag_event_by_time ON tag_event (tagged_at);

-- Whether people were asked and do not agree; the words with which it was marked for attention, NULL where it is not;
-- and the job that imported it.
ALTER TABLE drawing ADD COLUMN disputed INTEGER NOT NULL DEFAULT 0 CHECK (disputed IN (0, 1));
ALTER TABLE drawing ADD COLUMN flag TEXT;
ALTER TABLE drawing ADD COLUMN import_job BLOB CHECK (length(import_job) = 16);
-- A submission writes to none of these.
CREATE INDEX drawing_disputed ON drawing (project, id) WHERE disputed IS TRUE;
CREATE INDEX drawing_flagged ON drawing (project, id) WHERE flag IS NOT NULL;
CREATE INDEX drawing_by_import ON drawing (import_job, queue_place, id) WHERE import_job IS NOT NULL;
