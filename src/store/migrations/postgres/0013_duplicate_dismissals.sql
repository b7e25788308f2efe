-- That somebody looked at drawings which are nearly the same, and says that they are no duplicates. A group is told no
-- more where one row has all of its drawings. A person's name is the account's alone: where that is gone, nobody's.
CREATE TABLE duplicate_dismissal (
    id           uuid PRIMARY KEY, -- of the moment
    project      integer NOT NULL REFERENCES project (id),
    drawings     text NOT NULL, -- their ids in order, with spaces between them
    dismissed_by uuid
);
CREATE INDEX duplicate_dismissal_by_project ON duplicate_dismissal (project, id);
