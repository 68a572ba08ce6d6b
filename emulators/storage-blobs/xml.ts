/** What the older services speak: small documents without attributes that matter. */

const MARKS: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

export const escaped = (text: string) =>
  text.replace(/[&<>"'\r]/g, (mark) => {
    const [name] = Object.entries(MARKS).find(([, each]) => each === mark) ?? [];
    return name === undefined ? `&#${mark.charCodeAt(0)};` : `&${name};`;
  });

/** Characters that no XML document may have, also not as references. */
const FORBIDDEN = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u;

/** The text of the first such element; null when there is none, or when this is no XML. */
export function textOf(element: string, xml: string): string | null {
  if (FORBIDDEN.test(xml)) return null;
  // A parser makes one line feed of what ends a line.
  const found = new RegExp(`<${element}(?:\\s*/>|>([^<]*)</${element}>)`).exec(xml.replace(/\r\n?/g, "\n"));
  if (found === null) return null;
  const text = unescaped(found[1] ?? "");
  return text === null || FORBIDDEN.test(text) ? null : text;
}

function unescaped(text: string): string | null {
  let isFine = true;
  const plain = text.replace(
    /&(?:#x([0-9a-f]+)|#(\d+)|(\w+))?;?/gi,
    (_, hex?: string, digits?: string, name?: string) => {
      if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
      if (digits !== undefined) return String.fromCodePoint(Number(digits));
      const mark = MARKS[name ?? ""];
      if (mark === undefined) isFine = false;
      return mark ?? "";
    },
  );
  return isFine ? plain : null;
}

export function xmlAnswer(status: number, body: string, headers: Readonly<Record<string, string>> = {}): Response {
  // The real services begin with a byte order mark, too.
  const text = `\u{feff}<?xml version="1.0" encoding="utf-8"?>${body}`;
  return new Response(text, { status, headers: { "content-type": "application/xml", ...headers } });
}

export function xmlError(status: number, code: string, headers: Readonly<Record<string, string>> = {}): Response {
  const about = { "x-ms-error-code": code, "x-ms-request-id": "00000000-0000-4000-8000-000000000000", ...headers };
  return xmlAnswer(status, `<Error><Code>${code}</Code><Message>${code}\nRequestId:x</Message></Error>`, about);
}
