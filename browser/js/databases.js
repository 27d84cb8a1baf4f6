// IndexedDB in Playwright's format. What cannot be read or written is left out and counted; nothing waits for ever, though the
// application may hold connections and transactions of its own.
const dbPatience = 750;
const slow = new Error('no answer in time');

const before = (end, promise) => {
  let timer;
  const late = new Promise((_, reject) => { timer = setTimeout(() => reject(slow), Math.max(0, end - performance.now())); });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
};
const shortly = (end) => Math.min(end, performance.now() + dbPatience);
const answered = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

// opened waits for a database, and closes one that comes too late: a forgotten connection would be in the application's way.
const opened = (request, end) => {
  let late = false;
  const blocked = new Promise((_, reject) => { request.onblocked = () => reject(slow); });
  const coming = answered(request).then((db) => {
    if (late) db.close();
    db.onversionchange = () => db.close();
    return db;
  });
  return before(end, Promise.race([coming, blocked])).catch((error) => { late = true; throw error; });
};

// openPresent opens a database as it is. One that was deleted since it was listed is not made anew.
const openPresent = (name, end) => {
  const request = indexedDB.open(name);
  request.onupgradeneeded = () => request.transaction.abort();
  return opened(request, shortly(end));
};

const pathOf = (keyPath) => typeof keyPath === 'string' ? { keyPath } : keyPath ? { keyPathArray: [...keyPath] } : {};

const describeStore = (store) => ({
  name: store.name, autoIncrement: store.autoIncrement, ...pathOf(store.keyPath), records: [],
  indexes: [...store.indexNames].map((name) => {
    const index = store.index(name);
    return { name, ...pathOf(index.keyPath), multiEntry: index.multiEntry, unique: index.unique };
  }),
});

// openStores describes the stores of one database, and says how many records each has: -1 when the store does not answer.
const openStores = async (db, end) => {
  const out = { name: db.name, version: db.version, stores: [] }, jobs = [];
  for (const name of db.objectStoreNames) {
    const store = db.transaction(name, 'readonly').objectStore(name), described = describeStore(store);
    out.stores.push(described);
    jobs.push({ db, store: described, count: await before(shortly(end), answered(store.count())).catch(() => -1) });
  }
  return { out, jobs };
};

const recordOf = (cursor, keyed, charge) => {
  const record = {};
  if (keyed) {
    const key = encodeValue(cursor.primaryKey, charge);
    Object.assign(record, 'plain' in key ? { key: key.plain } : { keyEncoded: key.encoded });
  }
  const value = encodeValue(cursor.value, charge);
  return Object.assign(record, 'plain' in value ? { value: value.plain } : { valueEncoded: value.encoded });
};

// readRecords reads one store; a record without a JSON form is skipped and counted, anything else ends it.
const readRecords = ({ db, store }, allowed, end) => before(end, new Promise((resolve, reject) => {
  const transaction = db.transaction(store.name, 'readonly'), source = transaction.objectStore(store.name);
  const records = [];
  let bytes = 0, skipped = 0;
  const charge = (size) => { if ((bytes += size) > allowed) throw tooLarge; };
  const request = source.openCursor();
  request.onerror = () => reject(request.error);
  transaction.onabort = () => reject(transaction.error);
  request.onsuccess = () => {
    const cursor = request.result;
    if (!cursor) return resolve({ records, bytes, skipped });
    try {
      records.push(recordOf(cursor, source.keyPath === null, charge));
    } catch (error) {
      if (error !== foreign) return reject(error);
      skipped++;
    }
    if (performance.now() > end) return reject(slow);
    cursor.continue();
  };
}));

// readStore fills in the records of one store, or none of them: half a store is worse than an empty one.
const readStore = async (job, limits, out, end) => {
  if (job.count < 0) { out.left.unreadable++; return; }
  if (job.count > limits.records) { out.left.tooLarge++; return; }
  try {
    const { records, bytes, skipped } = await readRecords(job, Math.min(limits.storeBytes, limits.bytes - out.bytes), end);
    job.store.records = records;
    out.bytes += bytes;
    out.left.notSerializable += skipped;
  } catch (error) {
    out.left[error === tooLarge ? 'tooLarge' : 'unreadable']++;
  }
};

// readDatabases returns JSON text, because DevTools bounds the depth of values. Stores with few records come first, so that a
// cache does not take the place of a token.
A.readDatabases = async (limits) => {
  const end = performance.now() + limits.millis, connections = [], jobs = [];
  const out = { databases: [], bytes: 0, left: { tooLarge: 0, notSerializable: 0, unreadable: 0 } };
  try {
    const listed = await before(shortly(end), indexedDB.databases());
    out.left.tooLarge += Math.max(0, listed.length - limits.databases);
    for (const { name } of listed.slice(0, limits.databases)) {
      try {
        if (!name.isWellFormed()) throw foreign;
        const db = await openPresent(name, end);
        connections.push(db);
        const stores = await openStores(db, end);
        out.databases.push(stores.out);
        jobs.push(...stores.jobs);
      } catch {
        out.left.unreadable++;
      }
    }
    jobs.sort((a, b) => a.count - b.count);
    for (const job of jobs) await readStore(job, limits, out, end);
  } catch {
    out.left.unreadable++;
  } finally {
    for (const db of connections) db.close();
  }
  return JSON.stringify(out);
};

const makeStore = (db, s) => {
  const store = db.createObjectStore(s.name, { autoIncrement: s.autoIncrement, keyPath: s.keyPathArray ?? s.keyPath ?? null });
  for (const i of s.indexes) store.createIndex(i.name, i.keyPathArray ?? i.keyPath, { unique: i.unique, multiEntry: i.multiEntry });
};

// writeRecords writes what the store takes; a record that it refuses is counted, and does not undo the others.
const writeRecords = (db, s, left, end) => before(end, new Promise((resolve, reject) => {
  const transaction = db.transaction(s.name, 'readwrite'), store = transaction.objectStore(s.name);
  transaction.oncomplete = resolve;
  transaction.onabort = () => reject(transaction.error);
  for (const r of s.records) {
    try {
      const request = store.put('value' in r ? r.value : decodeValue(r.valueEncoded), 'key' in r ? r.key : decodeValue(r.keyEncoded));
      request.onerror = (event) => { event.preventDefault(); left.records++; };
    } catch {
      left.records++;
    }
  }
}));

const writeDatabase = async (d, left, end) => {
  const request = indexedDB.open(d.name, d.version);
  // What throws here undoes the whole database.
  request.onupgradeneeded = () => { for (const s of d.stores) makeStore(request.result, s); };
  const db = await opened(request, end);
  try {
    for (const s of d.stores) {
      if (s.records.length) await writeRecords(db, s, left, end).catch(() => { left.records += s.records.length; });
    }
  } finally {
    db.close();
  }
};

// writeDatabases takes JSON text, and returns how many databases and records are not there.
A.writeDatabases = async (text, millis) => {
  const left = { databases: 0, records: 0 }, end = performance.now() + millis;
  for (const d of JSON.parse(text)) {
    try { await writeDatabase(d, left, end); } catch { left.databases++; }
  }
  return left;
};
