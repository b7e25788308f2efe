-- A model is a candidate, live or retired: nothing was ever in one of the other two states that were foreseen. SQLite
-- cannot change a CHECK, but it drops a column with its own.
DROP INDEX model_live;
ALTER TABLE model ADD COLUMN state_now TEXT NOT NULL DEFAULT 'candidate'
    CHECK (state_now IN ('candidate', 'live', 'retired'));
UPDATE model SET state_now = CASE state WHEN 'shadow' THEN 'candidate' WHEN 'rejected' THEN 'retired' ELSE state END;
ALTER TABLE model DROP COLUMN state;
ALTER TABLE model RENAME COLUMN state_now TO state;
CREATE UNIQUE INDEX model_live ON model (project) WHERE state = 'live';

-- Reviews are counted since the last job of a kind began, which need not be the one that was added last.
CREATE INDEX job_by_start ON job (kind, coalesce(project, 1), coalesce(started_at, created_at));
DROP INDEX job_by_kind;
