import {
  AccessDeniedException,
  ConflictException,
  CreateJobForDevicesCommand,
  DeleteDeviceCommand,
  DescribeDeviceCommand,
  DescribeDeviceJobCommand,
  InternalServerException,
  ListDevicesCommand,
  ListDevicesJobsCommand,
  ListTagsForResourceCommand,
  PanoramaServiceException,
  paginateListDevices,
  paginateListDevicesJobs,
  ResourceNotFoundException,
  ServiceQuotaExceededException,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateDeviceMetadataCommand,
  ValidationException,
} from "@aws-sdk/client-panorama";
import { describe, expect, it } from "vitest";
import { Harness, plain, START_MS } from "./harness.ts";

const DEVICE_ID = /^device-[a-z2-7]{26}$/;

describe("Panorama's official client", () => {
  it("provisions a device, describes and lists it", async () => {
    const harness = new Harness();
    const networking = {
      Ethernet0: {
        ConnectionType: "STATIC_IP" as const,
        StaticIpConnectionInfo: {
          IpAddress: "10.0.0.4",
          Mask: "255.255.255.0",
          Dns: ["10.0.0.2"],
          DefaultGateway: "10.0.0.1",
        },
      },
      Ethernet1: { ConnectionType: "DHCP" as const },
      Ntp: { NtpServers: ["0.pool.ntp.org", "10.0.0.3"] },
    };
    const tags = { "fleet:operation-id": "o1" };
    const made = await harness.provision("cam-1", {
      Description: "the dock",
      Tags: tags,
      NetworkingConfiguration: networking,
    });
    expect(made).toMatchObject({ Status: "AWAITING_PROVISIONING", $metadata: { httpStatusCode: 200 } });
    expect(made.$metadata.requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(made.DeviceId).toMatch(DEVICE_ID);
    expect(made.Arn).toBe(`arn:aws:panorama:eu-west-1:123456789012:device/${made.DeviceId}`);
    expect(made.IotThingName).toBeTruthy();
    expect(made.Certificates).toBeInstanceOf(Uint8Array);
    const found = await harness.client.send(new DescribeDeviceCommand({ DeviceId: made.DeviceId }));
    expect(found).toMatchObject({
      Name: "cam-1",
      Arn: made.Arn,
      Description: "the dock",
      Tags: tags,
      NetworkingConfiguration: networking,
      CreatedTime: new Date(START_MS),
      ProvisioningStatus: "AWAITING_PROVISIONING",
      DeviceAggregatedStatus: "AWAITING_PROVISIONING",
      DeviceConnectionStatus: "NOT_AVAILABLE",
      CurrentSoftware: "NOT_AVAILABLE",
      Type: "PANORAMA_APPLIANCE",
      Brand: "AWS_PANORAMA",
    });
    expect(found).not.toHaveProperty("LeaseExpirationTime");
    const { Devices } = await harness.client.send(new ListDevicesCommand({}));
    expect(Devices).toHaveLength(1);
    expect(Devices?.[0]).toMatchObject({ DeviceId: made.DeviceId, Tags: tags, LastUpdatedTime: new Date(START_MS) });
  });

  it("follows a device to online and its jobs to their end", async () => {
    const harness = new Harness();
    const { id, archive } = await harness.device("cam-1");
    harness.emulator.appliance.plugIn({ archive });
    harness.tick(70_000);
    const found = await harness.client.send(new DescribeDeviceCommand({ DeviceId: id }));
    expect(found).toMatchObject({ ProvisioningStatus: "SUCCEEDED", DeviceAggregatedStatus: "ONLINE" });
    expect(found.CurrentNetworkingStatus?.Ethernet0Status).toMatchObject({ ConnectionStatus: "CONNECTED" });
    expect(found.CurrentNetworkingStatus?.Ethernet0Status?.IpAddress).toBe("192.168.0.1/24");
    expect(found.CurrentNetworkingStatus?.Ethernet1Status?.IpAddress).toBe("--");
    expect(found.SerialNumber).toMatch(/^[A-Z0-9]+$/);
    expect(found.LeaseExpirationTime).toEqual(new Date(harness.nowMs + 5 * 86_400_000));
    const { Jobs } = await harness.client.send(
      new CreateJobForDevicesCommand({
        DeviceIds: [id],
        JobType: "OTA",
        DeviceJobConfig: { OTAJobConfig: { ImageVersion: "7.3.0", AllowMajorVersionUpdate: false } },
      }),
    );
    expect(Jobs).toEqual([{ JobId: `${id}-0`, DeviceId: id }]);
    harness.tick(75_000);
    const job = await harness.client.send(new DescribeDeviceJobCommand({ JobId: `${id}-0` }));
    expect(job).toMatchObject({ Status: "COMPLETED", ImageVersion: "7.3.0", DeviceName: "cam-1", JobType: "OTA" });
    await harness.client.send(new CreateJobForDevicesCommand({ DeviceIds: [id], JobType: "REBOOT" }));
    const listed = await harness.client.send(new ListDevicesJobsCommand({ DeviceId: id }));
    expect(listed.DeviceJobs?.map(({ JobId }) => JobId)).toEqual([`${id}-1`, `${id}-0`]);
    expect(listed.DeviceJobs?.[1]).toEqual({
      JobId: `${id}-0`,
      DeviceId: id,
      DeviceName: "cam-1",
      JobType: "OTA",
      CreatedTime: new Date(START_MS + 70_000),
    });
    const pages = [];
    const config = { client: harness.client, pageSize: 1 };
    for await (const { DeviceJobs } of paginateListDevicesJobs(config, { DeviceId: id }))
      pages.push(DeviceJobs?.length);
    expect(pages).toEqual([1, 1]);
  });

  it("changes the description and the tags", async () => {
    const harness = new Harness();
    const { id } = await harness.device("cam-1", { Tags: { a: "1" } });
    const arn = harness.emulator.state.device(id)?.arn;
    const changed = await harness.client.send(new UpdateDeviceMetadataCommand({ DeviceId: id, Description: "moved" }));
    expect(changed.DeviceId).toBe(id);
    expect(harness.emulator.state.device(id)?.description).toBe("moved");
    await harness.client.send(new TagResourceCommand({ ResourceArn: arn, Tags: { b: "2", c: "(3)!*'" } }));
    await harness.client.send(new UntagResourceCommand({ ResourceArn: arn, TagKeys: ["a", "b", "(no)!*' +&="] }));
    const { Tags } = await harness.client.send(new ListTagsForResourceCommand({ ResourceArn: arn }));
    expect(Tags).toEqual({ c: "(3)!*'" });
  });

  it("walks all pages of devices, and deletes until nothing is left", async () => {
    const harness = new Harness({ ...plain, pageSize: 2 });
    for (const name of ["cam-1", "cam-2", "cam-10", "door", "cam-3"]) await harness.provision(name);
    const names: string[] = [];
    const input = { NameFilter: "cam-1" };
    for await (const { Devices } of paginateListDevices({ client: harness.client }, input)) {
      for (const { DeviceId, Name } of Devices ?? []) {
        names.push(Name ?? "");
        expect(await harness.client.send(new DeleteDeviceCommand({ DeviceId }))).toMatchObject({ DeviceId });
      }
    }
    expect(names).toEqual(["cam-10", "cam-1"]);
    harness.tick(20_000);
    expect(harness.emulator.state.devices().map(({ name }) => name)).toEqual(["cam-2", "door", "cam-3"]);
  });
});

describe("errors as its typed exceptions", () => {
  it("404 for a device, a job and a resource", async () => {
    const { client } = new Harness();
    const missing = { ResourceId: "device-none", ResourceType: "device" };
    const describing = client.send(new DescribeDeviceCommand({ DeviceId: "device-none" }));
    await expect(describing).rejects.toBeInstanceOf(ResourceNotFoundException);
    await expect(describing).rejects.toMatchObject(missing);
    await expect(client.send(new DeleteDeviceCommand({ DeviceId: "device-none" }))).rejects.toMatchObject(missing);
    const job = client.send(new DescribeDeviceJobCommand({ JobId: "device-none-0" }));
    await expect(job).rejects.toMatchObject({ name: "ResourceNotFoundException", ResourceType: "job" });
    const ResourceArn = "arn:aws:panorama:eu-west-1:123456789012:device/device-none";
    const tags = client.send(new ListTagsForResourceCommand({ ResourceArn }));
    await expect(tags).rejects.toBeInstanceOf(ResourceNotFoundException);
    const jobs = client.send(new ListDevicesJobsCommand({ DeviceId: "device-none" }));
    await expect(jobs).rejects.toBeInstanceOf(ResourceNotFoundException);
  });

  it("400 with the fields, 402 with the quota, 409 with the resource", async () => {
    const harness = new Harness({ ...plain, deviceQuota: 1 });
    const wrong = harness.provision("a name");
    await expect(wrong).rejects.toBeInstanceOf(ValidationException);
    await expect(wrong).rejects.toMatchObject({ Reason: "FIELD_VALIDATION_FAILED", Fields: [{ Name: "Name" }] });
    const { id } = await harness.device("cam-1");
    const over = harness.provision("cam-2");
    await expect(over).rejects.toBeInstanceOf(ServiceQuotaExceededException);
    await expect(over).rejects.toMatchObject({ QuotaCode: "L-DEVICES", ServiceCode: "panorama" });
    harness.emulator.otherWriter.write({ kind: "use", name: "cam-1", inUse: true });
    const busy = harness.client.send(new DeleteDeviceCommand({ DeviceId: id }));
    await expect(busy).rejects.toBeInstanceOf(ConflictException);
    await expect(busy).rejects.toMatchObject({ ResourceId: id, ResourceType: "device" });
  });

  it("403, 500 with its time, 503 and throttling", async () => {
    const harness = new Harness();
    const list = () => harness.client.send(new ListDevicesCommand({}));
    const status = (code: number, more = {}) =>
      harness.emulator.addFault({ kind: "status", status: code, times: 1, ...more });
    status(403);
    await expect(list()).rejects.toBeInstanceOf(AccessDeniedException);
    status(500, { retryAfterSeconds: 7 });
    const broken = list();
    await expect(broken).rejects.toBeInstanceOf(InternalServerException);
    await expect(broken).rejects.toMatchObject({ RetryAfterSeconds: 7 });
    status(503);
    await expect(list()).rejects.toMatchObject({ name: "ServiceUnavailableException" });
    status(429);
    const throttled = list();
    await expect(throttled).rejects.toBeInstanceOf(PanoramaServiceException);
    await expect(throttled).rejects.toMatchObject({ name: "ThrottlingException" });
    for (const [code, type] of [
      [400, ValidationException],
      [402, ServiceQuotaExceededException],
      [404, ResourceNotFoundException],
      [409, ConflictException],
    ] as const) {
      status(code);
      await expect(list()).rejects.toBeInstanceOf(type);
    }
    harness.emulator.configure({ throttling: { callsPerSecond: 1, mutationsPerSecond: 1 } });
    await list();
    await expect(list()).rejects.toMatchObject({ name: "ThrottlingException", $metadata: { httpStatusCode: 400 } });
  });
});
