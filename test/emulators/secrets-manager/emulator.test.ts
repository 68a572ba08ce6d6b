import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import { describe, expect, it } from "vitest";
import { createSecretsManagerEmulator } from "../../../emulators/secrets-manager/index.ts";

const KEYS = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" };
const TOKENS = ["a", "b", "c"].map((letter) => letter.repeat(32));

/** The official client signs by the real clock, so the emulator's begins there. */
function manager(credentials = KEYS) {
  const startMs = Date.now();
  const clock = { aheadMs: 0 };
  const emulator = createSecretsManagerEmulator({ now: () => startMs + clock.aheadMs });
  emulator.seedAccessKey(KEYS);
  const requests: { method: string; path: string; headers: Record<string, string>; body: string }[] = [];
  const client = new SecretsManagerClient({
    region: "eu-central-1",
    credentials,
    maxAttempts: 1,
    requestHandler: {
      handle: async (request: {
        method: string;
        protocol: string;
        hostname: string;
        path: string;
        headers: Record<string, string>;
        body: string;
      }) => {
        requests.push(request);
        const { method, hostname, path, headers, body } = request;
        const response = await emulator.fetch(new Request(`https://${hostname}${path}`, { method, headers, body }));
        return {
          response: {
            statusCode: response.status,
            headers: Object.fromEntries(response.headers),
            body: new Uint8Array(await response.arrayBuffer()),
          },
        };
      },
    },
  });
  return { clock, emulator, client, requests };
}

describe("Secrets Manager's official client", () => {
  it("creates, puts and reads versions by their stages", async () => {
    const { emulator, client } = manager();
    const made = await client.send(
      new CreateSecretCommand({
        Name: "app",
        SecretString: "one",
        ClientRequestToken: TOKENS[0],
        Tags: [{ Key: "k", Value: "v" }],
      }),
    );
    expect(made).toMatchObject({ Name: "app", VersionId: TOKENS[0] });
    const put = (SecretString: string, ClientRequestToken = TOKENS[1]) =>
      client.send(new PutSecretValueCommand({ SecretId: "app", SecretString, ClientRequestToken }));
    expect(await put("two")).toMatchObject({ VersionId: TOKENS[1], VersionStages: ["AWSCURRENT"] });
    expect(await put("two")).toMatchObject({ VersionId: TOKENS[1] });
    await expect(put("other")).rejects.toMatchObject({ name: "ResourceExistsException" });
    const get = (input: object) => client.send(new GetSecretValueCommand({ SecretId: made.ARN, ...input }));
    expect((await get({})).SecretString).toBe("two");
    expect((await get({ VersionStage: "AWSPREVIOUS" })).SecretString).toBe("one");
    expect((await get({ VersionId: TOKENS[0] })).VersionStages).toEqual(["AWSPREVIOUS"]);
    await put("three", TOKENS[2]);
    const described = await client.send(new DescribeSecretCommand({ SecretId: "app" }));
    expect(described.VersionIdsToStages).toEqual({
      [TOKENS[1] ?? ""]: ["AWSPREVIOUS"],
      [TOKENS[2] ?? ""]: ["AWSCURRENT"],
    });
    expect(described.Tags).toEqual([{ Key: "k", Value: "v" }]);
    const all = await client.send(new ListSecretVersionIdsCommand({ SecretId: "app", IncludeDeprecated: true }));
    expect(all.Versions).toHaveLength(3);
    await client.send(
      new UpdateSecretVersionStageCommand({
        SecretId: "app",
        VersionStage: "AWSCURRENT",
        MoveToVersionId: TOKENS[1],
        RemoveFromVersionId: TOKENS[2],
      }),
    );
    expect([emulator.value("app"), emulator.value("app", "AWSPREVIOUS")]).toEqual(["two", "three"]);
    await client.send(
      new PutSecretValueCommand({
        SecretId: "app",
        SecretString: "staged",
        ClientRequestToken: "d".repeat(32),
        VersionStages: ["DROVER"],
      }),
    );
    expect([emulator.value("app"), emulator.value("app", "DROVER")]).toEqual(["two", "staged"]);
  });

  it("hears the service's own errors", async () => {
    const { emulator, client } = manager();
    const get = () => client.send(new GetSecretValueCommand({ SecretId: "none" }));
    await expect(get()).rejects.toMatchObject({
      name: "ResourceNotFoundException",
      $metadata: { httpStatusCode: 400 },
    });
    await expect(client.send(new PutSecretValueCommand({ SecretId: "none", SecretString: "x" }))).rejects.toThrow(
      /find/,
    );
    emulator.addFault({ kind: "status", status: 429, operation: "GetSecretValue", times: 1 });
    await expect(get()).rejects.toMatchObject({ name: "ThrottlingException" });
    emulator.addFault({ kind: "status", status: 500, operation: "GetSecretValue", times: 1 });
    await expect(get()).rejects.toMatchObject({ $metadata: { httpStatusCode: 500 } });
    await client.send(new CreateSecretCommand({ Name: "app", SecretString: "x" }));
    const again = client.send(new CreateSecretCommand({ Name: "app", SecretString: "y" }));
    await expect(again).rejects.toMatchObject({ name: "ResourceExistsException" });
    emulator.seedAccessKey({ ...KEYS, actions: ["DescribeSecret"] });
    await expect(get()).rejects.toMatchObject({ name: "AccessDeniedException" });
  });

  it("loses replies and lands late as told", async () => {
    const { clock, emulator, client } = manager();
    await client.send(new CreateSecretCommand({ Name: "app", SecretString: "one" }));
    const put = (SecretString: string, ClientRequestToken: string | undefined) =>
      client.send(new PutSecretValueCommand({ SecretId: "app", SecretString, ClientRequestToken }));
    emulator.addFault({ kind: "drop", operation: "PutSecretValue", takesEffect: true, times: 1 });
    await expect(put("two", TOKENS[0])).rejects.toThrow();
    expect(emulator.value("app")).toBe("two");
    expect(await put("two", TOKENS[0])).toMatchObject({ VersionId: TOKENS[0] });
    emulator.addFault({ kind: "late-landing", operation: "PutSecretValue", landsAfterMs: 9_000, times: 1 });
    await expect(put("late", TOKENS[1])).rejects.toThrow();
    expect(emulator.value("app")).toBe("two");
    clock.aheadMs += 9_000;
    expect(emulator.value("app")).toBe("late");
    expect(emulator.effects().filter(({ kind }) => kind === "version-put")).toHaveLength(3);
  });

  it("is refused with a wrong key, an unknown one, and a changed or old request", async () => {
    const wrong = manager({ ...KEYS, secretAccessKey: "other" });
    const command = () => new DescribeSecretCommand({ SecretId: "app" });
    await expect(wrong.client.send(command())).rejects.toMatchObject({ name: "InvalidSignatureException" });
    const unknown = manager({ ...KEYS, accessKeyId: "AKIDOTHER" });
    await expect(unknown.client.send(command())).rejects.toMatchObject({ name: "UnrecognizedClientException" });
    const { clock, emulator, client, requests } = manager();
    await expect(client.send(command())).rejects.toMatchObject({ name: "ResourceNotFoundException" });
    const [{ headers, body } = { headers: {}, body: "" }] = requests;
    const ask = async (change: Record<string, string>, text = body) => {
      const init = { method: "POST", headers: { ...headers, ...change }, body: text };
      const reply = await emulator.fetch(new Request("https://secretsmanager.eu-central-1.amazonaws.com/", init));
      return reply.headers.get("x-amzn-errortype");
    };
    expect(await ask({})).toBe("ResourceNotFoundException");
    expect(await ask({}, '{"SecretId":"other"}')).toBe("InvalidSignatureException");
    expect(await ask({ "x-amz-target": "secretsmanager.GetSecretValue" })).toBe("InvalidSignatureException");
    expect(await ask({ "x-amz-target": "secretsmanager.Nothing" })).toBe("UnknownOperationException");
    expect(await ask({ authorization: "AWS4-HMAC-SHA256 nonsense" })).toBe("IncompleteSignatureException");
    expect(await ask({ "content-type": "application/json" })).toBe("SerializationException");
    clock.aheadMs += 600_000;
    expect(await ask({})).toBe("InvalidSignatureException");
    expect(JSON.stringify(emulator.requests())).not.toContain("Signature=");
  });
});
