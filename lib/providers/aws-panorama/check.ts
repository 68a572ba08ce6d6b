import { DroverError } from "../../contracts/errors.ts";
import type { CallContext, ProviderCheck } from "../../contracts/provider.ts";
import type { Parts } from "./parts.ts";

const withdrawn: ProviderCheck = {
  what: "service",
  ok: true,
  warning: true,
  detail:
    "AWS withdrew its public Panorama service on 2026-05-31: this connection works only with a compatible endpoint, such as the emulator",
};

/** What a provisioning needs beside listing. */
const needed = ["ProvisionDevice", "TagResource", "DescribeDevice", "ListTagsForResource", "DeleteDevice"];

/** Reads, up to the first step that fails: a later one would only repeat its cause. */
export async function check(
  { client, service, name }: Parts,
  { signal }: CallContext,
): Promise<readonly ProviderCheck[]> {
  const checks: ProviderCheck[] = [withdrawn];
  const step = async (what: string, run: () => Promise<string>): Promise<boolean> => {
    try {
      checks.push({ what, ok: true, detail: await run() });
      return true;
    } catch (error) {
      if (!(error instanceof DroverError)) throw error;
      checks.push({ what, ok: false, detail: error.message });
      return false;
    }
  };
  if (!(await step("access-key", async () => `Got access key ${(await service.accessKey()).id}`))) return checks;
  const listed = await step("devices", async () => {
    const [one] = await client.listOne(signal);
    return one === undefined ? "Listing works; no device is visible" : "Listing works; devices are visible";
  });
  if (listed) checks.push(rights(name));
  return checks;
}

/** Nothing can be asked that would show it: a provisioning to try would make a device. */
function rights(name: string): ProviderCheck {
  const actions = needed.map((action) => `panorama:${action}`).join(", ");
  return {
    what: "rights",
    ok: true,
    detail: `Whether more than listing is allowed shows with the first request: it needs ${actions} for the identity of connection ${name}`,
  };
}
