package session_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/anteroom/anteroom/session"
)

func TestStorageState_JSON_IsPlaywrightsFormat(t *testing.T) {
	t.Parallel()
	state := session.StorageState{
		Cookies: []session.Cookie{},
		Origins: []session.Origin{
			{Origin: "https://none.example", LocalStorage: []session.StorageItem{}},
			{Origin: "https://app.example", LocalStorage: []session.StorageItem{}, IndexedDB: []session.Database{{Name: "auth", Version: 3, Stores: []session.ObjectStore{
				{Name: "itself", KeyPath: new(""), Records: []session.Record{}, Indexes: []session.DatabaseIndex{}},
				{
					Name: "pairs", KeyPathArray: []string{"a", "b"}, AutoIncrement: true,
					Records: []session.Record{{Value: json.RawMessage(`null`)}},
					Indexes: []session.DatabaseIndex{{Name: "i", KeyPath: new("a"), Unique: true}, {Name: "j", KeyPathArray: []string{"a"}, MultiEntry: true}},
				},
				{
					Name: "apart", Indexes: []session.DatabaseIndex{},
					Records: []session.Record{{KeyEncoded: json.RawMessage(`{"d":"1970-01-01T00:00:00.000Z"}`), ValueEncoded: json.RawMessage(`{"v":"undefined"}`)}, {Key: json.RawMessage(`0`), Value: json.RawMessage(`false`)}},
				},
			}}}},
		},
	}

	raw, err := json.Marshal(state)

	require.NoError(t, err)
	require.JSONEq(t, `{"cookies": [], "origins": [
		{"origin": "https://none.example", "localStorage": []},
		{"origin": "https://app.example", "localStorage": [], "indexedDB": [{"name": "auth", "version": 3, "stores": [
			{"name": "itself", "keyPath": "", "autoIncrement": false, "records": [], "indexes": []},
			{"name": "pairs", "keyPathArray": ["a", "b"], "autoIncrement": true, "records": [{"value": null}], "indexes": [
				{"name": "i", "keyPath": "a", "unique": true, "multiEntry": false}, {"name": "j", "keyPathArray": ["a"], "unique": false, "multiEntry": true}]},
			{"name": "apart", "autoIncrement": false, "indexes": [], "records": [
				{"keyEncoded": {"d": "1970-01-01T00:00:00.000Z"}, "valueEncoded": {"v": "undefined"}}, {"key": 0, "value": false}]}]}]}]}`, string(raw))
}

func TestStorageState_JSON_KeepsEveryDatabase(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		state := session.StorageState{Cookies: []session.Cookie{}, Origins: rapid.SliceOf(originOf()).Draw(t, "origins")}
		raw, err := json.Marshal(state)
		require.NoError(t, err)
		var again session.StorageState
		require.NoError(t, json.Unmarshal(raw, &again))
		require.Equal(t, state, again)
		require.Equal(t, state.Empty(), again.Empty())
	})
}

func originOf() *rapid.Generator[session.Origin] {
	return rapid.Custom(func(t *rapid.T) session.Origin {
		return session.Origin{
			Origin:       rapid.StringMatching(`https://[a-z]{1,8}\.example`).Draw(t, "origin"),
			LocalStorage: []session.StorageItem{},
			IndexedDB:    some(rapid.SliceOfN(databaseOf(), 0, 3).Draw(t, "databases")),
		}
	})
}

func databaseOf() *rapid.Generator[session.Database] {
	return rapid.Custom(func(t *rapid.T) session.Database {
		return session.Database{
			Name: rapid.String().Draw(t, "name"), Version: rapid.Int64Range(1, 1<<53).Draw(t, "version"),
			Stores: rapid.SliceOfN(storeOf(), 0, 4).Draw(t, "stores"),
		}
	})
}

func storeOf() *rapid.Generator[session.ObjectStore] {
	return rapid.Custom(func(t *rapid.T) session.ObjectStore {
		return session.ObjectStore{
			Name: rapid.String().Draw(t, "name"), AutoIncrement: rapid.Bool().Draw(t, "auto"),
			KeyPath:      rapid.Ptr(rapid.String(), true).Draw(t, "path"),
			KeyPathArray: some(rapid.SliceOfN(rapid.String(), 0, 3).Draw(t, "paths")),
			Records:      rapid.SliceOfN(recordOf(), 0, 4).Draw(t, "records"),
			Indexes: rapid.SliceOfN(rapid.Custom(func(t *rapid.T) session.DatabaseIndex {
				return session.DatabaseIndex{
					Name: rapid.String().Draw(t, "name"), KeyPath: rapid.Ptr(rapid.String(), true).Draw(t, "path"),
					MultiEntry: rapid.Bool().Draw(t, "multi"), Unique: rapid.Bool().Draw(t, "unique"),
				}
			}), 0, 2).Draw(t, "indexes"),
		}
	})
}

func recordOf() *rapid.Generator[session.Record] {
	return rapid.Custom(func(t *rapid.T) session.Record {
		return session.Record{
			Key: jsonOf(t, "key"), KeyEncoded: jsonOf(t, "keyEncoded"), Value: jsonOf(t, "value"), ValueEncoded: jsonOf(t, "valueEncoded"),
		}
	})
}

// jsonOf draws any JSON, null and false values among it, or none.
func jsonOf(t *rapid.T, label string) json.RawMessage {
	value := rapid.OneOf(
		rapid.Just[any](nil), rapid.Just[any](false), rapid.Map(rapid.String(), func(s string) any { return s }),
		rapid.Map(rapid.Float64Range(-1e300, 1e300), func(f float64) any { return f }),
		rapid.Map(rapid.MapOfN(rapid.String(), rapid.SliceOfN(rapid.Int(), 0, 3), 0, 3), func(m map[string][]int) any { return m }),
	)
	if rapid.Bool().Draw(t, label+" is missing") {
		return nil
	}
	raw, err := json.Marshal(value.Draw(t, label))
	require.NoError(t, err)
	return raw
}

// some is nil for an empty list, which the format leaves out.
func some[T any](list []T) []T {
	if len(list) == 0 {
		return nil
	}
	return list
}
