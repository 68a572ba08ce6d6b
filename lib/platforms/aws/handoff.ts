import type { HandoffStore } from "../../contracts/ports.ts";
import { HandoffMarks } from "../handoff-marks.ts";
import { type HandoffOptions, markedHandoffStore } from "../marked-handoff.ts";
import type { Objects } from "./objects.ts";

/**
 * A function answers with 6 MB at the most, and content is a third longer in base64. Refused here, before anybody is offered it:
 * whoever fetches it has claimed it by then.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
export const maxContentBytes = 4 * 1024 * 1024;

/**
 * S3, with `If-Match` and `If-None-Match`. Needs a bucket without versions.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
export function awsHandoffStore({ objects, ...options }: HandoffOptions & { readonly objects: Objects }): HandoffStore {
  const { head, get, put, remove } = objects;
  return markedHandoffStore({
    ...options,
    ...{ marks: new HandoffMarks("-"), maxContentBytes, provider: "s3" },
    objects: {
      ...{ head, get, put, remove },
      async list(prefix, after) {
        const { keys, ...next } = await objects.keys(prefix, after);
        return { listed: keys.map((name) => ({ name })), ...next };
      },
    },
  });
}
