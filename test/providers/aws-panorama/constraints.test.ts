import { AwsV4Signer } from "aws4fetch";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../../lib/contracts/json.ts";
import { decodeRequest, RejectedRequestError } from "../../../lib/contracts/request.ts";
import { createWorld, intentAt, operation } from "./support.ts";

/** One flaw is enough to be refused: with more of them nobody learns which one did it. */
const mostly = <Value>(fine: fc.Arbitrary<Value>, odd: fc.Arbitrary<Value>): fc.Arbitrary<Value> =>
  fc.oneof({ weight: 14, arbitrary: fine }, { weight: 1, arbitrary: odd });

/** Texts near the bounds of what the service's model takes, on both sides. */
const near = (length: number, fine: fc.Arbitrary<string>) =>
  mostly(
    fc.oneof(fine, fc.constantFrom("a b", "ü", "💡", "a".repeat(length), "💡".repeat(length))),
    fc.oneof(
      fc.string({ unit: "binary", maxLength: 6 }),
      fc.constantFrom("", "a\nb", "a\r", "\u2028", "a".repeat(length + 1), "💡".repeat(length + 1)),
    ),
  );
const octet = mostly(fc.nat(255).map(String), fc.constantFrom("00", "01", "256", "300", "", "-1", "1e1"));
const port = fc.oneof(
  { weight: 3, arbitrary: fc.constant("") },
  {
    weight: 2,
    arbitrary: mostly(
      fc.integer({ min: 1, max: 65_535 }).map((value) => `:${value}`),
      fc.constantFrom(":0", ":01", ":65536", ":70000", ":"),
    ),
  },
);
const address = fc.tuple(octet, octet, octet, octet, port).map(([a, b, c, d, rest]) => `${a}.${b}.${c}.${d}${rest}`);
const label = mostly(
  fc.constantFrom("a", "pool", "a-b", "a-b-0", "ntp", "c0m", "x".repeat(60)),
  fc.constantFrom("a--b", "-a", "a-", "A", "", "a_b", "x".repeat(120)),
);
const host = fc
  .tuple(
    fc.array(label, { minLength: 1, maxLength: 3 }),
    mostly(fc.constantFrom("org", "de"), fc.constantFrom("o", "c0m", "0", "ORG", "")),
  )
  .map(([labels, last]) => [...labels, last].join("."));
const info = fc.record({
  IpAddress: address,
  Mask: near(255, fc.constant("255.255.255.0")),
  DefaultGateway: near(255, fc.constant("10.0.0.1")),
  Dns: fc.array(near(255, fc.constant("10.0.0.2")), { maxLength: 2 }),
});
const ethernet: fc.Arbitrary<JsonObject> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ ConnectionType: fc.constant("STATIC_IP"), StaticIpConnectionInfo: info }) },
  { weight: 2, arbitrary: fc.record({ ConnectionType: fc.constant("DHCP") }) },
  { weight: 1, arbitrary: fc.record({ ConnectionType: fc.constant("DHCP"), StaticIpConnectionInfo: info }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<JsonObject>(
      {},
      { ConnectionType: "dhcp" },
      { ConnectionType: "STATIC_IP" },
      { ConnectionType: "STATIC_IP", StaticIpConnectionInfo: { IpAddress: "10.0.0.1" } },
    ),
  },
);
const manyTags = fc.constantFrom(0, 1, 48, 49, 50, 51).map((count) => {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`key-${index}`, ""]));
});
const someTags = fc.dictionary(
  near(128, fc.constantFrom("site", "Флот")).filter((key) => key !== "__proto__"),
  near(256, fc.constant("")),
  { maxKeys: 2 },
);
const device: fc.Arbitrary<JsonObject> = fc.record(
  {
    Name: mostly(
      fc.oneof(fc.stringMatching(/^[a-zA-Z0-9_-]{1,12}$/), fc.constant("a".repeat(255))),
      fc.constantFrom("a".repeat(256), "", "cam 1", "cam\n", "ü", "a.b"),
    ),
    Description: near(255, fc.constant("the dock")),
    Tags: fc.oneof(manyTags, someTags, someTags),
    NetworkingConfiguration: fc.record(
      {
        Ethernet0: ethernet,
        Ethernet1: ethernet,
        Ntp: mostly(
          fc.record({ NtpServers: fc.array(fc.oneof(host, address), { maxLength: 5 }) }),
          fc.constantFrom<{ NtpServers: string[] }>({ NtpServers: Array(6).fill("a.bc") }),
        ),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ["Name"] },
);

function decoded(wanted: JsonObject): boolean {
  const request = {
    specversion: "1.0",
    id: "cam-1",
    source: "/ci/docks",
    type: "drover.aws-panorama.provision",
    data: { connection: "docks", device: wanted },
  };
  try {
    decodeRequest(JSON.stringify(request));
    return true;
  } catch (error) {
    if (error instanceof RejectedRequestError) return false;
    throw error;
  }
}

/** What the emulator, which was written from the service's model, answers to the very device. */
async function answered(wanted: JsonObject): Promise<boolean> {
  const world = createWorld();
  const { emulator } = world;
  emulator.seedAccessKey({ accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" });
  const signer = new AwsV4Signer({
    method: "POST",
    url: "https://panorama.eu-west-1.amazonaws.com/devices",
    body: JSON.stringify(wanted),
    service: "panorama",
    region: "eu-west-1",
    accessKeyId: "AKIDEXAMPLE",
    secretAccessKey: "secret",
    datetime: new Date(world.time.now()).toISOString().replace(/[-:]|\.\d+/g, ""),
  });
  const { url, headers, body } = await signer.sign();
  const { status } = await emulator.fetch(new Request(url, { method: "POST", headers, body: body ?? null }));
  if (status !== 200 && status !== 400) throw new Error(`Expected 200 or 400, got ${status}`);
  return status === 200;
}

/** Where we want more than the model does. */
function isStricter({ Tags = {}, NetworkingConfiguration = {} }: JsonObject): boolean {
  const ports = Object.values(NetworkingConfiguration as JsonObject) as JsonObject[];
  const addressless = ports.some((one) => one["ConnectionType"] === "STATIC_IP" && !("StaticIpConnectionInfo" in one));
  return addressless || Object.keys(Tags as JsonObject).length > 48;
}

describe("the schema of a device", () => {
  test("takes what the service's model takes, and refuses what it refuses", async () => {
    const seen = { taken: 0, refused: 0, stricter: 0 };
    await fc.assert(
      fc.asyncProperty(device, async (wanted) => {
        const [ours, theirs] = [decoded(wanted), await answered(wanted)];
        if (isStricter(wanted)) {
          seen.stricter += 1;
          expect(ours).toBe(false);
        } else {
          seen[theirs ? "taken" : "refused"] += 1;
          expect(ours).toBe(theirs);
        }
      }),
      { numRuns: 1_500 },
    );
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(50);
  });

  test("leaves room for the tags of a minting", async () => {
    const Tags = Object.fromEntries(Array.from({ length: 48 }, (_, index) => [`k${index}`, ""]));
    const world = createWorld();
    const { made } = await world
      .mint({ device: { Name: "cam-1", Tags } })
      .create(intentAt(world.time), world.context());
    const tags = world.emulator.state.device(made.id)?.tags ?? {};
    expect([Object.keys(tags).length, tags["drover:operation"]]).toEqual([50, operation]);
  });
});
