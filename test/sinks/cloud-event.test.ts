import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InvalidInputError } from "../../lib/contracts/errors.ts";
import { contentOf } from "../../lib/sinks/cloud-event.ts";
import { eventOf } from "./support.ts";

/** A receiver written from the HTTP binding, not from our sender. */
function received(headers: Readonly<Record<string, string>>, body: string): unknown {
  const type = headers["content-type"] ?? "";
  if (type.startsWith("application/cloudevents+json")) return JSON.parse(body);
  const attributes = Object.entries(headers).flatMap(([name, value]) =>
    name.startsWith("ce-") ? [[name.slice(3), decodeURIComponent(value)]] : [],
  );
  return { ...Object.fromEntries(attributes), datacontenttype: type, data: JSON.parse(body) };
}

describe("content modes", () => {
  test.each(["structured", "binary"] as const)("%s carries the whole event", (mode) => {
    const event = eventOf(1, { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" });
    const { headers, body } = contentOf(event, mode);
    expect(received(headers, body)).toEqual(event);
    expect(received(headers, body)).toHaveProperty("sequence", "000000000003.000");
  });

  test("structured has the media type of the format, and nothing in headers", () => {
    const { headers } = contentOf(eventOf(1), "structured");
    expect(headers).toEqual({ "content-type": "application/cloudevents+json; charset=utf-8" });
  });

  test("binary encodes as the specification's example does, and has no ce-datacontenttype", () => {
    const { headers } = contentOf({ ...eventOf(1), correlationid: "Euro € 😀" }, "binary");
    expect(headers["ce-correlationid"]).toBe("Euro%20%E2%82%AC%20%F0%9F%98%80");
    expect(headers["ce-specversion"]).toBe("1.0");
    expect(headers).not.toHaveProperty("ce-datacontenttype");
    expect(headers["content-type"]).toBe("application/json");
  });

  test("binary round-trips any text in visible ASCII", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const { headers } = contentOf({ ...eventOf(1), correlationid: text }, "binary");
        const value = headers["ce-correlationid"] ?? "";
        expect(value).toMatch(/^[\x21\x23-\x7e]*$/);
        expect(decodeURIComponent(value)).toBe(text.toWellFormed());
      }),
    );
  });

  test("binary refuses attributes that no header can hold", () => {
    expect(() => contentOf({ ...eventOf(1), "x\r\ny": "1" }, "binary")).toThrow(InvalidInputError);
    expect(() => contentOf({ ...eventOf(1), extension: { a: 1 } }, "binary")).toThrow(InvalidInputError);
  });

  test("what a newer release adds is carried on", () => {
    const event = { ...eventOf(1), type: "drover.operation.invented", severity: 3, quiet: true };
    expect(JSON.parse(contentOf(event, "structured").body)).toEqual(event);
    expect(contentOf(event, "binary").headers).toMatchObject({ "ce-severity": "3", "ce-quiet": "true" });
  });
});
