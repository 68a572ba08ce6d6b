import { ConfigurationError } from "../../contracts/errors.ts";
import type { Variables } from "./clients.ts";

/** Gives a queue's URL. @throws ConfigurationError for a queue that the configuration has no URL for */
export type QueueUrls = (queue: string) => string;

/** What SQS allows in a name, so that a name never leaves its place in the URL. */
const namePattern = /^[A-Za-z0-9_-]{1,80}$/;

/**
 * `DROVER_QUEUE_URL_PREFIX` is what all URLs begin with, e.g. `https://sqs.eu-central-1.amazonaws.com/123456789012/drover-prod-`;
 * `DROVER_QUEUE_URLS` names others, as a JSON object of name and URL.
 * @throws ConfigurationError when neither says anything, or either is malformed
 */
export function queueUrls(variables: Variables): QueueUrls {
  const prefix = variables["DROVER_QUEUE_URL_PREFIX"] ?? "";
  const named = namedUrls(variables["DROVER_QUEUE_URLS"]);
  if (prefix !== "" && !URL.canParse(prefix))
    throw invalid("DROVER_QUEUE_URL_PREFIX", "the beginning of a queue's URL");
  if (prefix === "" && named.size === 0) {
    throw invalid("DROVER_QUEUE_URL_PREFIX", "the beginning of the queues' URLs");
  }
  return (queue) => {
    const url = named.get(queue) ?? (prefix !== "" && namePattern.test(queue) ? `${prefix}${queue}` : undefined);
    if (url !== undefined) return url;
    throw new ConfigurationError(
      `Expected a URL for the queue ${namePattern.test(queue) ? queue : "of that name"}, got none: add it to DROVER_QUEUE_URLS`,
      { code: "place-missing", provider: "sqs" },
    );
  };
}

/**
 * Gives a queue's name by its ARN, as the same variables say it.
 * @throws ConfigurationError for the ARN of a queue that is none of ours
 */
export function queueNames(variables: Variables): (arn: string) => string {
  const lastOf = (text: string, separator: string) => text.slice(text.lastIndexOf(separator) + 1);
  const prefix = lastOf(variables["DROVER_QUEUE_URL_PREFIX"] ?? "", "/");
  const named = new Map([...namedUrls(variables["DROVER_QUEUE_URLS"])].map(([name, url]) => [lastOf(url, "/"), name]));
  return (arn) => {
    const physical = lastOf(arn, ":");
    const name = named.get(physical) ?? (physical.startsWith(prefix) ? physical.slice(prefix.length) : "");
    if (name !== "") return name;
    throw new ConfigurationError(
      `Expected records of a queue whose URL begins with DROVER_QUEUE_URL_PREFIX, got some of ${physical}: correct the function's triggers or its environment`,
      { code: "place-missing", provider: "sqs" },
    );
  };
}

function namedUrls(text: string | undefined): ReadonlyMap<string, string> {
  if (!text) return new Map();
  let entries: [string, unknown][];
  try {
    entries = Object.entries(JSON.parse(text));
  } catch {
    throw invalid("DROVER_QUEUE_URLS", "a JSON object of names and URLs");
  }
  if (entries.some(([, url]) => typeof url !== "string" || !URL.canParse(url))) {
    throw invalid("DROVER_QUEUE_URLS", "a JSON object of names and URLs");
  }
  return new Map(entries.map(([name, url]) => [name, String(url)]));
}

function invalid(variable: string, expected: string): ConfigurationError {
  return new ConfigurationError(
    `Expected ${expected} in ${variable}, got something else: correct the function's environment`,
    {
      code: "invalid-environment",
    },
  );
}
