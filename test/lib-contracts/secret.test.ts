import { format, inspect } from "node:util";
import { deserialize, serialize } from "node:v8";
import { describe, expect, expectTypeOf, test } from "vitest";
import type { Json } from "../../lib/contracts/json.ts";
import type { LogFields } from "../../lib/contracts/ports.ts";
import { Secret } from "../../lib/contracts/secret.ts";

const text = "hunter2-hunter2";
const secret = new Secret(text);

describe("a Secret", () => {
  test("gives its text to reveal() alone", () => {
    expect(secret.reveal()).toBe(text);
    expect(new Secret("").reveal()).toBe("");
  });

  test.each<[string, () => unknown]>([
    ["JSON.stringify", () => JSON.stringify({ nested: [secret] })],
    ["a template literal", () => `${secret}`],
    ["String()", () => String(secret)],
    ["arithmetic", () => Number(secret)],
    ["comparison", () => (secret as never) < ("x" as never)],
    ["joining an array", () => [secret].join()],
    ["an error's message", () => new Error(secret as never)],
    ["a property key", () => ({})[secret as never]],
    ["util.format with %s", () => format("%s", secret)],
    ["a URL", () => new URL(secret as never)],
    ["encodeURIComponent", () => encodeURIComponent(secret as never)],
    ["Buffer.from", () => Buffer.from(secret as never)],
    ["new Headers", () => new Headers({ authorization: secret as never })],
  ])("throws in %s, without its text", (_, use) => {
    let thrown: unknown;
    try {
      use();
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(TypeError);
    expect(inspect(thrown)).not.toContain(text);
  });

  test.each<[string, () => string]>([
    ["toString()", () => secret.toString()],
    ["util.inspect", () => inspect({ nested: [secret] }, { depth: 9, showHidden: true, getters: true })],
    ["util.inspect without custom inspection", () => inspect(secret, { customInspect: false, showHidden: true })],
    ["util.format with %o, %O and nothing", () => format("%o %O", secret, secret, secret)],
    ["Object.prototype.toString", () => Object.prototype.toString.call(secret)],
    ["inspecting a stack", () => inspect(new Error("failed", { cause: secret }))],
  ])("is hidden in %s", (_, show) => {
    expect(show()).not.toContain(text);
  });

  test("has nothing that a copy, a walk or a clone could take along", () => {
    expect(Reflect.ownKeys(secret)).toEqual([]);
    expect({ ...secret }).toEqual({});
    expect(Object.entries(secret)).toEqual([]);
    for (const copy of [structuredClone(secret), deserialize(serialize(secret)), Object.assign({}, secret)]) {
      expect(inspect(copy, { depth: 9, showHidden: true })).not.toContain(text);
    }
  });

  test("cannot be changed, extended or imitated by a copy of its shape", () => {
    expect(Object.isFrozen(secret)).toBe(true);
    expect(() => Object.assign(secret, { extra: 1 })).toThrow(TypeError);
    const copy = Object.create(Secret.prototype) as Secret;
    expect(() => copy.reveal()).toThrow("Expected a Secret made in this process, got a copy of one");
  });

  test("fits no type of what is serialized or logged", () => {
    expectTypeOf<Secret>().not.toExtend<string>();
    expectTypeOf<Secret>().not.toExtend<Json>();
    expectTypeOf<Secret>().not.toExtend<LogFields[string]>();
    expectTypeOf<string>().not.toExtend<Secret>();
    expectTypeOf(secret.reveal).returns.toEqualTypeOf<string>();
  });
});
