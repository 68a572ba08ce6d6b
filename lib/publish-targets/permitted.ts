import { PermanentError } from "../contracts/errors.ts";
import { matchesAny } from "../contracts/patterns.ts";
import type { PublishTarget } from "../contracts/publish-target.ts";

interface Secrets {
  readonly secrets: readonly string[];
}

/** Whether a request may publish to that secret. */
export function permits({ secrets }: Secrets, secret: string): boolean {
  return matchesAny(secrets, secret);
}

/** The target for the secrets that its configuration lists, and for no others: neither read nor written. */
export function permitted(name: string, configuration: Secrets, target: PublishTarget): PublishTarget {
  const assertPermitted = (secret: string, operation: string) => {
    if (permits(configuration, secret)) return;
    throw new PermanentError(
      `Expected a secret that publish target ${name} permits, got another one: list it in publishTargets.${name}.secrets`,
      { code: "secret-not-permitted", provider: target.kind, operation },
    );
  };
  return {
    kind: target.kind,
    settling: target.settling,
    async read(secret, context) {
      assertPermitted(secret, "read-secret");
      return target.read(secret, context);
    },
    async publish(secret, value, note, call) {
      assertPermitted(secret, "publish-secret");
      return target.publish(secret, value, note, call);
    },
    check: (context) => target.check(context),
  };
}

/** @throws PermanentError before anything is sent */
export function assertName(pattern: RegExp, secret: string, expected: string, provider: string): void {
  if (pattern.test(secret)) return;
  throw new PermanentError(`Expected ${expected}, got another one: correct the name in the request`, {
    code: "invalid-secret-name",
    provider,
  });
}
