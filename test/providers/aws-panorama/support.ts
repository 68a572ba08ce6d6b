import {
  createPanoramaEmulator,
  type PanoramaEmulator,
  type PanoramaOptions,
  type SettingsPatch,
} from "../../../emulators/aws-panorama/index.ts";
import type { AwsPanoramaConnection } from "../../../lib/contracts/configuration.ts";
import { operationIdOf } from "../../../lib/contracts/identifiers.ts";
import type { JsonObject } from "../../../lib/contracts/json.ts";
import type { Made, MadeThings, Mint } from "../../../lib/contracts/mint.ts";
import type { Intent } from "../../../lib/contracts/operation.ts";
import type { CallContext } from "../../../lib/contracts/provider.ts";
import type { OperationRequest } from "../../../lib/contracts/request.ts";
import { Secret } from "../../../lib/contracts/secret.ts";
import {
  type AwsPanoramaProviderOptions,
  createAwsPanoramaProvider,
} from "../../../lib/providers/aws-panorama/index.ts";
import type { Fetch } from "../../../lib/providers/exchange.ts";
import { ManualTime } from "../support.ts";

export const accessKeyId = "AKIAIOSFODNN7EXAMPLE";
export const secretAccessKey = "canary/wJalrXUtnFEMI/K7MDENG+bPxRfiCY";
export const sessionToken = "canary//FwoGZXIvYXdzEJr+session==";
export const region = "eu-west-1";
export const endpoint = `https://panorama.${region}.compatible.example`;
export const canaryPrefix = "canaryArchive4711";
export const source = "/ci/docks";
export const operation = operationIdOf(source, "cam-1");

/** Reads show what is, and nobody is throttled: for tests that are about something else. */
export const plain: SettingsPatch = { throttling: null, listDelayMs: 0, describeDelayMs: 0 };

export const connection: AwsPanoramaConnection = {
  kind: "aws-panorama",
  endpoint,
  region,
  credential: {
    kind: "access-key",
    accessKeyId,
    secretAccessKey: "vault:aws-key",
    sessionToken: "vault:aws-session",
  },
  limits: { changesPerMinute: 50 },
};

export type Through = (request: Request, next: Fetch) => Promise<Response>;

export interface WorldOptions {
  readonly settings?: SettingsPatch;
  readonly emulator?: Partial<PanoramaOptions>;
  readonly connection?: Partial<AwsPanoramaConnection>;
  readonly provider?: Partial<AwsPanoramaProviderOptions>;
  /** Stands between the provider and the emulator. */
  readonly through?: Through;
  readonly values?: Readonly<Record<string, string>>;
  readonly actions?: readonly string[];
}

export interface World {
  readonly time: ManualTime;
  readonly emulator: PanoramaEmulator;
  readonly provider: ReturnType<typeof createAwsPanoramaProvider>;
  /** Every request that left the provider. */
  readonly sent: readonly Request[];
  readonly context: () => CallContext;
  readonly mint: (fields?: JsonObject, operation?: string) => Mint & { readonly things: MadeThings };
}

export function createWorld(options: WorldOptions = {}): World {
  const time = new ManualTime();
  const emulator = createPanoramaEmulator({ now: time.now, canaryPrefix, ...options.emulator });
  emulator.configure({ ...plain, ...options.settings });
  const { actions } = options;
  emulator.seedAccessKey({ accessKeyId, secretAccessKey, sessionToken, ...(actions === undefined ? {} : { actions }) });
  const sent: Request[] = [];
  const fetch: Fetch = async (request) => {
    sent.push(request.clone());
    return options.through ? options.through(request, emulator.fetch) : emulator.fetch(request);
  };
  const values: Readonly<Record<string, string>> = {
    "vault:aws-key": secretAccessKey,
    "vault:aws-session": sessionToken,
    ...options.values,
  };
  const provider = createAwsPanoramaProvider({
    name: "docks",
    connection: { ...connection, ...options.connection },
    secret: async (reference) => new Secret(values[reference] ?? `unknown reference ${reference}`),
    fetch,
    clock: time,
    startTimer: time.startTimer,
    ...options.provider,
  });
  return {
    time,
    emulator,
    provider,
    sent,
    context: () => ({ signal: new AbortController().signal, nowMs: time.now() }),
    mint: (fields, of = operation) => {
      const mint = provider.mintOf(requestFor(fields), of);
      if (mint.things === undefined) throw new Error("Expected things that stay at the provider");
      return { ...mint, things: mint.things };
    },
  };
}

export function requestFor(fields: JsonObject = {}): OperationRequest {
  return {
    source,
    id: "cam-1",
    type: "drover.aws-panorama.provision",
    connection: "docks",
    deadlineMs: 3_600_000,
    labels: {},
    fields: { device: { Name: "cam-1" }, ...fields },
  };
}

let count = 0;
export function intentAt(time: ManualTime, over: Partial<Intent> = {}): Intent {
  const now = time.now();
  count += 1;
  return {
    nonce: `attempt-${count}`,
    attempt: 1,
    prepared: { name: "cam-1" },
    writtenAt: now,
    sendBefore: now + 10_000,
    liveUntil: now + 30_000,
    settledAt: now + 150_000,
    ...over,
  };
}

export const madeOf = (id: string, words: Readonly<Record<string, string>> = {}): Made => ({ id, words });

/** Whether a text holds the archive, its key or a piece of them, in any form in which it could leave. */
export function leaksIn(text: string, { emulator }: Pick<World, "emulator">): readonly string[] {
  const archives = emulator.state.devices().flatMap(({ id }) => emulator.state.archive(id) ?? []);
  const forms = archives.flatMap(({ bytes, privateKeyPem }) => [
    ["base64", bytes.toString("base64")],
    ["base64url", bytes.toString("base64url")],
    ["hex", bytes.toString("hex")],
    ["raw", bytes.toString("latin1")],
    ["key", privateKeyPem.replace(/-----[A-Z ]+-----|\s/g, "")],
  ]);
  const said = new Set(windowsOf(text));
  return forms.flatMap(([form = "", whole = ""]) => {
    const leaked = windowsOf(whole).find((piece) => /^\S+$/.test(piece) && said.has(piece));
    return leaked === undefined ? [] : [`${form}: ${leaked}`];
  });
}

function windowsOf(text: string): string[] {
  return Array.from({ length: Math.max(0, text.length - 23) }, (_, at) => text.slice(at, at + 24));
}
