-- That somebody looked at drawings which are nearly the same, and says that they are no duplicates. A group is told no
-- more where one row has all of its drawings. A person's name is the account's alone: where that is gone, nobody's.
CREATE TABLE duplicate_dismissal (
    id           BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16), -- of the moment
    project      INTEGER NOT NULL REFERENCES project (id),
    drawings     TEXT NOT NULL, -- their ids in order, with spaces between them
    dismissed_by BLOB CHECK (length(dismissed_by) = 16)
) STRICT, WITHOUT ROWID;
CREATE INDEX duplicate_dismissal_by_project ON duplicate_dismissal (project, id);
