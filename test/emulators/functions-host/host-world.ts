import { app, type StorageQueueHandler } from "@azure/functions";
import { expect } from "vitest";
import {
  createFunctionsHost,
  type FunctionsApp,
  type FunctionsHostOptions,
  loadApp,
} from "../../../emulators/functions-host/index.ts";
import { createStorageQueuesEmulator } from "../../../emulators/storage-queues/index.ts";

export const token = "of-the-test";
export const account = {
  name: "devstoreaccount1",
  key: Buffer.alloc(64, 1).toString("base64"),
  tokens: new Set([token]),
};
export const startMs = Date.UTC(2026, 10, 21);
export const minuteMs = 60_000;
export const weekMs = 7 * 86_400_000;
export const settings = { AzureWebJobsStorage: "UseDevelopmentStorage=true" };

export function hostJsonOf(queues: object = {}, more: object = {}) {
  const standard = { messageEncoding: "none", visibilityTimeout: "00:00:30", maxPollingInterval: "00:00:10" };
  return { version: "2.0", extensions: { queues: { ...standard, ...queues } }, ...more };
}

/** What the host meets in place of the emulator, or before it. */
export type Service = (request: string, emulated: () => Promise<Response>) => Response | Promise<Response>;
export const refusing =
  (method: string, status: number): Service =>
  (request, emulated) =>
    request.startsWith(method) ? new Response("", { status }) : emulated();

export const loading = (register: (() => unknown) | FunctionsApp) =>
  typeof register === "function" ? loadApp(register) : Promise.resolve(register);

/** A host on a clock of its own, with the queues' emulator behind it. */
export async function opened(register: (() => unknown) | FunctionsApp, options: Partial<FunctionsHostOptions> = {}) {
  let nowMs = startMs;
  const now = () => nowMs;
  const queues = createStorageQueuesEmulator({ now, account });
  const requests: string[] = [];
  let service: Service = (_, emulated) => emulated();
  const storage = {
    account,
    fetch: async (request: Request) => {
      const { pathname, search } = new URL(request.url);
      const told = `${request.method} ${pathname.replace(`/${account.name}/`, "")}${search}`;
      requests.push(told);
      return service(told, () => queues.fetch(request));
    },
  };
  const ask = (method: string, path: string, body?: string) =>
    queues.fetch(
      new Request(`http://127.0.0.1:10001/${account.name}/${path}`, {
        ...{ method, headers: { authorization: `Bearer ${token}` } },
        ...(body === undefined ? {} : { body: Buffer.from(body) }),
      }),
    );
  const nextVisibleAt = (queue: string) =>
    Math.min(Number.POSITIVE_INFINITY, ...queues.messages(queue).map(({ visibleAtMs }) => visibleAtMs));
  const host = createFunctionsHost({
    ...{ app: await loading(register), hostJson: hostJsonOf(), settings, storage, now, nextVisibleAt },
    ...options,
  });
  return {
    ...{ host, queues, requests, ask, now },
    seconds: () => (nowMs - startMs) / 1_000,
    pass: (ms: number) => {
      nowMs += ms;
    },
    /** What the service answers in place of the emulator. */
    answering: (instead: Service) => {
      service = instead;
    },
    answeringAgain: () => {
      service = (_, emulated) => emulated();
    },
    async send(queue: string, ...texts: string[]) {
      await ask("PUT", queue);
      for (const text of texts) {
        const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
        const { status } = await ask(
          "POST",
          `${queue}/messages?messagettl=-1`,
          `<QueueMessage><MessageText>${escaped}</MessageText></QueueMessage>`,
        );
        expect(status).toBe(201);
      }
    },
    texts: (queue: string) => queues.messages(queue).map(({ text }) => text),
    /** Does all that is due up to then, each at its own time. */
    async until(ms: number) {
      for (let next = host.nextAt(); next <= startMs + ms; next = host.nextAt()) {
        nowMs = Math.max(nowMs, next);
        await host.step();
      }
      nowMs = startMs + ms;
    },
    outcomes: () => host.invocations.map(({ outcome, settlement }) => `${outcome} ${settlement}`),
  };
}

export const onQueue = (queueName: string, handler: StorageQueueHandler, name = queueName) =>
  app.storageQueue(name, { queueName, connection: "", handler });
export const failing = () => {
  throw new Error("not today");
};
/** Until everything that does not wait for a clock has happened. */
export const settled = () => new Promise((resolve) => setTimeout(resolve, 20));
