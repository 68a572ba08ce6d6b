import { describe, expect, it } from "vitest";
import { Harness, plain } from "./harness.ts";

const info = { IpAddress: "10.0.0.4", Mask: "255.255.255.0", Dns: ["10.0.0.2"], DefaultGateway: "10.0.0.1" };
const port = (change: object) => ({
  NetworkingConfiguration: {
    Ethernet0: { ConnectionType: "STATIC_IP", StaticIpConnectionInfo: { ...info, ...change } },
  },
});
const ntp = (...NtpServers: unknown[]) => ({ NetworkingConfiguration: { Ntp: { NtpServers } } });
const tags = (count: number) => ({
  Tags: Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, ""])),
});
const AT = "NetworkingConfiguration.Ethernet0.StaticIpConnectionInfo";

async function provision(body: object, settings = plain) {
  const harness = new Harness(settings);
  const reply = await harness.ask("POST", "/devices", { Name: "cam-1", ...body });
  return { harness, ...reply };
}

describe("what ProvisionDevice takes", () => {
  it.each([
    ["the shortest name", { Name: "a" }],
    ["the longest name", { Name: "aZ09-_".repeat(42).slice(0, 255) }],
    ["an empty description", { Description: "" }],
    ["the longest description", { Description: "ü".repeat(255) }],
    ["null for nothing", { Description: null, Tags: null, NetworkingConfiguration: null }],
    ["a member of a later model", { ClientToken: "x" }],
    ["no tags", { Tags: {} }],
    ["fifty tags", tags(50)],
    ["the longest tag", { Tags: { [`${"k".repeat(128)}`]: "v".repeat(256) } }],
    ["an address with a port", port({ IpAddress: "255.0.99.1:65535" })],
    ["no list bounds of name servers", port({ Dns: [] })],
    ["nonsense as a mask, as the model has no pattern", port({ Mask: "x", DefaultGateway: "y" })],
    ["no time servers", ntp()],
    ["five time servers", ntp("a.bc", "a-b.c0.de", "0.0.0.0", "1.2.3.4:1", "pool.ntp.org")],
    ["a static port without an address", { NetworkingConfiguration: { Ethernet1: { ConnectionType: "STATIC_IP" } } }],
  ])("%s", async (_what, body) => {
    expect((await provision(body)).status).toBe(200);
  });

  it.each([
    ["no name", { Name: undefined }, "Name"],
    ["an empty name", { Name: "" }, "Name"],
    ["a name with a space", { Name: "cam 1" }, "Name"],
    ["a name with a line break at its end", { Name: "cam\n" }, "Name"],
    ["a long name", { Name: "a".repeat(256) }, "Name"],
    ["a name that is a number", { Name: 7 }, "Name"],
    ["a long description", { Description: "a".repeat(256) }, "Description"],
    ["a description of two lines", { Description: "a\nb" }, "Description"],
    ["51 tags", tags(51), "Tags"],
    ["tags in a list", { Tags: [{ Key: "a", Value: "b" }] }, "Tags"],
    ["an empty tag key", { Tags: { "": "x" } }, "Tags.key"],
    ["a long tag key", { Tags: { ["k".repeat(129)]: "x" } }, "Tags.key"],
    ["a long tag value", { Tags: { a: "v".repeat(257) } }, "Tags.a"],
    ["a tag value of two lines", { Tags: { a: "x\ny" } }, "Tags.a"],
    ["a tag value that is none", { Tags: { a: null } }, "Tags.a"],
    [
      "a port without its kind",
      { NetworkingConfiguration: { Ethernet0: {} } },
      "NetworkingConfiguration.Ethernet0.ConnectionType",
    ],
    [
      "a kind in small letters",
      { NetworkingConfiguration: { Ethernet1: { ConnectionType: "dhcp" } } },
      "NetworkingConfiguration.Ethernet1.ConnectionType",
    ],
    ["an address without its mask", port({ Mask: null }), `${AT}.Mask`],
    ["an empty gateway", port({ DefaultGateway: "" }), `${AT}.DefaultGateway`],
    ["an octet of 256", port({ IpAddress: "10.0.0.256" }), `${AT}.IpAddress`],
    ["an octet with a zero before", port({ IpAddress: "10.0.0.01" }), `${AT}.IpAddress`],
    ["three octets", port({ IpAddress: "10.0.0" }), `${AT}.IpAddress`],
    ["port 0", port({ IpAddress: "10.0.0.1:0" }), `${AT}.IpAddress`],
    ["port 65536", port({ IpAddress: "10.0.0.1:65536" }), `${AT}.IpAddress`],
    ["a prefix length", port({ IpAddress: "10.0.0.1/24" }), `${AT}.IpAddress`],
    ["a name server that is empty", port({ Dns: ["10.0.0.2", ""] }), `${AT}.Dns[1]`],
    ["name servers in one text", port({ Dns: "10.0.0.2" }), `${AT}.Dns`],
    ["six time servers", ntp("a.bc", "a.bc", "a.bc", "a.bc", "a.bc", "a.bc"), "NetworkingConfiguration.Ntp.NtpServers"],
    ["a time server in capitals", ntp("Pool.ntp.org"), "NetworkingConfiguration.Ntp.NtpServers[0]"],
    ["a time server without a dot", ntp("pool"), "NetworkingConfiguration.Ntp.NtpServers[0]"],
    ["a time server with two hyphens", ntp("a.bc", "a--b.org"), "NetworkingConfiguration.Ntp.NtpServers[1]"],
    ["no list of time servers", { NetworkingConfiguration: { Ntp: {} } }, "NetworkingConfiguration.Ntp.NtpServers"],
  ])("but not %s", async (_what, change, field) => {
    const { status, headers, body, harness } = await provision(change);
    expect([status, headers.get("x-amzn-errortype")]).toEqual([400, "ValidationException"]);
    expect(body).toMatchObject({ Reason: "FIELD_VALIDATION_FAILED", Fields: [{ Name: field }] });
    expect(harness.emulator.state.provisioned()).toBe(0);
  });

  it("lists every problem, and refuses a static port without an address when told", async () => {
    const { body } = await provision({ Name: "a b", Description: "a\nb", Tags: { "": "x" } });
    expect(body["Fields"]).toHaveLength(3);
    const NetworkingConfiguration = { Ethernet1: { ConnectionType: "STATIC_IP" } };
    const strict = await provision({ NetworkingConfiguration }, { ...plain, staticWithoutAddress: "refuse-400" });
    expect(strict.body).toMatchObject({
      Fields: [{ Name: "NetworkingConfiguration.Ethernet1.StaticIpConnectionInfo" }],
    });
    expect((await provision(port({}), { ...plain, staticWithoutAddress: "refuse-400" })).status).toBe(200);
  });

  it("refuses a body that is no JSON object", async () => {
    for (const text of ["{", "[]", '"a"', "null"]) {
      const { status, body } = await new Harness().ask("POST", "/devices", text);
      expect([status, body["Reason"]]).toEqual([400, "CANNOT_PARSE"]);
    }
  });
});

describe("what the other operations refuse", () => {
  it.each([
    ["GET", "/devices?MaxResults=26", undefined],
    ["GET", "/devices?MaxResults=-1", undefined],
    ["GET", "/devices?MaxResults=x", undefined],
    ["GET", "/devices?SortBy=AGE", undefined],
    ["GET", "/devices?SortOrder=UP", undefined],
    ["GET", "/devices?DeviceAggregatedStatusFilter=SUCCEEDED", undefined],
    ["GET", "/devices?NextToken=", undefined],
    ["GET", "/devices?NextToken=bm9uc2Vuc2U", undefined],
    ["GET", "/jobs?NextToken=bm9uc2Vuc2U", undefined],
    ["GET", "/jobs?MaxResults=99", undefined],
    ["GET", "/devices/a%20b", undefined],
    ["DELETE", "/devices/a.b", undefined],
    ["GET", "/jobs/a.b", undefined],
    ["PUT", "/devices/a", { Description: "a\nb" }],
    ["GET", "/tags/nonsense", undefined],
    ["POST", "/tags/arn%3Aaws%3Apanorama%3Aeu-west-1%3A123456789012%3Adevice%2Fa", {}],
    ["DELETE", "/tags/arn%3Aaws%3Apanorama%3Aeu-west-1%3A123456789012%3Adevice%2Fa", undefined],
    ["POST", "/jobs", { JobType: "REBOOT", DeviceIds: [] }],
    ["POST", "/jobs", { JobType: "REBOOT", DeviceIds: ["a", "b"] }],
    ["POST", "/jobs", { JobType: "SLEEP", DeviceIds: ["a"] }],
    ["POST", "/jobs", { JobType: "OTA", DeviceIds: ["a"] }],
    ["POST", "/jobs", { JobType: "OTA", DeviceIds: ["a"], DeviceJobConfig: { OTAJobConfig: {} } }],
  ])("%s %s %j", async (method, path, body) => {
    const reply = await new Harness().ask(method, path, body);
    expect([reply.status, reply.body["Reason"]]).toEqual([400, "FIELD_VALIDATION_FAILED"]);
  });

  it("more than fifty tags in all, another account's device", async () => {
    const harness = new Harness();
    const { id } = await harness.device("cam-1", tags(49));
    const path = (account: string) =>
      `/tags/${encodeURIComponent(`arn:aws:panorama:eu-west-1:${account}:device/${id}`)}`;
    expect((await harness.ask("POST", path("123456789012"), { Tags: { k0: "new", x: "" } })).status).toBe(200);
    expect((await harness.ask("POST", path("123456789012"), { Tags: { y: "" } })).status).toBe(400);
    expect((await harness.ask("GET", path("210987654321"))).status).toBe(404);
    expect(Object.keys(harness.emulator.state.device(id)?.tags ?? {})).toHaveLength(50);
  });
});
