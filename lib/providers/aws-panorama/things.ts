import type { Made, MadeState, MadeThings } from "../../contracts/mint.ts";
import { listedDevices } from "./devices.ts";
import { look } from "./looks.ts";
import { isOf, tagsOf } from "./marks.ts";
import type { Parts } from "./parts.ts";
import type { Handle } from "./request.ts";
import { endedOf, statusOf } from "./seen.ts";
import { stateOf } from "./states.ts";

/** The devices that one operation has made. */
export function thingsOf({ client, settling }: Parts, name: string, operation: string): MadeThings {
  const read = async ({ id }: Made, signal: AbortSignal): Promise<MadeState> => {
    const described = await client.describe(id, signal);
    if (described === undefined) return { kind: "gone" };
    const { device } = described;
    if (!isOf(await tagsOf(client, { ...device, DeviceId: id }, signal), operation)) {
      return { kind: "of-others", evidence: `Device ${id} does not have the tag of this operation` };
    }
    const state = stateOf(device.ProvisioningStatus);
    const status = statusOf(device, state);
    if (state === undefined) return { kind: "unclear", status };
    return state.kind === "ended"
      ? { kind: "ended", ended: endedOf(id, described, state) }
      : { kind: state.kind, status };
  };
  return {
    async list({ signal }) {
      const all = await look(() => listedDevices(client, name, signal));
      return all.filter(({ tags, isBeingRemoved }) => isOf(tags, operation) && !isBeingRemoved).map(({ made }) => made);
    },
    read: (made, { signal }) => look(() => read(made, signal)),
    remove: ({ id }, { sendBefore }, { signal }) =>
      client.remove(id, { sendBefore, timeoutMs: settling.requestTimeoutMs }, signal),
    pollHandle: ({ id: deviceId }, untilMs) => ({ deviceId, name, untilMs }) satisfies Handle,
  };
}
