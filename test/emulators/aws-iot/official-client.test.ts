import { createHash, createPrivateKey, createPublicKey, X509Certificate } from "node:crypto";
import {
  CreateProvisioningClaimCommand,
  DescribeProvisioningTemplateCommand,
  InternalFailureException,
  InvalidRequestException,
  ListProvisioningTemplatesCommand,
  paginateListProvisioningTemplates,
  ResourceNotFoundException,
  ServiceUnavailableException,
  ThrottlingException,
  UnauthorizedException,
} from "@aws-sdk/client-iot";
import { describe, expect, it } from "vitest";
import { Harness, START_MS } from "./harness.ts";

const claim = (templateName = "gateways") => new CreateProvisioningClaimCommand({ templateName });

describe("IoT's official client", () => {
  it("gets a claim: a certificate of five minutes, its key and its id", async () => {
    const harness = new Harness();
    const { certificateId, certificatePem = "", keyPair, expiration, $metadata } = await harness.client.send(claim());
    expect($metadata).toMatchObject({ httpStatusCode: 200, requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    const certificate = new X509Certificate(certificatePem);
    expect(certificateId).toBe(createHash("sha256").update(certificate.raw).digest("hex"));
    expect(expiration).toEqual(new Date(Math.floor((START_MS + 300_000) / 1_000) * 1_000));
    expect(new Date(certificate.validTo)).toEqual(expiration);
    expect(certificate.checkPrivateKey(createPrivateKey(keyPair?.PrivateKey ?? ""))).toBe(true);
    const publicKey = createPublicKey(keyPair?.PublicKey ?? "");
    expect(certificate.publicKey.equals(publicKey)).toBe(true);
    const second = await harness.client.send(claim());
    expect(second.certificateId).not.toBe(certificateId);
    expect(harness.emulator.state.claims("gateways").map((each) => each.certificateId)).toEqual([
      certificateId,
      second.certificateId,
    ]);
  });

  it("describes a template and lists them in pages", async () => {
    const harness = new Harness({ pageSize: 2 });
    for (const name of ["b", "a", "c"]) harness.emulator.seedTemplate({ name, enabled: name !== "b" });
    const found = await harness.client.send(new DescribeProvisioningTemplateCommand({ templateName: "gateways" }));
    expect(found).toMatchObject({
      templateName: "gateways",
      templateArn: "arn:aws:iot:eu-west-1:123456789012:provisioningtemplate/gateways",
      description: "of all sites",
      enabled: true,
      defaultVersionId: 1,
      creationDate: new Date(START_MS),
      provisioningRoleArn: expect.stringContaining(":role/"),
      type: "FLEET_PROVISIONING",
    });
    expect(JSON.parse(found.templateBody ?? "")).toHaveProperty("Resources");
    const pages = [];
    for await (const { templates } of paginateListProvisioningTemplates({ client: harness.client }, {})) {
      pages.push(templates?.map(({ templateName, enabled }) => [templateName, enabled]));
    }
    expect(pages).toEqual([
      [
        ["a", true],
        ["b", false],
      ],
      [
        ["c", true],
        ["gateways", true],
      ],
    ]);
    const one = await harness.client.send(new ListProvisioningTemplatesCommand({ maxResults: 1 }));
    expect(one.templates).toHaveLength(1);
  });

  it("hears the service's own errors", async () => {
    const harness = new Harness();
    await expect(harness.client.send(claim("none"))).rejects.toBeInstanceOf(ResourceNotFoundException);
    await expect(harness.client.send(claim("a b"))).rejects.toBeInstanceOf(InvalidRequestException);
    await expect(harness.client.send(claim("a".repeat(37)))).rejects.toBeInstanceOf(InvalidRequestException);
    const describing = harness.client.send(new DescribeProvisioningTemplateCommand({ templateName: "none" }));
    await expect(describing).rejects.toBeInstanceOf(ResourceNotFoundException);
    for (const maxResults of [0, 251]) {
      const listing = harness.client.send(new ListProvisioningTemplatesCommand({ maxResults }));
      await expect(listing).rejects.toBeInstanceOf(InvalidRequestException);
    }
    const odd = harness.client.send(new ListProvisioningTemplatesCommand({ nextToken: "nonsense" }));
    await expect(odd).rejects.toBeInstanceOf(InvalidRequestException);
    for (const [status, type] of [
      [401, UnauthorizedException],
      [429, ThrottlingException],
      [500, InternalFailureException],
      [503, ServiceUnavailableException],
    ] as const) {
      harness.emulator.addFault({ kind: "status", status, times: 1 });
      await expect(harness.client.send(claim())).rejects.toBeInstanceOf(type);
    }
    expect(harness.emulator.state.claims()).toEqual([]);
  });

  it("is throttled for each operation by itself", async () => {
    const harness = new Harness({ callsPerSecond: 2 });
    await harness.client.send(claim());
    await harness.client.send(claim());
    const third = harness.client.send(claim());
    await expect(third).rejects.toBeInstanceOf(ThrottlingException);
    await expect(third).rejects.toMatchObject({ $metadata: { httpStatusCode: 400 } });
    await harness.client.send(new ListProvisioningTemplatesCommand({}));
    harness.tick(1_000);
    await harness.client.send(claim());
    harness.emulator.configure({ callsPerSecond: 1, throttleStatus: 429, throttleRetryAfterSeconds: 2 });
    await expect(harness.client.send(claim())).rejects.toMatchObject({
      $metadata: { httpStatusCode: 429 },
      $response: { headers: { "retry-after": "2" } },
    });
    harness.emulator.configure({ callsPerSecond: null });
    await harness.client.send(claim());
  });
});
