import type { Answer } from "../exchange/answer.ts";

const JSON_1_1 = "application/x-amz-json-1.1";

export function awsJson(status: number, value: unknown): Answer {
  return { status, headers: { "content-type": JSON_1_1 }, text: JSON.stringify(value) };
}

export function awsError(status: number, type: string, message: string): Answer {
  return awsJson(status, { __type: type, message });
}
