import { fieldsOf } from "../exchange/call.ts";

/** A member of a request that breaks the model, as a validation error lists it. */
export interface FieldProblem {
  readonly Name: string;
  readonly Message: string;
}

/** What is wrong with a member; every problem, not the first one only. */
export type Rule = (value: unknown, name: string) => readonly FieldProblem[];

interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

export function text({ min = 0, max = Number.POSITIVE_INFINITY }: Bounds, pattern?: RegExp): Rule {
  return (value, name) => {
    if (typeof value !== "string") return problem(name, "must be a string");
    const { length } = [...value];
    if (length < min) return problem(name, `must have length greater than or equal to ${min}`);
    if (length > max) return problem(name, `must have length less than or equal to ${max}`);
    return pattern === undefined || pattern.test(value)
      ? []
      : problem(name, `must satisfy the pattern ${pattern.source}`);
  };
}

export function oneOf(...choices: readonly string[]): Rule {
  return (value, name) =>
    choices.some((choice) => choice === value) ? [] : problem(name, `must be one of ${choices.join(", ")}`);
}

export function flag(value: unknown, name: string): readonly FieldProblem[] {
  return typeof value === "boolean" ? [] : problem(name, "must be true or false");
}

/** Digits of a query parameter. */
export function digits({ min = 0, max = Number.POSITIVE_INFINITY }: Bounds): Rule {
  return (value, name) => {
    const number = typeof value === "string" && /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
    return number >= min && number <= max ? [] : problem(name, `must be a number from ${min} to ${max}`);
  };
}

export function list({ min = 0, max = Number.POSITIVE_INFINITY }: Bounds, rule: Rule): Rule {
  return (value, name) => {
    if (!Array.isArray(value)) return problem(name, "must be a list");
    if (value.length < min || value.length > max) return problem(name, `must have from ${min} to ${max} items`);
    return value.flatMap((item: unknown, index) => rule(item, `${name}[${index}]`));
  };
}

export function map({ max = Number.POSITIVE_INFINITY }: Bounds, keys: Rule, values: Rule): Rule {
  return (value, name) => {
    const fields = fieldsOf(value);
    if (fields === null) return problem(name, "must be a map");
    const entries = Object.entries(fields);
    if (entries.length > max) return problem(name, `must have at most ${max} entries`);
    return entries.flatMap(([key, item]) => [...keys(key, `${name}.key`), ...values(item, `${name}.${key}`)]);
  };
}

/** Members that the model does not know are passed over, and null is the same as none. */
export function structure(
  required: Readonly<Record<string, Rule>>,
  optional: Readonly<Record<string, Rule>> = {},
): Rule {
  return (value, name) => {
    const fields = fieldsOf(value);
    if (fields === null) return problem(name, "must be a structure");
    const full = (member: string): string => (name === "" ? member : `${name}.${member}`);
    const judged = Object.entries({ ...required, ...optional }).flatMap(([member, rule]) =>
      fields[member] === undefined || fields[member] === null ? [] : rule(fields[member], full(member)),
    );
    const missing = Object.keys(required).filter((member) => fields[member] === undefined || fields[member] === null);
    return [...missing.flatMap((member) => problem(full(member), "must not be null")), ...judged];
  };
}

function problem(name: string, message: string): readonly FieldProblem[] {
  return [{ Name: name, Message: `Value at '${name}' failed to satisfy constraint: Member ${message}` }];
}
