import { sha256Hex } from "./identifiers.ts";
import type { Secret } from "./secret.ts";

/** Tells a random key from another one, and nothing about it: the first 16 hex digits of its SHA-256. Never of what can be guessed. */
export const fingerprintOf = (key: Secret): string => sha256Hex(key.reveal()).slice(0, 16);
