import { fieldsOf } from "../exchange/call.ts";
import { invalid } from "./body-problem.ts";
import { parseRights } from "./rights.ts";
import { isKey } from "./secrets.ts";
import type { Policy, World } from "./world.ts";

export const OWNER = "provisioningserviceowner";
const KEY_NAME = /^[A-Za-z0-9_.-]{1,64}$/;

/** The policies that a PUT leaves. `current` is null on create. A policy that a sent list misses is gone. @throws BodyProblem */
export function mergePolicies(world: World, sent: unknown, current: readonly Policy[] | null): readonly Policy[] {
  if (sent === undefined || sent === null) return current === null ? [owner(world)] : untouched(world, current);
  if (!Array.isArray(sent)) throw invalid("The property 'authorizationPolicies' must be an array.");
  if (sent.length === 0) return emptied(world, current);
  const policies = sent.map((item: unknown) => policyOf(world, item, current ?? []));
  const names = new Set(policies.map(({ keyName }) => keyName.toLowerCase()));
  if (names.size < policies.length) throw invalid("Two authorization policies have the same key name.");
  return policies;
}

function untouched(world: World, current: readonly Policy[]): readonly Policy[] {
  if (world.settings.absentPolicies === "keep") return current;
  return current.map((policy) => ({ ...policy, primaryKey: world.secrets.key(), secondaryKey: world.secrets.key() }));
}

function emptied(world: World, current: readonly Policy[] | null): readonly Policy[] {
  if (current === null) return [owner(world)];
  return world.settings.emptyPolicies === "keep" ? current : [];
}

function policyOf(world: World, value: unknown, current: readonly Policy[]): Policy {
  const fields = fieldsOf(value);
  const { keyName, rights } = fields ?? {};
  if (typeof keyName !== "string" || !KEY_NAME.test(keyName)) throw invalid("A policy needs a valid key name.");
  const parsed = typeof rights === "string" ? parseRights(rights) : null;
  if (parsed === null) throw invalid(`The rights of the policy '${keyName}' are not valid.`);
  const known = current.find((policy) => policy.keyName.toLowerCase() === keyName.toLowerCase());
  const kept = world.settings.missingKeys === "keep" ? known : undefined;
  return {
    keyName,
    primaryKey: keyOf(fields?.["primaryKey"], keyName) ?? kept?.primaryKey ?? world.secrets.key(),
    secondaryKey: keyOf(fields?.["secondaryKey"], keyName) ?? kept?.secondaryKey ?? world.secrets.key(),
    rights: parsed,
  };
}

function keyOf(value: unknown, keyName: string): string | null {
  if (value === undefined || value === null || value === "") return null;
  if (typeof value === "string" && isKey(value)) return value;
  throw invalid(`A key of the policy '${keyName}' is not base64 of 16 to 64 bytes.`);
}

function owner(world: World): Policy {
  const rights = ["ServiceConfig", "DeviceConnect", "EnrollmentWrite"] as const;
  return { keyName: OWNER, primaryKey: world.secrets.key(), secondaryKey: world.secrets.key(), rights };
}
