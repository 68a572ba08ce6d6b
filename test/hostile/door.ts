import { join } from "node:path";
import { expect, onTestFinished, vi } from "vitest";
import { type HttpLimits, listenHttp } from "../../cli/http-listener.ts";
import { createLocalHost } from "../../functions/local.ts";
import { createProviders } from "../../functions/providers.ts";
import { routeSecurity } from "../../functions/receive-webhook/security.ts";
import { configurationSchema } from "../../lib/contracts/configuration.ts";
import { sha256Hex } from "../../lib/contracts/identifiers.ts";
import { Secret } from "../../lib/contracts/secret.ts";
import { openLocalPlatform } from "../../lib/platforms/local/platform.ts";
import { request, sphereConnection, temporaryFolder } from "../functions/harness.ts";
import { providerStores } from "../functions/provider-stores.ts";
import { scheduleOf } from "../functions/schedule-harness.ts";
import { ManualTime, recordingLog } from "../platforms/local/manual-time.ts";
import { connections as heatConnections } from "../providers/heat/support.ts";

export const tokens = { ops: "token-of-the-operators-team", ci: "token-of-the-pipeline-here" };
export type Who = keyof typeof tokens;
export const signingSecret = `whsec_${Buffer.alloc(32, 5).toString("base64")}`;
/** Stands where a sender may have put a secret by mistake. */
export const canary = "canary4711secret";

const everything = { sources: ["*"], types: ["*"], connections: ["*"] };
const actions = [...new Set(routeSecurity.flatMap(({ action }) => (action === "open" ? [] : [action])))];
const bearer = (who: Who) => ({ kind: "bearer", tokens: [`sha256:${sha256Hex(tokens[who])}`] });
const signed = { kind: "standard-webhooks", secrets: ["vault:ci"] };

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** The doors of a host whose time moves when a test says so, and whose log is kept. Nothing is carried out. */
export function openDoor(requestsPerMinute = 60_000) {
  const [time, log, dataFolder] = [new ManualTime(), recordingLog(), join(temporaryFolder(), "data")];
  const configuration = configurationSchema.parse({
    version: 1,
    platform: { kind: "local", dataFolder },
    connections: { sphere: sphereConnection(), heat: heatConnections.openstack },
    clients: {
      ops: { auth: bearer("ops"), allow: { ...everything, actions }, requestsPerMinute: 60_000 },
      ci: { auth: [bearer("ci"), signed], allow: { ...everything, actions: ["submit", "read"] }, requestsPerMinute },
    },
  });
  const platform = openLocalPlatform({ folder: dataFolder, log, clock: time, timers: time });
  const secret = async () => new Secret(signingSecret);
  const fetch = async () => new Response("", { status: 503 });
  const stores = providerStores(configuration, platform);
  const host = createLocalHost({
    platform,
    configuration,
    providers: createProviders(configuration.connections, {
      secret,
      fetch,
      clock: time,
      ...stores,
    }),
    vault: stores.vault,
    handoffs: stores.handoffs,
    secret,
    schedules: [scheduleOf({ every: "PT6H" })],
    version: "0.0.0",
  });
  const printed = ["log", "info", "warn", "error"] as const;
  const spies = printed.map((name) => vi.spyOn(console, name).mockImplementation(() => undefined));
  onTestFinished(async () => {
    for (const spy of spies) spy.mockRestore();
    await host.stop(1_000);
    await platform.close();
  });
  return {
    time,
    platform,
    host,
    /** Everything that was said beside the answers. */
    said: () => JSON.stringify([log.lines, log.fields, spies.flatMap(({ mock }) => mock.calls.map(String))]),
    async ask(who: Who | undefined, method: string, path: string, more: RequestInit = {}): Promise<Answer> {
      const headers = new Headers(more.headers);
      if (who) headers.set("authorization", `Bearer ${tokens[who]}`);
      const sent = new Request(`http://drover${path}`, { method, ...more, headers });
      const response = await host.guarded.fetch(sent);
      return { status: response.status, headers: response.headers, text: await response.text() };
    },
    async listen(limits: Partial<HttpLimits> = {}): Promise<{ readonly url: string; readonly port: number }> {
      const listener = await listenHttp("127.0.0.1:0", (sent) => host.guarded.fetch(sent), limits);
      onTestFinished(() => listener.close());
      return { url: listener.url, port: Number(new URL(listener.url).port) };
    },
  };
}

export type Door = ReturnType<typeof openDoor>;

/** What every refusal over HTTP is: a documented problem, and never a defect of ours. */
export function expectRefusal({ status, headers, text }: Answer): void {
  expect([status, text]).toEqual([expect.toSatisfy((value: number) => value >= 400 && value < 500), text]);
  expect(headers.get("content-type")).toBe("application/problem+json");
  expect(JSON.parse(text)).toMatchObject({ status, code: expect.any(String), detail: expect.any(String) });
}

export const json = { "content-type": "application/json" };
export const asked = (id: string) => request(id, { source: "/ci" });

/** As short as two busy cores allow. */
export const shortLimits = { headersMs: 100, requestMs: 150, keepAliveMs: 80, silenceMs: 2_000, checkEveryMs: 20 };

/** Whether somebody else who does everything right gets an answer. Cut off by limits as short as these, he asks again. */
export async function isServed(url: string, id = "good"): Promise<boolean> {
  const headers = { ...json, authorization: `Bearer ${tokens.ci}`, connection: "close" };
  for (let tries = 0; tries < 10; tries += 1) {
    try {
      const answer = await fetch(`${url}/requests`, { method: "POST", headers, body: JSON.stringify(asked(id)) });
      await answer.text();
      if (answer.status !== 408) return answer.status === 202 || answer.status === 200;
    } catch {}
  }
  return false;
}
