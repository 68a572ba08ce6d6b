import { readFileSync } from "node:fs";
import { join } from "node:path";

/** List prices in dollars, as the tables of docs/aws.md and docs/azure.md have them: the only place where they stand. */

type Cloud = "aws" | "azure";

const texts = new Map<Cloud, string>();

function textOf(cloud: Cloud): string {
  const text = texts.get(cloud) ?? readFileSync(join(import.meta.dirname, "..", "..", "docs", `${cloud}.md`), "utf8");
  texts.set(cloud, text);
  return text;
}

/** @throws Error when the document does not say so */
function found(cloud: Cloud, pattern: RegExp, what: string): number {
  const number = pattern.exec(textOf(cloud))?.[1];
  if (number === undefined) throw new Error(`Expected docs/${cloud}.md to name ${what}`);
  return Number(number);
}

/** The number before `unit` in the row of the price table that begins with `service`. */
function priceOf(cloud: Cloud, service: string, unit: string): number {
  const pattern = new RegExp(`^\\| ${service}[^|]*\\|[^|\\n]*?([\\d.]+)(?: a million)?:? ?${unit}`, "m");
  return found(cloud, pattern, `the price of ${service}: ${unit}`);
}

const perMillion = 1e-6;

export const awsPrices = () => ({
  lambdaRequest: priceOf("aws", "Lambda", "requests") * perMillion,
  lambdaGbSecond: priceOf("aws", "Lambda", "a GB-second"),
  memoryGb: found("aws", /at (\d+) MB and/, "the memory of a function") / 1024,
  queueRequest: priceOf("aws", "SQS", "requests") * perMillion,
  writeUnit: priceOf("aws", "DynamoDB", "write units") * perMillion,
  readUnit: priceOf("aws", "DynamoDB", "read units") * perMillion,
  event: priceOf("aws", "EventBridge", "events") * perMillion,
});

export const azurePrices = () => ({
  execution: priceOf("azure", "Flex Consumption", "executions") * perMillion,
  gbSecond: priceOf("azure", "Flex Consumption", "a GB-second"),
  shortestMs: found("azure", /each time (\d+) s at the least/, "the shortest time that is billed") * 1_000,
  memoryGb: found("azure", /^(\d+) MB, \*b\*/m, "the memory of an instance") / 1024,
  queueRequest: priceOf("azure", "Queues", "requests") * perMillion,
  tableRequest: priceOf("azure", "Tables", "requests") * perMillion,
  event: priceOf("azure", "Event Grid", "each event") * perMillion,
});
