import { PermanentError, RetryableError } from "../../contracts/errors.ts";
import type { Json } from "../../contracts/json.ts";
import type { Made, Mint, Minted } from "../../contracts/mint.ts";
import type { Intent } from "../../contracts/operation.ts";
import type { Found } from "../../contracts/provider.ts";
import type { PanoramaDevice } from "../../contracts/requests/aws-panorama.ts";
import { archiveFileName } from "./archive.ts";
import { type Listed, listedDevices, madeOf } from "./devices.ts";
import { provider } from "./errors.ts";
import { isFrom, isOf, marked } from "./marks.ts";
import type { Parts } from "./parts.ts";
import { stateOf } from "./states.ts";
import { thingsOf } from "./things.ts";

/**
 * Life of the certificate in an archive (ms).
 * @see https://docs.aws.amazon.com/panorama/latest/api/API_ProvisionDevice.html
 */
const archiveLifeMs = 300_000;

/** Certificates know whole seconds only, and the service may have taken the one in which the request was sent. */
const endOf = (sentAtMs: number) => Math.floor(sentAtMs / 1000) * 1000 + archiveLifeMs;

/** The configuration archive of one device. It is made with its device, and can be had by no other way. */
export function mintOf(parts: Parts, device: PanoramaDevice, operation: string): Mint {
  const { Name: name } = device;
  return {
    settling: parts.settling,
    what: `the configuration archive of device ${name}`,
    fileName: archiveFileName(name),
    mediaType: "application/zip",
    instructions: instructionsFor(name),
    prepare: ({ signal }) => prepare(parts, { name, operation }, signal),
    create: (intent, { signal }) => create(parts, marked(device, operation, intent.nonce), intent, signal),
    find: (intent, { signal }) => find(parts, { name, operation, attempt: intent.nonce }, signal),
    things: thingsOf(parts, name, operation),
  };
}

function instructionsFor(name: string): string {
  return [
    `Save it under the name that it has, ${archiveFileName(name)}: the appliance takes no other one.`,
    "Copy it to the USB storage device that came with the appliance, and plug that into the USB 3.0 port next to the HDMI output.",
    "Do it within the time that is left: the certificate in it lives five minutes and works once.",
  ].join(" ");
}

async function prepare(
  { client, settling }: Parts,
  { name, operation }: { readonly name: string; readonly operation: string },
  signal: AbortSignal,
): Promise<Json> {
  const all = await listedDevices(client, name, signal);
  const foreign = all.find((one) => !one.isBeingRemoved && !isOf(one.tags, operation));
  // A list may be older than the removal.
  const isLeaving = foreign !== undefined && (await isGoing(client, foreign.made.id, signal));
  if (foreign && !isLeaving) throw taken(name, foreign);
  const leaving = foreign ?? all.find((one) => one.isBeingRemoved);
  if (leaving === undefined) return { name };
  throw new RetryableError(
    `Expected the name ${name} to be free, got device ${leaving.made.id}, which is being removed: it is waited for`,
    { code: "being-removed", provider, operation: "list-devices", effect: "none", retryAfterMs: settling.lookEveryMs },
  );
}

async function isGoing(client: Parts["client"], id: string, signal: AbortSignal): Promise<boolean> {
  const described = await client.describe(id, signal);
  return described === undefined || stateOf(described.device.ProvisioningStatus)?.kind === "being-removed";
}

function taken(name: string, { made }: Listed): PermanentError {
  return new PermanentError(
    `Expected no device named ${name} that others have made, got ${made.id}: delete it if nobody needs it, or choose another name`,
    { code: "conflict", provider, operation: "list-devices" },
  );
}

async function create(
  { client, settling }: Parts,
  device: PanoramaDevice,
  { sendBefore }: Intent,
  signal: AbortSignal,
): Promise<Minted> {
  const window = { sendBefore, timeoutMs: settling.requestTimeoutMs };
  const { archive, sentAtMs, requestId, ...provisioned } = await client.provision(device, window, signal);
  return {
    made: madeOf({ ...provisioned, name: device.Name }),
    ...(archive === undefined ? {} : { credential: { content: archive, expiresAt: endOf(sentAtMs) } }),
    ...(requestId === undefined ? {} : { requestId }),
  };
}

async function find(
  { client }: Parts,
  { name, operation, attempt }: { readonly name: string; readonly operation: string; readonly attempt: string },
  signal: AbortSignal,
): Promise<Found<Made>> {
  const all = await listedDevices(client, name, signal);
  const ours = all.filter(({ tags }) => isOf(tags, operation) && isFrom(tags, attempt));
  const found = ours.find(({ isBeingRemoved }) => !isBeingRemoved) ?? ours[0];
  if (found === undefined) return { kind: "absent-so-far" };
  const { id, words } = found.made;
  // A moment behind the list it may not know it yet: the id alone is enough to go on with.
  const { Arn: arn } = (await client.describe(id, signal))?.device ?? {};
  return { kind: "found", result: madeOf({ id, name, arn, status: words["Status"] }) };
}
