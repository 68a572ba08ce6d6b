import { createHash } from "node:crypto";
import { json } from "../answer.ts";
import { problem, type Route, tenantOf } from "../call.ts";
import { startOperation, UPLOAD } from "../operations.ts";
import { operationBody } from "../wire.ts";
import { operationHeaders } from "./operations.ts";

/** `POST …/images`: answers 200, not 202, although it starts an operation too. */
export const uploadImage: Route = {
  method: "POST",
  path: "/v2/tenants/{tenantId}/images",
  access: "write",
  handle(call) {
    const { world } = call;
    if (!/^application\/octet-stream\b/i.test(call.headers.get("content-type") ?? "")) {
      return problem(world, 415, "The content type must be application/octet-stream.");
    }
    if (call.body.length === 0) return problem(world, 400, "The image must not be empty.");
    const imageIds = [imageIdOf(call.body)];
    const work = { tenantId: tenantOf(call).id, type: UPLOAD, deviceGroupId: null, imageIds } as const;
    const operation = startOperation(world, work, call.atMs);
    return json(200, operationBody(world, operation, call), operationHeaders(world, operation));
  },
};

/** A real package carries its id inside. Here the content decides, so the same bytes are the same image, as there. */
export function imageIdOf(bytes: Uint8Array): string {
  const hex = createHash("sha256").update(bytes).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    "-",
  );
}
