/** What of host.json this emulator heeds, with the standards that the host has. @see https://learn.microsoft.com/azure/azure-functions/functions-host-json */
export interface HostSettings {
  readonly queues: QueueSettings;
  /** Without slashes around it; empty for none. */
  readonly routePrefix: string;
  readonly functionTimeoutMs: number;
}

/** @see https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-queue#host-json */
export interface QueueSettings {
  readonly batchSize: number;
  readonly newBatchThreshold: number;
  readonly maxDequeueCount: number;
  readonly visibilityTimeoutMs: number;
  readonly maxPollingIntervalMs: number;
  readonly messageEncoding: "none" | "base64";
}

type Part = Readonly<Record<string, unknown>>;

/** @throws Error when something is out of the bounds that the host has, or is in a place where the host does not look */
export function hostSettings(hostJson: unknown): HostSettings {
  const json = part(hostJson);
  // Since version 2.0 they are below `extensions`, and what is elsewhere is passed over without a word.
  if ("queues" in json || "http" in json) throw new Error("Expected queues and http below extensions in host.json");
  const extensions = part(json["extensions"]);
  return {
    queues: queueSettings(part(extensions["queues"])),
    routePrefix: String(part(extensions["http"])["routePrefix"] ?? "api").replace(/^\/|\/$/g, ""),
    functionTimeoutMs: spanMs(json, "functionTimeout", "00:05:00", 1_000),
  };
}

function queueSettings(queues: Part): QueueSettings {
  const batchSize = wholeIn(queues, "batchSize", 16, 1, 32);
  const messageEncoding = String(queues["messageEncoding"] ?? "base64").toLowerCase();
  if (messageEncoding !== "none" && messageEncoding !== "base64")
    throw new Error(`Expected messageEncoding none or base64, got ${messageEncoding}`);
  return {
    batchSize,
    newBatchThreshold: wholeIn(queues, "newBatchThreshold", Math.floor(batchSize / 2), 0, Number.MAX_SAFE_INTEGER),
    maxDequeueCount: wholeIn(queues, "maxDequeueCount", 5, 1, Number.MAX_SAFE_INTEGER),
    visibilityTimeoutMs: spanMs(queues, "visibilityTimeout", "00:00:00", 0),
    maxPollingIntervalMs: spanMs(queues, "maxPollingInterval", "00:01:00", 100),
    messageEncoding,
  };
}

const part = (value: unknown): Part => (typeof value === "object" && value !== null ? (value as Part) : {});

function wholeIn(from: Part, name: string, standard: number, min: number, max: number): number {
  const value = from[name] ?? standard;
  if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) return value;
  throw new Error(`Expected a whole number of ${min} to ${max} as ${name} in host.json, got ${JSON.stringify(value)}`);
}

/** As .NET writes a span of time: hours, minutes and seconds. */
function spanMs(from: Part, name: string, standard: string, minMs: number): number {
  const text = String(from[name] ?? standard);
  const [, hours, minutes, seconds] = /^(\d{1,2}):(\d{2}):(\d{2}(?:\.\d{1,7})?)$/.exec(text) ?? [];
  const ms = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1_000;
  if (Number.isFinite(ms) && ms >= minMs) return ms;
  throw new Error(`Expected hh:mm:ss of at least ${minMs} ms as ${name} in host.json, got ${JSON.stringify(text)}`);
}
