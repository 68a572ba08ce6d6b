import { ConfigurationError, DroverError, RetryableError } from "../../contracts/errors.ts";
import type { Settling } from "../../contracts/provider.ts";
import type { PublishTarget } from "../../contracts/publish-target.ts";
import type { LocalVaultTarget } from "../../contracts/publish-targets.ts";
import { sendWindow } from "../../providers/send-window.ts";
import { checkSecrets } from "../check.ts";
import type { TargetOptions } from "../parts.ts";
import { assertName } from "../permitted.ts";
import { noteIn, noteTextOf } from "./note.ts";

const provider = "local-vault";

/**
 * The data folder has one owner, so a write ends with the process that began it or is seen at once: nothing is under way any more when
 * somebody else looks. The time-out is what a disk in trouble is given.
 */
const settling: Settling = { requestTimeoutMs: 5_000, settlingMs: 100, lookEveryMs: 100 };

/** Secrets of the vault of this machine. */
export function createLocalVaultTarget({ name, configuration, parts }: TargetOptions<LocalVaultTarget>): PublishTarget {
  const { clock } = parts;
  const vault = () => {
    if (parts.vault) return parts.vault;
    throw new ConfigurationError(
      `Expected publish target ${name} on a platform with a vault of its own, got one without: use the vault of that cloud`,
      { code: "no-local-vault", provider },
    );
  };
  const nameIn = (secret: string) => {
    const expected = "a secret's name of at most 128 letters, digits, . _ -";
    assertName(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, secret, expected, provider);
    return secret;
  };
  const read: PublishTarget["read"] = async (secret) => {
    const standing = nameIn(secret);
    const entry = await vault()
      .describe(standing)
      .catch((error: unknown) => {
        throw unlessOurs(error, `secret ${standing} to be read from`, { operation: "read-secret", effect: "none" });
      });
    if (entry === undefined) return undefined;
    const note = noteIn(entry.note);
    const { value, version, storedAt } = entry;
    return { value, version, publishedAt: storedAt, ...(note === undefined ? {} : { note }) };
  };
  return {
    kind: provider,
    settling,
    read,
    async publish(secret, value, note, { sendBefore, signal }) {
      const standing = nameIn(secret);
      if (signal.aborted || !sendWindow(clock, sendBefore)()) throw notWritten(standing);
      try {
        return { version: await vault().put(standing, value, noteTextOf(note)) };
      } catch (error) {
        const about = { operation: "publish-secret", effect: "possible" } as const;
        throw unlessOurs(error, `secret ${standing} to be written to`, about);
      }
    },
    check: (context) => checkSecrets({ patterns: configuration.secrets, read }, context),
  };
}

function notWritten(secret: string): RetryableError {
  return new RetryableError(`Expected to write secret ${secret} in time, got no time left for it`, {
    code: "too-late-to-send",
    provider,
    operation: "publish-secret",
    effect: "none",
  });
}

/** The system's own message names paths; its code says as much. */
function unlessOurs(
  thrown: unknown,
  expected: string,
  about: { readonly operation: string; readonly effect: "none" | "possible" },
): unknown {
  if (thrown instanceof DroverError) return thrown;
  const code = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "an error";
  return new RetryableError(`Expected ${expected} the local vault, got ${code}: check the disk of the data folder`, {
    ...about,
    code: "vault-unavailable",
    provider,
  });
}
