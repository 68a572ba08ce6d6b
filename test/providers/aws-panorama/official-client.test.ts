import {
  DeleteDeviceCommand,
  DescribeDeviceCommand,
  ListDevicesCommand,
  ListTagsForResourceCommand,
  PanoramaClient,
  ProvisionDeviceCommand,
} from "@aws-sdk/client-panorama";
import { describe, expect, test } from "vitest";
import { inProcess } from "../../emulators/aws-panorama/request-handler.ts";
import { createWorld, intentAt, madeOf, operation, region } from "./support.ts";

const arn = `arn:aws:panorama:${region}:123456789012:device/device-a2b3`;
const device = {
  Name: "cam-1",
  Description: "dock – north, “1”",
  Tags: { site: "north/1 & 2", ключ: "" },
  NetworkingConfiguration: {
    Ethernet0: {
      ConnectionType: "STATIC_IP" as const,
      StaticIpConnectionInfo: {
        IpAddress: "10.0.0.4",
        Mask: "255.0.0.0",
        Dns: ["10.0.0.2"],
        DefaultGateway: "10.0.0.1",
      },
    },
    Ethernet1: { ConnectionType: "DHCP" as const },
    Ntp: { NtpServers: ["pool.ntp.org"] },
  },
};

interface OnTheWire {
  readonly method: string;
  readonly path: string;
  readonly query: readonly (readonly [string, string])[];
  readonly body: unknown;
  readonly contentType: string | null;
  readonly scope: string | undefined;
}

async function onTheWire(request: Request): Promise<OnTheWire> {
  const { pathname, searchParams } = new URL(request.url);
  const text = await request.text();
  return {
    method: request.method,
    path: pathname,
    query: [...searchParams].sort(),
    body: text === "" ? undefined : JSON.parse(text),
    contentType: request.headers.get("content-type"),
    scope: /Credential=[^/]+\/\d+\/([^,]+),/.exec(request.headers.get("authorization") ?? "")?.[1],
  };
}

async function theirs(ask: (client: PanoramaClient) => Promise<unknown>): Promise<OnTheWire> {
  const sent: Request[] = [];
  const requestHandler = inProcess(async (request) => {
    sent.push(request.clone());
    return new Response("{}");
  });
  const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
  await ask(new PanoramaClient({ region, credentials, requestHandler, maxAttempts: 1 }));
  if (sent[0] === undefined) throw new Error("Expected a request, got none");
  return onTheWire(sent[0]);
}

type Mint = ReturnType<ReturnType<typeof createWorld>["mint"]>;

async function ours(ask: (mint: Mint, world: ReturnType<typeof createWorld>) => Promise<unknown>, nth = 0) {
  const answers = [{ Devices: [], NextToken: "a+b/c= &d" }, { Devices: [] }];
  const bare = { DeviceId: "device-a2b3", Arn: arn };
  const world = createWorld({
    through: async ({ url }) => new Response(JSON.stringify(url.includes("?") ? answers.shift() : bare)),
  });
  await ask(world.mint({ device }), world);
  const request = world.sent[nth];
  if (request === undefined) throw new Error("Expected a request, got none");
  return onTheWire(request);
}

describe("on the wire, each request is that of the official client", () => {
  test("ProvisionDevice", async () => {
    const Tags = { ...device.Tags, "drover:operation": operation, "drover:attempt": "n1" };
    const mine = await ours((mint, { time, context }) => mint.create(intentAt(time, { nonce: "n1" }), context()));
    expect(mine).toEqual(await theirs((client) => client.send(new ProvisionDeviceCommand({ ...device, Tags }))));
    expect(mine).toMatchObject({ method: "POST", path: "/devices", scope: `${region}/panorama/aws4_request` });
  });

  test("ListDevices, and its next page", async () => {
    const input = { NameFilter: "cam-1", MaxResults: 25 };
    const list = (mint: Mint, { context }: ReturnType<typeof createWorld>) => mint.things.list(context());
    expect(await ours(list)).toEqual(await theirs((client) => client.send(new ListDevicesCommand(input))));
    expect(await ours(list, 1)).toEqual(
      await theirs((client) => client.send(new ListDevicesCommand({ ...input, NextToken: "a+b/c= &d" }))),
    );
  });

  test("DescribeDevice and ListTagsForResource", async () => {
    const read = (mint: Mint, { context }: ReturnType<typeof createWorld>) =>
      mint.things.read(madeOf("device-a2b3"), context());
    expect(await ours(read)).toEqual(
      await theirs((client) => client.send(new DescribeDeviceCommand({ DeviceId: "device-a2b3" }))),
    );
    expect(await ours(read, 1)).toEqual(
      await theirs((client) => client.send(new ListTagsForResourceCommand({ ResourceArn: arn }))),
    );
  });

  test("DeleteDevice", async () => {
    const mine = await ours((mint, { time, context }) =>
      mint.things.remove(madeOf("device-a2b3"), intentAt(time), context()),
    );
    expect(mine).toEqual(await theirs((client) => client.send(new DeleteDeviceCommand({ DeviceId: "device-a2b3" }))));
  });
});
