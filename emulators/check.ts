/** Returns the value as what it should be. @throws Error with one sentence that names the place and what stood there */
export type Check<T> = (value: unknown, at: string) => T;

type Fields<T> = { readonly [K in keyof T]-?: Check<T[K]> };

const SHOWN_CHARACTERS = 60;

export function text(value: unknown, at: string): string {
  return typeof value === "string" && value !== "" ? value : refuse(at, "to be a non-empty string", value);
}

export function flag(value: unknown, at: string): boolean {
  return typeof value === "boolean" ? value : refuse(at, "to be true or false", value);
}

export function uuid(value: unknown, at: string): string {
  return matching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, "a UUID")(value, at);
}

export function matching(pattern: RegExp, what: string): Check<string> {
  return (value, at) => (typeof value === "string" && pattern.test(value) ? value : refuse(at, `to be ${what}`, value));
}

/** A whole number within bounds, both allowed. */
export function integer(min = 0, max = Number.MAX_SAFE_INTEGER): Check<number> {
  const bounds = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
  return (value, at) =>
    typeof value === "number" && Number.isSafeInteger(value) && value >= min && value <= max
      ? value
      : refuse(at, `to be an integer ${bounds}`, value);
}

export function fraction(value: unknown, at: string): number {
  return typeof value === "number" && value >= 0 && value <= 1
    ? value
    : refuse(at, "to be a number from 0 to 1", value);
}

export function oneOf<const T extends string | number>(...choices: readonly T[]): Check<T> {
  return (value, at) => choices.find((choice) => choice === value) ?? refuse(at, `to be ${either(choices)}`, value);
}

export function nullable<T>(check: Check<T>): Check<T | null> {
  return (value, at) => (value === null ? null : check(value, at));
}

export function optional<T>(check: Check<T>): Check<T | undefined> {
  return (value, at) => (value === undefined ? undefined : check(value, at));
}

export function list<T>(check: Check<T>): Check<readonly T[]> {
  return (value, at) =>
    Array.isArray(value)
      ? value.map((item: unknown, index) => check(item, `${at}[${index}]`))
      : refuse(at, "to be an array", value);
}

/** An object with these keys and no others; optional keys that are absent stay absent. */
export function record<T extends object>(fields: Fields<T>): Check<T> {
  const names = keysOf(fields);
  return (value, at) => {
    const given = entries(value, at);
    for (const name of given.keys()) {
      if (!Object.hasOwn(fields, name))
        throw new Error(`Expected ${at} to have no key but ${names.join(", ")}, got "${name}"`);
    }
    const result: Partial<T> = {};
    for (const name of names) {
      const checked = fields[name](given.get(String(name)), `${at}.${String(name)}`);
      if (checked !== undefined) result[name] = checked;
    }
    return result as T;
  };
}

/** An object from any names to strings. */
export function strings(value: unknown, at: string): Readonly<Record<string, string>> {
  return Object.fromEntries([...entries(value, at)].map(([name, item]) => [name, text(item, `${at}.${name}`)]));
}

/** One of several kinds of object, told apart by the key `kind`. */
export function variants<T extends { readonly kind: string }>(
  checks: { readonly [K in T["kind"]]: Check<Extract<T, { readonly kind: K }>> },
): Check<T> {
  const kinds = keysOf(checks);
  return (value, at) => {
    const given = entries(value, at).get("kind");
    const kind = kinds.find((name) => name === given);
    return kind === undefined ? refuse(`${at}.kind`, `to be ${either(kinds)}`, given) : checks[kind](value, at);
  };
}

function entries(value: unknown, at: string): ReadonlyMap<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return refuse(at, "to be an object", value);
  return new Map<string, unknown>(Object.entries(value));
}

function keysOf<T extends object>(value: T): readonly (keyof T & string)[] {
  return Object.keys(value) as (keyof T & string)[];
}

function either(choices: readonly (string | number)[]): string {
  return choices.length < 2 ? choices.join("") : `${choices.slice(0, -1).join(", ")} or ${choices.at(-1)}`;
}

function refuse(at: string, expected: string, value: unknown): never {
  const shown = value === undefined ? "nothing" : JSON.stringify(value).slice(0, SHOWN_CHARACTERS);
  throw new Error(`Expected ${at} ${expected}, got ${shown}`);
}
