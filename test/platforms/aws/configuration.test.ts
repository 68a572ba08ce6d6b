import { describe, expect, test } from "vitest";
import { parseConfiguration } from "../../../lib/configuration/load.ts";
import { ConfigurationError, RetryableError, UnauthorizedError } from "../../../lib/contracts/errors.ts";
import { Secret } from "../../../lib/contracts/secret.ts";
import { addressSuffix, awsSettings } from "../../../lib/platforms/aws/clients.ts";
import { awsSecretResolver, readConfiguration } from "../../../lib/platforms/aws/configuration.ts";
import { parameterReader } from "../../../lib/platforms/aws/parameter-store.ts";
import { impatience, region, secretAccessKey, sessionToken, settingsFor, shownBy, thrownBy } from "./settings.ts";

const connection = (secret: string) => ({
  kind: "azure-sphere",
  api: "legacy-v2",
  endpoint: "https://prod.core.sphere.azure.net",
  sphereTenantId: "00000000-0000-4000-8000-000000000000",
  credential: {
    kind: "client-secret",
    directoryId: "00000000-0000-4000-8000-000000000001",
    clientId: "00000000-0000-4000-8000-000000000002",
    secret,
  },
});
const textWith = (...secrets: string[]) =>
  JSON.stringify({
    version: 1,
    platform: { kind: "aws" },
    connections: Object.fromEntries(secrets.map((secret, index) => [`sphere-${index}`, connection(secret)])),
  });
const text = textWith("vault:app");

function sources(variables: Record<string, string>, files: Record<string, string> = {}) {
  const asked: string[] = [];
  return {
    asked,
    variables,
    parse: parseConfiguration,
    readParameter: async (name: string) => {
      asked.push(name);
      return text;
    },
    readText: async (path: string) => {
      const found = files[path];
      if (found === undefined) throw Object.assign(new Error("no such file"), { code: "ENOENT" });
      return found;
    },
  };
}

describe("configuration on aws", () => {
  test("comes from a variable, from a parameter, or from the file beside the function", async () => {
    const byVariable = sources({ DROVER_CONFIGURATION: text });
    expect(Object.keys((await readConfiguration(byVariable)).connections)).toEqual(["sphere-0"]);
    const byParameter = sources({ DROVER_CONFIGURATION_PARAMETER: "/drover/configuration" });
    expect((await readConfiguration(byParameter)).version).toBe(1);
    expect([byVariable.asked, byParameter.asked]).toEqual([[], ["/drover/configuration"]]);
    const files = { "/var/task/drover.json": text };
    expect((await readConfiguration(sources({ LAMBDA_TASK_ROOT: "/var/task" }, files))).version).toBe(1);
  });

  test("says where it looked and what to do", async () => {
    const missing = await thrownBy(() => readConfiguration(sources({ LAMBDA_TASK_ROOT: "/var/task" })));
    expect(missing.message).toBe(
      "Expected the configuration in /var/task/drover.json, got ENOENT: add drover.json to the function's package, or set DROVER_CONFIGURATION_PARAMETER",
    );
    const both = sources({ DROVER_CONFIGURATION: "{}", DROVER_CONFIGURATION_PARAMETER: "x" });
    expect(await thrownBy(() => readConfiguration(both))).toHaveProperty("code", "invalid-environment");
    const broken = await thrownBy(() => readConfiguration(sources({ DROVER_CONFIGURATION: '{"canary": 1}' })));
    expect(broken).toBeInstanceOf(ConfigurationError);
    expect(broken.message).toContain("in DROVER_CONFIGURATION");
  });

  test("refuses secrets in files, all at once", async () => {
    const error = await thrownBy(() =>
      readConfiguration(sources({ DROVER_CONFIGURATION: textWith("file:a", "env:B", "file:c") })),
    );
    expect(error).toMatchObject({
      problems: [
        expect.stringMatching(
          /^connections\.sphere-0\.credential\.secret: expected env:NAME or vault:NAME, got file:a/,
        ),
        expect.stringMatching(/^connections\.sphere-2\.credential\.secret: .* got file:c/),
      ],
    });
  });

  test("resolves references to variables and to the vault, and none to files", async () => {
    const vault = { get: async (name: string) => (name === "app" ? new Secret("from the vault") : undefined) };
    const resolve = awsSecretResolver({ APP: "from the environment" }, vault);
    expect((await resolve("env:APP")).reveal()).toBe("from the environment");
    expect((await resolve("vault:app")).reveal()).toBe("from the vault");
    for (const reference of ["file:app", "env:NONE", "vault:none", "canary"]) {
      const error = await thrownBy(() => resolve(reference));
      expect(error).toBeInstanceOf(ConfigurationError);
      expect(error.message).not.toContain("canary");
    }
  });
});

describe("parameters of Systems Manager", () => {
  function reader(answers: readonly (() => Response)[]) {
    const requests: Request[] = [];
    const read = parameterReader(
      {
        settings: settingsFor("http://ssm.test"),
        fetch: async (request) => {
          requests.push(request);
          const answer = answers[requests.length - 1];
          if (!answer) throw new TypeError("fetch failed", { cause: { code: "ECONNRESET" } });
          return answer();
        },
      },
      impatience(),
    );
    return { read, requests };
  }
  const refused =
    (type: string, status = 400) =>
    () =>
      Response.json({ __type: type, message: "canary" }, { status });

  test("are read decrypted, by one signed call", async () => {
    const { read, requests } = reader([() => Response.json({ Parameter: { Value: text } })]);
    expect(await read("/drover/configuration")).toBe(text);
    const [request] = requests;
    expect(request?.headers.get("x-amz-target")).toBe("AmazonSSM.GetParameter");
    expect(request?.headers.get("authorization")).toContain(`/${region}/ssm/aws4_request`);
    expect(request?.headers.get("x-amz-security-token")).toBe(sessionToken);
    expect(request?.redirect).toBe("manual");
    expect(await request?.json()).toEqual({ Name: "/drover/configuration", WithDecryption: true });
  });

  test("are asked for again after what passes, three times", async () => {
    const value = () => Response.json({ Parameter: { Value: "x" } });
    const { read, requests } = reader([refused("ThrottlingException"), refused("InternalServerError", 500), value]);
    expect(await read("p")).toBe("x");
    expect(requests).toHaveLength(3);
    const never = reader([]);
    expect(await thrownBy(() => never.read("p"))).toBeInstanceOf(RetryableError);
    expect(never.requests).toHaveLength(3);
  });

  test.each([
    ["ParameterNotFound", ConfigurationError],
    ["AccessDeniedException", UnauthorizedError],
    ["com.amazonaws.ssm#ParameterNotFound", ConfigurationError],
  ] as const)("answer %s with its own class, without the service's text or the key", async (type, kind) => {
    const { read } = reader([refused(type)]);
    const error = await thrownBy(() => read("p"));
    expect(error).toBeInstanceOf(kind);
    for (const canary of ["canary", secretAccessKey]) expect(shownBy(error)).not.toContain(canary);
  });

  test("are not followed to where an answer points", async () => {
    const { read, requests } = reader([
      () => new Response(null, { status: 302, headers: { location: "https://elsewhere" } }),
    ]);
    await thrownBy(() => read("p"));
    expect(requests.every(({ url }) => url.startsWith("http://ssm.test"))).toBe(true);
  });
});

describe("settings of clients", () => {
  const variables = { AWS_REGION: region, AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "canary" };

  test("come from what Lambda sets, with keys read each time", () => {
    const changing: Record<string, string> = { ...variables };
    const settings = awsSettings(changing);
    expect(settings).toMatchObject({ region, endpoint: undefined });
    expect(settings.credentials().secretAccessKey.reveal()).toBe("canary");
    changing["AWS_SESSION_TOKEN"] = "token";
    expect(settings.credentials().sessionToken?.reveal()).toBe("token");
    expect(JSON.stringify(settings)).not.toContain("canary");
  });

  test("know how addresses end in each part of AWS", () => {
    expect(["eu-central-1", "cn-north-1", "eusc-de-east-1"].map(addressSuffix)).toEqual([
      "eu-central-1.amazonaws.com",
      "cn-north-1.amazonaws.com.cn",
      "eusc-de-east-1.amazonaws.eu",
    ]);
  });

  test("refuse what cannot work, without its value", () => {
    for (const wrong of [{}, { AWS_REGION: "canary.evil.test/" }, { ...variables, AWS_ENDPOINT_URL: "canary" }]) {
      expect(() => awsSettings(wrong)).toThrow(ConfigurationError);
      expect(() => awsSettings(wrong)).not.toThrow("canary");
    }
    expect(() => awsSettings({ AWS_REGION: region }).credentials()).toThrow("give the function a role");
  });
});
