import type { Answer } from "../exchange/answer.ts";

/** Says that the text stands for bytes, one character each; `emulator.ts` takes it away and makes them so. */
export const BYTES_HEADER = "x-emulator-bytes";

export function xml(status: number, text: string, headers: Readonly<Record<string, string>> = {}): Answer {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n${text}`;
  return { status, headers: { "content-type": "application/xml", ...headers }, text: body };
}

export function s3Error(status: number, code: string, message: string): Answer {
  return xml(status, `<Error><Code>${code}</Code><Message>${escaped(message)}</Message></Error>`);
}

export function bytes(body: Buffer, headers: Readonly<Record<string, string>>): Answer {
  return { status: 200, headers: { ...headers, [BYTES_HEADER]: "1" }, text: body.toString("latin1") };
}

export function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

export const noSuchKey = (): Answer => s3Error(404, "NoSuchKey", "The specified key does not exist.");

export const preconditionFailed = (): Answer =>
  s3Error(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold");
