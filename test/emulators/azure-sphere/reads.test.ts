import { describe, expect, it } from "vitest";
import { Harness, ids, type ListWire, type OperationWire, secrets } from "./harness.ts";

interface ImageWire {
  Id: string;
  Name: string;
  Type: number;
}

function upload(harness: Harness, body: string): ReturnType<typeof harness.tenant<OperationWire>> {
  return harness.tenant("/images", { method: "POST", body, headers: { "content-type": "application/octet-stream" } });
}

describe("reads that validate a deployment", () => {
  it("lists the caller's tenants as a bare array", async () => {
    const harness = new Harness();
    expect((await harness.ask("/v2/tenants")).body).toEqual([{ Id: ids.tenant, Name: "ours" }]);
    const token = await harness.token(ids.stranger, secrets.stranger);
    expect((await harness.ask("/v2/tenants", { token })).body).toEqual([]);
  });

  it("tells roles by object id and by user name", async () => {
    const harness = new Harness();
    const roles = { Roles: [{ TenantId: ids.tenant, RoleNames: ["Contributor"] }] };
    expect((await harness.tenant(`/users/${ids.clientObject}/role`)).body).toEqual(roles);
    const name = encodeURIComponent(`${ids.clientObject}@${ids.directory}.onmicrosoft.com`);
    expect((await harness.tenant(`/users/${name}/role`)).body).toEqual(roles);
    expect((await harness.tenant(`/users/${ids.strangerObject}/role`)).body).toEqual({ Roles: [] });
    expect((await harness.tenant(`/users/${ids.nobody}/role`)).status).toBe(404);
  });

  it("shows a device group with its update policy, by id and by names", async () => {
    const harness = new Harness();
    const group = {
      Id: ids.otherGroup,
      TenantId: ids.tenant,
      ProductId: ids.product,
      Name: "Lab",
      Description: null,
      OsFeedType: 1,
      UpdatePolicy: 1,
      CurrentDeployment: null,
      AllowCrashDumpsCollection: false,
    };
    expect((await harness.group(ids.otherGroup)).body).toEqual(group);
    const byName = "/products/name/Coffee%20Machine/deviceGroups/name/lab";
    expect((await harness.tenant(byName)).body).toEqual(group);
    expect((await harness.tenant("/products/name/Tea/deviceGroups/name/lab")).status).toBe(404);
    expect((await harness.tenant("/products/name/Coffee%20Machine/deviceGroups/name/attic")).status).toBe(404);
    expect((await harness.group(ids.foreignGroup)).status).toBe(404);
    const list = await harness.tenant<ListWire<{ Id: string }>>("/devicegroups");
    expect(list.body.Items.map(({ Id }) => Id)).toEqual([ids.group, ids.otherGroup]);
  });

  it("shows image metadata and a download link", async () => {
    const harness = new Harness();
    expect((await harness.tenant(`/images/${ids.board}/metadata`)).body).toEqual({
      Id: ids.board,
      Name: "board",
      ComponentId: "c0b0e270-0000-4000-8000-000000000002",
      Description: null,
      ImageType: 21,
      Type: 21,
    });
    expect((await harness.tenant(`/images/${ids.board}`)).body).toEqual({
      IsSuccess: true,
      Uri: expect.stringMatching(/^https:\/\/.*[?&]sig=/),
      UriMessage: null,
    });
  });

  it("shows the image status as an object, or as a string when told to", async () => {
    const harness = new Harness();
    expect((await harness.tenant(`/images/${ids.app}/status`)).body).toEqual({ Status: "Succeeded" });
    harness.emulator.configure({ imageStatusForm: "string" });
    expect((await harness.tenant(`/images/${ids.processing}/status`)).body).toBe("Processing");
  });

  it("lists the images that a device is told to install", async () => {
    const harness = new Harness();
    const path = `/devices/${ids.device.toUpperCase()}/images`;
    expect((await harness.tenant<ListWire<ImageWire>>(path)).body.Items).toEqual([]);
    await harness.run([ids.board]);
    expect((await harness.tenant<ListWire<ImageWire>>(path)).body.Items).toMatchObject([{ Id: ids.board, Type: 21 }]);
    expect((await harness.tenant(`/devices/${ids.app}/images`)).status).toBe(400);
    expect((await harness.tenant(`/devices/${"cd".repeat(64)}/images`)).status).toBe(404);
  });
});

describe("uploading an image", () => {
  it("answers 200 with an operation of type 7 whose image can then be deployed", async () => {
    const harness = new Harness();
    const { status, body } = await upload(harness, "package");
    expect(status).toBe(200);
    expect(body).toMatchObject({ OperationType: 7, State: 0, Error: null, ResourceLocation: null });
    expect(harness.emulator.state.images(ids.tenant)).toHaveLength(4);
    harness.tick(5_000);
    const path = `/operationTypes/imageUpload/operations/${body.OperationId}`;
    const done = (await harness.tenant<OperationWire>(path)).body;
    expect(done).toMatchObject({ State: 2, ResourceLocation: expect.stringContaining("/images/") });
    const imageId = done.ResourceLocation?.split("/").at(-1) ?? "";
    expect((await harness.tenant(`/images/${imageId}/status`)).body).toEqual({ Status: "Succeeded" });
    expect((await harness.run([imageId])).State).toBe(2);
    expect((await harness.details(body.OperationId)).status).toBe(404);
  });

  it("fails for the same bytes again and refuses another content type or nothing", async () => {
    const harness = new Harness();
    await upload(harness, "package");
    const { body } = await upload(harness, "package");
    harness.tick(5_000);
    const again = (await harness.operation(body.OperationId)).body;
    expect(again).toMatchObject({ State: 3, Error: { Code: 7, Message: expect.stringContaining("same ID") } });
    expect((await harness.tenant("/images", { method: "POST", body: "package" })).status).toBe(415);
    expect((await upload(harness, "")).status).toBe(400);
  });

  it("can be scripted", async () => {
    const harness = new Harness();
    harness.emulator.script({ operationType: 7, result: "failed", errorCode: 4 });
    const { body } = await upload(harness, "package");
    harness.tick(5_000);
    expect((await harness.operation(body.OperationId)).body).toMatchObject({ State: 3, Error: { Code: 4 } });
    expect(harness.emulator.state.images(ids.tenant)).toHaveLength(4);
  });
});
