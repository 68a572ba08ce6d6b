import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import type { Json } from "../../../lib/contracts/json.ts";
import { shown } from "../support.ts";
import {
  canaryPrefix,
  clientSecret,
  createWorld,
  newKey,
  rotationRequest,
  type Through,
  type World,
  where,
} from "./support.ts";

const fresh = [newKey(201), newKey(202)] as const;
const signed = "https://management.azure.com/x?t=1&c=canaryQuery4711&s=canarySignature4711&h=canaryHash4711";

type Form = "numeric" | "pascal" | "envelope" | "operation" | "service" | "text" | "header" | "redirect" | "link";

/** Says everything it was told, and everything it holds, wherever an answer has room for it. */
function echoing(status: number, form: Form, matches: RegExp): Through {
  return async (request, next) => {
    if (!matches.test(`${request.method} ${request.url}`)) return next(request);
    const body = ["GET", "HEAD"].includes(request.method) ? "" : await request.clone().text();
    const keys = [...body.matchAll(/"(?:primaryKey|secondaryKey|connectionString)":"([^"]+)"/g)].map(([, key]) => key);
    const told = `${request.headers.get("authorization")} ${keys.join(" ")} ${encodeURIComponent(keys.join(" "))} ${signed} ${request.url} ${body}`;
    const words = { code: told, message: told };
    const bodies: Record<Form, unknown> = {
      numeric: { ...words, httpStatusCode: told },
      pascal: { Code: told, Message: told, Details: told },
      envelope: { error: words },
      operation: { status: "Failed", error: { ...words, details: told } },
      service: { errorCode: told, trackingId: told, message: told },
      text: told,
      header: {},
      redirect: {},
      link: { value: [], status: told, nextLink: `https://evil.example/${told}` },
    };
    const inHeader = told.replace(/[^\x20-\x7e]/g, "").slice(0, 100);
    const headers = {
      ...(form === "header" ? { "x-ms-request-id": inHeader, "azure-asyncoperation": signed, location: signed } : {}),
      ...(form === "redirect" ? { location: `https://evil.example/?${encodeURIComponent(told)}` } : {}),
    };
    const text = typeof bodies[form] === "string" ? told : JSON.stringify(bodies[form]);
    const code = form === "redirect" ? 307 : status;
    return new Response([204, 304].includes(code) ? null : text, { status: code, headers });
  };
}

function everyShape(value: unknown): string {
  const inspected = inspect(value, { showHidden: true, depth: 12, getters: true, maxStringLength: null });
  return value instanceof Error ? `${shown(value)}\n${inspected}` : `${JSON.stringify(value)}\n${inspected}`;
}

/** Everything that the provider gives out, whatever comes. */
async function everything(world: World): Promise<{ readonly all: string; readonly steps: number }> {
  const seen: string[] = [];
  const keep = async <Value>(run: () => Promise<Value>): Promise<Value | undefined> => {
    try {
      const value = await run();
      seen.push(everyShape(value));
      return value;
    } catch (error) {
      seen.push(everyShape(error));
      return undefined;
    }
  };
  const { provider, parts } = world;
  const keys = provider.rotation.policyKeys(rotationRequest());
  const signal = new AbortController().signal;
  const look = await keep(async () => (await keys.look(world.context())).seen);
  const begun = await keep(() => keys.replace({ primary: fresh[0], secondary: fresh[1] }, world.window()));
  const polling: Json = begun?.polling ?? { change: "put", ...where };
  await keep(() => provider.poll(rotationRequest(), polling, undefined, world.context()));
  world.time.advance(30_000);
  await keep(() => provider.poll(rotationRequest(), polling, undefined, world.context()));
  await keep(() => keys.tryKey(fresh[0], world.context()));
  await keep(() => parts.client.service(where, signal));
  await keep(() =>
    parts.client
      .keys(where, signal)
      .then((all) => all.map(({ keyName, primaryKey }) => ({ keyName, is: typeof primaryKey }))),
  );
  await keep(() => parts.client.deleteService(where, world.window(), signal).then(({ status }) => status));
  await keep(() => provider.check(world.context()));
  seen.push(
    everyShape(provider),
    everyShape(keys),
    everyShape(provider.plan(rotationRequest())),
    everyShape(look ?? null),
  );
  return { all: seen.join("\n"), steps: seen.length };
}

function expectNone(world: World, all: string): void {
  for (const key of [...world.emulator.state.everyKey(), ...fresh.map((key) => key.reveal())]) {
    expect(all).not.toContain(key);
    expect(all).not.toContain(key.slice(0, 24));
    expect(all).not.toContain(encodeURIComponent(key));
  }
  expect(all).not.toContain(canaryPrefix);
  expect(all).not.toMatch(/canary(?:Query|Signature|Hash)/);
  expect(all).not.toContain(clientSecret.slice(7, 20));
  for (const { requestHeaders, answerHeaders } of world.emulator.recorded()) {
    const token = requestHeaders["authorization"]?.replace(/^Bearer /, "");
    if (token) expect(all).not.toContain(token.slice(0, 40));
    const status = answerHeaders["azure-asyncoperation"];
    if (status) expect(all).not.toContain(new URL(status).search.slice(30, 90));
  }
}

describe("no key, connection string, token or status URL comes out", () => {
  test("of a rotation that goes well", async () => {
    const world = createWorld();
    const { all, steps } = await everything(world);
    expect(steps).toBeGreaterThan(10);
    expect(world.emulator.state.everyKey().length).toBeGreaterThan(8);
    expectNone(world, all);
  });

  const forms: readonly Form[] = [
    "numeric",
    "pascal",
    "envelope",
    "operation",
    "service",
    "text",
    "header",
    "redirect",
    "link",
  ];
  const places = {
    put: /^PUT /,
    reads: /^GET /,
    posts: /^POST .*provisioning/,
    all: /^(?:PUT|GET|DELETE) |^POST .*provisioning/,
  };
  const statuses = [200, 400, 403, 404, 409, 500];
  test.each(Object.keys(places).flatMap((place) => forms.map((form) => [place as keyof typeof places, form] as const)))(
    "of a service that repeats all of it in %s as %s",
    async (place, form) => {
      for (const status of statuses) {
        const world = createWorld({ through: echoing(status, form, places[place]) });
        expectNone(world, (await everything(world)).all);
      }
    },
  );

  test("of a change that ends with words about it", async () => {
    for (const result of ["failed", "canceled", "unknown-status"] as const) {
      const world = createWorld();
      const words = `key ${fresh[0].reveal()} and ${world.emulator.state.everyKey()[0]} at ${signed}`;
      world.emulator.script({ result, errorCode: words, errorMessage: words, status: words });
      expectNone(world, (await everything(world)).all);
    }
  });
});
