// The words of hostlink/messages.cddl: what a decoded item must look like, and what it is called.
//
// A shape is `{read(item), write(value)}`: from CBOR to named fields and back. `read` throws
// ShapeError at whatever the schema does not allow.

export class ShapeError extends Error {}

function plain(fits) {
  const check = (item) => {
    if (!fits(item)) {
      throw new ShapeError('value out of bounds');
    }
    return item;
  };
  return { read: check, write: check };
}

function isInteger(item) {
  return typeof item === 'number' || typeof item === 'bigint';
}

/** `uint .size bytes` */
export function uint(bytes) {
  return plain((item) => isInteger(item) && item >= 0 && item < 2n ** BigInt(8 * bytes));
}

/** `bstr .size (least..most)` */
export function bstr(least, most = least) {
  return plain(
    (item) => item instanceof Uint8Array && item.length >= least && item.length <= most,
  );
}

/** `tstr .size (0..most)`, counted in bytes of UTF-8 */
export function tstr(most) {
  return plain((item) => typeof item === 'string' && Buffer.byteLength(item) <= most);
}

/** `tstr .regexp pattern`; the pattern is for the whole text */
export function text(pattern) {
  const whole = new RegExp(`^(?:${pattern})$`, 'u');
  return plain((item) => typeof item === 'string' && whole.test(item));
}

export const bool = plain((item) => typeof item === 'boolean');

/** `&(…)`: one of these numbers */
export function choice(numbers) {
  const known = new Set(Object.values(numbers));
  return plain((item) => known.has(item));
}

/** `[least*most shape]` */
export function list(shape, most, least = 0) {
  const isList = (item) => Array.isArray(item) && item.length >= least && item.length <= most;
  return {
    read: (item) => plain(isList).read(item).map(shape.read),
    write: (value) => plain(isList).read(value).map(shape.write),
  };
}

/** `[1, shape]`: something with a format version before it */
export function versioned(version, shape) {
  const fits = (item) => Array.isArray(item) && item.length === 2 && item[0] === version;
  return {
    read: (item) => shape.read(plain(fits).read(item)[1]),
    write: (value) => [version, shape.write(value)],
  };
}

/** A field of a map; keys are given in the order in which deterministic CBOR puts them. */
export function field(key, name, shape) {
  return { key, name, shape, isOptional: false };
}

/** `? key: shape`: left out when there is no value */
export function optional(key, name, shape) {
  return { key, name, shape, isOptional: true };
}

/** A map with exactly these fields. */
export function record(...fields) {
  return {
    read: (item) => readFields(fields, item),
    write: (value) => writeFields(fields, value),
  };
}

function readFields(fields, item) {
  if (!(item instanceof Map)) {
    throw new ShapeError('no map');
  }
  const value = {};
  for (const { key, name, shape, isOptional } of fields) {
    if (item.has(key)) {
      value[name] = shape.read(item.get(key));
    } else if (!isOptional) {
      throw new ShapeError(`without ${name}`);
    }
  }
  if (item.size !== Object.keys(value).length) {
    throw new ShapeError('an unknown field');
  }
  return value;
}

function writeFields(fields, value) {
  const present = fields.filter(({ name, isOptional }) => !isOptional || name in value);
  return new Map(present.map(({ key, name, shape }) => [key, shape.write(value[name])]));
}
