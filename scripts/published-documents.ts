import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { openapiDocument } from "../functions/receive-webhook/openapi/document.ts";
import { asyncapiDocument } from "./asyncapi-document.ts";
import { renderClient } from "./generated-client.ts";

const root = join(import.meta.dirname, "..");

function packageVersion(): string {
  const { version }: { readonly version?: unknown } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  if (typeof version === "string") return version;
  throw new Error("Expected a version in package.json, got none");
}

/** The documents of the interfaces, and what is generated from them: text by path. */
export async function renderDocuments(): Promise<ReadonlyMap<string, string>> {
  const version = packageVersion();
  const openapi = textOf(openapiDocument(version));
  return new Map([
    ["docs/openapi.json", openapi],
    ["docs/asyncapi.json", textOf(asyncapiDocument(version))],
    ["test/generated-client/drover-api.ts", await renderClient(openapi)],
  ]);
}

const textOf = (document: object) => `${JSON.stringify(document, null, 2)}\n`;

/** @returns what was written */
export async function writeDocuments(): Promise<readonly string[]> {
  const documents = await renderDocuments();
  for (const [path, text] of documents) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return [...documents.keys()];
}
