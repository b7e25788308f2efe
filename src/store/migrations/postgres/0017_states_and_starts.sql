-- A model is a candidate, live or retired: nothing was ever in one of the other two states that were foreseen.
UPDATE model SET state = CASE state WHEN 'shadow' THEN 'candidate' ELSE 'retired' END
    WHERE state IN ('shadow', 'rejected');
ALTER TABLE model
    DROP CONSTRAINT model_state_check,
    ADD CONSTRAINT model_state_check CHECK (state IN ('candidate', 'live', 'retired'));

-- Reviews are counted since the last job of a kind began, which need not be the one that was added last.
CREATE INDEX job_by_start ON job (kind, coalesce(project, 1), coalesce(started_at, created_at));
DROP INDEX job_by_kind;
