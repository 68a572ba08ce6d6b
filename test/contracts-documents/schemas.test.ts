import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { parseConfiguration } from "../../lib/configuration/load.ts";
import { configurationSchema } from "../../lib/contracts/configuration.ts";
import { encodeDeadLetter } from "../../lib/contracts/dead-letter.ts";
import { eventSchema, eventTypes } from "../../lib/contracts/event.ts";
import { operationIdOf } from "../../lib/contracts/identifiers.ts";
import { cancelRequestType, decodeRequest, requestDataSchemas } from "../../lib/contracts/request.ts";
import { encodeStepMessage } from "../../lib/contracts/step-message.ts";
import { renderSchemas, schemaFolder } from "../../scripts/generate-schemas.ts";
import { sample, sampleWith } from "../configuration/sample.ts";

const { files, undescribed } = renderSchemas();
const examplesFolder = join(import.meta.dirname, "..", "..", "examples");

/** The committed document, read back by zod's JSON Schema reader: a second opinion on what it accepts. */
function accepts(file: string, value: unknown): boolean {
  const document = JSON.parse(readFileSync(join(schemaFolder, file), "utf8")) as z.core.JSONSchema.JSONSchema;
  return z.fromJSONSchema(document).safeParse(value).success;
}

type Node = Readonly<Record<string, unknown>>;

/** Every object inside the document, itself included. */
function* nodesOf(value: unknown): Generator<Node> {
  if (typeof value !== "object" || value === null) return;
  if (!Array.isArray(value)) yield value as Node;
  for (const entry of Object.values(value)) yield* nodesOf(entry);
}

describe("committed schemas", () => {
  test("are those that `npm run schemas` writes, and no others", () => {
    expect(readdirSync(schemaFolder).sort()).toEqual([...files.keys()].sort());
    for (const [file, text] of files) expect(readFileSync(join(schemaFolder, file), "utf8")).toBe(text);
  });

  test("are rendered the same every time", () => {
    expect([...renderSchemas().files]).toEqual([...files]);
  });

  test("describe every property (texts stand in scripts/schema-descriptions.ts)", () => {
    expect(undescribed).toEqual([]);
  });

  test("exist for the configuration, every request type and everything that Drover writes", () => {
    const requests = [...Object.keys(requestDataSchemas), cancelRequestType].map((type) => `${type}.json`);
    expect([...files.keys()].sort()).toEqual(
      ["drover.json", "event.json", "step-message.json", "dead-letter.json", ...requests].sort(),
    );
  });

  test.each([...files.keys()])(
    "%s stands alone: a title, a dialect, no $id and no reference outside itself",
    (file) => {
      const document = JSON.parse(files.get(file) ?? "") as Node;
      expect(document).toMatchObject({
        $schema: "https://json-schema.org/draft/2020-12/schema",
        title: expect.stringMatching(/\w/),
        description: expect.stringMatching(/\.$/),
      });
      for (const node of nodesOf(document)) {
        expect(node).not.toHaveProperty("$id");
        if (typeof node["$ref"] === "string") expect(node["$ref"]).toMatch(/^#\//);
        if (typeof node["pattern"] === "string") expect(() => new RegExp(String(node["pattern"]), "u")).not.toThrow();
      }
    },
  );
});

describe("drover.json", () => {
  test.each<[string, unknown]>([
    ["the sample", sample],
    ["a name in capitals", sampleWith("connections/LAB-1", sample.connections.lab)],
    ["a bad name", sampleWith("connections/a b", sample.connections.lab)],
    ["an unknown key", sampleWith("platfrom", {})],
    ["an unknown key deep inside", sampleWith("connections/lab/credential/secret", "env:A")],
    ["a literal secret", sampleWith("connections/sphere-prod/credential/secret", "hunter2")],
    ["another version", sampleWith("version", 2)],
    ["no platform", sampleWith("platform", undefined)],
    ["functions on AWS", sampleWith("platform", { kind: "aws" })],
    ["functions on AWS with a folder", sampleWith("platform", { kind: "aws", dataFolder: "./data" })],
    ["too much at once", sampleWith("platform/concurrency", 1025)],
    ["a fraction", sampleWith("platform/concurrency", 1.5)],
    ["an unknown kind", sampleWith("connections/lab/kind", "heat")],
    ["a wrong id", sampleWith("connections/lab/sphereTenantId", "x")],
    [
      "an id that is no UUID by RFC 9562",
      sampleWith("connections/lab/sphereTenantId", "11111111-2222-3333-4444-555555555555"),
    ],
    ["a fraction of a second", sampleWith("sweep", { every: "PT0.5S" })],
    ["weeks", sampleWith("sweep", { every: "P1W" })],
    ["a bare host as the endpoint", sampleWith("connections/lab/endpoint", "example.org")],
    ["retention alone", sampleWith("retention", {})],
  ])("judges %s as the parser does", (_, value) => {
    expect(accepts("drover.json", value)).toBe(configurationSchema.safeParse(value).success);
  });

  test("accepts what the parser made of the sample, defaults and all", () => {
    expect(accepts("drover.json", parseConfiguration(JSON.stringify(sample), "/etc/drover.json"))).toBe(true);
  });
});

describe("schemas of requests", () => {
  const id = "985453bb-dcc0-4a0f-8a2c-5e0c1b0f3e6d";
  const request = {
    specversion: "1.0",
    id: "release-412",
    source: "/ci/hvac",
    type: "drover.azure-sphere.deploy",
    data: { connection: "Sphere-prod", deviceGroupId: id, images: [id], labels: { Team: "hvac" } },
  };
  const isDecoded = (value: unknown) => {
    try {
      return decodeRequest(JSON.stringify(value)).kind !== undefined;
    } catch {
      return false;
    }
  };

  test.each<[string, Node]>([
    ["a request", request],
    ["an extension attribute", { ...request, partitionkey: "a" }],
    ["no id", { ...request, id: undefined }],
    ["an unknown key", { ...request, data: { ...request.data, imagse: [] } }],
    ["no images", { ...request, data: { ...request.data, images: [] } }],
    ["a bad label", { ...request, data: { ...request.data, labels: { "a b": "x" } } }],
    ["a bad time", { ...request, time: "2026-02-30T00:00:00Z" }],
    ["another content type", { ...request, datacontenttype: "text/plain" }],
  ])("judge %s as the parser does", (_, value) => {
    const json: unknown = JSON.parse(JSON.stringify(value));
    expect(accepts("drover.azure-sphere.deploy.json", json)).toBe(isDecoded(value));
  });

  test.each<[string, Node]>([
    ["an operation's id", { operation: operationIdOf("/ci", "1") }],
    ["a request's key", { source: "/ci", id: "1", note: "why" }],
    ["both", { operation: operationIdOf("/ci", "1"), source: "/ci", id: "1" }],
    ["neither", {}],
  ])("judge a cancel by %s as the parser does", (_, data) => {
    const value = { ...request, type: cancelRequestType, data };
    expect(accepts(`${cancelRequestType}.json`, value)).toBe(isDecoded(value));
  });
});

describe("schemas of what Drover writes", () => {
  test("accept a step message and a dead letter as they are sent", () => {
    const operation = operationIdOf("/ci", "1");
    const step = encodeStepMessage({ v: 1, operation, step: "poll-operation", seq: 1, n: 0, attempt: 0, deadline: 1 });
    expect(accepts("step-message.json", JSON.parse(step))).toBe(true);
    expect(accepts("step-message.json", { ...JSON.parse(step), operation: "x" })).toBe(false);
    const letter = encodeDeadLetter({ queue: "inbox", id: "1", body: "{}", cause: "unreadable", receives: 1, at: 1 });
    expect(accepts("dead-letter.json", JSON.parse(letter))).toBe(true);
  });

  test("accept an event of every type, and no other", () => {
    const event = {
      specversion: "1.0",
      id: "a-1-0",
      source: "/drover",
      subject: "a",
      time: "2026-11-21T09:00:00.000Z",
      datacontenttype: "application/json",
      sequence: "000000000001.000",
      data: { outcome: "succeeded", result: { nested: [{ deep: null }] } },
    };
    for (const type of eventTypes) {
      expect(eventSchema.safeParse({ ...event, type }).success).toBe(true);
      expect(accepts("event.json", { ...event, type })).toBe(true);
    }
    expect(accepts("event.json", { ...event, type: "drover.operation.done" })).toBe(false);
  });
});

function exampleFiles(): readonly string[] {
  if (!existsSync(examplesFolder)) return [];
  const files = readdirSync(examplesFolder, { recursive: true, encoding: "utf8" });
  return files.filter((file) => file.endsWith(".json") && !/package|tsconfig|node_modules/.test(file));
}

/** Which schema an example belongs to: told by its own `type`, or by being a configuration. */
function schemaOf(value: Node): string {
  if ("platform" in value) return "drover.json";
  return value["source"] === "/drover" ? "event.json" : `${value["type"]}.json`;
}

test("every example is accepted by its schema and by the parser", () => {
  for (const file of exampleFiles()) {
    const path = join(examplesFolder, file);
    const text = readFileSync(path, "utf8");
    const value = JSON.parse(text) as Node;
    const schema = schemaOf(value);
    expect([...files.keys()], file).toContain(schema);
    expect(accepts(schema, value), `${file} by ${schema}`).toBe(true);
    if (schema === "drover.json") parseConfiguration(text, path);
    else if (schema === "event.json") eventSchema.parse(value);
    else decodeRequest(text);
  }
});
