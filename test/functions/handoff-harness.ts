import type { HandOver } from "../../functions/hand-over/state.ts";
import type { OperationRecord } from "../../lib/contracts/operation.ts";
import { operationKey } from "../../lib/contracts/operation.ts";
import type { HandoffStore, Ledger } from "../../lib/contracts/ports.ts";

/** Rows of operations that hand something over, in each of their phases. No step runs: what people do to them is what is looked at. */

export const panoramaConnection = {
  kind: "aws-panorama",
  endpoint: "http://127.0.0.1:9",
  region: "eu-west-1",
  credential: { kind: "access-key", accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "env:AWS" },
};
export const iotConnection = {
  kind: "aws-iot",
  endpoint: "http://127.0.0.1:9",
  region: "eu-west-1",
  credential: panoramaConnection.credential,
  templates: ["*"],
};

export const provisionRequest = (id: string, data: object = {}) => ({
  specversion: "1.0",
  id,
  source: "/test",
  type: "drover.aws-panorama.provision",
  data: { connection: "panorama", device: { Name: "cam-1" }, ...data },
});
export const claimRequest = (id: string, data: object = {}) => ({
  specversion: "1.0",
  id,
  source: "/test",
  type: "drover.aws-iot.create-provisioning-claim",
  data: { connection: "iot", templateName: "fleet", ...data },
});

/** What is to be found nowhere but in one answer: bytes that are no text, and a word that is. */
export const canary = Buffer.concat([Buffer.from([0, 255, 10, 13]), Buffer.from("canary4711content".repeat(5_000))]);
export const fileName = "certificates-omni_cam-1.zip";
/** As long as a certificate of AWS Panorama lives. */
export const lifeMs = 300_000;

export const phase = (name: HandOver["phase"], more: Partial<HandOver> = {}): Partial<HandOver> => ({
  phase: name,
  mint: 1,
  removals: 0,
  used: 1,
  lost: 0,
  left: [],
  ...more,
});

/** Writes fields of a row as its step would have. */
export async function patchRow(ledger: Ledger, id: string, patch: Partial<OperationRecord>): Promise<OperationRecord> {
  const stored = await ledger.read(operationKey(id));
  if (stored?.record.kind !== "operation") throw new Error(`Expected operation ${id}`);
  const record = { ...stored.record, ...patch, updatedAt: stored.record.updatedAt + 1 };
  if ((await ledger.write(operationKey(id), record, stored.version)) === undefined) throw new Error("Expected a write");
  return record;
}

export const inPhase = (state: Partial<HandOver>, more: Partial<OperationRecord> = {}) => ({
  ...more,
  handle: JSON.parse(JSON.stringify(state)),
});

/** Puts a credential into the store and into the row, as a minting does. */
export async function offer(
  { ledger, handoffs }: { readonly ledger: Ledger; readonly handoffs: HandoffStore },
  id: string,
  nowMs: number,
  { content = canary, by = "ines", name = fileName, state = {} as Partial<HandOver> } = {},
): Promise<string> {
  const handoff = `${id}.n1`;
  const entry = await handoffs.put(handoff, content, { fileName: name, expiresAt: nowMs + lifeMs });
  const made = { id: "device-1", words: { DeviceId: "device-1", Status: "AWAITING_PROVISIONING" } };
  const pickup = { ready: { count: 1, by, at: nowMs } };
  await patchRow(ledger, id, inPhase(phase("offered", { offer: { ...entry }, made, ...state }), { pickup }));
  return handoff;
}
