package relational

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"time"
)

// at is the column form of a time: Unix milliseconds, 0 for the zero time.
func at(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// timeColumn scans the column form of a time.
type timeColumn struct{ to *time.Time }

// Scan implements sql.Scanner.
func (c timeColumn) Scan(src any) error {
	ms, ok := src.(int64)
	if !ok {
		return fmt.Errorf("scan a time: the column holds %T, not milliseconds", src)
	}
	*c.to = time.Time{}
	if ms != 0 {
		*c.to = time.UnixMilli(ms).UTC()
	}
	return nil
}

// documentColumn reads and writes a JSON column; NULL is nil.
type documentColumn[T any] struct{ to **T }

// document is the JSON column of *to.
func document[T any](to **T) documentColumn[T] { return documentColumn[T]{to: to} }

// Scan implements sql.Scanner.
func (c documentColumn[T]) Scan(src any) error {
	*c.to = nil
	if src == nil {
		return nil
	}
	text, ok := src.(string)
	if !ok {
		return fmt.Errorf("scan a document: the column holds %T, not text", src)
	}
	value := new(T)
	if err := json.Unmarshal([]byte(text), value); err != nil {
		return fmt.Errorf("scan a document: %w", err)
	}
	*c.to = value
	return nil
}

// Value implements driver.Valuer.
func (c documentColumn[T]) Value() (driver.Value, error) {
	if *c.to == nil {
		return nil, nil //nolint:nilnil // nil is how database/sql spells NULL
	}
	text, err := json.Marshal(*c.to)
	if err != nil {
		return nil, fmt.Errorf("write a document: %w", err)
	}
	return string(text), nil
}
