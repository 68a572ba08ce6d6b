import { fileOf, type GuideLine, type Starter, type StarterRequest } from "./starter.ts";

const lines = (indent: string, entries: readonly GuideLine[]) =>
  entries.map(([key, text]) => `${indent}${key.padEnd(24 - indent.length)}${text}`).join("\n");

const guide = (
  { connectionGuide, requestGuide, secretFiles, requests }: Starter,
  emulated: boolean,
) => `# What these files say

drover.json
${lines("  ", [
  [
    "platform.dataFolder",
    "ledger, queues, events and vault; one process at a time holds it. Back it up as a whole, while Drover is stopped.",
  ],
  ["connections", "provider accounts by name. Requests name one of them."],
])}
${lines("    ", connectionGuide)}
${lines("    ", [
  [
    "secrets",
    "references: vault:NAME (stored with drover vault put NAME), env:NAME or file:PATH. Never the secret itself.",
  ],
  ["pace", "only for emulators and tests: shorter times than the provider's own"],
])}
${lines("  ", [
  ["retention", "how long ended operations, and the keys of their requests, are remembered"],
  ["sweep.every", "how often overdue operations are looked for"],
])}

${requests.map((request) => `${fileOf(request).padEnd(26)}one request, a CloudEvents 1.0 event`).join("\n")}
${lines("  ", [
  [
    "source + id",
    "the idempotency key: the same key is the same operation, however often it is sent. A new deployment needs a new id.",
  ],
  ["data.connection", "which connection"],
  ["data.deadline", "how long it may take at most, e.g. PT30M"],
  ["data.labels", "to find it by: drover operations list --label team=example"],
  ...requestGuide,
])}
${emulated ? `\n${Object.keys(secretFiles).join(" and ")}: for the emulator of this machine and nothing else.\n` : ""}`;

/** Files of a new folder, by their paths. With an emulator everything works at once; otherwise names and ids are to be filled in. */
export function starterFiles(starter: Starter, emulated: boolean): Readonly<Record<string, string>> {
  const json = (value: unknown) => `${JSON.stringify(value, undefined, 2)}\n`;
  const { connectionName, connection, configuration, requests } = starter;
  const request = ({ id, type, fields }: StarterRequest) =>
    json({
      specversion: "1.0",
      id,
      source: "/example",
      type,
      data: { connection: connectionName, deadline: "PT30M", labels: { team: "example" }, ...fields },
    });
  const secrets = emulated ? Object.entries(starter.secretFiles) : [];
  return {
    "drover.json": json({
      version: 1,
      platform: { kind: "local", dataFolder: "./data" },
      connections: { [connectionName]: connection },
      ...configuration,
      retention: { operations: "P90D", idempotency: "P400D" },
      sweep: { every: "PT5S" },
    }),
    ...Object.fromEntries(requests.map((each) => [fileOf(each), request(each)])),
    "DROVER.md": guide(starter, emulated),
    ".gitignore": ["data/", ...secrets.map(([file]) => file), ""].join("\n"),
    ...Object.fromEntries(secrets.map(([file, secret]) => [file, `${secret}\n`])),
  };
}
