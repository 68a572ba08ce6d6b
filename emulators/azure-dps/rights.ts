const ORDER = [
  "ServiceConfig",
  "DeviceConnect",
  "EnrollmentRead",
  "EnrollmentWrite",
  "RegistrationStatusRead",
  "RegistrationStatusWrite",
] as const;

export type Right = (typeof ORDER)[number];

const IMPLIED: Readonly<Partial<Record<Right, readonly Right[]>>> = {
  EnrollmentWrite: ["EnrollmentRead", "RegistrationStatusRead", "RegistrationStatusWrite"],
  RegistrationStatusWrite: ["RegistrationStatusRead"],
};

/** Rights from a list separated by commas, or null when one is unknown or none is given. */
export function parseRights(text: string): readonly Right[] | null {
  const names = text.split(",").map((name) => name.trim().toLowerCase());
  const rights = ORDER.filter((right) => names.includes(right.toLowerCase()));
  return rights.length > 0 && rights.length === new Set(names).size ? rights : null;
}

/** With `collapsed`, rights that others imply disappear, as on every read of the real service. */
export function showRights(rights: readonly Right[], collapsed: boolean): string {
  const implied = new Set(collapsed ? rights.flatMap((right) => IMPLIED[right] ?? []) : []);
  return rights.filter((right) => !implied.has(right)).join(", ");
}

export function grants(rights: readonly Right[], wanted: Right): boolean {
  return rights.some((right) => right === wanted || IMPLIED[right]?.includes(wanted));
}
