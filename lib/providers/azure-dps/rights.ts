/** Rights that come with others: the service leaves them out when it is asked. @see azure-rest-api-specs issues 9285, 10356 */
const implied: Readonly<Record<string, readonly string[]>> = {
  enrollmentwrite: ["enrollmentread", "registrationstatusread", "registrationstatuswrite"],
  registrationstatuswrite: ["registrationstatusread"],
};

/** The rights of a text such as `ServiceConfig, EnrollmentWrite`, in lower case, with all that they imply. */
export function rightsOf(text: string): ReadonlySet<string> {
  const named = text.split(",").flatMap((right) => right.trim().toLowerCase() || []);
  return new Set(named.flatMap((right) => [right, ...(implied[right] ?? [])]));
}

/** Whether two texts give the same rights: order, case and what is implied anyway make no difference. */
export function sameRights(one: string, other: string): boolean {
  return canonicalRights(one) === canonicalRights(other);
}

export function canonicalRights(text: string): string {
  return [...rightsOf(text)].sort().join(",");
}
