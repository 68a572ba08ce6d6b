import { readFileSync } from "node:fs";
import { join } from "node:path";
import { app } from "@azure/functions";
import { QueueServiceClient, StorageSharedKeyCredential } from "@azure/storage-queue";
import {
  createFunctionsHost,
  type FunctionsApp,
  type FunctionsHost,
  loadApp,
} from "../../emulators/functions-host/index.ts";
import { createAzureHost } from "../../functions/azure/host.ts";
import { registerFunctions } from "../../functions/azure/register.ts";
import type { DroverEvent } from "../../lib/contracts/event.ts";
import { azureAdapters } from "../../lib/platforms/azure/adapters.ts";
import { queueNames } from "../../lib/platforms/azure/queue-names.ts";
import { azureSettings } from "../../lib/platforms/azure/settings.ts";
import { account } from "../platforms/azure/accounts.ts";
import { SeededRandomness, VirtualClock } from "../simulation/virtual-clock.ts";
import { type AzureCloud, openAzureCloud } from "./azure-cloud.ts";
import { bearer, Clouds, configurationFor } from "./clouds.ts";
import { eachOnce, type Rig } from "./rig.ts";

export const hostJson = JSON.parse(readFileSync(join(import.meta.dirname, "..", "..", "host.json"), "utf8"));

export interface AzureRig extends Rig {
  readonly cloud: AzureCloud;
  readonly host: FunctionsHost;
  readonly clock: VirtualClock;
  /** Lines of logs and figures, as the functions have written them to the logs of their invocations. */
  readonly lines: readonly string[];
  /** The process is gone; another one starts cold. @param changed app settings that are others from now on */
  recycle(changed?: Readonly<Record<string, string>>): Promise<void>;
  /** Whatever comes next; the clock moves there. */
  step(): Promise<void>;
  /** A text as somebody else puts it on a queue. @returns the queue's own name for the message */
  put(queue: string, text: string): Promise<string>;
}

export interface AzureRigOptions {
  readonly sphereMs?: number;
  readonly configuration?: Readonly<Record<string, unknown>>;
  readonly requestTimeoutMs?: number;
  /** App settings, over those that every app has. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Over `extensions.queues` in host.json, to see within minutes what takes the host days. */
  readonly queues?: Readonly<Record<string, unknown>>;
}

/** The shipped functions in an emulated host, behind emulated services, on virtual time. */
export async function azureRig(options: AzureRigOptions = {}): Promise<AzureRig> {
  const { sphereMs, configuration = {}, requestTimeoutMs = 5_000 } = options;
  const clock = new VirtualClock(Date.UTC(2026, 10, 21));
  const clouds = new Clouds(
    { now: () => clock.now(), pass: (ms) => clock.advance(ms) },
    sphereMs === undefined ? {} : { sphereMs },
  );
  const configured = { ...configurationFor({ kind: "azure" }), ...configuration };
  const cloud = await openAzureCloud(() => clock.now(), configured);
  let variables: Readonly<Record<string, string>> = { ...cloud.variables, ...options.variables };
  const randomness = new SeededRandomness(7);
  const chance = new SeededRandomness(11);
  const parts = {
    ...{ clock, randomness, requestTimeoutMs },
    after: (ms: number, callback: () => void) => clock.after(ms, callback),
    persistence: { attempts: 3, firstPauseMs: 100, pause: async () => undefined, chance: () => chance.fraction() },
  };

  const loaded = (): Promise<FunctionsApp> =>
    loadApp(() => {
      const host = createAzureHost({ ...parts, variables, fetch: clouds.fetch, startTimer: clouds.startTimer });
      registerFunctions(app, host, variables);
    });
  const { extensions } = hostJson;
  const host = createFunctionsHost({
    app: await loaded(),
    hostJson: { ...hostJson, extensions: { ...extensions, queues: { ...extensions.queues, ...options.queues } } },
    settings: variables,
    storage: { account, fetch: (request) => cloud.queues.fetch(request) },
    now: () => clock.now(),
    nextVisibleAt: (queue) =>
      Math.min(Number.POSITIVE_INFINITY, ...cloud.queues.messages(queue).map(({ visibleAtMs }) => visibleAtMs)),
  });
  const outside = azureAdapters(cloud.direct, parts);
  const nameOf = queueNames(variables);

  async function step(): Promise<void> {
    clock.advance(Math.max(0, host.nextAt() - clock.now()));
    await host.step();
  }

  const { queues } = azureSettings(cloud.direct).storage;
  const senders = new QueueServiceClient(queues, new StorageSharedKeyCredential(account.name, account.key));
  const put = async (queue: string, text: string) =>
    (await senders.getQueueClient(nameOf(queue)).sendMessage(text)).messageId;

  return {
    ...{ name: "azure", clouds, cloud, host, clock, put, step },
    get lines() {
      return host.logs.filter(({ category }) => category === "user").map(({ message }) => message);
    },
    ledger: outside.ledger,
    now: () => clock.now(),
    async recycle(changed = {}) {
      variables = { ...variables, ...changed };
      host.crash();
      host.restart(await loaded());
    },
    send: (queue, body) => outside.queue.send([{ queue, body }]),
    async http(method, path, body) {
      const answer = await host.http(requestFor(method, path, body));
      const bytes = Buffer.from(await answer.arrayBuffer());
      const headers = { ...Object.fromEntries(answer.headers), "content-length": String(bytes.length) };
      return { status: answer.status, headers, bytes };
    },
    async until(what, done, withinMs = 3_600_000) {
      const endsAt = clock.now() + withinMs;
      while (!(await done())) {
        if (clock.now() >= endsAt) throw new Error(`Expected ${what} within ${withinMs} ms, got no end`);
        await step();
      }
    },
    events: async () => eachOnce(cloud.topic.delivered() as unknown as readonly DroverEvent[]),
    close: () => cloud.close(),
  };
}

export function requestFor(method: string, path: string, body?: unknown): Request {
  return new Request(`https://drover-test.azurewebsites.net${path}`, {
    method,
    headers: { authorization: `Bearer ${bearer}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}
