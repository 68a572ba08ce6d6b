const text = (description: string) => ({ type: "string", description });

/** @see https://www.standardwebhooks.com */
const signature = {
  "webhook-id": text("The event's `id`, the same at every try."),
  "webhook-timestamp": { ...text("Seconds since 1970, of this try."), pattern: "^\\d+$" },
  "webhook-signature": {
    ...text("`v1,` and the signature of `id.timestamp.body`, once for each secret of the sink, with spaces between."),
    pattern: "^v1,[A-Za-z0-9+/]+=*( v1,[A-Za-z0-9+/]+=*)*$",
  },
};
const attribute = (name: string) => text(`Attribute \`${name}\` of the event.`);
const attributes = ["specversion", "id", "source", "type", "subject", "time", "sequence"];
const optionalAttributes = ["correlationid", "traceparent"];

function headers(contentType: string, more: Readonly<Record<string, object>>, required: readonly string[]) {
  return {
    type: "object",
    properties: { "content-type": { ...text("Media type."), pattern: `^${contentType}` }, ...signature, ...more },
    required: ["content-type", ...Object.keys(signature), ...required],
  };
}

export const structuredHeaders = headers("application/cloudevents\\+json", {}, []);

export const binaryHeaders = headers(
  "application/json",
  Object.fromEntries([...attributes, ...optionalAttributes].map((name) => [`ce-${name}`, attribute(name)])),
  attributes.map((name) => `ce-${name}`),
);
