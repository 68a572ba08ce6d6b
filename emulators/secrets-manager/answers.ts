import type { Answer } from "../exchange/answer.ts";

const JSON_1_1 = "application/x-amz-json-1.1";

export function awsJson(status: number, value: unknown): Answer {
  return { status, headers: { "content-type": JSON_1_1 }, text: JSON.stringify(value) };
}

/** Nearly every error is a 400; its type says which. */
export function awsError(status: number, type: string, message: string): Answer {
  const body = JSON.stringify({ __type: type, Message: message, message });
  return { status, headers: { "content-type": JSON_1_1, "x-amzn-errortype": type }, text: body };
}

export function notFound(message = "Secrets Manager can't find the specified secret."): Answer {
  return awsError(400, "ResourceNotFoundException", message);
}
