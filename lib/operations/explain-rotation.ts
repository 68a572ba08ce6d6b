import type { JsonObject } from "../contracts/json.ts";
import type { OperationRecord } from "../contracts/operation.ts";
import { rotationType } from "../contracts/requests/rotate-policy-key.ts";
import { waitsUntil } from "./waits.ts";

/** What is said of a rotation of keys while it waits: here both keys are good, and people may still decide. */

export const isRotation = ({ request }: OperationRecord): boolean => request.type === rotationType;

const iso = (ms: number) => new Date(ms).toISOString();

/** Consumers that the request lists and that have not said that they use the new key. */
export function awaitedConsumers({
  request,
  acknowledgements = {},
  wordsSince = 0,
}: OperationRecord): readonly string[] {
  const { acknowledge }: JsonObject = Object(request.fields["consumers"]);
  if (!Array.isArray(acknowledge)) return [];
  const said = new Map(Object.entries(acknowledgements));
  return acknowledge.filter((one): one is string => typeof one === "string" && (said.get(one) ?? -1) < wordsSince);
}

export const acknowledgeCommands = (record: OperationRecord): readonly string[] =>
  awaitedConsumers(record).map((consumer) => `drover operations acknowledge ${record.id} --as ${consumer}`);

const inGrace = ({ providerStatus }: OperationRecord) => providerStatus === "grace";

/** Of a rotation that waits for a set time; undefined for any other. */
export function explainedWait(
  record: OperationRecord,
): { readonly summary: string; readonly next: string; readonly commands: readonly string[] } | undefined {
  const until = isRotation(record) ? waitsUntil(record) : undefined;
  if (until === undefined) return undefined;
  const extend = `drover operations extend ${record.id} --by PT6H`;
  if (!inGrace(record)) {
    return {
      summary: `Begins at ${iso(until)}: until then consumers may still use the key before the one that was published last`,
      next: "the rotation begins",
      commands: [],
    };
  }
  const awaited = awaitedConsumers(record);
  const once = awaited.length === 0 ? "" : `, once these have said that they use the new one: ${awaited.join(", ")}`;
  return {
    summary: `The new key is published; both keys stay good until ${iso(until)}, so that consumers can read it`,
    next: `the key before is replaced${once}`,
    commands: [...acknowledgeCommands(record), extend],
  };
}
