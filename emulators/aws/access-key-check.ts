import { type Check, list, optional, record, text } from "../check.ts";
import type { AccessKeySeed } from "./access-keys.ts";

export const accessKeyCheck: Check<AccessKeySeed> = record<AccessKeySeed>({
  accessKeyId: text,
  secretAccessKey: text,
  sessionToken: optional(text),
  actions: optional(list(text)),
});
