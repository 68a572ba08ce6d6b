import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createIotEmulator, demoIotIds, demoIotScenario } from "../../emulators/aws-iot/index.ts";
import { createPanoramaEmulator, demoPanoramaIds } from "../../emulators/aws-panorama/index.ts";
import { createLocalHost } from "../../functions/local.ts";
import { createProviders } from "../../functions/providers.ts";
import { configurationSchema } from "../../lib/contracts/configuration.ts";
import { sha256Hex } from "../../lib/contracts/identifiers.ts";
import type { Log } from "../../lib/contracts/ports.ts";
import { Secret } from "../../lib/contracts/secret.ts";
import { openLocalHandoffStore } from "../../lib/platforms/local/handoff.ts";
import { openLocalPlatform } from "../../lib/platforms/local/platform.ts";
import { localSealer } from "../../lib/platforms/local/sealer.ts";
import { localVault } from "../../lib/platforms/local/vault.ts";

/** A whole hand-over on the real local platform: every byte that it leaves behind is searched for what was handed over. */

const canaryPrefix = "canaryArchive4711";

function open() {
  const folder = mkdtempSync(join(tmpdir(), "drover-hand-over-"));
  const dataFolder = join(folder, "data");
  const panorama = createPanoramaEmulator({ now: Date.now, canaryPrefix });
  panorama.configure({ throttling: null, listDelayMs: 0, describeDelayMs: 0, provisioningMs: 50 });
  const { accessKeyId, secretAccessKey, region } = demoPanoramaIds;
  panorama.seedAccessKey({ accessKeyId, secretAccessKey });
  const iot = createIotEmulator({ now: Date.now, canaryPrefix, scenario: demoIotScenario() });
  const configuration = configurationSchema.parse({
    version: 1,
    platform: { kind: "local", dataFolder },
    connections: {
      docks: {
        kind: "aws-panorama",
        endpoint: "https://panorama.example",
        region,
        credential: { kind: "access-key", accessKeyId, secretAccessKey: "vault:panorama" },
        pace: { firstPoll: "PT0.1S", maxPoll: "PT0.2S" },
      },
      iot: {
        kind: "aws-iot",
        endpoint: "https://iot.example",
        region: demoIotIds.region,
        credential: { kind: "access-key", accessKeyId: demoIotIds.accessKeyId, secretAccessKey: "vault:iot" },
        templates: ["*"],
      },
    },
  });
  const logged: string[] = [];
  const keep = (message: string, fields?: object) => void logged.push(`${message} ${JSON.stringify(fields ?? {})}`);
  const log: Log = { debug: keep, info: keep, warn: keep, error: keep };
  return { folder, dataFolder, panorama, iot, configuration, logged, log };
}

async function start() {
  const opened = open();
  const { folder, dataFolder, panorama, iot, configuration, log, logged } = opened;
  const platform = openLocalPlatform({ folder: dataFolder, log });
  const { clock, randomness, ledger } = platform;
  const vault = localVault({ dataFolder });
  const handoffs = await openLocalHandoffStore({ dataFolder, clock });
  const { secretAccessKey } = demoPanoramaIds;
  const secret = async (reference: string) =>
    new Secret(reference === "vault:iot" ? demoIotIds.secretAccessKey : secretAccessKey);
  const providers = createProviders(configuration.connections, {
    secret,
    fetch: (request) => (new URL(request.url).host.startsWith("iot") ? iot.fetch(request) : panorama.fetch(request)),
    clock,
    vault,
    handoffs,
    randomness,
    ledger,
    sealer: localSealer({ dataFolder }),
    publishTargets: {},
  });
  const host = createLocalHost({ platform, configuration, providers, vault, handoffs, secret, version: "0.0.0" });
  host.start();
  onTestFinished(async () => {
    await host.stop(1_000);
    await platform.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const answers: string[] = [];
  const ask = async (method: "GET" | "POST", path: string, body?: object) => {
    const headers = { "content-type": "application/json" };
    const sent = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    const answer = await host.application.fetch(new Request(`http://drover${path}`, sent));
    const bytes = Buffer.from(await answer.arrayBuffer());
    if (!path.endsWith("/fetch")) answers.push(bytes.toString("latin1"));
    return { status: answer.status, headers: answer.headers, bytes };
  };
  const untilSeen = async (id: string, isSeen: (seen: Record<string, unknown>) => boolean) => {
    for (let since = ""; ; ) {
      const query = since === "" ? "" : `?wait=5&since=${encodeURIComponent(since)}`;
      const seen = JSON.parse((await ask("GET", `/handoffs/${id}${query}`)).bytes.toString()) as Record<
        string,
        unknown
      >;
      if (isSeen(seen)) return seen;
      since = String(seen["updatedAt"]);
    }
  };
  const everywhere = async () => {
    await platform.commitNow();
    const names = readdirSync(dataFolder, { recursive: true, withFileTypes: true });
    const files = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    const events = await platform.bus.read(0, 1_000);
    return [
      ...files.map((file) => readFileSync(file).toString("latin1")),
      JSON.stringify(events),
      ...logged,
      ...answers,
    ];
  };
  return { ...opened, ask, untilSeen, everywhere };
}

const formsOf = (bytes: Buffer) =>
  (["latin1", "base64", "base64url", "hex"] as const).flatMap((encoding) => {
    const text = bytes.toString(encoding);
    // Any long enough stretch of it would do.
    return [text.slice(0, 64), text.slice(-64), text.slice(Math.floor(text.length / 2)).slice(0, 64)];
  });

test.each([
  ["drover.aws-panorama.provision", { connection: "docks", device: { Name: "cam-1" } }],
  ["drover.aws-iot.create-provisioning-claim", { connection: "iot", templateName: demoIotIds.template }],
] as const)("%s leaves nothing of what it hands over behind", async (type, data) => {
  const { ask, untilSeen, everywhere, panorama, iot } = await start();
  const body = { specversion: "1.0", id: "one", source: "/test", type, data };
  const { operation } = JSON.parse((await ask("POST", "/requests", body)).bytes.toString()) as { operation: string };
  await untilSeen(operation, ({ phase }) => phase === "awaiting");
  expect((await ask("POST", `/operations/${operation}/actions/ready`, {})).status).toBe(202);
  const offered = await untilSeen(operation, ({ phase }) => phase === "offered");
  const whileItWaits = await everywhere();
  const fetched = await ask("POST", `/handoffs/${operation}/fetch`, {});
  expect(fetched.status).toBe(200);
  expect(sha256Hex(fetched.bytes)).toBe(offered["sha256"]);
  expect((await ask("POST", `/handoffs/${operation}/fetch`, {})).status).toBe(409);
  if (type === "drover.aws-panorama.provision") {
    expect(panorama.appliance.plugIn({ archive: fetched.bytes })).toMatchObject({ accepted: true });
  }
  const ended = await untilSeen(operation, ({ phase }) => phase === "ended");
  expect(ended).toMatchObject({ outcome: "succeeded" });
  await ask("GET", `/operations/${operation}`);
  await ask("GET", `/operations/${operation}/history`);
  await ask("GET", `/operations/${operation}/explanation`);
  await ask("GET", "/events");
  const secrets = [...panorama.state.everySecret(), ...iot.state.everySecret(), canaryPrefix];
  const searched = [...formsOf(fetched.bytes), ...secrets, Buffer.from(canaryPrefix).toString("hex")];
  const hits = [...whileItWaits, ...(await everywhere())].flatMap((text) =>
    searched.filter((form) => text.includes(form)),
  );
  expect(searched.length).toBeGreaterThan(12);
  expect(hits).toEqual([]);
});
