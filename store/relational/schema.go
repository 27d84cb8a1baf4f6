package relational

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"

	"github.com/anteroom/anteroom/store"
)

// leastSchema is the row of installation that names the least schema version a program must know to use the database.
// Migrations write it; see the decision about schemas.
const leastSchema = "least_schema"

// CheckSchema fails with store.ErrNewerSchema unless a program that knows schemas up to the version known may use a database
// whose schema has the version found. A newer one may be used where its migrations only added to what the program knows.
func CheckSchema(ctx context.Context, db *sql.DB, found, known int64) error {
	if found <= known {
		return nil
	}
	var value string
	err := db.QueryRowContext(ctx, "SELECT value FROM installation WHERE name = '"+leastSchema+"'").Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		value, err = strconv.FormatInt(found, 10), nil
	}
	if err != nil {
		return fmt.Errorf("read which programs may use the schema: %w", err)
	}
	least, err := strconv.ParseInt(value, 10, 64)
	if err != nil {
		return fmt.Errorf("read which programs may use the schema: %w", err)
	}
	if least <= known {
		return nil
	}
	return fmt.Errorf("%w: its schema has version %d and serves programs that know version %d, this one knows up to %d; use the newer program",
		store.ErrNewerSchema, found, least, known)
}
