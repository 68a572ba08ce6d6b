import type { Answer } from "./answer.ts";

/** The answer's body as an object, if it is one: what a refusal says, and never more than is shown of it. */
export function objectIn({ text }: Answer): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

/** A service's code and text, as the middle of a sentence. */
export function said({ show, text }: Answer, code: unknown, message: unknown): string | undefined {
  if (text.trimStart().startsWith("<")) return "with an HTML page";
  const shownCode = typeof code === "string" && /^\w{1,64}$/.test(code) ? show(code, 64) : "";
  const shownMessage = typeof message === "string" && message !== "" ? JSON.stringify(show(message)) : "";
  return [shownCode, shownMessage].filter(Boolean).join(" ") || undefined;
}
