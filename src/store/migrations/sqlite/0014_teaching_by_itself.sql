-- After how many reviews of the project a model is taught without anybody asking: 0 for never, NULL as the server says.
ALTER TABLE project ADD COLUMN teach_after INTEGER CHECK (teach_after >= 0);
-- Whether such a model goes live by itself where it is better beyond chance.
ALTER TABLE project ADD COLUMN promotes_better INTEGER NOT NULL DEFAULT 0 CHECK (promotes_better IN (0, 1));
