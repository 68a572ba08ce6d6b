import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { maskedAnswer, Replay, recorded } from "./replay.ts";
import { readTranscript, type Transcript, transcriptFolder } from "./transcript.ts";

type Replayed = { readonly how: "replayed" };
type Arranged = {
  readonly how: "arranged";
  readonly why: string;
  readonly before?: (replay: Replay, transcript: Transcript) => Promise<void> | void;
  /** Where the recording cut the body it sent, or the answer. */
  readonly body?: (replay: Replay) => string;
  readonly cutAnswer?: boolean;
  readonly after?: (replay: Replay) => void;
  /** The request was sent well before its answer came. */
  readonly keepsClock?: boolean;
};

const asIs: Replayed = { how: "replayed" };
const listedServer = "1b8eec50-5732-4e01-aff7-740eb3f0a6ba";
const parallelServer = "eae234c5-49f9-43ce-b92a-113ebde83947";
const goneServer = "fd853a6c-9126-4d36-add8-1cf9d7e1d743";

function padded(replay: Replay, fields: object, bytes: number): string {
  const body = { ...replay.usual(), ...fields, input_values: { blob: "" } };
  const empty = spaced(body);
  return spaced({ ...body, input_values: { blob: "x".repeat(bytes - empty.length) } });
}

/** As the recording client wrote JSON. */
function spaced(value: object): string {
  return JSON.stringify(value).replace(/":/g, '": ').replace(/,"/g, ', "').replace(/\},\{/g, "}, {");
}

const stackRow: Arranged = {
  how: "arranged",
  why: "a stack draws the id of its row: it is looked up by server in the emulator's state",
  before: (replay, { name, url }) => {
    const server = name.includes("ok")
      ? "593c518d-e180-4ac4-8222-19cf97152ffa"
      : "6b84c0ea-6902-48ee-a306-8e07d7c4a31e";
    const [row] = replay.emulator.state.deployments(server);
    replay.ids.learn(url.slice(-36), row?.id ?? "none");
  },
};

/** All 114, in order of recording. */
const table: Readonly<Record<string, Replayed | Arranged>> = {
  "00-auth-password-ok": asIs,
  "01-auth-password-wrong": asIs,
  "02-auth-wrong-project": asIs,
  "03-auth-unscoped": asIs,
  "04-auth-app-credential-ok": asIs,
  "05-auth-app-credential-with-scope": asIs,
  "06-auth-v2-absent": asIs,
  "07-heat-versions": asIs,
  "08-auth-bad-json": asIs,
  "10-config-create": asIs,
  "11-config-create-empty": asIs,
  "12-config-create-bad-inputs": asIs,
  "13-config-show": asIs,
  "14-config-list": asIs,
  "15-config-show-unknown": asIs,
  "16-config-show-other-tenant": asIs,
  "20-create-full": asIs,
  "21-create-minimal": asIs,
  "22-create-duplicate": asIs,
  "23-create-missing-config-id": asIs,
  "24-create-unknown-config-id": asIs,
  "25-create-missing-server-id": asIs,
  "26-create-server-id-not-uuid": asIs,
  "27-create-server-id-37-chars": asIs,
  "28-create-server-id-empty": asIs,
  "29-create-unknown-field": asIs,
  "30-create-invalid-status": asIs,
  "31-create-status-complete": asIs,
  "32-create-status-failed": asIs,
  "33-create-status-lowercase": asIs,
  "34-create-input-values": asIs,
  "35-create-input-values-string": asIs,
  "36-create-input-values-list": asIs,
  "37-create-output-values-ignored": asIs,
  "38-create-stack-user-project-65": asIs,
  "39-create-wrapped-body": asIs,
  "40-create-bad-json": asIs,
  "41-create-empty-body": asIs,
  "42-create-json-array": asIs,
  "43-create-text-plain": asIs,
  "44-create-no-content-type": asIs,
  "45-create-nulls": asIs,
  "46-create-number-types": asIs,
  "47-create-config-of-other-tenant": asIs,
  "48-create-4-byte-character": asIs,
  "49-create-long-action": asIs,
  "50-get": asIs,
  "51-get-unknown": asIs,
  "52-get-not-uuid": asIs,
  "53-list-by-server": {
    how: "arranged",
    why: "two creates a second apart were not written down",
    before: async (replay) => {
      replay.at("04:29:01");
      await replay.create({ server_id: listedServer, input_values: { marker: "m0" } });
      replay.at("04:29:02");
      await replay.create({ server_id: listedServer, input_values: { marker: "m1" } });
    },
  },
  "54-list-by-unknown-server": asIs,
  "55-list-unknown-filter": asIs,
  "56-metadata": asIs,
  "57-metadata-unknown-server": asIs,
  "60-update-complete": asIs,
  "61-get-after-complete": asIs,
  "62-update-backwards": asIs,
  "63-update-output-values-replaced": asIs,
  "64-update-null-ignored": asIs,
  "65-update-empty-object": asIs,
  "66-update-invalid-status": asIs,
  "67-update-failed": asIs,
  "68-update-server-id-ignored": asIs,
  "69-update-unknown-config-id": asIs,
  "70-update-unknown": asIs,
  "71-update-vendor-required": asIs,
  "72-patch-not-allowed": asIs,
  "73-options": asIs,
  "74-head-list": asIs,
  "80-delete": asIs,
  "81-delete-again": asIs,
  "82-config-delete-referenced": asIs,
  "83-config-delete": asIs,
  "90-no-token": asIs,
  "91-bad-token": asIs,
  "92-wrong-tenant-path": asIs,
  "93-other-tenant-get": {
    how: "arranged",
    why: "the second project's login was not written down",
    before: async (replay) => {
      replay.tokens.set("<other-token>", await replay.logIn("other", recorded.otherProject));
    },
  },
  "94-other-tenant-delete": asIs,
  "95-create-shared": asIs,
  "96-shared-get-by-second-project": asIs,
  "97-shared-put-by-second-project": asIs,
  "98-unscoped-token": asIs,
  "99-admin-token-any-path": {
    how: "arranged",
    why: "the administrator's login was not written down",
    before: async (replay) => {
      replay.tokens.set("<admin-token>", await replay.logIn("root", recorded.adminProject));
    },
  },
  "A0-body-just-under-1MiB": {
    how: "arranged",
    why: "request and answer are cut in the recording: the request is padded to its length, the answer compared up to the cut",
    body: (replay) => padded(replay, { server_id: "3768d7d6-5851-4c5f-8099-d6130518eb27" }, 1_048_460),
    cutAnswer: true,
  },
  "A1-body-over-1MiB": {
    how: "arranged",
    why: "the request is cut in the recording",
    body: (replay) => padded(replay, {}, 1_048_870),
  },
  "A2-value-over-64KiB-reason": {
    how: "arranged",
    why: "the request is cut in the recording",
    body: (replay) => spaced({ ...replay.usual(), status_reason: "r".repeat(70_000) }),
  },
  "A3-config-temp-url": asIs,
  "A4-create-temp-url": asIs,
  "A5-get-temp-url": asIs,
  "A6-delete-token": asIs,
  "A7-revoked-token": asIs,
  "D0-ok-stack-create": asIs,
  "D1-ok-deployment": stackRow,
  "D2-ok-derived-config": asIs,
  "D3-ok-signal": asIs,
  "D4-ok-deployment-after": asIs,
  "D5-ok-signal-again": asIs,
  "D6-ok-deployment-after-second": asIs,
  "D0-bad-stack-create": asIs,
  "D1-bad-deployment": stackRow,
  "D2-bad-derived-config": asIs,
  "D3-bad-signal": asIs,
  "D4-bad-deployment-after": asIs,
  "D5-bad-signal-again": asIs,
  "D6-bad-deployment-after-second": asIs,
  "B0-create-engine-stalled": {
    how: "arranged",
    why: "the engine was stopped for five seconds: a stall",
    keepsClock: true,
    before: (replay) => {
      replay.at("04:29:15");
      replay.emulator.addFault({ kind: "stall", delayMs: 5_000, landsAfterMs: 5_000, times: 1 });
    },
  },
  "B1-list-after-stall": asIs,
  "B2-list-after-client-gone": {
    how: "arranged",
    why: "the create of a client that left at once was not written down",
    before: async (replay) => {
      replay.at("04:29:23");
      const client = new AbortController();
      const sent = replay.create({ server_id: goneServer, input_values: { marker: "client-gone" } }, client.signal);
      client.abort();
      await sent.catch(() => undefined);
    },
  },
  "B3-list-after-8-parallel-creates": {
    how: "arranged",
    why: "the eight creates were not written down",
    before: async (replay) => {
      replay.at("04:29:25");
      const fields = { server_id: parallelServer, input_values: { marker: "same" } };
      await Promise.all(Array.from({ length: 8 }, () => replay.create(fields)));
    },
  },
  "C0-keystone-down-known-token": {
    how: "arranged",
    why: "the login service was stopped",
    before: (replay) => replay.emulator.configure({ keystone: "down" }),
  },
  "C1-keystone-down-new-token": {
    how: "arranged",
    why: "the login service was stopped",
    after: (replay) => replay.emulator.configure({ keystone: "up" }),
  },
  "C2-broker-down": {
    how: "arranged",
    why: "the broker was stopped: no answer, and the row came 72 seconds later",
    before: (replay) => {
      replay.at("04:29:40");
      replay.emulator.addFault({ kind: "hang", landsAfterMs: 72_000, times: 1 });
    },
  },
  "C3-list-first-after-outage": asIs,
  "C4-list-late-row": asIs,
};

const CUT = /\.\.\.<\d+ bytes in all>$/;
const replay = new Replay();

describe("the Heat emulator answers as the recorded cloud did:", () => {
  it("every transcript is in the table", () => {
    const files = readdirSync(transcriptFolder).filter((name) => name.endsWith(".http"));
    expect(Object.keys(table).sort()).toEqual(files.map((name) => name.replace(/\.http$/, "")).sort());
    expect(files).toHaveLength(114);
  });

  // One world, in order: what a request leaves behind the next ones see.
  it.each(Object.entries(table))("%s", async (name, entry) => {
    const transcript = readTranscript(name);
    const arranged = entry.how === "arranged" ? entry : undefined;
    setClock(transcript);
    await arranged?.before?.(replay, transcript);
    if (transcript.answer === null) return expectNoAnswer(transcript);
    if (!arranged?.keepsClock) setClock(transcript);
    const response = await replay.send(transcript, arranged?.body?.(replay));
    const token = response.headers.get("x-subject-token");
    if (name.startsWith("00")) replay.tokens.set("<token>", token ?? "");
    if (name.startsWith("03")) replay.tokens.set("<unscoped-token>", token ?? "");
    if (arranged?.cutAnswer) return expectCut(transcript, response);
    const answered = await replay.comparable(response, transcript.answer);
    expect(answered).toEqual(maskedAnswer(transcript.answer));
    arranged?.after?.(replay);
  });
});

/** The clock of the recording, so that no time has to be masked. */
function setClock({ answer }: Transcript): void {
  const date = answer?.headers.find(([name]) => name === "Date")?.[1];
  if (date !== undefined) replay.nowMs = Date.parse(date);
}

async function expectNoAnswer(transcript: Transcript): Promise<void> {
  const client = new AbortController();
  const sent = replay.send(transcript, transcript.body, client.signal);
  const first = await Promise.race([
    sent.catch(() => "rejected"),
    new Promise((done) => setImmediate(done, "silence")),
  ]);
  expect(first).toBe("silence");
  client.abort();
  await expect(sent).rejects.toThrow(/abort/i);
}

async function expectCut({ answer }: Transcript, response: Response): Promise<void> {
  if (answer === null) throw new Error("Expected a recorded answer, got none");
  const begin = answer.body.replace(CUT, "");
  const { headers, body } = await replay.comparable(response, { ...answer, body: begin });
  const expected = maskedAnswer({ ...answer, body: begin });
  expect({ headers, body: body.slice(0, expected.body.length) }).toEqual({
    headers: expected.headers,
    body: expected.body,
  });
}
