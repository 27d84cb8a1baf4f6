//go:build browser

package browser_test

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/session"
)

// databaseSite serves pages that make databases: the script of the page's path, whose last expression is awaited and shown.
func databaseSite(t *testing.T, scripts map[string]string) func(host, path string) string {
	t.Helper()
	return serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		script, ok := scripts[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, `<!doctype html><html lang=en><title>Test</title><p id=out>busy</p><script>
			const answered = (r) => new Promise((yes, no) => { r.onsuccess = () => yes(r.result); r.onerror = () => no(r.error); });
			const openAt = (name, version, upgrade) => { const r = indexedDB.open(name, version); r.onupgradeneeded = () => upgrade(r.result); return answered(r); };
			const put = (db, store, value, key) => answered(db.transaction(store, 'readwrite').objectStore(store).put(value, key));
			const get = (db, store, key) => answered(db.transaction(store).objectStore(store).get(key));
			const all = (db, store) => answered(db.transaction(store).objectStore(store).getAll());
			(async () => {`+script+`})().then((text) => { out.textContent = 'done ' + text; }, (error) => { out.textContent = 'done failed: ' + error; });
		</script>`)
	}))
}

// shown waits for what the page's script returned.
func shown(t *testing.T, p *browser.Page, target string) string {
	t.Helper()
	open(t, p, target)
	shows(t, p, "done")
	_, text, _ := strings.Cut(model(t, p).Text, "done ")
	return strings.TrimSpace(text)
}

func databasesOf(t *testing.T, s session.StorageState) []session.Database {
	t.Helper()
	require.Len(t, s.Origins, 1)
	return s.Origins[0].IndexedDB
}

func storeOf(t *testing.T, s session.StorageState, name string) session.ObjectStore {
	t.Helper()
	for _, d := range databasesOf(t, s) {
		if i := slices.IndexFunc(d.Stores, func(s session.ObjectStore) bool { return s.Name == name }); i >= 0 {
			return d.Stores[i]
		}
	}
	require.Fail(t, "no such store", name)
	return session.ObjectStore{}
}

func TestIndexedDB_OfSeveralStores_ComesBackWhole(t *testing.T) {
	t.Parallel()
	at := databaseSite(t, map[string]string{"/": `
		const db = await openAt('app', 7, (db) => {
			const users = db.createObjectStore('users', { keyPath: 'id' });
			users.createIndex('by mail', 'mail', { unique: true });
			users.createIndex('by tag', ['tags', 'id']);
			users.createIndex('each tag', 'tags', { multiEntry: true });
			db.createObjectStore('pairs', { keyPath: ['a', 'b.c'] });
			db.createObjectStore('log', { autoIncrement: true });
			db.createObjectStore('itself', { keyPath: '' });
			db.createObjectStore('nothing');
		});
		await put(db, 'users', { id: 'u1', mail: 'a@b.test', tags: ['x', 'y'], since: new Date(86400000) });
		await put(db, 'pairs', { a: 1, b: { c: [2, 'three'] } });
		await put(db, 'log', 'first');
		await put(db, 'log', 'third', 3);
		await put(db, 'itself', 'me');
		(await openAt('empty', 1, () => {})).close();
		return 'kept';`, "/again": `
		const db = await openAt('app', 7, () => { throw Error('nobody restored it'); });
		const index = (name) => db.transaction('users').objectStore('users').index(name);
		const found = await answered(index('by mail').get('a@b.test')), tagged = await answered(index('each tag').count('y'));
		const compound = await answered(index('by tag').count());
		const next = await put(db, 'log', 'fourth');
		return [found.since instanceof Date && found.since.getTime(), index('by mail').unique, index('each tag').multiEntry, tagged, compound, index('by tag').keyPath,
			(await get(db, 'pairs', [1, [2, 'three']])).a, next, (await all(db, 'log')).join(), await get(db, 'itself', 'me'), (await all(db, 'nothing')).length,
			(await indexedDB.databases()).length, localStorage.length].join(' ');`})
	p := newPage(t)
	require.Equal(t, "kept", shown(t, p, at("one.test", "/")))

	s := capture(t, p)

	users, pairs, log := storeOf(t, s, "users"), storeOf(t, s, "pairs"), storeOf(t, s, "log")
	require.Equal(t, "id", *users.KeyPath)
	require.Empty(t, users.Records[0].Key, "the value holds it")
	require.Contains(t, string(users.Records[0].ValueEncoded), `{"k":"since","v":{"d":"1970-01-02T00:00:00.000Z"}}`)
	require.Equal(t, []string{"a", "b.c"}, pairs.KeyPathArray)
	require.JSONEq(t, `{"a":1,"b":{"c":[2,"three"]}}`, string(pairs.Records[0].Value))
	require.True(t, log.AutoIncrement)
	require.Nil(t, log.KeyPath)
	require.Equal(t, []session.Record{{Key: json.RawMessage(`1`), Value: json.RawMessage(`"first"`)}, {Key: json.RawMessage(`3`), Value: json.RawMessage(`"third"`)}}, log.Records)
	raw, err := json.Marshal(storeOf(t, s, "nothing"))
	require.NoError(t, err)
	require.JSONEq(t, `{"name":"nothing","autoIncrement":false,"records":[],"indexes":[]}`, string(raw))

	again := restored(t, s)
	sameState(t, s, capture(t, again))
	require.Equal(t, "86400000 true true 1 1 tags,id 1 4 first,third,fourth me 0 2 0", shown(t, again, at("one.test", "/again"))) //nolint:dupword // two answers
}

// valuesOf are values that JSON does not keep, in JavaScript.
const valuesOf = `(() => {
	const shared = { deep: [1] }, ring = { name: 'ring' };
	ring.self = ring;
	return [
		new Date(0), new Date(NaN), undefined, null, NaN, Infinity, -Infinity, -0, 12345678901234567890n, /a\/b/gi, new Map([['k', new Set([1, shared])], [shared, null]]),
		new Uint8Array([0, 255, 7]).buffer, new Uint8Array([9, 8, 7, 6]).subarray(1, 3), new Float64Array([0.1, NaN]), new BigInt64Array([-1n]), new Uint8ClampedArray([1]),
		{ nested: { when: new Date(5), list: [undefined, new Map()], both: [shared, shared] } }, ring, new RangeError('far'), JSON.parse('{"__proto__": {"a": 1}, "u": "ü日😀"}'),
		0, '', false, 1e300, 0.1, [], {}, 'plain', { o: [], id: 1 }, { v: 'null' },
	];
})()`

// describe says all of a value in a text.
const describe = `const describe = (v, seen = []) => {
	if (typeof v !== 'object' || v === null) return typeof v + ':' + (Object.is(v, -0) ? '-0' : String(v));
	if (seen.includes(v)) return 'seen ' + seen.indexOf(v);
	seen.push(v);
	const inner = (x) => describe(x, seen), kind = Object.prototype.toString.call(v);
	if (v instanceof Date) return 'date ' + v.getTime();
	if (v instanceof RegExp || v instanceof Error) return kind + v;
	if (v instanceof ArrayBuffer) return kind + new Uint8Array(v);
	if (ArrayBuffer.isView(v)) return kind + v;
	if (v instanceof Map || v instanceof Set) return kind + '(' + [...v].map(inner) + ')';
	return kind + '{' + Object.keys(v).map((k) => k + '=' + inner(v[k])) + '}';
};`

func TestIndexedDB_ValuesThatJSONDoesNotKeep_ComeBack(t *testing.T) {
	t.Parallel()
	show := describe + `const found = await all(db, 's'), keys = await answered(db.transaction('s').objectStore('s').getAllKeys()); return found.map((v) => describe(v)).join('; ') + ' keys ' + keys.map((v) => describe(v)).join('; ');`
	at := databaseSite(t, map[string]string{"/": `
		const db = await openAt('values', 1, (db) => db.createObjectStore('s'));
		for (const [i, v] of ` + valuesOf + `.entries()) await put(db, 's', v, i);
		for (const key of [new Date(3), Infinity, new Uint8Array([1, 2]).buffer, ['a', [new Date(4)]], '']) await put(db, 's', 'of a key', key);
		` + show, "/again": `const db = await openAt('values', 1, () => { throw Error('nobody restored it'); });` + show})
	p := newPage(t)
	before := shown(t, p, at("one.test", "/"))
	require.NotContains(t, before, "failed")
	require.Contains(t, before, "[object ArrayBuffer]0,255,7")

	s := capture(t, p)

	require.Len(t, storeOf(t, s, "s").Records, 35)
	for _, want := range []string{`{"v":"undefined"}`, `{"v":"NaN"}`, `{"bi":"12345678901234567890"}`, `{"r":{"p":"a\\/b","f":"gi"}}`, `{"ta":{"b":"CAc=","k":"ui8"}}`} {
		require.True(t, slices.ContainsFunc(storeOf(t, s, "s").Records, func(r session.Record) bool { return string(r.ValueEncoded) == want }), want)
	}
	require.Equal(t, before, shown(t, restored(t, s), at("one.test", "/again")))
}

func TestCapture_OfIndexedDBThatCannotBeKept_LeavesItOutAndCounts(t *testing.T) {
	t.Parallel()
	at := databaseSite(t, map[string]string{"/": `
		const db = await openAt('mixed', 1, (db) => { for (const name of ['cache', 'many', 'keys', 'token', 'deep']) db.createObjectStore(name); });
		await put(db, 'cache', 'small', 'a');
		await put(db, 'cache', new Uint8Array(3 << 20), 'b');
		const many = db.transaction('many', 'readwrite').objectStore('many');
		for (let i = 0; i < 5001; i++) many.put(i, i);
		await new Promise((yes) => { many.transaction.oncomplete = yes; });
		await put(db, 'keys', new Blob(['file']), 'file');
		await put(db, 'keys', [1, , 3], 'holes');
		await put(db, 'keys', 'half \ud83d', 'half');
		await put(db, 'keys', 'whole', 'whole');
		let deep = 1;
		for (let i = 0; i < 900; i++) deep = [deep];
		await put(db, 'deep', deep, 1);
		await put(db, 'token', 'jwt', 'access');
		return 'kept';`})
	logged := &strings.Builder{}
	b, err := launch(testContext(t), browser.Options{Logger: slog.New(slog.NewTextHandler(logged, nil))})
	require.NoError(t, err)
	end := sync.OnceFunc(b.end)
	t.Cleanup(end)
	p, err := b.browser.NewPage(testContext(t), browser.PageOptions{})
	require.NoError(t, err)
	require.Equal(t, "kept", shown(t, p, at("one.test", "/")))

	s := capture(t, p)
	end() // nobody writes to the log any more

	require.Empty(t, storeOf(t, s, "cache").Records, "all or nothing")
	require.Empty(t, storeOf(t, s, "many").Records)
	require.Empty(t, storeOf(t, s, "deep").Records)
	require.Len(t, storeOf(t, s, "keys").Records, 1)
	require.JSONEq(t, `"jwt"`, string(storeOf(t, s, "token").Records[0].Value))
	require.Contains(t, logged.String(), "too_large=2 not_serializable=4 unreadable=0")
}

func TestIndexedDB_WhileTheApplicationHoldsConnections_IsCapturedAndUndisturbed(t *testing.T) {
	t.Parallel()
	at := databaseSite(t, map[string]string{"/": `
		const db = await openAt('held', 1, (db) => db.createObjectStore('s'));
		await put(db, 's', 'jwt', 'token');
		window.held = db; // it stays open, and gives way to nobody
		const other = await openAt('stuck', 1, (db) => db.createObjectStore('s'));
		openAt('stuck', 2, () => {}); // waits for ever, and whoever comes later behind it
		window.other = other;
		return 'kept';`, "/later": `
		await put(await openAt('held', 2, (db) => db.createObjectStore('more')), 'more', 1, 1);
		return 'upgraded';`})
	p := newPage(t)
	require.Equal(t, "kept", shown(t, p, at("one.test", "/")))

	s := capture(t, p)

	require.JSONEq(t, `"jwt"`, string(storeOf(t, s, "s").Records[0].Value))
	require.Len(t, databasesOf(t, s), 1, "the one that does not answer is left out")
	require.Equal(t, "upgraded", shown(t, p, at("one.test", "/later")), "no connection of ours is in the way")
	sameState(t, s, capture(t, restored(t, s)))
}

func TestRestore_OfDatabasesThatChromiumRefuses_KeepsTheRest(t *testing.T) {
	t.Parallel()
	at := databaseSite(t, map[string]string{"/": `const db = await openAt('good', 1, () => {}); return await get(db, 's', 'k') + ' ' + (await indexedDB.databases()).map((d) => d.name).join() + ' ' + localStorage.getItem('a');`})
	store := func(name string, path *string, records ...session.Record) session.ObjectStore {
		return session.ObjectStore{Name: name, KeyPath: path, Records: records, Indexes: []session.DatabaseIndex{}}
	}
	good := session.Record{Key: json.RawMessage(`"k"`), Value: json.RawMessage(`"v"`)}
	s := session.StorageState{Origins: []session.Origin{{
		Origin: at("one.test", ""), LocalStorage: []session.StorageItem{{Name: "a", Value: "b"}},
		IndexedDB: []session.Database{
			{Name: "bad", Version: 1, Stores: []session.ObjectStore{store("s", new("not a path"))}},
			{Name: "good", Version: 1, Stores: []session.ObjectStore{store("s", nil, session.Record{Key: json.RawMessage(`{}`), Value: json.RawMessage(`1`)}, good)}},
			{Name: "good", Version: 1, Stores: []session.ObjectStore{store("twice", nil, good)}},
		},
	}}}

	require.Equal(t, "v good b", shown(t, restored(t, s), at("one.test", "/")))
}

func TestRestore_OfAnApplicationThatKeepsItsLoginInIndexedDB_IsLoggedIn(t *testing.T) {
	t.Parallel()
	at := databaseSite(t, map[string]string{"/login": `
		const db = await openAt('auth', 1, (db) => db.createObjectStore('users', { keyPath: 'fbase_key' }));
		await put(db, 'users', { fbase_key: 'user', value: { name: 'Ada', expires: new Date(4e12) } });
		return 'logged in';`, "/": `
		const db = await openAt('auth', 1, (db) => db.createObjectStore('users', { keyPath: 'fbase_key' }));
		const user = await get(db, 'users', 'user');
		return user && user.value.expires > new Date() ? 'Welcome ' + user.value.name : 'Please log in';`})
	p := newPage(t)
	require.Equal(t, "logged in", shown(t, p, at("app.test", "/login")))
	require.NoError(t, p.Navigate(testContext(t), at("other.test", "/elsewhere"))) // the origin is not the present one

	s := capture(t, p)

	require.False(t, s.Empty())
	require.Equal(t, "Please log in", shown(t, newPage(t), at("app.test", "/")))
	require.Equal(t, "Welcome Ada", shown(t, restored(t, s), at("app.test", "/")))
}
