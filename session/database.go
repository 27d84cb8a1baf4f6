package session

import (
	"encoding/json"
	"slices"
)

// Database is one database of an origin's IndexedDB, in Playwright's format (playwright-core 1.65).
type Database struct {
	Name    string        `json:"name"`
	Version int64         `json:"version"`
	Stores  []ObjectStore `json:"stores"`
}

// ObjectStore is one object store of a database, with its records.
type ObjectStore struct {
	Name          string `json:"name"`
	AutoIncrement bool   `json:"autoIncrement"`
	// KeyPath may be empty: then a record's value is its key. Nil, without KeyPathArray, is a store whose keys are apart from
	// the values.
	KeyPath      *string         `json:"keyPath,omitempty"`
	KeyPathArray []string        `json:"keyPathArray,omitempty"`
	Records      []Record        `json:"records"`
	Indexes      []DatabaseIndex `json:"indexes"`
}

// Record is one record of an object store. What JSON keeps as it is stands in Key and Value, anything else (dates, bytes,
// undefined, …) in the encoded ones, as Playwright's serializer writes it. A key is there only if the store has no key path.
type Record struct {
	Key          json.RawMessage `json:"key,omitempty"`
	KeyEncoded   json.RawMessage `json:"keyEncoded,omitempty"`
	Value        json.RawMessage `json:"value,omitempty"`
	ValueEncoded json.RawMessage `json:"valueEncoded,omitempty"`
}

// DatabaseIndex is one index of an object store.
type DatabaseIndex struct {
	Name         string   `json:"name"`
	KeyPath      *string  `json:"keyPath,omitempty"`
	KeyPathArray []string `json:"keyPathArray,omitempty"`
	MultiEntry   bool     `json:"multiEntry"`
	Unique       bool     `json:"unique"`
}

func (d Database) hasRecords() bool {
	return slices.ContainsFunc(d.Stores, func(s ObjectStore) bool { return len(s.Records) > 0 })
}
