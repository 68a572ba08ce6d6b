import { randomUUID } from "node:crypto";
import { isAuthorized, type StorageAccount } from "./shared-key.ts";
import { escaped, xmlAnswer, xmlError } from "./xml.ts";

export interface StorageBlobsOptions {
  readonly now: () => number;
  readonly account: StorageAccount;
  readonly newId?: () => string;
}

export interface StoredBlob {
  readonly name: string;
  readonly body: Buffer;
  /** With its quotation marks. */
  readonly etag: string;
  readonly contentType: string;
  /** Names as they were sent, without `x-ms-meta-`. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly modifiedAtMs: number;
  readonly lease: { readonly id: string; readonly endsAtMs: number } | null;
}

export interface StorageBlobsSettings {
  /** Blobs in one page of a list. */
  readonly pageSize: number;
}

export interface StorageBlobsEmulator {
  /** Containers in the path, behind the account's name. Block blobs that are put whole. */
  fetch(request: Request): Promise<Response>;
  seedContainer(name: string): void;
  /** In order of their names. */
  blobs(container: string): readonly StoredBlob[];
  configure(settings: Partial<StorageBlobsSettings>): void;
}

type Container = Map<string, StoredBlob>;

/** Metadata becomes properties of C#, which sets what its names may be. */
const METADATA_NAME = /^[A-Za-z_]\w*$/;
const MAX_METADATA_BYTES = 8 * 1024;
const META = "x-ms-meta-";

export function createStorageBlobsEmulator(options: StorageBlobsOptions): StorageBlobsEmulator {
  const { now, account, newId = randomUUID } = options;
  const containers = new Map<string, Container>();
  let settings: StorageBlobsSettings = { pageSize: 5_000 };
  let writes = 0;

  async function answer(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const [, name, container = "", ...rest] = pathname.split("/").map(decodeURIComponent);
    if (!isAuthorized(account, request) || name !== account.name) return xmlError(403, "AuthenticationFailed");
    if (!request.headers.has("x-ms-version")) return xmlError(400, "MissingRequiredHeader");
    if (rest.length === 0 && request.method === "PUT") return makeContainer(container);
    const blobs = containers.get(container);
    if (blobs === undefined) return xmlError(404, "ContainerNotFound");
    if (rest.length === 0) return list(blobs, searchParams, settings.pageSize);
    const path = rest.join("/");
    if (searchParams.get("comp") === "lease") return lease(blobs, path, request.headers);
    switch (request.method) {
      case "PUT":
        return put(blobs, path, request);
      case "GET":
      case "HEAD":
        return shown(blobs.get(path), request.method);
      case "DELETE":
        return remove(blobs, path, request.headers);
      default:
        return xmlError(405, "UnsupportedHttpVerb");
    }
  }

  function makeContainer(name: string): Response {
    if (containers.has(name)) return xmlError(409, "ContainerAlreadyExists");
    containers.set(name, new Map());
    return new Response(null, { status: 201 });
  }

  async function put(blobs: Container, name: string, request: Request): Promise<Response> {
    const { headers } = request;
    const own = [...headers].filter(([header]) => header.startsWith(META));
    const metadata = Object.fromEntries(own.map(([header, value]) => [header.slice(META.length), value]));
    if (headers.get("x-ms-blob-type") !== "BlockBlob") return xmlError(400, "InvalidHeaderValue");
    if (!Object.keys(metadata).every((each) => METADATA_NAME.test(each))) return xmlError(400, "InvalidMetadata");
    if (own.join("").length > MAX_METADATA_BYTES) return xmlError(400, "MetadataTooLarge");
    const body = Buffer.from(await request.arrayBuffer());
    const standing = blobs.get(name);
    const refusal = refused(standing, headers);
    if (refusal !== null) return refusal;
    writes += 1;
    const blob: StoredBlob = {
      name,
      body,
      etag: `"0x8D${writes.toString(16).toUpperCase().padStart(13, "0")}"`,
      contentType: headers.get("content-type") ?? "application/octet-stream",
      metadata,
      modifiedAtMs: now(),
      lease: standing?.lease ?? null,
    };
    blobs.set(name, blob);
    return new Response(null, { status: 201, headers: { etag: blob.etag } });
  }

  function remove(blobs: Container, name: string, headers: Headers): Response {
    const standing = blobs.get(name);
    if (standing === undefined) return xmlError(404, "BlobNotFound");
    const refusal = refused(standing, headers);
    if (refusal === null) blobs.delete(name);
    return refusal ?? new Response(null, { status: 202 });
  }

  /** Null when the conditions hold and no lease is in the way. */
  function refused(blob: StoredBlob | undefined, headers: Headers): Response | null {
    const [match, noneMatch] = [headers.get("if-match"), headers.get("if-none-match")];
    if (noneMatch === "*" && blob !== undefined) return xmlError(409, "BlobAlreadyExists");
    if (match !== null && match !== "*" && match !== blob?.etag) return xmlError(412, "ConditionNotMet");
    if (match === "*" && blob === undefined) return xmlError(412, "ConditionNotMet");
    const isLeased = blob?.lease != null && blob.lease.endsAtMs > now();
    if (isLeased && headers.get("x-ms-lease-id") !== blob.lease?.id) return xmlError(412, "LeaseIdMissing");
    return null;
  }

  function lease(blobs: Container, name: string, headers: Headers): Response {
    const blob = blobs.get(name);
    if (blob === undefined) return xmlError(404, "BlobNotFound");
    const isHeld = blob.lease !== null && blob.lease.endsAtMs > now();
    if (headers.get("x-ms-lease-action") === "release") {
      if (blob.lease?.id !== headers.get("x-ms-lease-id")) return xmlError(409, "LeaseIdMismatchWithLeaseOperation");
      blobs.set(name, { ...blob, lease: null });
      return new Response(null, { status: 200 });
    }
    const seconds = Number(headers.get("x-ms-lease-duration"));
    if (!(seconds >= 15 && seconds <= 60)) return xmlError(400, "InvalidHeaderValue");
    const id = headers.get("x-ms-proposed-lease-id") ?? newId();
    // Whoever has it may ask again.
    if (isHeld && blob.lease?.id !== id) return xmlError(409, "LeaseAlreadyPresent");
    blobs.set(name, { ...blob, lease: { id, endsAtMs: now() + seconds * 1_000 } });
    return new Response(null, { status: 201, headers: { "x-ms-lease-id": id, etag: blob.etag } });
  }

  return {
    fetch: answer,
    seedContainer: (name) => void makeContainer(name),
    blobs: (container) => sorted(containers.get(container) ?? new Map()),
    configure: (changed) => {
      settings = { ...settings, ...changed };
    },
  };
}

const sorted = (blobs: Container) => [...blobs.values()].sort((a, b) => (a.name < b.name ? -1 : 1));

function shown(blob: StoredBlob | undefined, method: string): Response {
  if (blob === undefined) {
    const refusal = xmlError(404, "BlobNotFound");
    return method === "HEAD" ? new Response(null, { status: 404, headers: refusal.headers }) : refusal;
  }
  const headers = {
    etag: blob.etag,
    "content-type": blob.contentType,
    "content-length": String(blob.body.length),
    "last-modified": new Date(blob.modifiedAtMs).toUTCString(),
    ...Object.fromEntries(Object.entries(blob.metadata).map(([name, value]) => [`${META}${name}`, value])),
  };
  return new Response(method === "HEAD" || blob.body.length === 0 ? null : new Uint8Array(blob.body), { headers });
}

function list(blobs: Container, query: URLSearchParams, pageSize: number): Response {
  const prefix = query.get("prefix") ?? "";
  const marker = query.get("marker") ?? "";
  const all = sorted(blobs).filter(({ name }) => name.startsWith(prefix) && name >= marker);
  const page = all.slice(0, pageSize);
  const withMetadata = (query.get("include") ?? "").split(",").includes("metadata");
  const items = page.map((blob) => {
    const { name, etag, body, contentType, modifiedAtMs, metadata } = blob;
    const about = Object.entries(metadata).map(([each, value]) => `<${each}>${escaped(value)}</${each}>`);
    const properties = `<Last-Modified>${new Date(modifiedAtMs).toUTCString()}</Last-Modified><Etag>${etag.replaceAll('"', "")}</Etag><Content-Length>${body.length}</Content-Length><Content-Type>${contentType}</Content-Type><BlobType>BlockBlob</BlobType>`;
    return `<Blob><Name>${escaped(name)}</Name><Properties>${properties}</Properties>${withMetadata ? `<Metadata>${about.join("")}</Metadata>` : ""}</Blob>`;
  });
  const next = all[pageSize]?.name ?? "";
  return xmlAnswer(
    200,
    `<EnumerationResults><Prefix>${escaped(prefix)}</Prefix><Blobs>${items.join("")}</Blobs><NextMarker>${escaped(next)}</NextMarker></EnumerationResults>`,
  );
}
