-- Whether the project goes back to the model before by itself, where people agree less with the live one.
ALTER TABLE project ADD COLUMN rolls_back boolean NOT NULL DEFAULT false;
-- What it went back from by itself and why, as JSON. NULL: a model was promoted since, or it never did.
ALTER TABLE project ADD COLUMN rolled_back text;

-- How a running job goes, as its work tells it, in JSON: a training's loss.
ALTER TABLE job ADD COLUMN detail text;
