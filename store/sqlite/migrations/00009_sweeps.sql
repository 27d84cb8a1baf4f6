-- +goose Up

-- What is looked for every few seconds, among up to ten thousand logins that wait: operations that ended and hold a page, operations
-- that are to be canceled and go on, browsers that are gone.
CREATE INDEX operations_unreleased ON operations (finished_at, id) WHERE admission = 'admitted' AND finished_at > 0;
CREATE INDEX operations_canceling ON operations (cancel_requested_at, id)
    WHERE cancel_requested_at > 0 AND state IN ('running', 'waiting');
CREATE INDEX browsers_lost ON browsers (lost_at, id) WHERE lost_at > 0;
