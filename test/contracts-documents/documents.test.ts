import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { describe, expect, test } from "vitest";
import { openapiDocument } from "../../functions/receive-webhook/openapi/document.ts";
import { routeSecurity } from "../../functions/receive-webhook/security.ts";
import { renderDocuments } from "../../scripts/published-documents.ts";

const root = join(import.meta.dirname, "..", "..");
const textOf = (path: string) => readFileSync(join(root, path), "utf8");
const jsonOf = (path: string): unknown => JSON.parse(textOf(path));

type Node = Readonly<Record<string, unknown>>;
const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null && !Array.isArray(value);

/** Every object inside the document with its path, itself included. */
function* nodesOf(value: unknown, path = ""): Generator<readonly [string, Node]> {
  if (typeof value !== "object" || value === null) return;
  if (isNode(value)) yield [path, value];
  for (const [key, entry] of Object.entries(value)) yield* nodesOf(entry, `${path}/${key}`);
}

/** What a reference inside the document leads to. */
function targetOf(document: unknown, reference: string): unknown {
  const parts = reference.slice(2).split("/");
  return parts.reduce<unknown>((node, part) => (isNode(node) ? node[part] : undefined), document);
}

test("the published documents are those that `npm run schemas` writes", async () => {
  for (const [path, text] of await renderDocuments()) expect(textOf(path) === text, path).toBe(true);
});

describe.each(["docs/openapi.json", "docs/asyncapi.json"])("%s", (path) => {
  const document = jsonOf(path);

  test("refers to nothing outside itself, and to nothing that is not there", () => {
    for (const [, { $ref: reference }] of nodesOf(document)) {
      if (reference === undefined) continue;
      expect(reference).toMatch(/^#\//);
      expect(targetOf(document, String(reference)), String(reference)).toBeDefined();
    }
  });

  test("has no pattern that another engine could not read", () => {
    for (const [, { pattern }] of nodesOf(document)) {
      if (typeof pattern === "string") expect(() => new RegExp(pattern, "u")).not.toThrow();
    }
  });

  test("describes every property of its components", () => {
    const silent = [...nodesOf(isNode(document) ? document["components"] : {})].flatMap(
      ([where, { type, properties }]) =>
        // A property may itself be called "properties": what holds it is no schema then.
        Object.entries(type === "object" && isNode(properties) ? properties : {}).flatMap(([name, property]) =>
          isNode(property) &&
          !("description" in property || "$ref" in property || "const" in property || "items" in property)
            ? [`${where}/${name}`]
            : [],
        ),
    );
    expect(silent).toEqual([]);
  });
});

describe("docs/openapi.json", () => {
  test("is OpenAPI 3.1 by its official schema", async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(JSON.parse(textOf("docs/openapi.json")));
    expect([validator.version, valid, errors]).toEqual(["3.1", true, undefined]);
  });

  test("says of each route what the table of routes says, and has names of their own for all", () => {
    const { paths } = openapiDocument("1");
    const operations = routeSecurity.map((security) => ({
      security,
      operation: paths[security.path.replaceAll(/:(\w+)/g, "{$1}")]?.[security.method.toLowerCase()],
    }));
    for (const { security, operation } of operations) {
      const schemes = isNode(operation) && Array.isArray(operation["security"]) ? operation["security"] : [];
      expect(operation).toMatchObject({ "x-drover-action": security.action });
      expect(schemes.map((each) => Object.keys(each).length)).toEqual(
        security.action === "open" ? [] : security.signed ? [1, 3] : [1],
      );
    }
    const ids = operations.map(({ operation }) => (isNode(operation) ? operation["operationId"] : undefined));
    expect(new Set(ids).size).toBe(routeSecurity.length);
    expect(Object.values(paths).flatMap((item) => Object.keys(item))).toHaveLength(routeSecurity.length);
  });

  test("names every component that it holds", () => {
    const text = textOf("docs/openapi.json");
    const { components } = openapiDocument("1");
    const unused = Object.keys(components.schemas).filter((name) => !text.includes(`"#/components/schemas/${name}"`));
    expect(unused).toEqual([]);
  });
});

describe("docs/asyncapi.json", () => {
  const validate = () => {
    // The schema brings the one of JSON Schema with it.
    const ajv = new Ajv({ strict: false, allErrors: true, meta: false, validateSchema: false });
    addFormats.default(ajv);
    return ajv.compile(JSON.parse(textOf("node_modules/@asyncapi/specs/schemas/3.0.0.json")));
  };

  test("is AsyncAPI 3.0 by its official schema", () => {
    const check = validate();
    expect([check(jsonOf("docs/asyncapi.json")), check.errors]).toEqual([true, null]);
    expect(check({ asyncapi: "3.0.0", info: { title: "Drover" } })).toBe(false);
  });
});
