import { DroverError } from "../../contracts/errors.ts";
import type { CallContext, ProviderCheck } from "../../contracts/provider.ts";
import type { AwsService } from "../aws/service.ts";
import type { Parts } from "./mint.ts";

/** Templates that are tried; more of them would say the same. */
const most = 8;

/** Reads, up to the first step that fails: a later one would only repeat its cause. */
export async function check(
  { client, name, templates }: Parts,
  service: AwsService,
  { signal }: CallContext,
): Promise<readonly ProviderCheck[]> {
  const checks: ProviderCheck[] = [];
  const step = async (what: string, run: () => Promise<Omit<ProviderCheck, "what">>): Promise<boolean> => {
    try {
      checks.push({ what, ...(await run()) });
    } catch (error) {
      if (!(error instanceof DroverError)) throw error;
      checks.push({ what, ok: false, detail: error.message });
    }
    return checks.at(-1)?.ok === true;
  };
  const key = async () => ({ ok: true, detail: `Got access key ${(await service.accessKey()).id}` });
  if (!(await step("access-key", key))) return checks;
  const exact = templates.filter((pattern) => !pattern.includes("*")).slice(0, most);
  for (const template of exact) {
    await step(`template ${template}`, async () => {
      const { enabled } = await client.describe(template, signal);
      return enabled === false
        ? { ok: true, warning: true, detail: "Not enabled: no device could use a claim for it" }
        : { ok: true, detail: "Found" };
    });
  }
  if (exact.length === 0) {
    await step("templates", async () => {
      const found = await client.listOne(signal);
      return { ok: true, detail: found ? "Templates are visible" : "Listing works; no template is visible" };
    });
  }
  if (checks.every(({ ok }) => ok)) checks.push(rights(name));
  return checks;
}

/** Nothing can be asked that would show it: a claim to try would be one. */
function rights(name: string): ProviderCheck {
  return {
    what: "rights",
    ok: true,
    detail: `Whether claims are allowed shows with the first request: it needs iot:CreateProvisioningClaim and iot:DescribeProvisioningTemplate for the identity of connection ${name}`,
  };
}
