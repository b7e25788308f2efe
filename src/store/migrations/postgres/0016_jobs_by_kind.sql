-- When a project was taught last is looked up with reviews of it. Jobs from before there were several projects are of
-- the first.
CREATE INDEX job_by_kind ON job (kind, coalesce(project, 1), id);
