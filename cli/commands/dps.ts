import { type Cli, describedCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { dateText } from "../describe.ts";
import type { DpsItem } from "../shapes.ts";
import { fieldLines, tableLines } from "../table.ts";
import { type DpsReading, dpsSubcommand } from "./dps-command.ts";

export function dpsCommand(cli: Cli) {
  const group = describedCommand(
    "dps",
    "Ask Azure directly about Device Provisioning Services",
    "drover dps keys --resource-group iot-eu --service dps-eu",
  );
  for (const reading of readings) group.addCommand(dpsSubcommand(cli, reading));
  return group;
}

/** A value as a cell: what is nested is shown with --json. */
function text(value: unknown): string {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}

const named = (value: unknown): Readonly<Record<string, unknown>> => Object(value);

type Columns = readonly (readonly [head: string, cell: (item: DpsItem) => string])[];

const tableOf =
  (columns: Columns): DpsReading["show"] =>
  ({ style, terminal }: Context, items) =>
    tableLines(
      columns.map(([head]) => head),
      items.map((item) => columns.map(([, cell]) => cell(item))),
      style,
      terminal.columns(),
    );

/** One thing, all its fields. */
const fieldsOf: DpsReading["show"] = ({ style }, items) =>
  items.flatMap((item) =>
    fieldLines(
      Object.entries(item).map(([name, value]): [string, string] => [
        name,
        typeof value === "object" && value !== null ? JSON.stringify(value) : text(value),
      ]),
      style,
    ),
  );

const of = "--resource-group iot-eu --service dps-eu";
const policies: Columns = [
  ["POLICY", (item) => text(item["keyName"])],
  ["PRIMARY", (item) => text(named(item["fingerprints"])["primary"])],
  ["SECONDARY", (item) => text(named(item["fingerprints"])["secondary"])],
  ["RIGHTS", (item) => text(item["rights"])],
];

const readings: readonly DpsReading[] = [
  {
    read: "services",
    summary: "List services",
    example: "drover dps services --resource-group iot-eu",
    place: "group",
    show: tableOf([
      ["SERVICE", (item) => text(item["name"])],
      ["STATE", (item) => text(item["state"])],
      ["LOCATION", (item) => text(item["location"])],
      ["SKU", (item) => `${text(named(item["sku"])["name"])} x${text(named(item["sku"])["capacity"])}`],
      ["ID SCOPE", (item) => text(item["idScope"])],
    ]),
  },
  {
    read: "service",
    summary: "Show a service, with the hubs that it is linked to",
    example: "drover dps service dps-eu --resource-group iot-eu",
    place: "service",
    argument: "service",
    show: fieldsOf,
  },
  {
    read: "keys",
    summary: "List a service's policies, with the fingerprints of their keys",
    example: `drover dps keys ${of}`,
    place: "service",
    show: tableOf(policies),
  },
  {
    read: "key",
    summary: "Show a policy, with the fingerprints of its keys",
    example: `drover dps key backend ${of}`,
    place: "service",
    argument: "policy",
    show: tableOf(policies),
  },
  {
    read: "certificates",
    summary: "List a service's certificates",
    example: `drover dps certificates ${of}`,
    place: "service",
    show: tableOf([
      ["NAME", (item) => text(item["name"])],
      ["VERIFIED", (item) => text(item["isVerified"])],
      ["EXPIRES", (item) => dateText(text(item["expiry"]))],
      ["SUBJECT", (item) => text(item["subject"])],
    ]),
  },
  {
    read: "certificate",
    summary: "Show a certificate",
    example: `drover dps certificate fleet-ca ${of}`,
    place: "service",
    argument: "certificate",
    show: fieldsOf,
  },
  {
    read: "skus",
    summary: "List the SKUs that a service can have",
    example: `drover dps skus ${of}`,
    place: "service",
    show: tableOf([["SKU", (item) => text(item["name"])]]),
  },
  {
    read: "name-availability",
    summary: "See whether a service's name is free in all of Azure",
    example: "drover dps name-availability dps-eu-2",
    place: "anywhere",
    argument: "service",
    show: (_, items) =>
      items.map((item) => `${text(item["name"])} is ${item["available"] === true ? "free" : "taken"}`),
  },
  {
    read: "operations",
    summary: "List the operations of the API",
    example: "drover dps operations",
    place: "anywhere",
    show: tableOf([
      ["RESOURCE", (item) => text(item["resource"])],
      ["OPERATION", (item) => text(item["operation"])],
      ["NAME", (item) => text(item["name"])],
    ]),
  },
  {
    read: "operation-result",
    summary: "Show how a change ended that the API has taken on",
    example: `drover dps operation-result b1e5… ${of}`,
    place: "service",
    argument: "operationId",
    show: fieldsOf,
  },
];
