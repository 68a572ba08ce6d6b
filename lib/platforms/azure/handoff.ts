import type { HandoffStore } from "../../contracts/ports.ts";
import { HandoffMarks } from "../handoff-marks.ts";
import { type HandoffOptions, markedHandoffStore } from "../marked-handoff.ts";
import type { Blobs } from "./blobs.ts";

/** As on one machine; the front of Azure carries three times as much. */
const maxContentBytes = 32 * 1024 * 1024;

/**
 * Blobs, with `If-Match` and `If-None-Match`. Needs an account without versions and without soft delete of blobs.
 * @see https://learn.microsoft.com/rest/api/storageservices/specifying-conditional-headers-for-blob-service-operations
 */
export function azureHandoffStore({ blobs, ...options }: HandoffOptions & { readonly blobs: Blobs }): HandoffStore {
  const { head, get, put, remove } = blobs;
  return markedHandoffStore({
    ...options,
    // Its names of metadata have no dashes.
    ...{ marks: new HandoffMarks("_"), maxContentBytes, provider: "storage-blobs" },
    objects: {
      ...{ head, get, put, remove },
      async list(prefix, after) {
        const { blobs: found, ...next } = await blobs.list(prefix, after);
        return { listed: found.map((one) => ({ name: one.name, head: one })), ...next };
      },
    },
  });
}
