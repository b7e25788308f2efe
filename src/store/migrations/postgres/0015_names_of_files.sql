-- By bytes, as SQLite compares: so an index finds names by how they begin. Nothing is rewritten.
ALTER TABLE drawing ALTER COLUMN file_name TYPE text COLLATE "C";
-- A list is asked for a file's whole name, or for what stands behind its last folder. Drawings that people make have none.
CREATE INDEX drawing_by_file_name ON drawing (project, file_name, id) WHERE file_name IS NOT NULL;
CREATE INDEX drawing_by_last_name
    ON drawing (project, substr(file_name, length(rtrim(file_name, replace(file_name, '/', ''))) + 1), id)
    WHERE substr(file_name, length(rtrim(file_name, replace(file_name, '/', ''))) + 1) IS NOT NULL;
