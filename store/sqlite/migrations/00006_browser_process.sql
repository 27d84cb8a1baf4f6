-- +goose Up

-- The process of a browser, as the machine that runs it names it beyond doubt; empty where nobody but its owner can tell.
ALTER TABLE browsers ADD COLUMN process TEXT NOT NULL DEFAULT '';
