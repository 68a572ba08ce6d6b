import { join } from "node:path";
import { onTestFinished } from "vitest";
import { createLocalHost } from "../../functions/local.ts";
import { createProviders } from "../../functions/providers.ts";
import { configurationSchema } from "../../lib/contracts/configuration.ts";
import type { Log } from "../../lib/contracts/ports.ts";
import { type Schedule, scheduleSchema } from "../../lib/contracts/schedule.ts";
import { Secret } from "../../lib/contracts/secret.ts";
import { openLocalPlatform } from "../../lib/platforms/local/platform.ts";
import type { ManualTime } from "../platforms/local/manual-time.ts";
import { type Answer, request, silentLog, sphereConnection } from "./harness.ts";
import { providerStores } from "./provider-stores.ts";

export const secondMs = 1_000;
export const hourMs = 3_600_000;

export function scheduleOf(timing: Readonly<Record<string, unknown>>, data: Record<string, string> = {}): Schedule {
  const { type, data: asked } = request("unused");
  const scheduled = { type, data: { ...asked, ...data } };
  return { ...scheduleSchema.parse({ name: "nightly", request: scheduled, ...timing }), request: scheduled };
}

export interface Operation {
  readonly id: string;
  readonly requestedBy: string;
  readonly request: { readonly id: string; readonly source: string };
}

export interface Options {
  readonly time: ManualTime;
  readonly schedules: readonly Schedule[];
  readonly folder: string;
  readonly clients?: Readonly<Record<string, unknown>>;
  readonly log?: Log;
}

/** A host whose time moves when a test says so, over a folder that another one may open after it. */
export function scheduledHost({ time, schedules, folder, clients = {}, log = silentLog }: Options) {
  const dataFolder = join(folder, "data");
  const configuration = configurationSchema.parse({
    version: 1,
    platform: { kind: "local", dataFolder },
    connections: { sphere: sphereConnection(), other: sphereConnection() },
    clients,
  });
  const platform = openLocalPlatform({ folder: dataFolder, log, clock: time, timers: time });
  const stores = providerStores(configuration, platform);
  const providers = createProviders(configuration.connections, {
    secret: async () => new Secret(""),
    fetch: async () => new Response("", { status: 503 }),
    clock: time,
    ...stores,
  });
  const host = createLocalHost({
    platform,
    configuration,
    providers,
    vault: stores.vault,
    handoffs: stores.handoffs,
    secret: async () => new Secret(""),
    schedules,
    version: "0.0.0",
  });
  const fetchFrom =
    (application: typeof host.application) =>
    async (method: string, path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> => {
      const asked = new Request(`http://drover${path}`, {
        method,
        headers: { "drover-caller": "cli:ada", ...headers },
      });
      const response = await application.fetch(asked);
      return { status: response.status, headers: response.headers, body: JSON.parse(await response.text()) };
    };
  const close = async () => {
    await host.stop(1_000);
    await platform.close();
  };
  onTestFinished(close);
  const send = fetchFrom(host.application);
  return {
    host,
    platform,
    close,
    send,
    sendGuarded: fetchFrom(host.guarded),
    async operations(): Promise<readonly Operation[]> {
      return (await send("GET", "/operations")).body["operations"] as readonly Operation[];
    },
    async schedule(): Promise<Record<string, unknown>> {
      const [first] = (await send("GET", "/schedules")).body["schedules"] as Record<string, unknown>[];
      return first ?? {};
    },
  };
}
