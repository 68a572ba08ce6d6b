import {
  createIotEmulator,
  type IotEmulator,
  type IotOptions,
  type SettingsPatch,
} from "../../../emulators/aws-iot/index.ts";
import type { AwsIotConnection } from "../../../lib/contracts/configuration.ts";
import type { JsonObject } from "../../../lib/contracts/json.ts";
import type { Mint } from "../../../lib/contracts/mint.ts";
import type { Intent } from "../../../lib/contracts/operation.ts";
import type { CallContext } from "../../../lib/contracts/provider.ts";
import type { OperationRequest } from "../../../lib/contracts/request.ts";
import { Secret } from "../../../lib/contracts/secret.ts";
import { type AwsIotProviderOptions, createAwsIotProvider } from "../../../lib/providers/aws-iot/index.ts";
import type { Fetch } from "../../../lib/providers/exchange.ts";
import { ManualTime } from "../support.ts";

export const accessKeyId = "AKIAIOSFODNN7EXAMPLE";
export const secretAccessKey = "canary/wJalrXUtnFEMI/K7MDENG+bPxRfiCY";
export const region = "eu-west-1";
export const endpoint = `https://iot.${region}.amazonaws.com`;

export const connection: AwsIotConnection = {
  kind: "aws-iot",
  region,
  credential: { kind: "access-key", accessKeyId, secretAccessKey: "vault:aws-key" },
  templates: ["gateways", "docks-*"],
};

export interface WorldOptions {
  readonly settings?: SettingsPatch;
  readonly emulator?: Partial<IotOptions>;
  readonly connection?: Partial<AwsIotConnection>;
  readonly provider?: Partial<AwsIotProviderOptions>;
  /** Stands between the provider and the emulator. */
  readonly through?: (request: Request, next: Fetch) => Promise<Response>;
  readonly key?: string;
  readonly actions?: readonly string[];
}

export interface World {
  readonly time: ManualTime;
  readonly emulator: IotEmulator;
  readonly provider: ReturnType<typeof createAwsIotProvider>;
  readonly sent: readonly Request[];
  readonly context: () => CallContext;
  readonly mint: (templateName?: string) => Mint;
}

export function createWorld(options: WorldOptions = {}): World {
  const time = new ManualTime();
  const emulator = createIotEmulator({ now: time.now, canaryPrefix: "canaryClaim4711", ...options.emulator });
  emulator.configure({ callsPerSecond: null, ...options.settings });
  const { actions } = options;
  emulator.seedAccessKey({ accessKeyId, secretAccessKey, ...(actions === undefined ? {} : { actions }) });
  emulator.seedTemplate({ name: "gateways" });
  emulator.seedTemplate({ name: "docks-off", enabled: false });
  emulator.seedTemplate({ name: "secret-ones" });
  const sent: Request[] = [];
  const fetch: Fetch = async (request) => {
    sent.push(request.clone());
    return options.through ? options.through(request, emulator.fetch) : emulator.fetch(request);
  };
  const provider = createAwsIotProvider({
    name: "iot",
    connection: { ...connection, ...options.connection },
    secret: async () => new Secret(options.key ?? secretAccessKey),
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
    mint: (templateName = "gateways") => provider.mintOf(requestFor({ templateName }), "operation-1"),
  };
}

export function requestFor(fields: JsonObject = {}): OperationRequest {
  return {
    source: "/ci/gateways",
    id: "gateway-1",
    type: "drover.aws-iot.create-provisioning-claim",
    connection: "iot",
    deadlineMs: 3_600_000,
    labels: {},
    fields: { templateName: "gateways", ...fields },
  };
}

export function intentAt(time: ManualTime, over: Partial<Intent> = {}): Intent {
  const now = time.now();
  return {
    nonce: "attempt-1",
    attempt: 1,
    prepared: { templateName: "gateways" },
    writtenAt: now,
    sendBefore: now + 10_000,
    liveUntil: now + 30_000,
    settledAt: now + 150_000,
    ...over,
  };
}

/** What went over the wire as the service's answers, to be looked for in everything else. */
export function leaksIn(text: string, privateKeys: readonly string[]): readonly string[] {
  const windows = (whole: string) =>
    Array.from({ length: Math.max(0, whole.length - 23) }, (_, at) => whole.slice(at, at + 24));
  const said = new Set(windows(text));
  return privateKeys.flatMap((pem) => {
    const key = pem.replace(/-----[A-Z ]+-----|\s/g, "");
    const lines = pem.split("\n").filter((line) => !line.startsWith("-----") && line.length >= 24);
    const whole = Buffer.from(pem).toString("base64");
    return [key, ...lines, whole, Buffer.from(key, "base64").toString("hex")].flatMap((form) =>
      windows(form).some((piece) => said.has(piece)) ? [form.slice(0, 24)] : [],
    );
  });
}
