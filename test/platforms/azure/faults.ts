import type { AnswerFault } from "../aws/fault-proxy.ts";

/** Faults as Azure's services show them. */

/** @param code in the header, as storage services say it; none when empty */
export function refusedWith(status: number, code: string, headers: Readonly<Record<string, string>> = {}): AnswerFault {
  return {
    kind: "answer",
    status,
    body:
      code === ""
        ? ""
        : `<?xml version="1.0"?><Error><Code>${code}</Code><Message>content-of-a-message</Message></Error>`,
    headers: {
      ...(code === "" ? {} : { "content-type": "application/xml", "x-ms-error-code": code }),
      "x-ms-request-id": "11111111-0000-4000-8000-000000000000",
      ...headers,
    },
  };
}

/** As tables say it. */
export function refusedInJson(status: number, code: string): AnswerFault {
  const error = { code, message: { lang: "en-US", value: "content-of-a-message" } };
  return {
    kind: "answer",
    status,
    body: JSON.stringify({ "odata.error": error }),
    headers: { "content-type": "application/json", "x-ms-request-id": "11111111-0000-4000-8000-000000000000" },
  };
}

export const busy = refusedWith(503, "ServerBusy");
export const tablesBusy = refusedInJson(503, "ServerBusy");
export const lostBefore = { kind: "drop-before" } as const;
export const lostAfter = { kind: "drop-after" } as const;
