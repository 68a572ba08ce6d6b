import fc from "fast-check";
import { expect, test } from "vitest";
import { InvalidInputError, UnsupportedVersionError } from "../../lib/contracts/errors.ts";
import { operationIdOf } from "../../lib/contracts/identifiers.ts";
import { decodeStepMessage, stepMessageSchema } from "../../lib/contracts/step-message.ts";

const odd = fc.oneof(
  fc.constant(undefined),
  fc.constant(null),
  fc.integer(),
  fc.double(),
  fc.string(),
  fc.array(fc.integer()),
);
const mostly = <Value>(usual: fc.Arbitrary<Value>) =>
  fc.oneof({ weight: 12, arbitrary: usual }, { weight: 1, arbitrary: odd });
const nearly = fc
  .record({
    v: mostly(fc.constant(1)),
    operation: mostly(fc.constant(operationIdOf("a", "b"))),
    step: mostly(fc.constant("poll-operation")),
    seq: mostly(fc.nat()),
    n: mostly(fc.nat()),
    attempt: mostly(fc.nat()),
    deadline: mostly(fc.nat()),
    traceparent: fc.oneof(fc.constant(undefined), fc.string({ maxLength: 60 }), odd),
    extra: mostly(fc.constant(undefined)),
  })
  .map((value) => JSON.stringify(value));

test("the usual way of decoding accepts what the schema accepts, and nothing else", () => {
  let accepted = 0;
  fc.assert(
    fc.property(nearly, (body) => {
      const parsed = stepMessageSchema.safeParse(JSON.parse(body));
      try {
        expect(decodeStepMessage(body)).toEqual(parsed.data);
        accepted += 1;
      } catch (error) {
        if (!(error instanceof InvalidInputError || error instanceof UnsupportedVersionError)) throw error;
        expect(parsed.success && parsed.data.v === 1).toBe(false);
      }
    }),
    { numRuns: 3000 },
  );
  expect(accepted).toBeGreaterThan(10);
});
