import { InvalidInputError } from "../../contracts/errors.ts";

/** As in `vault:name` references. */
const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
/** @see https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates#object-identifiers */
const maxCharacters = 127;

/**
 * Names in a Key Vault have letters, digits and dashes, and compare without case. A name of small letters, digits and single dashes is
 * itself; any other character is two dashes and its code.
 * @throws InvalidInputError that does not quote it
 */
export function vaultName(prefix: string, name: string): string {
  if (namePattern.test(name)) {
    const spelled = `${prefix}${name.replace(/[A-Z._]|(?<=-)-/g, (mark) => `--${mark.charCodeAt(0).toString(16)}`)}`;
    if (spelled.length <= maxCharacters) return spelled;
  }
  throw new InvalidInputError(
    `Expected a secret's name of letters, digits, . _ - that has at most ${maxCharacters} characters as Key Vault spells it, got another one`,
    { code: "invalid-secret-name" },
  );
}

/** The name that is spelled so; undefined for what is none of ours. */
export function nameIn(prefix: string, spelled: string): string | undefined {
  if (!spelled.startsWith(prefix)) return undefined;
  const name = spelled
    .slice(prefix.length)
    .replace(/--([0-9a-f]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
  return isSpelledSo(prefix, name, spelled) ? name : undefined;
}

function isSpelledSo(prefix: string, name: string, spelled: string): boolean {
  try {
    return vaultName(prefix, name) === spelled;
  } catch {
    return false;
  }
}
