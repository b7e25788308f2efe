-- A model belongs to the project that it was made for. Those of the first project also answer in every project that
-- has none of its own. One is live in each.
ALTER TABLE model ADD COLUMN project integer NOT NULL DEFAULT 1 REFERENCES project (id);
DROP INDEX model_live;
CREATE UNIQUE INDEX model_live ON model (project) WHERE state = 'live';

-- Every list is of one project.
DROP INDEX drawing_by_tag;
DROP INDEX drawing_unreviewed;
DROP INDEX drawing_reviewed;
DROP INDEX drawing_withdrawn;
CREATE INDEX drawing_by_project ON drawing (project, id);
CREATE INDEX drawing_by_tag ON drawing (project, tag, id);
CREATE INDEX drawing_unreviewed ON drawing (project, confidence_step, id) WHERE tagged_by IS NULL;
CREATE INDEX drawing_reviewed ON drawing (project, confidence_step, id) WHERE tagged_by IS NOT NULL;
CREATE INDEX drawing_withdrawn ON drawing (project, tag) WHERE withdrawn IS NOT NULL;

-- Projects were few and numbered by hand.
CREATE SEQUENCE project_id AS integer START 2 OWNED BY project.id;
ALTER TABLE project ALTER COLUMN id SET DEFAULT nextval('project_id');
