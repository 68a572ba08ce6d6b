import * as z from "zod/mini";
import type { Answer } from "../answer.ts";
import { quoted } from "../quoted.ts";
import { isRequestId } from "../request-id.ts";
import { scrub } from "../scrub.ts";

/** What an error's body says, in whichever of the shapes it comes. Raw: shown only through `shownText`. */
export interface Said {
  readonly code?: string;
  readonly message?: string;
  /** The provider's correlation id, where its body names one. */
  readonly requestId?: string;
}

const code = z.optional(z.nullable(z.union([z.string(), z.number()])));
const text = z.optional(z.nullable(z.string()));

/** Of Azure Resource Manager, and of a status URL that tells of a failure. */
const wrapped = z.object({ error: z.object({ code, message: text, details: z.optional(z.unknown()) }) });
/** Of the resource provider: as it is, and as the contract of 2017 has it. */
const bare = z.object({ code, message: text });
const pascal = z.object({ Code: code, Message: text });
/** Of the service itself. */
const dataPlane = z.object({ errorCode: z.union([z.number(), z.string()]), message: text, trackingId: text });

export function saidIn({ text: body }: Pick<Answer, "text">): Said {
  const trimmed = body.trim();
  if (trimmed === "") return {};
  if (trimmed.startsWith("<")) return { message: "an HTML page" };
  const value = parsed(trimmed);
  const arm = wrapped.safeParse(value).data?.error;
  if (arm !== undefined) return said(arm.code, arm.message);
  const service = dataPlane.safeParse(value).data;
  if (service !== undefined) return said(service.errorCode, service.message, service.trackingId);
  const provider = bare.safeParse(value).data;
  if (provider?.message || provider?.code) return said(provider.code, provider.message);
  const older = pascal.safeParse(value).data;
  if (older?.Message || older?.Code) return said(older.Code, older.Message);
  return typeof value === "object" ? {} : { message: trimmed };
}

/** Of the service itself, whose errors alone prove that a token was looked at. */
export function dataPlaneCodeIn({ text: body }: Pick<Answer, "text">): number | undefined {
  const found = Number(dataPlane.safeParse(parsed(body)).data?.errorCode);
  return Number.isSafeInteger(found) ? found : undefined;
}

function said(
  code: string | number | null | undefined,
  message: string | null | undefined,
  trackingId?: string | null,
): Said {
  const id = trackingId ?? /correlation identifier: ([\w-]{8,64})/i.exec(message ?? "")?.[1];
  return {
    ...(code === null || code === undefined || code === "" ? {} : { code: String(code) }),
    ...(message ? { message } : {}),
    ...(id && isRequestId(id) ? { requestId: id } : {}),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const removed = "[removed]";

/** A provider's words as they may be shown: besides what every provider's texts lose, nothing that looks like a key of this service. */
export function shownText(text: string, show: Answer["show"], maxLength?: number): string {
  // What was sent goes first: once a pattern has taken a piece out of it, the rest is not recognised any more.
  return scrub(withoutKeys(show(text, longestText)), [], maxLength);
}

const longestText = 16 * 1024;

/** A value where a known word was expected. */
export function quotedWord(value: unknown): string {
  return quoted(typeof value === "string" ? withoutKeys(value) : value);
}

export function withoutKeys(text: string): string {
  return text
    .replaceAll("\\/", "/")
    .replace(
      /\b(primaryKey|secondaryKey|connectionString|SharedAccessKey|sig)(["']?\s*[:=]\s*["']?)[^\s;,&"']+/gi,
      `$1$2${removed}`,
    )
    .replace(/[A-Za-z0-9+/]{20,}={1,2}(?![A-Za-z0-9])/g, removed)
    .replace(/[A-Za-z0-9+/]{40,}/g, (word) => (isKeyLike(word) ? removed : word));
}

/** A path of words is no key, though it is made of the same characters. */
function isKeyLike(word: string): boolean {
  return /\d/.test(word) && /[a-z]/.test(word) && /[A-Z]/.test(word);
}
