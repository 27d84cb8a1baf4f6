// Values of IndexedDB as JSON, in the form of Playwright's serializer: {v}, {d}, {bi}, {r}, {e}, {ta}, {a, id}, {o, id}, {ref}.
// It knows no Map, Set or ArrayBuffer. Those get a member more (map, set, buffer), which only we read: Playwright takes them for
// an object, an array and bytes.
const typedArrays = {
  i8: Int8Array, ui8: Uint8Array, ui8c: Uint8ClampedArray, i16: Int16Array, ui16: Uint16Array, i32: Int32Array, ui32: Uint32Array,
  f32: Float32Array, f64: Float64Array, bi64: BigInt64Array, bui64: BigUint64Array,
};
const notJSON = new Map([['undefined', undefined], ['null', null], ['NaN', NaN], ['Infinity', Infinity], ['-Infinity', -Infinity], ['-0', -0]]);

// Why a value is left out.
const foreign = new Error('no JSON form'), tooLarge = new Error('too large');
const maxValueDepth = 200;

const toBase64 = (bytes) => {
  let binary = '';
  for (let i = 0; i < bytes.length; i += 0x8000) binary += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(binary);
};
const fromBase64 = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

// encodeValue gives {plain: value} for what JSON keeps as it is, else {encoded}; it throws foreign for what has no form. charge is
// told the size of each part, and may throw.
const encodeValue = (root, charge) => {
  let plain = true, last = 0;
  const ids = new Map();
  const special = (form) => { plain = false; return form; };
  const string = (text) => {
    charge(text.length);
    if (!text.isWellFormed()) throw foreign; // half a character would arrive as another one
    return text;
  };
  const bytes = (buffer, at, length, form) => { charge(length * 4 / 3); return special(form(toBase64(new Uint8Array(buffer, at, length)))); };
  const number = (n) => Number.isFinite(n) && !Object.is(n, -0) ? n : special({ v: Object.is(n, -0) ? '-0' : String(n) });
  const builtIn = (o) => {
    if (o instanceof Date) return special({ d: o.toJSON() });
    if (o instanceof RegExp) return special({ r: { p: string(o.source), f: o.flags } });
    if (o instanceof Error) return special({ e: { n: string(o.name), m: string(o.message), s: string(String(o.stack ?? '')) } });
    if (o instanceof ArrayBuffer) return bytes(o, 0, o.byteLength, (b) => ({ ta: { b, k: 'ui8' }, buffer: true }));
    const k = Object.keys(typedArrays).find((kind) => o instanceof typedArrays[kind]);
    if (!k) throw foreign;
    return bytes(o.buffer, o.byteOffset, o.byteLength, (b) => ({ ta: { b, k } }));
  };
  const walk = (v, depth) => {
    charge(8);
    switch (typeof v) {
      case 'string': return string(v);
      case 'boolean': return v;
      case 'number': return number(v);
      case 'bigint': return special({ bi: string(String(v)) });
      case 'undefined': return special({ v: 'undefined' });
    }
    if (v === null) return { v: 'null' };
    if (ids.has(v)) return special({ ref: ids.get(v) });
    if (depth > maxValueDepth) throw foreign;
    const id = last + 1, inner = (item) => walk(item, depth + 1);
    const next = () => { last = id; ids.set(v, id); };
    if (Array.isArray(v)) {
      if (Object.keys(v).length !== v.length) throw foreign; // holes, or properties besides
      next();
      return { a: v.map(inner), id };
    }
    if (v instanceof Map) { next(); return special({ o: [], id, map: [...v].map(([k, item]) => [inner(k), inner(item)]) }); }
    if (v instanceof Set) { next(); return special({ a: [...v].map(inner), id, set: true }); }
    if (Object.getPrototypeOf(v) !== Object.prototype) return builtIn(v);
    next();
    return { o: Object.keys(v).map((k) => ({ k: string(k), v: inner(v[k]) })), id };
  };
  const encoded = walk(root, 0);
  // Readers of the format take a null at the top for nothing at all.
  return plain && root !== null ? { plain: root } : { encoded };
};

const decodeMany = (made, id, refs, fill) => { refs.set(id, made); fill(made); return made; };
const decodeValue = (r, refs = new Map()) => {
  if (typeof r !== 'object' || r === null) return r;
  const inner = (form) => decodeValue(form, refs);
  if ('ref' in r) return refs.get(r.ref);
  if ('v' in r) return notJSON.get(r.v);
  if ('d' in r) return new Date(r.d ?? NaN);
  if ('bi' in r) return BigInt(r.bi);
  if ('r' in r) return new RegExp(r.r.p, r.r.f);
  if ('e' in r) return Object.assign(new Error(r.e.m), { name: r.e.n, stack: r.e.s });
  if ('ta' in r) {
    const { buffer } = fromBase64(r.ta.b);
    return r.buffer ? buffer : new typedArrays[r.ta.k](buffer);
  }
  if ('map' in r) return decodeMany(new Map(), r.id, refs, (map) => { for (const [k, v] of r.map) map.set(inner(k), inner(v)); });
  if ('set' in r) return decodeMany(new Set(), r.id, refs, (set) => { for (const v of r.a) set.add(inner(v)); });
  if ('a' in r) return decodeMany([], r.id, refs, (list) => { for (const v of r.a) list.push(inner(v)); });
  return decodeMany({}, r.id, refs, (object) => {
    // Not by assignment, which would set the prototype for a property named __proto__.
    for (const { k, v } of r.o) Object.defineProperty(object, k, { value: inner(v), writable: true, enumerable: true, configurable: true });
  });
};
