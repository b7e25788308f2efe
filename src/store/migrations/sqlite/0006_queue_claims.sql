-- Where an unreviewed drawing stands in the queue: by the margin of its probabilities, or behind those, in an order of
-- chance, where it judges models (store/asking.h; the function is the program's). The indexes go with the column.
ALTER TABLE drawing RENAME COLUMN confidence_step TO queue_place;
UPDATE drawing SET queue_place = croquis_queue_place(id, probabilities) WHERE coalesce(withdrawn, '') <> 'deleted';

-- What a review rests on; NULL where nobody reviewed it, or before this was written down.
ALTER TABLE drawing ADD COLUMN basis TEXT CHECK (basis IN ('shown', 'random', 'own'));

-- Whether and why the queue had asked, and by what chance; whether others were accepted in the same go.
ALTER TABLE tag_event ADD COLUMN asked TEXT CHECK (asked IN ('margin', 'random'));
ALTER TABLE tag_event ADD COLUMN probability REAL CHECK (probability BETWEEN 0 AND 1);
ALTER TABLE tag_event ADD COLUMN bulk INTEGER NOT NULL DEFAULT 0 CHECK (bulk IN (0, 1));

-- Who is working on which drawing. A holder is one open page of an account. Few rows, for a minute or two each.
CREATE TABLE claim (
    drawing     BLOB NOT NULL PRIMARY KEY CHECK (length(drawing) = 16),
    holder      BLOB NOT NULL CHECK (length(holder) = 16),
    account     BLOB NOT NULL CHECK (length(account) = 16),
    asked       TEXT NOT NULL CHECK (asked IN ('margin', 'random')),
    probability REAL CHECK (probability BETWEEN 0 AND 1),
    expires_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What people did lately. A submission writes to neither.
CREATE INDEX drawing_by_review ON drawing (project, tagged_at) WHERE tagged_by IS NOT NULL;
CREATE INDEX tag_event_by_time ON tag_event (tagged_at);

-- When a model became live last; NULL where it never was, or before this was written down.
ALTER TABLE model ADD COLUMN promoted_at INTEGER;
UPDATE model SET promoted_at = created_at WHERE state = 'live';
