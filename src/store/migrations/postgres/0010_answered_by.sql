-- Whose opinions of a drawing stand, while others are asked yet: the people's ids in order, each as 32 digits, with
-- spaces between them. Whoever is asked next is given drawings by these groups of people, and need not walk over
-- everything that they answered.
ALTER TABLE drawing ADD COLUMN answered_by text COLLATE "C" NOT NULL DEFAULT '';
UPDATE drawing SET answered_by = coalesce((
    SELECT string_agg(person, ' ' ORDER BY person) FROM (
        SELECT DISTINCT replace(said.user_id::text, '-', '') COLLATE "C" AS person FROM tag_event AS said
        WHERE said.drawing = drawing.id AND said.user_id IS NOT NULL AND said.opinion IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM tag_event AS undo WHERE undo.drawing = said.drawing AND undo.undoes = said.version)
    ) AS people), '')
WHERE id IN (SELECT drawing FROM tag_event WHERE opinion IS NOT NULL);

DROP INDEX drawing_unreviewed;
CREATE INDEX drawing_unreviewed ON drawing (project, queue_place, id) WHERE tagged_by IS NULL AND answered_by = '';
-- A submission writes to none of these.
CREATE INDEX drawing_answered ON drawing (project, queue_place, id) WHERE tagged_by IS NULL AND answered_by <> '';
CREATE INDEX drawing_answered_by ON drawing (project, answered_by, queue_place, id)
    WHERE tagged_by IS NULL AND answered_by <> '' AND disputed IS NOT TRUE;
DROP INDEX drawing_by_import;
CREATE INDEX drawing_import_waiting ON drawing (import_job, answered_by, queue_place, id)
    WHERE import_job IS NOT NULL AND tagged_by IS NULL;
CREATE INDEX drawing_import_answered ON drawing (import_job, queue_place, id)
    WHERE import_job IS NOT NULL AND tagged_by IS NULL AND answered_by <> '';
CREATE INDEX drawing_import_reviewed ON drawing (import_job, queue_place, id)
    WHERE import_job IS NOT NULL AND tagged_by IS NOT NULL;
-- Lists by what a person did.
CREATE INDEX drawing_reviewed_by_id ON drawing (project, id) WHERE tagged_by IS NOT NULL;
CREATE INDEX drawing_by_reviewer ON drawing (project, tagged_by, id) WHERE tagged_by IS NOT NULL;
CREATE INDEX drawing_corrected ON drawing (project, id) WHERE tagged_by IS NOT NULL AND tag <> predicted_tag;

-- What a label was merged into: opinions that say it count as opinions that say the other.
ALTER TABLE label ADD COLUMN merged_into text;
