import type { DroverError } from "../../contracts/errors.ts";
import type { Answer } from "../answer.ts";
import type { Call } from "../call.ts";
import { refusalOf } from "../refusal.ts";
import { isRequestId } from "../request-id.ts";
import { gatewayProblemSchema, problemsSchema } from "./wire.ts";

export const provider = "azure-sphere";

/** What a person can do about a refusal, by status: the end of a sentence. */
export type Advice = Readonly<Record<number, string>>;

/** The error of an answer with another status than the expected one, with the provider's own code and text. */
export function sphereRefusal(answer: Answer, call: Call, advice: Advice): DroverError {
  const { said, traceId } = saidIn(answer);
  return refusalOf(answer, call, { said, advice: advice[answer.status], requestId: traceId });
}

/** Reads the API's array of problems, the objects of gateways, and raw text, in this order. */
function saidIn(answer: Answer): { said?: string; traceId?: string | undefined } {
  const text = answer.text.trim();
  if (text === "") return {};
  if (text.startsWith("<")) return { said: "with an HTML page" };
  const value = parsed(text);
  const problems = problemsSchema.safeParse(value);
  if (problems.success) {
    const first = problems.data[0];
    const details = problems.data.map(({ Title, Detail }) => joined(Title, Detail)).filter((detail) => detail !== "");
    return {
      said: sentence(answer, first?.ErrorCode, details.join("; ")),
      traceId: traceIdOf(first?.Extensions),
    };
  }
  const object = gatewayProblemSchema.safeParse(value);
  if (!object.success) return { said: sentence(answer, undefined, text) };
  if ("error" in object.data) {
    const { code, message } = object.data.error;
    return { said: sentence(answer, code, message) };
  }
  const { ErrorCode, Title, Detail, Message, message } = object.data;
  return { said: sentence(answer, ErrorCode, joined(Title, Detail ?? Message ?? message) || text) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function joined(title: string | null | undefined, detail: string | null | undefined): string {
  return [title, detail].filter(Boolean).join(": ");
}

function sentence({ show }: Answer, code: string | null | undefined, text: string | null | undefined): string {
  const quote = text ? JSON.stringify(show(text)) : "";
  return [code ? show(code, 60) : "", quote].filter(Boolean).join(" ");
}

function traceIdOf(extensions: unknown): string | undefined {
  if (typeof extensions !== "object" || extensions === null || !("traceId" in extensions)) return undefined;
  return typeof extensions.traceId === "string" && isRequestId(extensions.traceId) ? extensions.traceId : undefined;
}
