import * as z from "zod/mini";
import type { JsonObject } from "../json.ts";
import { limits } from "../limits.ts";
import { isSecretValue, secretValue } from "./secret-value.ts";

export { isSecretValue, type SecretValue } from "./secret-value.ts";

/** Columns of Heat's tables: longer values come back as a 500. */
const columns = {
  serverId: 36,
  configId: 36,
  action: 255,
  stackUserProjectId: 64,
  name: 255,
  reasonBytes: 65_535,
} as const;

/** On tables of MySQL's older `utf8` a character beyond the basic plane is a 500. */
const basicPlane = z.refine<string>(
  (text) => !/[\u{10000}-\u{10ffff}]/u.test(text),
  "expected no characters beyond the basic multilingual plane, such as emoji: Heat's tables may not take them",
);

const inputName = z.string().check(z.minLength(1), z.maxLength(columns.name));
const looksSecret = /pass(?:word|wd|phrase)|secret|token|credential|(?:api|access|private|auth)[-_]?key/i;

const inputValues = z.record(inputName, z.union([secretValue, z.json()])).check(
  z.refine(
    (values) =>
      Object.entries(values).every(
        ([name, value]) => !looksSecret.test(name) || value === null || isSecretValue(value),
      ),
    'expected the value of an input that is named like a secret as a reference: store it with `drover vault put NAME`, allow it in the connection\'s inputSecrets, and write {"$secret":"vault:NAME"}',
  ),
  z.refine(
    (values) => Object.values(values).every((value) => isSecretValue(value) || !namesSecret(value)),
    'expected a secret as the whole value of an input, as {"$secret":"vault:NAME"}',
  ),
  z.refine(
    (values) => Object.keys(values).every((name) => !name.startsWith("deploy_")),
    "expected no input whose name begins with deploy_: the server's agent reads those, and Drover sets them",
  ),
);

/** Anywhere in it: it would be sent as it stands, and the script would read the reference. */
function namesSecret(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return "$secret" in value || Object.values(value).some(namesSecret);
}

const text = z.string().check(z.maxLength(limits.requestBytes));
const inputTypes = ["String", "Number", "CommaDelimitedList", "Json", "Boolean"] as const;

/** @see https://docs.openstack.org/api-ref/orchestration/v1/#create-configuration */
export const softwareConfig = z.strictObject({
  name: z.optional(z.string().check(z.maxLength(columns.name), basicPlane)),
  /** Chooses the runner on the server; without one nobody runs it. */
  group: z.string().check(
    z.minLength(1),
    z.maxLength(columns.name),
    basicPlane,
    z.refine((group) => group !== "Heat::Ungrouped", "expected a group that has a runner, such as script"),
  ),
  config: z.optional(text),
  inputs: z.optional(
    z.array(
      z.strictObject({
        name: inputName,
        type: z.optional(z.enum(inputTypes)),
        description: z.optional(text),
        default: z.optional(
          z
            .json()
            .check(
              z.refine(
                (value) => !namesSecret(value),
                "expected no secret as a default: name it in input_values, where the connection can be asked",
              ),
            ),
        ),
        replace_on_change: z.optional(z.boolean()),
      }),
    ),
  ),
  outputs: z.optional(
    z.array(
      z.strictObject({
        name: inputName,
        type: z.optional(z.enum(inputTypes)),
        description: z.optional(text),
        error_output: z.optional(z.boolean()),
      }),
    ),
  ),
  options: z.optional(z.record(z.string(), z.json())),
});
export type SoftwareConfig = z.output<typeof softwareConfig>;

export const deploymentStatuses = ["IN_PROGRESS", "COMPLETE", "FAILED"] as const;

/**
 * `deployment` stands as in the vendors' request bodies, with `config` beside `config_id` for a script that is sent along.
 * @see https://docs.openstack.org/api-ref/orchestration/v1/#create-deployment
 */
export const heatDeploy = {
  servers: z.array(z.string().check(z.minLength(1), z.maxLength(columns.serverId))).check(
    z.minLength(1, "expected at least one server id"),
    z.maxLength(limits.serversPerDeployment, `expected at most ${limits.serversPerDeployment} server ids`),
    z.refine((servers) => new Set(servers).size === servers.length, "expected every server id once"),
  ),
  deployment: z
    .strictObject({
      config_id: z.optional(z.string().check(z.minLength(1), z.maxLength(columns.configId))),
      config: z.optional(softwareConfig),
      action: z.optional(z.string().check(z.minLength(1), z.maxLength(columns.action), basicPlane)),
      input_values: z.optional(inputValues),
      stack_user_project_id: z.optional(z.string().check(z.minLength(1), z.maxLength(columns.stackUserProjectId))),
      status: z.optional(z.enum(deploymentStatuses)),
      status_reason: z.optional(
        z.string().check(
          z.refine(
            (reason) => Buffer.byteLength(reason) <= columns.reasonBytes,
            `expected at most ${columns.reasonBytes} bytes`,
          ),
          basicPlane,
        ),
      ),
    })
    .check(
      z.refine(({ config_id, config }) => (config_id === undefined) !== (config === undefined), {
        message: "expected either config_id or config",
        path: ["config_id"],
      }),
    ),
  /** `derived` (default): a config of its own for each run, so that a lost attempt can be fenced. `as-is`: the very config_id. */
  useConfig: z.optional(z.enum(["derived", "as-is"])),
  /** Who says that the script has run; default `as-configured`. */
  completion: z.optional(z.enum(["as-configured", "temp-url", "external"])),
  /** What becomes of the row and the derived config; default `after-success`. */
  cleanUp: z.optional(z.enum(["never", "after-success", "always"])),
  /** What events and results say of `output_values` and `status_reason`: size and SHA-256 (default), or the values. */
  outputs: z.optional(z.enum(["digest", "full"])),
};

/** The servers of a request that becomes a parent; undefined when one operation does. */
export function heatTargets(fields: JsonObject): readonly string[] | undefined {
  const servers = Array.isArray(fields["servers"]) ? fields["servers"].map(String) : [];
  return servers.length > 1 ? servers : undefined;
}

/** What the child for one server is asked. `siblings` says how many others have the same config. */
export function heatFieldsFor(fields: JsonObject, server: string): JsonObject {
  const count = Array.isArray(fields["servers"]) ? fields["servers"].length : 1;
  return { ...fields, servers: [server], siblings: count - 1 };
}

/** What no field says by itself. */
export const heatRules = [
  z.refine<HeatDeployShape>(
    ({ useConfig, deployment }) => useConfig !== "as-is" || deployment.config_id !== undefined,
    { message: "expected useConfig derived for a config that is sent along", path: ["useConfig"] },
  ),
  z.refine<HeatDeployShape>(
    ({ useConfig, deployment }) =>
      useConfig !== "as-is" || !Object.values(deployment.input_values ?? {}).some(isSecretValue),
    {
      message:
        "expected no secret: with useConfig as-is the values stand in the deployment, which never reach the server",
      path: ["deployment", "input_values"],
    },
  ),
  z.refine<HeatDeployShape>(({ useConfig, completion }) => useConfig !== "as-is" || completion !== "temp-url", {
    message: "expected another completion with useConfig as-is: the signed URL has to stand in a config of its own",
    path: ["completion"],
  }),
] as const;

interface HeatDeployShape {
  readonly useConfig?: "derived" | "as-is" | undefined;
  readonly completion?: "as-configured" | "temp-url" | "external" | undefined;
  readonly deployment: {
    readonly config_id?: string | undefined;
    readonly input_values?: Readonly<Record<string, unknown>> | undefined;
  };
}
