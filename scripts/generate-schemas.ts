/** Writes docs/schemas and the documents of the interfaces from the zod schemas: `npm run schemas`. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod/mini";
import { configurationSchema } from "../lib/contracts/configuration.ts";
import { deadLetterMessageSchema } from "../lib/contracts/dead-letter.ts";
import { annotate } from "../lib/contracts/documents/annotate-schema.ts";
import { dropUuidFormat } from "../lib/contracts/documents/json-schema.ts";
import { eventSchema } from "../lib/contracts/event.ts";
import { cancelDataSchema, cancelRequestType, envelopeSchema, requestDataSchemas } from "../lib/contracts/request.ts";
import { stepMessageSchema } from "../lib/contracts/step-message.ts";
import { writeDocuments } from "./published-documents.ts";
import { annotations } from "./schema-descriptions.ts";

export const schemaFolder = join(import.meta.dirname, "..", "docs", "schemas");

interface SchemaDocument {
  readonly file: string;
  readonly title: string;
  readonly description: string;
  readonly schema: z.core.$ZodType;
  readonly texts: (typeof annotations)[string];
}

export interface RenderedSchemas {
  /** Text by file name. */
  readonly files: ReadonlyMap<string, string>;
  /** Properties that nobody has described yet. */
  readonly undescribed: readonly string[];
}

function requestDocument(type: string, data: z.core.$ZodType): SchemaDocument {
  return {
    file: `${type}.json`,
    title: `Request ${type}`,
    description: "A CloudEvents 1.0 event in structured JSON. Extension attributes are allowed; `traceparent` is read.",
    schema: z.extend(envelopeSchema, { type: z.literal(type), data }),
    texts: annotations["request"] ?? {},
  };
}

function internalDocument(file: string, title: string, description: string, schema: z.core.$ZodType): SchemaDocument {
  return { file, title, description, schema, texts: annotations[file] ?? {} };
}

function documents(): readonly SchemaDocument[] {
  return [
    internalDocument(
      "drover.json",
      "Drover configuration",
      "Connections, platform and retention. Unknown keys are refused; `drover config check` says more.",
      configurationSchema,
    ),
    ...Object.entries(requestDataSchemas).map(([type, data]) => requestDocument(type, data)),
    requestDocument(cancelRequestType, cancelDataSchema),
    internalDocument("event.json", "Drover event", "A CloudEvents 1.0 event about one operation.", eventSchema),
    internalDocument(
      "step-message.json",
      "Drover step message",
      "Internal: a pointer to an operation and its sequence number. Never data, never a secret.",
      stepMessageSchema,
    ),
    internalDocument(
      "dead-letter.json",
      "Drover dead letter",
      "Internal: a message that was given up, and why.",
      deadLetterMessageSchema,
    ),
  ];
}

/** The same text for the same schemas, on every machine. */
export function renderSchemas(): RenderedSchemas {
  const undescribed: string[] = [];
  const files = documents().map(({ file, title, description, schema, texts }): [string, string] => {
    const { $schema, ...rest } = z.toJSONSchema(schema, { io: "input", override: dropUuidFormat });
    const annotated = annotate(rest, texts);
    undescribed.push(...annotated.undescribed.map((path) => `${file}: ${path}`));
    const document = { $schema, title, description, ...annotated.schema };
    return [file, `${JSON.stringify(document, null, 2)}\n`];
  });
  return { files: new Map(files), undescribed };
}

async function main(): Promise<void> {
  const { files, undescribed } = renderSchemas();
  mkdirSync(schemaFolder, { recursive: true });
  for (const file of readdirSync(schemaFolder)) if (!files.has(file)) rmSync(join(schemaFolder, file));
  for (const [file, text] of files) writeFileSync(join(schemaFolder, file), text);
  console.log(`Wrote ${files.size} schemas to docs/schemas`);
  for (const path of await writeDocuments()) console.log(`Wrote ${path}`);
  if (undescribed.length === 0) return;
  console.error(`Expected a text in scripts/schema-descriptions.ts for ${undescribed.join(", ")}`);
  process.exitCode = 1;
}

if (import.meta.main) await main();
