import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import type { Minted } from "../../../lib/contracts/mint.ts";
import type { Fetch } from "../../../lib/providers/exchange.ts";
import { shown } from "../support.ts";
import {
  createWorld,
  intentAt,
  leaksIn,
  madeOf,
  requestFor,
  secretAccessKey,
  sessionToken,
  type World,
} from "./support.ts";

const forms = {
  message: (text: string) => JSON.stringify({ __type: "ValidationException", Message: text }),
  type: (text: string) => JSON.stringify({ __type: text, message: "no" }),
  "both, escaped": (text: string) => JSON.stringify({ __type: text, Message: text }).replaceAll("/", "\\/"),
  status: (text: string) => JSON.stringify({ DeviceId: "device-x", Tags: {}, ProvisioningStatus: text }),
  members: (text: string) => JSON.stringify({ DeviceId: text, Arn: text, Certificates: { text }, Status: text }),
  quota: (text: string) => JSON.stringify({ Message: text, QuotaCode: text }),
  plain: (text: string) => text,
  "broken JSON": (text: string) => `{"Certificates":"${text}`,
} as const;

/** A service that carries out what it is asked, and then says the archive, and all that it was told, in another shape. */
function echoing(world: () => World, status: number, form: keyof typeof forms) {
  return async (request: Request, next: Fetch): Promise<Response> => {
    const told = [...request.headers].map(([name, value]) => `${name}: ${value}`).join(" ");
    const answer = await next(request);
    const { state } = world().emulator;
    const archives = state.devices().flatMap(({ id }) => state.archive(id) ?? []);
    const texts = archives.flatMap(({ bytes, privateKeyPem }) => [
      bytes.toString("base64"),
      bytes.toString("base64url"),
      bytes.toString("hex"),
      bytes.toString("latin1"),
      privateKeyPem,
    ]);
    const headers = { "x-amzn-errortype": `${texts[0]?.slice(0, 60).replace(/\W/g, "")}` };
    await answer.arrayBuffer();
    // What is shown is bounded: each text gets its turn at the front.
    const turn = world().sent.length % Math.max(1, texts.length);
    return new Response(forms[form]([...texts.slice(turn), told, ...texts.slice(0, turn)].join(" ")), {
      status,
      headers: form === "message" ? headers : {},
    });
  };
}

/** Everything that the provider gives out but the credential's content, whatever comes. */
async function everything(world: World): Promise<string> {
  const seen: string[] = [];
  const keep = async (promise: Promise<unknown>) => {
    try {
      const value = await promise;
      seen.push(inspect(value, { depth: 9 }), withoutContent(value));
    } catch (error) {
      seen.push(shown(error), inspect(error, { depth: 9 }));
    }
  };
  const mint = world.mint();
  for (let round = 0; round < 3; round += 1) {
    await keep(mint.create(intentAt(world.time), world.context()));
    await keep(mint.prepare(world.context()));
    await keep(mint.find(intentAt(world.time), world.context()));
    await keep(mint.things.list(world.context()));
    await keep(mint.things.read(madeOf("device-x"), world.context()));
    await keep(mint.things.remove(madeOf("device-x"), intentAt(world.time), world.context()));
    const handle = mint.things.pollHandle(madeOf("device-x"), 0);
    await keep(world.provider.poll(requestFor(), handle, undefined, world.context()));
    await keep(world.provider.check(world.context()));
  }
  seen.push(
    JSON.stringify(world.provider.plan(requestFor())),
    inspect(mint),
    JSON.stringify(mint),
    inspect(world.provider),
  );
  return seen.join("\n");
}

function withoutContent(value: unknown): string {
  if (typeof value !== "object" || value === null || !("credential" in value)) return JSON.stringify(value) ?? "";
  const { credential, ...rest } = value as Minted;
  return JSON.stringify({ ...rest, expiresAt: credential?.expiresAt });
}

describe("nothing of an archive or a key comes out again", () => {
  test.each(
    [200, 402, 500].flatMap((status) =>
      Object.keys(forms).map((form) => [status, form as keyof typeof forms] as const),
    ),
  )("of an echo with %i as %s", async (status, form) => {
    const world: World = createWorld({
      // The folder in an archive is named like its file, which is no secret.
      settings: { archiveLayout: "flat" },
      through: echoing(() => world, status, form),
    });
    const all = await everything(world);
    expect(world.emulator.state.provisioned()).toBe(3);
    expect(leaksIn(all, world)).toEqual([]);
    for (const secret of [secretAccessKey, sessionToken]) expect(all).not.toContain(secret.slice(8, 24));
    for (const request of world.sent) {
      const signature = request.headers.get("authorization")?.replace(/^.*Signature=/, "") ?? "";
      expect(signature).toMatch(/^[0-9a-f]{64}$/);
      expect(all).not.toContain(signature.slice(0, 24));
    }
  });

  test("of a good answer, which is there in the content alone", async () => {
    const world = createWorld({ settings: { archiveLayout: "flat" } });
    const minted = await world.mint().create(intentAt(world.time), world.context());
    const content = minted.credential?.content.reveal() ?? "";
    expect(leaksIn(content, world)).not.toEqual([]);
    expect(leaksIn(inspect(minted, { depth: 9 }), world)).toEqual([]);
    expect(leaksIn(withoutContent(minted), world)).toEqual([]);
    expect(() => JSON.stringify(minted)).toThrow("cannot be serialized");
    expect(content).toContain("canaryArchive4711");
  });

  test("of an answer that breaks off, or has another shape", async () => {
    for (const fault of [
      { kind: "cut-json" },
      { kind: "cut-connection" },
      { kind: "missing-member", member: "DeviceId" },
    ] as const) {
      const world = createWorld();
      world.emulator.addFault({ operation: "ProvisionDevice", ...fault });
      const error = await world
        .mint()
        .create(intentAt(world.time), world.context())
        .catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ effect: "possible" });
      expect(leaksIn(shown(error) + inspect(error, { depth: 9 }), world)).toEqual([]);
    }
  });
});
