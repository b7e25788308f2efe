-- The drawing of the project that shows what a label means, as an admin chose. It counts as long as it is shown: the
-- row of a drawing that is hidden or deleted stays.
ALTER TABLE label ADD COLUMN example uuid;
