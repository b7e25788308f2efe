-- Several people are asked about a drawing, and people mark one for attention. An opinion is what this person said where
-- the project wants several: alone it changes nothing of the drawing.
ALTER TABLE tag_event
    ADD COLUMN opinion text,
    DROP CONSTRAINT tag_event_kind_check,
    ADD CONSTRAINT tag_event_kind_check CHECK (kind IN (
        'accepted', 'corrected', 'undone', 'imported', 'adjudicated', 'merged', 'suggested', 'withdrawn', 'restored',
        'opinion', 'flagged', 'unflagged'));

-- Whether people were asked and do not agree; the words with which it was marked for attention, NULL where it is not;
-- and the job that imported it.
ALTER TABLE drawing
    ADD COLUMN disputed   boolean NOT NULL DEFAULT false,
    ADD COLUMN flag       text,
    ADD COLUMN import_job uuid;
-- A submission writes to none of these.
CREATE INDEX drawing_disputed ON drawing (project, id) WHERE disputed IS TRUE;
CREATE INDEX drawing_flagged ON drawing (project, id) WHERE flag IS NOT NULL;
CREATE INDEX drawing_by_import ON drawing (import_job, queue_place, id) WHERE import_job IS NOT NULL;
