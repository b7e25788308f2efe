-- Labels are merged, whoever drew suggests another tag, and what was hidden is shown again. What nobody with an
-- account did has no name. SQLite cannot change a CHECK.
CREATE TABLE tag_event_next (
    drawing   BLOB NOT NULL REFERENCES drawing (id),
    version   INTEGER NOT NULL CHECK (version > 1),
    from_tag  TEXT NOT NULL,
    to_tag    TEXT NOT NULL,
    tagged_by TEXT,
    tagged_at INTEGER NOT NULL,
    note      TEXT NOT NULL,
    kind      TEXT NOT NULL DEFAULT 'corrected' CHECK (kind IN (
        'accepted', 'corrected', 'undone', 'imported', 'adjudicated', 'merged', 'suggested', 'withdrawn', 'restored')),
    user_id   BLOB CHECK (length(user_id) = 16),
    undoes    INTEGER,
    PRIMARY KEY (drawing, version)
) STRICT, WITHOUT ROWID;
INSERT INTO tag_event_next (drawing, version, from_tag, to_tag, tagged_by, tagged_at, note, kind, user_id, undoes)
    SELECT drawing, version, from_tag, to_tag, tagged_by, tagged_at, note, kind, user_id, undoes FROM tag_event;
DROP TABLE tag_event;
ALTER TABLE tag_event_next RENAME TO tag_event;

-- SHA-256 of the token that lets whoever drew it take it back for a while; NULL where none was given.
ALTER TABLE drawing ADD COLUMN withdrawal BLOB CHECK (length(withdrawal) = 32);
