/** Places of the table that tells whether some beginning can stand at a position at all. */
const places = 1 << 16;

const placeOf = (text: string, at: number) =>
  (text.charCodeAt(at) * 961 + text.charCodeAt(at + 1) * 31 + text.charCodeAt(at + 2)) & (places - 1);

/** Those of the beginnings, all of them `length` characters long, that stand somewhere in a text: one pass, however many they are. */
export function standingIn(text: string, beginnings: ReadonlySet<string>, length: number): ReadonlySet<string> {
  const possible = new Uint8Array(places);
  for (const beginning of beginnings) possible[placeOf(beginning, 0)] = 1;
  const standing = new Set<string>();
  for (let at = 0; at + length <= text.length; at += 1) {
    if (possible[placeOf(text, at)] === 0) continue;
    const here = text.slice(at, at + length);
    if (beginnings.has(here)) standing.add(here);
  }
  return standing;
}
